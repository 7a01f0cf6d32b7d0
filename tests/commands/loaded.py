"""A process that has the whole program loaded and becomes a command when it is told to.

Each command is a fork of it: a process of its own, with its own folder, variables and streams, that
need not load everything anew. Reads jobs from stdin, a line of JSON each, and answers each with the
exit code.
"""

import importlib
import json
import os
import random
import signal
import sys
import time
from typing import IO, Any, NoReturn

from notion_gitops.cli import main as entry

LONGEST = 60  # seconds of one command


def load() -> None:
    """Load what commands load when they are called."""
    for module, _ in entry.COMMANDS.values():
        importlib.import_module(f"notion_gitops.cli.commands.{module}")
    for name in ("git", "httpx", "notion_client", "notion_gitops.sandbox.server"):
        importlib.import_module(name)


def _stream(number: int, mode: str, errors: str = "strict") -> IO[Any]:
    """A standard stream, as the interpreter opens it for a command."""
    return os.fdopen(number, mode, encoding="utf-8", errors=errors, closefd=False)


def become(job: dict[str, Any]) -> NoReturn:
    """Be the command, as it is when it is started."""
    os.setsid()
    os.chdir(job["folder"])
    os.environ.clear()
    os.environ.update(job["environment"])
    time.tzset()
    random.seed()
    files = (os.devnull, os.O_RDONLY), (job["out"], os.O_WRONLY), (job["err"], os.O_WRONLY)
    for number, (path, how) in enumerate(files):
        os.dup2(os.open(path, how | os.O_CREAT | os.O_TRUNC if how else how), number)
    sys.stdin = _stream(0, "r")
    sys.stdout = _stream(1, "w")
    sys.stderr = _stream(2, "w", "backslashreplace")
    sys.argv = ["notion-gitops", *job["arguments"]]
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.alarm(LONGEST)
    code = 70
    try:
        entry.main()
    except SystemExit as end:
        code = int(end.code or 0)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def main() -> None:
    """Do all jobs, one after the other."""
    load()
    for line in sys.stdin:
        job = json.loads(line)
        process = os.fork()
        if process == 0:
            become(job)
        _, status = os.waitpid(process, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
