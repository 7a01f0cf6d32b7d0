"""A git that is killed while it holds a lock: the next apply needs nobody to clear it away."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from notion_gitops.model.errors import ExitCode
from notion_gitops.repository import Repository, calls
from tests.faults.faults_git import copy
from tests.faults.faults_world import World

HERE = Path(__file__).parent
REAL = shutil.which("git") or ""
NEEDED = ("HEAD.lock", "refs/heads/main.lock", "refs/heads/notion-gitops/state.lock",
          "refs/notion-gitops/newest.lock")  # fmt: skip
NOT_NEEDED = ("packed-refs.lock", "index.lock", "refs/heads/other.lock", "config.lock")


@pytest.fixture
def dying(tmp_path: Path) -> dict[str, str]:
    """The variables with which the git on PATH can be told to die."""
    folder = tmp_path / "bin"
    folder.mkdir()
    wrapper = folder / "git"
    wrapper.write_text(
        "#!/bin/sh\n"
        'case " $* " in *" update-ref "*|*" update-index "*)\n'
        f'exec "{sys.executable}" "{HERE / "killed_git.py"}" "$@" ;; esac\n'
        f'exec "{REAL}" "$@"\n'
    )
    wrapper.chmod(0o755)
    path = f"{folder}{os.pathsep}{os.environ['PATH']}"
    return {"PATH": path, "REAL_GIT": REAL, "KILL_COUNTER": str(tmp_path / "counter")}


def apply(root: Path, variables: dict[str, str]) -> int:
    """Run apply as a process that may be killed; how it ended."""
    command = [sys.executable, "-m", "notion_gitops", "apply", "--sandbox", "--yes"]
    env = {**os.environ, "PYTHONPATH": str(HERE.parents[1]), **variables}
    return subprocess.run(command, cwd=root, env=env, capture_output=True, check=False).returncode


@pytest.mark.parametrize("step", [3, pytest.param(1, marks=pytest.mark.slow)])
def test_f055_f057_a_git_that_is_killed_while_it_holds_a_lock_wedges_nothing(
    template: Path,
    dying: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *,
    step: int,
) -> None:
    left: set[str] = set()
    for number in range(1, 20, step):
        root = copy(template, tmp_path / f"work-{number}")
        world = World(root, monkeypatch, capsys, flags=("--sandbox",))
        world.edit_git("t1", hours=71)
        world.edit_notion("t2", hours=52)
        Path(dying["KILL_COUNTER"]).unlink(missing_ok=True)
        code = apply(root, {**dying, "KILL_AT": str(number)})
        if code == ExitCode.DONE:
            break
        assert code == -signal.SIGKILL
        left |= {str(p.relative_to(root / ".git")) for p in Repository.discover(root).locks()}
        ran = world.apply()
        assert ran.code == ExitCode.DONE, ran.text
        assert Repository.discover(root).locks() == []
        assert (world.in_notion("t1", "Hours"), world.in_git("t2")["hours"]) == (71, 52)
        world.unbroken()
    assert number >= 4
    assert {"HEAD.lock", "refs/heads/main.lock", "index.lock"} <= left or step > 1, left
    assert left


def make(world: World, name: str) -> Path:
    path = world.root / ".git" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return path


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("notion_gitops.workflow.writing.locks_left._WAIT", 0.01)


@pytest.mark.usefixtures("quick")
def test_g03_a_lock_that_may_be_somebodys_is_named_before_anything_is_written(
    world: World,
) -> None:
    world.edit_git("t1", hours=71)
    before = world.heads()
    for name in NEEDED:
        lock = make(world, name)
        ran = world.apply()
        assert ran.code == ExitCode.STATE_UNUSABLE, ran.text
        assert f"rm .git/{name}" in ran.said
        assert world.heads() == before
        assert lock.exists(), "it was somebody's"
        lock.unlink()
    assert not world.transport.writes()
    for name in NOT_NEEDED:  # a sync has an index of its own
        make(world, name)
    assert world.apply().code == ExitCode.DONE
    assert all((world.root / ".git" / name).exists() for name in NOT_NEEDED)


@contextmanager
def a_git_at_work(folder: Path) -> Iterator[None]:
    process = subprocess.Popen(["git", "-C", str(folder), "hash-object", "--stdin"],
                               stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)  # fmt: skip
    try:
        while not Path(f"/proc/{process.pid}/cwd").resolve().is_relative_to(folder):
            time.sleep(0.01)
        yield
    finally:
        process.communicate()


@pytest.mark.usefixtures("quick")
def test_f057_the_lock_of_a_git_that_runs_is_never_taken_away(world: World) -> None:
    world.edit_git("t1", hours=71)
    killed = world.root / ".notion-gitops/lock.json"
    killed.write_text('{"who": "process 1", "since": "2026-01-05T09:00:00+00:00"}\n')
    lock = make(world, "refs/heads/main.lock")
    with a_git_at_work(world.root):
        ran = world.apply()
    assert ran.code == ExitCode.STATE_UNUSABLE, ran.text
    assert "another git is at work" in ran.said
    assert lock.exists()
    killed.write_text('{"who": "process 1", "since": "2026-01-05T09:00:00+00:00"}\n')
    os.utime(lock, (0, 0))  # older than the run that was killed
    assert world.apply().code == ExitCode.STATE_UNUSABLE
    killed.write_text('{"who": "process 1", "since": "2026-01-05T09:00:00+00:00"}\n')
    lock.touch()
    ran = world.apply()
    assert ran.code == ExitCode.DONE, ran.text
    assert "removed: .git/refs/heads/main.lock" in ran.said


def test_f061_refs_and_objects_are_on_the_disk_before_a_call_returns(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Git counts what it flushed (trace2, git 2.36 and newer)."""

    def flushed(*arguments: str, stdin: bytes = b"") -> int:
        trace = tmp_path / "trace"
        trace.unlink(missing_ok=True)
        monkeypatch.setenv("GIT_TRACE2_PERF", str(trace))
        calls.must(world.root, arguments, calls.Call(stdin=stdin))
        return trace.read_text().count("fsync/hardware-flush")

    assert flushed("update-ref", "refs/heads/other", "HEAD") == 1
    assert flushed("hash-object", "-w", "--stdin", stdin=b"new") == 1
