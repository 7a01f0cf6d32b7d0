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


@contextmanager
def only_one(private: Path) -> Iterator[None]:
    """Hold the workspace's lock; the system lets it go when the process ends, however it ends.

    Raises:
        Locked: another run holds it.
    """
    private.mkdir(exist_ok=True)
    holder = private / "lock.json"
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
        holder.write_text(json.dumps(_self()) + "\n", "utf-8")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _self() -> dict[str, str]:
    since = datetime.now(UTC).isoformat(timespec="seconds")
    return {"pid": str(os.getpid()), "host": platform.node(), "since": since}


def _told(holder: Path) -> str:
    try:
        about = json.loads(holder.read_text("utf-8"))
        return f"process {about['pid']} on {about['host']} since {about['since']}"
    except (OSError, ValueError, KeyError):
        return "its name is not known"
