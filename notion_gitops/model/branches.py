"""Record files merged between two branches: what each value is, what was decided, what is open.

Git calls the two branches ours and theirs, and swaps them in a rebase. Here they are `here`, the
branch that is merged into, and `there`, the one that comes in.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from notion_gitops.model.diagnostics import Diagnostic, Place
from notion_gitops.model.operations import EditTime
from notion_gitops.model.records import Record, Side
from notion_gitops.model.values import Fields, Value

NOT_LOOKED_UP = EditTime(None, reason="not looked up")


@dataclass(frozen=True, slots=True)
class Origin:
    """How a branch came to hold a value."""

    side: Side | None = None  # Notion if a sync's own commit brought it; None: it cannot be told
    time: EditTime = NOT_LOOKED_UP  # of the commit since which the branch has the value


@dataclass(frozen=True, slots=True)
class Origins:
    """The same of both branches."""

    here: Origin = Origin()
    there: Origin = Origin()


@dataclass(frozen=True, slots=True)
class TextMerge:
    """A text that both branches edited, merged by lines, or by words."""

    clean: str | None  # None: the edits are in each other's way
    here: str  # merged, with the lines of this branch where they are
    there: str  # the same with those of the other
    by_rule: bool = False  # it stands only if a rule says merge


@dataclass(frozen=True, slots=True)
class Versions:
    """One record as the common ancestor and both branches have it; None: it is not there."""

    key: str
    base: Record | None
    here: Record | None
    there: Record | None
    unmapped: bool = False  # a branch changed what no field covers: further keys, comments


@dataclass(frozen=True, slots=True)
class Known:
    """What was found out for the fields of one record that collide, by field."""

    texts: Mapping[str, TextMerge] = field(default_factory=dict)
    origins: Mapping[str, Origins] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Collision:
    """A field, or a whole record, that both branches changed differently."""

    mapping: str
    key: str
    field: str | None  # None: deleted on one branch, edited on the other
    base: Value
    here: Value
    there: Value
    reason: str  # what decided, or why nothing did
    open: bool
    rule: str = ""
    place: Place | None = None  # of the rule
    origins: Origins = Origins()
    deleted: str = ""  # "here" or "there", where `field` is None
    stands: str = ""  # "here" or "there": whose value was taken; "" for one of both, and if open


@dataclass(frozen=True, slots=True)
class RecordMerge:
    """What becomes of one record."""

    key: str
    fields: Fields | None  # None: it goes; what is open has the value of this branch
    collisions: tuple[Collision, ...] = ()
    there: Fields | None = None  # the same, with the other branch's values of what is open
    base: Fields | None = None  # the same, with the base's

    @property
    def open(self) -> tuple[Collision, ...]:
        """What a person has to decide."""
        return tuple(c for c in self.collisions if c.open)


class Outcome(StrEnum):
    """What became of bringing a branch up to date."""

    UP_TO_DATE = "up to date"  # it holds all of the other already
    FORWARDED = "forwarded"  # it had nothing of its own, and is where the other is
    MERGED = "merged"  # in one merge commit
    LEFT = "left"  # decisions remain: nothing is committed, the merge is in progress


@dataclass(frozen=True, slots=True)
class BranchUpdate:
    """One branch brought up to date with another."""

    branch: str  # that was checked out
    other: str  # that was merged into it, as git names it
    other_commit: str
    fetched: bool  # whether the other was fetched just now; else it is a branch of this clone
    before: str  # the commit at which the branch was
    outcome: Outcome
    commit: str = ""  # at which it is now; "" while decisions remain
    merged: tuple[str, ...] = ()  # record files that both branches changed, merged by fields
    collisions: tuple[Collision, ...] = ()  # in them, decided and open
    as_text: Mapping[str, Diagnostic] = field(default_factory=dict)  # record files that could not
    # be read as records, and why
    files: Mapping[str, str] = field(default_factory=dict)  # of records by MAPPING/KEY
    left: Mapping[str, str] = field(default_factory=dict)  # all files that are in conflict still,
    # and why, where that is more than lines that git marked
    half_deleted: tuple[str, ...] = ()  # those of them that one branch deleted: no line is marked
    pushed: str = ""  # the remote that it was pushed to
    not_pushed: str = ""  # why it was not, though it was asked for

    @property
    def open(self) -> tuple[Collision, ...]:
        """The fields that a person has to decide."""
        return tuple(c for c in self.collisions if c.open)

    @property
    def decided(self) -> tuple[Collision, ...]:
        """The fields that both changed and that are decided."""
        return tuple(c for c in self.collisions if not c.open)
