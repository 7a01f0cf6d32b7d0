"""Tables on narrow screens."""

from contextvars import copy_context

import pytest

from notion_gitops.report.document import Table
from notion_gitops.report.layout import table
from notion_gitops.text.columns import use_screen, width

HEADS = ("", "in git", "in Notion", "only git", "only Notion", "different", "to decide")
ROWS = (("resources", "15", "1,015", "0", "0", "12", "3"), ("notes", "20", "20", "", "0", "0", "0"))
COUNTS = Table(HEADS, ROWS, right=frozenset(range(1, len(HEADS))), more=2)


def _on(columns: int) -> list[str]:
    use_screen(columns)
    return [line.text for line in table(COUNTS)]


@pytest.mark.parametrize("columns", [*range(24, 81, 4)])
def test_a_table_of_numbers_breaks_no_word_and_loses_none(columns: int) -> None:
    lines = copy_context().run(_on, columns)
    assert [line for line in lines if width(line) > columns] == []
    words = {word.strip(",") for line in lines for word in line.split()}
    told = (*HEADS, *(cell for row in ROWS for cell in row), "and 2 more")
    assert words == {word for text in told for word in text.split()}


def test_where_they_do_not_fit_each_number_has_its_heading() -> None:
    lines = copy_context().run(_on, 40)
    assert lines[:3] == [
        "  resources",
        "      in git 15, in Notion 1,015, only",
        "      git 0, only Notion 0, different",
    ]
    assert copy_context().run(_on, 80)[1].split() == list(ROWS[0])
