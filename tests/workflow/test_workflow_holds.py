"""What is on hold: left as it is on both sides, told in every plan, and not forgotten."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
import yaml

from notion_gitops.model.errors import ExitCode, Refused
from notion_gitops.model.holds import Change, OnHold, Waiting
from notion_gitops.model.operations import Kind
from notion_gitops.model.records import Side
from notion_gitops.workflow.apply import exit_code as ends_with
from notion_gitops.workflow.apply import nothing_to_do
from notion_gitops.workflow.pairing import find_pairs
from notion_gitops.workflow.plan import Planned, exit_code
from tests.workflow.conftest import MakeWorld
from tests.workflow.notes_world import in_git, in_notion, write_git, write_notion
from tests.workflow.workflow_samples import MAPPINGS, PROJECTS, RECORDS, TASKS, databases
from tests.workflow.workflow_views import kinds, part
from tests.workflow.workflow_world import World

FILE = "state/holds.yaml"


def hold(world: World, *entries: Mapping[str, str], commit: bool = True) -> None:
    """Put these on hold, and nothing else."""
    listed = [{"reason": "it is looked at", **entry} for entry in entries]
    world.write(FILE, yaml.safe_dump({"format_version": 1, "holds": listed}))
    if commit:
        world.commit("Hold")


def release(world: World) -> None:
    (world.root / FILE).unlink()
    world.commit("Go on")


def task(**more: str) -> dict[str, str]:
    return {"mapping": "tasks", **more}


def held(planned: Planned, name: str = "tasks") -> OnHold:
    (each,) = part(planned, name).on_hold
    return each


def at_rest(world: World) -> Planned:
    """Nothing is left to do, and nothing of it is refused or asked about."""
    planned = world.plan()
    assert nothing_to_do(planned)
    assert exit_code(planned.plan, detailed=True) is ExitCode.DONE
    return planned


def agreed(world: World, record: str = "tasks/dig") -> Any:
    return world.base(f"state/records/{record}.yaml")


def others_are_synced(world: World) -> None:
    """Other records, and what follows from them, go on; exit code 0."""
    world.edit("tasks/lay", note="from git")
    world.in_notion("projects/alpha", Budget=99)
    result = world.apply()
    assert ends_with(result) is ExitCode.DONE
    assert world.page("Tasks/lay")["Note"] == "from git"
    assert world.record("projects/alpha")["budget"] == "99"


# --- a record -------------------------------------------------------------------------------


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


# --- a field --------------------------------------------------------------------------------


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


# --- a mapping ------------------------------------------------------------------------------


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


# --- texts, and files that hold several records ---------------------------------------------


@pytest.mark.parametrize("entry", [{"record": "plan"}, {"field": "body"}])
def test_the_text_of_a_page_waits(notes: World, entry: Mapping[str, str]) -> None:
    before = notes.base("state/records/notes/plan.md")
    hold(notes, {"mapping": "notes", **entry})
    write_git(notes, ("Two more words.", "Three more words."))
    write_notion(notes, in_notion(notes).replace("twice", "once"))
    there = in_notion(notes)
    write_git(notes, ("title: Bare", "title: Bare, still"), key="bare")
    notes.apply()
    assert held(at_rest(notes), "notes").waiting == (
        Waiting("plan", Side.GIT, Change.EDITED, ("body",)),
        Waiting("plan", Side.NOTION, Change.EDITED, ("body",)),
    )
    assert in_notion(notes) == there
    assert notes.base("state/records/notes/plan.md") == before
    release(notes)
    notes.apply()
    assert "Three more words." in in_notion(notes)
    assert "once" in in_git(notes)


@pytest.mark.parametrize("form", ["yaml", "json", "csv"])
def test_one_file_keeps_what_is_on_hold_in_it(make: MakeWorld, form: str) -> None:
    seed = databases([{"Name": n.capitalize(), "Key": n, "Budget": 1} for n in ("a", "b", "c")])
    path = f"{{path: state/records/projects.{form}, format: {form}}}"
    mapping = PROJECTS.replace("{path: state/records/projects, format: yaml}", path)
    mapping = mapping.replace("key: {property: Key}", "key: {field: id, property: Key}")
    world = make(seed, {}, {"projects": mapping, "tasks": TASKS})
    world.apply()
    file = f"state/records/projects.{form}"
    before = world.base(file)
    world.in_notion("Projects/a", Budget=2)
    world.in_notion("Projects/b", Budget=3)
    world.trash("Projects/c")
    hold(world, *({"mapping": "projects", "record": key} for key in ("a", "c")))
    world.apply()
    agreed = world.base(file)
    assert world.read(file) == agreed
    assert agreed.count("1") == before.count("1") - 1
    at_rest(world)
    release(world)
    assert kinds(world.plan()) == {
        "projects/a": Kind.TO_GIT,
        "projects/c": Kind.DELETE_FILE,
    }


@pytest.mark.parametrize("form", ["yaml", "json", "csv"])
def test_the_base_of_one_file_keeps_an_edit_in_git_out(make: MakeWorld, form: str) -> None:
    seed = databases([{"Name": n.capitalize(), "Key": n, "Budget": 11} for n in ("a", "b")])
    path = f"{{path: state/records/projects.{form}, format: {form}}}"
    mapping = PROJECTS.replace("{path: state/records/projects, format: yaml}", path)
    mapping = mapping.replace("key: {property: Key}", "key: {field: id, property: Key}")
    world = make(seed, {}, {"projects": mapping, "tasks": TASKS})
    world.apply()
    file = f"state/records/projects.{form}"
    world.write(file, world.read(file).replace("11", "22"))
    world.commit("Both budgets")
    hold(world, {"mapping": "projects", "record": "a"})
    world.apply()
    assert (world.page("Projects/a")["Budget"], world.page("Projects/b")["Budget"]) == (11, 22)
    assert world.base(file).count("11") == 1
    release(world)
    world.apply()
    assert world.page("Projects/a")["Budget"] == 22


def test_another_format_of_the_files_leaves_what_is_on_hold_behind(world: World) -> None:
    hold(world, task(record="dig"))
    world.edit("tasks/dig", hours="9")
    world.edit("tasks/lay", note="from git")
    folder = world.root / "state/records/tasks"
    for file in folder.glob("*.yaml"):
        file.with_suffix(".md").write_text(f"---\n{file.read_text()}---\n")
        file.unlink()
    world.remap("tasks", ("format: yaml", "format: markdown"))
    world.apply()
    assert world.page("Tasks/dig")["Hours"] == 8
    release(world)
    (operation,) = part(world.plan(), "tasks").operations
    assert operation.kind is Kind.TO_NOTION
    world.apply()
    assert world.page("Tasks/dig")["Hours"] == 9


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
