"""Traps 1, 2, 3 and 6: what Notion does not show is not what there is not.

The numbers are those of the twenty traps that a sync engine can lose data by.
"""

import pytest

from notion_gitops.model.errors import ExitCode
from notion_gitops.model.operations import Kind
from tests.traps.traps_world import asked, delete_for_good, files, many, share_only, shown
from tests.workflow.conftest import MakeWorld
from tests.workflow.test_workflow_deletes import move_away
from tests.workflow.workflow_samples import PROJECTS, databases
from tests.workflow.workflow_views import kinds, part
from tests.workflow.workflow_world import World


def test_trap_01_query_stops_silently_at_10_000_rows(make: MakeWorld) -> None:
    """F004: the rest is found by time of creation, and what is trashed is told from what is cut."""
    world = make(databases([], many(25)), {})
    world.sandbox.result_cap = 10
    world.apply()
    assert len(files(world, "tasks")) == 25
    world.trash("tasks/t24")
    world.apply()
    assert len(files(world, "tasks")) == 24


def test_trap_01_a_listing_that_cannot_be_proven_whole_deletes_and_creates_nothing(
    world: World,
) -> None:
    """F004: What ends early, and does not say why."""
    world.trash("tasks/lay")
    world.edit("tasks/new", title="New", status="todo")
    world.cut = 1
    planned = world.plan()
    assert not {"tasks/lay", "tasks/new"} & kinds(planned).keys()
    told = shown(planned)
    assert "not proven whole: query_stopped_early" in told
    assert "nothing is deleted" in told
    assert "no page is created for new" in told
    world.cut = None
    planned = world.plan()
    assert kinds(planned)["tasks/lay"] is Kind.DELETE_FILE
    assert kinds(planned)["tasks/new"] is Kind.CREATE_PAGE


def test_trap_02_absence_from_a_query_is_not_deletion(make: MakeWorld) -> None:
    """D4: Trashed, archived, moved, filtered out, and gone: only the first deletes the file."""
    world = make(databases([], many(40, Hours=1)), {})
    world.apply()
    only = "filter: {property: Archived, checkbox: {equals: false}}"
    world.remap("tasks", ('"${NOTION_TASKS}"}', f'"${{NOTION_TASKS}}", {only}}}'))
    world.trash("tasks/t01")
    for name in ("t02", "t03", "t04", "t05"):
        page = world.page_id(f"tasks/{name}")
        world.api("PATCH", f"pages/{page}", {"is_archived": True})
    move_away(world, world.page_id("tasks/t06"))
    world.in_notion("tasks/t07", Archived=True)
    delete_for_good(world, world.page_id("tasks/t08"))
    before = len(world.sandbox.log)
    planned = world.plan()
    assert kinds(planned) == {"tasks/t01": Kind.DELETE_FILE}
    assert part(planned, "tasks").out_of_scope == ("t02", "t03", "t04", "t05", "t07")
    assert part(planned, "tasks").unreachable == ("t06", "t08")
    assert asked(world, "GET", "pages/", before) == 3  # the others are told by listings
    told = shown(planned)
    assert "t06 its page was moved to another place in Notion" in told
    assert "t08 Notion does not show its page any more" in told
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    assert files(world, "tasks") == {f"t{n:02}" for n in range(40)} - {"t01"}


def test_trap_02_a_database_in_the_trash_is_no_deletion_of_its_pages(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = {name: world.source(name) for name in ("projects", "tasks")}
    monkeypatch.setattr(world, "source", ids.__getitem__)
    world.api("PATCH", f"data_sources/{ids['tasks']}", {"in_trash": True})
    planned = world.plan()
    assert part(planned, "tasks").left_out
    assert planned.plan.steps == ()
    assert 'The database "Tasks" is in Notion\'s trash' in shown(planned)


def test_trap_03_404_is_unshared_or_deleted(make: MakeWorld) -> None:
    """Many at once stop their mapping, after a few of them were looked at."""
    world = make(databases([], many(60)), {})
    world.apply()
    delete_for_good(world, *(p["id"] for p in world.pages("tasks")[:50]))
    before = len(world.sandbox.log)
    planned = world.plan()
    assert asked(world, "GET", "pages/", before) <= 20
    assert part(planned, "tasks").left_out
    assert planned.plan.steps == ()
    told = shown(planned)
    assert '50 of 60 pages of "Tasks" cannot be seen any more' in told
    assert "Connections" in told
    assert len(files(world, "tasks")) == 60


def test_trap_03_files_of_pages_that_are_really_gone_can_be_deleted(make: MakeWorld) -> None:
    """A person confirms it by deleting the files: then nothing stops the mapping any more."""
    world = make(databases([], many(12)), {})
    world.apply()
    delete_for_good(world, *(p["id"] for p in world.pages("tasks")[:4]))
    assert part(world.plan(), "tasks").left_out
    gone = files(world, "tasks") - {p["Key"] for p in world.pages("tasks")}
    world.remove(*(f"tasks/{key}" for key in sorted(gone)))
    world.apply()
    assert len(files(world, "tasks")) == 8


def test_trap_03_a_removed_connection_empties_nothing(world: World) -> None:
    """Holds F002."""
    share_only(world, "projects")
    world.edit("projects/alpha", budget="1200")
    planned = world.plan()
    assert part(planned, "tasks").left_out
    assert "Connections" in shown(planned)
    world.apply(code=ExitCode.PARTLY_APPLIED, settled=False)
    assert world.page("projects/alpha")["Budget"] == 1200
    assert files(world, "tasks") == {"dig", "lay", "test"}


def test_trap_06_an_unshared_related_database_reads_as_empty(make: MakeWorld) -> None:
    """A rollup over a database that no mapping covers, and that is hidden one day."""
    projects = [{"Name": "Alpha", "Key": "alpha", "created": "2026-01-02"}]
    tasks = [{**task, "Project": ["alpha"], "Hours": 2} for task in many(3)]
    world = make(databases(projects, tasks), {}, {"projects": PROJECTS})
    world.apply()
    assert world.record("projects/alpha")["hours"] == "6"
    share_only(world, "projects")
    before = len(world.sandbox.log)
    planned = world.plan()
    assert planned.plan.steps == ()
    assert asked(world, "GET", "data_sources/", before) == 2  # the mapped one, and the hidden one
    assert "hours is left as it is on both sides" in shown(planned)
    assert "connection does not see" in shown(planned)
    world.edit("projects/alpha", budget="7")
    world.apply()
    assert world.record("projects/alpha") == {"title": "Alpha", "hours": "6", "budget": "7"}


def test_trap_06_relations_to_a_hidden_database_are_not_emptied(world: World) -> None:
    share_only(world, "tasks")
    planned = world.plan()
    assert {m.name for m in planned.plan.mappings if m.left_out} == {"projects", "tasks"}
    assert 'it relates to "projects", which is left out' in shown(planned)
    assert world.record("tasks/dig")["project"] == "alpha"
