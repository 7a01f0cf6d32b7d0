"""The holds as they are written: how long they last, and when they count."""

from datetime import timedelta

import pytest

from notion_gitops.model.errors import Refused
from tests.workflow.holds_world import FILE, at_rest, held, hold, task
from tests.workflow.workflow_views import part
from tests.workflow.workflow_world import World

# --- how long -------------------------------------------------------------------------------


def test_a_hold_ends_after_its_last_day(world: World) -> None:
    world.edit("tasks/dig", hours="9")
    hold(world, task(record="dig", until="2026-01-13"))
    world.clock.advance(timedelta(days=1))
    assert held(at_rest(world)).hold.until is not None
    world.clock.advance(timedelta(days=1))
    planned = world.plan()
    (ended,) = [f for f in planned.plan.findings if f.check == "hold ended"]
    assert ended.fix == "To take it out: notion-gitops hold remove tasks dig"
    assert not part(planned, "tasks").on_hold
    world.apply()
    assert world.page("Tasks/dig")["Hours"] == 9


def test_a_hold_of_nobody_is_told(world: World) -> None:
    hold(world, task(record="digg"))
    (told,) = [f for f in world.plan().plan.findings if f.check == "hold"]
    assert 'Did you mean "dig"?' in told.fix


# --- committed or not -----------------------------------------------------------------------


@pytest.mark.parametrize("left_out", [
    ("sparse-checkout", "set", "--no-cone", "/*", f"!/{FILE}"),
    ("update-index", "--skip-worktree", FILE),
    ("update-index", "--assume-unchanged", FILE),
])  # fmt: skip
def test_a_hold_that_git_does_not_check_out_is_not_taken_out(
    world: World, left_out: tuple[str, ...]
) -> None:
    hold(world, task(record="dig"))
    world.edit("tasks/dig", hours="9")
    world.git(*left_out)
    (world.root / FILE).unlink(missing_ok=True)
    with pytest.raises(Refused, match="a hold was taken out"):
        world.apply()
    assert world.page("Tasks/dig")["Hours"] == 8


def test_the_defaults_may_hold_a_record_that_not_every_mapping_has(world: World) -> None:
    listed = "hold: [{record: dig, reason: a}, {record: digg, reason: b}]\n"
    world.write("mappings/_defaults.yaml", f"version: 1\n{listed}")
    world.commit("Hold")
    planned = world.plan()
    assert not planned.plan.findings
    assert [h.hold.name for h in part(planned, "tasks").on_hold] == ["tasks/dig", "tasks/digg"]


def test_a_hold_counts_from_when_it_is_written(world: World) -> None:
    world.edit("tasks/dig", hours="9")
    world.edit("tasks/lay", note="from git")
    hold(world, task(record="dig"), commit=False)
    world.apply(settled=False)
    assert world.page("Tasks/dig")["Hours"] == 8
    assert world.page("Tasks/lay")["Note"] == "from git"
    assert world.git("status", "--porcelain") == f"?? {FILE}\n"


@pytest.mark.parametrize("how", ["deleted", "shortened", "other"])
def test_a_hold_that_is_taken_out_takes_a_commit(world: World, how: str) -> None:
    world.edit("tasks/dig", hours="9")
    hold(world, task(record="dig"))
    if how == "deleted":
        (world.root / FILE).unlink()
    else:
        changed = {"until": "2026-12-24"} if how == "shortened" else {"record": "lay"}
        hold(world, task(**{"record": "dig", **changed}), commit=False)
    with pytest.raises(Refused, match="tasks/dig"):
        world.apply()
    assert world.page("Tasks/dig")["Hours"] == 8
    world.commit("Go on")
    if how != "shortened":
        world.apply(settled=how == "deleted")
        assert world.page("Tasks/dig")["Hours"] == 9
