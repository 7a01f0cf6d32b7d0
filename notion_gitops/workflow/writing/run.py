"""What the writing half of an apply shares: the plan, the ways out, the results so far."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from notion_gitops.model.creates import OpenCreates
from notion_gitops.model.operations import Backup, Operation
from notion_gitops.model.outcomes import LogEntry, Outcome, Status
from notion_gitops.model.plan import Step, StepKind
from notion_gitops.model.records import Side
from notion_gitops.workflow.plan import Connection, Planned
from notion_gitops.workflow.writing.journal import Journal
from notion_gitops.workflow.writing.lease import Lease

Id = tuple[str, str]  # mapping, key
FILE_STEPS = frozenset({StepKind.WRITE_FILE, StepKind.DELETE_FILE})


@dataclass(frozen=True, slots=True)
class Progress:
    """Who is told how far the writing has come; see `cli.progress`."""

    step: Callable[[str, int, int], None]  # what is being done, how many are done, of how many
    wait: Callable[[float, str], None]  # seconds, why


@dataclass
class Results:
    """What became of the steps so far. Only added to, step by step."""

    entries: list[LogEntry] = field(default_factory=list)
    _failed: dict[Id, Outcome] = field(default_factory=dict)

    def note(self, step: Step, status: Status, detail: str = "", *, refused: bool = False) -> None:
        """Log one step; the first one that is not applied decides its record's outcome."""
        now = datetime.now(UTC)
        self.entries.append(
            LogEntry(now, step.kind, step.mapping, step.key, step.fields, status, detail)
        )
        at = (step.mapping, step.key)
        if status is not Status.APPLIED:
            self._failed.setdefault(at, Outcome(*at, status, detail, refused))

    def leave_out(self, mapping: str, key: str, why: str) -> None:
        """Nothing is done about a record: what is meant is not what was reviewed."""
        self._failed[mapping, key] = Outcome(mapping, key, Status.STALE, why)

    def why(self, mapping: str, key: str) -> str:
        """Why a record was not written as a whole; "" if nothing went wrong so far."""
        failed = self._failed.get((mapping, key))
        return failed.detail if failed else ""

    def sound(self, mapping: str, key: str) -> bool:
        """Whether nothing went wrong with the record so far."""
        return (mapping, key) not in self._failed

    def written(self) -> set[tuple[str, str, Side]]:
        """The records of which a step was done on a side, whatever became of their others."""
        done = (entry for entry in self.entries if entry.status is Status.APPLIED)
        return {(e.mapping, e.key, Side.GIT if e.step in FILE_STEPS else Side.NOTION) for e in done}

    def log(self, steps: Iterable[Step]) -> tuple[LogEntry, ...]:
        """What was done, in the order of the plan: several steps are done at once."""
        order = {(s.kind, s.mapping, s.key): number for number, s in enumerate(steps)}
        return tuple(sorted(self.entries, key=lambda e: order[e.step, e.mapping, e.key]))

    def outcomes(self, steps: Iterable[Step]) -> tuple[Outcome, ...]:
        """One outcome for each record of the plan, and for those left out before it."""
        records = dict.fromkeys([*((s.mapping, s.key) for s in steps), *self._failed])
        return tuple(self._failed.get(at, Outcome(*at, Status.APPLIED)) for at in records)


@dataclass(frozen=True, slots=True)
class Run:
    """One apply in progress. Nothing in it is decided: the plan is, and the results are noted."""

    planned: Planned
    connection: Connection
    journal: Journal
    progress: Progress
    results: Results
    operations: dict[Id, Operation]
    open_creates: OpenCreates  # creates of earlier runs that no commit tells of
    lease: Lease | None = None  # the lock on the git remote, if there is one
    found: list[Backup] = field(default_factory=list)  # what is overwritten that no plan knew of
    touched: set[tuple[str, str, Side]] = field(default_factory=set)  # records that may be written
    # on a side although no step of theirs says so: by half, or without an answer
    windows: list[float] = field(default_factory=list)  # seconds: see `windows.measured`

    def keep(self, backup: Backup) -> None:
        """Write down what is going to be overwritten, besides what the operations hold."""
        if backup.fields:
            self.journal.keep([backup])
            self.found.append(backup)

    def backups(self) -> tuple[Backup, ...]:
        """What was overwritten and deleted: also where only a part of a record was written."""
        planned = (b for o in self.operations.values() for b in o.backups)
        written = self.results.written() | self.touched
        found = sorted(self.found, key=lambda b: (b.mapping, b.key))  # by threads, in any order
        every = (*planned, *found)
        return tuple(b for b in every if (b.mapping, b.key, b.side) in written)
