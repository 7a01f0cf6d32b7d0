"""The first time that two sides meet."""

from typing import Any

from notion_gitops.model.errors import ExitCode
from notion_gitops.model.operations import Kind
from notion_gitops.workflow.apply import nothing_to_do
from notion_gitops.workflow.pairing import find_pairs, record_pairs
from tests.workflow.conftest import MakeWorld
from tests.workflow.workflow_samples import MAPPINGS, RECORDS, TASKS, databases
from tests.workflow.workflow_views import kinds, operation, part
from tests.workflow.workflow_world import World

PROJECT_PAGES: list[dict[str, Any]] = [
    {"Name": "Alpha", "Key": "alpha", "Budget": 1000, "created": "2026-01-02"},
    {"Name": "Beta", "Key": "beta", "Owner": ["Bo Chen"], "created": "2026-01-02"},
]
TASK_PAGES: list[dict[str, Any]] = [
    {
        "Name": "Dig the trench",
        "Key": "dig",
        "Status": "In progress",
        "Project": ["alpha"],
        "Hours": 9,
        "Kind": "build",
        "created": "2026-01-02",
    },
    {"Name": "Lay the pipe", "Key": "lay", "Project": ["alpha"], "created": "2026-01-02"},
]


def test_first_push_creates_all_pages_with_their_relations(world: World) -> None:
    dig, lay = world.page("tasks/dig"), world.page("tasks/lay")
    assert dig["Key"] == "dig"
    assert dig["Project"] == [world.page_id("projects/alpha")]
    assert lay["After"] == [dig["id"]]
    assert world.page("projects/alpha")["Hours"] == 12
    assert world.record("projects/alpha")["hours"] == "12"
    world.settled()


def test_first_push_leaves_the_files_as_they_were_but_for_what_notion_computes(
    world: World,
) -> None:
    changed = world.git("diff", "--stat", "HEAD~1", "HEAD", "--", "state/records/tasks")
    assert changed == ""
    assert world.read("state/records/projects/beta.yaml") == (
        "title: Beta\nsummary: Second **phase**\nhours: 2.5\n"
    )


def test_first_pull_writes_a_file_for_each_page(make: MakeWorld) -> None:
    world = make(databases(PROJECT_PAGES, TASK_PAGES), {})
    result = world.apply()
    assert set(kinds(result).values()) == {Kind.CREATE_FILE}
    assert world.record("tasks/dig") == {
        "title": "Dig the trench",
        "status": "doing",
        "project": ["alpha"],
        "kind": "build",
        "hours": "9",
        "signed": "false",
    }
    assert world.record("projects/beta")["owner"] == ["bo"]
    assert result.plan.forecast.requests == 0


def test_pages_without_a_key_get_one_from_their_title_and_id(make: MakeWorld) -> None:
    pages: list[dict[str, Any]] = [
        {"Name": "Grüße, Welt!", "created": "2026-01-02"},
        {"Name": "", "Budget": 1},
    ]
    world = make(databases(pages, []), {})
    world.apply()
    (record,) = (world.root / "state/records/projects").iterdir()
    (page,) = [p for p in world.pages("projects") if p["Name"]]
    assert record.stem.endswith(page["id"].replace("-", "")[-6:])
    assert page["Key"] == "", "no key is written into pages born in Notion"


def test_two_full_sides_are_linked_by_key_and_a_value_wins_over_empty(make: MakeWorld) -> None:
    world = make(databases(PROJECT_PAGES, TASK_PAGES), RECORDS)
    result = world.apply(code=ExitCode.DECISIONS_REMAIN)
    assert len(world.pages("tasks")) == 3
    assert world.record("projects/beta")["owner"] == ["bo"]
    assert world.page("projects/beta")["Summary"] == "Second phase"
    assert world.page("tasks/dig")["Tags"] == ["green", "red"]
    # 8 in git, 9 in Notion: nobody said who is right
    assert world.conflicts() == {"tasks/dig"}
    (conflict,) = operation(result, "tasks/dig").open_conflicts
    assert (conflict.field, conflict.git, conflict.notion) == ("hours", 8, 9)
    assert world.page("tasks/dig")["Hours"] == 9
    assert world.record("tasks/dig")["hours"] == "8"
    world.answer("tasks/dig", "git", "hours")
    world.apply()
    assert world.page("tasks/dig")["Hours"] == 8
    assert world.conflicts() == set()


def test_initial_decides_two_different_values(make: MakeWorld) -> None:
    for side, hours in (("git", 8), ("notion", 9)):
        mapping = f"{TASKS}initial: {side}\n"
        mappings = {**MAPPINGS, "tasks": mapping}
        world = make(databases(PROJECT_PAGES, TASK_PAGES), RECORDS, mappings)
        world.apply()
        assert world.page("tasks/dig")["Hours"] == hours
        assert world.record("tasks/dig")["hours"] == str(hours)
        assert world.conflicts() == set()


def test_a_value_that_is_asked_about_is_not_told_to_be_missing(make: MakeWorld) -> None:
    others = [{**page, "Name": f"Another {page['Name']}"} for page in TASK_PAGES]
    world = make(databases(PROJECT_PAGES, others), RECORDS)
    planned = world.plan()
    assert planned.plan.open_conflicts
    assert not [f for f in planned.plan.findings if "is required" in f.message]


def test_a_second_sync_after_an_open_first_contact_still_knows_the_other_fields(
    make: MakeWorld,
) -> None:
    world = make(databases(PROJECT_PAGES, TASK_PAGES), RECORDS)
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    world.in_notion("tasks/dig", Note="Changed")
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    assert world.record("tasks/dig")["note"] == "Changed"
    assert world.record("tasks/dig")["hours"] == "8"
    assert world.conflicts() == {"tasks/dig"}


# --- nothing links them -------------------------------------------------------------------

UNKEYED = [{k: v for k, v in p.items() if k != "Key"} for p in TASK_PAGES]
UNKEYED = [{**p, "Project": ["Alpha"]} for p in UNKEYED]


def test_unlinked_sides_are_listed_and_not_applied(make: MakeWorld) -> None:
    world = make(databases(PROJECT_PAGES, UNKEYED), RECORDS)
    tasks = part(world.plan(), "tasks")
    assert tasks.left_out
    assert tasks.unpaired_git == ("dig", "lay", "test")
    assert set(tasks.unpaired_notion) == {"Dig the trench", "Lay the pipe"}
    world.apply(code=ExitCode.PARTLY_APPLIED, settled=False)
    assert len(world.pages("tasks")) == 2, "no twin was made"
    assert len(world.tree("HEAD")) == 5


def test_a_page_whose_key_no_file_has_is_listed_among_the_unlinked(make: MakeWorld) -> None:
    pages = [*UNKEYED, {"Name": "Lay cable", "Key": "lay-cable", "created": "2026-01-02"}]
    world = make(databases(PROJECT_PAGES, pages), RECORDS)
    planned = world.plan()
    assert "Lay cable" in part(planned, "tasks").unpaired_notion
    pairing = next(p for p in find_pairs(planned) if p.mapping == "tasks")
    assert pairing.only_notion == ("Lay cable",)


def test_import_pairs_by_exact_title_and_makes_no_twin(make: MakeWorld) -> None:
    world = make(databases(PROJECT_PAGES, UNKEYED), RECORDS)
    planned = world.plan()
    pairings = find_pairs(planned)
    tasks = next(p for p in pairings if p.mapping == "tasks")
    assert [p.key for p in tasks.by_title] == ["dig", "lay"]
    assert tasks.only_git == ("test",)
    record_pairs(planned, pairings)
    result = world.apply(code=ExitCode.DECISIONS_REMAIN)
    assert kinds(result)["tasks/test"] is Kind.CREATE_PAGE
    assert len(world.pages("tasks")) == 3
    assert world.conflicts() == {"tasks/dig"}


def test_all_new_makes_new_records_of_what_nothing_links(make: MakeWorld) -> None:
    world = make(databases(PROJECT_PAGES, UNKEYED), RECORDS)
    world.apply(all_new=True)
    assert len(world.pages("tasks")) == 5
    assert len([p for p in world.tree("HEAD") if "/tasks/" in p]) == 5


def test_empty_sides_meet_once_and_then_are_quiet(make: MakeWorld) -> None:
    world = make(databases(), {})
    assert not nothing_to_do(world.plan())
    world.apply()


def test_a_mapping_that_can_not_take_part_does_not_keep_the_others_back(make: MakeWorld) -> None:
    """The first apply, with one database that lacks a property."""
    extra = TASKS.replace("name: tasks", "name: errands").replace(
        "records/tasks", "records/errands"
    )
    extra = extra.replace("{property: Note,", "{property: Notes,").replace(
        "to: tasks", "to: errands"
    )
    extra = extra.replace("NOTION_TASKS", "NOTION_ERRANDS")
    mappings = {**MAPPINGS, "errands": extra}
    seed = databases(PROJECT_PAGES, TASK_PAGES)
    seed["databases"].append(
        {"name": "Errands", "mapping": "errands", "properties": {"Name": "title"}}
    )
    world = make(seed, {}, mappings)
    world.apply(code=ExitCode.PARTLY_APPLIED, settled=False)
    assert len(world.tree("HEAD")) == 4
    planned = world.plan()
    assert planned.plan.steps == ()
    assert nothing_to_do(planned)
