"""One apply at a time among all machines: a lease on a ref of the git remote.

It is taken, renewed and given up by compare and swap, so that two runs cannot both have it.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from notion_gitops.model.creates import OpenCreate, OpenCreates, joined
from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import LockLost
from notion_gitops.model.runs import AnnouncedRun
from notion_gitops.repository.nouns import GitFailed, PushResult
from notion_gitops.repository.repository import Repository
from notion_gitops.state.runs import RUN_FILE, dump_run
from notion_gitops.workflow.reading.announced import RUN_REF

LEASE = timedelta(minutes=10)
RENEWED_AFTER = LEASE / 2
_AGAIN = timedelta(seconds=30)  # after a renewal that failed


@dataclass(frozen=True, slots=True)
class Clocks:
    """What a lease is timed by. Either clock of this machine may stand still or jump."""

    at_notion: Callable[[], datetime]  # to which announced times belong
    now: Callable[[], datetime]
    monotonic: Callable[[], float]  # seconds

    def started(self) -> Callable[[], timedelta]:
        """A stopwatch that goes at least as fast as time does, also while a machine sleeps."""
        now, monotonic = self.now(), self.monotonic()

        def elapsed() -> timedelta:
            return max(self.now() - now, timedelta(seconds=self.monotonic() - monotonic))

        return elapsed


@dataclass
class Lease:
    """The right to write, for ten minutes, renewed as the writing goes on. Threads may share it."""

    repository: Repository
    remote: str  # its name
    clocks: Clocks
    run: AnnouncedRun
    own: frozenset[tuple[str, str]] = frozenset()  # mapping and key of the pages that it creates
    earlier: OpenCreates = field(default_factory=dict)  # of earlier runs; they may yet turn up
    _commit: str = ""  # of the ref, as far as we know
    _elapsed: Callable[[], timedelta] = field(init=False)  # since the lease was taken or renewed
    _tried: timedelta | None = field(default=None, init=False)  # when a renewal last failed
    _lost: LockLost | None = field(default=None, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __post_init__(self) -> None:
        self._elapsed = self.clocks.started()

    def take(self, expected: str) -> PushResult:
        """Try to put our announcement in the place of the one that is expected there."""
        return self._announce(self._until(self._moment() + LEASE), expected)

    def hold(self) -> None:
        """Make sure of the lease: called just before each write, and just after it.

        Raises:
            LockLost: another run has it, or it has ended and could not be renewed.
        """
        with self._lock:
            if self._lost is not None:
                raise self._lost
            elapsed = self._elapsed()
            tried_lately = self._tried is not None and elapsed - self._tried < _AGAIN
            if elapsed >= LEASE or (elapsed >= RENEWED_AFTER and not tried_lately):
                self._renew(elapsed)

    def give_up(self, left: OpenCreates) -> str:
        """End the lease, and leave behind the creates that may yet turn up; why not, or nothing."""
        with self._lock:
            if self._lost is not None:
                return ""
            ended = replace(self.run, until=self._moment(), held=False, creates=left)
            try:
                answer = self._announce(ended, self._commit) if left else self._remove()
            except GitFailed as error:
                return error.diagnostics[0].summary
            return "" if answer.ok else answer.why

    def _renew(self, elapsed: timedelta) -> None:
        """Put the end of the lease off, if nobody took it over meanwhile."""
        try:
            answer = self._announce(self._until(self._moment() + LEASE), self._commit)
        except GitFailed as error:
            answer = PushResult(ok=False, reason=error.diagnostics[0].summary)
        if answer.ok:
            return
        self._tried = elapsed
        if answer.rejected or elapsed >= LEASE:
            self._lost = LockLost(
                Diagnostic(
                    f"this run lost its lock on {self.remote}: {answer.why}",
                    detail="It was held up for longer than its lease, or the lock was broken.",
                    fix="Run apply again: it finds what was done, and goes on.",
                )
            )
            raise self._lost

    def _until(self, until: datetime) -> AnnouncedRun:
        """The announcement with that end; all that we create may be sent until then."""
        creates = joined(self.earlier, {at: OpenCreate(until) for at in self.own})
        return replace(self.run, until=until, creates=creates)

    def _moment(self) -> datetime:
        """The present by Notion's clock, however long this machine slept since it was told."""
        return max(self.clocks.at_notion(), self.run.until - LEASE + self._elapsed())

    def _announce(self, run: AnnouncedRun, expected: str) -> PushResult:
        elapsed = self.clocks.started()  # from before the push, which may take long
        content = dump_run(run).encode("utf-8")
        message = f"{'Writing' if run.held else 'Ended'}: sync {run.run}\n\n{run.who}\n"
        commit = self.repository.make_commit(expected, {RUN_FILE: content}, message)
        answer = self.repository.push_atomic(self.remote, {RUN_REF: commit}, {RUN_REF: expected})
        if answer.ok:
            self.run, self._commit, self._elapsed = run, commit, elapsed
            self._tried = None
        return answer

    def _remove(self) -> PushResult:
        return self.repository.push_atomic(self.remote, {RUN_REF: ""}, {RUN_REF: self._commit})
