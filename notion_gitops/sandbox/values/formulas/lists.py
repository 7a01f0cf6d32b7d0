"""Functions of lists, and those that compute something for each member."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from notion_gitops.sandbox.values.formulas.coercion import (
    Function,
    Result,
    key,
    less,
    to_list,
    to_text,
    to_whole,
    truth,
)
from notion_gitops.sandbox.values.operands import Operand

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

Body = Callable[[Operand, int], Operand]
"""What is computed of a member at a place: `current` and `index`."""


def _at(values: Operand, place: Operand) -> Operand:
    members, at = to_list(values), to_whole(place)
    return members[at] if -len(members) <= at < len(members) else None


def _sliced(values: Operand, start: Operand, end: Operand = None) -> Operand:
    whole = to_text(values) if isinstance(values, str) else to_list(values)
    return whole[to_whole(start) : len(whole) if end is None else to_whole(end)]


def _unique(values: Operand) -> list[Operand]:
    found: dict[Hashable, Operand] = {}
    for one in to_list(values):
        found.setdefault(key(one), one)
    return [*found.values()]


def _flat(values: Operand) -> list[Operand]:
    found: list[Operand] = []
    for one in to_list(values):
        found.extend(one if isinstance(one, list) else [one])
    return found


def _concat(*values: Operand) -> Operand:
    """The members of all lists; texts become one text."""
    if any(isinstance(value, list) for value in values) or not values:
        return _flat([*values])
    return "".join(to_text(value) for value in values)


@dataclass(frozen=True, slots=True)
class _Sorted:
    """A member among others to be put in order; what is empty comes last."""

    by: Operand

    def __lt__(self, other: _Sorted) -> bool:
        if self.by is None or other.by is None:
            return self.by is not None
        return less(self.by, other.by)


def _sort(members: list[Operand], body: Body | None) -> list[Operand]:
    keys = members if body is None else [body(one, at) for at, one in enumerate(members)]
    order = sorted(range(len(members)), key=lambda at: _Sorted(keys[at]))
    return [members[at] for at in order]


def _filtered(members: list[Operand], body: Body) -> list[Operand]:
    return [one for at, one in enumerate(members) if truth(body(one, at))]


def _found_at(members: list[Operand], body: Body) -> int:
    return next((at for at, one in enumerate(members) if truth(body(one, at))), -1)


def _found(members: list[Operand], body: Body) -> Operand:
    at = _found_at(members, body)
    return None if at < 0 else members[at]


LISTS: Mapping[str, Function] = {
    "at": Function(Result.SAME, _at),
    "first": Function(Result.SAME, lambda values: _at(values, 0)),
    "last": Function(Result.SAME, lambda values: _at(values, -1)),
    "slice": Function(Result.SAME, _sliced),
    "sort": Function(Result.SAME, lambda values: _sort(to_list(values), None)),
    "reverse": Function(Result.SAME, lambda values: to_list(values)[::-1]),
    "unique": Function(Result.SAME, _unique),
    "concat": Function(Result.SAME, _concat),
    "flat": Function(Result.SAME, _flat),
}


@dataclass(frozen=True, slots=True)
class Each:
    """A function that computes something for each member of a list."""

    result: Result | None  # None: that of what is computed
    compute: Callable[[list[Operand], Body], Operand]


EACH: Mapping[str, Each] = {
    "map": Each(None, lambda members, body: [body(one, at) for at, one in enumerate(members)]),
    "filter": Each(Result.SAME, _filtered),
    "sort": Each(Result.SAME, _sort),
    "find": Each(Result.SAME, _found),
    "findIndex": Each(Result.NUMBER, _found_at),
    "some": Each(Result.BOOLEAN, lambda members, body: _found_at(members, body) >= 0),
    "every": Each(
        Result.BOOLEAN,
        lambda members, body: all(truth(body(one, at)) for at, one in enumerate(members)),
    ),
}
