"""Differences of long texts as a plan shows them."""

import pytest

from notion_gitops.report.markdown_form import fenced
from notion_gitops.report.text_diff import MOST_LINES, diff_lines, diff_size, without_common


def test_lines_that_changed_are_shown_with_one_around_them_and_no_blank_ones() -> None:
    old = "# A\n\none\n\ntwo\n\nthree\n\nfour\n\nfive\n\nsix"
    new = old.replace("two", "2").replace("six", "6\n\n7")
    expected = ("  one", "- two", "+ 2", "  three", "...", "  five", "- six", "+ 6", "+ 7")
    assert diff_lines(old, new) == expected
    assert diff_size(old, new) == "3 lines added, 2 removed"


@pytest.mark.parametrize(
    ("before", "after", "size"),
    [
        (None, "a\nb", "2 lines added"),
        ("a", None, "1 line removed"),
        ("a", "b", "1 line added, 1 removed"),
    ],
)
def test_the_size_of_a_difference(before: str | None, after: str | None, size: str) -> None:
    assert diff_size(before, after) == size


def test_a_blank_line_of_code_is_a_change() -> None:
    assert "+ " in diff_lines("```\na\nb\n```", "```\na\n\nb\n```")


def test_a_long_difference_is_cut_unless_all_of_it_is_asked_for() -> None:
    new = "\n".join(f"line {n}" for n in range(40))
    shown = diff_lines(None, new)
    assert len(shown) == MOST_LINES + 1
    assert shown[-1] == "... and 28 more lines"
    assert len(diff_lines(None, new, full=True)) == 40


def test_only_what_differs_is_told_of_texts_in_conflict() -> None:
    one, other = "# A\n\nours\n\nend", "# A\n\ntheirs\n\nend"
    assert without_common(one, one, other) == "ours"
    assert without_common("# A\n\nend", one, other) == "(without these lines)"


def test_no_line_can_end_the_block_that_it_is_shown_in() -> None:
    shown = str(fenced(["+ ```", "+ ````", "+ \u202e"]))
    assert shown.startswith("`````diff\n")
    assert shown.endswith("\n`````")
    assert "\u202e" not in shown
