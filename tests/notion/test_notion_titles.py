"""Titles are plain text in files; what is not edited keeps its looks in Notion."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notion_gitops.notion.rich_text import PLAIN, Run, Style, reworded

BOLD = Style(bold=True)
LINK = Style(link="https://example.org")

runs = st.lists(
    st.builds(Run, st.text("abc ", min_size=1, max_size=4), st.sampled_from([PLAIN, BOLD, LINK])),
    max_size=4,
)


def text_of(them: list[Run]) -> str:
    return "".join(run.text for run in them)


def looks(them: list[Run]) -> list[tuple[str, Style]]:
    return [(char, run.style) for run in them for char in run.text]


@pytest.mark.parametrize(
    ("before", "text", "after"),
    [
        (
            [Run("Dig the "), Run("trench", BOLD)],
            "Dig a trench",
            [Run("Dig a "), Run("trench", BOLD)],
        ),
        ([Run("trench", BOLD)], "trenches", [Run("trenches", BOLD)]),
        ([Run("see "), Run("here", LINK)], "see", [Run("see")]),
        ([Run("a"), Run("b", BOLD)], "axb", [Run("ax"), Run("b", BOLD)]),
        ([Run("all", BOLD)], "other", [Run("other")]),
        ([Run("ab", BOLD)], "axb", [Run("axb", BOLD)]),
    ],
)
def test_what_is_not_edited_keeps_its_looks(before: list[Run], text: str, after: list[Run]) -> None:
    assert reworded(before, text) == after


@given(runs, st.text("abcd ", max_size=10))
def test_it_says_what_it_is_to_say(before: list[Run], text: str) -> None:
    assert text_of(reworded(before, text)) == text


@given(runs)
def test_the_same_text_looks_the_same(before: list[Run]) -> None:
    assert looks(reworded(before, text_of(before))) == looks(before)


@given(runs, st.text("xyz", max_size=3), st.integers(0, 12))
def test_what_is_put_in_changes_no_other_looks(before: list[Run], new: str, at: int) -> None:
    whole = text_of(before)
    found = looks(reworded(before, whole[:at] + new + whole[at:]))
    assert [f for f in found if f[0] not in "xyz"] == looks(before)
