"""Computing a rollup from the values of the related pages."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from notion_gitops.sandbox.values.dates import instant
from notion_gitops.sandbox.values.operands import Operand, When, is_empty, number

if TYPE_CHECKING:
    from collections.abc import Callable

    from notion_gitops.sandbox.basics.messages import Json


class Function(StrEnum):
    """What a rollup does with the values (Notion's documentation, "Rollup")."""

    COUNT = "count"
    COUNT_VALUES = "count_values"
    EMPTY = "empty"
    NOT_EMPTY = "not_empty"
    UNIQUE = "unique"
    SHOW_UNIQUE = "show_unique"
    PERCENT_EMPTY = "percent_empty"
    PERCENT_NOT_EMPTY = "percent_not_empty"
    SUM = "sum"
    AVERAGE = "average"
    MEDIAN = "median"
    MIN = "min"
    MAX = "max"
    RANGE = "range"
    EARLIEST_DATE = "earliest_date"
    LATEST_DATE = "latest_date"
    DATE_RANGE = "date_range"
    CHECKED = "checked"
    UNCHECKED = "unchecked"
    PERCENT_CHECKED = "percent_checked"
    PERCENT_UNCHECKED = "percent_unchecked"
    COUNT_PER_GROUP = "count_per_group"
    PERCENT_PER_GROUP = "percent_per_group"
    SHOW_ORIGINAL = "show_original"


@dataclass(frozen=True, slots=True)
class Related:
    """The cell of one related page."""

    value: Operand
    shown: Json  # {"type": ..., TYPE: ...}, as an element of `show_original`
    complete: bool  # the status lies in the group that means done


def shown_rollup(function: Function, cells: list[Related]) -> Json:
    """The value of a rollup property as an answer shows it."""
    match function:
        case Function.SHOW_ORIGINAL:
            return _array([cell.shown for cell in cells], function)
        case Function.SHOW_UNIQUE:
            unique = {repr(cell.shown): cell.shown for cell in cells}
            return _array(list(unique.values()), function)
        case Function.EARLIEST_DATE | Function.LATEST_DATE | Function.DATE_RANGE:
            return _dates(function, [cell.value for cell in cells])
        case _:
            found = _NUMBERS[function](cells)
            shown = None if found is None else number(found)
            return {"type": "number", "number": shown, "function": function.value}


def rollup_operand(function: Function, cells: list[Related]) -> Operand:
    """The value of a rollup to compute with."""
    match function:
        case Function.SHOW_ORIGINAL | Function.SHOW_UNIQUE:
            return _values(cells)
        case Function.EARLIEST_DATE | Function.LATEST_DATE | Function.DATE_RANGE:
            date = _dates(function, [cell.value for cell in cells])["date"]
            return None if date is None else When(date["start"], date["end"])
        case _:
            return _NUMBERS[function](cells)


def result_type(function: Function) -> str:
    """The type of what a function gives: `array`, `date` or `number`."""
    match function:
        case Function.SHOW_ORIGINAL | Function.SHOW_UNIQUE:
            return "array"
        case Function.EARLIEST_DATE | Function.LATEST_DATE | Function.DATE_RANGE:
            return "date"
        case _:
            return "number"


def _array(items: list[Json], function: Function) -> Json:
    return {"type": "array", "array": items, "function": function.value}


def _values(cells: list[Related]) -> list[Operand]:
    """The single values of all cells, lists opened, empty ones left out."""
    found: list[Operand] = []
    for cell in cells:
        found.extend(cell.value if isinstance(cell.value, list) else [cell.value])
    return [value for value in found if value is not None and value != ""]


def _numeric(cells: list[Related]) -> list[float]:
    return [
        float(one)
        for one in _values(cells)
        if isinstance(one, int | float) and not isinstance(one, bool)
    ]


def _share(cells: list[Related], test: Callable[[Related], bool]) -> float | None:
    return sum(map(test, cells)) / len(cells) if cells else None


def _blank(cell: Related) -> bool:
    return is_empty(cell.value)


def _filled(cell: Related) -> bool:
    return not is_empty(cell.value)


def _checked(cell: Related) -> bool:
    return cell.value is True


def _complete(cell: Related) -> bool:
    return cell.complete


def _of_numbers(
    compute: Callable[[list[float]], float],
) -> Callable[[list[Related]], float | None]:
    def function(cells: list[Related]) -> float | None:
        numbers = _numeric(cells)
        try:
            return number(compute(numbers)) if numbers else None
        except OverflowError:  # beyond a double; Notion has no number for that
            return None

    return function


_NUMBERS: dict[Function, Callable[[list[Related]], float | None]] = {
    Function.COUNT: len,
    Function.COUNT_VALUES: lambda cells: len(_values(cells)),
    Function.EMPTY: lambda cells: sum(map(_blank, cells)),
    Function.NOT_EMPTY: lambda cells: sum(map(_filled, cells)),
    Function.UNIQUE: lambda cells: len({repr(value) for value in _values(cells)}),
    Function.PERCENT_EMPTY: lambda cells: _share(cells, _blank),
    Function.PERCENT_NOT_EMPTY: lambda cells: _share(cells, _filled),
    Function.SUM: _of_numbers(sum),
    Function.AVERAGE: _of_numbers(statistics.fmean),
    Function.MEDIAN: _of_numbers(statistics.median),
    Function.MIN: _of_numbers(min),
    Function.MAX: _of_numbers(max),
    Function.RANGE: _of_numbers(lambda numbers: max(numbers) - min(numbers)),
    Function.CHECKED: lambda cells: sum(map(_checked, cells)),
    Function.UNCHECKED: lambda cells: len(cells) - sum(map(_checked, cells)),
    Function.PERCENT_CHECKED: lambda cells: _share(cells, _checked),
    Function.PERCENT_UNCHECKED: lambda cells: _share(cells, lambda cell: not _checked(cell)),
    Function.COUNT_PER_GROUP: lambda cells: sum(map(_complete, cells)),
    Function.PERCENT_PER_GROUP: lambda cells: _share(cells, _complete),
}


def _dates(function: Function, values: list[Operand]) -> Json:
    moments = [when for value in values for when in _moments(value)]
    date = None
    if moments:
        first, last = min(moments, key=instant), max(moments, key=instant)
        span = function is Function.DATE_RANGE
        start = last if function is Function.LATEST_DATE else first
        date = When(start, last if span else None).to_json()
    return {"type": "date", "date": date, "function": function.value}


def _moments(value: Operand) -> list[str]:
    match value:
        case When(start, end):
            return [start] if end is None else [start, end]
        case list():
            return [moment for one in value for moment in _moments(one)]
        case _:
            return []
