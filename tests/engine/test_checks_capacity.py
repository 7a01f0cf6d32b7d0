"""What is asked of a record at one moment, against what it has."""

from datetime import UTC, date, datetime, time, timedelta
from time import process_time
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from notion_gitops.engine.checks import run_checks
from notion_gitops.engine.checks.capacity import Booking, peak_of
from notion_gitops.model.diagnostics import Place, Severity
from notion_gitops.model.expressions import Expression
from notion_gitops.model.mapping import (
    CheckKind,
    CheckRule,
    DatabaseMapping,
    Field,
    GitFormat,
    GitSource,
    KeyRule,
    NotionSource,
    PropertyType,
)
from notion_gitops.model.records import Record
from notion_gitops.model.values import DateValue, Value

HERE = Place("mappings/resources.yaml")
TYPES = {
    "tasks": {"status": PropertyType.STATUS, "by": PropertyType.RELATION,
              "hours": PropertyType.NUMBER, "start": PropertyType.DATE, "due": PropertyType.DATE},
    "resources": {"hours": PropertyType.NUMBER},
}  # fmt: skip
OPEN = Expression("status != 'done'", HERE, lambda names: names["status"] != "done")
FROM = {"from": "tasks", "relation": "by", "amount": "hours", "limit": "hours", "while": OPEN}
DATED = {**FROM, "start": "start", "end": "due"}


def a_mapping(name: str, checks: tuple[CheckRule, ...] = ()) -> DatabaseMapping:
    return DatabaseMapping(
        name=name,
        place=HERE,
        notion=NotionSource("${X}", None, HERE),
        git=GitSource(f"state/records/{name}", GitFormat.YAML, HERE),
        key=KeyRule(None, None),
        fields={n: Field(n, n.capitalize(), t, HERE) for n, t in TYPES[name].items()},
        checks=checks,
        timezone="Europe/Amsterdam",
    )


def found(
    options: dict[str, Any],
    tasks: dict[str, dict[str, Value]],
    resources: dict[str, dict[str, Value]],
) -> list[tuple[tuple[str, ...], str]]:
    rule = CheckRule(CheckKind.CAPACITY, (), options, Severity.WARNING, HERE)
    mappings = {"tasks": a_mapping("tasks"), "resources": a_mapping("resources", (rule,))}
    records = {
        "tasks": {key: Record(key, fields) for key, fields in tasks.items()},
        "resources": {key: Record(key, fields) for key, fields in resources.items()},
    }
    return [(f.keys, f.message) for f in run_checks(mappings, records, date(2026, 11, 23))]


def a_task(hours: float, start: Any = None, due: Any = None, **more: Value) -> dict[str, Value]:
    dates = {"start": start, "due": due}
    said = {name: DateValue(moment) for name, moment in dates.items() if moment is not None}
    return {"by": frozenset({"crane"}), "hours": hours, **said, **more}


def nov(day: int) -> date:
    return date(2026, 11, day)


CRANE: dict[str, dict[str, Value]] = {"crane": {"hours": 40}}


def test_without_dates_all_open_allocations_meet() -> None:
    tasks = {"a": a_task(25), "b": a_task(16.5), "c": a_task(99, status="done")}
    assert found(FROM, tasks, CRANE) == [(("crane",), "is asked for 41.5 of 40 (tasks: a, b)")]


def test_with_dates_only_those_that_meet_count() -> None:
    tasks = {
        "a": a_task(30, nov(2), nov(6)),
        "b": a_task(30, nov(9), nov(13)),
        "c": a_task(15, nov(5), nov(6)),
    }
    assert found(DATED, tasks, CRANE) == [
        (("crane",), "is asked for 45 of 40 from 2026-11-05 to 2026-11-06 (tasks: a, c)")
    ]


def test_exactly_the_limit_is_no_finding_even_in_tenths() -> None:
    tasks = {name: a_task(0.1) for name in "abc"}
    assert not found(FROM, tasks, {"crane": {"hours": 0.3}})


def test_a_date_that_is_missing_leaves_that_end_open() -> None:
    tasks = {"a": a_task(30, nov(2)), "b": a_task(30, None, nov(2))}
    assert found(DATED, tasks, CRANE) == [
        (("crane",), "is asked for 60 of 40 on 2026-11-02 (tasks: a, b)")
    ]
    assert found(DATED, {"a": a_task(50, nov(2))}, CRANE) == [
        (("crane",), "is asked for 50 of 40 from 2026-11-02 on (tasks: a)")
    ]


def test_one_range_gives_both_ends() -> None:
    ranged = {"start": DateValue(nov(2), nov(4))}
    tasks = {"a": {**a_task(30), **ranged}, "b": a_task(30, nov(4), nov(9))}
    assert found({**FROM, "start": "start", "end": None}, tasks, CRANE)[0][1].startswith(
        "is asked for 60 of 40 on 2026-11-04"
    )


def test_times_touch_without_meeting() -> None:
    nine, noon, three = (datetime(2026, 11, 2, hour, tzinfo=UTC) for hour in (9, 12, 15))
    assert not found(DATED, {"a": a_task(30, nine, noon), "b": a_task(30, noon, three)}, CRANE)


def test_without_a_limit_or_an_amount_nothing_is_said() -> None:
    nameless: dict[str, Value] = {"by": frozenset({"crane"})}
    assert not found(FROM, {"a": a_task(99)}, {"crane": {}})
    assert not found(FROM, {"a": nameless}, CRANE)


FIRST = datetime.combine(nov(1), time.min)  # bookings stand in wall time, without a zone

BOOKINGS = st.lists(
    st.builds(
        lambda key, amount, start, length: Booking(
            key, amount / 4, FIRST + timedelta(start), FIRST + timedelta(start + length)
        ),
        st.uuids().map(str),
        st.integers(1, 40),
        st.integers(1, 15),
        st.integers(0, 10),
    ),
    min_size=1,
    max_size=12,
)


@given(BOOKINGS)
def test_the_sweep_finds_what_looking_at_every_day_finds(bookings: list[Booking]) -> None:
    days = [FIRST + timedelta(day) for day in range(28)]
    sums = [sum(b.amount for b in bookings if b.start <= day <= b.end) for day in days]
    peak = peak_of(bookings)
    assert peak is not None
    assert peak.amount == max(sums)
    assert peak.start == days[sums.index(max(sums))]
    assert peak.keys == tuple(
        sorted(b.key for b in bookings if b.start <= peak.start and peak.end <= b.end)
    )


def test_ten_thousand_allocations_take_no_time() -> None:
    tasks = {
        f"t{n}": a_task(5, nov(1 + n % 20), nov(2 + n % 25), by=frozenset({f"r{n % 500}"}))
        for n in range(10_000)
    }
    resources: dict[str, dict[str, Value]] = {f"r{n}": {"hours": 40} for n in range(500)}
    began = process_time()
    assert len(found(DATED, tasks, resources)) > 100
    assert process_time() - began < 5  # seconds; quadratic takes minutes
