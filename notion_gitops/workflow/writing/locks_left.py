"""Lock files of git that would stop the commits of a sync, found before anything is written.

What a killed run left is cleared. Of all else a person is told which file it is, and when it may
go.
"""

import time
from datetime import UTC, datetime
from pathlib import Path

from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import StateUnusable
from notion_gitops.text.words import listed
from notion_gitops.workflow.workspace import NEWEST_REF, Workspace

_TRIES = 8
_WAIT = 0.25  # seconds between looks; git holds a lock for moments
_UNSEEN = 600  # seconds after which a lock is nobody's, where running processes cannot be seen
_NAMED = 5  # files in a message


def require_unlocked(workspace: Workspace, killed: datetime | None) -> list[str]:
    """Wait for a git that is at work, and clear the locks of a run that was killed.

    The caller holds the workspace's lock.

    Args:
        workspace: the workspace.
        killed: when the run began that held the workspace's lock before and never gave it up;
            None: there is none.

    Returns:
        The files that were removed, from the root.

    Raises:
        StateUnusable: something is locked that a sync has to write, and it may be somebody's.
    """
    repository = workspace.repository
    left = repository.locks()
    for _ in range(_TRIES):
        if not left:
            return []
        time.sleep(_WAIT)
        left = [path for path in left if path.exists()]
    at_work = repository.git_runs()
    ours = [path for path in left if killed is not None and _is_over(path, killed, at_work)]
    for path in ours:
        path.unlink(missing_ok=True)
    needed = [path for path in left if path not in ours and _is_needed(workspace, path)]
    if needed:
        raise StateUnusable(_locked([_shown(workspace, p) for p in needed], at_work))
    return [_shown(workspace, path) for path in ours]


def _is_needed(workspace: Workspace, path: Path) -> bool:
    """Whether a sync writes what is locked; it has an index of its own."""
    refs = ("HEAD", workspace.head.ref, workspace.state_ref, NEWEST_REF)
    fetched = not workspace.sandbox and "/refs/remotes/" in path.as_posix()
    return fetched or any(path.as_posix().endswith(f"/{ref}.lock") for ref in refs)


def _is_over(path: Path, killed: datetime, at_work: bool | None) -> bool:
    """Whether a lock is of the killed run, or of another git that has ended since.

    It was made after that run began, and no git is at work now that could hold it.
    """
    try:
        made = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:
        return False
    if made < killed or at_work:
        return False
    return at_work is False or (datetime.now(UTC) - made).total_seconds() > _UNSEEN


def _shown(workspace: Workspace, path: Path) -> str:
    root = workspace.root.resolve()
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


def _locked(files: list[str], at_work: bool | None) -> Diagnostic:
    names = listed(files, _NAMED)
    if at_work:
        return Diagnostic(
            f"another git is at work in this repository: {names}",
            fix="Wait until it has ended, then run this again. Nothing was written.",
        )
    return Diagnostic(
        f"git holds locks that nobody seems to work under: {names}",
        detail="A git that is killed leaves them.",
        fix="Nothing was written. If no git is running here (ps, and editors that use git):",
        commands=(f"rm {' '.join(files)}",),
    )
