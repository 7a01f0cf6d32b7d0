"""What is deleted, what is kept, and what only looks deleted."""

from typing import Any

import pytest

from notion_gitops.model.errors import ExitCode
from notion_gitops.model.operations import Kind
from notion_gitops.workflow.apply import nothing_to_do
from notion_gitops.workflow.reading import missing
from tests.workflow.conftest import MakeWorld
from tests.workflow.workflow_samples import TASKS, databases
from tests.workflow.workflow_views import findings, kinds, operation, part
from tests.workflow.workflow_world import World

IN_GIT = "deletes: {when_deleted_in_git: %s}\n"
IN_NOTION = "deletes: {when_trashed_in_notion: %s}\n"


def with_policy(world: World, text: str) -> None:
    world.write("mappings/tasks.yaml", TASKS + text)
    world.commit("Policy")


# --- policies -----------------------------------------------------------------------------


def test_keep_leaves_the_page_of_a_deleted_file(world: World) -> None:
    with_policy(world, IN_GIT % "keep")
    world.remove("tasks/test")
    world.apply()
    assert not world.page("tasks/test")["in_trash"]
    world.in_notion("tasks/test", Note="Still there")
    assert nothing_to_do(world.plan())
    assert not world.path("tasks/test").exists()


def test_keep_leaves_the_file_of_a_trashed_page(world: World) -> None:
    with_policy(world, IN_NOTION % "keep")
    world.trash("tasks/test")
    world.apply()
    assert world.path("tasks/test").exists()
    world.edit("tasks/test", hours="77")
    assert nothing_to_do(world.plan())


def test_ask_asks_about_a_deleted_file(world: World) -> None:
    with_policy(world, IN_GIT % "ask")
    world.remove("tasks/test")
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    assert world.conflicts() == {"tasks/test"}
    asked = world.read(world.conflict("tasks/test"))
    assert "# One side deleted this record. Write" in asked
    assert "notion: unchanged" in asked  # nobody edited the page
    assert not world.page("tasks/test")["in_trash"]
    world.answer("tasks/test", "git")
    world.apply()
    assert world.conflicts() == set()
    assert [p["Key"] for p in world.pages("tasks") if p["Key"] == "test"] == []


def test_ask_asks_about_a_trashed_page(world: World) -> None:
    with_policy(world, IN_NOTION % "ask")
    world.trash("tasks/test")
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    assert world.path("tasks/test").exists()
    world.answer("tasks/test", "git")
    world.apply()
    assert not world.page("tasks/test")["in_trash"]
    assert world.path("tasks/test").exists()


# --- references and the way back ----------------------------------------------------------


def test_a_delete_that_others_point_to_is_held(world: World) -> None:
    world.remove("tasks/dig")
    result = world.apply(code=ExitCode.DECISIONS_REMAIN)
    (conflict,) = operation(result, "tasks/dig").open_conflicts
    assert "tasks/lay" in conflict.reason
    assert not world.page("tasks/dig")["in_trash"]
    assert world.conflicts() == {"tasks/dig"}
    # The last reference goes: then it is deleted.
    world.edit("tasks/lay", after=None)
    world.apply()
    assert world.conflicts() == set()
    assert "Dig the trench" not in [p["Name"] for p in world.pages("tasks")]


def test_a_trashed_page_that_others_point_to_takes_the_relation_along_and_back(
    world: World,
) -> None:
    """Notion itself takes a trashed page out of the relations, and puts it back."""
    page = world.trash("projects/beta")
    world.apply()
    assert not world.path("projects/beta").exists()
    assert world.record("tasks/test")["project"] == ""
    world.restore(f"projects/{page}")
    world.apply()
    assert world.record("projects/beta")["title"] == "Beta"
    assert world.record("tasks/test")["project"] == ["beta"]


def test_deleting_a_record_with_all_that_points_to_it(world: World) -> None:
    world.remove("projects/beta", "tasks/test")
    result = world.apply(code=ExitCode.DONE)
    assert kinds(result)["projects/beta"] is Kind.DELETE_PAGE
    assert kinds(result)["tasks/test"] is Kind.DELETE_PAGE


def test_a_file_that_comes_back_restores_its_page(world: World) -> None:
    page = world.page_id("tasks/test")
    deleted = world.remove("tasks/test")
    world.apply()
    world.git("revert", "--no-edit", deleted)
    world.spell("tasks/test", hours="3", note=None)
    world.commit("Back")
    world.apply()
    assert world.page_id("tasks/test") == page
    assert world.page("tasks/test")["Hours"] == 3
    assert len([p for p in world.pages("tasks") if p["Key"] == "test"]) == 1


def test_a_page_that_comes_back_restores_its_file(world: World) -> None:
    page = world.trash("tasks/test")
    world.apply()
    assert not world.path("tasks/test").exists()
    world.restore(f"tasks/{page}")
    world.apply()
    assert world.record("tasks/test")["title"] == "Test the pipe"
    assert world.page_id("tasks/test") == page


def test_an_empty_folder_of_records_deletes_nothing(world: World) -> None:
    world.remove("tasks/dig", "tasks/lay", "tasks/test")
    planned = world.plan()
    assert part(planned, "tasks").left_out
    assert planned.plan.refusals[0].what == "deletes"
    assert planned.plan.steps == ()


# --- only looks deleted -------------------------------------------------------------------


def move_away(world: World, page: str) -> None:
    other = world.api(
        "POST",
        "databases",
        {
            "parent": {"type": "workspace", "workspace": True},
            "title": [{"text": {"content": "Elsewhere"}}],
            "initial_data_source": {"properties": {"Name": {"title": {}}}},
        },
    )
    target = other["data_sources"][0]["id"]
    parent = {"type": "data_source_id", "data_source_id": target}
    world.api("POST", f"pages/{page}/move", {"parent": parent})


def test_a_page_that_moved_away_is_kept(world: World) -> None:
    """Holds F018."""
    move_away(world, world.page_id("tasks/test"))
    planned = world.plan()
    assert part(planned, "tasks").unreachable == ("test",)
    assert "tasks/test" not in kinds(planned)
    assert world.path("tasks/test").exists()


def test_an_archived_page_is_out_of_scope_and_frozen(world: World) -> None:
    page = world.page_id("tasks/test")
    world.api("PATCH", f"pages/{page}", {"is_archived": True})
    world.edit("tasks/test", hours="9")
    planned = world.plan()
    assert part(planned, "tasks").out_of_scope == ("test",)
    assert "tasks/test" not in kinds(planned)
    world.api("PATCH", f"pages/{page}", {"is_archived": False})
    world.apply()
    assert world.page("tasks/test")["Hours"] == 9


def test_a_filter_that_leaves_a_page_out_deletes_nothing(world: World) -> None:
    only = "filter: {property: Archived, checkbox: {equals: false}}"
    world.remap("tasks", ('"${NOTION_TASKS}"}', f'"${{NOTION_TASKS}}", {only}}}'))
    world.in_notion("tasks/test", Archived=True)
    planned = world.plan()
    assert part(planned, "tasks").out_of_scope == ("test",)
    assert not any(k in (Kind.DELETE_FILE, Kind.FORGET) for k in kinds(planned).values())
    world.in_notion("tasks/test", Archived=False, Hours=5)
    world.apply()
    assert world.record("tasks/test")["hours"] == "5"


def test_a_page_that_is_not_shared_any_more_is_kept(world: World) -> None:
    """F003: What the connection cannot see may still exist."""
    page = world.page_id("tasks/test")
    with world.sandbox.acting() as call:
        call.store.write("DELETE FROM links WHERE page=? OR target=?", (page, page))
        call.store.write("DELETE FROM pages WHERE id=?", (page,))
    planned = world.plan()
    assert part(planned, "tasks").unreachable == ("test",)
    assert "tasks/test" not in kinds(planned)


def test_a_listing_that_is_cut_short_deletes_nothing(world: World) -> None:
    world.cut = 1
    planned = world.plan()
    assert "incomplete listing" in findings(planned)
    assert not {Kind.DELETE_FILE, Kind.FORGET} & set(kinds(planned).values())
    assert set(part(planned, "tasks").unreachable) <= {"dig", "lay", "test"}
    assert part(planned, "tasks").unreachable


@pytest.mark.parametrize("trashed", [0, 1])
def test_a_trashed_page_in_a_listing_that_is_cut_short_is_not_taken_for_deleted(
    world: World, trashed: int
) -> None:
    if trashed:
        world.trash("tasks/test")
    world.cut = 1
    assert not {Kind.DELETE_FILE, Kind.FORGET} & set(kinds(world.plan()).values())


# --- guards -------------------------------------------------------------------------------


def reads_of_pages(world: World) -> int:
    return sum(1 for each in world.sandbox.log if each.method == "GET" and "/pages/" in each.path)


def test_f001_a_listing_that_shrank_is_refused_before_thousands_of_pages_are_read(
    make: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(missing, "MOST", 8)  # so many are read one by one unasked
    world = many(make)
    world.cut, world.passes_for_whole = 10, True
    (refusal,) = world.plan().plan.refusals
    assert (refusal.what, refusal.count) == ("missing", 20)
    assert "leaves out 20 of 30 tasks" in refusal.message
    assert reads_of_pages(world) == 1  # it is there, so the listing is wrong
    world.cut = None
    for number in range(9):
        world.trash(f"tasks/t{number}")
    (refusal,) = world.plan().plan.refusals
    assert (refusal.what, refusal.count) == ("missing", 9)
    assert world.plan(accepted={"tasks.missing": {8}}).plan.refusals
    world.apply(accepted={"tasks.missing": {9}})
    assert len(list(world.path("tasks/t0").parent.glob("*.yaml"))) == 21


def test_f001_a_few_pages_that_a_listing_forgot_are_kept(make: MakeWorld) -> None:
    world = many(make)
    world.cut, world.passes_for_whole = 28, True
    planned = world.plan()
    assert not planned.plan.refusals
    assert len(part(planned, "tasks").unreachable) == 2
    assert kinds(planned) == {}
    world.cut = 20
    (refusal,) = world.plan().plan.refusals
    assert (refusal.what, refusal.count) == ("missing", 10)


def many(make: MakeWorld, count: int = 30) -> World:
    pages: list[dict[str, Any]] = [
        {"Name": f"Task {n}", "Key": f"t{n}", "Hours": n, "created": "2026-01-02"}
        for n in range(count)
    ]
    world = make(databases([], pages), {})
    world.apply()
    return world


def test_more_deletes_than_allowed_are_refused_and_let_through_by_their_number(
    make: MakeWorld,
) -> None:
    """Holds I5b."""
    world = many(make)
    world.remove(*(f"tasks/t{n}" for n in range(6)))
    planned = world.plan()
    (refusal,) = planned.plan.refusals
    assert (refusal.what, refusal.count) == ("deletes", 6)
    assert part(planned, "tasks").left_out
    assert world.plan(accepted={"tasks.deletes": {5}}).plan.refusals
    world.apply(accepted={"tasks.deletes": {6}})
    assert len(world.pages("tasks")) == 24


def test_more_updates_than_allowed_are_refused(make: MakeWorld) -> None:
    world = many(make)
    for number in range(21):
        world.in_notion(f"tasks/t{number}", Hours=1000 + number)
    (refusal,) = world.plan().plan.refusals
    assert (refusal.what, refusal.count) == ("updates", 21)
    world.apply(accepted={"tasks.updates": {21}})
    assert world.record("tasks/t20")["hours"] == "1020"


def test_one_value_everywhere_is_refused(make: MakeWorld) -> None:
    world = many(make)
    for number in range(1, 29):
        world.in_notion(f"tasks/t{number}", Hours=0)
    whats = {r.what for r in world.plan().plan.refusals}
    assert whats == {"updates", "hours"}
    world.apply(accepted={"tasks.updates": {28}, "tasks.hours": {28}})


def test_an_emptied_column_is_refused(make: MakeWorld) -> None:
    world = many(make, 8)
    for number in range(8):
        world.in_notion(f"tasks/t{number}", Hours=None)
    (refusal,) = world.plan().plan.refusals
    assert refusal.what == "hours"
    assert refusal.message == 'This plan empties "hours" of 8 tasks in git.'


def test_an_emptied_database_is_refused(world: World) -> None:
    for task in ("dig", "lay", "test"):
        world.trash(f"tasks/{task}")
    planned = world.plan()
    assert [r.what for r in planned.plan.refusals] == ["deletes"]
    assert {s.mapping for s in planned.plan.steps} == {"projects"}


def test_a_guard_takes_out_one_mapping_and_those_that_relate_to_it(make: MakeWorld) -> None:
    pages: list[dict[str, Any]] = [
        {"Name": f"P{n}", "Key": f"p{n}", "created": "2026-01-02"} for n in range(8)
    ]
    task = {"Name": "Task", "Key": "t", "Project": ["p7"], "created": "2026-01-02"}
    world = make(databases(pages, [task]), {})
    world.apply()
    world.edit("tasks/t", hours="10")
    world.remove(*(f"projects/p{n}" for n in range(6)))
    planned = world.plan()
    assert part(planned, "projects").left_out
    assert part(planned, "tasks").left_out
    assert planned.plan.steps == ()


def test_each_side_has_a_number_of_its_own(make: MakeWorld) -> None:
    records = {f"tasks/t{n}": {"title": f"T{n}", "status": "todo"} for n in range(40)}
    world = make(databases(), records)
    world.apply()
    world.remove(*(f"tasks/t{n}" for n in range(7)))
    for n in range(30, 36):
        world.trash(f"Tasks/t{n}")
    assert {r.count for r in world.plan().plan.refusals} == {6, 7}
    (left,) = world.plan(accepted={"tasks.deletes": {7}}).plan.refusals
    assert left.count == 6
    world.apply(accepted={"tasks.deletes": {6, 7}})
    assert not world.path("tasks/t30").exists()


def test_a_question_about_a_record_names_who_did_what_and_when(world: World) -> None:
    now = world.clock()
    world.in_notion("tasks/dig", Hours=11, at=now)
    commit = world.remove("tasks/dig")
    world.edit("tasks/lay", hours="5", at=now)
    world.edit("tasks/lay", note="later", at=now)
    world.trash("tasks/lay")
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    dig = world.read(world.conflict("tasks/dig"))
    assert "git:    deleted     # Ann Lee, 2026-01-12 09:" in dig
    assert f"commit {commit[:7]}" in dig
    assert "notion: edited      # page last edited by Eva Lind, 2026-01-12 09:" in dig
    lay = world.read(world.conflict("tasks/lay"))
    assert "git:    edited      # Ann Lee, 2026-01-12 09:" in lay
    assert "notion: deleted\n" in lay, "Notion does not tell who trashed a page"


def test_a_relation_is_left_alone_while_somebody_is_asked_about_a_trashed_page(
    world: World,
) -> None:
    """Notion hides trashed pages in the lists that name them; nobody took them out of there."""
    world.edit("tasks/dig", hours="11")  # "lay" comes after it
    world.trash("tasks/dig")
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    assert "dig" in world.record("tasks/lay")["after"]
    world.answer("tasks/dig", "git")
    world.apply()
    assert "dig" in world.record("tasks/lay")["after"]
    assert world.page("tasks/lay")["After"] == [world.page_id("tasks/dig")]


def test_a_relation_goes_with_the_page_once_its_delete_is_decided(world: World) -> None:
    world.edit("tasks/dig", hours="11")  # "lay" comes after it
    world.trash("tasks/dig")
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    world.answer("tasks/dig", "notion")
    world.apply()
    assert not world.path("tasks/dig").exists()
    assert not world.record("tasks/lay").get("after")
