"""What is asked in each day, week or month, an amount being spread over the days it takes."""

import math
from calendar import monthrange
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

_WEEK = 7
_MOST = 120  # periods of a stretch without changes that are looked at: ten years of months


@dataclass(frozen=True, slots=True)
class Share:
    """What one record asks of another, in equal parts on the days from the first to the last."""

    key: str
    amount: float
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Load:
    """The period in which the most is asked; of equals, the first."""

    amount: float
    first: date
    keys: tuple[str, ...]
    others: bool  # whether more is asked than there is in another period as well


@dataclass(frozen=True, slots=True)
class Calendar:
    """How days make periods, and which of them count."""

    unit: str  # day, week or month
    weekdays: bool = False  # Monday to Friday alone count

    def period(self, day: int) -> int:
        """The number of the period that a day is in; days and periods are numbered on and on."""
        match self.unit:
            case "day":
                return day
            case "week":
                return (day - 1) // _WEEK  # day 1 was a Monday
            case _:
                return (when := date.fromordinal(day)).year * 12 + when.month - 1

    def bounds(self, period: int) -> tuple[int, int]:
        """The first and the last day of a period."""
        match self.unit:
            case "day":
                return period, period
            case "week":
                return period * _WEEK + 1, min(period * _WEEK + _WEEK, date.max.toordinal())
            case _:
                year, month = divmod(period, 12)
                first = date(year, month + 1, 1).toordinal()
                return first, first + monthrange(year, month + 1)[1] - 1

    def days(self, first: int, last: int) -> int:
        """How many days from the first to the last count."""
        if not self.weekdays:
            return max(0, last - first + 1)
        return _weekdays_until(last) - _weekdays_until(first - 1) if last >= first else 0


def _weekdays_until(day: int) -> int:
    weeks, rest = divmod(day, _WEEK)
    return weeks * 5 + min(rest, 5)


def fullest(shares: Sequence[Share], limit: float, calendar: Calendar) -> Load | None:
    """The fullest period if it is fuller than the limit, else None.

    Only the periods in which something begins or ends are looked at, and some between them, which
    are all alike: n log n, however long the shares are.
    """
    counted = _counted(shares, calendar)
    over = {p: load for p, load in _loads(counted, calendar) if _above(load, limit)}
    if not over:
        return None
    worst = min(over, key=lambda period: (-round(over[period], 6), period))
    first, last = calendar.bounds(worst)
    parts = {s.key: _part(s, first, last, calendar, days) for s, days in counted}
    asking = tuple(sorted(key for key, amount in parts.items() if amount))
    total = math.fsum(_part(s, first, last, calendar, days) for s, days in counted)
    return Load(total, date.fromordinal(first), asking, others=len(over) > 1)


def _above(load: float, limit: float) -> bool:
    return load > limit and not math.isclose(load, limit, rel_tol=1e-9, abs_tol=1e-9)


def _counted(shares: Sequence[Share], calendar: Calendar) -> list[tuple[Share, int]]:
    """The shares with the number of their days; 0: all of them are days that do not count."""
    return [(s, calendar.days(s.first.toordinal(), s.last.toordinal())) for s in shares]


def _part(share: Share, first: int, last: int, calendar: Calendar, days: int) -> float:
    """What a share asks from the first to the last day."""
    begin, end = max(first, share.first.toordinal()), min(last, share.last.toordinal())
    if end < begin:
        return 0.0
    if not days:  # a weekend's work is done on the weekend
        return share.amount * (end - begin + 1) / ((share.last - share.first).days + 1)
    return share.amount * calendar.days(begin, end) / days


def _loads(counted: Sequence[tuple[Share, int]], calendar: Calendar) -> Iterator[tuple[int, float]]:
    points: defaultdict[int, float] = defaultdict(float)  # what is asked in single periods
    rates: defaultdict[int, float] = defaultdict(float)  # from here on, each day that counts
    for share, days in counted:
        first, last = (calendar.period(d.toordinal()) for d in (share.first, share.last))
        for period in {first, last} if days else range(first, last + 1):
            points[period] += _part(share, *calendar.bounds(period), calendar, days)
        if days and last > first + 1:
            rates[first + 1] += share.amount / days
            rates[last] -= share.amount / days
    yield from _swept(points, rates, lambda p: calendar.days(*calendar.bounds(p)))


def _swept(
    points: Mapping[int, float], rates: Mapping[int, float], days: Callable[[int], int]
) -> Iterator[tuple[int, float]]:
    """The load of the periods at which something changes, and of some after each."""
    changes = sorted({*points, *(p + 1 for p in points), *rates})
    rate = 0.0
    for here, after in pairwise([*changes, (changes[-1] if changes else 0) + 1]):
        rate += rates.get(here, 0.0)
        for period in range(here, min(after, here + _MOST)):
            if period in points or rate > 0:
                yield period, points.get(period, 0.0) + rate * days(period)
