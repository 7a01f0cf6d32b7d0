"""What a sync says of itself is so: how it is undone, what it wrote, what it left."""

import re

from notion_gitops.model.errors import ExitCode
from notion_gitops.model.outcomes import SyncResult
from notion_gitops.report.sync import sync_text
from tests.workflow.conftest import MakeWorld
from tests.workflow.test_workflow_stopped import end, many
from tests.workflow.workflow_world import World


def said(result: SyncResult) -> str:
    """The end of an apply, on one line."""
    return " ".join(sync_text(result, {}, colour=False).split())


def undo(result: SyncResult) -> str:
    return said(result).partition("Undo ")[2]


def message(world: World) -> str:
    """Of the sync's commit on the working branch."""
    return world.git("log", "-1", "--format=%B")


def revert(world: World, *commits: str) -> None:
    world._tick()
    for commit in commits:
        world.git("revert", "--no-edit", commit)


# --- undo ---------------------------------------------------------------------------------


def test_what_went_both_ways_is_undone_by_two_reverts(world: World) -> None:
    theirs = world.remove("tasks/test")
    world.in_notion("tasks/dig", Hours=99)
    result = world.apply()
    own = result.record_commit
    told = f"what came from Notion: git revert {own[:7]}; what went there: git revert the commits"
    assert undo(result).startswith(f"{told} that made the edits; then notion-gitops apply")
    assert "To undo what came from Notion: git revert this commit." in message(world)
    assert "To undo what went to Notion: git revert the commits" in message(world)
    revert(world, own)
    world.apply()
    assert world.page("tasks/dig")["Hours"] == 8
    assert not world.path("tasks/test").exists()
    revert(world, theirs)
    world.apply(exact=False)  # nothing of the page that comes back has to be written
    assert not world.page("tasks/test")["in_trash"]


def test_what_came_from_notion_is_undone_by_one_revert(world: World) -> None:
    world.in_notion("tasks/dig", Note="From Notion")
    result = world.apply()
    assert undo(result) == f"git revert {result.record_commit[:7]}, then notion-gitops apply"
    assert "To undo: git revert this commit, then apply." in message(world)
    revert(world, result.record_commit)
    world.apply()
    assert world.page("tasks/dig")["Note"] != "From Notion"


def test_what_went_to_notion_is_not_undone_by_the_commit_of_computed_values(world: World) -> None:
    """Hours of a task move the sum of its project, which alone comes back."""
    before = world.page("tasks/dig")["Hours"]
    theirs = world.edit("tasks/dig", hours="99")
    result = world.apply()
    assert result.record_commit
    assert undo(result) == "git revert the commits that made the edits, then notion-gitops apply"
    assert "To undo: git revert the commits that made the edits, then apply." in message(world)
    revert(world, theirs)
    world.apply()
    assert world.page("tasks/dig")["Hours"] == before


def test_a_question_alone_needs_no_undo(world: World) -> None:
    world.edit("tasks/dig", due="2026-03-01")
    world.in_notion("tasks/dig", Due="2026-03-02")
    result = world.apply(code=ExitCode.DECISIONS_REMAIN)
    assert result.record_commit
    assert "Undo" not in said(result)
    assert "undo" not in message(world)


def test_an_edit_that_is_put_back_is_nobody_s_to_revert(world: World) -> None:
    world.remap("tasks", ("{property: Note, type: rich_text}", PUSHED))
    world.in_notion("tasks/dig", Note="Not taken")
    result = world.apply()
    assert world.page("tasks/dig")["Note"] != "Not taken"
    assert "Undo" not in said(result)
    assert "Kept 1 record with values that were overwritten" in said(result)


PUSHED = "{property: Note, type: rich_text, direction: push}"


# --- what was written ---------------------------------------------------------------------


def test_files_that_take_up_what_notion_makes_are_counted_as_such(world: World) -> None:
    """A new record: its default and its computed values come back into its file."""
    theirs = world.edit("projects/shed", title="Shed")
    world.edit("tasks/door", title="Door", hours="3", project="[shed]")
    planned = world.plan()
    assert "comes back with the same apply, into files of projects and tasks." in end(planned)
    result = world.apply()
    assert "projects 1 refreshed 1 new" in said(result)
    assert "tasks 1 refreshed 1 new" in said(result)
    first, *rest = message(world).splitlines()
    assert first == "Sync from Notion: computed values of 1 project and 1 task"
    assert [re.sub(" +", " ", line.strip()) for line in rest if "(" in line] == [
        "shed hours (computed)",
        "door status (default)",
    ]
    assert undo(result).startswith(f"git revert {result.record_commit[:7]} and the commits")
    revert(world, result.record_commit, theirs)


# --- what was left ------------------------------------------------------------------------


def test_what_was_refused_stands_at_the_end_with_the_way_past(make: MakeWorld) -> None:
    world = many(make)
    commit = world.remove(*(f"tasks/t{n}" for n in range(6)))[:7]
    world.edit("tasks/t9", due="2026-03-01")
    world.in_notion("tasks/t9", Due="2026-03-02")
    world.edit("projects/hall", budget="7")
    result = world.apply(code=ExitCode.PARTLY_APPLIED, settled=False)
    end = said(result).partition("Undo ")[2]
    assert "Stopped, nothing of it was written (exit code 5)" in end
    assert "tasks: This plan moves 6 of the 30 tasks to Notion's trash. The limit is 5" in end
    assert f"If it is a mistake: git revert {commit}" in end
    assert "If it is meant: notion-gitops apply --accept tasks.deletes=6" in end
    assert "Held back: 6 pages to trash (tasks)." in end
    assert "state/conflicts" not in said(result)
    assert "decision" not in said(result).replace("Notion pages decisions", "")
    assert "tasks took no part" in said(result)
    assert world.conflicts() == set()


def test_what_was_left_alone_is_told_with_its_place(world: World) -> None:
    world.edit("tasks/dig", kind="bild")
    world.edit("tasks/lay", hours="77")
    result = world.apply(code=ExitCode.DECISIONS_REMAIN, settled=False)
    assert "1 problem left alone (exit code 3) state/records/tasks/dig.yaml:" in said(result)
    assert '"Kind" has no option "bild"' in said(result)
