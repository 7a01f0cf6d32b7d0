"""What nobody decided is kept, whatever happens around it: deletes, refreshes, renames, formats."""

import pytest

from notion_gitops.model.errors import ExitCode
from notion_gitops.model.operations import Kind
from notion_gitops.workflow.apply import nothing_to_do
from tests.workflow.conftest import MakeWorld
from tests.workflow.notes_world import blocks
from tests.workflow.workflow_samples import PROJECTS, TASKS, databases
from tests.workflow.workflow_views import kinds, part
from tests.workflow.workflow_world import World

STAGES = {"type": "select", "options": ["one", "two"]}
STAGED = PROJECTS.replace("  owner:", "  stage: {property: Stage, type: select}\n  owner:")


def add_stage(world: World, name: str) -> None:
    options = [{"name": each} for each in ("one", "two", name)]
    world.schema("Projects", {"Stage": {"select": {"options": options}}})


def trashed(world: World, page: str) -> bool:
    found = world.api("GET", f"pages/{page}")["in_trash"]
    assert isinstance(found, bool)
    return found


def staged(make: MakeWorld, form: str = "") -> World:
    """A project with a stage and hours that follow from its task; one file if `form` names one."""
    seed = databases([{"Name": "Alpha", "Key": "alpha"}], [
        {"Name": "Dig", "Key": "dig", "Project": "Alpha", "Hours": 8},
    ])  # fmt: skip
    seed["databases"][0]["properties"] = {**seed["databases"][0]["properties"], "Stage": STAGES}
    seed["databases"][0]["pages"][0]["Stage"] = "one"
    mapping = STAGED
    if form:
        path = f"{{path: state/records/projects.{form}, format: {form}}}"
        mapping = STAGED.replace("{path: state/records/projects, format: yaml}", path)
    world = make(seed, {}, {"projects": mapping, "tasks": TASKS})
    world.apply()
    return world


def in_the_file(world: World, form: str, old: str, new: str) -> None:
    path = f"state/records/projects.{form}" if form else "state/records/projects/alpha.yaml"
    text = world.read(path)
    assert text.count(old) == 1, text
    world.write(path, text.replace(old, new))
    world.commit("Edit a stage")


@pytest.mark.parametrize("form", ["", "yaml", "json"])
def test_a_refresh_of_what_notion_works_out_takes_no_edit_along(make: MakeWorld, form: str) -> None:
    world = staged(make, form)
    in_the_file(world, form, "one", "three")
    world.edit("tasks/dig", hours="11")
    world.apply(code=ExitCode.DECISIONS_REMAIN, settled=False)
    add_stage(world, "three")
    world.apply()
    assert world.page("projects/alpha")["Stage"] == "three"


def test_a_refresh_of_what_notion_works_out_hides_no_edit_in_notion(make: MakeWorld) -> None:
    world = staged(make)
    in_the_file(world, "", "one", "three")
    world.in_notion("projects/alpha", Stage="two")
    world.edit("tasks/dig", hours="11")
    world.apply(code=ExitCode.DECISIONS_REMAIN, settled=False)
    in_the_file(world, "", "three", "one")
    world.apply()
    assert world.record("projects/alpha")["stage"] == "two"


@pytest.mark.parametrize("edit", [{"kind": "survey"}, {"project": "gamma"}])
def test_an_edit_that_waits_is_asked_about_when_its_page_is_trashed(
    world: World, edit: dict[str, str]
) -> None:
    world.spell("tasks/dig", **edit)
    world.commit()
    world.trash("tasks/dig")
    world.apply(code=ExitCode.DECISIONS_REMAIN, settled=False)
    assert world.path("tasks/dig").exists()
    assert "edited in git, trashed in Notion" in world.read(world.conflict("tasks/dig"))


def test_a_value_without_a_word_is_asked_about_when_its_file_is_deleted(world: World) -> None:
    world.in_notion("tasks/test", Status="Blocked")
    world.remove("tasks/test")
    world.apply(code=ExitCode.DECISIONS_REMAIN, settled=False)
    assert not trashed(world, world.page_id("tasks/test"))
    assert "deleted in git, edited in Notion" in world.read(world.conflict("tasks/test"))


def test_a_text_that_cannot_be_read_is_asked_about_when_its_file_is_deleted(notes: World) -> None:
    page = notes.page_id("Notes/plan")
    bookmark = {"type": "bookmark", "bookmark": {"url": "https://acme.example"}}
    notes.api("PATCH", f"blocks/{page}/children", {"children": [bookmark]})
    (notes.root / "state/records/notes/plan.md").unlink()
    notes.commit("Delete a note")
    notes.apply(code=ExitCode.DECISIONS_REMAIN, settled=False)
    assert not trashed(notes, page)
    assert blocks(notes)


def test_a_status_that_is_refused_stays_in_a_new_file(make: MakeWorld) -> None:
    values = "\n    values: {todo: Not started, doing: In progress, done: Done}"
    bare = TASKS.replace(values, "")
    world = make(databases([], [{"Name": "Dig", "Key": "dig"}]), {}, {
        "projects": PROJECTS, "tasks": bare,
    })  # fmt: skip
    world.apply()
    world.edit("tasks/lay", title="Lay", status="Cancelled")
    world.apply(code=ExitCode.DECISIONS_REMAIN, settled=False)
    assert world.record("tasks/lay")["status"] == "Cancelled"
    planned = world.plan()
    assert [p.summary for p in part(planned, "tasks").problems]
    assert nothing_to_do(planned)


def test_a_page_that_is_restored_agrees_on_nothing_that_could_not_be_sent(world: World) -> None:
    world.edit("tasks/dig", kind="survey", hours="3")
    world.trash("tasks/dig")
    world.apply(code=ExitCode.DECISIONS_REMAIN, settled=False)
    world.answer("tasks/dig", "git")
    world.apply(code=ExitCode.DECISIONS_REMAIN, settled=False)
    assert world.page("tasks/dig")["Hours"] == 3
    world.edit("tasks/dig", kind=None)
    world.apply()
    assert world.page("tasks/dig")["Kind"] is None


@pytest.mark.parametrize("neighbour", [False, True])
def test_a_record_that_was_renamed_and_edited_is_held_whatever_else_changed(
    world: World, neighbour: bool
) -> None:
    old, new = world.path("tasks/test"), world.path("tasks/probe")
    new.write_text(old.read_text().replace("hours: 2.5", "hours: 4"))
    old.unlink()
    if neighbour:
        world.spell("tasks/lay", note="edited as well")
    world.commit("Rename and edit")
    page = world.page_id("tasks/test")
    world.apply(code=ExitCode.DECISIONS_REMAIN, settled=False) if neighbour else world.plan()
    assert not trashed(world, page)
    assert "probe" not in {p["Key"] for p in world.pages("tasks")}


def test_a_record_that_equals_a_deleted_one_is_no_new_name_of_it(world: World) -> None:
    world.path("tasks/twin").write_text(world.path("tasks/test").read_text())
    world.commit("A twin")
    world.apply()
    world.path("tasks/test").unlink()
    world.write("state/records/tasks/fresh.yaml", "title: Something else\nstatus: todo\n")
    world.path("tasks/twin").write_text("# reworded\n" + world.path("tasks/twin").read_text())
    world.commit("Delete one, add another")
    planned = kinds(world.plan())
    assert planned["tasks/test"] is Kind.DELETE_PAGE
    assert "tasks/twin" not in planned


@pytest.mark.parametrize("initial", ["git", "notion", "ask"])
def test_another_format_of_files_leaves_open_questions_what_they_were(
    world: World, initial: str
) -> None:
    world.edit("tasks/dig", hours="9")
    world.in_notion("tasks/dig", Hours=7)
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    for file in sorted(world.path("tasks/x").parent.glob("*.yaml")):
        file.with_suffix(".md").write_text(f"---\n{file.read_text()}---\n")
        file.unlink()
    to = f"mode: two-way\ninitial: {initial}"
    world.remap("tasks", ("format: yaml", "format: markdown"), ("mode: two-way", to))
    world.in_notion("tasks/lay", Note="from Notion")
    world.apply(code=ExitCode.DECISIONS_REMAIN, settled=False)
    world.in_notion("tasks/dig", Note="from Notion, too")
    world.apply(code=ExitCode.DECISIONS_REMAIN, settled=False)
    assert world.conflicts() == {"tasks/dig"}
    assert world.page("tasks/dig")["Hours"] == 7
    text = world.read("state/records/tasks/dig.md")
    assert "hours: 9" in text
    assert "from Notion, too" in text


def test_a_mapping_that_takes_no_part_has_its_files_left_alone(make: MakeWorld) -> None:
    field = "  pb: {property: Budgets, type: rollup, direction: pull}\n  tags:"
    seed = databases([{"Name": "Alpha", "Key": "alpha", "Budget": 1}], [
        {"Name": f"T{n}", "Key": f"t{n}", "Project": "Alpha"} for n in range(30)
    ])  # fmt: skip
    rollup = {"type": "rollup", "relation": "Project", "property": "Budget", "function": "sum"}
    seed["databases"][1]["properties"] = {**seed["databases"][1]["properties"], "Budgets": rollup}
    tasks = TASKS.replace("  tags:", field, 1)
    world = make(seed, {}, {"projects": PROJECTS, "tasks": tasks})
    world.apply()
    world.remove(*(f"tasks/t{n}" for n in range(12)))
    world.edit("projects/alpha", budget="5")
    before = world.read("state/records/tasks/t29.yaml")
    world.apply(code=ExitCode.PARTLY_APPLIED, settled=False, exact=False)
    assert world.page("projects/alpha")["Budget"] == 5
    assert world.read("state/records/tasks/t29.yaml") == before


def test_what_is_sensitive_is_not_told_when_it_is_refused(world: World) -> None:
    world.remap("tasks", ("kind: {property: Kind, type: select}",
                          "kind: {property: Kind, type: select, sensitive: true}"))  # fmt: skip
    world.edit("tasks/dig", kind="hush-hush")
    told = [p for m in world.plan().plan.mappings for p in m.problems]
    assert told
    assert "hush-hush" not in " ".join(f"{p.summary} {p.detail} {p.fix}" for p in told)
