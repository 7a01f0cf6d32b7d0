"""An edit in the very moment of a write; two repositories that sync one database."""

from pathlib import Path

import pytest

from notion_gitops.model.errors import ExitCode
from tests.faults.faults_samples import make_workspace
from tests.faults.faults_world import World

TASK = r"/pages/[0-9a-f-]+$"


def test_f039_an_edit_of_the_same_field_after_the_last_look_is_the_one_that_is_lost(
    world: World,
) -> None:
    """Notion has no write that depends on what is there: told in docs/guarantees.md."""
    world.edit_git("t1", hours=71)
    world.write("t2", hours=72)
    world.commit()
    world.when("PATCH", TASK, lambda: world.edit_notion("t1", hours=55, note="Mine"))
    assert world.apply().code == ExitCode.DONE
    world.settle()
    assert world.in_notion("t1", "Hours") == world.in_git("t1")["hours"] == 71
    assert world.in_notion("t1", "Note") == world.in_git("t1")["note"] == "Mine"


@pytest.fixture
def other(world: World, tmp_path: Path) -> World:
    """Another repository whose mappings name the same databases."""
    root = tmp_path / "other"
    make_workspace(root)
    there = World(root, world.monkeypatch, world.capsys)
    there.sandbox.close()
    there.sandbox, there.transport = world.sandbox, world.transport
    assert there.apply().code == ExitCode.DONE
    return there


def test_f070_two_repositories_of_one_database_lose_no_edit_and_make_no_twin(
    world: World, other: World
) -> None:
    world.edit_git("t1", hours=71)
    world.write("new", title="Here", status="todo")
    world.commit()
    other.edit_git("t2", hours=72)
    other.write("new", title="There", status="todo")
    other.commit()
    for each in (world, other, world):
        ran = each.apply()
        assert ran.code in (ExitCode.DONE, ExitCode.DECISIONS_REMAIN), ran.text
    for each in (world, other):
        assert [each.in_git(key)["hours"] for key in ("t1", "t2")] == [71, 72]
        each.unbroken()
    assert world.keys() == ["new", *(f"t{n}" for n in range(1, 7))]
    assert world.in_notion("new", "Name") == world.in_git("new")["title"] == "Here"
    assert other.in_git("new")["title"] == "There"
    assert "Here" in (other.root / "state/conflicts/tasks/new.yaml").read_text()
