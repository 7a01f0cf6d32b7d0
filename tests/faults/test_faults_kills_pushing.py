"""An apply that pushes, killed or out of disk anywhere: the next one ends it, here or elsewhere.

The points are counted by running the apply once; nobody lists them.
"""

import errno
import shutil
import signal
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from notion_gitops.model.errors import ExitCode
from notion_gitops.sandbox import Sandbox
from tests.faults.conftest import synced
from tests.faults.faults_git import copy, git
from tests.faults.faults_transport import Json
from tests.faults.faults_world import World
from tests.faults.kill_points import Killer
from tests.faults.test_faults_kills import finished, make_busy

POINTS = {"request": 12, "git": 60, "change": 60}  # at the least


@pytest.fixture
def busy(
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Path:
    """A folder with a clone that has one of everything to apply, and the hub that it pushes to."""
    both = tmp_path / "both"
    both.mkdir()
    root = copy(synced((), tmp_path_factory, capsys), both / "work")
    git(both, "init", "-q", "--bare", "-b", "main", "hub")
    git(root, "remote", "add", "origin", "../hub")
    git(root, "push", "-q", "origin", "main", "notion-gitops/state")
    make_busy(World(root, monkeypatch, capsys))
    return both


def apply(killer: Killer, root: Path, **how: Any) -> Json:
    return killer.run(root, "apply", "--yes", "--push", pushes=True, **how)


def points(killer: Killer, busy: Path, kind: str) -> int:
    root = copy(busy, busy.parent / "count") / "work"
    count = int(apply(killer, root, kind=kind)["events"])
    assert count >= POINTS[kind], "the hook does not see what it should"
    return count


def later(root: Path, minutes: int) -> None:
    """Let time pass at Notion, by which locks and creates are timed."""
    with Sandbox(root / ".notion-gitops/sandbox.sqlite") as sandbox:
        sandbox.clock.advance(timedelta(minutes=minutes))


def shared(root: Path) -> None:
    """The hub has both branches, no lock is left on it, and git finds nothing wrong in either."""
    hub = root.parent / "hub"
    for ref in ("main", "notion-gitops/state"):
        assert git(hub, "rev-parse", ref) == git(root, "rev-parse", ref), ref
    assert git(hub, "for-each-ref", "refs/notion-gitops/run") == ""
    for repository in (hub, root):
        assert git(repository, "fsck", "--strict", "--no-dangling") == ""


def ended(killer: Killer, root: Path, world: World, first: Json) -> None:
    """The next apply brings it to its end."""
    again = apply(killer, root)
    told = f"{first['text']}\n--- then ---\n{again['text']}"
    assert again["code"] == ExitCode.DECISIONS_REMAIN, told
    finished(world)
    shared(root)
    world.sandbox.close()


@pytest.mark.parametrize("kind", sorted(POINTS))
def test_f055_killed_here_and_there_while_it_pushes(
    busy: Path, killer: Killer, monkeypatch: pytest.MonkeyPatch, capsys: Any, kind: str
) -> None:
    """F051, F052, F053, F054, F055: a sample; the sweep below is of all points."""
    count = points(killer, busy, kind)
    for part in (1, 3):
        one(busy, killer, monkeypatch, capsys, kind=kind, nth=count * part // 5, when="before")


@pytest.mark.parametrize(("kind", "before_the_last"), [("git", 0), ("change", 2)])
def test_f068_killed_at_the_very_end_it_leaves_no_lock_for_good(  # noqa: PLR0917  fixtures
    busy: Path,
    killer: Killer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Any,
    kind: str,
    before_the_last: int,
) -> None:
    """All is done and pushed but for the lock, so the next apply has nothing to write."""
    nth = points(killer, busy, kind) - before_the_last
    one(busy, killer, monkeypatch, capsys, kind=kind, nth=nth, when="before")


@pytest.mark.slow
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("kind", sorted(POINTS))
def test_f055_killed_anywhere_while_it_pushes(  # noqa: PLR0917  fixtures
    busy: Path,
    killer: Killer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Any,
    kind: str,
    when: str,
) -> None:
    for nth in range(1, points(killer, busy, kind) + 1):
        one(busy, killer, monkeypatch, capsys, kind=kind, nth=nth, when=when)


def one(busy: Path, killer: Killer, patch: pytest.MonkeyPatch, capsys: Any, **how: Any) -> None:
    """Kill once, apply again, and look."""
    place = copy(busy, busy.parent / f"{how['kind']}-{how['nth']}-{how['when']}")
    root = place / "work"
    first = apply(killer, root, **how)
    assert first["code"] == -signal.SIGKILL or first["events"] < how["nth"], first["text"]
    later(root, 20)
    ended(killer, root, World(root, patch, capsys), first)
    shutil.rmtree(place)


@pytest.mark.parametrize(("kind", "part"), [("request", 2), ("git", 3)])
def test_f064_the_machine_is_gone_and_the_remote_is_left(  # noqa: PLR0917  fixtures
    busy: Path,
    killer: Killer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Any,
    kind: str,
    part: int,
) -> None:
    """What the runner had not pushed is gone with it; another clone ends the sync."""
    git(busy / "work", "push", "-q", "origin", "main")
    nth = points(killer, busy, kind) * part // 4
    first = apply(killer, busy / "work", kind=kind, nth=nth, when="before")
    assert first["code"] == -signal.SIGKILL, first["text"]
    private = busy / "private"
    (busy / "work/.notion-gitops/sandbox.sqlite").rename(private)
    shutil.rmtree(busy / "work")
    git(busy, "clone", "-q", "hub", "work")
    (busy / "work/.notion-gitops").mkdir()
    private.rename(busy / "work/.notion-gitops/sandbox.sqlite")
    later(busy / "work", 20)
    ended(killer, busy / "work", World(busy / "work", monkeypatch, capsys), first)


def test_f062_a_disk_that_fails_here_and_there(
    busy: Path, killer: Killer, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    """At any change of a file, fsync among them: told with a code, and the next apply ends it."""
    count = points(killer, busy, "change")
    for part, number in enumerate((errno.ENOSPC, errno.EIO, errno.ENOSPC, errno.EIO), start=1):
        failed_once(busy, killer, monkeypatch, capsys, nth=count * part // 5, errno=number)


@pytest.mark.slow
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_f062_a_disk_that_fails_anywhere(
    busy: Path, killer: Killer, monkeypatch: pytest.MonkeyPatch, capsys: Any, number: int
) -> None:
    for nth in range(1, points(killer, busy, "change") + 1):
        failed_once(busy, killer, monkeypatch, capsys, nth=nth, errno=number)


def failed_once(
    busy: Path, killer: Killer, patch: pytest.MonkeyPatch, capsys: Any, **how: Any
) -> None:
    place = copy(busy, busy.parent / f"fails-{how['nth']}-{how['errno']}")
    root = place / "work"
    first = apply(killer, root, kind="change", **how)
    assert first["code"] in {1, 3, 5}, first["text"]
    assert "Traceback" not in first["text"]
    later(root, 20)
    ended(killer, root, World(root, patch, capsys), first)
    shutil.rmtree(place)
