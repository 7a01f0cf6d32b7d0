"""The threat model: every threat of the list is in it, and says what holds against it."""

from tests.docs.docs_pages import ROOT
from tests.docs.docs_rows import rows

THREATS = [row for row in rows() if row.page == "security.md"]
NUMBERS = (*range(1, 10), 11, 12, *range(14, 19), *range(20, 27), *range(29, 35))
DROPPED = {10, 13, 19, 27, 28}  # ids that the list does not have


def test_every_threat_is_there_in_order() -> None:
    assert {*NUMBERS} == {*range(1, 35)} - DROPPED
    assert [row.id for row in THREATS] == [f"T{number:02d}" for number in NUMBERS]


def test_what_cannot_occur_says_why_and_all_else_has_tests() -> None:
    bare = [row.id for row in THREATS if not row.tests and "cannot occur: " not in row.reason]
    assert bare == []
    assert sum(not row.tests for row in THREATS) <= 2


def test_what_remains_is_said() -> None:
    text = (ROOT / "docs/security.md").read_text("utf-8")
    remains = text.partition("## What remains\n")[2]
    for word in ("conditional write", "frozen", "erased", "reviewer then merges", "Automations"):
        assert word in remains
