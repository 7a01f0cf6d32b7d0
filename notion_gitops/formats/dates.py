"""Days, times and ranges, as people write them in record files."""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

from notion_gitops.model.values import DateValue, minute

_MOMENT = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})"
    r"(?:[T ](?P<hour>\d{2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d{1,9})?)?"
    r" ?(?P<zone>[Zz]|[+-]\d{2}:\d{2})?)?",
    re.ASCII,
)
HOW = "write 2026-06-01, 2026-06-01T10:00, 2026-06-01T10:00+02:00, or a range as start/end"


class NotADate(ValueError):  # noqa: N818  caught by the readers of values
    """The text is no day, time or range; says why."""


def looks_like_date(text: str) -> bool:
    """Whether a text has the form of a date, be it one of the calendar or not."""
    return all(_MOMENT.fullmatch(part) for part in text.split("/", 1))


def read_date(text: str, zone: str) -> DateValue:
    """The day, time or range that a text stands for.

    Args:
        text: ``start`` or ``start/end``.
        zone: IANA name; what a time without a zone means. Of a time that the end of summer time
            repeats the first is meant; one that its beginning skips is moved on by an hour.

    Raises:
        NotADate: the text has another form, or there is no such day or time.
    """
    start_text, slash, end_text = text.partition("/")
    start = _moment(start_text.strip(), zone)
    if not slash:
        return DateValue(start)
    end = _moment(end_text.strip(), zone)
    if _comparable(end) < _comparable(start):
        raise NotADate("the end is before the start")
    return DateValue(start, end)


def _comparable(moment: date | datetime) -> datetime:
    if isinstance(moment, datetime):
        return moment
    return datetime.combine(moment, time(), UTC)


def _moment(text: str, zone: str) -> date | datetime:
    match = _MOMENT.fullmatch(text)
    if match is None:
        raise NotADate(f'"{text}" has not the form of a date')
    try:
        day = date.fromisoformat(match["day"])
        if match["hour"] is None:
            return day
        clock = time(int(match["hour"]), int(match["minute"]), int(match["second"] or 0))
        return minute(datetime.combine(day, clock, _zone(match["zone"], zone)))
    except (ValueError, OverflowError):
        raise NotADate(f"there is no {text} in the calendar") from None


def _zone(written: str | None, default: str) -> timezone | ZoneInfo:
    if written is None:
        return _named(default)
    if written in "Zz":
        return UTC
    offset = timedelta(hours=int(written[1:3]), minutes=int(written[4:6]))
    return timezone(-offset if written[0] == "-" else offset)


@lru_cache(maxsize=64)
def _named(zone: str) -> ZoneInfo:
    return ZoneInfo(zone)
