"""Operators, and functions of numbers and of truth values."""

from __future__ import annotations

import math
import re
import statistics
from decimal import ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING

from notion_gitops.sandbox.values.formulas.coercion import (
    Function,
    Result,
    equal,
    less,
    to_moment,
    to_number,
    to_text,
    to_whole,
    truth,
)
from notion_gitops.sandbox.values.operands import Operand, When, is_empty

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_MOST_PLACES = 15  # of decimals, beyond which a double has none


def _computed(compute: Callable[..., float], *arguments: object) -> float:
    """What JavaScript computes: Infinity and NaN, where Python raises."""
    try:
        return compute(*arguments)
    except OverflowError:
        return math.inf
    except ValueError:
        return math.nan


def _of(compute: Callable[..., float]) -> Function:
    """A function of numbers: each argument is taken as one."""
    return Function(Result.NUMBER, lambda a: _computed(compute, to_number(a)))


def _of_two(compute: Callable[[float, float], float]) -> Function:
    return Function(Result.NUMBER, lambda a, b: _computed(compute, to_number(a), to_number(b)))


def _of_many(compute: Callable[[list[float]], float]) -> Function:
    """A function of any number of numbers and lists of them; empty without any."""

    def many(*values: Operand) -> float | None:
        numbers = _opened(values)
        return _computed(compute, numbers) if numbers else None

    return Function(Result.NUMBER, many)


def _opened(values: tuple[Operand, ...]) -> list[float]:
    flat: list[Operand] = []
    for value in values:
        flat.extend(value if isinstance(value, list) else [value])
    return [to_number(value) for value in flat if value is not None]


def _divided(left: float, right: float) -> float:
    if right:
        return left / right
    return math.nan if not left or math.isnan(left) else math.copysign(math.inf, left)


def _rounded(value: Operand, places: Operand = None) -> float:
    return _computed(_half_up, to_number(value), to_whole(places))


def _cube_root(value: float) -> float:
    root = math.cbrt(value)
    nearest = round(root)  # some machines give 3.0000000000000004 for 27
    return nearest if nearest**3 == value else root


def _half_up(value: float, places: int) -> float:
    """As JavaScript rounds; on the decimal digits, where 2.345 is no 2.34499..."""
    places = max(-_MOST_PLACES, min(places, _MOST_PLACES))
    scaled = Decimal(repr(value)).scaleb(places) + Decimal("0.5")
    return float(scaled.to_integral_value(ROUND_FLOOR).scaleb(-places))


def _parsed(value: Operand) -> float | None:
    """The number that a text begins with; that of a date are its milliseconds since 1970."""
    if isinstance(value, When):
        return milliseconds(value)
    if not isinstance(value, str):
        return None if value is None else to_number(value)
    match = re.match(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)", value, re.ASCII)
    return None if match is None else float(match[1])


def milliseconds(value: Operand) -> float | None:
    """The milliseconds since 1970 of a date; None for what is empty."""
    moment = to_moment(value)
    return None if moment is None else moment.timestamp() * 1000


def _plus(left: Operand, right: Operand) -> Operand:
    if all(value is None or isinstance(value, int | float) for value in (left, right)):
        return to_number(left) + to_number(right)
    return to_text(left) + to_text(right)


def _test(compute: Callable[[Operand, Operand], bool]) -> Function:
    return Function(Result.BOOLEAN, compute)


def _empty(value: Operand) -> bool:
    return is_empty(value) or not truth(value)


_ARITHMETIC: dict[str, Function] = {
    "add": Function(Result.SAME, _plus),
    "subtract": _of_two(lambda a, b: a - b),
    "multiply": _of_two(lambda a, b: a * b),
    "divide": _of_two(_divided),
    "mod": _of_two(math.fmod),
    "pow": _of_two(math.pow),
}
_LOGIC: dict[str, Function] = {
    "equal": _test(equal),
    "unequal": _test(lambda a, b: not equal(a, b)),
    "<": _test(less),
    ">": _test(lambda a, b: less(b, a)),
    "<=": _test(lambda a, b: less(a, b) or equal(a, b)),
    ">=": _test(lambda a, b: less(b, a) or equal(a, b)),
    "and": Function(Result.BOOLEAN, lambda *values: all(map(truth, values))),
    "or": Function(Result.BOOLEAN, lambda *values: any(map(truth, values))),
    "not": Function(Result.BOOLEAN, lambda value: not truth(value)),
    "empty": Function(Result.BOOLEAN, _empty),
}
NUMBERS: Mapping[str, Function] = {
    **_ARITHMETIC,
    **_LOGIC,
    "+": _ARITHMETIC["add"],
    "-": _ARITHMETIC["subtract"],
    "*": _ARITHMETIC["multiply"],
    "/": _ARITHMETIC["divide"],
    "%": _ARITHMETIC["mod"],
    "^": _ARITHMETIC["pow"],
    "==": _LOGIC["equal"],
    "!=": _LOGIC["unequal"],
    "negate": _of(lambda a: -a),
    "abs": _of(abs),
    "ceil": _of(math.ceil),
    "floor": _of(math.floor),
    "round": Function(Result.NUMBER, _rounded),
    "sqrt": _of(math.sqrt),
    "cbrt": _of(_cube_root),
    "exp": _of(math.exp),
    "ln": _of(math.log),
    "log10": _of(math.log10),
    "log2": _of(math.log2),
    "sign": _of(lambda a: (a > 0) - (a < 0)),
    "pi": Function(Result.NUMBER, lambda: math.pi),
    "e": Function(Result.NUMBER, lambda: math.e),
    "min": _of_many(min),
    "max": _of_many(max),
    "sum": _of_many(sum),
    "mean": _of_many(statistics.fmean),
    "median": _of_many(statistics.median),
    "toNumber": Function(Result.NUMBER, _parsed),
}
