"""Repositories to measure in; imported by the scripts beside it."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

IDENTITY = {
    f"GIT_{who}_{what}": "bench@example.org"
    for who in ("AUTHOR", "COMMITTER")
    for what in ("NAME", "EMAIL")
}


def git(root: Path, *arguments: str) -> None:
    command = ["git", "-C", str(root), *arguments]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=os.environ | IDENTITY)


def commit(root: Path, message: str) -> None:
    """Commit everything that is there."""
    git(root, "add", "--all")
    git(root, "commit", "--quiet", f"--message={message}")


def write(root: Path, files: Mapping[str, str]) -> None:
    """Write files by their paths below the root."""
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)


def make_repository(root: Path, files: Mapping[str, str]) -> None:
    """A repository with these files in one commit, which git does not tidy by itself."""
    root.mkdir(parents=True, exist_ok=True)
    git(root, "init", "--quiet", "--initial-branch=main")
    git(root, "config", "gc.auto", "0")  # or it would start in the middle of a round
    write(root, files)
    commit(root, "Begin")
