"""What the functions of formulas take and give: values, each of one type, and their bounds.

Numbers are those of JavaScript: NaN and Infinity are computed with, and shown as empty.
"""

from __future__ import annotations

import inspect
import math
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from notion_gitops.sandbox.values.dates import instant, is_day
from notion_gitops.sandbox.values.formulas.tree import FormulaError
from notion_gitops.sandbox.values.operands import Operand, When, as_text, is_empty, is_number

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from datetime import datetime

MAX_TEXT = 500_000  # characters; a property has at most 200,000

_CHARACTERS_A_STEP = 50
_MAX_SIZE = MAX_TEXT // _CHARACTERS_A_STEP  # of a value, in steps; each member of a list is one
_MAX_NESTING = 10  # lists in lists


class Result(StrEnum):
    """The types of a formula, by Notion's names; that of lists is their members'."""

    NUMBER = "number"
    STRING = "string"
    BOOLEAN = "boolean"
    DATE = "date"
    SAME = "same"  # as the first argument


@dataclass(frozen=True)
class Function:
    """A function of the language."""

    result: Result  # also told where the value is empty
    compute: Callable[..., Operand]
    cost: Callable[..., int] | None = None  # in steps, if it is more than its value's size

    @cached_property
    def _arity(self) -> tuple[int, float]:
        parameters = inspect.signature(self.compute).parameters.values()
        least = sum(
            one.default is one.empty and one.kind is not one.VAR_POSITIONAL for one in parameters
        )
        any_number = any(one.kind is one.VAR_POSITIONAL for one in parameters)
        return least, math.inf if any_number else len(parameters)

    def __call__(self, *arguments: Operand) -> Operand:
        """The value for these arguments.

        Raises:
            FormulaError: they are too few, too many, or of wrong types.
        """
        least, most = self._arity
        if not least <= len(arguments) <= most:
            raise FormulaError("a function with too few or too many arguments")
        return self.compute(*arguments)


def size(value: Operand, levels: int = _MAX_NESTING) -> int:
    """How much there is of a value: what computing with it costs, in steps.

    Raises:
        FormulaError: it is larger, or nested deeper, than what is computed with.
    """
    found = 0
    if isinstance(value, str):
        found = len(value) // _CHARACTERS_A_STEP
    elif isinstance(value, list):
        found = len(value)
        for one in value if levels else ():
            found += size(one, levels - 1)
            if found > _MAX_SIZE:
                break
    if found > _MAX_SIZE or (isinstance(value, list) and not levels):
        raise FormulaError("a value that is too large")
    return found


def to_number(value: Operand) -> float:
    """A number to compute with: what is empty counts as 0.

    Raises:
        FormulaError: it is a text, a date, a page or a list.
    """
    if value is None:
        return 0.0
    if isinstance(value, int | float):
        return float(value)
    raise FormulaError("a number is expected")


def to_whole(value: Operand) -> int:
    """A number without its fraction; 0 for what is none, as JavaScript takes positions."""
    found = to_number(value)
    return int(found) if math.isfinite(found) else 0


def to_list(value: Operand) -> list[Operand]:
    """A list; empty for what is empty.

    Raises:
        FormulaError: it is something else.
    """
    if value is None:
        return []
    if isinstance(value, list):
        return value
    raise FormulaError("a list is expected")


def to_moment(value: Operand) -> datetime | None:
    """The moment of a date, in UTC; None for what is empty.

    Raises:
        FormulaError: it is something else.
    """
    if value is None:
        return None
    if isinstance(value, When):
        return instant(value.start)
    raise FormulaError("a date is expected")


def to_text(value: Operand) -> str:
    """A value as `format` writes it: dates for people to read."""
    match value:
        case When(start, None):
            return _day_text(start)
        case When(start, str(end)):
            return f"{_day_text(start)} → {_day_text(end)}"
        case list():
            return ", ".join(to_text(one) for one in value)
        case _:
            return as_text(value)


MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


def _day_text(kept: str) -> str:
    moment = instant(kept)
    day = f"{MONTHS[moment.month - 1]} {moment.day}, {moment.year}"
    if is_day(kept):
        return day
    half = "AM" if moment.hour < 12 else "PM"  # noqa: PLR2004  noon
    return f"{day} {moment.hour % 12 or 12}:{moment.minute:02d} {half}"


def truth(value: Operand) -> bool:
    """Whether a value counts as true: it is not empty, and neither 0 nor NaN."""
    return not is_empty(value) and value != 0 and value == value  # noqa: PLR0124  NaN


def equal(left: Operand, right: Operand) -> bool:
    """Whether two values are the same; those of two types never are."""
    return key(left) == key(right)


def key(value: Operand) -> Hashable:
    """What two values have in common if they are the same: all that is empty, but no 0 or false."""
    match value:
        case None | "" | []:
            return None
        case bool():
            return bool, value
        case When(start):
            return When, instant(start)
        case list():
            return list, tuple(map(key, value))
        case _:
            return value


def less(left: Operand, right: Operand) -> bool:
    """Whether one value comes before another; an empty one comes before none.

    Raises:
        FormulaError: they are of two types, or of one without an order.
    """
    if left is None or right is None:
        return False
    if isinstance(left, When) and isinstance(right, When):
        return instant(left.start) < instant(right.start)
    if isinstance(left, str) and isinstance(right, str):
        return left < right
    if is_number(left) is is_number(right):
        return to_number(left) < to_number(right)
    raise FormulaError("values of two types have no order")
