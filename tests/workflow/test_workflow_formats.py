"""Records in one CSV, YAML or JSON file, and in Markdown files: both sides edited."""

from collections.abc import Callable

import pytest

from notion_gitops.model.errors import ExitCode
from tests.workflow.conftest import MakeWorld
from tests.workflow.workflow_samples import PROJECTS, TASKS, databases
from tests.workflow.workflow_views import kinds, part
from tests.workflow.workflow_world import World

CSV = """\
id,title,status,project,after,tags,due,hours,note,extra
dig,Dig the trench,doing,alpha,,"red, green",2026-02-01,8,"Mind, the cable",kept
lay,Lay the pipe,todo,alpha,dig,,,4,,
test,Test the pipe,todo,beta,,,,2.5,,
"""

YAML = """\
# all tasks
dig:
  title: Dig the trench   # by hand
  status: doing
  project: alpha
  tags: [red, green]
  due: 2026-02-01
  hours: 8
  note: "Mind, the cable"
  extra: kept

lay:
  title: Lay the pipe
  status: todo
  project: alpha
  after: [dig]
  hours: 4
test:
  title: Test the pipe
  status: todo
  project: beta
  hours: 2.5
"""

JSON = """\
{
    "dig": {"title": "Dig the trench", "status": "doing", "project": "alpha",
            "tags": ["red", "green"], "due": "2026-02-01", "hours": 8,
            "note": "Mind, the cable", "extra": "kept"},
    "lay": {"title": "Lay the pipe", "status": "todo", "project": "alpha", "after": ["dig"],
            "hours": 4},
    "test": {"title": "Test the pipe", "status": "todo", "project": "beta", "hours": 2.5}
}
"""

SINGLE = {"csv": CSV, "yaml": YAML, "json": JSON}


def single(make: MakeWorld, form: str) -> World:
    """A world whose tasks stand in one file."""
    mapping = TASKS.replace(
        "state/records/tasks, format: yaml", f"state/records/tasks.{form}, format: {form}"
    )
    if form == "csv":
        mapping = mapping.replace("key: {property: Key}", "key: {field: id, property: Key}")
    world = make(
        databases(),
        {"projects/alpha": {"title": "Alpha"}, "projects/beta": {"title": "Beta"}},
        {"projects": PROJECTS, "tasks": mapping},
    )
    world.write(path(form), SINGLE[form])
    world.commit("All tasks in one file")
    world.apply()
    return world


def path(form: str) -> str:
    return f"state/records/tasks.{form}"


def replaced(world: World, form: str, *changes: tuple[str, str]) -> None:
    text = world.read(path(form))
    for old, new in changes:
        assert old in text, (old, text)
        text = text.replace(old, new, 1)
    world.write(path(form), text)
    world.commit("Edit the file")


forms = pytest.mark.parametrize("form", ["csv", "yaml", "json"])

HOURS_8 = {
    "csv": ("2026-02-01,8,", "2026-02-01,%s,"),
    "yaml": ("hours: 8", "hours: %s"),
    "json": ('"hours": 8', '"hours": %s'),
}


def hours(form: str, old: str, new: str) -> tuple[str, str]:
    pattern = HOURS_8[form][1]
    return pattern % old, pattern % new


@forms
def test_the_first_push_changes_nothing_in_the_file(make: MakeWorld, form: str) -> None:
    world = single(make, form)
    assert world.read(path(form)) == SINGLE[form]
    assert world.base(path(form)) == SINGLE[form]
    assert world.page("tasks/lay")["After"] == [world.page_id("tasks/dig")]
    assert world.page("tasks/dig")["Note"] == "Mind, the cable"


@forms
def test_edits_on_both_sides_change_only_their_lines(make: MakeWorld, form: str) -> None:
    world = single(make, form)
    replaced(world, form, hours(form, "8", "10"))
    world.in_notion("tasks/dig", Due="2026-03-01")
    world.in_notion("tasks/lay", Hours=5)
    world.apply()
    assert world.page("tasks/dig")["Hours"] == 10
    expected = SINGLE[form].replace(*hours(form, "8", "10")).replace("2026-02-01", "2026-03-01")
    old, new = {
        "csv": (",,4,,", ",,5,,"),
        "yaml": ("hours: 4", "hours: 5"),
        "json": ('"hours": 4', '"hours": 5'),
    }[form]
    assert world.read(path(form)) == expected.replace(old, new)


@forms
def test_records_come_and_go_on_both_sides(make: MakeWorld, form: str) -> None:
    world = single(make, form)
    page = world.add_page("tasks", Name="From Notion", Hours=3)
    world.trash("tasks/test")
    world.apply()
    key = f"from-notion-{page.replace('-', '')[-6:]}"
    assert key in world.read(path(form))
    assert "Test the pipe" not in world.read(path(form))
    lines = {"csv": f"{key},", "yaml": f"{key}:", "json": f'"{key}":'}
    start = world.read(path(form)).index(lines[form])
    assert start > 0
    header = world.read(path(form)).splitlines()[0]
    assert form != "csv" or header == CSV.splitlines()[0], "no column for an unticked box"
    new = {"csv": "new,New one,todo,,,,,1,,\n", "yaml": "new:\n  title: New one\n  status: todo\n"}
    if form == "json":
        replaced(world, form, ("{\n", '{\n    "new": {"title": "New one", "status": "todo"},\n'))
    else:
        world.write(path(form), world.read(path(form)) + new[form])
        world.commit("Add one")
    world.apply()
    assert world.page("tasks/new")["Name"] == "New one"


@forms
def test_a_record_deleted_in_the_file_goes_to_the_trash(make: MakeWorld, form: str) -> None:
    world = single(make, form)
    cut = {
        "csv": "test,Test the pipe,todo,beta,,,,2.5,,\n",
        "yaml": "test:\n  title: Test the pipe\n  status: todo\n  project: beta\n  hours: 2.5\n",
        "json": "," + JSON.splitlines(keepends=True)[-2].join(["\n", ""]).rstrip("\n"),
    }
    replaced(world, form, (cut[form], ""))
    world.apply()
    assert len(world.pages("tasks")) == 2


@forms
def test_an_open_conflict_keeps_the_old_value_in_the_base(make: MakeWorld, form: str) -> None:
    world = single(make, form)
    replaced(world, form, hours(form, "8", "10"))
    world.in_notion("tasks/dig", Hours=11)
    world.in_notion("tasks/lay", Hours=5)
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    assert hours(form, "10", "")[0] in world.read(path(form))
    assert hours(form, "8", "")[0] in world.base(path(form))
    assert world.conflicts() == {"tasks/dig"}
    world.answer("tasks/dig", "notion", "hours")
    world.apply()
    assert hours(form, "11", "")[0] in world.read(path(form))
    assert world.base(path(form)) == world.read(path(form))


@forms
def test_edit_against_delete_in_one_file(make: MakeWorld, form: str) -> None:
    world = single(make, form)
    world.trash("tasks/dig")
    replaced(world, form, hours(form, "8", "10"))
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    assert "tasks/dig" in world.conflicts()
    assert "Dig the trench" in world.read(path(form))
    world.answer("tasks/dig", "git")
    world.apply(settled=False)
    assert world.page("tasks/dig")["Hours"] == 10


@forms
def test_an_unreadable_file_takes_its_mapping_out_and_stays_as_it_is(
    make: MakeWorld, form: str
) -> None:
    world = single(make, form)
    broken = {"csv": 'id,title\n"dig', "yaml": "dig: [\n", "json": '{"dig": '}[form]
    world.write(path(form), broken)
    world.commit("Break it")
    world.in_notion("tasks/dig", Hours=11)
    world.edit("projects/alpha", budget="5")
    world.apply(code=ExitCode.PARTLY_APPLIED, settled=False)
    assert world.read(path(form)) == broken
    assert len(world.pages("tasks")) == 3
    assert world.page("projects/alpha")["Budget"] == 5


@forms
def test_a_file_that_is_gone_is_an_emptied_side(make: MakeWorld, form: str) -> None:
    world = single(make, form)
    (world.root / path(form)).unlink()
    world.commit("Oops")
    planned = world.plan()
    assert part(planned, "tasks").left_out
    assert not [s for s in planned.plan.steps if s.mapping == "tasks"]


# --- Markdown -----------------------------------------------------------------------------

NOTE = """\
---
# front matter
title: Dig the trench
status: doing      # by hand
project: alpha
tags:
  - red
  - green
hours: 8
---

# The trench

Mind the **cable**.\r
No newline at the end"""


@pytest.fixture
def markdown(make: MakeWorld) -> World:
    mapping = TASKS.replace("format: yaml", "format: markdown")
    world = make(
        databases(),
        {"projects/alpha": {"title": "Alpha"}},
        {"projects": PROJECTS, "tasks": mapping},
    )
    world.write("state/records/tasks/dig.md", NOTE)
    world.commit("A note")
    world.apply()
    return world


def test_markdown_front_matter_is_synced_and_the_body_stays(markdown: World) -> None:
    world = markdown
    assert world.read("state/records/tasks/dig.md") == NOTE
    world.in_notion("tasks/dig", Hours=9, Status="Done")
    world.apply()
    expected = NOTE.replace("hours: 8", "hours: 9").replace("status: doing", "status: done")
    assert world.read("state/records/tasks/dig.md") == expected
    world.write("state/records/tasks/dig.md", expected.replace("hours: 9", "hours: 10"))
    world.commit("Edit")
    world.apply()
    assert world.page("tasks/dig")["Hours"] == 10


def test_markdown_records_come_and_go(markdown: World) -> None:
    world = markdown
    page = world.add_page("tasks", Name="From Notion", Hours=3)
    world.apply()
    (new,) = [p for p in world.tree("HEAD") if "from-notion" in p]
    assert world.read(new).startswith("---\ntitle: From Notion\n")
    world.trash(f"tasks/{page}")
    world.apply()
    assert not (world.root / new).exists()
    (world.root / "state/records/tasks/dig.md").write_text(NOTE.replace("hours: 8", "hours: 9"))
    world.commit("Edit")
    world.in_notion("tasks/dig", Hours=10)
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    world.answer("tasks/dig", "{value: 11}", "hours")
    world.apply()
    assert "hours: 11" in world.read("state/records/tasks/dig.md")


def test_an_edit_of_the_body_alone_asks_nothing_of_notion(markdown: World) -> None:
    world = markdown
    world.write("state/records/tasks/dig.md", NOTE + "\nMore.\n")
    world.commit("Write more")
    assert not world.plan().plan.steps


# --- files of people ----------------------------------------------------------------------


def test_comments_order_and_quoting_stay(world: World) -> None:
    text = (
        "# who knows\ntitle: 'Dig the trench'\nhours: 8     # guess\n\n\nstatus: \"doing\"\n"
        "tags: [red, green]\nproject: alpha\nkind: build\nassignee: [ann]\ndue: 2026-02-01\n"
        "note: >-\n  Mind the\n  **cable**\nmine: [1, 2]\n"
    )
    world.write("state/records/tasks/dig.yaml", text)
    world.commit("Tidy up")
    world.in_notion("tasks/dig", Hours=9, Status="Done", Tags=["red", "blue"])
    world.apply()
    after = text.replace("hours: 8 ", "hours: 9 ").replace('"doing"', '"done"')
    assert world.read("state/records/tasks/dig.yaml") == after.replace(
        "[red, green]", "[red, blue]"
    )


def test_windows_line_ends_stay(world: World) -> None:
    text = world.read("state/records/tasks/dig.yaml").replace("\n", "\r\n")
    world.write("state/records/tasks/dig.yaml", text)
    world.git("config", "core.autocrlf", "false")
    world.commit("Windows")
    world.in_notion("tasks/dig", Hours=9)
    world.apply()
    assert world.read("state/records/tasks/dig.yaml") == text.replace("hours: 8", "hours: 9")


@pytest.mark.parametrize(
    "break_it",
    [
        lambda t: t + "title: twice\n",
        lambda t: t.replace("hours: 8", "hours: eight"),
        lambda t: "<<<<<<< ours\n" + t,
        lambda t: t.replace("title", "\ttitle"),
        lambda t: t.replace("2026-02-01", "2026-02-30"),
    ],
)
def test_an_unreadable_record_is_never_written_or_deleted(
    world: World, break_it: Callable[[str], str]
) -> None:
    broken = break_it(world.read("state/records/tasks/dig.yaml"))
    world.write("state/records/tasks/dig.yaml", broken)
    world.commit("Break it")
    world.in_notion("tasks/dig", Hours=11)
    world.in_notion("tasks/lay", Hours=5)
    result = world.apply(code=ExitCode.DECISIONS_REMAIN)
    assert "tasks/dig" not in kinds(result)
    assert world.read("state/records/tasks/dig.yaml") == broken
    assert world.page("tasks/dig")["Hours"] == 11
    assert world.record("tasks/lay")["hours"] == "5"
    # Mended, it goes on.
    world.git("checkout", "-q", "HEAD~2", "--", "state/records/tasks/dig.yaml")
    world.commit("Mend")
    world.apply()
    assert world.record("tasks/dig")["hours"] == "11"


BROKEN = {
    "csv": ("test,Test the pipe,todo,beta,,,,2.5,,", "test,Test the pipe,todo,beta,,,,many,,"),
    "yaml": ("hours: 2.5", "hours: many"),
    "json": ('"hours": 2.5', '"hours": "many"'),
}


@forms
def test_a_record_that_cannot_be_read_keeps_no_other_one_from_being_recorded(
    make: MakeWorld, form: str
) -> None:
    world = single(make, form)
    replaced(world, form, BROKEN[form])
    world.in_notion("tasks/lay", Hours=5)
    world.apply(code=ExitCode.DECISIONS_REMAIN, settled=False)
    assert BROKEN[form][1] in world.read(path(form))
    world.in_notion("tasks/lay", Hours=6)
    world.apply(code=ExitCode.DECISIONS_REMAIN, settled=False)
    assert not world.conflicts(), "the base has moved with what was agreed"
    replaced(world, form, (BROKEN[form][1], BROKEN[form][0]))
    assert not any(o.writes for o in part(world.plan(), "tasks").operations)


def test_a_row_that_is_there_twice_keeps_no_other_one_from_being_recorded(make: MakeWorld) -> None:
    world = single(make, "csv")
    twin = "test,A twin,todo,,,,,,,\n"
    world.write(path("csv"), world.read(path("csv")) + twin)
    world.commit("A twin")
    world.in_notion("tasks/lay", Hours=5)
    world.apply(code=ExitCode.DECISIONS_REMAIN, settled=False)
    assert ",,5,," in world.read(path("csv"))
    assert twin in world.read(path("csv"))
    replaced(world, "csv", (twin, ""))
    world.settled()
