"""Runs commands as processes of their own that die where they are told to.

Reads jobs from stdin, a line of JSON each, and answers each with how it ended. Every job is a
child of this process (a fork, so that nothing is loaded twice), which sends itself a signal at the
nth event of a kind, before or after it.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import git
import httpx
import notion_client

from notion_gitops.cli.commands import apply as apply_command
from notion_gitops.cli.commands import plan as plan_command
from notion_gitops.cli.main import _terminated, run
from notion_gitops.repository import calls
from notion_gitops.sandbox.transport import SandboxTransport
from notion_gitops.workflow.writing.journal import Journal

LOADED = (git, httpx, notion_client, apply_command, plan_command)  # before the first fork

# What a run does to the world, by kind: the object and the function that does it.
EVENTS: dict[str, list[tuple[Any, str]]] = {
    "request": [(SandboxTransport, "handle_request")],
    "git": [(calls, "run")],
    "file": [(os, "replace"), (os, "unlink"), (os, "link")],
    "fsync": [(os, "fsync")],
    "journal": [(Journal, "note")],
}


class Counter:
    """Counts the events of one kind, and kills at one of them."""

    def __init__(self, nth: int, when: str, how: int, tell: int) -> None:
        self.nth, self.when, self.how, self.tell = nth, when, how, tell
        self.seen = 0

    def wrap(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def event(*arguments: Any, **named: Any) -> Any:
            self.seen += 1
            mine = self.seen == self.nth
            os.pwrite(self.tell, f"{self.seen:08d}".encode(), 0)
            if mine and self.when == "before":
                self._end()
            try:
                return real(*arguments, **named)
            finally:
                if mine and self.when == "after":
                    self._end()

        return event

    def _end(self) -> None:
        os.kill(os.getpid(), self.how)


def child(job: dict[str, Any], output: Path, tell: int) -> NoReturn:
    """Become the command."""
    handle = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    os.setpgid(0, 0)
    counter = Counter(job.get("nth", 0), job.get("when", "before"), job.get("signal", 9), tell)
    for owner, name in EVENTS.get(job.get("kind", ""), []):
        setattr(owner, name, counter.wrap(getattr(owner, name)))
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, _terminated)
    code = 70
    try:
        code = int(run(job["arguments"]))
    except SystemExit as end:
        code = int(end.code or 0)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def ended(job: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Do one job; how it ended."""
    output = folder / "output.txt"
    output.unlink(missing_ok=True)
    tell = os.open(folder / "events", os.O_RDWR | os.O_CREAT | os.O_TRUNC)
    process = os.fork()
    if process == 0:
        child(job, output, tell)
    _, status = os.waitpid(process, 0)
    events = int(os.pread(tell, 8, 0) or b"0")
    os.close(tell)
    code = os.waitstatus_to_exitcode(status)
    return {"code": code, "events": events, "text": output.read_text("utf-8", "replace")}


def main() -> None:
    """Do all jobs, one after the other."""
    for line in sys.stdin:
        print(json.dumps(ended(json.loads(line), Path(sys.argv[1]))), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
