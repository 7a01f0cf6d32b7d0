"""Somebody else pushes while a sync runs: all is computed anew on what is there."""

import json
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pytest

from notion_gitops.cli.commands import apply as apply_command
from notion_gitops.model.errors import ExitCode
from notion_gitops.repository import Repository
from notion_gitops.workflow.reading.kept import kept_syncs
from notion_gitops.workflow.workspace import NEWEST_REF, STATE_REF, open_workspace
from notion_gitops.workflow.writing.share import push_after
from tests.faults.faults_git import MAIN, git, heads
from tests.faults.faults_world import World


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(apply_command.PAUSES) == 4  # tries after the first
    monkeypatch.setattr(apply_command, "PAUSES", (0.0, 0.0))


def pushes(other: World, *edits: Callable[[], object]) -> Callable[[], None]:
    """Somebody who edits in a clone and pushes."""

    def act() -> None:
        other.git("pull", "-q", "--rebase")
        for edit in edits:
            edit()
        other.git("push", "-q", "origin", "main")

    return act


def readme(other: World) -> Callable[[], None]:
    def write() -> None:
        (other.root / "readme.txt").write_text(f"Hello {other.head()}\n")
        other.git("add", "readme.txt")
        other.git("commit", "-qm", "Meanwhile")

    return write


@pytest.fixture
def other(world: World, clone: Callable[..., World]) -> World:
    """The clone of a colleague; and a sync here with one of everything to do."""
    there = clone("other")
    world.edit_git("t1", hours=71)
    world.write("new", title="New", status="todo")
    world.delete_git("t6")
    world.git("push", "-q", "origin", "main")
    world.edit_notion("t2", hours=52)
    return there


def overtaken(world: World, other: World) -> None:
    """The other pushes a file of no mapping while the sync writes its first page."""
    world.when("PATCH", "/pages/", pushes(other, readme(other)))


def pulled(world: World) -> None:
    """A person does what is told: pull, and apply once more."""
    world.git("pull", "-q", "--no-rebase", "--no-edit")
    assert world.apply("--push").code == ExitCode.DONE


def done(world: World, remote: Path) -> None:
    assert heads(remote) == (world.head(), world.head(STATE_REF))
    assert git(remote, "rev-parse", NEWEST_REF).strip() == world.head(STATE_REF)
    assert world.in_notion("t1", "Hours") == 71
    assert world.in_git("t2")["hours"] == 52
    assert world.keys() == ["new", "t1", "t2", "t3", "t4", "t5"]
    syncs = kept_syncs(open_workspace(world.root), world.head(STATE_REF))
    assert all(sync.commit for sync in syncs), "nothing is left of the syncs that were overtaken"
    assert "t1" in {backup.key for sync in syncs for backup in sync.backups}
    world.at_rest()


def test_f073_commits_of_other_files_are_taken_up_and_the_push_goes_through(
    world: World, other: World, remote: Path
) -> None:
    (world.root / "draft.txt").write_text("mine, in no commit\n")
    overtaken(world, other)
    ran = world.apply("--push")
    assert ran.code == ExitCode.DONE, ran.text
    assert "Others pushed to origin meanwhile" in ran.said
    log = git(remote, "log", "--format=%s", "--first-parent", "main").splitlines()
    assert "Meanwhile" in log[1]
    assert (world.root / "readme.txt").exists()
    assert (world.root / "draft.txt").read_text() == "mine, in no commit\n"
    (world.root / "draft.txt").unlink()
    done(world, remote)


def test_f074_an_edit_of_the_same_record_is_seen_and_the_base_does_not_move_over_it(
    world: World, other: World, remote: Path
) -> None:
    """Holds D8."""
    world.when(
        "PATCH",
        "/pages/",
        pushes(
            other,
            lambda: other.edit_git("t1", hours=99),  # after the sync has read 71
            lambda: other.edit_git("t2", hours=98),  # the sync brings 52 to this file
            lambda: other.edit_git("t3", note="Ours"),
        ),
    )
    ran = world.apply("--push")
    assert ran.code == ExitCode.DECISIONS_REMAIN, ran.text
    assert heads(remote) == (world.head(), world.head(STATE_REF))
    assert world.in_notion("t1", "Hours") in (71, 99)
    assert world.in_git("t1")["hours"] == 99
    assert (world.in_git("t2")["hours"], world.in_notion("t2", "Hours")) == (98, 52)
    assert world.in_notion("t3", "Note") == "Ours"
    asked = {p.stem for p in (world.root / "state/conflicts/tasks").iterdir()}
    assert "t2" in asked
    world.at_rest()


def test_f075_after_some_tries_it_is_told_and_nothing_is_forced(
    world: World, other: World, remote: Path
) -> None:
    act = pushes(other, readme(other))
    tries: list[int] = []

    def faster(*arguments: object) -> object:
        tries.append(1)
        act()
        return push_after(*arguments)  # type: ignore[arg-type]

    world.monkeypatch.setattr(apply_command, "push_after", faster)
    ran = world.apply("--push")
    assert ran.code == ExitCode.PARTLY_APPLIED, ran.text
    assert "git pull --no-rebase origin" in ran.said
    assert len(tries) == 3
    assert git(remote, "rev-parse", MAIN).strip() == other.head()
    world.monkeypatch.setattr(apply_command, "push_after", push_after)
    pulled(world)
    done(world, remote)


def test_f073_another_sync_came_first(world: World, other: World, remote: Path) -> None:
    """Its state is the one that all is computed anew on."""
    theirs: list[str] = []

    def faster(*arguments: object) -> object:
        if not theirs:
            world.monkeypatch.setattr(apply_command, "push_after", push_after)
            world.monkeypatch.setattr(apply_command, "held", lambda *_, **__: nullcontext())
            other.git("pull", "-q", "--rebase")
            other.edit_notion("t3", hours=33)
            ran = other.apply("--push")
            assert ran.code in (ExitCode.DONE, ExitCode.DECISIONS_REMAIN), ran.text
            theirs.append(other.head(STATE_REF))
        return push_after(*arguments)  # type: ignore[arg-type]

    world.monkeypatch.setattr(apply_command, "push_after", faster)
    ran = world.apply("--push")
    assert ran.code == ExitCode.DONE, ran.text
    world.git("merge-base", "--is-ancestor", theirs[0], STATE_REF)
    assert world.in_git("t3")["hours"] == 33
    done(world, remote)


def test_f073_commits_of_people_that_are_here_alone_are_left_to_them(
    world: World, other: World, remote: Path
) -> None:
    world.edit_git("t4", hours=44)  # and is not pushed
    overtaken(world, other)
    ran = world.apply("--push")
    assert ran.code == ExitCode.PARTLY_APPLIED, ran.text
    assert "git pull --no-rebase origin" in ran.said
    pulled(world)
    assert world.in_notion("t4", "Hours") == 44
    done(world, remote)


def test_f019_a_page_that_was_created_before_and_is_in_no_list_yet_gets_no_twin(
    world: World, other: World, remote: Path
) -> None:
    """Also: as JSON all of it is one document."""
    unlisted = world.transport.unlisted
    world.when("POST", "/pages$", lambda: unlisted.add(world.page("new")["id"]), after=True)
    overtaken(world, other)
    ran = world.apply("--push", "--format", "json")
    assert ran.code == ExitCode.PARTLY_APPLIED, ran.text
    assert json.loads(ran.out)
    assert len(unlisted) == 1
    unlisted.clear()
    assert world.apply("--push").code == ExitCode.DONE
    done(world, remote)


def test_f055_a_run_that_breaks_off_while_it_starts_over_is_made_up_for(
    world: World, other: World, remote: Path
) -> None:
    """The work tree has the others' files already, and the branch does not."""
    overtaken(world, other)
    with world.monkeypatch.context() as patch:
        patch.setattr(Repository, "update_refs", broken)
        ran = world.apply("--push")
    assert ran.code == ExitCode.PARTLY_APPLIED, ran.text
    assert (world.root / "readme.txt").exists()
    assert world.git("status", "--porcelain")
    refused = world.apply("--push")
    assert refused.code == ExitCode.REFUSED, refused.text
    assert "git pull --no-rebase" in refused.said
    assert world.git("status", "--porcelain") == ""
    pulled(world)
    done(world, remote)


def broken(*_: object) -> None:
    raise OSError("the power went")
