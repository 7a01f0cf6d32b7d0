"""What looking at every day, every pair and every way would find, the checks find as well."""

import math
import re
from datetime import date, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notion_gitops.engine.checks.links import links_in, target_of
from notion_gitops.engine.checks.periods import Calendar, Share, fullest
from notion_gitops.engine.checks.similar import _alike
from notion_gitops.engine.checks.tree import circles
from notion_gitops.expressions.patterns import compile_pattern
from notion_gitops.model.diagnostics import Place
from notion_gitops.model.errors import InvalidInput

FIRST = date(2026, 1, 20)
HERE = Place("mappings/tasks.yaml", 3, 10)
SHARES = st.lists(
    st.builds(
        lambda key, amount, start, length: Share(
            key, amount / 4, FIRST + timedelta(start), FIRST + timedelta(start + length)
        ),
        st.uuids().map(str),
        st.integers(1, 400),
        st.integers(0, 60),
        st.integers(0, 150),
    ),
    max_size=8,
)
CALENDARS = st.builds(Calendar, st.sampled_from(["day", "week", "month"]), st.booleans())


def _day_by_day(shares: list[Share], calendar: Calendar) -> dict[int, float]:
    loads: dict[int, float] = {}
    for share in shares:
        days = [share.first + timedelta(n) for n in range((share.last - share.first).days + 1)]
        counted = [d for d in days if not calendar.weekdays or d.weekday() < 5] or days
        for day in counted:
            period = calendar.period(day.toordinal())
            loads[period] = loads.get(period, 0) + share.amount / len(counted)
    return loads


@given(SHARES, CALENDARS, st.integers(0, 200))
def test_the_fullest_period_is_the_one_that_adding_up_every_day_gives(
    shares: list[Share], calendar: Calendar, limit: int
) -> None:
    loads = _day_by_day(shares, calendar)
    over = {p: n for p, n in loads.items() if n > limit and not math.isclose(n, limit)}
    found = fullest(shares, limit, calendar)
    assert (found is not None) == bool(over)
    if found is not None:
        assert math.isclose(found.amount, max(over.values()))
        assert math.isclose(over[calendar.period(found.first.toordinal())], found.amount)
        assert found.others == (len(over) > 1)


def test_a_share_of_a_thousand_years_costs_no_more_than_one_of_a_week() -> None:
    long = Share("a", 400_000, date(1900, 1, 1), date(2899, 12, 31))
    found = fullest([long], 1, Calendar("day"))
    assert found is not None
    assert found.keys == ("a",)


@given(st.dictionaries(st.sampled_from("abcdef"), st.sets(st.sampled_from("abcdef")), max_size=6))
def test_a_circle_is_told_if_and_only_if_there_is_one(graph: dict[str, set[str]]) -> None:
    parents = {key: sorted(above & graph.keys()) for key, above in graph.items()}
    found = circles(parents)
    for circle in found:
        assert all(b in parents[a] for a, b in zip(circle, [*circle[1:], circle[0]], strict=True))
    bare = dict(parents)
    while free := [key for key, above in bare.items() if not set(above) & bare.keys()]:
        bare = {key: above for key, above in bare.items() if key not in free}
    assert bool(found) == bool(bare)


WORDS = st.sampled_from(["hall", "beams", "concrete", "conrcete", "concretes", "24", "25"])


@given(st.lists(st.lists(WORDS, min_size=1, max_size=3).map(" ".join), max_size=8))
def test_texts_of_the_same_words_are_always_alike_and_digits_always_differ(
    texts: list[str],
) -> None:
    named = {str(n): text for n, text in enumerate(texts)}
    groups = _alike(named)
    assert len({key for group in groups for key in group}) == sum(map(len, groups))
    for one, other in combinations(named, 2):
        together = any({one, other} <= set(group) for group in groups)
        words = [sorted(named[key].split()) for key in (one, other)]
        assert together or words[0] != words[1]
        digits = [[w for w in ws if w.isdigit()] for ws in words]
        assert not together or digits[0] == digits[1]


@pytest.mark.parametrize(
    "pattern",
    ["[A-Z]{2}-\\d+", "(a|b)*c?", "a{2,3}", "(ab|c){1,2}x", "[^a-c]+", "(a+)+b", "a{0}b", "[]a]"],
)
@given(text=st.text("abcxAB-12]", max_size=8))
def test_a_pattern_fits_what_pythons_own_would_fit(pattern: str, text: str) -> None:
    """Holds M11."""
    fits = compile_pattern(pattern, HERE).fits(text)
    assert fits == bool(re.fullmatch(pattern, text, re.ASCII))


def test_no_pattern_takes_ages() -> None:
    """Holds M11."""
    assert not compile_pattern("(a+)+b", HERE).fits("a" * 50_000)


@pytest.mark.parametrize(
    ("pattern", "column"),
    [("ab**", 12), ("a(?=x)", 11), ("a\\1", 11), ("x[z-a]", 12), ("(a", 10), ("a{3,1}", 11),
     ("*a", 10), ("b(a{1,9}){1,999}", 19), ("", 10), ("a" * 301, 10)],
)  # fmt: skip
def test_what_cannot_be_followed_is_refused_at_its_column(pattern: str, column: int) -> None:
    with pytest.raises(InvalidInput) as raised:
        compile_pattern(pattern, HERE)
    (told,) = raised.value.diagnostics
    assert told.fix
    assert told.place is not None
    assert told.place.column == column


def test_links_of_a_text_and_where_they_lead() -> None:
    text = "[a](b.md) ![c](<d e>) [f](g.md#h)\n~~~\n```\n[no](code.md)\n~~~\n[y](/z%20z.md)"
    assert links_in(text) == ["b.md", "d", "g.md#h", "/z%20z.md"]
    here = "state/records/notes/x.md"
    assert target_of("g.md#h", here) == "state/records/notes/g.md"
    assert target_of("/z%20z.md", here) == "z z.md"
    assert target_of("../../../../up.md", here) == "../up.md"
    for address in ("https://acme.example/x", "mailto:ann@acme.example", "#here", "//host/x"):
        assert target_of(address, here) == ""
