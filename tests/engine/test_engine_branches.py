"""Two branches that changed one record: which rule decides, and what stays open."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from notion_gitops.engine.branches import colliding, merge_versions, texts_to_merge
from notion_gitops.engine.texts import ThreeTexts
from notion_gitops.expressions import compile_expression
from notion_gitops.model.branches import (
    Collision,
    Known,
    Origin,
    Origins,
    RecordMerge,
    TextMerge,
    Versions,
)
from notion_gitops.model.mapping import Direction, PropertyType, Rule, Take
from notion_gitops.model.operations import EditTime
from notion_gitops.model.records import Record, Side
from notion_gitops.model.values import Value
from tests.engine.engine_builders import HERE, THEN, a_field, a_mapping

NAMES = frozenset({"git", "notion", "base", "key", "field", "edited"})
FIELDS = (
    a_field("due"),
    a_field("tags", PropertyType.MULTI_SELECT),
    a_field("status", PropertyType.STATUS),
    a_field("rollup", PropertyType.ROLLUP, direction=Direction.PULL),
    a_field("sent", direction=Direction.PUSH),
    a_field("must", required=True),
)
EARLY, LATE = EditTime(THEN), EditTime(THEN + timedelta(seconds=1))
GIT, NOTION, UNKNOWN = Origin(Side.GIT, EARLY), Origin(Side.NOTION, LATE), Origin()


def a_rule(take: Take, condition: str = "") -> Rule:
    when = compile_expression(condition, HERE, names=NAMES) if condition else None
    return Rule("r", take, HERE, None, when)


def record(**fields: Value) -> Record:
    return Record("a", {n: v for n, v in fields.items() if v is not None})


def merge(*rules: Rule, origins: Origins, name: str = "due", **more: Any) -> RecordMerge:
    """The merge of a record whose one field is `old` before, `mine` here and `their` there."""
    values = {"base": "old", "here": "mine", "there": "their"} | more.pop("values", {})
    base, here, there = (record(**{name: v}) for v in values.values())
    mapping = a_mapping(*FIELDS, rules=rules, **more)
    return merge_versions(mapping, Versions("a", base, here, there), Known(origins={name: origins}))


def taken(*rules: Rule, **more: Any) -> Value:
    """The value that stands; None if it is open. The mirrored merge has to say the same."""
    one = merge(*rules, **more)
    origins: Origins = more.pop("origins")
    values = {"base": "old", "here": "mine", "there": "their"} | more.pop("values", {})
    other = merge(
        *rules,
        origins=Origins(origins.there, origins.here),
        values={"base": values["base"], "here": values["there"], "there": values["here"]},
        **more,
    )
    assert [c.open for c in one.collisions] == [c.open for c in other.collisions]
    assert one.open or one.fields == other.fields
    return None if one.open else (one.fields or {}).get(more.get("name", "due"))


def asked(*rules: Rule, **more: Any) -> Collision:
    (collision,) = merge(*rules, **more).open
    return collision


def test_where_one_value_is_notions_the_rules_decide_as_in_a_sync() -> None:
    at = Origins(GIT, NOTION)
    assert taken(a_rule(Take.GIT), origins=at) == "mine"
    assert taken(a_rule(Take.NOTION), origins=at) == "their"
    assert taken(a_rule(Take.MANUAL), origins=at) is None
    assert taken(otherwise=Take.NOTION, origins=at) == "their"
    assert taken(a_rule(Take.NOTION, "git.due == 'mine'"), origins=at) == "their"
    assert taken(a_rule(Take.NOTION, "git.due == 'their'"), origins=at) is None
    assert taken(a_rule(Take.GIT, "edited.notion.at > edited.git.at"), origins=at) == "mine"


@pytest.mark.parametrize(
    "at", [Origins(GIT, GIT), Origins(NOTION, NOTION), Origins(GIT, UNKNOWN), Origins()]
)
@pytest.mark.parametrize("take", [Take.GIT, Take.NOTION])
def test_else_rules_that_take_a_side_do_not_decide(at: Origins, take: Take) -> None:
    later = Origins(at.here, replace(at.there, time=LATE))
    assert taken(a_rule(take), a_rule(Take.LATEST), origins=later) is None
    assert taken(otherwise=take, origins=later) is None
    reason = asked(a_rule(take), origins=at).reason
    same = at.here.side is at.there.side and at.here.side is not None
    assert ("both came from" if same else "where they came from is not known") in reason


def test_the_later_commit_decides_to_the_second_and_not_a_tie() -> None:
    later = Origins(GIT, Origin(Side.GIT, LATE))
    assert taken(a_rule(Take.LATEST), origins=later) == "their"
    assert taken(otherwise=Take.LATEST, origins=later) == "their"
    assert taken(a_rule(Take.LATEST), origins=Origins(GIT, GIT)) is None
    unknown = asked(a_rule(Take.LATEST), origins=Origins(GIT, UNKNOWN))
    assert unknown.reason == "the latest edit is not known: not looked up"


def test_a_condition_that_depends_on_whose_a_value_is_decides_nothing() -> None:
    later = Origins(GIT, Origin(Side.GIT, LATE))
    depends = a_rule(Take.LATEST, "git.due == 'mine'")
    assert taken(depends, origins=later) is None
    assert "depends on which of the two values is Notion's" in asked(depends, origins=later).reason
    assert taken(a_rule(Take.LATEST, "base.due == 'old'"), origins=later) == "their"


def test_the_direction_decides_between_notion_and_git_alone() -> None:
    at = Origins(GIT, NOTION)
    assert taken(name="rollup", origins=at) == "their"
    assert taken(name="sent", origins=at) == "mine"
    assert taken(name="rollup", origins=Origins(GIT, GIT)) is None


def test_a_required_field_that_was_emptied_stays_open() -> None:
    later = Origins(Origin(Side.GIT, LATE), GIT)
    emptied = {"here": None}
    assert taken(a_rule(Take.LATEST), name="must", origins=later, values=emptied) is None
    asked_of = asked(name="must", origins=later, values=emptied)
    assert asked_of.reason == "it is required, and was emptied on one branch"


def test_an_empty_status_means_leave_it() -> None:
    values = {"base": "todo", "here": None, "there": "doing"}
    assert taken(name="status", origins=Origins(), values=values) == "doing"


def test_sets_merge_by_member_and_an_edit_alone_needs_no_rule() -> None:
    sets = {
        n: frozenset(m.split()) for n, m in (("base", "a b"), ("here", "b c"), ("there", "a d"))
    }
    assert taken(name="tags", origins=Origins(), values=sets) == frozenset("cd")
    alone = merge(origins=Origins(), values={"there": "old"})
    assert (alone.fields, alone.collisions) == ({"due": "mine"}, ())


def test_texts_of_several_lines_are_merged_by_line() -> None:
    mapping = a_mapping(*FIELDS)
    at = Versions("a", record(due="a\nb"), record(due="A\nb"), record(due="a\nB"))
    assert colliding(mapping, at) == ("due",)
    assert texts_to_merge(mapping, at) == {"due": ThreeTexts("a\nb", "A\nb", "a\nB")}
    clean = merge_versions(mapping, at, Known({"due": TextMerge("A\nB", "A\nB", "A\nB")}))
    assert clean.fields == {"due": "A\nB"}
    assert [c.reason for c in clean.collisions] == ["merged"]
    left = merge_versions(mapping, at, Known({"due": TextMerge(None, "1", "2")}))
    sides = [dict(each or {}) for each in (left.fields, left.base, left.there)]
    assert sides == [{"due": "1"}, {"due": "a\nb"}, {"due": "2"}]


WORDS = Rule("texts merge", Take.MERGE, HERE, frozenset({"due"}))


@pytest.mark.parametrize("origins", [Origins(GIT, NOTION), Origins(NOTION, GIT), Origins()])
def test_a_text_of_one_line_is_merged_by_word_where_a_rule_says_so(origins: Origins) -> None:
    at = Versions("a", record(due="a b c"), record(due="A b c"), record(due="a b C"))
    assert not texts_to_merge(a_mapping(*FIELDS), at)
    mapping = a_mapping(*FIELDS, rules=(WORDS,))
    (three,) = texts_to_merge(mapping, at).values()
    assert three.by_word
    text = TextMerge("A b C", "A b C", "A b C", by_rule=True)
    merged = merge_versions(mapping, at, Known({"due": text}, {"due": origins}))
    assert merged.fields == {"due": "A b C"}
    assert [(c.rule, c.open) for c in merged.collisions] == [("texts merge", False)]
    left = TextMerge(None, "A b c", "a b C", by_rule=True)
    (open_,) = merge_versions(mapping, at, Known({"due": left}, {"due": origins})).collisions
    assert open_.open
    assert "both edits are in the same place" in open_.reason


def test_whole_records() -> None:
    mapping, old, new = a_mapping(*FIELDS), record(due="old"), record(due="new")

    def whole(base: Record | None, here: Record | None, there: Record | None) -> RecordMerge:
        return merge_versions(mapping, Versions("a", base, here, there), Known())

    assert whole(None, new, None).fields == {"due": "new"}
    assert whole(None, None, new).fields == {"due": "new"}
    assert whole(old, None, None).fields is None
    assert whole(old, old, None) == whole(old, None, old) == RecordMerge("a", None)
    left = whole(old, None, new)
    assert (left.fields, left.there, left.open[0].deleted) == (None, {"due": "new"}, "here")
    assert whole(old, new, None).open[0].deleted == "there"
    unmapped = merge_versions(mapping, Versions("a", old, None, old, unmapped=True), Known())
    assert unmapped.open
