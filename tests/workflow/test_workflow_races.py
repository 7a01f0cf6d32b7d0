"""What moves between a plan and its apply, and syncs that come close upon one another."""

from datetime import timedelta
from typing import Any

import pytest

from notion_gitops.model.errors import ExitCode
from notion_gitops.model.operations import Kind
from notion_gitops.model.outcomes import Status, SyncResult
from notion_gitops.workflow.apply import carry_out
from notion_gitops.workflow.plan import Planned
from tests.workflow.conftest import MakeWorld
from tests.workflow.workflow_samples import databases
from tests.workflow.workflow_views import kinds, operation
from tests.workflow.workflow_world import SILENT, World

NOW = timedelta()


def carry(world: World, planned: Planned) -> SyncResult:
    return carry_out(planned, world.connection(), SILENT)


def outcome(result: SyncResult, key: str) -> Status:
    return next(o.status for o in result.outcomes if o.key == key)


def test_an_edit_in_notion_after_the_plan_makes_its_record_stale(world: World) -> None:
    """Holds F077."""
    world.spell("tasks/dig", note="By git")
    world.spell("tasks/lay", note="By git")
    world.commit()
    planned = world.plan()
    world.in_notion("tasks/dig", Hours=77)
    result = carry(world, planned)
    assert result.exit_code is ExitCode.PARTLY_APPLIED
    assert outcome(result, "dig") is Status.STALE
    assert outcome(result, "lay") is Status.APPLIED
    assert world.page("tasks/dig")["Note"] == "Mind the cable"
    world.apply()
    assert world.page("tasks/dig")["Note"] == "By git"
    assert world.record("tasks/dig")["hours"] == "77"


@pytest.mark.parametrize("hours", [-30, -1, 1, 30])
def test_f071_an_edit_is_seen_by_notions_clock_however_wrong_ours_is(
    world: World, hours: int
) -> None:
    world.edit("tasks/dig", note="By git")
    world.edit("tasks/lay", note="By git")
    world.wrong = timedelta(hours=hours)
    planned = world.plan()
    world.in_notion("tasks/dig", Note="By Eva")
    result = carry(world, planned)
    assert outcome(result, "dig") is Status.STALE
    assert outcome(result, "lay") is Status.APPLIED
    assert world.page("tasks/dig")["Note"] == "By Eva"
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    assert world.conflicts() == {"tasks/dig"}


def test_an_edit_of_the_file_after_the_plan_makes_its_record_stale(world: World) -> None:
    """Holds P04."""
    world.in_notion("tasks/dig", Hours=77)
    planned = world.plan()
    world.spell("tasks/dig", note="Meanwhile")
    result = carry(world, planned)
    assert outcome(result, "dig") is Status.STALE
    assert world.record("tasks/dig")["hours"] == "8"
    world.apply(commit_dirty=True)
    assert world.record("tasks/dig")["hours"] == "77"
    assert world.page("tasks/dig")["Note"] == "Meanwhile"


def test_a_page_edited_before_its_delete_is_not_deleted(world: World) -> None:
    world.remove("tasks/test")
    planned = world.plan()
    world.in_notion("tasks/test", Note="Wait!")
    result = carry(world, planned)
    assert outcome(result, "test") is Status.STALE
    assert not world.page("tasks/test")["in_trash"]
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    assert world.conflicts() == {"tasks/test"}


def test_a_page_that_is_edited_while_its_file_is_written_comes_with_the_next_sync(
    world: World,
) -> None:
    world.in_notion("tasks/dig", Hours=77)
    planned = world.plan()
    world.in_notion("tasks/dig", Hours=78)
    carry(world, planned)
    assert world.record("tasks/dig")["hours"] == "77"
    world.apply()
    assert world.record("tasks/dig")["hours"] == "78"


def test_edits_in_one_minute_are_all_seen(world: World) -> None:
    """Holds D6."""
    for hours in (20, 21, 22):
        world.in_notion("tasks/dig", Hours=hours, at=world.clock())
        world.apply(rest=NOW)
        assert world.record("tasks/dig")["hours"] == str(hours)
    for hours in (30, 31):
        world.edit("tasks/dig", hours=str(hours))
        world.apply(rest=NOW)
        assert world.page("tasks/dig")["Hours"] == hours


def test_both_sides_edited_in_the_minute_of_the_apply(world: World) -> None:
    world.edit("tasks/dig", hours="20")
    world.in_notion("tasks/lay", Hours=5)
    world.apply(rest=NOW)
    assert world.page("tasks/dig")["Hours"] == 20
    assert world.record("tasks/lay")["hours"] == "5"


def test_a_hundred_and_twenty_records_both_ways(make: MakeWorld) -> None:
    pages: list[dict[str, Any]] = [
        {"Name": f"P{n}", "Budget": n, "created": "2026-01-02"} for n in range(110)
    ]
    world = make(databases(pages, []), {})
    for number in range(120):
        after = f"[t{(number + 1) % 120}]"  # one long cycle
        world.spell(f"tasks/t{number}", title=f"T{number}", status="todo", after=after)
    world.commit("Many")
    world.apply()
    assert len(world.tree("HEAD")) == 230
    assert len(world.pages("tasks")) == 120
    assert world.page("tasks/t5")["After"] == [world.page_id("tasks/t6")]


def test_a_key_that_only_changes_its_case(world: World) -> None:
    page = world.page_id("tasks/dig")
    world.path("tasks/dig").rename(world.path("tasks/Dig"))
    world.commit("Capital")
    result = world.apply()
    assert kinds(result)["tasks/Dig"] is Kind.RENAME
    assert world.page("tasks/Dig")["id"] == page
    assert world.record("tasks/lay")["after"] == ["Dig"]


def test_two_records_that_swap_their_contents_are_edits(world: World) -> None:
    dig, lay = (world.path(f"tasks/{key}").read_text() for key in ("dig", "lay"))
    world.path("tasks/dig").write_text(lay.replace("[dig]", "[lay]"))
    world.path("tasks/lay").write_text(dig)
    world.commit("Swap")
    world.apply()
    assert world.page("tasks/Dig the trench")["Key"] == "lay"
    assert world.page("tasks/Lay the pipe")["Key"] == "dig"


def test_a_record_deleted_while_its_question_is_open(world: World) -> None:
    world.edit("tasks/dig", hours="10")
    world.in_notion("tasks/dig", Hours=11)
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    world.edit("tasks/lay", after=None)
    world.remove("tasks/dig")
    result = world.apply(code=ExitCode.DECISIONS_REMAIN)
    (conflict,) = operation(result, "tasks/dig").open_conflicts
    assert conflict.field is None
    world.answer("tasks/dig", "git")
    world.apply()
    assert world.conflicts() == set()
    assert "dig" not in [p["Key"] for p in world.pages("tasks")]


def test_a_page_trashed_while_its_question_is_open(world: World) -> None:
    world.edit("tasks/test", hours="10")
    world.in_notion("tasks/test", Hours=11)
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    world.trash("tasks/test")
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    world.answer("tasks/test", "notion")
    world.apply()
    assert not world.path("tasks/test").exists()
    assert world.conflicts() == set()
