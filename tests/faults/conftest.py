"""A workspace that was synced once, copied for every test."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from notion_gitops.workflow.workspace import STATE_REF
from tests.answers import handed_down
from tests.faults.faults_git import copy, git
from tests.faults.faults_laws import check_requests
from tests.faults.faults_samples import make_workspace
from tests.faults.faults_world import World
from tests.faults.kill_points import Killer

HERE = Path(__file__).parent


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No setting of the machine or of an outer repository reaches a test."""
    for name in [n for n in os.environ if n.startswith(("GIT_", "NOTION_")) or n == "EMAIL"]:
        if name not in handed_down():
            monkeypatch.delenv(name)
    base = tmp_path_factory.getbasetemp()
    home = base / "faults-home"
    home.mkdir(exist_ok=True)
    (home / ".gitconfig").write_text("[user]\n\tname = Ann Lee\n\temail = ann@example.org\n")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(base))


@pytest.fixture
def no_look_ups(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look once more for a lost page, at once, instead of for half a minute."""
    monkeypatch.setattr("notion_gitops.workflow.writing.asking.LOOK_UPS", (0.0,))


def synced(
    flags: tuple[str, ...],
    tmp_path_factory: pytest.TempPathFactory,
    capsys: pytest.CaptureFixture[str],
) -> Path:
    """The template: both sides agree. Made once in a session."""
    base = tmp_path_factory.getbasetemp()
    root = base / ("template-" + ("sandbox" if flags else "real"))
    if not root.exists():
        draft = base / f"draft-of-{root.name}"
        shutil.rmtree(draft, ignore_errors=True)
        make_workspace(draft)
        with pytest.MonkeyPatch.context() as patch:
            world = World(draft, patch, capsys, flags=flags)
            ran = world.apply()
            assert ran.code == 0, ran.text
            assert world.plan_code() == 0
            world.sandbox.close()
        draft.rename(root)
    return root


@pytest.fixture
def world(
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[World]:
    """Two teams and six tasks, in step; the state on its real branch."""
    root = copy(synced((), tmp_path_factory, capsys), tmp_path / "work")
    world = World(root, monkeypatch, capsys)
    yield world
    check_requests(world.transport.log)


@pytest.fixture
def template(tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]) -> Path:
    """A synced workspace whose state is the sandbox's; to be copied."""
    return synced(("--sandbox",), tmp_path_factory, capsys)


@pytest.fixture
def remote(world: World, tmp_path: Path) -> Path:
    """A bare remote that holds both branches."""
    path = tmp_path / "remote.git"
    git(tmp_path, "init", "-q", "--bare", "-b", "main", str(path))
    world.git("remote", "add", "origin", str(path))
    world.git("push", "-q", "-u", "origin", "main", f"{STATE_REF}:{STATE_REF}")
    return path


@pytest.fixture
def clone(world: World, remote: Path, tmp_path: Path) -> Callable[..., World]:
    """Make clones, as colleagues and CI runners have them: all of the same Notion."""

    def make(name: str, *options: str) -> World:
        root = tmp_path / name
        git(tmp_path, "clone", "-q", *options, f"file://{remote}", str(root))
        (root / ".notion-gitops").mkdir()
        there = World(root, world.monkeypatch, world.capsys)
        there.sandbox.close()
        there.sandbox, there.transport = world.sandbox, world.transport
        return there

    return make


@pytest.fixture
def killer(tmp_path: Path) -> Iterator[Killer]:
    folder = tmp_path / "killer"
    folder.mkdir()
    env = {**os.environ, "TMPDIR": str(folder), "PYTHONPATH": str(HERE.parents[1])}
    process = subprocess.Popen(
        [sys.executable, str(HERE / "killer.py"), str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=env,
    )
    with process:
        yield Killer(process)
        assert process.stdin is not None
        process.stdin.close()
