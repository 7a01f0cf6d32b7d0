"""Databases and mappings that change between two syncs."""

from typing import Any

import pytest

from notion_gitops.model.errors import ExitCode, StateUnusable
from notion_gitops.sandbox.databases.rows import save_properties
from notion_gitops.workflow.apply import nothing_to_do
from notion_gitops.workflow.plan import Connection, PlanOptions, make_plan
from notion_gitops.workflow.workspace import open_workspace
from tests.workflow.conftest import MakeWorld
from tests.workflow.workflow_samples import PROJECTS, TASKS, databases
from tests.workflow.workflow_views import kinds, part
from tests.workflow.workflow_world import World


def rename_option(world: World, name: str, old: str, new: str) -> None:
    """As a person does in Notion: the option keeps its id."""
    identity = world.source("tasks")
    with world.sandbox.acting() as call:
        source = call.world.the_source(identity)
        for option in source.by_name[name].config["options"]:
            option["name"] = new if option["name"] == old else option["name"]
        save_properties(call, source, source.properties)


def hints(world: World) -> str:
    return " ".join(f.message for f in world.plan().plan.findings)


# --- changes in Notion --------------------------------------------------------------------


def test_a_property_renamed_in_notion_is_followed_by_its_id(world: World) -> None:
    """Holds F013."""
    world.schema("tasks", {"Hours": {"name": "Effort"}})
    planned = world.plan()
    assert nothing_to_do(planned)
    assert "Effort" in hints(world)
    world.in_notion("tasks/dig", Effort=9)
    world.apply(settled=False)
    assert world.record("tasks/dig")["hours"] == "9"
    world.edit("tasks/dig", hours="10")
    world.apply()
    assert world.page("tasks/dig")["Effort"] == 10
    world.remap("tasks", ("property: Hours", "property: Effort"))
    assert not world.plan().plan.has_changes


@pytest.mark.parametrize("side", ["Notion", "git"])
def test_a_mapping_that_takes_over_the_new_name_keeps_what_was_agreed(
    world: World, side: str
) -> None:
    """An emptied value is an edit, and no first contact with a value that wins over empty."""
    world.schema("tasks", {"Hours": {"name": "Effort"}})
    world.in_notion("tasks/lay", Effort=5)
    world.apply()
    if side == "Notion":
        world.in_notion("tasks/dig", Effort=None)
    else:
        world.edit("tasks/dig", hours=None)
    world.remap("tasks", ("property: Hours", "property: Effort"))
    world.in_notion("tasks/lay", Effort=6)
    world.apply()
    assert world.page("tasks/dig")["Effort"] is None
    assert "hours" not in world.record("tasks/dig") or not world.record("tasks/dig")["hours"]
    assert world.record("tasks/lay")["hours"] == "6"


def test_an_option_renamed_in_notion_is_followed_when_values_of_others_change(
    world: World,
) -> None:
    rename_option(world, "Status", "In progress", "Under way")
    world.in_notion("tasks/lay", Hours=5)
    world.apply()
    world.remap("tasks", ("done: Done}", "done: Done, blocked: Blocked}"))
    world.edit("tasks/lay", status="doing")
    world.apply()
    assert world.page("tasks/lay")["Status"] == "Under way"
    assert world.record("tasks/dig")["status"] == "doing"
    planned = world.plan()
    assert not [p for m in planned.plan.mappings for p in m.problems]


def test_values_that_take_over_the_new_name_of_an_option(world: World) -> None:
    rename_option(world, "Status", "In progress", "Under way")
    world.in_notion("tasks/lay", Hours=5)
    world.apply()
    world.remap("tasks", ("doing: In progress", "doing: Under way"))
    world.apply()
    world.edit("tasks/lay", status="doing")
    world.apply()
    assert world.page("tasks/lay")["Status"] == "Under way"
    world.in_notion("tasks/test", Status="Under way")
    world.apply()
    assert world.record("tasks/test")["status"] == "doing"


def test_an_option_renamed_in_notion_is_followed_and_changes_no_record(world: World) -> None:
    """Holds F016."""
    rename_option(world, "Kind", "build", "construct")
    assert world.page("tasks/dig")["Kind"] == "construct"
    planned = world.plan()
    assert not [k for k in kinds(planned) if k.startswith("tasks/")]
    world.edit("tasks/lay", kind="build")
    world.apply()
    assert world.page("tasks/lay")["Kind"] == "construct"


def test_a_property_that_was_retyped_takes_its_mapping_out_and_the_others_go_on(
    world: World,
) -> None:
    """Holds F015."""
    world.schema("projects", {"Budget": {"rich_text": {}}})
    world.edit("tasks/dig", hours="10")
    planned = world.plan()
    assert part(planned, "projects").left_out
    assert part(planned, "projects").problems
    # Tasks relate to projects: they wait as well.
    assert part(planned, "tasks").left_out
    assert planned.plan.steps == ()


def test_a_retyped_property_of_the_one_does_not_stop_what_does_not_relate_to_it(
    world: World,
) -> None:
    world.schema("tasks", {"Hours": {"rich_text": {}}})
    world.edit("projects/alpha", budget="2000")
    world.edit("tasks/dig", note="Waits")
    world.apply(code=ExitCode.PARTLY_APPLIED, settled=False)
    assert world.page("projects/alpha")["Budget"] == 2000
    assert world.page("tasks/dig")["Note"] == "Mind the cable"
    planned = world.plan()
    assert planned.plan.steps == ()
    assert nothing_to_do(planned)


def test_a_property_that_is_gone_takes_its_mapping_out(world: World) -> None:
    """Holds F014."""
    world.schema("tasks", {"Note": None})
    planned = world.plan()
    assert part(planned, "tasks").left_out
    assert planned.plan.steps == ()
    assert world.record("tasks/dig")["note"] == "Mind the **cable**"


# --- changes of the mapping ---------------------------------------------------------------


def test_a_field_added_to_the_mapping_is_treated_as_never_synced(world: World) -> None:
    world.in_notion("tasks/dig", Archived=True)
    world.remap(
        "tasks",
        (
            "  note: {property: Note",
            "  archived: {property: Archived, type: checkbox}\n  note: {property: Note",
        ),
    )
    world.apply()
    assert world.record("tasks/dig")["archived"] == "true"
    assert "archived" not in world.record("tasks/lay")


def test_a_field_removed_from_the_mapping_loses_its_base_and_nothing_is_written(
    world: World,
) -> None:
    world.remap("tasks", ("  note: {property: Note, type: rich_text}\n", ""))
    world.edit("tasks/dig", hours="10")
    world.apply()
    assert world.page("tasks/dig")["Note"] == "Mind the cable"
    assert world.record("tasks/dig")["note"] == "Mind the **cable**"
    # Put back, both sides still agree.
    world.write("mappings/tasks.yaml", TASKS)
    world.commit("Put back")
    world.in_notion("tasks/dig", Hours=11)
    world.apply()
    assert world.record("tasks/dig")["note"] == "Mind the **cable**"


def test_a_field_pointed_at_another_property_meets_it_for_the_first_time(world: World) -> None:
    world.schema("tasks", {"Effort": {"number": {}}})
    world.in_notion("tasks/lay", Effort=40)
    world.remap("tasks", ("property: Hours", "property: Effort"))
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    # A value wins over empty; two different values ask.
    assert world.page("tasks/dig")["Effort"] == 8
    assert world.page("tasks/dig")["Hours"] == 8
    assert world.conflicts() == {"tasks/lay"}


def test_a_word_renamed_in_values_is_no_edit_of_the_records(world: World) -> None:
    world.remap("tasks", ("doing: In progress", "active: In progress"))
    world.spell("tasks/dig", status="active")
    world.commit("Follow the mapping")
    result = world.apply()
    assert world.page("tasks/dig")["Status"] == "In progress"
    assert not [s for s in result.plan.steps if s.kind.value == "update page"]


def test_a_word_that_is_added_to_values_leaves_what_was_agreed(world: World) -> None:
    """Edits on their way, of the same field, are edits and no first contact."""
    world.remap("tasks", (", done: Done}", "}"))
    world.apply()
    world.remap("tasks", ("doing: In progress}", "doing: In progress, done: Done}"))
    world.edit(
        "tasks/dig", status="todo" if world.record("tasks/dig")["status"] == "doing" else "doing"
    )
    world.in_notion("tasks/lay", Status="Done")
    result = world.apply()
    assert not result.plan.open_conflicts
    assert world.record("tasks/lay")["status"] == "done"


def test_files_that_still_say_a_word_that_was_renamed_in_values_are_left_alone(
    world: World,
) -> None:
    world.remap("tasks", ("doing: In progress", "active: In progress"))
    before = world.read("state/records/tasks/dig.yaml")
    world.in_notion("tasks/dig", Hours=11)
    result = world.apply(code=ExitCode.DECISIONS_REMAIN)
    assert "tasks/dig" not in kinds(result)
    assert world.read("state/records/tasks/dig.yaml") == before
    assert world.page("tasks/dig")["Hours"] == 11
    world.spell("tasks/dig", status="active")
    world.commit("Follow the mapping")
    world.apply()
    record = world.record("tasks/dig")
    assert (record["status"], record["hours"]) == ("active", "11")


def test_a_path_that_moved_in_the_mapping_keeps_the_records(world: World) -> None:
    world.git("mv", "state/records/tasks", "state/records/work")
    world.remap("tasks", ("state/records/tasks", "state/records/work"))
    world.in_notion("tasks/dig", Hours=9)
    world.apply()
    assert "hours: 9" in world.read("state/records/work/dig.yaml")
    assert not [p for p in world.tree("notion-gitops/state") if "/tasks/" in p]
    assert len(world.pages("tasks")) == 3


def test_another_database_than_the_bases_is_refused(world: World) -> None:
    connection = world.connection()
    other = Connection(
        connection.gateway,
        lambda m: world.source("projects" if m.name == "tasks" else "tasks"),
        connection.now,
    )
    with pytest.raises(StateUnusable, match="another database"):
        make_plan(open_workspace(world.root), other, PlanOptions())


def test_sensitive_fields_are_never_shown(make: MakeWorld) -> None:
    hidden = "4711-hidden"
    mapping = TASKS.replace(
        "note: {property: Note, type: rich_text}",
        "note: {property: Note, type: rich_text, sensitive: true}",
    )
    one: dict[str, Any] = {"Name": "One", "Key": "one", "Note": "x", "created": "2026-01-02"}
    world = make(databases([], [one]), {}, {"projects": PROJECTS, "tasks": mapping})
    world.apply()
    world.edit("tasks/one", note=hidden)
    world.apply()
    world.edit("tasks/one", note=f"{hidden}-git")
    world.in_notion("tasks/one", Note=f"{hidden}-notion")
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    assert hidden not in world.read(world.conflict("tasks/one"))
    for path in ("log.jsonl", "backup.jsonl", "report.md"):
        assert hidden not in world.git("show", f"notion-gitops/state:{path}"), path
    assert hidden not in world.git("log", "--all", "--format=%B")


def test_a_filter_by_a_property_that_was_renamed_is_told_with_its_place(world: World) -> None:
    only = "filter: {property: Archived, checkbox: {equals: false}}"
    world.remap("tasks", ('"${NOTION_TASKS}"}', f'"${{NOTION_TASKS}}", {only}}}'))
    world.schema("tasks", {"Archived": {"name": "Archives"}})
    planned = world.plan()
    [told] = part(planned, "tasks").problems
    assert told.summary.startswith("Notion does not take the filter of tasks: ")
    assert told.place is not None
    assert told.place.file == "mappings/tasks.yaml"
    assert 'Did you mean "Archives"?' in told.fix
    assert not part(planned, "projects").left_out


def test_f013_a_filter_means_the_property_that_its_mapping_means(world: World) -> None:
    only = "filter: {and: [{property: Hours, number: {is_not_empty: true}}]}"
    world.remap("tasks", ('"${NOTION_TASKS}"}', f'"${{NOTION_TASKS}}", {only}}}'))
    world.schema("tasks", {"Hours": {"name": "Effort"}})
    world.schema("tasks", {"Hours": {"number": {}}})  # empty in every page
    planned = world.plan()
    assert nothing_to_do(planned)
    assert not part(planned, "tasks").problems
    assert planned.comparison.mappings["tasks"].notion.pages.count > 0


def test_two_mappings_of_one_data_source_take_no_part(world: World) -> None:
    """M05: Each would take the other's pages for new ones, and make files of them."""
    again = TASKS.replace("name: tasks", "name: chores").replace("records/tasks", "records/chores")
    world.write("mappings/chores.yaml", again.replace("NOTION_TASKS", "NOTION_CHORES"))
    world.commit("Map it twice")
    workspace, connection = open_workspace(world.root), world.connection()
    find = lambda m: world.source({"chores": "tasks"}.get(m.name, m.name))  # noqa: E731
    connection = Connection(connection.gateway, find, world.clock)
    planned = make_plan(workspace, connection, PlanOptions())
    for name in ("tasks", "chores"):
        assert part(planned, name).left_out
        summaries = [p.summary for p in part(planned, name).problems]
        assert "chores and tasks lead to the same data source" in summaries


@pytest.mark.parametrize(
    ("change", "back"),
    [
        (("format: yaml}", "format: markdown}"), None),
        (("path: state/records/tasks,", "path: state/records/work,"), "work"),
    ],
)
def test_a_mapping_that_reads_elsewhere_by_now_deletes_nothing(
    world: World, change: tuple[str, str], back: str | None
) -> None:
    world.remap("tasks", change)
    (told,) = part(world.plan(), "tasks").problems
    assert "the files of 3 records are there, and the mapping does not read them" in told.summary
    assert part(world.plan(), "tasks").left_out == "its files are not where it reads"
    assert len(world.pages("tasks")) == 3
    if back:
        world.git("mv", "state/records/tasks", f"state/records/{back}")
        world.commit("Moved too")
    else:
        world.remap("tasks", (change[1], change[0]))
    world.in_notion("tasks/dig", Hours=11)
    world.apply()
    folder = back or "tasks"
    assert "hours: 11" in world.read(f"state/records/{folder}/dig.yaml")
