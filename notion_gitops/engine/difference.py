"""The recorded difference of two records: DeepDiff's only home.

DeepDiff is given two records that are known to differ, as plain data, and its answer is turned
into our own `Difference`, so that a change of its output cannot change what is synced. Equal
records never come here: an equality test on canonical values comes first.
"""

from collections.abc import Mapping
from typing import Any

from deepdiff import DeepDiff

from notion_gitops.model.operations import Difference
from notion_gitops.model.values import Fields, Value, to_plain


def differences(before: Fields, after: Fields) -> tuple[Difference, ...]:
    """What turns `before` into `after`, field by field, in order of the field names."""
    names = [n for n in sorted({*before, *after}) if before.get(n) != after.get(n)]
    if not names:
        return ()
    tree = DeepDiff(_comparable(before, names), _comparable(after, names), view="tree")
    touched = {level.path(output_format="list")[0] for levels in tree.values() for level in levels}
    return tuple(_difference(n, before.get(n), after.get(n)) for n in names if n in touched)


def _comparable(fields: Fields, names: list[str]) -> Mapping[str, Any]:
    return {name: _member_form(fields.get(name)) for name in names}


def _member_form(value: Value) -> Any:
    # DeepDiff compares sets by member; everything else goes in as plain data, with its type,
    # since it takes True and 1 for equal otherwise.
    if isinstance(value, frozenset):
        return value
    return [type(value).__name__, to_plain(value)]


def _difference(name: str, before: Value, after: Value) -> Difference:
    old = before if isinstance(before, frozenset) else frozenset()
    new = after if isinstance(after, frozenset) else frozenset()
    return Difference(name, before, after, tuple(sorted(new - old)), tuple(sorted(old - new)))
