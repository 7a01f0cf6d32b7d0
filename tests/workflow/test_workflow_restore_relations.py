"""Relations to what does not come back out of the backups with them."""

from collections.abc import Callable

import pytest

from notion_gitops.model.errors import ExitCode
from notion_gitops.model.outcomes import SyncResult
from notion_gitops.model.restores import RestoreWish
from tests.workflow.holds_world import hold
from tests.workflow.restore_world import left, planned, rename, wish
from tests.workflow.workflow_views import part
from tests.workflow.workflow_world import World


def hold_dig(world: World, sync: SyncResult) -> tuple[RestoreWish, ...]:
    hold(world, {"mapping": "tasks", "record": "dig"})
    return (wish(sync, "tasks"),)


def one_field_of_dig(_: World, sync: SyncResult) -> tuple[RestoreWish, ...]:
    return (wish(sync, "tasks/lay"), wish(sync, "tasks/dig", "hours"))


@pytest.mark.parametrize("ask", [hold_dig, one_field_of_dig])
def test_a_record_comes_back_without_a_relation_to_one_that_does_not(
    world: World, ask: Callable[[World, SyncResult], tuple[RestoreWish, ...]]
) -> None:
    world.remove("tasks/dig", "tasks/lay")
    restores = ask(world, world.apply())
    result = world.apply(exact=False, code=ExitCode.DECISIONS_REMAIN, restores=restores)
    (one,) = (u for u in result.plan.not_restored if u.key == "lay")
    assert one.reason == "after: there is no dig in tasks"
    assert world.record("tasks/lay").get("after", []) == []
    assert world.page("tasks/lay")["After"] == []


def test_a_record_of_a_mirror_does_not_come_back_for_one_that_relates_to_it(world: World) -> None:
    world.remove("tasks/test", "projects/beta")
    sync = world.apply()
    world.remap("projects", ("mode: two-way", "mode: mirror"))
    restores = (wish(sync, "tasks"), wish(sync, "projects"))
    world.apply(exact=False, code=ExitCode.DECISIONS_REMAIN, restores=restores)
    assert world.page("tasks/test")["Project"] == []


def test_an_edit_that_names_what_does_not_come_back_is_told(world: World) -> None:
    world.edit("tasks/lay", after=None)
    world.remove("tasks/dig")
    sync = world.apply()
    world.edit("tasks/lay", after="[dig]", note="from git")
    restores = (wish(sync, "tasks/dig", "hours"),)
    (problem,) = part(planned(world, *restores), "tasks").problems
    assert "there is no dig in tasks" in problem.summary
    world.apply(code=ExitCode.DECISIONS_REMAIN, settled=False, restores=restores)
    assert world.page("tasks/lay")["Note"] == "from git"


def test_a_relation_does_not_come_back_to_a_key_that_is_changed_at_once(world: World) -> None:
    world.in_notion("tasks/lay", After=[])
    sync = world.apply()
    rename(world, "dig", "excavate")
    assert left(world, wish(sync, "tasks/lay")).reason == "after: there is no dig in tasks"


def test_an_edit_that_names_the_old_key_is_told_with_the_change_of_key(world: World) -> None:
    rename(world, "dig", "excavate")
    world.edit("tasks/test", after="[dig]", note="from git")
    (problem,) = part(world.plan(), "tasks").problems
    assert "there is no dig in tasks" in problem.summary
    world.apply(code=ExitCode.DECISIONS_REMAIN, settled=False)
    assert world.page("tasks/test")["Note"] == "from git"
