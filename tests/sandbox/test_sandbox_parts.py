"""Laws of the parts: ids, dates, the clock."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from notion_gitops.sandbox.basics.clock import SettableClock, millis, minute
from notion_gitops.sandbox.basics.identity import (
    decode_property_id,
    encode_property_id,
    page_uuid,
    parse_uuid,
    property_id,
    uuid_of,
)
from notion_gitops.sandbox.values.dates import add_months, instant, parse_date

MOMENTS = st.datetimes(
    min_value=datetime(1990, 1, 1), max_value=datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC]),
)  # fmt: skip


@given(st.text())
def test_ids_are_uuids_and_stay_the_same(name: str) -> None:
    for made in (uuid_of(name), page_uuid(uuid_of("family"), name)):
        assert str(uuid.UUID(made)) == made
        assert uuid.UUID(made).variant == uuid.RFC_4122
        assert parse_uuid(made.replace("-", "").upper()) == made
    assert uuid_of(name) == uuid_of(name)
    assert uuid.UUID(uuid_of(name)).version == 4


@given(st.integers())
def test_property_ids_survive_encoding(seed: int) -> None:
    made = property_id(seed)
    assert len(made) == 4
    assert decode_property_id(encode_property_id(made)) == made
    assert encode_property_id(made).isascii()


@given(MOMENTS)
def test_a_kept_date_is_kept_as_it_is(moment: datetime) -> None:
    kept = parse_date({"start": moment.isoformat()}, "body")
    assert parse_date(kept, "body") == kept
    assert timedelta(0) <= moment - instant(kept["start"]) < timedelta(minutes=1)
    assert instant(minute(moment)) == instant(kept["start"])


@given(st.dates(min_value=date(1990, 1, 1), max_value=date(2100, 1, 1)), st.integers(-24, 24))
def test_months_are_added_within_their_month(day: date, months: int) -> None:
    moved = add_months(day, months)
    assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == months
    assert moved.day <= day.day


def test_a_settable_clock() -> None:
    clock = SettableClock(datetime(2026, 7, 1, 9, 30, 59, 999_000, tzinfo=UTC))
    assert minute(clock()) == "2026-07-01T09:30:00.000Z"
    assert millis(clock()) == "2026-07-01T09:30:59.999+00:00"
    clock.advance(timedelta(seconds=1))
    assert minute(clock()) == "2026-07-01T09:31:00.000Z"
    clock.set(datetime(2026, 1, 1, tzinfo=UTC))
    assert minute(clock()) == "2026-01-01T00:00:00.000Z"
