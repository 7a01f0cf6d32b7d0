"""Which page is which record: renames, copies, drafts, keys that somebody edited."""

import re
from datetime import timedelta

import pytest

from notion_gitops.model.errors import ExitCode, StateUnusable
from notion_gitops.model.operations import Kind
from notion_gitops.report.plan_build import plan_view
from notion_gitops.report.plan_text import plan_text
from notion_gitops.report.sync import sync_text
from notion_gitops.workflow.apply import nothing_to_do
from notion_gitops.workflow.pairing import find_pairs, record_pairs
from tests.workflow.holds_world import hold, release, task
from tests.workflow.workflow_views import findings, kinds, part
from tests.workflow.workflow_world import World


def rename(world: World, old: str, new: str) -> str:
    world.path(old).rename(world.path(new))
    return world.commit(f"Rename {old} to {new}")


def test_a_key_renamed_in_git_keeps_its_page_and_what_points_to_it(world: World) -> None:
    page = world.page_id("tasks/dig")
    rename(world, "tasks/dig", "tasks/excavate")
    result = world.apply()
    assert kinds(result)["tasks/excavate"] is Kind.RENAME
    assert world.page_id("tasks/excavate") == page
    assert world.page("tasks/excavate")["Key"] == "excavate"
    assert world.record("tasks/lay")["after"] == ["excavate"]
    assert world.page("tasks/lay")["After"] == [page]
    assert len(world.pages("tasks")) == 3


def test_a_key_renamed_together_with_what_points_to_it(world: World) -> None:
    page = world.page_id("tasks/dig")
    world.spell("tasks/lay", after="[excavate]")
    rename(world, "tasks/dig", "tasks/excavate")
    world.apply()
    assert world.page_id("tasks/excavate") == page
    assert world.page("tasks/lay")["After"] == [page]


def test_a_renamed_project_keeps_the_relations_of_its_tasks(world: World) -> None:
    page = world.page_id("projects/alpha")
    rename(world, "projects/alpha", "projects/north")
    world.apply()
    assert world.page_id("projects/north") == page
    for name in ("dig", "lay"):
        # as the value was spelled: a single key without brackets
        assert world.record(f"tasks/{name}")["project"] in ("north", ["north"])
        assert world.page(f"tasks/{name}")["Project"] == [page]


@pytest.mark.parametrize("why", ["archived", "on hold"])
def test_what_points_to_a_renamed_record_follows_once_it_takes_part_again(
    world: World, why: str
) -> None:
    page, lay, other = (world.page_id(f"tasks/{name}") for name in ("dig", "lay", "test"))
    if why == "on hold":
        hold(world, task(record="lay"))
    else:
        world.api("PATCH", f"pages/{lay}", {"is_archived": True})
        world.api("PATCH", f"pages/{other}", {"is_archived": True})
    rename(world, "tasks/dig", "tasks/excavate")
    world.apply(settled=False, exact=False)
    assert world.record("tasks/lay")["after"] in ("dig", ["dig"])
    if why == "on hold":
        release(world)
    else:
        world.api("PATCH", f"pages/{lay}", {"is_archived": False})
        world.api("PATCH", f"pages/{other}", {"is_archived": False})
    world.apply()
    assert world.record("tasks/lay")["after"] in ("excavate", ["excavate"])
    assert world.page("tasks/lay")["After"] == [page]


def test_a_rename_and_an_edit_in_notion_merge(world: World) -> None:
    rename(world, "tasks/dig", "tasks/excavate")
    world.in_notion("tasks/dig", Hours=9)
    world.apply()
    assert world.record("tasks/excavate")["hours"] == "9"
    assert world.page("tasks/excavate")["Key"] == "excavate"


def test_equal_records_that_change_their_keys_are_not_guessed(world: World) -> None:
    for key in ("one", "two"):
        world.spell(f"tasks/{key}", title="Same", status="todo")
    world.commit("Twins")
    world.apply()
    pages = {world.page_id("tasks/one"), world.page_id("tasks/two")}
    for old, new in (("one", "three"), ("two", "four")):
        world.path(f"tasks/{old}").rename(world.path(f"tasks/{new}"))
    world.commit("Rename both")
    planned = world.plan()
    assert Kind.RENAME not in kinds(planned).values()
    alive = {p["id"] for p in world.pages("tasks")}
    assert pages <= alive


def test_a_key_edited_in_notion_is_put_back(world: World) -> None:
    world.in_notion("tasks/dig", Key="spoiled")
    world.apply()
    assert world.page("tasks/dig")["Key"] == "dig"
    assert not world.path("tasks/spoiled").exists()


def test_an_emptied_key_is_put_back_or_left_but_the_record_stays(world: World) -> None:
    page = world.page_id("tasks/dig")
    world.in_notion("tasks/dig", Key="", Hours=9)
    world.apply()
    assert world.record("tasks/dig")["hours"] == "9"
    assert world.page_id("tasks/Dig the trench") == page


def test_a_page_duplicated_in_notion_is_reported_and_not_touched(world: World) -> None:
    """Holds F024, T29."""
    copy = world.add_page("tasks", Name="Dig the trench", Key="dig", Hours=5)
    planned = world.plan()
    assert "duplicate key" in findings(planned)
    assert not [k for k in kinds(planned) if k.startswith("tasks/")]
    world.in_notion("projects/alpha", Name="Northern")
    told = sync_text(world.apply(code=ExitCode.DECISIONS_REMAIN), {}, colour=False)
    assert "1 page in Notion left alone (exit code 3)" in told
    # Emptying its key makes it a record of its own.
    world.in_notion(f"tasks/{copy}", Key="")
    result = world.apply()
    assert f"tasks/dig-the-trench-{copy.replace('-', '')[-6:]}" in kinds(result)
    assert len([p for p in world.tree("HEAD") if "/tasks/" in p]) == 4


def test_a_rename_that_writes_nothing_is_shown(world: World) -> None:
    """The page carries no key: only what is recorded of it changes."""
    page = world.add_page("tasks", Name="Paint the fence")
    old = f"tasks/paint-the-fence-{page.replace('-', '')[-6:]}"
    world.apply()
    world.remap("tasks", ("key: {property: Key}\n", ""))
    rename(world, old, "tasks/fence")
    planned = world.plan()
    view = plan_view(planned.plan, planned.comparison.workspace.mappings)
    said = " ".join(plan_text(view, colour=False).split())
    assert "1 renamed in git, and linked to the same pages as before " in said
    assert f"fence, was {old.removeprefix('tasks/')} " in said
    world.apply()


def test_a_page_is_a_draft_for_five_minutes(world: World) -> None:
    world.add_page("tasks", Name="Half a thought")
    planned = world.plan(rest=timedelta(minutes=4))
    assert [d.title for d in part(planned, "tasks").drafts] == ["Half a thought"]
    assert nothing_to_do(planned)
    assert world.apply(rest=timedelta(minutes=1)).exit_code is ExitCode.DONE


def test_what_waits_to_be_at_rest_is_told_with_its_time_and_by_apply(world: World) -> None:
    world.edit("tasks/dig", hours="11")
    world.add_page("tasks", Name="Half a thought")
    planned = world.plan(rest=timedelta(minutes=1))
    mappings = planned.comparison.workspace.mappings
    plan = plan_text(plan_view(planned.plan, mappings), colour=False)
    assert re.search(r"Half a thought: at rest from \d\d:\d\d UTC on\n", plan)
    result = world.apply(rest=timedelta(0), settled=False)
    text = " ".join(sync_text(result, mappings, colour=False).split())
    assert "Waiting 1 new page in Notion, taken in once filled in and unedited for 5" in text


def test_a_page_without_its_required_fields_is_a_draft_for_as_long(world: World) -> None:
    world.add_page("tasks", Name="", Note="No title yet")
    planned = world.plan(rest=timedelta(days=3))
    assert [(d.title, d.missing) for d in part(planned, "tasks").drafts] == [
        ("(no title)", ("title",))
    ]
    assert nothing_to_do(planned)


def test_a_page_born_in_notion_keeps_its_key_when_its_title_changes(world: World) -> None:
    page = world.add_page("tasks", Name="First title")
    world.apply()
    world.in_notion(f"tasks/{page}", Name="Second title")
    world.apply()
    key = f"tasks/first-title-{page.replace('-', '')[-6:]}"
    assert world.record(key)["title"] == "Second title"


def test_write_back_all_writes_the_key_into_pages_born_in_notion(world: World) -> None:
    world.remap("tasks", ("key: {property: Key}", "key: {property: Key, write_back: all}"))
    page = world.add_page("tasks", Name="New one")
    world.apply()
    assert world.page(f"tasks/{page}")["Key"] == f"new-one-{page.replace('-', '')[-6:]}"


def test_a_lost_base_is_told_and_paired_anew_without_twins(world: World) -> None:
    page = world.add_page("tasks", Name="Born in Notion")
    world.apply()
    world.git("update-ref", "-d", "refs/heads/notion-gitops/state")
    with pytest.raises(StateUnusable, match="the state branch"):
        world.plan()
    planned = world.plan(anew=True)
    assert record_pairs(planned, find_pairs(planned))
    result = world.apply()
    assert set(kinds(result).values()) == {Kind.LINK}
    assert len(world.pages("tasks")) == 4
    assert world.page(f"tasks/{page}")["Key"] == ""


def test_a_record_that_moves_to_a_folder_stays_the_same(world: World) -> None:
    world.git("mv", "state/records/tasks/dig.yaml", "state/records/tasks/.moved")
    folder = world.root / "state/records/tasks/site"
    folder.mkdir()
    (world.root / "state/records/tasks/.moved").rename(folder / "dig.yaml")
    world.commit("Sort into folders")
    assert nothing_to_do(world.plan())
    world.in_notion("tasks/dig", Hours=9)
    world.apply()
    assert "hours: 9" in world.read("state/records/tasks/site/dig.yaml")
    assert "state/records/tasks/site/dig.yaml" in world.tree("notion-gitops/state")
    assert "state/records/tasks/dig.yaml" not in world.tree("notion-gitops/state")


def test_an_edit_of_comments_alone_moves_the_base_and_writes_nothing(world: World) -> None:
    path = "state/records/tasks/dig.yaml"
    world.write(path, "# Ask Bo\n" + world.read(path))
    world.commit("Comment")
    world.in_notion("tasks/lay", Hours=5)
    world.apply()
    assert world.base(path).startswith("# Ask Bo\n")


@pytest.mark.parametrize("key", ["dig.two", "A-1", "x_y"])
def test_odd_but_usable_keys_travel(world: World, key: str) -> None:
    world.edit(f"tasks/{key}", title="Odd", status="todo", after="[dig]")
    world.apply()
    assert world.page(f"tasks/{key}")["Key"] == key
