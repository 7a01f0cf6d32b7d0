"""The check of capacity: more is asked of a record, at one moment, than it has."""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from notion_gitops.engine.checks.moments import ALWAYS, begin, finish, period_text
from notion_gitops.engine.checks.periods import Calendar, Load, Share, fullest
from notion_gitops.engine.checks.scope import Conditions, Scope, listed, members
from notion_gitops.model.diagnostics import Severity
from notion_gitops.model.plan import Finding
from notion_gitops.model.records import Record
from notion_gitops.model.values import DateValue, Value


@dataclass(frozen=True, slots=True)
class Booking:
    """What one record asks of another, from its first to its last instant."""

    key: str
    amount: float
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Peak:
    """The first period in which the most is asked."""

    amount: float
    start: datetime
    end: datetime
    keys: tuple[str, ...]


def capacity(scope: Scope) -> Iterator[Finding]:
    """Records of which more is asked at one moment than their limit.

    An allocation counts in full for each record that it relates to, from its start to its end;
    a date that is missing leaves that end open. Without dates all allocations meet.
    """
    conditions = Conditions(scope)
    if scope.rule.options.get("per"):
        yield from _by_period(scope, conditions)
        yield from conditions.findings()
        return
    bookings = _bookings(scope, conditions)
    for record in scope.own():
        limit = _number(record.value(scope.rule.options["limit"]))
        peak = peak_of(bookings.get(record.key, ()))
        if limit is None or peak is None or peak.amount <= limit:
            continue
        if not math.isclose(peak.amount, limit):
            yield _too_much(scope, record, _text(scope, peak, limit))
    yield from conditions.findings()


def _too_much(scope: Scope, record: Record, message: str) -> Finding:
    return scope.finding(
        (record.key,),
        message,
        why="Somebody is going to wait, and nobody has said yet who.",
        fix=f"Move or shorten one of these {scope.rule.options['from']}, give one to "
        f"somebody else, or raise {scope.rule.options['limit']}.",
    )


def _by_period(scope: Scope, conditions: Conditions) -> Iterator[Finding]:
    """The same where `per` says that the limit is one of each day, week or month.

    An amount is spread evenly over its days, so it needs both dates; those that have not are told.
    """
    options = scope.rule.options
    calendar = Calendar(options["per"], weekdays=options.get("days") == "weekdays")
    found: defaultdict[str, list[Share]] = defaultdict(list)
    undated = []
    for key, booking in _each(scope, conditions):
        if ALWAYS[0] == booking.start or ALWAYS[1] == booking.end:
            undated.append(booking.key)
        else:
            dates = booking.start.date(), booking.end.date()
            found[key].append(Share(booking.key, booking.amount, *dates))
    for record in scope.own():
        limit = _number(record.value(options["limit"]))
        load = None if limit is None else fullest(found.get(record.key, ()), limit, calendar)
        if load is not None and limit is not None:
            yield _too_much(scope, record, _load_text(scope, load, limit))
    if undated:
        yield replace(_undated(scope, sorted(set(undated))), severity=Severity.INFO)


def _undated(scope: Scope, keys: list[str]) -> Finding:
    source = scope.rule.options["from"]
    return scope.finding(
        (),
        f"not counted, since they do not say from when to when: {listed(keys)} ({source})",
        why="What has no dates cannot be spread over them.",
        fix=f"Fill in both dates of these {source}.",
    )


def _load_text(scope: Scope, load: Load, limit: float) -> str:
    unit = scope.rule.options["per"]
    said = {"day": f"on {load.first}", "week": f"in the week of {load.first}"}
    when = said.get(unit, f"in {load.first:%Y-%m}")
    others = f"; other {unit}s are too full as well" if load.others else ""
    return _said(scope, (load.amount, limit), when, load.keys) + others


def peak_of(bookings: Sequence[Booking]) -> Peak | None:
    """The first period in which the bookings add up to the most; None without bookings.

    A sweep over the instants at which something begins or ends: n log n.
    """
    if not bookings:
        return None
    begins: defaultdict[datetime, list[float]] = defaultdict(list)
    ends: defaultdict[datetime, list[float]] = defaultdict(list)
    for booking in bookings:
        begins[booking.start].append(booking.amount)
        ends[booking.end].append(booking.amount)
    total, most, at = 0.0, -math.inf, bookings[0].start
    for moment in sorted({*begins, *ends}):  # an end is inclusive: it goes after the beginnings
        total += math.fsum(begins.get(moment, ()))
        if total > most and not math.isclose(total, most):
            most, at = total, moment
        total -= math.fsum(ends.get(moment, ()))
    meeting = [b for b in bookings if b.start <= at <= b.end]
    keys = tuple(sorted(b.key for b in meeting))
    return Peak(math.fsum(b.amount for b in meeting), at, min(b.end for b in meeting), keys)


def _bookings(scope: Scope, conditions: Conditions) -> dict[str, list[Booking]]:
    """The active allocations, by the key of the record that they ask something of."""
    found: defaultdict[str, list[Booking]] = defaultdict(list)
    for key, booking in _each(scope, conditions):
        found[key].append(booking)
    return found


def _each(scope: Scope, conditions: Conditions) -> Iterator[tuple[str, Booking]]:
    options = scope.rule.options
    for record in scope.of(options["from"]):
        amount = _number(record.value(options["amount"]))
        if amount and conditions.hold(options.get("while"), options["from"], record):
            start, end = _span(scope, record)
            for key in members(record.value(options["relation"])):
                yield key, Booking(record.key, amount, start, end)


def _span(scope: Scope, record: Record) -> tuple[datetime, datetime]:
    """First and last instant of an allocation; one that runs backwards has its first day only."""
    first, last = (_date(record, scope.rule.options.get(name)) for name in ("start", "end"))
    if last is None and first is not None and first.end is not None:
        last = first
    start, end = ALWAYS
    if first is not None:
        start = begin(first.start, scope.zone)
    if last is not None:
        moment = last.end or last.start
        end = finish(moment, scope.zone)
        if isinstance(moment, datetime):  # at that time it is over: the next may begin
            end -= datetime.resolution
    return start, max(start, end)


def _date(record: Record, name: str | None) -> DateValue | None:
    value = record.value(name) if name else None
    return value if isinstance(value, DateValue) else None


def _number(value: Value) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _text(scope: Scope, peak: Peak, limit: float) -> str:
    return _said(scope, (peak.amount, limit), period_text(peak.start, peak.end), peak.keys)


def _said(scope: Scope, amounts: tuple[float, float], when: str, keys: Sequence[str]) -> str:
    """What is asked of what, when and by whom, but for what is read from sensitive fields."""
    options = scope.rule.options
    source = options["from"]
    asked = f"is asked for {_amount(amounts[0])} of {_amount(amounts[1])}"
    if scope.hides(options["limit"]) or scope.hides(options["amount"], source):
        asked = f"is asked for more than its {options['limit']}"
    if any(scope.hides(options.get(end), source) for end in ("start", "end")):
        when = ""
    named = "" if scope.hides(options["relation"], source) else f"({source}: {listed(list(keys))})"
    return " ".join(part for part in (asked, when, named) if part)


def _amount(number: float) -> str:
    rounded = round(number, 2)
    return f"{int(rounded):,}" if rounded == int(rounded) else f"{rounded:,}"
