"""Dates, times and ranges on one line, so that they can be compared with one another.

Everything becomes local wall time without a zone: a plain date is the whole day, a time is the
instant as clocks in the mapping's time zone showed it.
"""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

ALWAYS = (datetime.min, datetime.max)  # noqa: DTZ901  wall time, on purpose without a zone


def begin(moment: date | datetime, zone: ZoneInfo) -> datetime:
    """The first instant of a day, or the time itself."""
    if isinstance(moment, datetime):
        return _wall(moment, zone)
    return datetime.combine(moment, time.min)


def finish(moment: date | datetime, zone: ZoneInfo) -> datetime:
    """The last instant of a day, or the time itself."""
    if isinstance(moment, datetime):
        return _wall(moment, zone)
    return datetime.combine(moment, time.max)


def period_text(start: datetime, end: datetime) -> str:
    """A period as people say it; empty for all of time."""
    earliest, latest = ALWAYS
    match start == earliest, end == latest:
        case True, True:
            return ""
        case True, False:
            return f"until {_text(end)}"
        case False, True:
            return f"from {_text(start)} on"
        case _ if _text(start) == _text(end):
            return f"on {_text(start)}"
        case _:
            return f"from {_text(start)} to {_text(end)}"


def _wall(moment: datetime, zone: ZoneInfo) -> datetime:
    try:
        return moment.astimezone(zone).replace(tzinfo=None)
    except OverflowError:  # the first or the last day that there is
        return moment.replace(tzinfo=None)


def _text(moment: datetime) -> str:
    whole_day = moment.time() in (time.min, time.max)
    return moment.date().isoformat() if whole_day else moment.strftime("%Y-%m-%d %H:%M")
