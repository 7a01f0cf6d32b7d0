"""A record on hold: left as it is on both sides, told in every plan, and not forgotten."""

import pytest

from notion_gitops.model.errors import ExitCode
from notion_gitops.model.holds import Change, Waiting
from notion_gitops.model.operations import Kind
from notion_gitops.model.records import Side
from notion_gitops.workflow.plan import exit_code
from tests.workflow.holds_world import agreed, at_rest, held, hold, others_are_synced, release, task
from tests.workflow.workflow_views import kinds, part
from tests.workflow.workflow_world import World


def test_a_record_that_both_sides_edit(world: World) -> None:
    world.edit("tasks/dig", hours="9", due="2026-03-01")
    world.in_notion("Tasks/dig", Note="from Notion", Due="2026-04-01")
    free = part(world.plan(), "tasks").operations
    before, file = agreed(world), world.read("state/records/tasks/dig.yaml")
    hold(world, task(record="dig"))
    assert held(world.plan()).waiting == (
        Waiting("dig", Side.GIT, Change.EDITED, ("due", "hours")),
        Waiting("dig", Side.NOTION, Change.EDITED, ("due", "note")),
    )
    others_are_synced(world)
    at_rest(world)
    assert agreed(world) == before
    assert world.read("state/records/tasks/dig.yaml") == file
    assert world.page("Tasks/dig")["Hours"] == 8
    assert not world.conflicts()
    release(world)
    now = part(world.plan(), "tasks").operations
    assert [(o.key, o.writes, o.kind) for o in now] == [(o.key, o.writes, o.kind) for o in free]
    assert [c.asked for o in now for c in o.conflicts] == [
        c.asked for o in free for c in o.conflicts
    ]


@pytest.mark.parametrize("side", list(Side))
def test_a_record_that_one_side_deletes(world: World, side: Side) -> None:
    hold(world, task(record="lay"))
    if side is Side.GIT:
        world.remove("tasks/lay")
    else:
        world.trash("Tasks/lay")
    assert held(world.plan()).waiting == (Waiting("lay", side, Change.DELETED),)
    world.edit("tasks/dig", note="from git")
    world.apply()
    assert held(at_rest(world)).waiting == (Waiting("lay", side, Change.DELETED),)
    release(world)
    assert kinds(world.plan())["tasks/lay"] is (
        Kind.DELETE_PAGE if side is Side.GIT else Kind.DELETE_FILE
    )


def test_a_record_that_git_adds_and_one_that_relates_to_it(world: World) -> None:
    hold(world, task(record="fill"))
    world.edit("tasks/fill", title="Fill the trench", status="todo")
    world.edit("tasks/lay", after="[fill]", note="from git")
    planned = world.plan()
    assert held(planned).waiting == (Waiting("fill", Side.GIT, Change.NEW),)
    world.apply(code=ExitCode.DECISIONS_REMAIN, settled=False)
    page = world.page("Tasks/lay")
    assert page["Note"] == "from git"
    assert page["After"] == [world.page_id("Tasks/dig")]
    (problem,) = part(world.plan(), "tasks").problems
    assert "fill of tasks is on hold, and has no page yet" in problem.summary
    assert [p["Name"] for p in world.pages("Tasks") if "Fill" in p["Name"]] == []
    release(world)
    world.apply()
    assert world.page("Tasks/lay")["After"] == [world.page_id("Tasks/fill")]


def test_a_record_that_is_renamed(world: World) -> None:
    page = world.page_id("Tasks/dig")
    hold(world, task(record="dig"))
    world.git("mv", "state/records/tasks/dig.yaml", "state/records/tasks/dig-deep.yaml")
    world.commit("Rename")
    assert held(world.plan()).waiting == (Waiting("dig-deep", Side.GIT, Change.RENAMED),)
    others_are_synced(world)
    assert world.record("tasks/lay")["after"] == ["dig"]
    assert world.page("Tasks/dig")["Key"] == "dig"
    release(world)
    world.apply()
    assert world.page_id("Tasks/dig-deep") == page


@pytest.mark.parametrize("key", ["dig", "dig-deep"])
def test_a_record_that_is_renamed_waits_for_its_held_field(world: World, key: str) -> None:
    hold(world, task(record=key, field="hours"))
    world.git("mv", "state/records/tasks/dig.yaml", "state/records/tasks/dig-deep.yaml")
    world.edit("tasks/dig-deep", due="2027-02-02")
    world.edit("tasks/lay", after="[dig-deep]")
    world.in_notion("Tasks/dig", Note="from Notion")
    planned = world.plan()
    assert held(planned).waiting == (
        Waiting("dig-deep", Side.GIT, Change.RENAMED, ("due",)),
        Waiting("dig-deep", Side.NOTION, Change.EDITED, ("note",)),
    )
    (problem,) = part(planned, "tasks").problems
    assert "dig-deep of tasks is on hold: in Notion it is dig until that ends" in problem.summary
    world.edit("tasks/test", note="from git")
    world.apply(code=ExitCode.DECISIONS_REMAIN, settled=False)
    page = world.page("Tasks/dig")
    assert (page["Due"], page["Note"]) == (("2026-02-01", None), "from Notion")
    world.edit("tasks/dig-deep", due="2026-02-01")  # else it is asked about
    release(world)
    world.apply()
    assert world.record("tasks/dig-deep")["note"] == "from Notion"
    assert world.page("Tasks/lay")["After"] == [world.page_id("Tasks/dig-deep")]


@pytest.mark.parametrize("more", [False, True])
def test_a_record_that_is_renamed_and_edited_is_no_new_one(world: World, more: bool) -> None:
    hold(world, task(record="dig"))
    world.git("mv", "state/records/tasks/dig.yaml", "state/records/tasks/dig-deep.yaml")
    world.edit("tasks/dig-deep", hours="77")
    if more:  # with another new one it is told by what they have in common
        world.edit("tasks/fill", title="Fill the trench", status="todo")
    else:
        world.edit("tasks/dig-deep", title="Other", status="done", due="2029-01-01", note="all")
        world.edit("tasks/dig-deep", tags="[blue]", kind="test", assignee="[bo]")
    (waiting,) = held(world.plan()).waiting
    assert (waiting.key, waiting.change) == ("dig-deep", Change.RENAMED)
    others_are_synced(world)
    assert len(world.pages("Tasks")) == (4 if more else 3)
    assert world.page("Tasks/dig")["Hours"] == 8


@pytest.mark.parametrize("field", ["", "note"])
def test_a_new_page_stays_on_hold_when_its_title_changes(world: World, field: str) -> None:
    page = world.add_page("Tasks", Name="Level", Hours=3, Note="secret")
    key = f"level-{page.replace('-', '')[-6:]}"
    hold(world, task(record=key, field=field) if field else task(record=key))
    world.in_notion("Tasks/Level", Name="Level the ground")
    (waiting,) = held(world.plan()).waiting
    assert (waiting.key, waiting.change) == (key, Change.NEW if not field else Change.EDITED)
    if field:
        world.apply()
        assert "note" not in world.record(f"tasks/{key}")
        return
    others_are_synced(world)
    assert not list((world.root / "state/records/tasks").glob("level-*"))
    release(world)
    world.apply()
    assert world.record(f"tasks/level-the-ground-{key[-6:]}")["hours"] == "3"


def test_an_answer_waits_in_its_file(world: World) -> None:
    world.edit("tasks/dig", hours="9")
    world.in_notion("Tasks/dig", Hours=12)
    world.apply(code=ExitCode.DECISIONS_REMAIN, settled=False)
    world.answer("tasks/dig", "git")
    asked = world.read(world.conflict("tasks/dig"))
    hold(world, task(record="dig"))
    assert held(at_rest(world)).questions == ("dig",)
    others_are_synced(world)
    assert world.read(world.conflict("tasks/dig")) == asked
    release(world)
    world.apply()
    assert world.page("Tasks/dig")["Hours"] == 9
    assert not world.conflicts()


def test_a_question_about_a_whole_record_waits(world: World) -> None:
    world.remove("tasks/lay")
    world.in_notion("Tasks/lay", Hours=12)
    world.apply(code=ExitCode.DECISIONS_REMAIN, settled=False)
    world.answer("tasks/lay", "git")
    asked = world.read(world.conflict("tasks/lay"))
    hold(world, task(record="lay"))
    world.edit("tasks/dig", note="from git")
    world.apply()
    assert world.read(world.conflict("tasks/lay")) == asked
    release(world)
    assert kinds(world.plan())["tasks/lay"] is Kind.DELETE_PAGE


def test_a_question_about_a_held_field_stays_in_its_file(world: World) -> None:
    world.edit("tasks/dig", hours="9", due="2026-03-01")
    world.in_notion("Tasks/dig", Hours=12, Due="2026-04-01")
    world.apply(code=ExitCode.DECISIONS_REMAIN, settled=False)
    world.answer("tasks/dig", "git", "hours")
    world.answer("tasks/dig", "notion", "due")
    hold(world, task(field="hours"))
    world.apply()
    assert world.record("tasks/dig")["due"] == "2026-04-01"
    left = world.read(world.conflict("tasks/dig"))
    assert "  hours:" in left
    assert "resolution: git" in left
    assert "  due:" not in left
    assert held(at_rest(world)).questions == ("dig",)
    release(world)
    world.apply()
    assert world.page("Tasks/dig")["Hours"] == 9
    assert not world.conflicts()


def test_what_notion_computes_is_not_refreshed(world: World) -> None:
    hold(world, {"mapping": "projects", "record": "alpha"})
    before = world.record("projects/alpha")
    world.edit("tasks/dig", hours="20")
    world.apply()
    assert world.record("projects/alpha") == before
    at_rest(world)
    release(world)
    world.apply()
    assert world.record("projects/alpha")["hours"] != before["hours"]


def test_a_file_that_cannot_be_read_is_no_problem_while_it_is_on_hold(world: World) -> None:
    hold(world, task(record="dig"))
    world.edit("tasks/dig", hours="many")
    assert held(at_rest(world)).waiting == (Waiting("dig", Side.GIT, Change.UNREADABLE),)
    release(world)
    assert exit_code(world.plan().plan, detailed=True) is ExitCode.DECISIONS_REMAIN
