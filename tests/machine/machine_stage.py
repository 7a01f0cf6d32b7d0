"""What stands in for the outer world: time, waits, and every effect of a run, one after the other.

A run of the machine is deterministic. Time stands still but for what is said here, and between any
two effects (a request, a call of git, a change of a file) something may be made to happen.
"""

import contextlib
import io
import os
import random
import secrets
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from filelock import FileLock

from notion_gitops.mapping import loading
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.repository import calls
from notion_gitops.repository.calls import Answer, Call
from notion_gitops.sandbox.basics.clock import SettableClock
from notion_gitops.workflow.writing import lock
from tests.machine.machine_git import QuickGit

START = datetime(2026, 1, 12, 9, 0, tzinfo=UTC)
REQUEST = timedelta(seconds=0.3)  # what one takes


class Killed(BaseException):
    """The process is gone; nothing in the product catches this."""


@dataclass
class Moment:
    """Something that happens at the nth effect of a kind in a run."""

    kind: str  # "request", "git" or "file"
    nth: int
    after: bool  # the effect, rather than before it
    what: str
    act: Callable[["Process"], None]
    fits: Callable[[str, str], bool] | None = None  # kind and detail: then not the nth, but these
    times: int = 1  # the so manyth that fits
    happened: bool = False


@dataclass
class Process:
    """One run of the product: what it has done, and whether it is still alive."""

    moments: list[Moment]
    done: Counter[str] = field(default_factory=Counter)
    dead: bool = False
    sending: bool = False  # a request that nothing can hold back any more

    def kill(self) -> None:
        self.dead = True
        raise Killed

    def before(self, kind: str, detail: str = "") -> None:
        if self.dead:
            raise Killed  # what runs while it unwinds is not run by a process that is killed
        self.done[kind] += 1
        self._meet(kind, detail, after=False)

    def after(self, kind: str, detail: str = "") -> None:
        if not self.dead:
            self._meet(kind, detail, after=True)

    def _meet(self, kind: str, detail: str, *, after: bool) -> None:
        for moment in self.moments:
            if moment.after is after and not moment.happened and self._is_due(moment, kind, detail):
                moment.happened = True
                self.sending = kind == "request" and not after
                moment.act(self)

    def _is_due(self, moment: Moment, kind: str, detail: str) -> bool:
        if moment.fits is None:
            return (moment.kind, moment.nth) == (kind, self.done[kind])
        moment.times -= moment.fits(kind, detail)
        return moment.times == 0


@dataclass
class Stage:
    """The stand-ins of one story, in force while it is told."""

    clock: SettableClock
    git: QuickGit
    home: Path
    processes: list[Process] = field(default_factory=list)  # the innermost last
    waits: list[float] = field(default_factory=list)
    locks: list[FileLock] = field(default_factory=list)  # of processes that were killed, perhaps

    @contextlib.contextmanager
    def running(self, process: Process) -> Iterator[None]:
        self.processes.append(process)
        try:
            yield
        finally:
            self.processes.pop()

    @contextlib.contextmanager
    def people(self) -> Iterator[None]:
        """Within this, what happens is nobody's effect: people act, or the test looks."""
        hidden, self.processes = self.processes, []
        try:
            yield
        finally:
            self.processes = hidden

    def effect(self, kind: str, do: Callable[[], Any], detail: str = "") -> Any:
        """Do something that others can see; `detail` says what, for those who wait for it."""
        process = self.processes[-1] if self.processes else None
        if process is not None:
            process.before(kind, detail)
        result = do()
        if process is not None:
            process.after(kind, detail)
        return result

    def end(self) -> None:
        """A process is gone: the system gives up the locks that it held."""
        with self.people():
            while self.locks:
                self.locks.pop().release(force=True)

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.clock.advance(timedelta(seconds=seconds))

    def run_git(self, folder: Path, arguments: Sequence[str], call: Call | None = None) -> Answer:
        stamp = self.clock().replace(microsecond=0).isoformat()
        os.environ["GIT_AUTHOR_DATE"] = os.environ["GIT_COMMITTER_DATE"] = stamp
        answer: Answer = self.effect(
            "git", lambda: self._git(folder, arguments, call), " ".join(arguments)
        )
        return answer

    def _git(self, folder: Path, arguments: Sequence[str], call: Call | None) -> Answer:
        with self.people():  # what git writes is git's: it is all or nothing here
            return self.git.run(folder, arguments, call)


# --- what is put in place once, for all stories of this process ---

_STAGE: list[Stage] = []  # the one in force


def stage() -> Stage | None:
    return _STAGE[-1] if _STAGE else None


class _Type(type):
    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, datetime)


class StageTime(datetime, metaclass=_Type):
    """`datetime`, whose present is the stage's."""

    @classmethod
    def now(cls, tz: Any = None) -> Any:
        current = stage()
        return datetime.now(tz) if current is None else current.clock().astimezone(tz)


_CHANGES = frozenset({"os.rename", "os.remove", "os.link", "os.mkdir", "os.rmdir", "os.truncate"})
_WRITING = os.O_WRONLY | os.O_RDWR


def _heard(event: str, arguments: tuple[Any, ...]) -> None:
    """An audit hook: every change of a file goes by here before it is done (PEP 578)."""
    if not _STAGE or not _STAGE[-1].processes:
        return
    changes = event in _CHANGES or (event == "open" and bool(arguments[2] & _WRITING))
    if changes and _is_in(arguments[0], str(_STAGE[-1].home)):
        _STAGE[-1].processes[-1].before("file")


def _is_in(path: Any, home: str) -> bool:
    """Whether a path is in the world: absolute, or from an open folder of it."""
    name = os.fsdecode(path) if isinstance(path, (str, bytes, os.PathLike)) else "/"
    return name.startswith(home) or not name.startswith("/")


_HOOKED: list[bool] = []


def _hex(count: int = 16) -> str:
    return random.randbytes(count).hex()  # noqa: S311  no secret


def _uuid() -> UUID:
    return UUID(bytes=random.randbytes(16), version=4)  # noqa: S311  no secret


class OneByOne(Executor):
    """In place of threads: what is submitted is done at once, so that runs are alike."""

    def __init__(self, *_: Any, **__: Any) -> None:
        pass

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as error:  # noqa: BLE001  whoever asks for the result gets it
            future.set_exception(error)
        return future


class HeldLock(FileLock):
    """A lock on a file that the stage knows of."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        current = stage()
        if current is not None:
            current.locks.append(self)


def _mappings_once(patch: pytest.MonkeyPatch) -> None:
    """The same mapping files mean the same: they are read once, not three times in each run."""
    real, known = loading.load_mappings, {}

    def load(files: Mapping[str, bytes]) -> tuple[DatabaseMapping, ...]:
        key = tuple(sorted(files.items()))
        if key not in known:
            known[key] = real(files)
        return known[key]

    patch.setattr(loading, "load_mappings", load)


@contextlib.contextmanager
def stand_ins(patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Put the stand-ins in place of git's processes, of waits and of the present."""
    if not _HOOKED:
        sys.addaudithook(_heard)
        _HOOKED.append(True)
    real, sleep = calls.run, time.sleep

    def run(folder: Path, arguments: Sequence[str], call: Call = calls._PLAIN) -> Answer:
        now = stage()
        return now.run_git(folder, arguments, call) if now else real(folder, arguments, call)

    def pause(seconds: float) -> None:
        now = stage()
        (now.sleep if now else sleep)(seconds)

    patch.setattr(calls, "run", run)
    patch.setattr(time, "sleep", pause)
    patch.setattr(os, "fsync", lambda _: None)  # nobody cuts the power
    patch.setattr(secrets, "choice", random.choice)  # Hypothesis sees to it that runs are alike
    patch.setattr(secrets, "token_hex", _hex)
    patch.setattr(lock, "FileLock", HeldLock)
    _mappings_once(patch)
    for name, module in list(sys.modules.items()):
        if not name.startswith("notion_gitops."):
            continue
        if getattr(module, "datetime", None) is datetime:
            patch.setattr(module, "datetime", StageTime)
        if getattr(module, "ThreadPoolExecutor", None) is ThreadPoolExecutor:
            patch.setattr(module, "ThreadPoolExecutor", OneByOne)
        if getattr(module, "uuid4", None) is uuid4:
            patch.setattr(module, "uuid4", _uuid)
    yield


@contextlib.contextmanager
def on_stage(current: Stage) -> Iterator[None]:
    _STAGE.append(current)
    try:
        yield
    finally:
        _STAGE.pop()


@contextlib.contextmanager
def captured() -> Iterator[tuple[io.StringIO, io.StringIO]]:
    """What is printed, to be read."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        yield out, err
