"""Who wins a conflict: rules, conditions, the latest edit, `initial`, and a person's answer."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from notion_gitops.engine.building import RecordView
from notion_gitops.engine.merge import merge_record
from notion_gitops.expressions import compile_expression
from notion_gitops.model.expressions import Expression
from notion_gitops.model.mapping import Direction, Initial, Mode, PropertyType, Rule, Take
from notion_gitops.model.operations import (
    Cause,
    Conflict,
    EditTime,
    EditTimes,
    Kind,
    Operation,
    Resolution,
)
from notion_gitops.model.records import Side
from notion_gitops.model.values import Unknown, Value
from tests.engine.engine_builders import (
    HERE,
    a_field,
    a_mapping,
    answers,
    in_base,
    in_git,
    in_notion,
    planned,
    written,
)

NAMES = frozenset({"git", "notion", "base", "key", "field", "edited"})
TASKS = a_mapping(
    a_field("due"),
    a_field("hours", PropertyType.NUMBER),
    a_field("status", PropertyType.STATUS),
    a_field("owner", required=True),
    a_field("done", PropertyType.CHECKBOX),
)
OLD: dict[str, Value] = {"title": "T", "due": "d", "owner": "o", "status": "doing"}


def when(source: str) -> Expression:
    return compile_expression(source, HERE, names=NAMES)


def a_rule(take: Take, *fields: str, name: str = "r", condition: str = "") -> Rule:
    names = frozenset(fields) or None
    return Rule(name, take, HERE, names, when(condition) if condition else None)


def collide(*rules: Rule, otherwise: Take = Take.MANUAL, **more: Any) -> Conflict:
    """The conflict over `due`, decided by these rules."""
    return collision(*rules, otherwise=otherwise, **more).conflicts[0]


def collision(*rules: Rule, otherwise: Take = Take.MANUAL, **more: Any) -> Operation:
    mapping = replace(TASKS, rules=rules, otherwise=otherwise)
    git = in_git(**{**OLD, "due": "g", **more.pop("git", {})})
    notion = in_notion(**{**OLD, "due": "n", **more.pop("notion", {})})
    return planned(mapping, base=in_base(mapping, **OLD), git=git, notion=notion, **more)


def test_the_first_rule_that_fits_decides() -> None:
    conflict = collide(
        a_rule(Take.NOTION, "hours", name="other field"),
        a_rule(Take.NOTION, "due", name="other state", condition="git.status == 'done'"),
        a_rule(Take.GIT, "due", name="this", condition="git.status == 'doing'"),
        a_rule(Take.NOTION, name="too late"),
    )
    assert (conflict.take, conflict.rule, conflict.place) == (Take.GIT, "this", HERE)


def test_a_rule_without_fields_is_for_every_field() -> None:
    assert collide(a_rule(Take.NOTION)).take is Take.NOTION


@pytest.mark.parametrize(
    ("condition", "fits"),
    [
        ("git.due == 'g' and notion.due == 'n' and base.due == 'd'", True),
        ("key == 'k' and field == 'due'", True),
        ("git.hours is none and notion.hours is none and base.hours is none", True),
        ("git.hours == 3", False),
        ("git.done", False),
        ("git.nonsense == 'x'", False),
    ],
)
def test_conditions_speak_of_both_sides_and_of_fields_that_are_empty(
    condition: str, fits: bool
) -> None:
    take = collide(a_rule(Take.GIT, condition=condition)).take
    assert take is (Take.GIT if fits else Take.MANUAL)


def test_a_value_that_cannot_be_told_is_nothing_to_a_condition() -> None:
    rule = a_rule(Take.GIT, condition="notion.hours is none")
    assert collide(rule, notion={"hours": Unknown("?")}).take is Take.GIT


def test_a_condition_that_fails_leaves_the_conflict_open_and_says_why() -> None:
    conflict = collide(a_rule(Take.GIT, name="late", condition="git.due > 3"), otherwise=Take.GIT)
    assert conflict.open
    assert 'rule "late" could not be evaluated' in conflict.reason


@pytest.mark.parametrize("take", [Take.GIT, Take.NOTION])
def test_otherwise_decides_what_no_rule_covers(take: Take) -> None:
    assert collide(a_rule(Take.GIT, "hours"), otherwise=take).take is take


def test_without_otherwise_the_conflict_stays_open_and_nothing_is_written() -> None:
    """Holds F078."""
    operation = collision()
    assert operation.kind is Kind.OPEN
    assert not operation.writes
    assert operation.open_conflicts[0].reason == 'no rule covers "due"'
    assert "due" not in operation.settled
    assert operation.agreed["due"] == "d"


def test_merge_has_nothing_to_merge_in_single_values() -> None:
    assert collide(a_rule(Take.MERGE)).open


def test_what_a_rule_overwrites_is_backed_up() -> None:
    operation = collision(a_rule(Take.GIT, name="ours"))
    assert written(operation, Side.NOTION) == {"due": "g"}
    assert [(b.side, b.fields) for b in operation.backups] == [(Side.NOTION, {"due": "n"})]
    change = operation.writes[0].changes[0]
    assert (change.cause, change.rule, change.place) == (Cause.RULE, "ours", HERE)


# --- the latest edit ------------------------------------------------------------------------

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def by_latest(git_seconds: float) -> Take:
    """Git's edit so many seconds after noon; Notion says 12:00, which is up to 12:00:59.999."""
    git = EditTime(NOON + timedelta(seconds=git_seconds))
    times = {"due": EditTimes(git, EditTime(NOON))}
    return collide(a_rule(Take.LATEST), times=times).take


def check_latest() -> None:
    assert by_latest(-1) is Take.NOTION
    assert by_latest(-3600) is Take.NOTION
    assert by_latest(60) is Take.GIT
    assert by_latest(3600) is Take.GIT
    for undecided in (0, 1, 30, 59.999):
        assert by_latest(undecided) is Take.MANUAL


def test_the_latest_edit_wins_unless_the_rounding_leaves_it_undecided() -> None:
    check_latest()


@pytest.mark.parametrize("rules", [(a_rule(Take.LATEST),), ()])
def test_times_are_asked_for_before_the_latest_edit_is_told(rules: tuple[Rule, ...]) -> None:
    mapping = replace(TASKS, rules=rules, otherwise=Take.LATEST)
    git, notion = in_git(**{**OLD, "due": "g"}), in_notion(**{**OLD, "due": "n"})
    merged = merge_record(mapping, RecordView("k", in_base(mapping, **OLD), git, notion))
    assert merged.missing_times == {"due"}
    assert merged.operation is not None
    assert merged.operation.open_conflicts


def test_times_are_not_asked_for_by_a_rule_that_does_not_fit() -> None:
    rules = (
        a_rule(Take.LATEST, condition="git.status == 'done'"),
        a_rule(Take.NOTION, "due"),
    )
    assert collide(*rules).take is Take.NOTION


def test_a_condition_may_speak_of_the_edits() -> None:
    rule = a_rule(Take.GIT, condition="edited.git.by == 'Ann' and edited.git.at > edited.notion.at")
    git = EditTime(NOON + timedelta(hours=1), "Ann")
    assert collide(rule, times={"due": EditTimes(git, EditTime(NOON))}).take is Take.GIT
    git = EditTime(NOON + timedelta(hours=1), "Bob")
    assert collide(rule, times={"due": EditTimes(git, EditTime(NOON))}).open


@pytest.mark.parametrize("unknown", Side)
def test_an_edit_whose_time_is_not_known_is_not_guessed(unknown: Side) -> None:
    dark, known = EditTime(None, reason="the history is too shallow"), EditTime(NOON)
    times = EditTimes(dark, known) if unknown is Side.GIT else EditTimes(known, dark)
    conflict = collide(a_rule(Take.LATEST), times={"due": times})
    assert conflict.open
    assert "the history is too shallow" in conflict.reason
    assert conflict.times == times


# --- initial --------------------------------------------------------------------------------


@pytest.mark.parametrize("initial", Initial)
def test_initial_decides_first_contact_before_the_rules(initial: Initial) -> None:
    mapping = replace(TASKS, initial=initial, rules=(a_rule(Take.GIT),), otherwise=Take.GIT)
    git, notion = in_git(**{**OLD, "due": "g"}), in_notion(**{**OLD, "due": "n"})
    conflict = planned(mapping, git=git, notion=notion).conflicts[0]
    expected = {Initial.GIT: Take.GIT, Initial.NOTION: Take.NOTION, Initial.ASK: Take.MANUAL}
    assert conflict.take is expected[initial]
    assert conflict.base is None


# --- answers --------------------------------------------------------------------------------


def answered(
    answer: Resolution, base: dict[str, Value] | None = None, **sides: dict[str, Value]
) -> Operation:
    """The conflict over `due` (or over what the sides say), answered."""
    git = in_git(**{**OLD, **sides.get("git", {"due": "g"})})
    notion = in_notion(**{**OLD, **sides.get("notion", {"due": "n"})})
    agreed = in_base(TASKS, **(OLD if base is None else base))
    asked = planned(TASKS, base=agreed, git=git, notion=notion).open_conflicts[0]
    file = answers(**{str(asked.field): replace(answer, asked=asked.asked)})
    return planned(TASKS, base=agreed, git=git, notion=notion, answers=file)


@pytest.mark.parametrize(
    ("answer", "to_git", "to_notion"),
    [
        (Resolution(take=Take.GIT), None, {"due": "g"}),
        (Resolution(take=Take.NOTION), {"due": "n"}, None),
        (Resolution(take_base=True), {"due": "d"}, {"due": "d"}),
        (Resolution(value="x", has_value=True), {"due": "x"}, {"due": "x"}),
        (Resolution(value=None, has_value=True), {"due": None}, {"due": None}),
    ],
)
def test_an_answer_is_carried_out(
    answer: Resolution, to_git: dict[str, Value] | None, to_notion: dict[str, Value] | None
) -> None:
    operation = answered(answer)
    assert written(operation, Side.GIT) == to_git
    assert written(operation, Side.NOTION) == to_notion
    assert operation.conflicts[0].by_person
    assert not operation.open_conflicts
    assert "due" in operation.settled
    assert {c.cause for w in operation.writes for c in w.changes} == {Cause.RESOLVED}


def test_an_empty_resolution_decides_nothing() -> None:
    operation = answered(Resolution())
    assert operation.open_conflicts
    assert "asked again" not in operation.open_conflicts[0].reason


def test_an_answer_about_other_values_is_asked_again() -> None:
    file = answers(due=Resolution(take=Take.GIT, asked="stale"))
    conflict = collide(answers=file)
    assert conflict.open
    assert "asked again" in conflict.reason


def test_there_is_no_base_to_return_to_at_first_contact() -> None:
    git, notion = in_git(**{**OLD, "due": "g"}), in_notion(**{**OLD, "due": "n"})
    asked = planned(TASKS, git=git, notion=notion).open_conflicts[0].asked
    file = answers(due=Resolution(take_base=True, asked=asked))
    operation = planned(TASKS, git=git, notion=notion, answers=file)
    assert not operation.writes
    assert "no last agreed value" in operation.open_conflicts[0].reason


@pytest.mark.parametrize(
    ("answer", "to_git", "to_notion"),
    [
        (Resolution(take=Take.GIT), None, {"owner": "o"}),
        (Resolution(take_base=True), None, {"owner": "o"}),
        (Resolution(take=Take.NOTION), {"owner": None}, None),
        (Resolution(value="x", has_value=True), {"owner": "x"}, {"owner": "x"}),
    ],
)
def test_a_required_field_that_was_emptied_and_its_answers(
    answer: Resolution, to_git: dict[str, Value] | None, to_notion: dict[str, Value] | None
) -> None:
    operation = answered(answer, git={}, notion={"owner": None})
    assert written(operation, Side.GIT) == to_git
    assert written(operation, Side.NOTION) == to_notion


@pytest.mark.parametrize("mode", Mode)
def test_no_answer_about_a_pulled_field_writes_to_notion(mode: Mode) -> None:
    pulled = a_field("owner", required=True, direction=Direction.PULL)
    mapping = replace(a_mapping(pulled), mode=mode)
    sides = {
        "base": in_base(mapping, title="T", owner="o"),
        "git": in_git(title="T", owner="o"),
        "notion": in_notion(title="T"),
    }
    asked = planned(mapping, **sides).open_conflicts[0].asked
    for answer in (Resolution(take=Take.GIT), Resolution(value="x", has_value=True)):
        file = answers(owner=replace(answer, asked=asked))
        operation = planned(mapping, **sides, answers=file)
        assert operation.write(Side.NOTION) is None
        assert "owner" in operation.settled


def test_no_answer_empties_a_status() -> None:
    empty = Resolution(value=None, has_value=True)
    operation = answered(empty, git={"status": "done"}, notion={"status": "todo"})
    assert operation.write(Side.NOTION) is None
    assert written(operation, Side.GIT) == {"status": "todo"}


def test_a_question_about_a_record_is_asked_again_when_the_record_moves() -> None:
    base = in_base(TASKS, **OLD)
    notion = in_notion(**{**OLD, "due": "n"})
    asked = planned(TASKS, base=base, notion=notion).open_conflicts[0].asked
    file = answers(Resolution(take=Take.GIT, asked=asked))
    assert planned(TASKS, base=base, notion=notion, answers=file).kind is Kind.DELETE_PAGE
    moved = in_notion(**{**OLD, "due": "another"})
    assert planned(TASKS, base=base, notion=moved, answers=file).kind is Kind.OPEN


def test_an_empty_resolution_of_a_record_decides_nothing() -> None:
    base, notion = in_base(TASKS, **OLD), in_notion(**{**OLD, "due": "n"})
    asked = planned(TASKS, base=base, notion=notion).open_conflicts[0].asked
    for empty in (Resolution(asked=asked), Resolution(take_base=True, asked=asked)):
        assert planned(TASKS, base=base, notion=notion, answers=answers(empty)).kind is Kind.OPEN


def test_taking_the_editing_side_restores() -> None:
    base = in_base(TASKS, **OLD)
    git = in_git(**{**OLD, "due": None, "hours": 3})
    asked = planned(TASKS, base=base, git=git).open_conflicts[0].asked
    file = answers(Resolution(take=Take.GIT, asked=asked))
    operation = planned(TASKS, base=base, git=git, answers=file)
    assert written(operation, Side.NOTION) == {"due": None, "hours": 3}
    assert operation.settled == {"due", "hours"}  # what else the page holds has not been read
    mirror = replace(TASKS, mode=Mode.MIRROR, when_trashed_in_notion=TASKS.when_deleted_in_git)
    assert planned(mirror, base=base, git=git, answers=file).write(Side.NOTION) is None


@pytest.mark.parametrize("known", [True, False])
def test_values_that_differ_in_outer_space_alone_are_one(known: bool) -> None:
    base = in_base(TASKS, **OLD) if known else None
    for git, notion in (("g ", "g"), ("a \n\nb", "a\n\n b"), ("g", " g")):
        sides = {
            "git": in_git(**{**OLD, "due": git}),
            "notion": in_notion(**{**OLD, "due": notion}),
        }
        operation = planned(TASKS, base=base, **sides)
        assert not operation.writes
        assert not operation.conflicts
        assert operation.agreed["due"] == git  # the file keeps its spelling
    conflict = collide(git={"due": "a b"}, notion={"due": "ab"})
    assert conflict.open


@pytest.mark.parametrize("side", Side)
def test_the_space_that_lines_begin_with_is_an_edit(side: Side) -> None:
    before, after = "a:\n  b\n  c", "a:\n  b\n    c"
    texts = {Side.GIT: before, Side.NOTION: before, side: after}
    operation = planned(
        TASKS,
        base=in_base(TASKS, **{**OLD, "due": before}),
        git=in_git(**{**OLD, "due": texts[Side.GIT]}),
        notion=in_notion(**{**OLD, "due": texts[Side.NOTION]}),
    )
    assert written(operation, side.other) == {"due": after}


def test_a_set_that_both_would_empty_together_is_asked_about_if_required() -> None:
    mapping = a_mapping(a_field("tags", PropertyType.MULTI_SELECT, required=True))
    operation = planned(
        mapping,
        base=in_base(mapping, title="T", tags=frozenset({"a", "b"})),
        git=in_git(title="T", tags=frozenset({"a"})),
        notion=in_notion(title="T", tags=frozenset({"b"})),
    )
    assert [c.field for c in operation.open_conflicts] == ["tags"]
    assert not operation.writes
