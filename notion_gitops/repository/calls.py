"""Every call of git goes through here: fixed arguments, a scrubbed environment, no hooks.

Git would otherwise run programs that a repository's configuration names (hooks, fsmonitor,
external diff), or work on another repository because a variable says so.
"""

import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING

from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import UsageError
from notion_gitops.repository.nouns import GitFailed

if TYPE_CHECKING:
    from git import Git

_GLOBAL_OPTIONS = (
    "--no-pager",
    "--no-replace-objects",
    "--literal-pathspecs",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "diff.external=",
    "-c",
    "protocol.ext.allow=never",
    "-c",
    "core.fsync=committed",  # a power cut must not leave a ref to an object that is not on disk
    "-c",
    "core.fsyncMethod=batch",
)
_EXPLICIT_BARE = ("-c", "safe.bareRepository=explicit")  # do not step into an embedded repository

# Variables that would point a call at another repository, another index or other programs.
_POINTING = frozenset(
    {
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_COMMON_DIR",
        "GIT_DIR",
        "GIT_EXTERNAL_DIFF",
        "GIT_GLOB_PATHSPECS",
        "GIT_GRAFT_FILE",
        "GIT_ICASE_PATHSPECS",
        "GIT_IMPLICIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_INDEX_VERSION",
        "GIT_INTERNAL_SUPER_PREFIX",
        "GIT_NAMESPACE",
        "GIT_NOGLOB_PATHSPECS",
        "GIT_OBJECT_DIRECTORY",
        "GIT_PREFIX",
        "GIT_QUARANTINE_PATH",
        "GIT_REPLACE_REF_BASE",
        "GIT_SHALLOW_FILE",
        "GIT_WORK_TREE",
    }
)
# Which files hold the user's configuration, as HOME does: kept, or the identity would be lost.
_CONFIGURATION_FILES = frozenset({"GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM"})


@dataclass(frozen=True, slots=True)
class Call:
    """What one call of git is given besides its arguments.

    `transport` keeps the user's own settings for connections; all else runs without them.
    """

    stdin: bytes = b""
    env: Mapping[str, str] | None = None
    transport: bool = False
    any_directory: bool = False  # discovery only: also where git would rather not look


@dataclass(frozen=True, slots=True)
class Answer:
    """What git answered."""

    status: int
    out: bytes
    err: str

    @property
    def ok(self) -> bool:
        """Whether git said that it succeeded."""
        return self.status == 0

    @property
    def line(self) -> str:
        """The output without its last newline; file names as the operating system has them."""
        return os.fsdecode(self.out.removesuffix(b"\n"))


_PLAIN = Call()
_LOCKED = (
    "Another git is at work here: run it again when that has ended. If none is, a git that was "
    "killed left the file named above; remove it."
)
_DAMAGED = (
    "If the repository is damaged, `git fsck` names what is missing or broken; nothing was "
    "written by this step."
)
_USER_IN_URL = re.compile(r"(?<=://)[^/@\s']+@")  # it may hold a token


def run(folder: Path, arguments: Sequence[str], call: Call = _PLAIN) -> Answer:
    """Run git in `folder` and wait for it.

    Raises:
        UsageError: git is not installed.
    """
    command, env = _command(arguments, call)
    with TemporaryFile() as stdin:
        stdin.write(call.stdin)
        stdin.seek(0)
        status, out, err = _client(folder).execute(
            command,
            istream=stdin,
            env=env,
            with_extended_output=True,
            with_exceptions=False,
            stdout_as_string=False,
            strip_newline_in_stdout=False,
        )
    return Answer(status, out, _USER_IN_URL.sub("", err))


def must(folder: Path, arguments: Sequence[str], call: Call = _PLAIN) -> Answer:
    """Run git in `folder`; it has to succeed.

    Raises:
        GitFailed: it did not.
        UsageError: git is not installed.
    """
    answer = run(folder, arguments, call)
    if not answer.ok:
        raise failure(arguments, answer)
    return answer


def stream(folder: Path, arguments: Sequence[str]) -> Iterator[bytes]:
    """The NUL-terminated pieces of git's output, as they come; git is stopped if nobody reads on.

    Raises:
        GitFailed: git ended with an error after what was read.
    """
    command, env = _command(arguments, _PLAIN)
    # GitPython ends the process when this generator is given up and its frame goes away.
    process = _client(folder).execute(command, env=env, as_process=True)
    rest = b""
    while piece := process.stdout.read(8192):
        *whole, rest = (rest + piece).split(b"\0")
        yield from whole
    _, error = process.communicate()
    if process.returncode != 0:
        raise failure(arguments, Answer(process.returncode, b"", error.decode("utf-8", "replace")))


def failure(arguments: Sequence[str], answer: Answer) -> GitFailed:
    """What to tell when git did not do what it had to."""
    locked = ".lock': File exists" in answer.err
    return GitFailed(
        Diagnostic(
            f"git {arguments[0]} failed: {_first_line(answer.err)}",
            detail=answer.err.strip(),
            fix=_LOCKED if locked else _DAMAGED,
        )
    )


def _first_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[0] if lines else "it said nothing"


def _command(arguments: Sequence[str], call: Call) -> tuple[list[str], dict[str, str]]:
    """The whole command, and the variables to set on top of this process's own."""
    unset = [f"--unset={name}" for name in sorted(os.environ) if _is_dropped(name, call)]
    options = [*_GLOBAL_OPTIONS, *(() if call.any_directory else _EXPLICIT_BARE)]
    # GitPython copies this process's environment, so what must not be there is taken out by env.
    prefix = [shutil.which("env") or "/usr/bin/env", *unset] if unset else []
    return [*prefix, _executable(), *options, *arguments], _variables(call)


def _variables(call: Call) -> dict[str, str]:
    values = {"GIT_OPTIONAL_LOCKS": "0", **(call.env or {})}
    if call.transport and "GIT_TERMINAL_PROMPT" not in os.environ and not sys.stdin.isatty():
        values["GIT_TERMINAL_PROMPT"] = "0"  # nobody is there to answer
    return values


def _is_dropped(name: str, call: Call) -> bool:
    if name in (call.env or {}) or name in _CONFIGURATION_FILES:
        return False
    if name in _POINTING:
        return True
    return not call.transport and name.startswith(("GIT_CONFIG", "GIT_SSH", "GIT_PROXY"))


def _executable() -> str:
    found = shutil.which("git")
    if found is None:
        raise UsageError(
            Diagnostic("git was not found on this machine", fix="Install git 2.39 or newer.")
        )
    return str(Path(found).absolute())


def _client(folder: Path) -> "Git":
    # Imported here: GitPython takes a tenth of a second to load, runs git when it is loaded, and
    # raises an error of its own if there is none.
    _executable()
    from git import Git  # noqa: PLC0415  see above

    return Git(str(folder))
