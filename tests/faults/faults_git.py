"""Repositories and remotes, as git itself tells and changes them."""

import shutil
import subprocess
from pathlib import Path

from notion_gitops.workflow.workspace import STATE_REF

MAIN = "refs/heads/main"


def git(folder: Path, *arguments: str, stdin: str = "") -> str:
    command = ["git", "-C", str(folder), *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True, input=stdin)
    assert done.returncode == 0, f"git {' '.join(arguments)}: {done.stderr}"
    return done.stdout


def copy(template: Path, to: Path) -> Path:
    shutil.copytree(template, to, symlinks=True)
    return to


def heads(remote: Path) -> tuple[str, str]:
    return git(remote, "rev-parse", MAIN).strip(), git(remote, "rev-parse", STATE_REF).strip()


def hook(remote: Path, text: str) -> None:
    path = remote / "hooks" / "pre-receive"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
