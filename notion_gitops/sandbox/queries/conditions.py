"""The operators of filters, each a test of one value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any

from notion_gitops.sandbox.basics.identity import parse_uuid
from notion_gitops.sandbox.basics.messages import failed_validation
from notion_gitops.sandbox.values.dates import add_months, instant, is_day, relative_day
from notion_gitops.sandbox.values.operands import Operand, When, as_text, is_number

Test = Callable[[Operand], bool]

_END = datetime.max.replace(tzinfo=UTC)


class Family(StrEnum):
    """Types of property that share their operators."""

    TEXT = "text"
    NUMBER = "number"
    CHECKBOX = "checkbox"
    OPTION = "option"
    OPTIONS = "options"
    DATE = "date"
    PEOPLE = "people"  # lists of ids, among them the one of who asks
    RELATION = "relation"  # lists of ids
    FILES = "files"
    VERIFICATION = "verification"


@dataclass(frozen=True, slots=True)
class Asking:
    """What the words of a filter mean at this request."""

    now: datetime
    me: str  # the user id that "me" stands for


def condition(family: Family, given: object, asking: Asking, path: str) -> Test:
    """The test that `{operator: operand}` means for a value of that family; all must hold.

    Raises:
        ApiError: 400 for an operator that the family does not have, or a wrong operand.
    """
    if not isinstance(given, dict) or not given:
        raise failed_validation(path, "an object", given)
    tests = [
        _test(family, operator, operand, asking, f"{path}.{operator}")
        for operator, operand in given.items()
    ]
    return lambda value: all(test(value) for test in tests)


_EMPTINESS = ("is_empty", "is_not_empty")
_TEXTUAL = ("equals", "does_not_equal", "contains", "does_not_contain", "starts_with", "ends_with")
_NUMERIC = (
    "equals", "does_not_equal", "greater_than", "less_than", "greater_than_or_equal_to",
    "less_than_or_equal_to",
)  # fmt: skip
_MOMENTS = ("equals", "before", "after", "on_or_before", "on_or_after")
_SPANS = (
    "this_week", "past_week", "past_month", "past_year", "next_week", "next_month", "next_year",
)  # fmt: skip
_OPERATORS: dict[Family, tuple[str, ...]] = {
    Family.TEXT: (*_TEXTUAL, *_EMPTINESS),
    Family.NUMBER: (*_NUMERIC, *_EMPTINESS),
    Family.CHECKBOX: ("equals", "does_not_equal"),
    Family.OPTION: ("equals", "does_not_equal", *_EMPTINESS),
    Family.OPTIONS: ("contains", "does_not_contain", *_EMPTINESS),
    Family.DATE: (*_MOMENTS, *_SPANS, *_EMPTINESS),
    Family.PEOPLE: ("contains", "does_not_contain", *_EMPTINESS),
    Family.RELATION: ("contains", "does_not_contain", *_EMPTINESS),
    Family.FILES: _EMPTINESS,
    Family.VERIFICATION: ("status", "does_not_equal"),
}
_STATES = {"verified": "verified", "expired": "expired", "none": "unverified"}


def _test(family: Family, operator: str, operand: Any, asking: Asking, path: str) -> Test:
    if operator not in _OPERATORS[family]:
        raise failed_validation(path, "not present", operand)
    expected = _expected(family, operator, operand)
    if expected is not None:
        raise failed_validation(path, expected, operand)
    if operator in _EMPTINESS:
        wanted = operator == "is_empty"
        return lambda value: (value is None or value in ("", [])) is wanted
    found = _operator_test(family, operator, operand, asking, path)
    if found is None:
        raise failed_validation(path, "not present", operand)
    return found


def _expected(family: Family, operator: str, operand: Any) -> str | None:
    """What an operand should have been; None if it is that."""
    if operator in _EMPTINESS:
        return None if operand is True else "`true`"
    if operator in _SPANS:
        return None if operand == {} else "an object"
    match family:
        case Family.NUMBER:
            number = isinstance(operand, int | float) and not isinstance(operand, bool)
            return None if number else "a number"
        case Family.CHECKBOX:
            return None if isinstance(operand, bool) else "a boolean"
        case Family.OPTION | Family.OPTIONS if isinstance(operand, list):
            return None if all(isinstance(one, str) for one in operand) else "an array of strings"
        case Family.VERIFICATION:
            known = isinstance(operand, str) and operand in _STATES
            return None if known else '`"verified"`, `"expired"`, or `"none"`'
        case _:
            return None if isinstance(operand, str) else "a string"


def _operator_test(
    family: Family, operator: str, operand: Any, asking: Asking, path: str
) -> Test | None:
    """The test of an operator, or None if the family does not have it."""
    match family:
        case Family.TEXT:
            return _text(operator, operand)
        case Family.NUMBER:
            return _number(operator, operand)
        case Family.CHECKBOX:
            return _checkbox(operator, operand)
        case Family.OPTION:
            return _option(operator, operand)
        case Family.VERIFICATION:
            return _option(operator, _STATES[operand])
        case Family.OPTIONS:
            return _members(operator, _several(operand))
        case Family.PEOPLE | Family.RELATION:
            me = operand == "me" and family is Family.PEOPLE
            return _members(operator, [asking.me if me else _identity(operand, path)])
        case Family.DATE:
            return _date(operator, operand, asking, path)
        case Family.FILES:
            return None


def _negated(test: Test) -> Test:
    return lambda value: not test(value)


def _text(operator: str, operand: str) -> Test | None:
    wanted = operand.casefold()
    tests: dict[str, Callable[[str], bool]] = {
        "equals": lambda text: text == wanted,
        "contains": lambda text: wanted in text,
        "starts_with": lambda text: text.startswith(wanted),
        "ends_with": lambda text: text.endswith(wanted),
    }
    positive = {"does_not_equal": "equals", "does_not_contain": "contains"}.get(operator, operator)
    test = tests.get(positive)
    if test is None:
        return None
    known = test

    def folded(value: Operand) -> bool:
        return known(as_text(value).casefold())

    return folded if positive == operator else _negated(folded)


def _number(operator: str, operand: float) -> Test | None:
    tests: dict[str, Callable[[float], bool]] = {
        "equals": lambda number: number == operand,
        "greater_than": lambda number: number > operand,
        "less_than": lambda number: number < operand,
        "greater_than_or_equal_to": lambda number: number >= operand,
        "less_than_or_equal_to": lambda number: number <= operand,
    }
    if operator == "does_not_equal":
        return lambda value: not (is_number(value) and value == operand)
    test = tests.get(operator)
    if test is None:
        return None
    known = test
    return lambda value: (
        isinstance(value, int | float) and not isinstance(value, bool) and known(value)
    )


def _checkbox(operator: str, operand: bool) -> Test:
    wanted = operand if operator == "equals" else not operand
    return lambda value: bool(value) is wanted


def _several(operand: Any) -> list[str]:
    return [str(one).casefold() for one in (operand if isinstance(operand, list) else [operand])]


def _option(operator: str, operand: Any) -> Test | None:
    key = {"status": "equals"}.get(operator, operator)  # the verification filter says "status"
    wanted = _several(operand)

    def equals(value: Operand) -> bool:
        return as_text(value).casefold() in wanted

    return {"equals": equals, "does_not_equal": _negated(equals)}.get(key)


def _members(operator: str, wanted: list[str]) -> Test | None:
    def contains(value: Operand) -> bool:
        members = value if isinstance(value, list) else [value]
        return any(as_text(member).casefold() in wanted for member in members)

    return {"contains": contains, "does_not_contain": _negated(contains)}.get(operator)


def _identity(operand: Any, path: str) -> str:
    identity = parse_uuid(operand) if isinstance(operand, str) else None
    if identity is None:
        raise failed_validation(path, "a valid uuid", operand)
    return identity


# Dates: compared to the minute; a day given stands for that whole day


def _date(operator: str, operand: Any, asking: Asking, path: str) -> Test:
    today = asking.now.astimezone(UTC).date()
    span = _span(operator, today)
    if span is not None:
        first, last = span
        return lambda value: isinstance(value, When) and first <= _day(value.start) <= last
    named = relative_day(operand, today) if isinstance(operand, str) else None
    try:
        wanted = named.isoformat() if named is not None else str(operand)
        instant(wanted)
    except (ValueError, OverflowError) as error:
        raise failed_validation(path, "a valid ISO 8601 date string", operand) from error
    return _compared(operator, wanted)


def _compared(operator: str, wanted: str) -> Test:
    start = instant(wanted)
    # A day has a length; a minute has none beyond itself. The last of all ends with time itself.
    length = timedelta(days=1) if is_day(wanted) else timedelta(minutes=1)
    end = start + min(length, _END - start)
    bounds: dict[str, Callable[[datetime], bool]] = {
        "equals": lambda moment: start <= moment < end,
        "before": lambda moment: moment < start,
        "after": lambda moment: moment >= end,
        "on_or_before": lambda moment: moment < end,
        "on_or_after": lambda moment: moment >= start,
    }
    holds = bounds[operator]
    return lambda value: isinstance(value, When) and holds(instant(value.start))


def _day(text: str) -> date:
    return instant(text).date()


def _span(operator: str, today: date) -> tuple[date, date] | None:
    """The first and the last day of a span; those of the past and the future include today."""
    monday = today - timedelta(days=today.weekday())
    spans = {
        "this_week": (monday, monday + timedelta(days=6)),
        "past_week": (today - timedelta(weeks=1), today),
        "past_month": (add_months(today, -1), today),
        "past_year": (add_months(today, -12), today),
        "next_week": (today, today + timedelta(weeks=1)),
        "next_month": (today, add_months(today, 1)),
        "next_year": (today, add_months(today, 12)),
    }
    return spans.get(operator)
