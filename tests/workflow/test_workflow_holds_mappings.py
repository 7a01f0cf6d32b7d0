"""A mapping on hold: it takes no part, and the others go on."""

from notion_gitops.model.records import Side
from notion_gitops.workflow.pairing import find_pairs
from tests.workflow.conftest import MakeWorld
from tests.workflow.holds_world import at_rest, held, hold, release
from tests.workflow.workflow_samples import MAPPINGS, PROJECTS, RECORDS, TASKS, databases
from tests.workflow.workflow_views import part
from tests.workflow.workflow_world import World


def test_a_mapping_takes_no_part_and_the_others_go_on(world: World) -> None:
    before = world.git("ls-tree", "-r", "notion-gitops/state", "--", "projects")
    world.remap("projects", ("mode: two-way", "mode: two-way\nhold: the owners are changing"))
    world.edit("projects/alpha", budget="7")
    world.in_notion("Projects/beta", Summary="from Notion")
    world.edit("tasks/lay", note="from git", project="beta")
    planned = world.plan()
    (each,) = part(planned, "projects").on_hold
    assert each.hold.reason == "the owners are changing"
    assert str(each.hold.place) == "mappings/projects.yaml:6:7"
    assert {(w.key, w.side) for w in each.waiting} == {("alpha", Side.GIT), ("beta", Side.NOTION)}
    world.apply()
    assert world.page("Tasks/lay")["Project"] == [world.page_id("Projects/beta")]
    assert world.page("Projects/alpha")["Budget"] == 1000
    assert world.git("ls-tree", "-r", "notion-gitops/state", "--", "projects") == before
    at_rest(world)
    world.remap("projects", ("\nhold: the owners are changing", ""))
    world.apply()
    assert world.page("Projects/alpha")["Budget"] == 7
    assert world.record("projects/beta")["summary"] == "from Notion"


def test_a_mapping_on_hold_whose_database_does_not_fit_stops_nobody(world: World) -> None:
    hold(world, {"mapping": "projects"})
    world.schema("Projects", {"Budget": {"rich_text": {}}})
    new = world.add_page("Projects", Name="Gamma")
    world.api("PATCH", f"pages/{world.page_id('Tasks/lay')}", {
        "properties": {"Project": {"relation": [{"id": new}]}},
    })  # fmt: skip
    world.edit("tasks/dig", note="from git")
    planned = world.plan()
    assert held(planned, "projects").untold == "its database cannot be synced"
    assert not part(planned, "projects").left_out
    world.apply(settled=False)
    assert world.page("Tasks/dig")["Note"] == "from git"
    assert world.record("tasks/lay")["project"] == "alpha"
    at_rest(world)


def test_first_contact_of_a_mapping_on_hold_is_not_refused(make: MakeWorld) -> None:
    seed = databases([{"Name": "Alpha"}], [])
    world = make(seed, {k: v for k, v in RECORDS.items() if k == "projects/alpha"}, MAPPINGS)
    hold(world, {"mapping": "projects"})
    planned = world.plan()
    assert not part(planned, "projects").left_out
    assert [p.mapping for p in find_pairs(planned)] == ["tasks"]
    release(world)
    assert part(world.plan(), "projects").left_out


def test_import_pairs_no_record_that_is_on_hold(make: MakeWorld) -> None:
    world = make(databases([{"Name": "Alpha"}, {"Name": "Beta"}], []), {
        k: v for k, v in RECORDS.items() if k.startswith("projects/")
    }, {"projects": PROJECTS, "tasks": TASKS})  # fmt: skip
    hold(world, {"mapping": "projects", "record": "alpha"})
    found = {p.mapping: [pair.key for pair in p.by_title] for p in find_pairs(world.plan())}
    assert found["projects"] == ["beta"]
