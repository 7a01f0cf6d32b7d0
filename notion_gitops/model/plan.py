"""A plan: the ordered operations with all that a reader must know. Immutable from the start."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from notion_gitops.model.diagnostics import Diagnostic, Place, Severity
from notion_gitops.model.holds import Hold, OnHold
from notion_gitops.model.operations import Action, Conflict, Operation
from notion_gitops.model.records import Side
from notion_gitops.model.restores import RestoreWish, Unrestored
from notion_gitops.model.values import FileRef

DUPLICATE_KEY, UNUSABLE_KEY = "duplicate key", "unusable key"  # checks of pages left alone
RECORD_FILE = "record file"
"""The check of what stands in record files and is no field; its findings are told by place."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One result of a consistency check or of the validation."""

    check: str  # unique, required, orphans, ... duplicate key, draft, unknown option, ...
    severity: Severity
    mapping: str
    keys: tuple[str, ...]  # the records concerned
    message: str  # one line, without the mapping's and record's name
    why: str = ""  # why it matters
    fix: str = ""  # what to do
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A guard that keeps a mapping from being applied."""

    mapping: str
    what: str  # e.g. "deletes": the name used with --accept
    count: int
    limit: int
    side: Side | None
    message: str
    keys: tuple[str, ...] = ()
    fix: str = ""
    place: Place | None = None  # where the limit is set; None: it is built in
    rule: str = ""  # what the limit is worked out from
    to_set: str = ""  # the key that sets another, with the file; "" if none can
    always: bool = False  # asks whatever the limit: it would empty a side or a field
    origin: tuple[str, ...] = ()  # where it comes from: commits, as lines to show
    acceptable: bool = True  # whether --accept MAPPING.WHAT=COUNT lets it pass
    takes_back: tuple[str, ...] = ()  # what undoes it in git: the words after `git`


@dataclass(frozen=True, slots=True)
class UnfitAccept:
    """A number given with `--accept` that lets nothing pass."""

    guard: str  # as it was given: "tasks.deletes"
    count: int
    meant: tuple[int, ...] = ()  # the numbers that would fit; empty if that guard did not trip


@dataclass(frozen=True, slots=True)
class Exceeded:
    """A threshold of a mapping that a plan is beyond."""

    mapping: str  # "": of what belongs to no mapping
    what: str  # errors, warnings, conflicts or health
    count: int  # as it is
    limit: int  # as it may be
    place: Place | None = None


class StepKind(StrEnum):
    """What one step of a plan does; the executor and the explainer both read it."""

    CREATE_PAGE = "create page"
    UPDATE_PAGE = "update page"
    LINK_PAGE = "link page"  # second pass: relations whose target did not exist yet
    TRASH_PAGE = "trash page"
    RESTORE_PAGE = "restore page"
    WRITE_FILE = "write file"
    DELETE_FILE = "delete file"
    MOVE_BASE = "move base"  # no write on either side


PAGE_WRITES = frozenset({
    StepKind.CREATE_PAGE, StepKind.UPDATE_PAGE, StepKind.LINK_PAGE,
    StepKind.TRASH_PAGE, StepKind.RESTORE_PAGE,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """One write, in the order in which it is to be done."""

    kind: StepKind
    mapping: str
    key: str
    fields: tuple[str, ...] = ()  # what it writes; empty for deletes


@dataclass(frozen=True, slots=True)
class Draft:
    """A page in Notion that is not taken in yet, and what it waits for."""

    title: str
    missing: tuple[str, ...] = ()  # required fields that are empty
    until: datetime | None = None  # it is at rest from then on; None: it is


@dataclass(frozen=True, slots=True)
class Forecast:
    """What carrying a plan out is going to cost, if nothing is in the way."""

    requests: int
    seconds: float
    notified: tuple[str, ...] = ()  # people newly assigned: Notion tells them
    uploads: tuple[FileRef, ...] = ()  # files in git that Notion does not have yet
    downloads: tuple[str, ...] = ()  # files that Notion hosts, and the folders they come to
    refreshed: tuple[str, ...] = ()  # mappings whose files may take up what Notion makes of it


@dataclass(frozen=True, slots=True)
class MappingPlan:
    """The plan for one mapping."""

    name: str
    records: int  # all records known, on either side
    in_git: int
    in_notion: int
    operations: tuple[Operation, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    problems: tuple[Diagnostic, ...] = ()  # unreadable records, schema drift
    left_out: str = ""  # why the whole mapping takes no part, if it does not
    first_contact: bool = False
    drafts: tuple[Draft, ...] = ()  # pages not yet taken in
    out_of_scope: tuple[str, ...] = ()  # keys
    unreachable: tuple[str, ...] = ()  # keys
    unpaired_git: tuple[str, ...] = ()  # first contact: keys that nothing links
    unpaired_notion: tuple[str, ...] = ()  # titles of pages that nothing links
    on_file: frozenset[str] = frozenset()  # keys whose conflict file is there already
    on_hold: tuple[OnHold, ...] = ()  # the holds in force, and what waits behind them
    held: frozenset[str] = frozenset()  # keys that are left as they are, being on hold

    @property
    def hold(self) -> Hold | None:
        """The hold that keeps the mapping as a whole out, if there is one."""
        return next((each.hold for each in self.on_hold if each.hold.whole), None)

    @property
    def takes_part(self) -> bool:
        """Whether an apply looks at it at all: not if it is stopped, nor on hold as a whole."""
        return not self.left_out and self.hold is None

    @property
    def changes(self) -> tuple[Operation, ...]:
        """The operations that write something on either side."""
        return tuple(o for o in self.operations if o.writes)

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        """All conflicts, decided and open."""
        return tuple(c for o in self.operations for c in o.conflicts)

    def count(self, side: Side, *actions: Action) -> int:
        """How many records get a write of these actions on a side."""
        writes = (o.write(side) for o in self.operations)
        return sum(1 for w in writes if w is not None and w.action in actions)


@dataclass(frozen=True, slots=True)
class ReadCost:
    """What making the plan cost."""

    requests: int = 0
    seconds: float = 0.0
    waits: float = 0.0
    retries: int = 0


@dataclass(frozen=True)  # without slots, so that `operations` is kept
class Plan:
    """What an apply would do now, and what it was computed from."""

    mappings: tuple[MappingPlan, ...]
    steps: tuple[Step, ...]
    findings: tuple[Finding, ...]
    forecast: Forecast
    head: str  # commit that the records were read at
    branch: str
    base: str  # commit of the state branch; "" if there is none
    made: datetime
    cost: ReadCost = field(default_factory=ReadCost)
    offline: bool = False  # Notion was not read
    sandbox: bool = False
    notes: tuple[str, ...] = ()
    unfit: tuple[UnfitAccept, ...] = ()  # numbers accepted that do not fit
    exceeded: tuple[Exceeded, ...] = ()  # thresholds of the team, which make a plan fail
    first: tuple[Diagnostic, ...] = ()  # what apply refuses to go on from, such as dirty files
    restores: tuple[RestoreWish, ...] = ()  # what a person wants back out of the backups
    not_restored: tuple[Unrestored, ...] = ()  # what of it does not come back, and why

    @property
    def open_conflicts(self) -> tuple[Conflict, ...]:
        """The conflicts that a person has still to decide."""
        return tuple(c for m in self.mappings for c in m.conflicts if c.open)

    @property
    def pages_left_alone(self) -> tuple[Finding, ...]:
        """The pages that are no record since their key is taken or cannot be one."""
        return tuple(f for f in self.findings if f.check in (DUPLICATE_KEY, UNUSABLE_KEY))

    @property
    def left_unrestored(self) -> tuple[Unrestored, ...]:
        """What does not come back although it is not there."""
        return tuple(one for one in self.not_restored if not one.unchanged)

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """All guards that tripped."""
        return tuple(r for m in self.mappings for r in m.refusals)

    @cached_property
    def operations(self) -> Mapping[tuple[str, str], Operation]:
        """Every operation, by mapping and key."""
        return {(o.mapping, o.key): o for m in self.mappings for o in m.operations}

    @property
    def has_changes(self) -> bool:
        """Whether an apply would write on either side (a mere refresh does not count)."""
        return any(not o.refresh_only for m in self.mappings for o in m.changes)
