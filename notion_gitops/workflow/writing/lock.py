"""One apply at a time on one machine."""

import json
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import Locked

_HOLDER = "lock.json"


@contextmanager
def only_one(private: Path) -> Iterator[None]:
    """Hold the workspace's lock; the system lets it go when the process ends, however it ends.

    Raises:
        Locked: another run holds it.
    """
    private.mkdir(exist_ok=True)
    holder = private / _HOLDER
    lock = FileLock(private / "lock")
    try:
        lock.acquire(blocking=False)
    except Timeout:
        raise Locked(
            Diagnostic(
                f"another run is writing: {_told(holder)}",
                fix="Wait until it has ended, then run this again. Nothing was written.",
            )
        ) from None
    try:
        since = datetime.now(UTC).isoformat(timespec="seconds")
        holder.write_text(json.dumps({"who": this_process(), "since": since}) + "\n", "utf-8")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def killed_since(private: Path) -> datetime | None:
    """When the run began that holds the lock, or held it and was killed; None: it was given up."""
    try:
        return datetime.fromisoformat(json.loads((private / _HOLDER).read_text("utf-8"))["since"])
    except (OSError, ValueError, KeyError):
        return None


def this_process() -> str:
    """Where this runs, for people."""
    job = [os.environ.get(f"GITHUB_{name}", "") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID")]
    if all(job):
        return "{}/{}/actions/runs/{}".format(*job)
    return f"process {os.getpid()} on {platform.node()}"


def _told(holder: Path) -> str:
    try:
        about = json.loads(holder.read_text("utf-8"))
        return f"{about['who']} since {about['since']}"
    except (OSError, ValueError, KeyError):
        return "its name is not known"
