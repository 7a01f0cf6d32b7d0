"""Columns, slugs, numbers and times."""

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notion_gitops.text import columns, words
from notion_gitops.text.slugs import slug


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Fix login page", "fix-login-page"),
        ("  Ärger über Łódź & Straße! ", "arger-uber-lodz-strasse"),
        ("Bo’s plan, v2.1", "bos-plan-v2-1"),
        ("日本語", ""),
        ("🚀", ""),
        ("", ""),
        ("../../etc/passwd", "etc-passwd"),
        (
            "Assembly contract training for all new colleagues",
            "assembly-contract-training-for-all-new",
        ),
        ("x" * 50, "x" * 40),
        ("\N{FULLWIDTH LATIN CAPITAL LETTER A}\N{SUPERSCRIPT TWO}", "a2"),
    ],
)
def test_slugs(title: str, expected: str) -> None:
    assert slug(title) == expected


@given(st.text(), st.integers(1, 60))
def test_a_slug_is_fit_for_a_key(title: str, limit: int) -> None:
    """Holds R30-R44."""
    made = slug(title, limit)
    assert len(made) <= limit
    assert re.fullmatch(r"([a-z0-9]+(-[a-z0-9]+)*)?", made)
    assert slug(made, limit) == made


def test_width_counts_columns() -> None:
    assert columns.width("abc") == 3
    assert columns.width("日本") == 4
    assert columns.width("e\u0301") == 1


@given(st.text(), st.integers(0, 30))
def test_fitted_text_fits(text: str, limit: int) -> None:
    cut = columns.fit(text, limit)
    assert columns.width(cut) <= limit
    assert cut == text or limit == 0 or cut.endswith(columns.ELLIPSIS)


def test_padding_is_by_columns() -> None:
    assert columns.pad("日", 4) == "日  "
    assert columns.pad("7", 3, columns.Align.RIGHT) == "  7"


def test_wrapping_hangs_and_keeps_inner_blanks() -> None:
    assert columns.wrap("one two  three", 12, "  - ") == ["  - one two", "    three"]
    assert columns.wrap("", 12, "  ") == [""]


WORDS = st.text(
    st.characters(exclude_categories=["Cc", "Cf", "Zs", "Zl", "Zp", "Cs", "M"]), min_size=1
)


@given(st.lists(WORDS).map(" ".join), st.integers(12, 80))
def test_wrapping_loses_nothing_and_keeps_the_limit(text: str, limit: int) -> None:
    lines = columns.wrap(text, limit, "  * ")
    assert all(columns.width(line) <= limit for line in lines)
    joined = "".join(line[4:] for line in lines)
    assert joined.replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "0.0 s"), (1.34, "1.3 s"), (59.97, "1 min"), (80, "1 min 20 s"), (7500, "2 h 5 min")],
)
def test_durations(seconds: float, shown: str) -> None:
    assert words.duration(seconds) == shown


def test_estimates_are_whole_and_never_nothing() -> None:
    assert [words.about(s) for s in (0, 2.4, 80)] == ["about 1 s", "about 3 s", "about 1 min 20 s"]


def test_counts() -> None:
    assert [words.count(n, "page") for n in (0, 1, 3012)] == ["0 pages", "1 page", "3,012 pages"]
    assert [words.count(2, n) for n in ("entry", "day", "search")] == [
        "2 entries",
        "2 days",
        "2 searches",
    ]
    assert words.count(2, "person", "people") == "2 people"


def test_lists() -> None:
    assert words.listed([]) == ""
    assert words.listed(["a"]) == "a"
    assert words.listed(["a", "b", "c"]) == "a, b and c"
    assert words.listed(["a", "b", "c", "d"], 2) == "a, b and 2 more"


def test_moments_are_utc_and_name_another_year() -> None:
    at = datetime(2026, 11, 24, 16, 2, tzinfo=timezone(timedelta(hours=2)))
    assert words.moment(at) == "Tue 24 Nov 14:02"
    assert words.moment(at, datetime(2027, 1, 1, tzinfo=UTC)) == "Tue 24 Nov 2026 14:02"


def test_ago() -> None:
    shown = [words.ago(s) for s in (5, 250, 7300, 90000, 180000)]
    assert shown == ["just now", "4 min ago", "2 h ago", "25 h ago", "2 days ago"]
