"""What a person answered is carried out, or stays in its file, or is kept: it is never lost."""

import json
import re
from datetime import timedelta

import pytest

from notion_gitops.cli.walking import Question
from notion_gitops.model.diagnostics import Severity
from notion_gitops.model.errors import ExitCode
from notion_gitops.report.plan_build import plan_view
from notion_gitops.report.plan_text import plan_text
from notion_gitops.sandbox.weather.rules import Effect, Rule
from notion_gitops.workflow.apply import carry_out, nothing_to_do
from notion_gitops.workflow.conflicts import asked_about
from notion_gitops.workflow.validate import validate
from notion_gitops.workflow.workspace import open_workspace
from tests.workflow.workflow_views import operation
from tests.workflow.workflow_world import SILENT, World


def plan_told(world: World) -> str:
    """A plan made now, as it is read on a terminal."""
    planned = world.plan()
    mappings = planned.comparison.workspace.mappings
    return plan_text(plan_view(planned.plan, mappings), colour=False)


def asked_twice(world: World) -> None:
    """Both sides change the hours and the note of a task; the hours are answered."""
    world.edit("tasks/dig", hours="10", note="By git")
    world.in_notion("tasks/dig", Hours=11, Note="By Notion")
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    world.answer("tasks/dig", "{value: 12.5}", "hours")


# --- the write fails ------------------------------------------------------------------------


@pytest.mark.parametrize("why", ["refused", "stale"])
def test_an_answer_whose_write_fails_stays_beside_another_question(world: World, why: str) -> None:
    asked_twice(world)
    before = world.read(world.conflict("tasks/dig"))
    if why == "refused":
        world.sandbox.weather.add(Rule(Effect.ANSWER, method="PATCH", status=400, count=1))
    world.clock.advance(timedelta(minutes=10))
    planned = world.plan()
    if why == "stale":
        world.in_notion("tasks/dig", Signed=True)
    result = carry_out(planned, world.connection(), SILENT)
    assert result.exit_code is ExitCode.PARTLY_APPLIED
    assert world.read(world.conflict("tasks/dig")) == before
    if why == "refused":
        assert nothing_to_do(world.plan())  # as it is, it would be refused again
        world.in_notion("tasks/dig", Signed=True)
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    assert world.page("tasks/dig")["Hours"] == 12.5
    assert world.record("tasks/dig")["hours"] == "12.5"
    assert "note:" in world.read(world.conflict("tasks/dig"))


# --- it fits no longer ----------------------------------------------------------------------


def kept_answers(world: World) -> list[tuple[str, object]]:
    """What the last sync's backups hold of answers, with the side that they count for."""
    lines = world.git("show", "notion-gitops/state:backup.jsonl").splitlines()
    backups = [line for line in map(json.loads, lines) if "answer" in str(line.get("why"))]
    return [(b["side"], value) for b in backups for value in b["fields"].values()]


def test_a_value_that_is_asked_about_anew_stays_as_a_comment_and_in_the_backups(
    world: World,
) -> None:
    asked_twice(world)
    world.in_notion("tasks/dig", Hours=13)
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    again = "    # the answer before: {value: 12.5}\n    resolution:\n"
    assert again in world.read(world.conflict("tasks/dig"))
    assert kept_answers(world) == [("git", 12.5)]
    world.in_notion("tasks/dig", Hours=14)
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    assert again in world.read(world.conflict("tasks/dig"))
    world.answer("tasks/dig", "{value: 12.5}", "hours")
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    assert world.page("tasks/dig")["Hours"] == 12.5
    assert kept_answers(world) == []


def test_a_side_that_is_asked_about_anew_is_told_in_the_file(world: World) -> None:
    world.edit("tasks/dig", hours="10")
    world.in_notion("tasks/dig", Hours=11)
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    world.answer("tasks/dig", "notion", "hours")
    world.in_notion("tasks/dig", Hours=13)
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    assert "# the answer before: notion\n" in world.read(world.conflict("tasks/dig"))


@pytest.mark.parametrize("how", ["equal", "a rule", "deleted"])
def test_a_value_whose_question_goes_away_is_in_the_backups(world: World, how: str) -> None:
    asked_twice(world)
    match how:
        case "equal":
            world.in_notion("tasks/dig", Hours=10, Note="By git")
            world.apply()
        case "a rule":
            world.in_notion("tasks/dig", Hours=13)
            mapping = world.read("mappings/tasks.yaml")
            world.write("mappings/tasks.yaml", f"{mapping}conflicts: {{otherwise: notion}}\n")
            world.commit("Notion wins")
            world.apply()
        case _:
            world.remove("tasks/dig")
            world.apply(code=ExitCode.DECISIONS_REMAIN)
    # Where git's own value is kept as well, the answer counts for the other side.
    assert kept_answers(world) == [("notion" if how == "a rule" else "git", 12.5)]


def test_a_text_of_several_lines_is_told_on_one_and_can_be_answered_again(world: World) -> None:
    world.edit("tasks/dig", note="By git")
    world.in_notion("tasks/dig", Note="By Notion")
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    own = r'{value: "One\nword, # of \"mine\""}'
    world.answer("tasks/dig", own, "note")
    world.in_notion("tasks/dig", Note="By Notion, once more")
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    assert f"# the answer before: {own}\n" in world.read(world.conflict("tasks/dig"))
    world.answer("tasks/dig", own, "note")
    world.apply()
    assert world.page("tasks/dig")["Note"] == 'One\nword, # of "mine"'


def test_a_sensitive_answer_is_told_as_a_digest(world: World) -> None:
    old = "hours: {property: Hours, type: number}"
    world.remap("tasks", (old, old.replace("}", ", sensitive: true}")))
    asked_twice(world)
    world.in_notion("tasks/dig", Hours=13)
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    text = world.read(world.conflict("tasks/dig"))
    assert "# the answer before: (digest " in text
    assert "12.5" not in text
    assert kept_answers(world) == [("git", 12.5)]


# --- Notion cannot take it ------------------------------------------------------------------

KINDS = ("build", "test", "paint")


def options(world: World, *names: str) -> None:
    world.schema("Tasks", {"Kind": {"select": {"options": [{"name": name} for name in names]}}})


def asked_about_the_kind(world: World, hours: str = "8") -> None:
    """The kind was to build; git says to paint, and Notion to test."""
    options(world, *KINDS)
    world.edit("tasks/dig", kind="paint", hours=hours)
    world.in_notion("tasks/dig", Kind="test")
    world.apply(code=ExitCode.DECISIONS_REMAIN)


def asked_about_a_relation(world: World) -> None:
    """A relation that is mapped anew, of which both sides hold another value."""
    line = "  after: {property: After, type: relation, to: tasks}\n"
    world.edit("tasks/lay", hours="3")
    world.remap("tasks", (line, ""))
    world.apply()
    world.spell("tasks/lay", after="[test]")
    world.remap("tasks", ("  kind:", f"{line}  kind:"))
    world.apply(code=ExitCode.DECISIONS_REMAIN)


def why_open(world: World, record: str) -> str:
    """Why a question is still open, which nothing changes by itself."""
    planned = world.plan()
    assert nothing_to_do(planned)
    (conflict,) = operation(planned, record).open_conflicts
    assert conflict.place is not None
    assert conflict.place.file == world.conflict(record)
    return conflict.reason


def test_an_option_that_notion_does_not_have_leaves_the_question_open(world: World) -> None:
    asked_about_the_kind(world)
    world.answer("tasks/dig", "{value: biuld}", "kind")
    assert 'has no option "biuld". Did you mean "build"?' in why_open(world, "tasks/dig")
    assert (world.page("tasks/dig")["Kind"], world.record("tasks/dig")["kind"]) == ("test", "paint")
    options(world, *KINDS, "biuld")
    world.apply()
    assert world.page("tasks/dig")["Kind"] == world.record("tasks/dig")["kind"] == "biuld"


def test_beside_it_another_answer_is_carried_out(world: World) -> None:
    world.in_notion("tasks/dig", Hours=11)
    asked_about_the_kind(world, hours="10")
    world.answer("tasks/dig", "{value: biuld}", "kind")
    world.answer("tasks/dig", "git", "hours")
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    assert world.page("tasks/dig")["Hours"] == 10
    assert (world.page("tasks/dig")["Kind"], world.record("tasks/dig")["kind"]) == ("test", "paint")
    assert "resolution: {value: biuld}\n" in world.read(world.conflict("tasks/dig"))
    assert "biuld" in why_open(world, "tasks/dig")


def test_a_last_agreed_option_that_is_gone_leaves_the_question_open(world: World) -> None:
    asked_about_the_kind(world)
    options(world, "test", "paint")
    world.answer("tasks/dig", "base", "kind")
    assert 'has no option "build"' in why_open(world, "tasks/dig")


def test_a_record_that_there_is_not_leaves_the_question_open(world: World) -> None:
    asked_about_a_relation(world)
    world.answer("tasks/lay", "{value: [nope]}", "after")
    assert "there is no nope in tasks. Name a record of tasks" in why_open(world, "tasks/lay")
    world.edit("tasks/nope", title="Not nothing any more")
    world.apply()
    assert world.record("tasks/lay")["after"] == ["nope"]
    assert world.page("tasks/lay")["After"] == [world.page_id("tasks/nope")]


def test_an_answer_that_was_no_option_at_the_last_sync_is_told_offline(world: World) -> None:
    asked_about_the_kind(world)
    resolve = ("conflicts", "resolve", "dig", "--field", "kind", "--value")
    _, _, told = world.command(*resolve, "biuld")
    assert 'had no option "biuld"' in told
    assert 'Did you mean "build"?' in told
    path = world.conflict("tasks/dig")
    place = re.compile(rf"{path}:\d+:5\n +\|     resolution: \{{value: biuld\}}\n")
    assert place.search(told), told
    _, told, _ = world.command("validate")
    assert place.search(told), told
    _, _, told = world.command(*resolve, "build")
    assert "option" not in told
    assert world.command("validate")[1].endswith("are valid.\n")


def test_an_answer_that_names_no_record_is_told_offline(world: World) -> None:
    asked_about_a_relation(world)
    _, _, told = world.command("conflicts", "resolve", "lay", "--value", "[digg]")
    assert "after: there is no digg in tasks" in told
    assert 'Did you mean "dig"?' in told
    (problem,) = validate(open_workspace(world.root)).problems
    assert (problem.summary, problem.severity) == (
        "after: there is no digg in tasks",
        Severity.WARNING,
    )


# --- first contact --------------------------------------------------------------------------


def test_at_first_contact_nothing_is_offered_that_was_agreed_before(world: World) -> None:
    asked_about_a_relation(world)
    path = world.conflict("tasks/lay")
    before = world.read(path)
    plan = plan_told(world)
    assert "first contact" in plan
    assert "(or notion, or --value VALUE)" in " ".join(plan.split())
    _, shown, _ = world.command("conflicts", "show", "lay")
    for text in (before, plan, shown):
        assert "last agreed" not in text
        assert "base" not in text.replace("database", "")
    _, _, told = world.command("conflicts", "resolve", "lay", "--take", "base", ok=(65,))
    assert "there is no last agreed value to return to" in told
    _, told, _ = world.command("conflicts", "resolve", "--all", "--take", "base", "--yes")
    assert "base is no answer to these" in told
    assert world.read(path) == before
    workspace = open_workspace(world.root)
    record = asked_about(workspace, world.root / path)
    offered = Question(workspace, record, record.questions[0]).words.values()
    assert list(offered) == ["git", "notion", "value", "skip", "quit"]


# --- edit against delete --------------------------------------------------------------------


@pytest.mark.parametrize("deleted", ["git", "Notion"])
def test_a_plan_tells_what_was_edited_of_a_deleted_record_and_what_goes(
    world: World, deleted: str
) -> None:
    old = "note: {property: Note, type: rich_text}"
    world.remap("tasks", (old, old.replace("}", ", sensitive: true}")))
    if deleted == "git":
        world.remove("tasks/dig")
        world.in_notion("tasks/dig", Hours=55, Note="Unsaid")
    else:
        world.edit("tasks/dig", hours="55", note="Unsaid")
        world.trash("tasks/dig")
    asked = plan_told(world)
    edited = r"edited: hours 8 -> 55; note sha256:\w+ -> sha256:\w+"
    assert re.search(edited, " ".join(asked.split()))
    assert "mappings/tasks.yaml" not in asked
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    assert "# edited: hours 8 -> 55\n" in world.read(world.conflict("tasks/dig"))
    _, shown, _ = world.command("conflicts", "show", "dig")
    assert "  Edited: hours 8 -> 55\n" in shown
    world.answer("tasks/dig", deleted.casefold())
    told = plan_told(world)
    other = "Notion" if deleted == "git" else "git"
    assert "decided by a person, state/conflicts/tasks/dig.yaml" in told
    assert f"({other}'s edit goes: hours 8 -> 55; note sha256:" in told
    for text in (asked, shown, told, world.read(world.conflict("tasks/dig"))):
        assert "Unsaid" not in text


def test_a_delete_that_others_still_refer_to_says_whose_it_is(world: World) -> None:
    world.remove("tasks/dig")  # after which lay comes
    (conflict,) = operation(world.plan(), "tasks/dig").open_conflicts
    assert "still points to it" in conflict.reason
    assert conflict.times is not None
    assert (conflict.times.git.by, bool(conflict.times.git.at)) == ("Ann Lee", True)
    assert conflict.place is None
