"""What became of a plan: outcomes, the transaction log, the validation, the sync itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import ExitCode
from notion_gitops.model.operations import Backup
from notion_gitops.model.plan import Finding, Plan, ReadCost, StepKind


class Status(StrEnum):
    """What became of one operation."""

    APPLIED = "applied"
    STALE = "stale"  # a side moved between plan and write; nothing was written
    FAILED = "failed"  # refused by the other side; not tried again until something changes
    SKIPPED = "skipped"  # left out on purpose
    PENDING = "pending"  # could not be sent; first in the next apply


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one operation, and why."""

    mapping: str
    key: str
    status: Status
    detail: str = ""  # why, when it was not applied
    refused: bool = False  # Notion does not take it as it is: to send it again is no use


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One line of the transaction log: one step as it happened."""

    at: datetime
    step: StepKind
    mapping: str
    key: str
    fields: tuple[str, ...]
    status: Status
    detail: str = ""


@dataclass(frozen=True, slots=True)
class MappingHealth:
    """One mapping's part of the metadata."""

    records: int
    open_conflicts: int
    findings: int
    pending: int
    score: int  # 0 to 100
    errors: int = 0  # of the findings; the parts that the score is made of
    warnings: int = 0


@dataclass(frozen=True, slots=True)
class Validation:
    """What reading back showed."""

    checked: int  # pages read back
    equal: int  # of these, as intended
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Windows:
    """How long writes were open to edits that nobody saw: Notion has no conditional write.

    A window reaches from the last look at a page to the answer to the write. An edit of the same
    field of the same page that falls into it is written over, and no plan ever shows it.
    """

    writes: int = 0  # that changed what was there: updates, and pages put into the trash
    longest: float = 0.0  # seconds
    mean: float = 0.0  # seconds


@dataclass(frozen=True, slots=True)
class Refreshed:
    """A file that took up values which Notion made, and to which nothing was planned to be written.

    Of records that no operation touches, and of those that were written to Notion alone.
    """

    mapping: str
    key: str
    fields: tuple[str, ...]  # computed, or the read face of a relation
    defaults: tuple[str, ...] = ()  # left empty in the file, and filled by Notion


@dataclass(frozen=True, slots=True)
class SyncResult:
    """One apply run, whole."""

    sync_id: str
    plan: Plan
    outcomes: tuple[Outcome, ...]
    log: tuple[LogEntry, ...]
    backups: tuple[Backup, ...]
    validation: Validation
    cost: ReadCost  # of the apply alone, without the plan's own reading
    started: datetime
    finished: datetime
    health: Mapping[str, MappingHealth] = field(default_factory=dict)
    record_commit: str = ""  # "" if no file changed
    state_commit: str = ""  # "" if nothing was recorded
    branch: str = ""
    pushed: bool | None = None  # None: no remote, or not asked for
    exit_code: ExitCode = ExitCode.DONE
    notes: tuple[str, ...] = ()
    refreshed: tuple[Refreshed, ...] = ()
    windows: Windows = Windows()
    asked: frozenset[tuple[str, str]] | None = None  # mapping and key of the conflict files that
    # this sync wrote; None: of all open conflicts
    renames: int = 0  # rename files that are done with, and go
    unreviewed: frozenset[tuple[str, str]] = frozenset()  # mapping and key of the records about
    # which a saved plan says something else; they stay as they are, with what is asked about them

    def count(self, status: Status) -> int:
        """How many operations ended so."""
        return sum(1 for o in self.outcomes if o.status is status)


@dataclass(frozen=True, slots=True)
class DatabaseCheck:
    """Step 1 for one mapping: what `check` found in Notion."""

    mapping: str
    database: str  # the id or URL as configured
    title: str = ""
    data_source: str = ""
    readable: bool = False
    problems: tuple[Diagnostic, ...] = ()
    properties: int = 0  # in Notion
    mapped: int = 0  # of these, in the mapping
    unmapped: tuple[str, ...] = ()  # names in Notion that no field maps
    unsupported: tuple[str, ...] = ()  # name (type) of properties left alone


@dataclass(frozen=True, slots=True)
class ConnectionReport:
    """Step 1: connections, permissions, schema against mapping."""

    bot: str  # name of the connection
    workspace: str
    databases: tuple[DatabaseCheck, ...]
    can_list_users: bool
    cost: ReadCost
    sandbox: bool = False
    beyond: tuple[str, ...] = ()  # titles of databases that it sees and no mapping names

    @property
    def ok(self) -> bool:
        """Whether every mapping can be synced."""
        return all(d.readable and not d.problems for d in self.databases)
