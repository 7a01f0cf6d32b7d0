"""How a large database was read last."""

from datetime import UTC, datetime

import pytest

from notion_gitops.model.errors import StateUnusable
from notion_gitops.model.records import Absence
from notion_gitops.state.readings import LastReading, dump_reading, parse_reading

PAGE = "11111111-2222-4333-8444-555555555555"
READING = LastReading(
    marker=datetime(2026, 6, 1, 8, 30, 15, tzinfo=UTC),
    full=datetime(2026, 6, 1, 7, 0, tzinfo=UTC),
    fingerprint="0123456789abcdef",
    bounds=("2026-01-05T09:00:00+00:00",),
    watched=frozenset({PAGE}),
    absent={"b": Absence.MOVED, "a": Absence.OUT_OF_SCOPE},
)


def test_what_is_written_is_read_and_the_order_is_none_of_the_callers() -> None:
    text = dump_reading(READING)
    assert parse_reading(text, "tasks/reading.json") == READING
    assert text.index('"a"') < text.index('"b"')


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("2026-06-01T08:30:15Z", "soon", "a time that is none"),
        ('"moved"', '"lost"', "damaged"),
        ('"format_version": 1', '"format_version": 9', "newer version"),
        (PAGE, "../users", "damaged"),
    ],
)
def test_what_is_damaged_or_newer_is_refused(old: str, new: str, told: str) -> None:
    with pytest.raises(StateUnusable, match=told):
        parse_reading(dump_reading(READING).replace(old, new), "tasks/reading.json")
