"""Texts of properties: merged by words, where a rule asks for it, and never by guessing."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notion_gitops.engine.building import RecordView
from notion_gitops.engine.merge import merge_record
from notion_gitops.engine.texts import texts_to_merge
from notion_gitops.model.mapping import Direction, Mode, PropertyType, Rule, Take
from notion_gitops.model.operations import Cause, Operation
from notion_gitops.model.values import Unknown
from notion_gitops.text.wording import text_of, word_lines
from tests.engine.engine_builders import HERE, a_field, a_mapping, in_base, in_git, in_notion

MERGE = Rule("texts merge", Take.MERGE, HERE, frozenset({"note"}))


def mapping(*rules: Rule, **more: Any) -> Any:
    return a_mapping(a_field("note", PropertyType.RICH_TEXT), rules=rules, **more)


@given(st.text())
def test_words_are_put_together_again_as_they_were(text: str) -> None:
    assert text_of(word_lines(text)) == text


@given(st.lists(st.sampled_from(["a", "b.", "\n", " "]), max_size=9).map("".join))
def test_a_line_holds_a_word_with_its_space(text: str) -> None:
    words = [text_of(line) for line in word_lines(text).split("\n")]
    assert len(words) <= len(text.split()) + 1
    assert all(len(word.split()) <= 1 for word in words)


def texts(of: Any, base: Any = "a b c", git: Any = "A b c", notion: Any = "a b C") -> Any:
    return texts_to_merge(of, in_base(of, note=base), in_git(note=git), in_notion(note=notion))


def test_a_text_is_merged_only_if_a_rule_says_so() -> None:
    assert list(texts(mapping(MERGE))) == ["note"]
    assert not texts(mapping())
    assert not texts(mapping(Rule("other", Take.GIT, HERE, frozenset({"note"}))))
    assert not texts(mapping(MERGE, mode=Mode.MIRROR))
    one_way = a_field("note", PropertyType.RICH_TEXT, direction=Direction.PUSH)
    assert not texts(a_mapping(one_way, rules=(MERGE,)))


@pytest.mark.parametrize(
    ("git", "notion"),
    [("a b c", "x"), ("x", "a b c"), ("x", "x"), (None, "x"), ("x", Unknown("?"))],
)
def test_only_two_different_edits_are_merged(git: Any, notion: Any) -> None:
    assert not texts(mapping(MERGE), git=git, notion=notion)


def collided(*rules: Rule, **merged: str) -> Operation:
    of = mapping(*rules)
    base, git = in_base(of, title="T", note="a b c"), in_git(title="T", note="A b c")
    notion = in_notion(title="T", note="a b C")
    view = RecordView("k", base=base, git=git, notion=notion, merged_texts=merged)
    operation = merge_record(of, view).operation
    assert operation is not None
    return operation


def test_the_rule_that_merged_is_named_and_both_sides_are_kept() -> None:
    operation = collided(MERGE, note="A b C")
    (conflict,) = operation.conflicts
    assert (conflict.take, conflict.rule, conflict.place) == (Take.MERGE, "texts merge", HERE)
    assert operation.agreed["note"] == "A b C"
    assert {c.cause for w in operation.writes for c in w.changes} == {Cause.MERGED}
    assert {b.fields["note"] for b in operation.backups} == {"A b c", "a b C"}


def test_a_rule_before_it_decides_even_if_the_texts_would_merge() -> None:
    ours = Rule("ours", Take.GIT, HERE, frozenset({"note"}))
    assert collided(ours, MERGE, note="A b C").agreed["note"] == "A b c"


def test_texts_that_do_not_merge_are_asked_about() -> None:
    (conflict,) = collided(MERGE).conflicts
    assert conflict.open
    assert conflict.reason.startswith('rule "texts merge" says merge, but both edits are in the')
