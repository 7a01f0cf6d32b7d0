"""Values on their way there and back: what Notion changes, cuts short, computes and relates."""

from datetime import timedelta
from typing import Any

import pytest

from notion_gitops.model.errors import ExitCode
from notion_gitops.model.operations import Kind
from tests.workflow.conftest import MakeWorld
from tests.workflow.workflow_samples import BO, PROJECTS, TASKS, databases
from tests.workflow.workflow_views import kinds
from tests.workflow.workflow_world import World

# --- what Notion stores otherwise ---------------------------------------------------------


@pytest.mark.parametrize(
    "spelled",
    [
        {
            "due": "2026-02-01T10:30:45+02:00",
            "note": '"  trimmed  "',
            "hours": "1e3",
            "title": '"Trimmed "',
        },
        {"due": "2026-02-01T10:30", "note": '"**bold**  and  *soft*"', "hours": "0.1"},
        {"due": "2026-02-01/2026-02-03", "note": '"a\\nb"', "hours": "7.0"},
    ],
)
def test_what_notion_stores_otherwise_does_not_come_back(
    world: World, spelled: dict[str, str]
) -> None:
    """Holds F038."""

    def stays() -> bool:
        text = world.read("state/records/tasks/dig.yaml")
        return all(f"{name}: {value}\n" in text for name, value in spelled.items())

    world.spell("tasks/dig", **spelled)
    world.commit()
    world.apply()
    assert stays()
    world.in_notion(f"tasks/{world.page_id('tasks/dig')}", Kind="test")
    world.apply()
    assert stays()
    world.edit("tasks/dig", kind="build")
    world.apply()
    assert stays()


def test_a_page_edited_after_notion_rounded_it_is_taken_over(world: World) -> None:
    world.edit("tasks/dig", due="2026-02-01T10:30:45+02:00")
    world.apply()
    world.in_notion("tasks/dig", Due="2026-02-02T09:00:00+00:00")
    world.apply()
    assert world.record("tasks/dig")["due"].startswith("2026-02-02T09:00")


# --- relations ----------------------------------------------------------------------------


def test_a_relation_to_a_record_created_in_the_same_run_across_mappings(world: World) -> None:
    """Holds F050."""
    world.spell("projects/gamma", title="Gamma")
    world.spell("tasks/new", title="New", project="gamma", hours="7")
    world.commit("Both")
    world.apply()
    assert world.page("tasks/new")["Project"] == [world.page_id("projects/gamma")]
    assert world.record("projects/gamma")["hours"] == "7"


def test_a_cycle_of_relations_is_written_in_a_second_pass(world: World) -> None:
    world.spell("tasks/hen", title="Hen", after="[egg]", status="todo")
    world.spell("tasks/egg", title="Egg", after="[hen]", status="todo")
    world.commit("Which was first")
    world.apply()
    assert world.page("tasks/hen")["After"] == [world.page_id("tasks/egg")]
    assert world.page("tasks/egg")["After"] == [world.page_id("tasks/hen")]


def test_a_record_that_points_to_itself(world: World) -> None:
    world.edit("tasks/hen", title="Hen", after="[hen]", status="todo")
    world.apply()
    assert world.page("tasks/hen")["After"] == [world.page_id("tasks/hen")]


def test_an_update_that_points_to_a_page_created_in_the_same_run(world: World) -> None:
    world.spell("tasks/new", title="New", status="todo")
    world.spell("tasks/lay", after="[dig, new]")
    world.commit("Both")
    world.apply()
    ids = {world.page_id("tasks/new"), world.page_id("tasks/dig")}
    assert set(world.page("tasks/lay")["After"]) == ids


def test_thirty_relations_are_read_whole_and_written_whole(make: MakeWorld) -> None:
    pages: list[dict[str, Any]] = [
        {"Name": f"Task {n}", "Key": f"t{n}", "created": "2026-01-02"} for n in range(31)
    ]
    pages[0]["After"] = [f"t{n}" for n in range(1, 31)]
    world = make(databases([], pages), {})
    world.apply()
    assert len(world.record("tasks/t0")["after"]) == 30
    world.edit("tasks/t0", after="[" + ", ".join(f"t{n}" for n in range(2, 31)) + "]")
    world.apply()
    assert len(read_all(world, "tasks/t0", "After")) == 29
    world.in_notion("tasks/t0", Hours=1)
    world.apply()
    assert len(world.record("tasks/t0")["after"]) == 29


def read_all(world: World, page: str, name: str) -> list[str]:
    raw = world.raw_page(page)
    prop = raw["properties"][name]["id"]
    found: list[str] = []
    cursor = ""
    while True:
        more = f"?start_cursor={cursor}" if cursor else ""
        answer = world.api("GET", f"pages/{raw['id']}/properties/{prop}{more}")
        found += [item["relation"]["id"] for item in answer["results"]]
        if not answer["has_more"]:
            return found
        cursor = answer["next_cursor"]


def test_a_member_that_has_no_name_here_is_carried(world: World) -> None:
    world.in_notion("tasks/dig", Assignee=["Ann Lee", "Eva Lind"])
    world.apply()
    people = world.record("tasks/dig")["assignee"]
    assert people[0] == "ann"
    assert people[1].startswith("user:")
    world.edit("tasks/dig", assignee=f'["{people[1]}", bo]')
    world.apply()
    assert len(world.page("tasks/dig")["Assignee"]) == 2


def test_a_page_that_was_no_record_yet_gets_its_name_in_the_files(world: World) -> None:
    """A task comes after one that is new and was not at rest."""
    late = world.add_page("tasks", Name="Late", Status="Not started")
    world.clock.advance(timedelta(minutes=3))
    after = {"properties": {"After": {"relation": [{"id": late}]}}}
    world.api("PATCH", f"pages/{world.page_id('Tasks/lay')}", after)
    world.apply(rest=timedelta(minutes=1), exact=False)
    assert world.record("tasks/lay")["after"] == [f"page:{late}"]
    (told,) = [f for f in world.plan(rest=timedelta(0)).plan.findings if "no record" in f.message]
    assert told.keys == ("lay",)
    world.apply()
    (name,) = world.record("tasks/lay")["after"]
    assert name.startswith("late-")


def test_people_may_be_written_by_e_mail(world: World) -> None:
    world.edit("tasks/lay", assignee="[bo@acme.example]")
    world.apply()
    assert world.page("tasks/lay")["Assignee"] == [BO]
    assert "assignee: [bo@acme.example]\n" in world.read("state/records/tasks/lay.yaml")
    world.edit("tasks/lay", hours="5")
    world.apply()


# --- two faces ----------------------------------------------------------------------------


def with_faces(world: World) -> None:
    text = world.read("mappings/projects.yaml")
    face = "  tasks: {property: Tasks, type: relation, to: tasks, direction: pull}\n"
    world.write("mappings/projects.yaml", text + face)
    world.commit("The other face")
    world.apply()


def test_the_other_face_of_a_relation_is_pulled(world: World) -> None:
    with_faces(world)
    assert set(world.record("projects/alpha")["tasks"]) == {"dig", "lay"}


def test_writing_one_face_moves_the_other_in_the_same_apply(world: World) -> None:
    with_faces(world)
    world.edit("tasks/dig", project="beta")
    world.apply()
    assert world.record("projects/alpha")["tasks"] in (["lay"], "lay")
    assert set(world.record("projects/beta")["tasks"]) == {"dig", "test"}
    assert world.record("projects/beta")["hours"] == "10.5"


def test_the_face_edited_in_notion_comes_back_as_the_relation(world: World) -> None:
    with_faces(world)
    world.in_notion("projects/beta", Tasks=["dig", "test"])
    world.apply()
    assert "beta" in world.record("tasks/dig")["project"]
    assert set(world.record("projects/beta")["tasks"]) == {"dig", "test"}


def test_an_edit_of_the_pulled_face_in_git_is_put_back(world: World) -> None:
    with_faces(world)
    world.edit("projects/beta", tasks="[dig]")
    world.apply()
    assert world.record("projects/beta")["tasks"] == ["test"]
    assert world.page("tasks/dig")["Project"] == [world.page_id("projects/alpha")]


# --- computed values ----------------------------------------------------------------------


def test_a_rollup_edited_in_git_is_put_back(world: World) -> None:
    """Holds R20."""
    world.edit("projects/alpha", hours="99")
    world.apply()
    assert world.record("projects/alpha")["hours"] == "12"


def test_a_refresh_alone_does_not_count_as_a_change(world: World) -> None:
    world.in_notion("tasks/dig", Hours=8)  # the same value: nothing moved
    assert not world.plan().plan.has_changes


def test_a_rollup_is_refreshed_when_a_task_is_only_edited_in_notion(world: World) -> None:
    world.in_notion("tasks/dig", Hours=18)
    result = world.apply()
    assert kinds(result)["projects/alpha"] is Kind.TO_GIT
    assert world.record("projects/alpha")["hours"] == "22"


# --- options ------------------------------------------------------------------------------


def test_an_empty_status_means_leave_it(world: World) -> None:
    world.edit("tasks/dig", status=None, hours="9")
    world.apply()
    assert world.record("tasks/dig")["status"] == "doing"
    assert world.page("tasks/dig")["Status"] == "In progress"


def test_an_option_that_the_mapping_does_not_name_is_left_on_both_sides(world: World) -> None:
    world.in_notion("tasks/dig", Status="Blocked", Hours=9)
    world.apply(settled=False)
    assert world.record("tasks/dig")["status"] == "doing"
    assert world.record("tasks/dig")["hours"] == "9"
    planned = world.plan()
    assert any("Blocked" in f.message for f in planned.plan.findings)
    assert planned.plan.steps == ()
    world.in_notion("tasks/dig", Status="Done")
    world.apply()
    assert world.record("tasks/dig")["status"] == "done"


def test_an_edit_over_an_option_that_the_mapping_does_not_name_waits_and_is_told(
    world: World,
) -> None:
    world.in_notion("tasks/dig", Status="Blocked")
    world.edit("tasks/dig", status="done", hours="9")
    result = world.apply(code=ExitCode.DECISIONS_REMAIN, settled=False)
    [told] = [p.summary for m in result.plan.mappings for p in m.problems]
    assert "tasks/dig: status is edited in git, and not sent" in told
    assert "Blocked" in told
    assert world.page("tasks/dig")["Status"] == "Blocked"
    assert world.page("tasks/dig")["Hours"] == 9
    world.remap("tasks", ("done: Done}", "done: Done, blocked: Blocked}"))
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    assert world.conflicts() == {"tasks/dig"}


def test_an_option_that_is_gone_from_notion_is_pulled_as_an_edit(world: World) -> None:
    """Git's value cannot be sent any more, and need not be: nobody edited it there."""
    world.schema("tasks", {"Kind": {"select": {"options": [{"name": "test"}]}}})
    world.apply()
    assert not world.record("tasks/dig").get("kind")


def test_a_list_of_more_than_a_request_takes_is_pulled_and_stays_in_step(
    make: MakeWorld,
) -> None:
    field = "  tasks: {property: Tasks, type: relation, to: tasks, direction: pull}\n"
    mapping = PROJECTS.replace("  # worked out", f"{field}  # worked out")
    pages = [{"Name": f"Task {n}", "Key": f"t{n}", "Project": "Alpha"} for n in range(104)]
    seed = databases([{"Name": "Alpha", "Key": "alpha", "Budget": 7}], pages)
    world = make(seed, {}, {"projects": mapping, "tasks": TASKS})
    world.apply()
    assert len(world.record("projects/alpha")["tasks"]) == 104
    world.in_notion("projects/alpha", Budget=777)
    world.add_page("Tasks", Name="One more", Key="more", Project="Alpha")
    world.apply()
    assert world.record("projects/alpha")["budget"] == "777"
    assert len(world.record("projects/alpha")["tasks"]) == 105


def test_a_list_that_git_makes_longer_than_a_request_takes_waits(make: MakeWorld) -> None:
    """Holds R16."""
    tags = [f"tag{n}" for n in range(101)]
    world = make(databases([], [{"Name": "Dig", "Key": "dig", "Tags": []}]), {})
    world.remap("tasks", ("type: multi_select}", "type: multi_select, new_options: allow}"))
    world.apply()
    world.edit("tasks/dig", tags=f"[{', '.join(tags)}]", note="still goes")
    result = world.apply(code=ExitCode.DECISIONS_REMAIN, settled=False)
    [told] = [p.summary for m in result.plan.mappings for p in m.problems]
    assert "101 members, where Notion takes 100 in a request" in told
    assert world.page("tasks/dig")["Note"] == "still goes"


def test_a_new_select_option_is_refused_and_the_rest_of_the_record_goes(world: World) -> None:
    world.edit("tasks/dig", kind="biuld", hours="9")
    world.apply(code=ExitCode.DECISIONS_REMAIN, settled=False)
    assert world.page("tasks/dig")["Kind"] == "build"
    assert world.page("tasks/dig")["Hours"] == 9
    options = world.api("GET", f"data_sources/{world.source('tasks')}")["properties"]["Kind"]
    assert {o["name"] for o in options["select"]["options"]} == {"build", "test"}
    # Corrected: it goes.
    world.edit("tasks/dig", kind="test")
    world.apply()
    assert world.page("tasks/dig")["Kind"] == "test"


def test_a_new_option_is_made_where_the_mapping_allows_it(world: World) -> None:
    world.remap(
        "tasks",
        (
            "{property: Tags, type: multi_select}",
            "{property: Tags, type: multi_select, new_options: allow}",
        ),
    )
    world.edit("tasks/dig", tags="[red, pink]")
    world.apply()
    assert set(world.page("tasks/dig")["Tags"]) == {"red", "pink"}


def test_a_create_with_an_option_that_is_refused(world: World) -> None:
    world.edit("tasks/new", title="New", status="todo", kind="nonsense", project="beta")
    world.apply(code=ExitCode.DECISIONS_REMAIN, settled=False)
    assert world.page("tasks/new")["Kind"] is None
    assert world.record("tasks/new")["kind"] == "nonsense"
    world.edit("tasks/new", kind="test")
    world.apply()
    assert world.page("tasks/new")["Kind"] == "test"


# --- directions ---------------------------------------------------------------------------


def test_push_puts_an_edit_in_notion_back(world: World) -> None:
    world.remap(
        "tasks",
        ("{property: Note, type: rich_text}", "{property: Note, type: rich_text, direction: push}"),
    )
    world.in_notion("tasks/dig", Note="Scribbled")
    world.apply()
    assert world.page("tasks/dig")["Note"] == "Mind the cable"
    assert "Scribbled" in world.git("show", "notion-gitops/state:backup.jsonl")


def test_pull_puts_an_edit_in_git_back(world: World) -> None:
    world.remap(
        "tasks",
        ("{property: Note, type: rich_text}", "{property: Note, type: rich_text, direction: pull}"),
    )
    world.edit("tasks/dig", note="Scribbled")
    world.apply()
    assert world.record("tasks/dig")["note"] == "Mind the **cable**"
    assert "Scribbled" in world.git("show", "notion-gitops/state:backup.jsonl")


def test_a_mirror_only_brings_notion_to_git(make: MakeWorld) -> None:
    one: dict[str, Any] = {"Name": "One", "Key": "one", "Hours": 1, "created": "2026-01-02"}
    mirror = TASKS.replace("mode: two-way", "mode: mirror")
    world = make(databases([], [one]), {}, {"projects": PROJECTS, "tasks": mirror})
    world.apply()
    world.edit("tasks/one", hours="5")
    world.apply()
    assert world.record("tasks/one")["hours"] == "1"
    world.edit("tasks/mine", title="Only here")
    planned = world.plan()
    assert "tasks/mine" not in kinds(planned)
    world.remove("tasks/one")
    world.apply(settled=False)
    assert world.record("tasks/one")["title"] == "One"
    for page in range(3):
        world.add_page("tasks", Name=f"Page {page}")
    world.apply(settled=False)
    world.edit("tasks/one", hours="7")
    world.trash("tasks/one")
    world.apply(settled=False)
    assert not world.path("tasks/one").exists()
    writes = [r for r in world.sandbox.log if r.method == "PATCH" and "pages" in r.path]
    assert not writes


def test_a_page_with_thirty_relations_can_be_deleted(make: MakeWorld) -> None:
    pages: list[dict[str, Any]] = [
        {"Name": f"Task {n}", "Key": f"t{n}", "created": "2026-01-02"} for n in range(31)
    ]
    pages[0]["After"] = [f"t{n}" for n in range(1, 31)]
    world = make(databases([], pages), {})
    world.apply()
    world.remove("tasks/t0")
    world.apply()
    assert len(world.pages("tasks")) == 30
