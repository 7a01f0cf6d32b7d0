"""Values to compute with: what filters, sorts, rollups and formulas see of a cell."""

from __future__ import annotations

import math
from dataclasses import dataclass
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


Operand = None | str | float | bool | When | list["Operand"]
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
