"""What is on hold in a text of a page, and in a file that holds several records."""

from collections.abc import Mapping

import pytest

from notion_gitops.model.holds import Change, Waiting
from notion_gitops.model.operations import Kind
from notion_gitops.model.records import Side
from tests.workflow.conftest import MakeWorld
from tests.workflow.holds_world import (
    at_rest,
    held,
    hold,
    release,
    task,
)
from tests.workflow.notes_world import in_git, in_notion, write_git, write_notion
from tests.workflow.workflow_samples import PROJECTS, TASKS, databases
from tests.workflow.workflow_views import kinds, part
from tests.workflow.workflow_world import World


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
