"""How large a value may be before, within and after an expression."""

import math
from typing import Any

from notion_gitops.model.expressions import ExpressionFailed

SOURCE_CHARACTERS = 2_000
DEPTH = 40  # of nodes within nodes; Python's own parser gives up at 200 parentheses
VALUE_CHARACTERS = 1_000_000
VALUE_MEMBERS = 100_000  # of one list
WHOLE = 2**53  # integers beyond this are not exact in JSON's numbers


def bounded_text(text: str) -> str:
    """The text as it is, if it is not too long; else raises `ExpressionFailed`."""
    if len(text) > VALUE_CHARACTERS:
        raise ExpressionFailed(f"a text is longer than {VALUE_CHARACTERS:,} characters")
    return text


def bounded(value: Any) -> Any:
    """The value as it is, if it is not too large on its own (its members are not looked at)."""
    if isinstance(value, str):
        return bounded_text(value)
    if isinstance(value, list | tuple) and len(value) > VALUE_MEMBERS:
        raise ExpressionFailed(f"a list has more than {VALUE_MEMBERS:,} members")
    return value


def result(value: Any) -> Any:
    """The value as plain data: tuples as lists, whole floats as integers.

    Raises `ExpressionFailed` for what is too large, no number that JSON can carry, or no data.
    """
    converted, _ = _measured(value, VALUE_CHARACTERS)
    return converted


def _measured(value: Any, room: int) -> tuple[Any, int]:
    """The value as plain data, and the characters that are left of `room` after it."""
    match value:
        case None | bool():
            return value, _less(room, 1)
        case int() | float():
            return _number(value), _less(room, 1)
        case str():
            return value, _less(room, len(value) + 1)
        case list() | tuple():
            return _measured_list(value, room)
        case dict():
            keys, room = _measured_list(list(value), room)
            values, room = _measured_list(list(value.values()), room)
            return dict(zip(keys, values, strict=True)), room
        case _:
            raise ExpressionFailed(f"the result is no plain value ({type(value).__name__})")


def _measured_list(members: list[Any] | tuple[Any, ...], room: int) -> tuple[list[Any], int]:
    taken = []
    for member in members:
        converted, room = _measured(member, _less(room, 1))
        taken.append(converted)
    return taken, room


def _less(room: int, used: int) -> int:
    if used > room:
        raise ExpressionFailed(f"the result is larger than {VALUE_CHARACTERS:,} characters")
    return room - used


def _number(value: int | float) -> int | float:  # noqa: PYI041  the two are told apart here
    if isinstance(value, float) and not math.isfinite(value):
        raise ExpressionFailed("the result is no finite number")
    if not float(value).is_integer():
        return value
    if abs(value) > WHOLE:
        raise ExpressionFailed("the result is a whole number beyond 2^53, which JSON cannot carry")
    return int(value)
