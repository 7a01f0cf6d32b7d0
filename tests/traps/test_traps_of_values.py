"""Traps 4, 5, 7, 14, 15, 16, 19 and 20: values that are cut, replaced, rounded or renamed."""

import pytest

from notion_gitops.model.errors import ExitCode
from notion_gitops.sandbox.weather.rules import Effect, Rule
from tests.traps.traps_world import asked, many, shown
from tests.workflow.conftest import MakeWorld
from tests.workflow.test_workflow_mappings import rename_option
from tests.workflow.workflow_samples import databases
from tests.workflow.workflow_views import kinds, part
from tests.workflow.workflow_world import World


def options(world: World, name: str) -> dict[str, str]:
    source = world.api("GET", f"data_sources/{world.source('tasks')}")
    prop = source["properties"][name]
    return {o["id"]: o["name"] for o in prop[prop["type"]]["options"]}


def related(world: World, task: str) -> list[str]:
    """All pages that a task comes after, however many."""
    prop = world.api("GET", f"data_sources/{world.source('tasks')}")["properties"]["After"]
    listing = world.api("GET", f"pages/{world.page_id(task)}/properties/{prop['id']}")
    return [item["relation"]["id"] for item in listing["results"]]


def test_trap_04_an_option_list_is_replaced_as_a_whole(world: World) -> None:
    """No sync ever sends one: a new option is made by the page that uses it."""
    before = options(world, "Tags")
    world.remap("tasks", ("{property: Tags, type: multi_select}",
                          "{property: Tags, type: multi_select, new_options: allow}"))  # fmt: skip
    world.edit("tasks/dig", tags="[red, wet]")
    world.apply()
    assert asked(world, "PATCH", "data_sources") == 0
    after = options(world, "Tags")
    assert before.items() <= after.items()
    assert set(after.values()) == {*before.values(), "wet"}


def test_trap_05_lists_are_replaced_whole_while_reads_are_cut_at_25(make: MakeWorld) -> None:
    """Holds F010."""
    pages = many(31)
    pages[0]["After"] = [f"t{n:02}" for n in range(1, 31)]
    world = make(databases([], pages), {})
    world.apply()
    members = [f"t{n:02}" for n in range(2, 31)]
    world.edit("tasks/t00", after=f"[{', '.join(members)}]")
    world.apply()
    assert len(related(world, "tasks/t00")) == 29


def test_trap_05_a_value_that_cannot_be_read_whole_is_not_written(make: MakeWorld) -> None:
    pages = many(31)
    pages[0]["After"] = [f"t{n:02}" for n in range(1, 31)]
    world = make(databases([], pages), {})
    world.apply()
    world.sandbox.weather.add(Rule(Effect.ANSWER, "GET", "/properties/", status=404))
    world.in_notion("tasks/t00", Hours=3)
    planned = world.plan()
    assert "after: Notion cut the list of related pages short" in shown(planned)
    world.edit("tasks/t00", after="[t01]")
    world.apply(code=ExitCode.DECISIONS_REMAIN, exact=False, settled=False)
    world.sandbox.weather.clear()
    assert len(related(world, "tasks/t00")) == 30
    assert world.record("tasks/t00")["hours"] == "3"
    world.apply()
    assert len(related(world, "tasks/t00")) == 1


def test_trap_07_a_type_change_in_notion_destroys_values(world: World) -> None:
    """F015: Its mapping stops with the remedy; the values in git stay."""
    before = world.read("state/records/tasks/dig.yaml")
    world.schema("tasks", {"Due": {"number": {}}})
    world.edit("projects/alpha", budget="5")
    planned = world.plan()
    assert part(planned, "tasks").left_out
    assert 'The property "Due" of "Tasks" was date and is number now' in shown(planned)
    assert "Change it back in Notion" in shown(planned)
    world.apply(code=ExitCode.PARTLY_APPLIED, settled=False)
    assert world.page("projects/alpha")["Budget"] == 5
    assert world.read("state/records/tasks/dig.yaml") == before
    assert asked(world, "PATCH", "data_sources") == 1  # that of the person


@pytest.mark.parametrize(("field", "typed", "meant"), [("tags", "[Red]", "red"),
                                                       ("kind", "biuld", "build")])  # fmt: skip
def test_trap_14_a_typing_error_becomes_an_option_for_everybody(
    world: World, field: str, typed: str, meant: str
) -> None:
    before = options(world, field.capitalize())
    world.spell("tasks/lay", **{field: typed})
    world.commit("A slip of the pen")
    planned = world.plan()
    assert f'Did you mean "{meant}"?' in shown(planned)
    assert planned.plan.steps == ()
    assert options(world, field.capitalize()) == before


def test_trap_15_an_emptied_status_silently_becomes_the_default(world: World) -> None:
    world.edit("tasks/dig", status=None)
    world.apply()
    assert world.page("tasks/dig")["Status"] == "In progress"
    assert world.record("tasks/dig")["status"] == "doing"


@pytest.mark.parametrize(
    "spelled", ["2026-03-01T10:00:42+02:00", "2026-03-01T08:00:00Z", "2026-03-01 08:00"]
)
def test_trap_16_seconds_and_zones_of_dates_are_lost(world: World, spelled: str) -> None:
    """F099: What was written stays as it is spelled, and does not come back as an edit."""
    world.edit("tasks/dig", due=f'"{spelled}"')
    world.apply()  # and a plan after it shows no changes
    assert world.page("tasks/dig")["Due"][0].startswith("2026-03-01T08:00:00.000")
    assert spelled in world.read("state/records/tasks/dig.yaml")


def test_trap_16_a_day_is_no_midnight(world: World) -> None:
    """Holds F099."""
    world.in_notion("tasks/dig", Due="2026-02-01T00:00:00Z")
    world.apply()
    assert "T00:00" in world.record("tasks/dig")["due"]


def test_trap_19_a_rename_is_no_deletion(world: World) -> None:
    """Another property takes the old name, and two options swap theirs: ids tell them apart."""
    world.schema("tasks", {"Hours": {"name": "Effort"}})
    world.schema("tasks", {"Hours": {"number": {}}})
    for old, new in (("build", "?"), ("test", "build"), ("?", "test")):
        rename_option(world, "Kind", old, new)
    planned = world.plan()
    assert not [key for key in kinds(planned) if key.startswith("tasks/")]
    told = shown(planned)
    assert 'The property "Hours" is called "Effort" in Notion now' in told
    assert 'Another property is called "Hours" now' in told
    assert '"build" is "test" now' in told
    world.edit("tasks/dig", hours="12")
    world.edit("tasks/lay", kind="build")
    world.apply(settled=False)
    page = world.page("tasks/dig")
    assert (page["Effort"], page["Hours"]) == (12, None)
    assert (page["Kind"], world.page("tasks/lay")["Kind"]) == ("test", "test")
    assert world.record("tasks/dig")["kind"] == "build"


def test_trap_19_the_property_of_the_keys_is_followed_too(world: World) -> None:
    """Another one takes its name: keys are read and written where they always were."""
    world.schema("tasks", {"Key": {"name": "Task key"}})
    world.schema("tasks", {"Key": {"rich_text": {}}})
    assert 'The property "Key" is called "Task key" in Notion now' in shown(world.plan())
    world.edit("tasks/new", title="New", status="todo")
    world.apply()
    [page] = [p for p in world.pages("tasks") if p["Name"] == "New"]
    assert (page["Task key"], page["Key"]) == ("new", "")
    assert not kinds(world.plan())


def test_trap_20_computed_values_are_no_content(world: World) -> None:
    """A rollup that moves by itself is a refresh: no change, no conflict, and never written."""
    world.edit("projects/alpha", hours="99")
    world.in_notion("tasks/dig", Hours=20)
    before = len(world.sandbox.log)
    world.apply()
    assert world.record("projects/alpha")["hours"] == "24"
    assert world.conflicts() == set()
    assert asked(world, "PATCH", "pages/", before) == 0
