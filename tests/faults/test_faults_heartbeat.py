"""F091: a schedule that does not run any more is told from a workspace in which nothing happens."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from notion_gitops.cli.commands import apply as apply_command
from notion_gitops.model.errors import ExitCode
from notion_gitops.model.runs import AnnouncedRun
from notion_gitops.state.runs import dump_run
from notion_gitops.workflow.plan import Connection
from notion_gitops.workflow.reading.announced import RUN_REF
from tests.faults.faults_git import git
from tests.faults.faults_world import World


def in_hours(world: World, hours: float) -> None:
    """From now on it is later."""

    @contextmanager
    def connected(*_: object) -> Iterator[Connection]:
        def now() -> datetime:
            return datetime.now(UTC) + timedelta(hours=hours)

        yield Connection(world.gateway(), world._source, now)

    world.monkeypatch.setattr(apply_command, "connected", connected)


def trailers(world: World) -> dict[str, str]:
    """Of the newest commit of the state branch."""
    lines = world.git("log", "-1", "--format=%(trailers:only)", world.state_ref).splitlines()
    return dict(line.split(": ", 1) for line in lines if line)


def test_f091_a_quiet_run_notes_once_a_day_that_it_was_here(world: World) -> None:
    before, synced = world.heads(), trailers(world)
    in_hours(world, 19)
    assert world.apply().code == ExitCode.DONE
    assert world.heads() == before
    assert world.run("status", "--max-age", "0m").code == ExitCode.FAILED

    in_hours(world, 21)
    assert world.apply().code == ExitCode.DONE
    head, state, dirt = world.heads()
    assert (head, dirt) == (before[0], before[2])
    assert world.git("rev-parse", f"{state}^").strip() == before[1]
    changed = world.git("diff", "--name-only", before[1], state).split()
    assert changed == ["tasks/sync.yaml", "teams/sync.yaml"]
    kept = {name: synced[name] for name in ("Sync-Records", "Sync-Serial")}
    assert trailers(world) == {**kept, "Sync-Exit": "0"}
    assert world.run("status", "--max-age", "0m").code == ExitCode.DONE

    assert world.apply().code == ExitCode.DONE
    assert world.heads() == (head, state, dirt)
    assert "1 sync," in world.run("log").out


def test_f091_what_follows_a_heartbeat_is_a_sync_like_any(world: World) -> None:
    serial = int(trailers(world)["Sync-Serial"])
    in_hours(world, 21)
    world.apply()
    in_hours(world, 42)
    world.apply()
    world.edit_git("t1", hours=71)
    world.edit_notion("t2", hours=52)
    in_hours(world, 43)
    assert world.apply().code == ExitCode.DONE
    assert int(trailers(world)["Sync-Serial"]) == serial + 1
    world.at_rest()


def test_f091_it_answers_what_the_run_answered(world: World) -> None:
    world.edit_git("t1", hours=71)
    world.edit_notion("t1", hours=72)
    assert world.apply().code == ExitCode.DECISIONS_REMAIN
    in_hours(world, 21)
    assert world.apply().code == ExitCode.DECISIONS_REMAIN
    assert trailers(world)["Sync-Exit"] == "3"
    assert world.run("status").code == ExitCode.DECISIONS_REMAIN


def test_f091_a_mapping_that_is_refused_is_not_called_alive(world: World) -> None:
    """A schedule that runs and is refused every time has to be seen."""
    mapping = world.root / "mappings/tasks.yaml"
    mapping.write_text(mapping.read_text().replace("{property: Hours", "{property: Nowhere"))
    world.commit("A property that there is not")
    before = world.head(world.state_ref)
    in_hours(world, 21)
    assert world.apply().code == ExitCode.REFUSED
    assert world.head(world.state_ref) == before


@pytest.fixture
def remote(world: World, tmp_path: Path) -> Path:
    bare = tmp_path / "remote.git"
    world.git("clone", "-q", "--bare", ".", str(bare))
    world.git("remote", "add", "origin", str(bare))
    world.git("fetch", "-q", "origin")
    return bare


def test_f091_a_shared_state_is_told_to_all(world: World, remote: Path) -> None:
    before = world.heads()
    in_hours(world, 21)
    assert world.apply().code == ExitCode.DONE
    assert world.heads() == before  # a state that others share moves with a push alone
    assert world.apply("--push").code == ExitCode.DONE
    state = world.head(world.state_ref)
    assert state != before[1]
    assert world.git("ls-remote", str(remote), world.state_ref).split()[0] == state
    assert world.git("ls-remote", str(remote), RUN_REF) == ""


def test_f091_not_while_somebody_else_writes(world: World, remote: Path) -> None:
    now = datetime.now(UTC)
    theirs = AnnouncedRun("20261124T1421Z-7k3f", "bo@laptop", now, now + timedelta(hours=30))
    blob = git(world.root, "hash-object", "-w", "--stdin", stdin=dump_run(theirs)).strip()
    tree = git(world.root, "mktree", stdin=f"100644 blob {blob}\trun.json\n").strip()
    commit = world.git("commit-tree", tree, "-m", "Theirs").strip()
    world.git("push", "-q", str(remote), f"{commit}:{RUN_REF}")
    before = world.heads()
    in_hours(world, 21)
    ran = world.apply("--push")
    assert ran.code == ExitCode.DONE, ran.text
    assert world.heads() == before
    assert world.git("ls-remote", str(remote), RUN_REF).split()[0] == commit
