"""An apply that was cut short is told by `status`, and the same command goes on from there."""

import json

import pytest

from notion_gitops.model.errors import ExitCode
from tests.faults.faults_world import World

TASK = r"/pages/[0-9a-f-]+$"
ACCEPT = ("--accept", "tasks.deletes=6")


def cut_short(world: World, *options: str) -> None:
    """Ctrl-C, just before the fourth write."""

    def die() -> None:
        raise KeyboardInterrupt

    world.when("PATCH", TASK, die, nth=4)
    ran = world.apply(*options)
    assert ran.code == ExitCode.INTERRUPTED
    assert "the same command goes on from there" in ran.said
    world.transport.watched.clear()


def many_deletes(world: World) -> None:
    for number in range(7, 13):
        world.write(f"t{number}", title=f"Task {number}", status="todo")
    world.commit()
    assert world.apply().code == ExitCode.DONE
    for number in range(7, 13):
        world.delete_git(f"t{number}")


def test_status_tells_of_an_apply_that_was_cut_short(world: World) -> None:
    for number in range(1, 7):
        world.write(f"t{number}", hours=200 + number)
    world.commit()
    assert "did not come to its end" not in world.run("status").said
    cut_short(world)
    told = world.run("status").said
    assert "did not come to its end" in told
    assert "finds what was written, and goes on" in told
    status = json.loads(world.run("status", "--format", "json").out)["status"]
    assert status["unfinished"] in told
    assert status["begun"]
    world.settle()
    assert "did not come to its end" not in world.run("status").said


def test_what_was_accepted_lets_the_rest_of_it_pass(world: World) -> None:
    """The same command again: fewer deletes are left than were accepted."""
    many_deletes(world)
    assert world.apply().code == ExitCode.REFUSED
    cut_short(world, *ACCEPT)
    assert world.apply("--accept", "tasks.deletes=5").code == ExitCode.REFUSED
    assert world.apply(*ACCEPT).code == ExitCode.DONE
    assert world.keys() == [f"t{number}" for number in range(1, 7)]
    assert world.apply(*ACCEPT).code == ExitCode.REFUSED  # nothing is left of that run


@pytest.mark.parametrize("more", [1, 4])
def test_what_was_accepted_lets_no_more_pass(world: World, more: int) -> None:
    many_deletes(world)
    cut_short(world, *ACCEPT)
    for number in range(1, 1 + more):
        world.delete_git(f"t{number}")
    over = more > 3  # three of the six are done
    code = world.apply(*ACCEPT).code
    assert (code == ExitCode.REFUSED) == over
    assert len(world.keys()) == (9 if over else 5)
