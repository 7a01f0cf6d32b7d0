"""Computing a formula: a tree and a look-up of properties give a value."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from notion_gitops.sandbox.basics.nouns import Kind
from notion_gitops.sandbox.values.dates import add_months, instant
from notion_gitops.sandbox.values.formula_syntax import Apply, FormulaError, Literal, Node, Prop
from notion_gitops.sandbox.values.operands import Operand, When, is_empty, number

if TYPE_CHECKING:
    from collections.abc import Callable

    from notion_gitops.sandbox.basics.messages import Json

_NUMBERS = frozenset({
    "+", "-", "*", "/", "%", "^", "negate", "round", "floor", "ceil", "abs", "sqrt", "min", "max",
    "sum", "length", "dateBetween", "toNumber", "year", "month", "date", "hour", "minute",
})  # fmt: skip
_TRUTHS = frozenset({
    "==", "!=", "<", ">", "<=", ">=", "and", "or", "not", "empty", "contains",
})  # fmt: skip
_DATES = frozenset({"now", "today", "dateAdd", "dateSubtract", "dateStart", "dateEnd"})
_NUMBER_KINDS = frozenset({Kind.NUMBER, Kind.UNIQUE_ID, Kind.ROLLUP})
_DATE_KINDS = frozenset({Kind.DATE, Kind.CREATED_TIME, Kind.LAST_EDITED_TIME})


@dataclass(frozen=True, slots=True)
class Scope:
    """What an expression can see."""

    value: Callable[[str], Operand]  # of a property, by id
    kind: Callable[[str], Kind | None]  # of a property, by id; None if it is gone
    now: datetime


def shown_formula(tree: Node, scope: Scope) -> Json:
    """The value of a formula property as an answer shows it."""
    try:
        value = evaluate(tree, scope)
    except (FormulaError, ValueError, TypeError, ArithmeticError):
        return {"type": "unsupported", "unsupported": {}}
    match value:
        case bool():
            return {"type": "boolean", "boolean": value}
        case int() | float():
            return {"type": "number", "number": number(value)}
        case When():
            return {"type": "date", "date": value.to_json()}
        case str():
            return {"type": "string", "string": value}
        case list():
            return {"type": "string", "string": as_text(value)}
        case None:
            kind = _static_type(tree, scope)
            return {"type": kind, kind: None}


def _static_type(tree: Node, scope: Scope) -> str:
    """The type of an expression whose value is empty."""
    match tree:
        case Apply("if", (_, first, second)):
            found = _static_type(first, scope)
            return found if found != "string" else _static_type(second, scope)
        case Apply(name, _):
            for group, kind in ((_NUMBERS, "number"), (_TRUTHS, "boolean"), (_DATES, "date")):
                if name in group:
                    return kind
        case Prop(identity):
            if scope.kind(identity) in _NUMBER_KINDS:
                return "number"
            if scope.kind(identity) in _DATE_KINDS:
                return "date"
        case Literal(value):
            return "string" if isinstance(value, str) else "number"
    return "string"


def evaluate(tree: Node, scope: Scope) -> Operand:
    """The value of an expression.

    Raises:
        FormulaError: a function outside the subset, or a property that is gone.
    """
    match tree:
        case Literal(value):
            return value
        case Prop(identity):
            if scope.kind(identity) is None:
                raise FormulaError("a property that does not exist")
            return scope.value(identity)
        case Apply("if", (condition, first, second)):
            return evaluate(first if _truth(evaluate(condition, scope)) else second, scope)
        case Apply("ifs", arguments):
            return _first_that_holds(arguments, scope)
        case Apply("now", ()):
            return When(scope.now.astimezone(UTC).isoformat(timespec="milliseconds"))
        case Apply("today", ()):
            return When(scope.now.astimezone(UTC).date().isoformat())
        case Apply(name, arguments):
            return _apply(name, [evaluate(argument, scope) for argument in arguments])


def _first_that_holds(arguments: tuple[Node, ...], scope: Scope) -> Operand:
    for at in range(0, len(arguments) - 1, 2):
        if _truth(evaluate(arguments[at], scope)):
            return evaluate(arguments[at + 1], scope)
    return evaluate(arguments[-1], scope) if len(arguments) % 2 else None


def _apply(name: str, arguments: list[Operand]) -> Operand:
    function = _FUNCTIONS.get(name)
    if function is None:
        raise FormulaError(f"{name}() is not part of the sandbox's formula language")
    return function(*arguments)


def _truth(value: Operand) -> bool:
    return not is_empty(value) and value != 0


def _number(value: Operand) -> float:
    if isinstance(value, list | When):
        raise FormulaError("a number expected")
    return float(value) if value not in (None, "") else 0.0


def as_text(value: Operand) -> str:
    """A value as Notion's `format` writes it."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(number(value))
        case When(start, end):
            return start if end is None else f"{start} → {end}"
        case list():
            return ", ".join(as_text(one) for one in value)
        case str():
            return value


def _plus(left: Operand, right: Operand) -> Operand:
    if any(isinstance(value, str | list | When) for value in (left, right)):
        return as_text(left) + as_text(right)
    return _number(left) + _number(right)


def _equal(left: Operand, right: Operand) -> bool:
    if isinstance(left, When) and isinstance(right, When):
        return instant(left.start) == instant(right.start)
    return left == right or (is_empty(left) and is_empty(right))


def _less(left: Operand, right: Operand) -> bool:
    if left is None or right is None:
        return False
    if isinstance(left, When) and isinstance(right, When):
        return instant(left.start) < instant(right.start)
    if isinstance(left, str) and isinstance(right, str):
        return left < right
    return _number(left) < _number(right)


def _round(value: Operand, places: Operand = 0) -> float:
    scale = 10.0 ** int(_number(places))
    return math.floor(_number(value) * scale + 0.5) / scale  # half up, as JavaScript does


def _length(value: Operand) -> int:
    return len(value) if isinstance(value, list) else len(as_text(value))


def _contains(whole: Operand, part: Operand) -> bool:
    return part in whole if isinstance(whole, list) else as_text(part) in as_text(whole)


def _moment(value: Operand) -> datetime:
    if not isinstance(value, When):
        raise FormulaError("a date expected")
    return instant(value.start)


_UNITS = {
    "minutes": timedelta(minutes=1), "hours": timedelta(hours=1), "days": timedelta(days=1),
    "weeks": timedelta(weeks=1),
}  # fmt: skip
_MONTHS = {"months": 1, "quarters": 3, "years": 12}


def _date_between(later: Operand, earlier: Operand, unit: Operand) -> float | None:
    if later is None or earlier is None:
        return None
    to, since = _moment(later), _moment(earlier)
    step = _UNITS.get(as_text(unit))
    if step is not None:
        return int((to - since) / step)
    months = (to.year - since.year) * 12 + to.month - since.month
    if months > 0 and to.day < since.day:
        months -= 1
    return int(months / _MONTHS[_known_unit(unit)])


def _date_add(when: Operand, amount: Operand, unit: Operand) -> When | None:
    if when is None:
        return None
    if not isinstance(when, When):
        raise FormulaError("a date expected")
    moment, count = _moment(when), int(_number(amount))
    step = _UNITS.get(as_text(unit))
    if step is not None:
        moved = moment + count * step
    else:
        day = add_months(moment.date(), count * _MONTHS[_known_unit(unit)])
        moved = datetime.combine(day, moment.timetz())
    day_only = len(when.start) == len("2026-01-01") and moved.time() == moment.time()
    return When(moved.date().isoformat() if day_only else moved.isoformat(timespec="milliseconds"))


def _known_unit(unit: Operand) -> str:
    if as_text(unit) not in _MONTHS:
        raise FormulaError("a unit of time expected")
    return as_text(unit)


def _date_end(value: Operand) -> Operand:
    if not isinstance(value, When):
        return None
    return When(value.end or value.start)


def _numbers(arguments: tuple[Operand, ...]) -> list[float]:
    flat: list[Operand] = []
    for argument in arguments:
        flat.extend(argument if isinstance(argument, list) else [argument])
    return [_number(value) for value in flat if value is not None]


_FUNCTIONS: dict[str, Callable[..., Operand]] = {
    "+": _plus,
    "-": lambda a, b: _number(a) - _number(b),
    "*": lambda a, b: _number(a) * _number(b),
    "/": lambda a, b: _number(a) / _number(b) if _number(b) else None,
    "%": lambda a, b: math.fmod(_number(a), _number(b)),
    "^": lambda a, b: _number(a) ** _number(b),
    "negate": lambda a: -_number(a),
    "==": _equal,
    "!=": lambda a, b: not _equal(a, b),
    "<": _less,
    ">": lambda a, b: _less(b, a),
    "<=": lambda a, b: _less(a, b) or _equal(a, b),
    ">=": lambda a, b: _less(b, a) or _equal(a, b),
    "and": lambda *values: all(_truth(value) for value in values),
    "or": lambda *values: any(_truth(value) for value in values),
    "not": lambda value: not _truth(value),
    "empty": lambda value: is_empty(value) or value == 0,
    "round": _round,
    "floor": lambda a: math.floor(_number(a)),
    "ceil": lambda a: math.ceil(_number(a)),
    "abs": lambda a: abs(_number(a)),
    "sqrt": lambda a: math.sqrt(_number(a)),
    "min": lambda *values: min(_numbers(values), default=None),
    "max": lambda *values: max(_numbers(values), default=None),
    "sum": lambda *values: sum(_numbers(values)),
    "toNumber": lambda a: None if a in (None, "") else _number(a),
    "concat": lambda *values: "".join(as_text(value) for value in values),
    "format": as_text,
    "length": _length,
    "lower": lambda a: as_text(a).lower(),
    "upper": lambda a: as_text(a).upper(),
    "contains": _contains,
    "join": lambda values, between: as_text(between).join(as_text(v) for v in values),
    "dateBetween": _date_between,
    "dateAdd": _date_add,
    "dateSubtract": lambda when, amount, unit: _date_add(when, -_number(amount), unit),
    "dateStart": lambda when: When(when.start) if isinstance(when, When) else None,
    "dateEnd": _date_end,
    "year": lambda when: _moment(when).year,
    "month": lambda when: _moment(when).month,
    "date": lambda when: _moment(when).day,
    "hour": lambda when: _moment(when).hour,
    "minute": lambda when: _moment(when).minute,
}
