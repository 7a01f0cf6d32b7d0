"""A field on hold, of one record or of all: it waits, and the other fields go on."""

from collections.abc import Mapping

import pytest

from notion_gitops.model.errors import ExitCode
from notion_gitops.model.holds import Change, Waiting
from notion_gitops.model.operations import Kind
from notion_gitops.model.records import Side
from notion_gitops.workflow.plan import exit_code
from tests.workflow.conftest import MakeWorld
from tests.workflow.holds_world import (
    agreed,
    at_rest,
    held,
    hold,
    release,
    task,
)
from tests.workflow.workflow_samples import PROJECTS, RECORDS, TASKS, databases
from tests.workflow.workflow_views import part
from tests.workflow.workflow_world import World


@pytest.mark.parametrize("record", [{}, {"record": "dig"}])
def test_a_field_waits_and_the_others_go_on(world: World, record: Mapping[str, str]) -> None:
    world.edit("tasks/dig", hours="9", note="from git")
    world.in_notion("Tasks/dig", Due="2026-04-01", Hours=12)
    hold(world, task(**record, field="hours"))
    world.apply()
    assert world.page("Tasks/dig")["Note"] == "from git"
    assert world.record("tasks/dig")["due"] == "2026-04-01"
    assert world.page("Tasks/dig")["Hours"] == 12
    assert world.record("tasks/dig")["hours"] == "9"
    assert "hours: 8" in agreed(world)
    assert not world.conflicts()
    assert held(at_rest(world)).waiting == (
        Waiting("dig", Side.GIT, Change.EDITED, ("hours",)),
        Waiting("dig", Side.NOTION, Change.EDITED, ("hours",)),
    )
    release(world)
    (operation,) = part(world.plan(), "tasks").operations
    assert operation.kind is Kind.OPEN
    (asked,) = operation.conflicts
    assert (asked.field, asked.base, asked.git, asked.notion) == ("hours", 8, 9, 12)


def test_a_new_record_comes_without_its_held_field(world: World) -> None:
    hold(world, task(field="note"))
    world.edit("tasks/fill", title="Fill", status="todo", note="from git")
    page = world.add_page("Tasks", Name="Level", Note="from Notion")
    world.apply()
    assert world.page("Tasks/fill")["Note"] == ""
    key = f"level-{page.replace('-', '')[-6:]}"
    assert "note" not in world.record(f"tasks/{key}")
    at_rest(world)
    release(world)
    world.apply()
    assert world.page("Tasks/fill")["Note"] == "from git"
    assert world.record(f"tasks/{key}")["note"] == "from Notion"


def test_a_new_record_waits_for_a_held_field_that_it_needs(world: World) -> None:
    hold(world, task(field="title"))
    world.edit("tasks/fill", title="Fill", status="todo")
    assert held(at_rest(world)).waiting == (Waiting("fill", Side.GIT, Change.NEW),)
    release(world)
    world.apply()
    assert world.page("Tasks/fill")["Name"] == "Fill"


def test_the_default_of_a_held_status_stays_out_of_the_file(world: World) -> None:
    hold(world, task(field="status"))
    world.edit("tasks/fill", title="Fill")
    world.apply()
    assert "status" not in world.record("tasks/fill")
    release(world)
    world.apply()
    assert world.record("tasks/fill")["status"] == "todo"


def test_a_held_value_that_notion_computes(world: World) -> None:
    hold(world, {"mapping": "projects", "field": "hours"})
    before = world.record("projects/alpha")["hours"]
    world.edit("tasks/dig", hours="20")
    world.edit("projects/alpha", budget="7")
    world.apply()
    assert world.record("projects/alpha")["hours"] == before
    at_rest(world)
    release(world)
    world.apply()
    assert world.record("projects/alpha")["hours"] != before


def test_one_of_two_values_that_follow_from_other_records_is_held(make: MakeWorld) -> None:
    face = "hours:\n    {property: Hours, type: rollup, direction: pull}\n"
    face += "  tasks: {property: Tasks, type: relation, to: tasks, direction: pull}"
    mapping = PROJECTS.replace("hours: {property: Hours, type: rollup, direction: pull}", face)
    world = make(databases(), RECORDS, {"projects": mapping, "tasks": TASKS})
    world.apply()
    before = world.record("projects/beta").get("hours")
    hold(world, {"mapping": "projects", "field": "hours"})
    world.edit("tasks/dig", project="beta")
    world.apply()
    assert "dig" in world.record("projects/beta")["tasks"]
    assert world.record("projects/beta").get("hours") == before
    at_rest(world)
    release(world)
    world.apply()
    assert world.record("projects/beta").get("hours") != before


def test_a_value_that_notion_has_no_option_for_is_no_problem_while_it_is_held(world: World) -> None:
    hold(world, task(field="kind"))
    world.edit("tasks/dig", kind="survey")
    at_rest(world)
    release(world)
    assert exit_code(world.plan().plan, detailed=True) is ExitCode.DECISIONS_REMAIN
