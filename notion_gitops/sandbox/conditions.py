"""The operators of filters, each a test of one value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any

from notion_gitops.sandbox.dates import add_months, instant, is_day, relative_day
from notion_gitops.sandbox.formulas import as_text
from notion_gitops.sandbox.identity import parse_uuid
from notion_gitops.sandbox.messages import failed_validation
from notion_gitops.sandbox.operands import Operand, When, is_number

Test = Callable[[Operand], bool]


class Family(StrEnum):
    """Types of property that share their operators."""

    TEXT = "text"
    NUMBER = "number"
    CHECKBOX = "checkbox"
    OPTION = "option"
    OPTIONS = "options"
    DATE = "date"
    MEMBERS = "members"  # people, relation: lists of ids
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


def _test(family: Family, operator: str, operand: Any, asking: Asking, path: str) -> Test:
    if operator in {"is_empty", "is_not_empty"} and family is not Family.CHECKBOX:
        wanted = operator == "is_empty"
        return lambda value: (value is None or value in ("", [])) is wanted
    found = _operator_test(family, operator, operand, asking, path)
    if found is None:
        raise failed_validation(path, "not present", operand)
    return found


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
        case Family.OPTION | Family.VERIFICATION:
            return _option(operator, operand)
        case Family.OPTIONS:
            return _members(operator, _several(operand))
        case Family.MEMBERS:
            return _members(operator, _identities(operand, asking, path))
        case Family.DATE:
            return _date(operator, operand, asking, path)
        case Family.FILES:
            return None


def _negated(test: Test) -> Test:
    return lambda value: not test(value)


def _text(operator: str, operand: Any) -> Test | None:
    if not isinstance(operand, str):
        return None
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


def _number(operator: str, operand: Any) -> Test | None:
    if isinstance(operand, bool) or not isinstance(operand, int | float):
        return None
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


def _checkbox(operator: str, operand: Any) -> Test | None:
    if not isinstance(operand, bool) or operator not in {"equals", "does_not_equal"}:
        return None
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


def _identities(operand: Any, asking: Asking, path: str) -> list[str]:
    if operand == "me":
        return [asking.me]
    identity = parse_uuid(operand) if isinstance(operand, str) else None
    if identity is None:
        raise failed_validation(path, "a valid uuid", operand)
    return [identity]


# Dates: compared to the minute; a day given stands for that whole day


def _date(operator: str, operand: Any, asking: Asking, path: str) -> Test | None:
    today = asking.now.astimezone(UTC).date()
    span = _span(operator, today)
    if span is not None:
        first, last = span
        return lambda value: isinstance(value, When) and first <= _day(value.start) <= last
    if operator not in {"equals", "before", "after", "on_or_before", "on_or_after"}:
        return None
    named = relative_day(operand, today) if isinstance(operand, str) else None
    try:
        wanted = named.isoformat() if named is not None else str(operand)
        instant(wanted)
    except ValueError as error:
        raise failed_validation(path, "a valid ISO 8601 date string", operand) from error
    return _compared(operator, wanted)


def _compared(operator: str, wanted: str) -> Test:
    start = instant(wanted)
    # A day has a length; a minute has none beyond itself.
    end = start + (timedelta(days=1) if is_day(wanted) else timedelta(minutes=1))
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
