"""Who wins a conflict, and the conflict files that ask when nobody does."""

from pathlib import Path

import pytest

from notion_gitops.engine.texts import ThreeTexts
from notion_gitops.model.errors import ExitCode
from notion_gitops.model.mapping import Take
from notion_gitops.repository import Repository
from notion_gitops.workflow.apply import nothing_to_do
from notion_gitops.workflow.reading.text_merges import merged_text
from tests.workflow.workflow_views import operation
from tests.workflow.workflow_world import World

RULES = """\
conflicts:
  rules:
    - {name: active is git's, when: "git.status == 'doing'", fields: [due], take: git}
    - {name: people are Notion's, fields: [note], take: notion}
    - {name: never alone, fields: [kind], take: manual}
"""


# --- rules --------------------------------------------------------------------------------


def test_git_wins_where_a_rule_says_so(world: World) -> None:
    world.extend_mapping("tasks", RULES)
    world.edit("tasks/dig", due="2026-04-01")
    world.in_notion("tasks/dig", Due="2026-05-01")
    result = world.apply()
    (conflict,) = operation(result, "tasks/dig").conflicts
    assert (conflict.take, conflict.rule) == (Take.GIT, "active is git's")
    assert world.page("tasks/dig")["Due"] == ("2026-04-01", None)
    assert "2026-05-01" in world.git("show", "notion-gitops/state:backup.jsonl")


def test_a_rule_whose_condition_does_not_hold_decides_nothing(world: World) -> None:
    world.extend_mapping("tasks", RULES)
    world.edit("tasks/lay", due="2026-04-01")
    world.in_notion("tasks/lay", Due="2026-05-01")
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    assert world.conflicts() == {"tasks/lay"}
    assert "\n\n\n" not in world.git("log", "-1", "--format=%B").rstrip()


def test_notion_wins_where_a_rule_says_so(world: World) -> None:
    world.extend_mapping("tasks", RULES)
    world.edit("tasks/dig", note="By git")
    world.in_notion("tasks/dig", Note="By Notion")
    world.apply()
    assert world.record("tasks/dig")["note"] == "By Notion"
    assert "By git" in world.git("show", "notion-gitops/state:backup.jsonl")


def test_a_rule_may_leave_it_to_a_person(world: World) -> None:
    world.extend_mapping("tasks", RULES)
    world.edit("tasks/dig", kind="test")
    world.in_notion("tasks/dig", Kind=None)
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    assert world.conflicts() == {"tasks/dig"}
    assert "never alone" in world.read(world.conflict("tasks/dig"))


@pytest.mark.parametrize("side", ["git", "notion"])
def test_otherwise_decides_what_no_rule_covers(world: World, side: str) -> None:
    world.extend_mapping("tasks", f"conflicts: {{otherwise: {side}}}\n")
    world.collide()
    world.apply()
    assert world.record("tasks/dig")["hours"] == {"git": "10", "notion": "11"}[side]
    assert world.page("tasks/dig")["Hours"] == {"git": 10, "notion": 11}[side]


# --- conflict files -----------------------------------------------------------------------


def open_one(world: World) -> None:
    world.collide()
    world.apply(code=ExitCode.DECISIONS_REMAIN)


def test_an_open_conflict_is_a_file_with_the_three_values(world: World) -> None:
    """Holds F078."""
    open_one(world)
    text = world.read(world.conflict("tasks/dig"))
    for line in ("base:   8", "git:    10", "notion: 11", "resolution:\n"):
        assert line in text


@pytest.mark.parametrize(
    ("answer", "hours"),
    [("git", 10), ("notion", 11), ("base", 8), ("{value: 12.5}", 12.5)],
)
def test_an_answer_decides(world: World, answer: str, hours: float) -> None:
    open_one(world)
    world.answer("tasks/dig", answer, "hours")
    world.apply()
    assert world.page("tasks/dig")["Hours"] == hours
    assert world.record("tasks/dig")["hours"] == str(hours)
    assert world.conflicts() == set()


def test_an_open_conflict_is_asked_once(world: World) -> None:
    """Holds I8, T30."""
    open_one(world)
    assert nothing_to_do(world.plan())
    before = world.read(world.conflict("tasks/dig"))
    world.in_notion("tasks/dig", Note="Another field")
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    assert world.read(world.conflict("tasks/dig")) == before
    assert world.record("tasks/dig")["note"] == "Another field"


@pytest.mark.parametrize("side", ["git", "notion"])
def test_an_answer_to_other_values_is_asked_again(world: World, side: str) -> None:
    open_one(world)
    world.answer("tasks/dig", "git", "hours")
    if side == "git":
        world.edit("tasks/dig", hours="20")
    else:
        world.in_notion("tasks/dig", Hours=21)
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    text = world.read(world.conflict("tasks/dig"))
    assert "resolution:\n" in text
    assert ("git:    20" if side == "git" else "notion: 21") in text
    assert world.page("tasks/dig")["Hours"] == (11 if side == "git" else 21)


@pytest.mark.parametrize("side", ["git", "notion", "git to base", "notion to base"])
def test_a_conflict_closes_when_the_sides_agree_or_one_takes_its_edit_back(
    world: World, side: str
) -> None:
    open_one(world)
    match side:
        case "git":
            world.edit("tasks/dig", hours="11")
        case "notion":
            world.in_notion("tasks/dig", Hours=10)
        case "git to base":
            world.edit("tasks/dig", hours="8")
        case _:
            world.in_notion("tasks/dig", Hours=8)
    world.apply()
    assert world.conflicts() == set()
    hours = 11 if side in ("git", "git to base") else 10
    assert world.page("tasks/dig")["Hours"] == hours
    assert world.record("tasks/dig")["hours"] == str(hours)


def test_a_rule_that_was_added_closes_what_was_asked(world: World) -> None:
    open_one(world)
    world.extend_mapping("tasks", "conflicts: {otherwise: notion}\n")
    world.apply()
    assert world.conflicts() == set()
    assert world.record("tasks/dig")["hours"] == "11"


def test_two_fields_are_asked_about_in_one_file_and_answered_apart(world: World) -> None:
    world.edit("tasks/dig", hours="10", note="By git")
    world.in_notion("tasks/dig", Hours=11, Note="By Notion")
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    world.answer("tasks/dig", "notion", "note")
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    text = world.read(world.conflict("tasks/dig"))
    assert "hours:" in text
    assert "note:" not in text
    assert world.record("tasks/dig")["note"] == "By Notion"
    world.answer("tasks/dig", "git", "hours")
    world.apply()
    assert world.page("tasks/dig")["Hours"] == 10


def test_emptying_a_required_field_in_notion_asks(world: World) -> None:
    world.in_notion("tasks/dig", Name="")
    result = world.apply(code=ExitCode.DECISIONS_REMAIN)
    assert world.record("tasks/dig")["title"] == "Dig the trench"
    assert world.conflicts() == {"tasks/dig"}
    assert operation(result, "tasks/dig").open_conflicts[0].field == "title"
    world.answer("tasks/dig", "git", "title")
    world.apply()
    assert world.page(f"tasks/{world.page_id('tasks/dig')}")["Name"] == "Dig the trench"


def test_a_conflict_in_the_target_does_not_keep_back_who_points_to_it(world: World) -> None:
    world.collide()
    world.edit("tasks/test", after="[dig]")
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    assert world.page("tasks/test")["After"] == [world.page_id("tasks/dig")]


def test_a_deleted_conflict_file_is_asked_again(world: World) -> None:
    open_one(world)
    (world.root / world.conflict("tasks/dig")).unlink()
    world.commit("Forget the question")
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    assert world.conflicts() == {"tasks/dig"}


MERGING = """\
conflicts:
  rules:
    - {name: notes merge, fields: [note], take: merge}
"""


def test_two_edits_of_a_long_text_are_merged_where_a_rule_says_so(world: World) -> None:
    world.extend_mapping("tasks", MERGING)
    world.edit("tasks/dig", note="Dig by hand near the pipe, then fill it.")
    world.apply()
    world.edit("tasks/dig", note="Dig by hand near the gas pipe, then fill it.")
    world.in_notion("tasks/dig", Note="Dig by hand near the pipe, then fill it up.")
    result = world.apply()
    both = "Dig by hand near the gas pipe, then fill it up."
    assert world.record("tasks/dig")["note"] == both
    assert world.page("tasks/dig")["Note"] == both
    (conflict,) = operation(result, "tasks/dig").conflicts
    assert (conflict.take, conflict.rule) == (Take.MERGE, "notes merge")
    backups = world.git("show", "notion-gitops/state:backup.jsonl")
    assert "gas pipe, then fill it." in backups
    assert "near the pipe, then fill it up." in backups
    assert nothing_to_do(world.plan())


def test_edits_of_the_same_words_are_asked_about(world: World) -> None:
    world.extend_mapping("tasks", MERGING)
    world.edit("tasks/dig", note="Due on Monday at nine.")
    world.apply()
    world.edit("tasks/dig", note="Due on Tuesday at nine.")
    world.in_notion("tasks/dig", Note="Due on Friday at nine.")
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    asked = world.read("state/conflicts/tasks/dig.yaml")
    assert "Tuesday" in asked
    assert "Friday" in asked


def test_a_name_that_the_base_cannot_tell_any_more_makes_no_first_contact_of_the_rest(
    world: World,
) -> None:
    world.write("state/people.yaml", world.read("state/people.yaml").replace("ann:", "annlee:"))
    world.spell("projects/alpha", owner="[annlee]")
    world.spell("tasks/dig", assignee="[annlee]", due=None)
    world.commit("Ann has another alias")
    world.in_notion("tasks/dig", Hours=None)
    world.apply()
    assert "hours" not in world.record("tasks/dig") or not world.record("tasks/dig")["hours"]
    assert world.page("tasks/dig")["Due"] is None
    assert world.record("tasks/dig")["assignee"] == ["annlee"]
    assert not world.conflicts()


@pytest.mark.parametrize(
    ("git", "notion", "merged"),
    [
        ("a x b c d x e f", "**a x b** c **d x e f**", None),
        ("**a x b c d x e g**", "**a y b c d x e f**", "**a y b c d x e g**"),
        ("a x b c d x e f", "**a x b c d x e f**", "a x b c d x e f"),
    ],
)
def test_words_are_merged_only_if_their_marks_fit_together(
    tmp_path: Path, git: str, notion: str, merged: str | None
) -> None:
    three = ThreeTexts("**a x b c d x e f**", git, notion).in_words()
    assert merged_text(Repository.create(tmp_path), three) == merged
