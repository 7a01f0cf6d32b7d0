"""Functions of dates, all in UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from notion_gitops.sandbox.values.dates import add_months, is_day
from notion_gitops.sandbox.values.formulas.coercion import (
    MONTHS,
    Function,
    Result,
    to_moment,
    to_number,
    to_text,
    to_whole,
)
from notion_gitops.sandbox.values.formulas.numbers import milliseconds
from notion_gitops.sandbox.values.formulas.tree import FormulaError
from notion_gitops.sandbox.values.operands import Operand, When

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_STEPS = {
    "milliseconds": timedelta(milliseconds=1), "seconds": timedelta(seconds=1),
    "minutes": timedelta(minutes=1), "hours": timedelta(hours=1), "days": timedelta(days=1),
    "weeks": timedelta(weeks=1),
}  # fmt: skip
_MONTHS = {"months": 1, "quarters": 3, "years": 12}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _when(moment: datetime) -> When:
    minute = moment.astimezone(UTC).replace(second=0, microsecond=0)
    return When(minute.isoformat(timespec="milliseconds"))


def _part(read: Callable[[datetime], float]) -> Function:
    """A number in a date; empty where the date is."""

    def part(value: Operand) -> float | None:
        moment = to_moment(value)
        return None if moment is None else read(moment)

    return Function(Result.NUMBER, part)


def _unit(unit: Operand) -> str:
    name = to_text(unit)
    if name not in _STEPS and name not in _MONTHS:
        raise FormulaError("a unit of time is expected")
    return name


def _added(value: Operand, amount: Operand, unit: Operand) -> When | None:
    """A date moved on; empty where it would be before the year 1 or after the year 9999."""
    moment, name = to_moment(value), _unit(unit)
    if moment is None or not isinstance(value, When):
        return None
    try:
        moved = _moved(moment, to_whole(amount), name)
    except (OverflowError, ValueError):
        return None
    if is_day(value.start) and moved.time() == moment.time():
        return When(moved.date().isoformat())
    return _when(moved)


def _moved(moment: datetime, amount: int, unit: str) -> datetime:
    if unit in _STEPS:
        return moment + amount * _STEPS[unit]
    return datetime.combine(add_months(moment.date(), amount * _MONTHS[unit]), moment.timetz())


def _between(later: Operand, earlier: Operand, unit: Operand) -> int | None:
    """The whole units from one date to another; negative if the first is the earlier one."""
    to, since, name = to_moment(later), to_moment(earlier), _unit(unit)
    if to is None or since is None:
        return None
    if to < since:
        return -_units(since, to, name)
    return _units(to, since, name)


def _units(to: datetime, since: datetime, unit: str) -> int:
    if unit in _STEPS:
        return (to - since) // _STEPS[unit]
    months = (to.year - since.year) * 12 + to.month - since.month
    if months and _moved(since, months, "months") > to:
        months -= 1
    return months // _MONTHS[unit]


def _from_timestamp(value: Operand) -> When | None:
    try:
        return _when(_EPOCH + timedelta(milliseconds=to_number(value)))
    except (OverflowError, ValueError):
        return None


_DAY = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


def _parsed(value: Operand) -> When | None:
    """The date of a text in ISO 8601, perhaps without its day or month; empty if it is none."""
    text = to_text(value).strip()
    try:
        match = _DAY.fullmatch(text)
        if match is not None:
            year, month, day = (int(part or 1) for part in match.groups())
            return When(datetime(year, month, day, tzinfo=UTC).date().isoformat())
        moment = datetime.fromisoformat(text)
        return _when(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (OverflowError, ValueError):
        return None


def _range(start: Operand, end: Operand) -> When | None:
    if not isinstance(start, When) or not isinstance(end, When):
        return None
    return When(start.start, end.end or end.start)


def _end(value: Operand) -> When | None:
    return When(value.end or value.start) if isinstance(value, When) else None


def _start(value: Operand) -> When | None:
    return When(value.start) if isinstance(value, When) else None


def _ordinal(number: int) -> str:
    teen = number // 10 % 10 == 1
    return f"{number}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


_FORMATS: Mapping[str, Callable[[datetime], str]] = {
    "YYYY": lambda at: f"{at.year:04d}",
    "YY": lambda at: f"{at.year % 100:02d}",
    "Y": lambda at: str(at.year),
    "Q": lambda at: str((at.month + 2) // 3),
    "MMMM": lambda at: MONTHS[at.month - 1],
    "MMM": lambda at: MONTHS[at.month - 1][:3],
    "MM": lambda at: f"{at.month:02d}",
    "M": lambda at: str(at.month),
    "DDDD": lambda at: f"{at.timetuple().tm_yday:03d}",
    "DDD": lambda at: str(at.timetuple().tm_yday),
    "DD": lambda at: f"{at.day:02d}",
    "Do": lambda at: _ordinal(at.day),
    "D": lambda at: str(at.day),
    "dddd": lambda at: _WEEKDAYS[at.weekday()],
    "ddd": lambda at: _WEEKDAYS[at.weekday()][:3],
    "dd": lambda at: _WEEKDAYS[at.weekday()][:2],
    "d": lambda at: str(at.isoweekday() % 7),
    "E": lambda at: str(at.isoweekday()),
    "WW": lambda at: f"{at.isocalendar().week:02d}",
    "W": lambda at: str(at.isocalendar().week),
    "HH": lambda at: f"{at.hour:02d}",
    "H": lambda at: str(at.hour),
    "hh": lambda at: f"{at.hour % 12 or 12:02d}",
    "h": lambda at: str(at.hour % 12 or 12),
    "mm": lambda at: f"{at.minute:02d}",
    "m": lambda at: str(at.minute),
    "ss": lambda _: "00",
    "s": lambda _: "0",
    "A": lambda at: "AM" if at.hour < 12 else "PM",  # noqa: PLR2004  noon
    "a": lambda at: "am" if at.hour < 12 else "pm",  # noqa: PLR2004
    "X": lambda at: str(int(at.timestamp())),
    "x": lambda at: str(int(at.timestamp() * 1000)),
    "ZZ": lambda _: "+0000",
    "Z": lambda _: "+00:00",
}
_MARK = re.compile(r"\[(?P<literal>[^\]]*)\]|" + "|".join(_FORMATS))  # the longest come first


def _formatted(value: Operand, form: Operand) -> str:
    """A date in the form of Moment's letters; what is in brackets stays."""
    moment = to_moment(value)
    if moment is None:
        return ""

    def mark(match: re.Match[str]) -> str:
        literal = match["literal"]
        return _FORMATS[match[0]](moment) if literal is None else literal

    return _MARK.sub(mark, to_text(form))


def clock(now: datetime) -> dict[str, Function]:
    """The functions that tell the present."""
    return {
        "now": Function(Result.DATE, lambda: _when(now)),
        "today": Function(Result.DATE, lambda: When(now.astimezone(UTC).date().isoformat())),
    }


DATES: Mapping[str, Function] = {
    "minute": _part(lambda at: at.minute),
    "hour": _part(lambda at: at.hour),
    "day": _part(lambda at: at.isoweekday()),
    "date": _part(lambda at: at.day),
    "week": _part(lambda at: at.isocalendar().week),
    "month": _part(lambda at: at.month),
    "year": _part(lambda at: at.year),
    "dateAdd": Function(Result.DATE, _added),
    "dateSubtract": Function(Result.DATE, lambda a, b, c: _added(a, -to_number(b), c)),
    "dateBetween": Function(Result.NUMBER, _between),
    "dateRange": Function(Result.DATE, _range),
    "dateStart": Function(Result.DATE, _start),
    "dateEnd": Function(Result.DATE, _end),
    "timestamp": Function(Result.NUMBER, milliseconds),
    "fromTimestamp": Function(Result.DATE, _from_timestamp),
    "formatDate": Function(Result.STRING, _formatted),
    "parseDate": Function(Result.DATE, _parsed),
}
