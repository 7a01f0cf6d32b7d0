"""An edit in git that cannot be sent yet waits, however often other records are synced meanwhile.

The base holds what both sides agreed on. It must not take in what one of them never heard of: the
edit would count as agreed, and the next one in Notion would take its place.
"""

from typing import Any

import pytest

from notion_gitops.model.errors import ExitCode
from notion_gitops.sandbox import DEFAULT_TOKEN
from notion_gitops.sandbox.basics.nouns import Capability
from notion_gitops.workflow.apply import nothing_to_do
from tests.workflow.conftest import MakeWorld
from tests.workflow.notes_world import in_git, in_notion, write_git, write_notion
from tests.workflow.workflow_samples import PROJECTS, TASKS, databases
from tests.workflow.workflow_world import World


def others_are_synced(world: World, *, code: ExitCode) -> None:
    """Somebody edits other records, on both sides; what waits does not hold them up."""
    world.edit("tasks/lay", note="from git")
    world.in_notion("projects/alpha", Budget=99)
    world.apply(code=code, settled=False)
    assert world.page("Tasks/lay")["Note"] == "from git"
    assert world.record("projects/alpha")["budget"] == "99"


def agreed(world: World) -> Any:
    """What the base says of the task."""
    return world.base("state/records/tasks/dig.yaml")


def test_a_value_that_notion_has_no_option_for(world: World) -> None:
    before = agreed(world)
    world.edit("tasks/dig", kind="survey")
    others_are_synced(world, code=ExitCode.DECISIONS_REMAIN)
    assert agreed(world) == before
    options = [{"name": name} for name in ("build", "test", "survey")]
    world.schema("Tasks", {"Kind": {"select": {"options": options}}})
    world.in_notion("Tasks/dig", Note="from Notion")
    world.apply()
    assert world.page("Tasks/dig")["Kind"] == "survey"
    assert world.record("tasks/dig")["kind"] == "survey"
    assert world.record("tasks/dig")["note"] == "from Notion"


def test_a_relation_to_a_record_that_is_not_there_yet(world: World) -> None:
    world.edit("tasks/dig", project="gamma")
    others_are_synced(world, code=ExitCode.DECISIONS_REMAIN)
    world.edit("projects/gamma", title="Gamma")
    world.apply()
    assert world.page("Tasks/dig")["Project"] == [world.page_id("Projects/gamma")]
    assert world.record("tasks/dig")["project"] == "gamma"


def test_a_record_whose_page_is_archived(world: World) -> None:
    page = world.page_id("Tasks/dig")
    world.api("PATCH", f"pages/{page}", {"is_archived": True})
    world.edit("tasks/dig", hours="9")
    others_are_synced(world, code=ExitCode.DONE)
    world.api("PATCH", f"pages/{page}", {"is_archived": False})
    world.in_notion("Tasks/dig", Note="from Notion")
    world.apply()
    assert world.page("Tasks/dig")["Hours"] == 9
    assert world.record("tasks/dig")["hours"] == "9"


def test_a_page_that_cannot_be_seen_for_a_while(world: World) -> None:
    page = world.page_id("Tasks/dig")
    with world.sandbox.acting() as call:
        row = call.store.one("SELECT * FROM pages WHERE id=?", (page,))
        call.store.write("DELETE FROM pages WHERE id=?", (page,))
    assert row is not None
    world.edit("tasks/dig", hours="9")
    others_are_synced(world, code=ExitCode.DECISIONS_REMAIN)
    with world.sandbox.acting() as call:
        marks = ",".join("?" * len(row))
        call.store.write(f"INSERT INTO pages VALUES({marks})", tuple(row))
    world.in_notion("Tasks/dig", Note="from Notion")
    world.apply()
    assert world.page("Tasks/dig")["Hours"] == 9


def test_records_that_a_listing_which_is_cut_short_does_not_show(world: World) -> None:
    for key in ("dig", "lay", "test"):
        world.edit(f"tasks/{key}", hours="9")
    world.cut = 1
    world.in_notion("projects/alpha", Budget=99)
    world.apply(code=ExitCode.DECISIONS_REMAIN, settled=False, exact=False)
    world.cut = None
    world.apply()
    assert [world.page(f"Tasks/{key}")["Hours"] for key in ("dig", "lay", "test")] == [9, 9, 9]


def test_people_without_the_capability(world: World) -> None:
    rights = frozenset(Capability) - {Capability.USERS, Capability.EMAILS}
    world.sandbox.add_token(DEFAULT_TOKEN, capabilities=rights)
    world.edit("tasks/dig", assignee="[bo]")
    others_are_synced(world, code=ExitCode.DECISIONS_REMAIN)
    world.sandbox.add_token(DEFAULT_TOKEN)
    world.in_notion("Tasks/dig", Note="from Notion")
    world.apply()
    assert world.record("tasks/dig")["assignee"] == ["bo"]
    assert len(world.page("Tasks/dig")["Assignee"]) == 1


@pytest.mark.parametrize("text", ["# wording\n{}", "{}\n"])
def test_a_file_that_changed_in_its_wording_alone_is_agreed(world: World, text: str) -> None:
    path = "state/records/tasks/dig.yaml"
    world.write(path, text.format(world.read(path)))
    world.commit("Other words")
    world.edit("tasks/lay", note="from git")
    world.apply()
    assert world.base(path) == world.read(path)


def test_a_wording_and_an_edit_that_waits(world: World) -> None:
    """What is agreed of the new file goes into the base, what waits does not."""
    path = "state/records/tasks/dig.yaml"
    world.write(
        path, "# Mind the pipes\n" + world.read(path).replace("kind: build", "kind: survey")
    )
    world.commit("Other words")
    others_are_synced(world, code=ExitCode.DECISIONS_REMAIN)
    assert agreed(world).startswith("# Mind the pipes\n")
    assert "kind: build" in agreed(world)


# --- answers to conflicts ---


def _text_in_conflict(notes: World) -> str:
    """Both sides edited one line of a text whose page has a sub-page, which is asked about."""
    title = {"title": {"title": [{"text": {"content": "Inside"}}]}}
    parent = {"page_id": notes.page_id("Notes/plan")}
    notes.api("POST", "pages", {"parent": parent, "properties": title})
    notes.apply()
    write_git(notes, ("twice.", "once."), ("kind: decision", "kind: minutes"))
    write_notion(notes, in_notion(notes).replace("twice.", "three times."))
    notes.in_notion("Notes/plan", Kind="report")
    notes.apply(code=ExitCode.DECISIONS_REMAIN)
    return notes.conflict("notes/plan")


def test_an_answer_that_cannot_be_carried_out_yet_stays(notes: World) -> None:
    path = _text_in_conflict(notes)
    notes.answer("notes/plan", "git", "body")
    before = in_git(notes)
    write_git(notes, ("title: Bare", "title: Bare, edited"), key="bare")
    notes.apply(code=ExitCode.DECISIONS_REMAIN, settled=False)
    assert "resolution: git" in notes.read(path)
    assert in_git(notes) == before
    assert "twice." in notes.base("state/records/notes/plan.md")
    assert "three times." in in_notion(notes)
    planned = notes.plan()
    assert planned.plan.steps == ()
    assert nothing_to_do(planned)


def test_another_answer_of_the_same_record_is_carried_out(notes: World) -> None:
    path = _text_in_conflict(notes)
    notes.answer("notes/plan", "git", "body")
    notes.answer("notes/plan", "git", "kind")
    notes.apply(code=ExitCode.DECISIONS_REMAIN, settled=False)
    assert notes.page("Notes/plan")["Kind"] == "minutes"
    text = notes.read(path)
    assert "body:" in text
    assert "resolution: git" in text
    assert "kind:" not in text
    planned = notes.plan()
    assert planned.plan.steps == ()
    assert nothing_to_do(planned)


@pytest.mark.parametrize("why", ["archived", "gone"])
def test_a_question_about_a_record_that_is_out_of_reach_stays(world: World, why: str) -> None:
    world.edit("tasks/dig", hours="9")
    world.in_notion("Tasks/dig", Hours=7)
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    world.answer("tasks/dig", "git")
    page = world.page_id("Tasks/dig")
    if why == "archived":
        world.api("PATCH", f"pages/{page}", {"is_archived": True})
    else:
        with world.sandbox.acting() as call:
            call.store.write("DELETE FROM pages WHERE id=?", (page,))
    code = ExitCode.DONE if why == "archived" else ExitCode.DECISIONS_REMAIN
    others_are_synced(world, code=code)
    assert "resolution: git" in world.read(world.conflict("tasks/dig"))
    if why == "archived":
        world.api("PATCH", f"pages/{page}", {"is_archived": False})
        world.apply()
        assert world.page("Tasks/dig")["Hours"] == 9


# --- where files stand, and values that were cleared ---


def test_files_that_swap_their_places_keep_what_was_agreed(make: MakeWorld) -> None:
    """Each is told by the key that stands in it."""
    keyed = TASKS.replace("key: {property: Key}", "key: {field: id, property: Key}")
    seed = databases([], [{"Name": "Dig", "Key": "dig"}, {"Name": "Lay", "Key": "lay"}])
    world = make(seed, {}, {"projects": PROJECTS, "tasks": keyed})
    world.apply()
    one, two = world.path("tasks/dig"), world.path("tasks/lay")
    first, second = one.read_text(), two.read_text()
    one.write_text(second)
    two.write_text(f"{first}\nhours: 3\n")
    world.commit("Swap two files")
    world.apply()
    for path in (one, two):
        name = path.relative_to(world.root).as_posix()
        assert world.base(name) == world.read(name)
    world.in_notion("tasks/dig", Hours=None)
    world.apply()
    assert not world.conflicts()


def test_a_value_cleared_over_what_cannot_be_read_waits_and_is_told(make: MakeWorld) -> None:
    valued = TASKS.replace(
        "kind: {property: Kind, type: select}",
        "kind: {property: Kind, type: select, values: {b: build}}",
    )
    page = {"Name": "Dig", "Key": "dig", "Kind": "build"}
    world = make(databases([], [page]), {}, {"projects": PROJECTS, "tasks": valued})
    world.apply()
    world.in_notion("tasks/dig", Kind="test")
    world.edit("tasks/dig", kind=None)
    planned = world.plan()
    assert not planned.plan.steps
    told = [p.summary for m in planned.plan.mappings for p in m.problems]
    assert any("kind is edited in git, and not sent" in each for each in told), told
