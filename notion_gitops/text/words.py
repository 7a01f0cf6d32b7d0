"""Numbers, durations and times, as people read them."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def number(n: int) -> str:
    """``3012`` as ``3,012``."""
    return f"{n:,}"


def count(n: int, noun: str, plural: str = "") -> str:
    """``1 page``, ``2 pages``, ``3,012 tasks``; give `plural` where adding an s is wrong."""
    return f"{number(n)} {noun}" if n == 1 else f"{number(n)} {plural or plural_of(noun)}"


def plural_of(noun: str) -> str:
    """The regular English plural: ``entries``, ``pages``, ``searches``."""
    if noun.endswith("y") and noun[-2:-1] not in tuple("aeiou"):
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("s", "x", "ch", "sh")) else f"{noun}s"


def listed(items: Sequence[str], limit: int = 3) -> str:
    """``a, b and c``; past the limit ``a, b, c and 4 more``."""
    if len(items) > limit:
        return f"{', '.join(items[:limit])} and {number(len(items) - limit)} more"
    return " and ".join(part for part in (", ".join(items[:-1]), *items[-1:]) if part)


def duration(seconds: float) -> str:
    """``1.3 s``, ``1 min 20 s``, ``2 h 5 min``."""
    if seconds < _MINUTE - 0.05:
        return f"{seconds:.1f} s"
    return _whole(round(seconds))


def about(seconds: float) -> str:
    """A duration that is only estimated: ``about 3 s``, rounded up, never under a second."""
    return f"about {_whole(max(1, math.ceil(seconds)))}"


def moment(at: datetime, now: datetime | None = None) -> str:
    """``Tue 24 Nov 14:02`` in UTC; with the year if `now` is given and in another one."""
    utc = at.astimezone(UTC)
    year = "" if now is None or now.astimezone(UTC).year == utc.year else f" {utc.year}"
    day = f"{_DAYS[utc.weekday()]} {utc.day} {_MONTHS[utc.month - 1]}{year}"
    return f"{day} {utc:%H:%M}"


def ago(seconds: float) -> str:
    """``just now``, ``4 min ago``, ``3 h ago``, ``2 days ago``."""
    if seconds < _MINUTE:
        return "just now"
    if seconds < _HOUR:
        return f"{int(seconds // _MINUTE)} min ago"
    if seconds < 2 * _DAY:
        return f"{int(seconds // _HOUR)} h ago"
    return f"{count(int(seconds // _DAY), 'day')} ago"


def _whole(seconds: int) -> str:
    if seconds < _MINUTE:
        return f"{seconds} s"
    if seconds < _HOUR:
        return _two(seconds, _MINUTE, ("min", "s"))
    return _two(seconds // _MINUTE, _HOUR // _MINUTE, ("h", "min"))


def _two(amount: int, size: int, units: tuple[str, str]) -> str:
    large, small = divmod(amount, size)
    return f"{large:,} {units[0]}" + (f" {small} {units[1]}" if small else "")
