"""Commands as processes, without the second that each of them would take to be loaded."""

import atexit
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import notion_gitops


@dataclass(frozen=True)
class Done:
    """A process that has ended."""

    code: int
    stdout: str
    stderr: str

    def expect(self, code: int) -> "Done":
        """The same, if it ended so."""
        assert self.code == code, f"exit code {self.code}\n{self.stdout}\n{self.stderr}"
        return self

    @property
    def lines(self) -> list[str]:
        """All lines, of either stream."""
        return [*self.stdout.splitlines(), *self.stderr.splitlines()]


def run_command(
    folder: Path, arguments: Sequence[str], environment: Mapping[str, str], *, anew: bool = False
) -> Done:
    """Run `notion-gitops` with nobody at the keyboard.

    Args:
        folder: to run it in.
        arguments: of the command line.
        environment: all of it.
        anew: not as a fork, since something is set that counts while a program is loaded.
    """
    if not anew:
        return loaded().run(folder, arguments, environment)
    done = subprocess.run(
        [sys.executable, "-m", "notion_gitops", *arguments],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=60,
    )
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


@dataclass(frozen=True)
class Loaded:
    """The process that becomes commands; see loaded.py."""

    process: "subprocess.Popen[str]"
    streams: Path

    def run(self, folder: Path, arguments: Sequence[str], environment: Mapping[str, str]) -> Done:
        """One command."""
        out, err = self.streams / "out", self.streams / "err"
        job = {
            "folder": str(folder),
            "arguments": arguments,
            "environment": dict(environment),
            "out": str(out),
            "err": str(err),
        }
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()
        code = int(self.process.stdout.readline())
        return Done(code, out.read_bytes().decode(), err.read_bytes().decode())


@cache
def loaded() -> Loaded:
    """Started once in a session; it ends with this process, which holds its stdin."""
    streams = TemporaryDirectory(prefix="commands-")
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("loaded.py"))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(Path(notion_gitops.__file__).parents[1]),
        },
    )
    atexit.register(streams.cleanup)
    return Loaded(process, Path(streams.name))
