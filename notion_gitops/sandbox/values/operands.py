"""Values to compute with: what filters, sorts, rollups and formulas see of a cell."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from notion_gitops.sandbox.basics.messages import Json


@dataclass(frozen=True, slots=True)
class When:
    """A date as kept: a day, or a minute with its offset; perhaps with an end."""

    start: str
    end: str | None = None

    def to_json(self) -> Json:
        """The date object of an answer."""
        return {"start": self.start, "end": self.end, "time_zone": None}


@dataclass(frozen=True, slots=True)
class Linked:
    """A page that a relation leads to, as formulas see it."""

    identity: str
    title: str


Operand = None | str | float | bool | When | Linked | list["Operand"]
"""None is empty. Options are names; people, pages and files are lists of ids or names."""


def number(value: float) -> float | None:
    """A number as JavaScript writes it: no fraction where there is none, null where it is none."""
    if not math.isfinite(value):
        return None
    return int(value) if value == int(value) and abs(value) < 2**53 else value


def is_number(value: Operand) -> bool:
    """Whether it is a number (a truth value is none)."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_empty(value: Operand) -> bool:
    """Whether a cell with this value counts as empty; an unchecked box does."""
    return value is None or value is False or value in ("", [])


def as_text(value: Operand) -> str:
    """A value as text; dates as they are kept."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() | float():
            return number_text(value)
        case When(start, end):
            return start if end is None else f"{start} → {end}"
        case Linked():
            return value.title
        case list():
            return ", ".join(as_text(one) for one in value)
        case str():
            return value


_PLAIN_FROM, _PLAIN_TO = 1e-6, 1e21  # between these JavaScript writes no exponent


def number_text(value: float) -> str:
    """A number as JavaScript writes it into a text."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == int(value) and abs(value) < _PLAIN_TO:
        return str(int(value))
    if _PLAIN_FROM <= abs(value) < _PLAIN_TO:
        return f"{Decimal(repr(value)):f}"
    digits, _, exponent = repr(float(value)).partition("e")
    return f"{digits}e{int(exponent):+d}"
