"""What time it is at Notion, as its answers tell."""

from datetime import UTC, datetime, timedelta

import pytest

from notion_gitops.notion.server_time import ServerTime

TOLD = "Tue, 01 Dec 2026 09:00:00 GMT"
THEN = datetime(2026, 12, 1, 9, tzinfo=UTC)


def test_it_goes_on_from_the_last_answer() -> None:
    """Holds F071."""
    passed = [100.0]
    time = ServerTime(lambda: passed[0])
    assert time.now() is None
    time.note(TOLD)
    passed[0] += 90
    assert time.now() == THEN + timedelta(seconds=90)
    time.note("Tue, 01 Dec 2026 09:01:00 GMT")
    assert time.now() == THEN + timedelta(minutes=1)


@pytest.mark.parametrize("date", [None, "", "soon", "Tue, 99 Dec 2026 09:00:00 GMT", "\x00"])
def test_what_is_no_date_tells_nothing(date: str | None) -> None:
    """Holds A09."""
    time = ServerTime(lambda: 0.0)
    time.note(date)
    assert time.now() is None
    time.note(TOLD)
    time.note(date)
    assert time.now() == THEN
