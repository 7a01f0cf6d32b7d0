"""Tables on narrow screens, and commands that are to be copied."""

import shlex
from contextvars import copy_context

import pytest

from notion_gitops.report.document import Table
from notion_gitops.report.layout import command, labelled, table
from notion_gitops.report.show import value_text
from notion_gitops.text.columns import COLUMNS, use_screen, width

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


def test_a_command_is_broken_only_where_a_shell_takes_it() -> None:
    words = ["notion-gitops", "conflicts", "resolve", "tasks/fence", "--value", "two words of it"]
    text = shlex.join([*words, "--field", "status", "-C", "a folder"])
    for indent in range(0, 30, 3):
        lines = [line.text for line in command(text, indent)]
        assert max(map(width, lines)) <= COLUMNS
        typed = "\n".join(lines).replace("\\\n", "")
        assert shlex.split(typed) == shlex.split(text)
    assert len(command(text, 20)) > 1
    assert [line.text for line in labelled("To do this", "notion-gitops apply")] == [
        "To do this: notion-gitops apply"
    ]
    apart = [line.text for line in labelled("To do this", text)]
    assert apart[0] == "To do this:"


def test_a_text_of_several_lines_is_shown_on_one() -> None:
    assert value_text("Pour it.\n\n  Then wait.\n") == "Pour it. / Then wait."
    assert value_text("  as it is ") == "  as it is "
