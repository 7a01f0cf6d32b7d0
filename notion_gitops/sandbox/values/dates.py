"""Dates: what a request may send, what is kept, and how dates compare.

The normalisations are those of recorded answers: seconds are cut off, the name of a time zone
becomes a fixed offset and is lost, a date without a time stays one.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from notion_gitops.sandbox.basics.messages import UNDEFINED, Json, failed_validation

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIMED = re.compile(
    r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?(Z|[+-]\d{2}:?\d{2})?", re.IGNORECASE
)
_ISO = "a valid ISO 8601 date string"


def parse_date(value: object, path: str) -> Json:
    """The date as kept and shown: `start`, `end`, `time_zone` (always null).

    Raises:
        ApiError: 400 with the place.
    """
    if not isinstance(value, dict):
        raise failed_validation(path, "an object or `null`", value)
    zone = _zone(value.get("time_zone"), f"{path}.time_zone")
    start = _moment(value.get("start", UNDEFINED), zone, f"{path}.start")
    end = value.get("end")
    return {
        "start": start,
        "end": None if end is None else _moment(end, zone, f"{path}.end"),
        "time_zone": None,
    }


def _zone(name: object, path: str) -> ZoneInfo | None:
    if name is None:
        return None
    try:
        return ZoneInfo(str(name))
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise failed_validation(path, "a valid IANA time zone", name) from error


def _moment(text: object, zone: ZoneInfo | None, path: str) -> str:
    if not isinstance(text, str):
        raise failed_validation(path, _ISO, text)
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text).isoformat()
        if _TIMED.fullmatch(text):
            return _timed(datetime.fromisoformat(text.upper().replace(",", ".")), zone)
    except (ValueError, OverflowError) as error:
        raise failed_validation(path, _ISO, text) from error
    raise failed_validation(path, _ISO, text)


def _timed(moment: datetime, zone: ZoneInfo | None) -> str:
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone or UTC)
    elif zone is not None:
        moment = moment.astimezone(zone)
    kept = moment.replace(second=0, microsecond=0).isoformat(timespec="milliseconds")
    instant(kept)  # what is kept can be compared: it is within the years 1 to 9999 in UTC, too
    return kept


def is_day(text: str) -> bool:
    """Whether a kept date has no time."""
    return _DAY.fullmatch(text) is not None


def instant(text: str) -> datetime:
    """The moment of a kept or given date, to the minute; a day is its midnight in UTC.

    Raises:
        ValueError: the text is no ISO 8601 date.
        OverflowError: in UTC it is before the year 1 or after the year 9999.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).replace(second=0, microsecond=0)


def relative_day(word: str, today: date) -> date | None:
    """The day that a word such as `one_week_ago` means, or None if it is no such word."""
    match word:
        case "today":
            return today
        case "tomorrow":
            return today + timedelta(days=1)
        case "yesterday":
            return today - timedelta(days=1)
        case "one_week_ago":
            return today - timedelta(weeks=1)
        case "one_week_from_now":
            return today + timedelta(weeks=1)
        case "one_month_ago":
            return add_months(today, -1)
        case "one_month_from_now":
            return add_months(today, 1)
        case _:
            return None


def add_months(day: date, months: int) -> date:
    """The same day some months on, or the last day of a shorter month.

    Raises:
        ValueError: it is before the year 1 or after the year 9999.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not MINYEAR <= year <= MAXYEAR:
        raise ValueError(f"the year {year} is beyond the calendar")
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
