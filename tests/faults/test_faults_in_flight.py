"""Several writes in flight at once: in the order that they need, told in the order of the plan."""

import json
import threading
import time
from collections.abc import Callable

import pytest

from notion_gitops.model.errors import ExitCode
from notion_gitops.sandbox.weather.rules import Effect
from tests.faults.faults_world import StandInClock, World

TASK = r"/pages/[0-9a-f-]+$"
CREATE = r"/v1/pages$"


@pytest.fixture(params=[1, 8])
def crowd(world: World, request: pytest.FixtureRequest) -> World:
    """One request at a time, and eight."""
    world.in_flight = request.param
    return world


def mixed(world: World) -> None:
    """Creates that need one another, updates, a link, deletions; in both databases."""
    world.write("green", "teams", name="Team green")
    world.write("red", "teams", lead="Bo")
    for number in range(1, 8):
        parent = [f"n{number % 7 + 1}"]  # a circle
        world.write(f"n{number}", title=f"New {number}", status="todo", team=["green"],
                    parent=parent)  # fmt: skip
    for number in (1, 2, 3, 4):
        world.write(f"t{number}", hours=100 + number)
    for number in (5, 6):
        world.record(f"t{number}").unlink()
    world.commit()


PLANNED = [
    ("create page", "green"),
    *(("create page", f"n{n}") for n in (1, 7, 6, 5, 4, 3, 2)),
    *(("update page", f"t{n}") for n in (1, 2, 3, 4)),
    ("update page", "red"),
    *(("link page", f"n{n}") for n in (1,)),
    ("trash page", "t5"),
    ("trash page", "t6"),
]


def told(world: World) -> list[tuple[str, str]]:
    """The page writes of the last sync's log."""
    lines = [json.loads(line) for line in world.state_file("log.jsonl").splitlines()]
    return [(e["step"], e["key"]) for e in lines if str(e.get("step")).endswith("page")]


def test_a_mixed_plan_comes_to_the_same(crowd: World) -> None:
    mixed(crowd)
    result = crowd.applied()
    assert told(crowd) == PLANNED
    assert {o["status"] for o in result["sync"]["outcomes"]} == {"applied"}
    green = crowd.page("green", "teams")["id"]
    for number in range(1, 8):
        assert crowd.in_notion(f"n{number}", "Team") == [{"id": green}]
        other = crowd.page(f"n{number % 7 + 1}")["id"]
        assert crowd.in_notion(f"n{number}", "Parent") == [{"id": other}]
    assert crowd.keys() == [*(f"n{n}" for n in range(1, 8)), "t1", "t2", "t3", "t4"]
    crowd.at_rest()


def test_what_others_need_is_there_before_them_and_deletes_come_last(crowd: World) -> None:
    mixed(crowd)
    assert crowd.apply().code == ExitCode.DONE
    writes = crowd.transport.writes()
    names = [str(body) for _, _, body in writes]
    green = next(n for n, text in enumerate(names) if "Team green" in text)
    needing = [n for n, text in enumerate(names) if "New " in text]
    trashes = [n for n, (_, _, body) in enumerate(writes) if body.get("in_trash")]
    assert green < min(needing)
    assert trashes == [len(writes) - 2, len(writes) - 1]


class RealClock(StandInClock):
    """Waits are waited."""

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def monotonic(self) -> float:
        return time.monotonic()


def gate(world: World, requests: int) -> Callable[[], None]:
    """Lets nobody through before so many are there at once."""
    barrier = threading.Barrier(requests)

    def wait() -> None:
        barrier.wait(20)

    return wait


def test_updates_are_out_at_once(world: World) -> None:
    world.in_flight = 4
    for number in range(1, 5):
        world.write(f"t{number}", hours=100 + number)
    world.commit()
    wait = gate(world, 4)
    for nth in range(1, 5):
        world.when("PATCH", TASK, wait, nth=nth)
    assert world.apply().code == ExitCode.DONE
    assert [world.in_notion(f"t{n}", "Hours") for n in range(1, 5)] == [101, 102, 103, 104]


def many_edits(world: World, new: int = 20) -> None:
    for number in range(1, 7):
        world.write(f"t{number}", hours=100 + number)
    for number in range(1, new + 1):
        world.write(f"n{number:02}", title=f"New {number}", status="todo")
    world.commit()


def test_the_first_five_go_before_all_others(world: World) -> None:
    world.in_flight = 8
    many_edits(world)
    there: list[list[str]] = []  # when the sixth goes out, with others beside it
    world.when("POST", CREATE, lambda: time.sleep(0.3), nth=5)  # the last of the five is slow
    world.when("POST", CREATE, lambda: there.append(world.keys()), nth=6)
    assert world.apply().code == ExitCode.DONE
    assert {f"n{n:02}" for n in range(1, 6)} <= set(there[0])


def test_f046_with_a_token_that_is_revoked_nothing_more_is_begun(world: World) -> None:
    world.in_flight = 8
    many_edits(world, new=40)

    def revoke() -> None:
        world.weather(Effect.ANSWER, None, "", status=401, body={"code": "unauthorized"})

    world.when("POST", CREATE, revoke, nth=9)
    ran = world.apply("--format", "json")
    assert ran.code == ExitCode.PARTLY_APPLIED, ran.text
    refused = [e for e in world.transport.log if not e.answer and not e.begins]
    assert len(refused) <= 2 * 8  # what was out at once, or about to be
    outcomes = {o["status"] for o in world.result(ran)["sync"]["outcomes"]}
    assert outcomes == {"applied", "pending"}
    world.fair()
    world.later()
    world.settle()
    assert len(world.keys()) == 46


def test_f034_a_pause_holds_whatever_is_not_out_yet(world: World) -> None:
    """Of eight in flight one is told to wait: the others that are out end, and no more goes out."""
    world.in_flight = 8
    world.clock = RealClock()
    world.transport.clock = time.monotonic
    many_edits(world)
    headers = {"retry-after": "2"}
    world.weather(Effect.ANSWER, "POST", CREATE, nth=9, status=429, headers=headers)
    ran = world.apply()
    assert ran.code == ExitCode.DONE, ran.text
    (told,) = [e.slowed_at for e in world.transport.log if e.slowed_at is not None]
    # What had its turn already may take a while to get away on a busy machine.
    later = [e.at - told for e in world.transport.log if e.at > told + 1.2]
    assert later
    assert min(later) >= 1.99
    assert len(world.keys()) == 26
