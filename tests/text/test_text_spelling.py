"""Backslashes of Markdown that change nothing, and those that do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notion_gitops.text.bodies import same_text
from notion_gitops.text.spelling import without_idle_escapes

IDLE = [
    (r"one \| two", "one | two"),
    (r"a \^ b \> c \} d", "a ^ b > c } d"),
    (r"a \{x\}", "a {x}"),
    (r"a \* b", "a * b"),
    (r"a \~ b", "a ~ b"),
    (r"a \[x\] b", "a [x] b"),
    (r"a \$5 \< 4", "a $5 < 4"),
    (r"a \\ b", "a \\ b"),
]
NOT_IDLE = [
    (r"\# x", "# x"),
    (r"\> x", "> x"),
    (r"1\. x", "1. x"),
    (r"a \*b\*", "a *b*"),
    (r"a \`b\`", "a `b`"),
    (r"| a \| b | c |", "| a | b | c |"),
    (r"`a \| b`", "`a | b`"),
    (r"x\\| y", r"x\| y"),
    (r"a \[x\](u)", "a [x](u)"),
    (r"a \<u>x", "a <u>x"),
    (r"a \~\~x~~", "a ~~x~~"),
    (r"a \$`x`\$", "a $`x`$"),
    (r'a \{color="red"}', 'a {color="red"}'),
]


@pytest.mark.parametrize(("escaped", "plain"), IDLE)
def test_an_idle_backslash_is_no_edit(escaped: str, plain: str) -> None:
    assert without_idle_escapes(escaped) == plain
    assert same_text(escaped, plain)


@pytest.mark.parametrize(("escaped", "plain"), NOT_IDLE)
def test_one_with_a_meaning_stays(escaped: str, plain: str) -> None:
    assert not same_text(escaped, plain)


@given(st.text("ab \\|^~$<>{}[]*`(/", max_size=12))
def test_what_is_bare_stays_so_and_only_backslashes_go(line: str) -> None:
    once = without_idle_escapes(line)
    assert once.replace("\\", "") == line.replace("\\", "")
    if "\\" not in line:
        assert once == line


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Begun in 2024. Then", "Begun in 2025. Then"),
        ("a * b", "a - b"),
        ("- 3 + 4", "- 3 - 4"),
        ("see 1) and", "see 2) and"),
    ],
)
def test_only_what_begins_a_line_is_a_mark_of_a_list(one: str, other: str) -> None:
    assert not same_text(one, other)


@pytest.mark.parametrize(("one", "other"), [("* a", "- a"), ("3. a", "7) a"), ("\t+ a", "\t- a")])
def test_marks_of_lists_are_spelled_in_several_ways(one: str, other: str) -> None:
    assert same_text(one, other)
