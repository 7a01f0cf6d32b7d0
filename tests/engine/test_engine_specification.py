"""The merge, exhaustively, against a small specification that shares nothing with it."""

from dataclasses import replace
from itertools import product

import pytest

from notion_gitops.model.mapping import (
    DatabaseMapping,
    Direction,
)
from notion_gitops.model.operations import Action
from notion_gitops.model.records import BaseRecord, Record, Side
from notion_gitops.model.values import Unknown, Value
from tests.engine.engine_builders import (
    a_field,
    a_mapping,
    in_base,
    in_git,
    in_notion,
    written,
)
from tests.engine.engine_builders import decided as decide

ABSENT, UNKNOWN = "absent", "unknown"
STATES = (ABSENT, "a", "b", "c", UNKNOWN)
TRIPLES = list(product(STATES, repeat=3))
End = tuple[str, str, bool]  # what git and Notion hold afterwards, and whether a person is asked


def specified(direction: Direction, base: str, git: str, notion: str) -> End:
    """One field `f`: absent is empty, unknown cannot be told (of the base: was never agreed)."""
    if UNKNOWN in (git, notion) or git == notion:
        return git, notion, False
    edits = {s for s, v in (("git", git), ("notion", notion)) if v != base}
    if base == UNKNOWN and ABSENT in (git, notion):
        edits = {"notion" if git == ABSENT else "git"}
        reads = {
            Direction.BOTH: {"git", "notion"},
            Direction.PUSH: {"git"},
            Direction.PULL: {"notion"},
        }
        if not edits & reads[direction]:
            return git, notion, False
    match direction:
        case Direction.PUSH:
            return git, git, False
        case Direction.PULL:
            return notion, notion, False
        case Direction.BOTH if edits == {"git"}:
            return git, git, False
        case Direction.BOTH if edits == {"notion"}:
            return notion, notion, False
        case _:
            return git, notion, True


def specified_record(direction: Direction, base: str, git: str, notion: str) -> End:
    """A whole record with the one field `f`: absent is no record on that side (or no base)."""
    if ABSENT not in (git, notion):
        return specified(direction, UNKNOWN if base == ABSENT else base, git, notion)
    if git == notion:
        return ABSENT, ABSENT, False
    left = notion if git == ABSENT else git
    if base == ABSENT:  # created
        reads = Direction.PUSH if git == ABSENT else Direction.PULL
        copy = "empty" if direction is reads or left == UNKNOWN else left
        return (copy, left, False) if git == ABSENT else (left, copy, False)
    if left == UNKNOWN or left != base:  # deleted here, edited there, as far as can be told
        return git, notion, True
    return ABSENT, ABSENT, False


@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize(("base", "git", "notion"), TRIPLES)
def test_every_field_as_specified(direction: Direction, base: str, git: str, notion: str) -> None:
    """Holds I7."""
    check_field(direction, base, git, notion)


def check_field(direction: Direction, base: str, git: str, notion: str) -> None:
    mapping = a_mapping(a_field("f", direction=direction))
    agreed = in_base(mapping, title="T", f=_value(base))
    if base == UNKNOWN:
        agreed = replace(agreed, fields={"title": "T"}, known=frozenset({"title"}))
    sides = in_git(title="T", f=_value(git)), in_notion(title="T", f=_value(notion))
    expected = specified(direction, base, git, notion)
    assert _ends(mapping, agreed, *sides) == expected


@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize(("base", "git", "notion"), TRIPLES)
def test_every_record_as_specified(direction: Direction, base: str, git: str, notion: str) -> None:
    check_record(direction, base, git, notion)


def check_record(direction: Direction, base: str, git: str, notion: str) -> None:
    mapping = a_mapping(a_field("f", direction=direction))
    agreed = None if base == ABSENT else in_base(mapping, title="T", f=_value(base))
    if agreed and base == UNKNOWN:
        agreed = replace(agreed, fields={"title": "T"}, known=frozenset({"title"}))
    here = None if git == ABSENT else in_git(title="T", f=_value(git))
    there = None if notion == ABSENT else in_notion(title="T", f=_value(notion))
    expected = specified_record(direction, base, git, notion)
    assert _ends(mapping, agreed, here, there) == expected


def _value(state: str) -> Value:
    return {ABSENT: None, UNKNOWN: Unknown("cannot be told")}.get(state, state)


def _ends(
    mapping: DatabaseMapping, base: BaseRecord | None, git: Record | None, notion: Record | None
) -> End:
    operation = decide(mapping, base=base, git=git, notion=notion)
    both = git is not None and notion is not None
    ends = []
    for side, record in ((Side.GIT, git), (Side.NOTION, notion)):
        write = operation.write(side) if operation else None
        deleted = write is not None and write.action is Action.DELETE
        if deleted or (record is None and write is None):
            ends.append(ABSENT)
        else:
            value = record.value("f") if record else None
            after = (written(operation, side) or {}).get("f", value)
            ends.append(_state(after, ABSENT if both else "empty"))
    return ends[0], ends[1], bool(operation and operation.open_conflicts)


def _state(value: Value, empty: str) -> str:
    if value is None:
        return empty
    return UNKNOWN if isinstance(value, Unknown) else str(value)
