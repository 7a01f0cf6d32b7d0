"""Databases that fall away and listings that lie: nothing is deleted because of them."""

from typing import Any

import pytest

from notion_gitops.model.errors import ExitCode
from notion_gitops.sandbox.weather.rules import Effect
from tests.faults.faults_world import World

EMPTY = {"object": "list", "results": [], "has_more": False, "next_cursor": None}


def source(world: World, name: str) -> str:
    return str(world.sandbox.find_data_source(name))


def out_of_reach(world: World, name: str, **how: Any) -> None:
    """One database does not answer as it should any more."""
    rule: dict[str, Any] = {"status": 404, "body": {"code": "object_not_found"}, **how}
    world.weather(Effect.ANSWER, None, source(world, name), **rule)


def records(world: World) -> list[str]:
    return sorted(p.name for p in world.root.glob("state/records/*/*.yaml"))


@pytest.mark.parametrize("status", [403, 404, 500, 503])
def test_a_database_that_is_gone_is_left_out_and_the_others_go_on(
    world: World, status: int
) -> None:
    """Holds F002."""
    before = records(world)
    base = world.state_file("tasks/pages/00/00.jsonl")
    world.write("t1", hours=71)
    world.edit_git("red", "teams", lead="Eva")
    out_of_reach(world, "tasks", status=status, body={"code": "x", "message": "Gone."})
    ran = world.apply()
    assert ran.code == ExitCode.PARTLY_APPLIED, ran.text
    assert "tasks" in ran.out
    assert world.in_notion("red", "Lead", "teams") == "Eva"
    assert records(world) == before
    assert world.state_file("tasks/pages/00/00.jsonl") == base
    world.fair()
    assert world.in_notion("t1", "Hours") == 1
    world.settle()
    assert world.in_notion("t1", "Hours") == 71
    assert len(world.keys()) == 6


def test_with_nothing_else_to_do_a_lost_database_is_a_refusal(world: World) -> None:
    before = world.heads()
    out_of_reach(world, "tasks")
    ran = world.apply()
    assert ran.code == ExitCode.REFUSED, ran.text
    assert "tasks" in ran.text
    assert "Connections" in ran.text  # how to share it again
    assert world.heads() == before
    assert world.plan_code() == ExitCode.REFUSED
    assert world.run("plan").code == ExitCode.DONE


def test_what_relates_to_a_lost_database_is_left_out_with_it(world: World) -> None:
    world.write("t1", hours=71, team=["blue"])
    world.edit_git("red", "teams", lead="Eva")
    before = world.heads()
    out_of_reach(world, "teams")
    ran = world.apply()
    assert ran.code == ExitCode.REFUSED, ran.text
    assert world.heads() == before
    assert world.in_notion("t1", "Hours") == 1
    assert not world.transport.writes()


@pytest.mark.parametrize("status", [401, 403, 404, 500, 503])
def test_no_database_at_all(world: World, status: int) -> None:
    world.edit_git("t1", hours=71)
    before = world.heads()
    for name in ("tasks", "teams"):
        out_of_reach(world, name, status=status, body={"code": "x", "message": "No."})
    ran = world.apply()
    assert ran.code == ExitCode.FAILED, ran.text
    assert world.heads() == before
    assert not world.transport.writes()


@pytest.mark.parametrize("path", ["/data_sources/[^/]+$", "/query$"])
def test_a_token_that_is_refused_on_the_way_ends_the_run(world: World, path: str) -> None:
    """A 403 concerns one database; a 401 concerns them all."""
    world.edit_git("t1", hours=71)
    before = world.heads()
    world.weather(Effect.ANSWER, None, path, status=401, body={"code": "unauthorized"})
    ran = world.apply()
    assert ran.code == ExitCode.FAILED, ran.text
    assert "does not accept the token" in ran.text
    assert world.heads() == before


def test_f001_an_empty_listing_is_refused_with_its_number(world: World) -> None:
    """The whole listing is a lie, but every page says of itself that it is there."""
    before = world.heads()
    world.weather(Effect.ANSWER, "POST", f"{source(world, 'tasks')}/query", status=200, body=EMPTY)
    ran = world.apply()
    assert ran.code == ExitCode.REFUSED, ran.text
    assert "lists none of the 6 tasks" in ran.said
    assert "--accept tasks.missing=6" in ran.said
    assert len(records(world)) == 8
    assert world.heads() == before
    assert not world.transport.writes()
    assert world.apply("--accept", "tasks.missing=5").code == ExitCode.REFUSED
    ran = world.apply("--accept", "tasks.missing=6")  # accepted: they are there all the same
    assert ran.code == ExitCode.DECISIONS_REMAIN, ran.text
    assert len(records(world)) == 8
    world.fair()
    world.at_rest()
    assert len(world.keys()) == 6


@pytest.mark.parametrize(
    "body",
    [
        {**EMPTY, "request_status": {"type": "incomplete"}},
        {"object": "list"},
        {"object": "list", "results": [{"object": "page"}], "has_more": False},
        {"object": "list", "results": None},
        "<html>login</html>",
    ],
    ids=["incomplete", "no results", "half a page", "null", "html"],
)
def test_a_listing_that_is_not_whole_deletes_nothing(world: World, body: Any) -> None:
    """Holds D4."""
    world.edit_git("t1", hours=71)
    path = f"{source(world, 'tasks')}/query"
    world.weather(Effect.ANSWER, "POST", path, status=200, body=body)
    ran = world.apply()
    assert "Traceback" not in ran.text
    assert "<html" not in ran.text
    assert len(records(world)) == 8
    world.fair()
    assert len(world.keys()) == 6
    world.settle()
    assert world.in_notion("t1", "Hours") == 71


def test_a_listing_that_breaks_off_between_its_pages(world: World) -> None:
    for number in range(1, 131):
        world.write(f"n{number:03}", title=f"Number {number}", status="todo")
    world.commit()
    assert world.apply().code == ExitCode.DONE
    path = f"{source(world, 'tasks')}/query"
    world.weather(Effect.ANSWER, "POST", path, nth=2, status=500)  # tried again
    assert world.plan_code() == ExitCode.DONE
    world.fair()
    for nth in range(2, 9):
        world.weather(Effect.DROP_BEFORE, "POST", path, nth=nth)
    ran = world.apply()
    assert ran.code == ExitCode.REFUSED, ran.text
    assert "its pages could not be listed" in ran.out
    assert len(records(world)) == 138
    world.fair()
    world.at_rest()


def test_pages_that_cannot_be_seen_any_more_are_kept(world: World) -> None:
    """F003: Moved or unshared one by one: Notion answers 404, and that is no deletion."""
    page = world.page("t3")["id"]
    rows = [p for p in world.pages() if p["id"] != page]
    listing = {**EMPTY, "results": rows}
    world.weather(
        Effect.ANSWER, "POST", f"{source(world, 'tasks')}/query", status=200, body=listing
    )
    gone = {"object": "error", "code": "object_not_found", "message": "Gone."}
    world.weather(Effect.ANSWER, "GET", f"/pages/{page}$", status=404, body=gone)
    ran = world.apply()
    assert ran.code == ExitCode.DECISIONS_REMAIN, ran.text
    assert world.record("t3").exists()
    assert "t3" in ran.out
    world.fair()
    world.settle()
    assert len(world.keys()) == 6


def test_a_page_that_a_listing_forgets_is_neither_deleted_nor_made_again(world: World) -> None:
    rows = [p for p in world.pages() if p["id"] != world.page("t3")["id"]]
    world.edit_git("t3", hours=73)
    listing = {**EMPTY, "results": rows}
    world.weather(
        Effect.ANSWER, "POST", f"{source(world, 'tasks')}/query", status=200, body=listing
    )
    ran = world.apply()
    assert "Traceback" not in ran.text
    assert world.record("t3").exists()
    world.fair()
    assert world.keys().count("t3") == 1
    world.settle()
    assert world.in_notion("t3", "Hours") == 73


def test_a06_the_same_page_twice_in_a_listing(world: World) -> None:
    rows = world.pages()
    listing = {**EMPTY, "results": [*rows, rows[0]]}
    world.edit_git("t1", hours=71)
    world.weather(
        Effect.ANSWER, "POST", f"{source(world, 'tasks')}/query", nth=1, status=200, body=listing
    )
    ran = world.apply()
    assert ran.code == ExitCode.DONE, ran.text
    world.fair()
    world.at_rest()


def test_f009_a_row_that_comes_and_one_that_goes_after_they_were_listed(world: World) -> None:
    """The next run takes both up; nothing is made twice, and nothing comes back."""

    def act() -> None:
        world.trash("t3")
        world.add_page(name="Late", hours=9)

    world.edit_git("t1", hours=71)
    world.when("POST", f"{source(world, 'tasks')}/query", act, after=True)
    ran = world.apply()
    assert ran.code == ExitCode.DONE, ran.text
    assert world.in_notion("t1", "Hours") == 71
    assert world.record("t3").exists()
    world.settle()
    assert not world.record("t3").exists()
    assert world.keys().count("t3") == 0
    assert len(list(world.root.glob("state/records/tasks/late-*.yaml"))) == 1
    assert len(world.pages()) == 6


def test_f006_more_rows_in_one_minute_than_a_query_tells(world: World) -> None:
    """Beyond the limit of a query nothing tells these pages apart: the database is left out."""
    world.sandbox.result_cap = 4
    world.edit_git("t1", hours=71)
    world.write("t9", title="New", status="todo")
    world.commit()
    before = world.heads()
    ran = world.apply()
    assert ran.code == ExitCode.REFUSED, ran.text
    assert "cannot be enumerated" in ran.said
    assert not world.transport.writes()
    assert world.heads() == before
    world.sandbox.result_cap = 10_000
    assert len(world.keys()) == 6
    world.settle()
    assert len(world.keys()) == 7


def test_f006_with_no_other_database_nothing_can_be_done(world: World) -> None:
    world.sandbox.result_cap = 1  # there are two teams and six tasks
    before = world.heads()
    ran = world.apply()
    assert ran.code == ExitCode.FAILED, ran.text
    assert "cannot be enumerated" in ran.said
    assert world.heads() == before
