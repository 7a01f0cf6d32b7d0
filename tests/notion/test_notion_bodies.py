"""Bodies of pages: what is read of them, what would be lost, and how a change is sent."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notion_gitops.model.values import Unknown
from notion_gitops.notion.bodies import (
    Command,
    Hunk,
    blocks_that_are_lost,
    body_of,
    carried_out,
    hunks_of,
    replacing,
    signs_of_loss,
    too_large,
)

TEXTS = st.lists(st.sampled_from(["a", "b", "ab", "aa", "x y", ""]), max_size=7).map("\n".join)
SIGNED = "![plan](https://files.example/a.png?X-Amz-Date=1&X-Amz-Signature=f00)"


@settings(max_examples=500, deadline=None)
@given(before=TEXTS, after=TEXTS)
def test_the_pieces_of_a_change_make_the_whole_of_it(before: str, after: str) -> None:
    hunks = hunks_of(before, after)
    assert not hunks or carried_out(before, hunks) == after


def test_a_piece_has_enough_around_it_to_be_there_once() -> None:
    assert hunks_of("a\nb\nc", "a\nB\nc") == (Hunk("b", "B"),)
    assert hunks_of("a\nx\nb\nx", "a\nx\nb\ny") == (Hunk("b\nx", "b\ny"),)
    assert hunks_of("a\nb", "a") == (Hunk("a\nb", "a"),)


@pytest.mark.parametrize(("before", "after"), [("", "a"), ("a", ""), ("a\nb", "c\nd")])
def test_a_text_is_replaced_as_a_whole_if_nothing_of_it_stays(before: str, after: str) -> None:
    sent = replacing(before, after).body
    assert sent == {"type": "replace_content", "replace_content": {"new_str": after}}


@settings(max_examples=200, deadline=None)
@given(before=TEXTS, after=TEXTS)
def test_nothing_ever_allows_to_delete_what_is_inside(before: str, after: str) -> None:
    assert "allow_deleting_content" not in str(replacing(before, after).body)


def test_an_answer_with_a_piece_missing_is_no_success() -> None:
    command = Command("A\nb\nC", (Hunk("a", "A"), Hunk("c", "C")))
    assert command.happened("a\nb\nc", "A\nb\nC (normalised)")
    assert not command.happened("a\nb\nc", "A\nb\nc")
    assert not command.happened("a\nb\nc", Unknown("cut"))


@pytest.mark.parametrize(
    ("before", "after", "answer", "done"),
    [
        ("a\nb", "a\nb\n$5", "a\nb\n\\$5", True),  # added at the end, spelled otherwise
        ("a\nb", "a\n$5\nb", "a\n\\$5\nb", True),
        ("a\nb", "$5\na\nb", "\\$5\na\nb", True),
        ("a\nb\nc", "A\nb\nc\n$5", "A\nb\nc", False),  # of two pieces the second is missing
        ("a\nb\nc\nd", "A\nb\nc", "A\nb\nc\nd", False),  # what was to go is there
        ("a\nb\nc\nd", "A\nb\nc", "A (so)\nb\nc", True),
        ("a\nb\nc\nd", "$A\nb\nc", "a\nb\nc", False),  # the first is missing
        ("a\nb\nb\nc", "a\nb\nb\n*\nc", "a\nb\nb\n\\*\nc", True),
    ],
)
def test_a_piece_that_was_passed_over_is_told_from_one_that_is_spelled_otherwise(
    before: str, after: str, answer: str, done: bool
) -> None:
    assert replacing(before, after).happened(before, answer) is done


def answer(markdown: Any = "a", **more: Any) -> dict[str, Any]:
    return {"markdown": markdown, "truncated": False, "unknown_block_ids": [], **more}


def test_a_text_that_is_not_whole_is_not_known() -> None:
    assert body_of(answer("\na\n\n")) == "a"
    assert body_of(answer("")) is None
    for given_ in (answer(truncated=True), answer(unknown_block_ids=["x"]), answer(None)):
        assert isinstance(body_of(given_), Unknown)


def test_the_signature_of_a_hosted_file_is_no_part_of_the_text() -> None:
    """Holds F021."""
    assert body_of(answer(SIGNED)) == "![plan](https://files.example/a.png)"
    assert (
        signs_of_loss("![plan](https://files.example/a.png)", SIGNED) == "a file that Notion hosts"
    )


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("[TOC]", "a table of contents"),
        ('<page url="x">P</page>', "a page inside of it"),
        ("a [TOC]", ""),
    ],
)
def test_the_text_itself_tells_some_of_what_would_be_lost(line: str, what: str) -> None:
    assert signs_of_loss(f"one\n{line}\ntwo", "") == what


class Blocks:
    """Answers with the blocks inside of a block."""

    def __init__(self, inside: dict[str, list[dict[str, Any]]]) -> None:
        self.inside = inside

    def children(self, block_id: str) -> list[dict[str, Any]]:
        return self.inside[block_id]


def block(kind: str, identity: str = "", **content: Any) -> dict[str, Any]:
    return {"type": kind, "id": identity, "has_children": bool(identity), kind: content}


@pytest.mark.parametrize(
    ("inner", "what"),
    [
        (block("paragraph"), ""),
        (block("image", type="external"), ""),
        (block("image", type="file"), "a file that Notion hosts"),
        (block("synced_block"), "a synced block"),
        (block("breadcrumb"), "a block of the type breadcrumb"),
    ],
)
def test_blocks_are_looked_through_however_deep(inner: dict[str, Any], what: str) -> None:
    gateway: Any = Blocks({"page": [block("toggle", "t")], "t": [inner]})
    assert blocks_that_are_lost(gateway, "page") == what


def test_too_many_blocks_with_others_inside_are_not_looked_through() -> None:
    inside = {str(n): [block("toggle", str(n + 1))] for n in range(40)}
    gateway: Any = Blocks(inside)
    assert "too many to look through" in blocks_that_are_lost(gateway, "0")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a\nb", ""),
        ("x" * 2001, "line 1"),
        ("x\u2028" * 1001, "line 1"),  # all of it is one line to Notion
        ("a\n" * 1001, "1,001 lines"),
        ("ä" * 90_000, "bytes"),
    ],
)
def test_a_text_beyond_the_limits_of_a_request_is_told(text: str, why: str) -> None:
    """Holds R21."""
    assert why in too_large(text)
    assert bool(too_large(text)) == bool(why)
