"""The recorded difference of two records: DeepDiff's only home.

DeepDiff is given two records that are known to differ, as plain data, and its answer is turned
into our own `Difference`. Which fields differ is decided by equality alone, so that a change of
DeepDiff's output cannot change what is synced. Equal records never come here.
"""

from collections.abc import Mapping
from typing import Any

from deepdiff import DeepDiff

from notion_gitops.model.operations import Difference
from notion_gitops.model.values import Fields, Value, to_plain

Members = Mapping[str, tuple[str, ...]]  # by field, sorted


def differences(before: Fields, after: Fields) -> tuple[Difference, ...]:
    """What turns `before` into `after`, field by field, in order of the field names.

    DeepDiff takes milliseconds a record, so it is not asked where it has nothing to tell: of equal
    records, and of a record that is new.
    """
    names = [n for n in sorted({*before, *after}) if not identical(before.get(n), after.get(n))]
    if not names:
        return ()
    if not before:
        return tuple(Difference(n, None, after[n], _all_members(after[n])) for n in names)
    tree = DeepDiff(
        _comparable(before, after, names), _comparable(after, before, names), view="tree"
    )
    added, removed = _members(tree, "set_item_added"), _members(tree, "set_item_removed")
    return tuple(
        Difference(n, before.get(n), after.get(n), added.get(n, ()), removed.get(n, ()))
        for n in names
    )


def identical(one: Value, other: Value) -> bool:
    """Whether two canonical values are the same; Python takes True and 1 for equal."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def _comparable(fields: Fields, opposite: Fields, names: list[str]) -> Mapping[str, Any]:
    return {name: _member_form(fields.get(name), opposite.get(name)) for name in names}


def _member_form(value: Value, opposite: Value) -> Any:
    # DeepDiff compares sets by member, an empty one too; everything else goes in as plain data,
    # with its type, since it takes True and 1 for equal otherwise.
    if value is None and isinstance(opposite, frozenset):
        return frozenset()
    if isinstance(value, frozenset):
        return value
    return f"{type(value).__name__} {to_plain(value)!r}"


def _all_members(value: Value) -> tuple[str, ...]:
    return tuple(sorted(value)) if isinstance(value, frozenset) else ()


def _members(tree: Mapping[str, Any], which: str) -> Members:
    found: dict[str, list[str]] = {}
    for level in tree.get(which, ()):
        member = level.t2 if which == "set_item_added" else level.t1
        found.setdefault(level.path(output_format="list")[0], []).append(member)
    return {name: tuple(sorted(members)) for name, members in found.items()}
