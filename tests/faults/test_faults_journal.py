"""P09: journals that no run of ours left as they are."""

import json
from typing import Any

import pytest

from notion_gitops.model.errors import ExitCode
from notion_gitops.model.operations import Backup
from notion_gitops.model.records import Side
from notion_gitops.state.backups import backup_line
from tests.faults.faults_world import World

AT = "2026-11-24T14:21:00+00:00"
BEGIN = {"what": "begin", "at": AT, "sync": "20261124T1421Z-7k3f", "state": "refs/heads/x"}
CREATE = {"what": "create", "at": AT, "mapping": "tasks", "key": "t9"}


def leave(world: World, *lines: Any, name: str = "journal.jsonl") -> None:
    texts = (line if isinstance(line, str) else json.dumps(line) for line in lines)
    (world.root / ".notion-gitops" / name).write_text("".join(f"{text}\n" for text in texts))


@pytest.mark.parametrize("name", ["journal.jsonl", "journal-left-0000.jsonl"])
def test_p09_a_journal_of_a_newer_version_stops_before_anything_is_written(
    world: World, name: str
) -> None:
    leave(world, {**BEGIN, "format_version": 2}, CREATE, name=name)
    world.edit_git("t1", hours=71)
    before = world.heads()
    ran = world.apply() if name == "journal.jsonl" else world.run("backups list")
    assert ran.code == ExitCode.STATE_UNUSABLE, ran.text
    assert f".notion-gitops/{name}:1" in ran.said
    assert "written by a newer notion-gitops" in ran.said
    assert not world.transport.writes()
    assert world.heads() == before


@pytest.mark.parametrize("torn", ['{"what": "crea', "\0\0\0\0", "[" * 5000, '"text"', "7", ""])
def test_p09_a_line_that_was_torn_is_passed_over(world: World, torn: str) -> None:
    """What could not be noted was not done."""
    leave(world, BEGIN, torn, {**BEGIN, "sync": "20261124T1421Z-aaaa"})
    world.edit_git("t1", hours=71)
    assert world.apply().code == ExitCode.DONE
    world.at_rest()


def test_p09_creates_of_another_workspace_do_no_harm(world: World) -> None:
    """A folder that was copied from elsewhere: its keys are not known here, or are looked up."""
    leave(world, BEGIN, {**CREATE, "mapping": "nothing-here"}, CREATE)
    world.write("t9", title="Nine", team="red")
    world.commit("A new one")
    world.apply()
    world.later()
    world.settle()
    assert world.keys().count("t9") == 1


def test_p09_two_journals_both_keep_their_backups(world: World) -> None:
    kept = [backup_line(Backup("tasks", "t1", Side.GIT, {"hours": 1}, "overwritten"))]
    old = {**BEGIN, "state": world.state_ref}
    leave(
        world, old, {"what": "backups", "at": AT, "backups": kept}, name="journal-left-0000.jsonl"
    )
    other = {**old, "sync": "20261124T1421Z-bbbb"}
    leave(world, other, {"what": "backups", "at": AT, "backups": kept})
    listed = world.run("backups list").out
    assert "7k3f" in listed
    assert "bbbb" in listed
    world.edit_git("t1", hours=71)
    assert world.apply().code == ExitCode.DONE
    assert len(list((world.root / ".notion-gitops").glob("journal-left-*.jsonl"))) == 2
