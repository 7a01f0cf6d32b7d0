"""I10: a page is written on a reading that is at most five seconds old, whatever holds it back.

Every test of this folder ends with `check_requests`, which looks at all requests that it sent.
"""

import pytest

from notion_gitops.model.errors import ExitCode
from notion_gitops.sandbox.weather.rules import Effect
from tests.faults.faults_laws import check_requests
from tests.faults.faults_transport import Exchange, Json
from tests.faults.faults_world import World

TASK = r"/pages/[0-9a-f-]+$"
CREATE = r"/v1/pages$"
FRESH = "last_edited_time"  # in the body of the freshness query alone
PAGE = "/v1/pages/11111111-2222-4333-8444-555555555555"


def statuses(result: Json) -> dict[str, str]:
    return {o["key"]: o["status"] for o in result["sync"]["outcomes"]}


def new_pair(world: World) -> None:
    """Two new tasks, each the other's parent: one of them is linked in a second pass."""
    world.write("a", title="A", status="todo", parent=["b"])
    world.write("b", title="B", status="todo", parent=["a"])
    world.commit()


def held_up(world: World, *, edits: bool) -> None:
    """Six seconds pass between the creates and what follows; somebody may use them."""

    def act() -> None:
        world.clock.at += 6
        if edits:
            world.edit_notion("a", note="Mine")

    world.when("POST", CREATE, act, nth=2, after=True)


def parents(world: World) -> list[list[Json]]:
    return [world.in_notion(key, "Parent") for key in ("a", "b")]


@pytest.mark.parametrize("late", [False, True])
def test_i10_a_link_is_written_on_a_young_reading(world: World, late: bool) -> None:
    """`late`: the index does not show the new pages, so that each tells for itself."""
    new_pair(world)
    held_up(world, edits=False)
    if late:
        world.when("POST", r"/query$", lambda: unlist_new(world), body=FRESH)
    ran = world.apply()
    world.transport.unlisted.clear()
    assert ran.code in (ExitCode.DONE, ExitCode.PARTLY_APPLIED), ran.text
    assert all(parents(world))
    got = [e for e in world.transport.log if e.method == "GET" and "/pages/" in e.path]
    assert bool(got) == late


def unlist_new(world: World) -> None:
    world.transport.unlisted |= {world.page(key)["id"] for key in ("a", "b")}


def test_i10_a_link_is_not_written_over_an_edit(world: World) -> None:
    new_pair(world)
    held_up(world, edits=True)
    ran = world.apply("--format", "json")
    assert ran.code == ExitCode.PARTLY_APPLIED, ran.text
    assert statuses(world.result(ran)) == {"a": "stale", "b": "applied"}
    world.settle()
    assert all(parents(world))
    assert world.in_git("a")["note"] == "Mine"


@pytest.mark.parametrize(("status", "header"), [(429, "60"), (529, "17")])
def test_i10_f030_an_edit_during_a_pause_is_not_overwritten(
    world: World, status: int, header: str
) -> None:
    """The pause comes between the look at the page and the write, which is put off."""
    world.edit_git("t1", hours=71)
    headers = {"retry-after": header}
    world.weather(Effect.ANSWER, "PATCH", TASK, nth=1, status=status, headers=headers)
    world.when("PATCH", TASK, lambda: world.edit_notion("t1", hours=55), after=True)
    ran = world.apply("--format", "json")
    assert statuses(world.result(ran)) == {"t1": "stale"}, ran.text
    assert world.in_notion("t1", "Hours") == 55
    assert world.clock.at >= float(header)
    world.fair()
    assert world.apply().code == ExitCode.DECISIONS_REMAIN  # both kept


def test_i10_a_deletion_that_is_put_off_looks_again(world: World) -> None:
    world.delete_git("t1")
    headers = {"retry-after": "30"}
    world.weather(Effect.ANSWER, "PATCH", TASK, nth=1, status=429, headers=headers)
    world.when("PATCH", TASK, lambda: world.edit_notion("t1", hours=55), after=True)
    assert world.apply().code == ExitCode.PARTLY_APPLIED
    assert len(world.transport.writes()) == 1  # it was not even tried again
    assert world.in_notion("t1", "Hours") == 55


def test_i10_what_comes_back_from_the_trash_is_looked_at_before(world: World) -> None:
    """Somebody brought it back already, and edited it: nothing is restored over that."""
    deletion = world.delete_git("t1")
    world.settle()
    world.git("revert", "--no-edit", deletion)
    pages = {e.answer["id"] for e in world.transport.log if e.body == {"in_trash": True}}
    (page,) = pages
    path = f"/v1/pages/{page}$"

    def back() -> None:
        world.gateway().restore_page(page)
        world.edit_notion("t1", note="Mine")

    world.when("GET", path, back, nth=2)  # the first is the plan's
    ran = world.apply()
    assert ran.code in (ExitCode.DONE, ExitCode.PARTLY_APPLIED), ran.text
    world.settle()
    assert world.in_notion("t1", "Note") == "Mine"
    restores = [e for e in world.transport.log if e.body == {"in_trash": False}]
    assert len(restores) == 1  # the person's
    world.transport.log = [e for e in world.transport.log if e not in restores]  # not the tool's


def test_f044_i9_i10_the_laws_of_requests_can_be_broken() -> None:
    """What `check_requests` is for."""
    update = Exchange("PATCH", PAGE, {"properties": {"x": 1}}, 10.0, {"object": "page"})

    def read(at: float) -> Exchange:
        return Exchange("GET", PAGE, {}, at, {"object": "page", "id": PAGE[-36:]})

    check_requests([read(6.0), update])
    begins = Exchange("", "", {}, 0.0, begins=True)
    both = Exchange("PATCH", PAGE, {"properties": {"x": 1}, "in_trash": False}, 10.0)
    archived = Exchange("PATCH", PAGE, {"archived": False}, 10.0)
    for log in (
        [update],
        [read(4.0), update],
        [read(6.0), begins, update],
        [read(6.0), both],
        [read(6.0), archived],
    ):
        with pytest.raises(AssertionError):
            check_requests(log)
