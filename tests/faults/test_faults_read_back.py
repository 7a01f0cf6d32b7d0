"""What was written is looked at: the first writes before all others, and all of them at last.

D7: the answer to a write is compared with what was meant. The window in which nobody can look is
counted (F039).
"""

import json

import httpx
import pytest

from notion_gitops.model.errors import ExitCode
from notion_gitops.sandbox import edits
from notion_gitops.sandbox.weather.rules import Effect
from tests.faults.faults_transport import Json, Transport
from tests.faults.faults_world import World

TASK = r"/pages/[0-9a-f-]+$"
EDITED = "last_edited_time"  # in the body of the queries "edited since" alone


class Rounding(Transport):
    """An automation of Notion's, at work within the write: all hours come to a hundred."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.read() or b"null")
        hours = body.get("properties", {}) if request.method == "PATCH" else {}
        for prop in hours.values():
            if prop.get("number") is not None:
                prop["number"] = 100
        if not hours:
            return super().handle_request(request)
        headers = {k: v for k, v in request.headers.items() if k != "content-length"}
        changed = httpx.Request(request.method, request.url, headers=headers, json=body)
        return super().handle_request(changed)


def six_edits(world: World) -> None:
    for number in range(1, 7):
        world.write(f"t{number}", hours=200 + number)
    world.commit()


def outcomes(result: Json) -> list[str]:
    return [o["status"] for o in result["sync"]["outcomes"]]


def written(world: World) -> int:
    return len([s for s in world.transport.sent if s[0] == "PATCH"])


def automate(world: World, *keys: str) -> None:
    """Somebody, or something, empties the hours of these pages as soon as they are written."""

    def empty(key: str) -> None:
        world.edit_notion(key, hours=None)

    for nth, key in enumerate(keys, start=1):
        world.when("PATCH", TASK, lambda k=key: empty(k), nth=nth, after=True)  # type: ignore[misc]


def test_d7_if_the_first_writes_do_not_stay_no_other_goes_out(world: World) -> None:
    six_edits(world)
    automate(world, "t1", "t2", "t3", "t4", "t5")
    ran = world.apply("--format", "json")
    assert ran.code == ExitCode.PARTLY_APPLIED
    assert written(world) == 5
    assert outcomes(world.result(ran)) == ["applied"] * 5 + ["pending"]
    assert "hours of all that was written first was changed in Notion at once" in ran.text


def test_d7_one_edit_among_the_first_is_told_and_stops_nothing(world: World) -> None:
    six_edits(world)
    automate(world, "t1")
    ran = world.apply("--format", "json")
    assert outcomes(world.result(ran)) == ["applied"] * 6
    assert "hours was changed in Notion while this sync ran" in ran.text
    world.later()
    world.settle()
    assert world.in_git("t1").get("hours") is None  # the edit came here


def test_d7_what_notion_makes_something_else_of_is_told(world: World) -> None:
    world.transport = rounding(world)
    world.write("t1", hours=201)
    world.commit()
    ran = world.apply("--format", "json")
    (finding,) = world.result(ran)["sync"]["validation"]["findings"]
    assert finding["message"] == "hours was written, and Notion holds something else"
    assert world.result(ran)["sync"]["validation"]["equal"] == 0


def test_d7_if_the_first_writes_come_to_something_else_no_other_goes_out(world: World) -> None:
    world.transport = rounding(world)
    six_edits(world)
    ran = world.apply("--format", "json")
    assert ran.code == ExitCode.PARTLY_APPLIED
    assert written(world) == 5
    assert outcomes(world.result(ran)) == ["applied"] * 5 + ["pending"]
    assert "came to something else in hours than was written" in ran.text


def rounding(world: World) -> Rounding:
    transport = Rounding(world.sandbox)
    transport.clock = world.transport.clock
    return transport


def test_d7_what_cannot_be_read_back_stops_the_others(world: World) -> None:
    """Notion does not answer any more when it is asked what became of the first five."""
    six_edits(world)

    def fall_silent() -> None:
        world.weather(Effect.ANSWER, "POST", r"/query$", status=503)

    world.when("PATCH", TASK, fall_silent, nth=5, after=True)
    ran = world.apply("--format", "json")
    assert ran.code == ExitCode.PARTLY_APPLIED
    assert written(world) == 5
    assert "what was written first could not be read back" in ran.text
    world.fair()
    world.later()
    world.settle()
    assert world.in_notion("t6", "Hours") == 206


def test_d7_few_writes_are_not_read_back_twice(world: World) -> None:
    for number in range(1, 6):
        world.write(f"t{number}", hours=200 + number)
    world.commit()
    assert world.apply().code == ExitCode.DONE
    asked = [s for s in world.transport.sent if EDITED in str(s[2]) and s[1].endswith("/query")]
    assert len(asked) == 2  # before the first write, and after the last


def test_f039_the_window_of_each_write_is_counted(world: World) -> None:
    """The clock stands still but in the answer to the second write, which takes two seconds."""
    for number in (1, 2, 3):
        world.write(f"t{number}", hours=200 + number)
    world.commit()

    def slow() -> None:
        world.clock.at += 2

    world.when("PATCH", TASK, slow, nth=2)
    windows = world.applied()["sync"]["windows"]
    assert windows["writes"] == 3
    assert 2 <= windows["longest"] <= 5


def test_f039_what_writes_over_nothing_has_no_window(world: World) -> None:
    world.write("n1", title="New", status="todo")
    world.commit()
    assert world.applied()["sync"]["windows"] == {"writes": 0, "longest": 0.0, "mean": 0.0}


@pytest.mark.parametrize("status", [400, 404])
def test_f039_a_write_that_is_refused_has_no_window(world: World, status: int) -> None:
    world.write("t1", hours=201)
    world.commit()
    world.weather(Effect.ANSWER, "PATCH", TASK, status=status)
    ran = world.apply("--format", "json")
    assert world.result(ran)["sync"]["windows"]["writes"] == 0


def test_d7_what_notion_does_not_take_of_a_relation_is_not_agreed(world: World) -> None:
    """The other page goes into the trash a moment before the write."""
    world.edit_git("t2", parent=["t1"])
    world.when("PATCH", TASK, lambda: world.trash("t1"))
    ran = world.apply()
    assert ran.code == ExitCode.PARTLY_APPLIED
    assert "Notion did not take t1 in parent" in ran.said
    comes_back(world)


def test_a_relation_to_a_page_in_the_trash_waits_and_holds_the_delete_up(world: World) -> None:
    world.edit_git("t2", parent=["t1"])
    world.trash("t1")
    ran = world.apply()
    assert ran.code == ExitCode.DECISIONS_REMAIN
    assert "parent: t1 of tasks is in Notion's trash" in ran.said
    comes_back(world)


def test_a_record_that_goes_itself_holds_no_delete_up(world: World) -> None:
    world.edit_git("t2", parent=["t1"])
    world.trash("t1")
    world.apply()
    world.later()
    world.delete_git("t2")
    world.apply()
    assert not world.record("t1").exists()


def comes_back(world: World) -> None:
    world.later()
    assert world.apply().code == ExitCode.DECISIONS_REMAIN
    writes = len(world.transport.writes())
    assert world.apply().code == ExitCode.DECISIONS_REMAIN
    assert len(world.transport.writes()) == writes  # it is not sent again and again
    assert world.record("t1").exists()  # nobody has decided
    assert (world.root / "state/conflicts/tasks/t1.yaml").exists()
    edits.restore_page(world.sandbox, "tasks", "t1", by="Ann Lee")
    world.later()
    world.settle()
    assert world.in_notion("t2", "Parent") == [{"id": world.page("t1")["id"]}]
