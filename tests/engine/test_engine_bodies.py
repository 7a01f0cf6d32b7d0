"""Laws of bodies: an edit of one side arrives in the other side's text, and nothing else does."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notion_gitops.engine.bodies import in_file_form, in_notion_form
from notion_gitops.engine.building import RecordView
from notion_gitops.engine.merge import merge_record
from notion_gitops.engine.texts import texts_to_merge
from notion_gitops.model.mapping import BODY, Direction, Field, PropertyType, Rule, Take
from notion_gitops.model.operations import Cause, Operation
from notion_gitops.model.records import Side
from notion_gitops.model.values import Unknown, canonical_body
from notion_gitops.text.bodies import joined, lines_of, meaning, same_text
from tests.engine.engine_builders import HERE, a_mapping, in_base, in_git, in_notion

WORDS = st.sampled_from(
    ["a", "b", "# c", "- d", "* d", "1. e", "7. e", "  - f", "\t- f", "> g", "| h |"]
)
CODE = st.lists(st.sampled_from(["x", "", "  y"]), max_size=2).map(
    lambda lines: "\n".join(["```py", *lines, "```"])
)
BLOCKS = st.lists(st.one_of(WORDS, CODE), max_size=7)


def texts(between: str = "\n\n") -> st.SearchStrategy[str | None]:
    return BLOCKS.map(lambda blocks: canonical_body(between.join(blocks)))


def as_in_notion(text: str | None) -> str | None:
    """The text with the blank lines that mean nothing taken out."""
    return joined([line._replace(gap=0) for line in lines_of(text or "")])


def mapping(direction: Direction = Direction.BOTH, **more: Any) -> Any:
    body = Field(BODY, "", PropertyType.BODY, HERE, direction=direction)
    return a_mapping(body, **more)


@settings(max_examples=300, deadline=None)
@given(file=texts(), edited=texts("\n"))
def test_what_notion_holds_arrives_in_the_file_whole(file: str | None, edited: str | None) -> None:
    """Holds F103."""
    found = in_file_form(file, as_in_notion(file), edited)
    assert meaning(str(found or "")) == meaning(edited or "")


@settings(max_examples=300, deadline=None)
@given(file=texts())
def test_a_text_that_notion_spaces_otherwise_is_no_edit(file: str | None) -> None:
    assert in_file_form(file, as_in_notion(file), as_in_notion(file)) == file
    assert same_text(file or "", as_in_notion(file) or "")


@settings(max_examples=300, deadline=None)
@given(blocks=st.lists(WORDS, min_size=1, max_size=6), at=st.integers(0, 5))
def test_one_edit_changes_the_file_in_one_place(blocks: list[str], at: int) -> None:
    file = canonical_body("\n\n".join(blocks)) or ""
    changed = [*blocks]
    changed[at % len(blocks)] = "edited"
    notion = as_in_notion(canonical_body("\n\n".join(changed)))
    found = str(in_file_form(file, as_in_notion(file), notion))
    kept = [line for line in file.split("\n") if line not in found.split("\n")]
    depths = {line.depth for line in lines_of(file)}
    assert len(kept) <= 1 or depths != {0}  # how deep a line is nested hangs on those before it


@settings(max_examples=300, deadline=None)
@given(file=texts(), wanted=texts())
def test_what_the_file_holds_arrives_in_notion_whole(file: str | None, wanted: str | None) -> None:
    found = in_notion_form(as_in_notion(file), file, wanted)
    assert meaning(found) == meaning(wanted or "")
    assert "\n\n" not in found or "```" in found


def test_a_line_that_notion_writes_otherwise_stays_as_the_file_has_it() -> None:
    file, stored = "one * two\n\nlast", "one \\* two\nlast"
    assert in_file_form(file, stored, "one \\* two\nnew\nlast") == "one * two\n\nnew\n\nlast"
    assert in_notion_form(stored, file, "one * two\n\nend") == "one \\* two\nend"


def merged(base: str, git: str | None, notion: str | None, **more: Any) -> Operation | None:
    of = more.pop("mapping", mapping())
    view = RecordView(
        "k",
        base=in_base(of, title="T", body=base),
        git=in_git(title="T", body=git),
        notion=in_notion(title="T", body=as_in_notion(notion)),
        **more,
    )
    return merge_record(of, view).operation


def test_edits_that_merge_go_both_ways() -> None:
    operation = merged("a\n\nb", "A\n\nb", "a\n\nB", merged_texts={BODY: "A\n\nB"})
    assert operation is not None
    assert operation.agreed[BODY] == "A\n\nB"
    causes = {w.side: [c.cause for c in w.changes] for w in operation.writes}
    assert causes == {Side.GIT: [Cause.MERGED], Side.NOTION: [Cause.MERGED]}


def test_edits_that_do_not_merge_are_asked_about_or_decided_by_a_rule() -> None:
    operation = merged("a", "b", "c")
    assert operation is not None
    assert [c.field for c in operation.open_conflicts] == [BODY]
    assert not operation.writes
    ours = mapping(rules=(Rule("ours", Take.GIT, HERE, frozenset({BODY})),))
    decided = merged("a", "b", "c", mapping=ours)
    assert decided is not None
    assert [w.side for w in decided.writes] == [Side.NOTION]
    assert decided.agreed[BODY] == "b"


@settings(max_examples=200, deadline=None)
@given(base=texts(), git=texts(), notion=texts("\n"))
def test_a_body_is_decided_as_every_field(
    base: str | None, git: str | None, notion: str | None
) -> None:
    operation = merged(base or "x", git, notion)
    base, git, notion = base or "x", git or "", notion or ""
    sides = {w.side for w in operation.writes} if operation else set()
    asked = bool(operation and operation.open_conflicts)
    if same_text(git, notion):
        assert (sides, asked) == (set(), False)
    elif same_text(base, git):
        assert (sides, asked) == ({Side.GIT}, False)
    elif same_text(base, notion):
        assert (sides, asked) == ({Side.NOTION}, False)
    else:
        assert (sides, asked) == (set(), True)


@pytest.mark.parametrize(
    ("git", "notion"),
    [("a", "c"), ("b", "a"), ("b", "b"), (None, "c"), ("b", Unknown("cut"))],
)
def test_only_two_edits_are_merged(git: Any, notion: Any) -> None:
    of = mapping()
    sides = in_git(body=git), in_notion(body=notion)
    assert not texts_to_merge(of, in_base(of, body="a"), *sides)


def test_a_text_that_is_not_read_is_left_alone() -> None:
    of = mapping()
    view = RecordView(
        "k",
        base=in_base(of, title="T", body="a"),
        git=in_git(title="T", body="b"),
        notion=in_notion(title="T", body=Unknown("cut")),
    )
    operation = merge_record(of, view).operation
    assert operation is None or (not operation.writes and BODY not in operation.settled)


TABLE = "| a | b |\n| --- | --- |\n| 1 | 2 |"
IN_NOTIONS_OWN_FORM = "<table>\n<tr>\n<td>a</td>\n<td>b</td>\n</tr>\n</table>"


@pytest.mark.parametrize("around", ["Before\n\n{}\n\nAfter", "{}\n\nAfter", "Before\n\n{}"])
@pytest.mark.parametrize("place", ["Before", "After"])
def test_an_edit_beside_a_table_leaves_the_table_as_it_is_written(around: str, place: str) -> None:
    file = canonical_body(around.format(TABLE)) or ""
    stored = file.replace(TABLE, IN_NOTIONS_OWN_FORM).replace("\n\n", "\n")
    found = in_file_form(file, stored, stored.replace(place, f"{place} and more"))
    assert found == file.replace(place, f"{place} and more")


@pytest.mark.parametrize("around", ["Before\n\n{}\n\nAfter", "{}\n\nAfter", "Before\n\n{}", "{}"])
def test_a_row_at_the_end_of_a_table_goes_to_notion_as_a_part_of_it(around: str) -> None:
    file = canonical_body(around.format(TABLE)) or ""
    stored = file.replace(TABLE, IN_NOTIONS_OWN_FORM).replace("\n\n", "\n")
    longer = f"{TABLE}\n| 3 | 4 |"
    found = in_notion_form(stored, file, file.replace(TABLE, longer))
    assert found == around.replace("\n\n", "\n").format(longer)


def test_a_paragraph_below_a_table_leaves_it_as_notion_has_it() -> None:
    found = in_notion_form(IN_NOTIONS_OWN_FORM, TABLE, f"{TABLE}\n\nNew")
    assert found == f"{IN_NOTIONS_OWN_FORM}\nNew"


def test_a_paragraph_that_notion_has_below_a_table_leaves_it_as_the_file_has_it() -> None:
    found = in_file_form(TABLE, IN_NOTIONS_OWN_FORM, f"{IN_NOTIONS_OWN_FORM}\nNew")
    assert found == f"{TABLE}\n\nNew"


def test_code_that_is_not_ended_reaches_to_the_end_of_the_text() -> None:
    file, stored = "Say\n\n```py\nx = 1", "Say\n```python\nx = 1\n```"
    assert in_file_form(file, stored, stored) == file
    assert same_text(file, stored)
    assert in_notion_form(stored, file, f"First\n\n{file}") == f"First\n{stored}"


def test_a_comment_that_notion_does_not_hold_outlives_the_lines_around_it() -> None:
    file = "One\n\n<!-- keep me -->\n\nTwo"
    assert in_file_form(file, "One\nTwo", "Uno\nDue") == "<!-- keep me -->\n\nUno\n\nDue"
    assert in_file_form(file, "One\nTwo", "One\nDue") == "One\n\n<!-- keep me -->\n\nDue"
    assert in_file_form(file, "One\nTwo", "") == "<!-- keep me -->"
