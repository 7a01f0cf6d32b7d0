import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Git = Callable[..., str]


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of the machine or of an outer repository reaches a test."""
    for name in [n for n in os.environ if n.startswith("GIT_") or n == "EMAIL"]:
        monkeypatch.delenv(name)
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text("[user]\n\tname = Ann Lee\n\temail = ann@example.org\n")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))


@pytest.fixture
def git() -> Git:
    """Run git in a folder; its output."""

    def run(folder: Path, *arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=folder, check=True, capture_output=True, text=True
        )
        return done.stdout

    return run


@pytest.fixture
def work(tmp_path: Path, git: Git) -> Path:
    """A repository on main with two record files."""
    root = tmp_path / "work"
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    (root / "records").mkdir()
    (root / "records" / "a.yaml").write_text("id: a\n")
    (root / "records" / "b.yaml").write_text("id: b\n")
    (root / "other.txt").write_text("other\n")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "First")
    return root
