"""The lock files of git: what a git that was killed leaves, and nobody takes away.

Git makes ``NAME.lock`` beside what it is about to write, and renames it in the end. It names no
owner, so whether somebody still works on it can only be told by looking for a git that runs.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from notion_gitops.repository.checkout import Checkout

_PROCESSES = Path("/proc")


@dataclass(frozen=True, slots=True)
class Locks(Checkout):
    """What is locked in a repository."""

    def locks(self) -> list[Path]:
        """The lock files of the index and of refs, sorted."""
        common = (self.root / self._must("rev-parse", "--git-common-dir").line).resolve()
        found = {*self.git_dir.glob("*.lock"), *common.glob("*.lock")}
        found |= {*(common / "refs").rglob("*.lock"), *common.glob("reftable/*.lock")}
        return sorted(found)

    def git_runs(self) -> bool | None:
        """Whether a git is at work here now; None: this system does not tell."""
        if not _PROCESSES.is_dir():
            return None
        return any(_works_in(process, self.root.resolve()) for process in _gits())


def _gits() -> Iterator[Path]:
    for process in _PROCESSES.glob("[0-9]*"):
        with suppress(OSError):  # it has ended meanwhile
            if (process / "comm").read_text().strip().startswith("git"):
                yield process


def _works_in(process: Path, root: Path) -> bool:
    """Whether a process works in a folder; it counts as if that cannot be seen."""
    try:
        folder = (process / "cwd").readlink()
        command = (process / "cmdline").read_bytes()
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return folder.is_relative_to(root) or os.fsencode(root) in command
