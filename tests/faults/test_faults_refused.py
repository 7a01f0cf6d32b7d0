"""Records that Notion refuses (F035): each alone, not again as they are, and never the others."""

import re

import pytest

from notion_gitops.model.errors import ExitCode
from notion_gitops.sandbox.weather.rules import Effect
from tests.faults.faults_transport import Json
from tests.faults.faults_world import World, plain

TASK = r"/pages/[0-9a-f-]+$"
CREATE = r"/v1/pages$"


def refuse(world: World, key: str, why: str) -> None:
    body = {"object": "error", "status": 400, "code": "validation_error", "message": why}
    world.weather(Effect.ANSWER, "PATCH", f"/pages/{world.page(key)['id']}$", status=400, body=body)


def hours(world: World) -> list[int]:
    return [world.in_notion(f"t{n}", "Hours") for n in range(1, 7)]


def all_edited(world: World) -> None:
    for number in range(1, 7):
        world.write(f"t{number}", hours=100 + number)
    world.commit()


def statuses(result: Json) -> dict[str, str]:
    return {o["key"]: o["status"] for o in result["sync"]["outcomes"]}


def test_f035_bad_records_at_the_head_do_not_block_the_others(world: World) -> None:
    """Each of the first five is refused for a cause of its own."""
    all_edited(world)
    for number, why in enumerate(["too long", "no such user", "bad date", "no url", "odd"], 1):
        refuse(world, f"t{number}", f"{why} in t{number}")
    ran = world.apply()
    assert ran.code == ExitCode.PARTLY_APPLIED, ran.text
    assert hours(world) == [1, 2, 3, 4, 5, 106]


def test_f035_what_fails_for_all_of_the_first_five_is_not_tried_with_more(world: World) -> None:
    """For one cause: what it says of the one record is not the cause."""
    all_edited(world)
    for number in range(1, 7):
        refuse(world, f"t{number}", f'Hours of "t{number}" is no property of {number * 7}.')
    world.write("red", "teams", lead="Bo")
    world.commit()
    ran = world.apply("--format", "json")
    assert ran.code == ExitCode.PARTLY_APPLIED, ran.text
    assert statuses(world.result(ran)) == {
        **{f"t{n}": "failed" for n in range(1, 6)}, "t6": "pending", "red": "applied",
    }  # fmt: skip
    # The next apply knows those five, so that the others come to their turn.
    again = world.apply("--format", "json")
    assert statuses(world.result(again)) == {"t6": "failed"}


def test_f035_a_refused_write_is_not_sent_again_as_it_is(world: World) -> None:
    world.edit_git("t2", hours=102)
    refuse(world, "t2", "No.")
    assert world.apply().code == ExitCode.PARTLY_APPLIED
    assert "refused:" in world.state_file("tasks/sync.yaml")
    sent = len(world.transport.writes())
    heads = world.heads()
    again = world.apply()
    assert again.code == ExitCode.DECISIONS_REMAIN, again.text
    assert "tasks/t2 was refused by Notion" in again.said
    assert world.plan_code() == ExitCode.DECISIONS_REMAIN
    assert len(world.transport.writes()) == sent
    assert world.heads() == heads
    assert "refused by Notion" in world.run("status").said
    # Another sync that writes something keeps it in mind.
    world.edit_git("t3", hours=103)
    assert world.apply().code == ExitCode.DECISIONS_REMAIN
    assert "refused:" in world.state_file("tasks/sync.yaml")
    assert len(world.transport.writes()) == sent + 1


@pytest.mark.parametrize("what", ["file", "page", "schema"])
def test_f035_a_refused_write_is_sent_again_when_something_changed(world: World, what: str) -> None:
    world.edit_git("t2", tags=["site", "new"])
    refuse(world, "t2", "No.")
    assert world.apply().code == ExitCode.PARTLY_APPLIED
    assert world.apply().code == ExitCode.DECISIONS_REMAIN
    world.fair()
    if what == "file":
        world.edit_git("t2", note="Now")
    elif what == "page":
        world.edit_notion("t2", note="Now")
    else:
        source = str(world.sandbox.find_data_source("tasks"))
        options = [{"name": name} for name in ("site", "urgent", "new")]
        world.gateway().change_properties(source, {"Tags": {"multi_select": {"options": options}}})
    assert world.apply().code == ExitCode.DONE
    assert plain(world.page("t2"), "Tags") == ["new", "site"]
    assert "t2" not in world.state_file("tasks/sync.yaml")


def test_f035_a_refused_write_that_nobody_wants_any_more_is_forgotten(world: World) -> None:
    world.edit_git("t2", hours=102)
    refuse(world, "t2", "No.")
    assert world.apply().code == ExitCode.PARTLY_APPLIED
    world.edit_git("t2", hours=2)
    assert world.apply().code == ExitCode.DONE
    assert "t2" not in world.state_file("tasks/sync.yaml")
    assert "not sent" not in world.run("status").said


def blocked_limit(world: World) -> None:
    """A free workspace of several members has no blocks left (NOTION-API, limits)."""
    body = {
        "object": "error", "status": 403, "code": "restricted_resource", "message": "Full.",
        "additional_data": {"block_limit": "block_creation"},
    }  # fmt: skip
    world.weather(Effect.ANSWER, "POST", CREATE, status=403, body=body)


def test_f045_without_blocks_creations_stop_and_edits_go_on(world: World) -> None:
    for number in range(1, 9):
        world.write(f"n{number}", title=f"New {number}", status="todo")
    world.write("t1", hours=101)
    world.record("t6").unlink()
    world.commit()
    blocked_limit(world)
    ran = world.apply("--format", "json")
    assert ran.code == ExitCode.PARTLY_APPLIED, ran.text
    assert hours_of(world, "t1") == 101
    assert "t6" not in set(world.keys())
    creates = [w for w in world.transport.writes() if w[0] == "POST"]
    assert len(creates) == 1
    told = {o["key"]: (o["status"], o["detail"]) for o in world.result(ran)["sync"]["outcomes"]}
    assert all(told[f"n{n}"][0] == "pending" for n in range(1, 9))
    assert re.search("block", told["n8"][1])
    world.fair()
    world.settle()
    assert {f"n{n}" for n in range(1, 9)} <= set(world.keys())


def hours_of(world: World, key: str) -> object:
    return world.in_notion(key, "Hours")
