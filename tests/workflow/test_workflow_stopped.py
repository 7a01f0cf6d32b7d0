"""What is told when a guard stops a mapping: what is held back, where it comes from, the way on."""

from dataclasses import replace
from typing import Any

import pytest

from notion_gitops.model.errors import ExitCode, Refused
from notion_gitops.report.plan_build import plan_view
from notion_gitops.report.plan_text import plan_text
from notion_gitops.workflow.plan import Planned, exit_code
from notion_gitops.workflow.writing.ready import hindrances, require_fitting
from tests.workflow.conftest import MakeWorld
from tests.workflow.workflow_samples import databases
from tests.workflow.workflow_world import World


def many(make: MakeWorld, count: int = 30) -> World:
    """So many tasks, and a note beside them that no guard stops."""
    pages: list[dict[str, Any]] = [
        {"Name": f"Task {n}", "Key": f"t{n}", "Hours": n, "created": "2026-01-02"}
        for n in range(count)
    ]
    project = {"Name": "Hall", "Key": "hall", "created": "2026-01-02"}
    world = make(databases([project], pages), {})
    world.apply()
    return world


def said(planned: Planned) -> str:
    """The plan as text, on one line."""
    view = plan_view(planned.plan, planned.comparison.workspace.mappings)
    return " ".join(plan_text(view, colour=False).split())


def end(planned: Planned) -> str:
    """What stands below the sums."""
    return said(planned).partition("Plan: ")[2]


def test_the_end_names_what_is_held_back_and_the_way_past(make: MakeWorld) -> None:
    world = many(make)
    commit = world.remove(*(f"tasks/t{n}" for n in range(6)))[:7]
    told = end(world.plan())
    assert "Held back: 6 pages to trash (tasks)." in told
    assert "held back: 6 to trash" in told
    assert "STOPPED: tasks. This plan moves 6 of the 30 tasks to Notion's trash." in told
    assert (
        "The limit is 5 (the smaller of 20 and 10 % of the records, at least 5, built in). "
        "To set another: safety.deletes in mappings/tasks.yaml." in told
    )
    assert f"If it is a mistake: git revert {commit}" in told
    assert "If it is meant: notion-gitops apply --accept tasks.deletes=6" in told
    assert "To do this" not in told


def test_a_limit_that_is_set_is_told_with_its_line_and_an_emptied_side_with_none(
    make: MakeWorld,
) -> None:
    world = many(make)
    (world.root / "mappings/_defaults.yaml").write_text('version: 1\nsafety:\n  deletes: "10%"\n')
    world.commit("Limits")
    world.remove(*(f"tasks/t{n}" for n in range(6)))
    set_ = "The limit is 5 (the smaller of 20 and 10 % of the records, at least 5, "
    assert f"{set_}mappings/_defaults.yaml:3)." in end(world.plan())
    world.remove(*(f"tasks/t{n}" for n in range(6, 30)))
    told = end(world.plan())
    assert "moves every one of the 30 tasks to Notion's trash. To leave nothing is always" in told
    assert "The limit is" not in told


def test_what_is_not_stopped_can_be_done(make: MakeWorld) -> None:
    world = many(make)
    world.remove(*(f"tasks/t{n}" for n in range(6)))
    world.edit("projects/hall", budget="7")
    assert "To do what is not stopped: notion-gitops apply" in end(world.plan())


def test_two_guards_are_passed_by_one_command(make: MakeWorld) -> None:
    world = many(make)
    for n in range(1, 29):
        world.in_notion(f"tasks/t{n}", Hours=0)
    told = end(world.plan())
    assert "--accept tasks.updates=28 --accept tasks.hours=28" in told
    assert "If it is a mistake: Restore the pages in Notion" in told


def test_a_merge_is_reverted_on_its_first_parent(make: MakeWorld) -> None:
    world = many(make)
    world.git("checkout", "-q", "-b", "side")
    world.remove(*(f"tasks/t{n}" for n in range(6)))
    world.git("checkout", "-q", "main")
    world.git("merge", "-q", "--no-ff", "-m", "Merge", "side")
    commit = world.git("rev-parse", "--short=7", "HEAD").strip()
    planned = world.plan()
    assert f"git revert -m 1 {commit}" in end(planned)
    world.git("revert", "--no-edit", "-m", "1", commit)
    assert world.plan().plan.steps == ()


def test_deletes_that_are_not_committed_are_restored(make: MakeWorld) -> None:
    world = many(make)
    world.git("rm", "-q", *(f"state/records/tasks/t{n}.yaml" for n in range(2)))
    for n in range(2, 6):
        world.path(f"tasks/t{n}").unlink()
    planned = world.plan()
    told = end(planned)
    assert "git revert" not in said(planned)
    assert "git restore --staged --worktree state/records/tasks" in told
    assert "takes back all edits in state/records/tasks that are not committed" in told
    world.git(*planned.plan.refusals[0].takes_back[0].split())
    assert world.git("status", "--porcelain") == ""
    assert world.plan().plan.steps == ()


def test_commits_and_what_is_not_committed_are_both_taken_back(make: MakeWorld) -> None:
    world = many(make)
    commit = world.remove(*(f"tasks/t{n}" for n in range(3)))[:7]
    for n in range(3, 6):
        world.path(f"tasks/t{n}").unlink()
    (refusal,) = world.plan().plan.refusals
    files = " ".join(f"state/records/tasks/t{n}.yaml" for n in range(3, 6))
    assert refusal.takes_back == (f"restore --staged --worktree {files}", f"revert {commit}")
    for words in refusal.takes_back:
        world.git(*words.split(), *(["--no-edit"] if words.startswith("revert") else []))
    assert world.plan().plan.steps == ()


@pytest.mark.parametrize(
    ("accepted", "told"),
    [
        ("tasks.deletes=5", "--accept tasks.deletes=5 does not fit: this plan is stopped at 6"),
        ("tasks.updates=6", "--accept tasks.updates=6 fits nothing: no limit stopped tasks"),
        ("projects.deletes=1", "--accept projects.deletes=1 fits nothing: no limit stopped proj"),
        ("tasks.hours=3", 'fits nothing: no limit stopped tasks for its field "hours"'),
    ],
)
def test_a_number_that_does_not_fit_is_refused_with_the_right_one(
    make: MakeWorld, accepted: str, told: str
) -> None:
    """Holds C05."""
    world = many(make)
    world.remove(*(f"tasks/t{n}" for n in range(6)))
    world.edit("projects/hall", budget="7")
    guard, _, count = accepted.partition("=")
    planned = world.plan(accepted={guard: {int(count)}})
    assert told in end(planned)
    assert ("If that is meant: --accept tasks.deletes=6." in end(planned)) is (count == "5")
    assert exit_code(planned.plan, detailed=True) is ExitCode.REFUSED
    with pytest.raises(Refused) as refused:
        require_fitting(planned)
    assert told in refused.value.diagnostics[0].summary


def test_the_number_that_fits_is_silent(make: MakeWorld) -> None:
    world = many(make)
    world.remove(*(f"tasks/t{n}" for n in range(6)))
    planned = world.plan(accepted={"tasks.deletes": {6}})
    require_fitting(planned)
    assert "--accept" not in said(planned)
    assert exit_code(planned.plan, detailed=True) is ExitCode.CHANGES


def test_with_every_mapping_stopped_there_is_nothing_to_do_next(make: MakeWorld) -> None:
    world = many(make)
    for name in ("Tasks", "Projects"):
        world.schema(name.lower(), {"Key": {"name": "Old key"}})
    for name in ("projects", "tasks"):
        world.remap(name, ("property: Key", "property: Nowhere"))
    world.edit("tasks/t1", hours="99")
    told = said(world.plan())
    assert "STOPPED: tasks. It takes no part: its database cannot be synced." in told
    assert "To do" not in told


def test_a_question_whose_file_is_there_is_not_said_to_miss_it(world: World) -> None:
    world.edit("tasks/dig", due="2026-03-01")
    world.in_notion("tasks/dig", Due="2026-03-02")
    before = said(world.plan())
    assert "which is not there yet: apply writes it." in before
    assert "To have the question kept on file: notion-gitops apply" in before
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    after = said(world.plan())
    assert "1 DECISION NEEDED" in after
    assert "not there yet" not in after
    assert "notion-gitops apply" not in after


def test_a_question_of_a_stopped_mapping_waits_for_it(make: MakeWorld) -> None:
    world = many(make)
    world.remove(*(f"tasks/t{n}" for n in range(6)))
    world.edit("tasks/t9", due="2026-03-01")
    world.in_notion("tasks/t9", Due="2026-03-02")
    told = said(world.plan())
    assert "not there yet: apply writes it once tasks takes part." in told
    assert "kept on file" not in told


def test_a_broken_record_is_counted_at_the_end(world: World) -> None:
    world.edit("tasks/dig", due="2026-02-30")
    assert "0 decisions needed, 1 problem left alone." in end(world.plan())


def test_files_that_are_not_committed_are_told_and_stop_an_apply(world: World) -> None:
    world.spell("tasks/dig", hours="99")
    planned = world.plan()
    plan = replace(planned.plan, first=hindrances(planned))
    told = end(replace(planned, plan=plan))
    assert "record files are not committed: state/records/tasks/dig.yaml." in told
    assert "let apply do it" in told
    assert exit_code(plan, detailed=True) is ExitCode.REFUSED
    assert exit_code(plan, detailed=False) is ExitCode.DONE
    world.commit()
    assert hindrances(world.plan()) == ()


def test_mappings_that_are_not_committed_stop_an_apply_too(world: World) -> None:
    world.write("mappings/tasks.yaml", world.read("mappings/tasks.yaml") + "# changed\n")
    (problem,) = hindrances(world.plan())
    assert problem.summary == "mapping files are not committed: mappings/tasks.yaml"
