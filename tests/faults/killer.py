"""Runs commands as processes of their own that die where they are told to.

Reads jobs from stdin, a line of JSON each, and answers each with how it ended. Every job is a
child of this process (a fork, so that nothing is loaded twice), which sends itself a signal at the
nth event of a kind, before or after it.
"""

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

import git
import httpx
import notion_client

from notion_gitops.cli.commands import apply as apply_command
from notion_gitops.cli.commands import plan as plan_command
from notion_gitops.cli.main import _terminated, run
from notion_gitops.notion.connect import Settings, open_gateway
from notion_gitops.repository import calls
from notion_gitops.sandbox import DEFAULT_TOKEN, Sandbox
from notion_gitops.sandbox.transport import SandboxTransport
from notion_gitops.workflow.plan import Connection
from notion_gitops.workflow.workspace import Workspace
from notion_gitops.workflow.writing.journal import Journal

LOADED = (git, httpx, notion_client, apply_command, plan_command)  # before the first fork

# What a run does to the world, by kind: the object and the function that does it.
EVENTS: dict[str, list[tuple[Any, str]]] = {
    "request": [(SandboxTransport, "handle_request")],
    "git": [(calls, "run")],
    "file": [(os, "replace"), (os, "unlink"), (os, "link")],
    "fsync": [(os, "fsync")],
    "journal": [(Journal, "note")],
    "change": [(os, "fsync"), (os, "fchmod"), (os, "ftruncate")],  # and all that is audited
}
AUDITED = frozenset({
    "os.rename", "os.remove", "os.link", "os.mkdir", "os.rmdir", "os.truncate", "os.symlink",
    "os.chmod",
})  # fmt: skip
WRITING = os.O_WRONLY | os.O_RDWR


def changes(root: str, name: str, arguments: tuple[Any, ...]) -> bool:
    """Whether an audited event (PEP 578) is a change of a file of the workspace.

    A file is opened by its name in a folder that is open already; what is named in full and not in
    the workspace (compiled Python, temporary folders) is of no interest.
    """
    if name not in AUDITED and not (name == "open" and bool(arguments[2] & WRITING)):
        return False
    path = arguments[0]
    if not isinstance(path, (str, bytes, os.PathLike)):
        return False
    named = os.fsdecode(path)
    return not named.startswith("/") or named.startswith(root)


class Counter:
    """Counts the events of one kind, and kills at one of them."""

    def __init__(self, job: dict[str, Any], tell: int) -> None:
        self.nth, self.when = job.get("nth", 0), job.get("when", "before")
        self.how, self.fails, self.tell = job.get("signal", 9), job.get("errno", 0), tell
        self.root = str(job["arguments"][job["arguments"].index("-C") + 1])
        self.seen = 0

    def heard(self, name: str, arguments: tuple[Any, ...]) -> None:
        """An audit hook: it is called before the change is made."""
        if changes(self.root, name, arguments):
            self.seen += 1
            os.pwrite(self.tell, f"{self.seen:08d}".encode(), 0)
            if self.seen == self.nth:
                self._end()

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
        if self.fails:
            raise OSError(self.fails, os.strerror(self.fails))
        os.kill(os.getpid(), self.how)


@contextmanager
def connected(workspace: Workspace, *_: Any, **__: Any) -> Iterator[Connection]:
    """The sandbox of the workspace in the place of Notion, so that a sync can be pushed."""
    sandbox = Sandbox(workspace.private / "sandbox.sqlite")
    try:
        transport = SandboxTransport(sandbox)
        gateway = open_gateway(DEFAULT_TOKEN, transport=transport, settings=Settings(budget=None))
        yield Connection(
            gateway, lambda m: sandbox.find_data_source(m.name) or "", lambda: datetime.now(UTC)
        )
    finally:
        sandbox.close()


def child(job: dict[str, Any], output: Path, tell: int) -> NoReturn:
    """Become the command."""
    handle = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    os.setpgid(0, 0)
    counter = Counter(job, tell)
    if job.get("pushes"):
        for command in (apply_command, plan_command):
            setattr(command, "connected", connected)  # noqa: B010  a name that is imported there
    if job.get("kind") == "change":
        sys.addaudithook(counter.heard)
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
