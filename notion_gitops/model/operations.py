"""What is meant for each record: operations, their writes, and the conflicts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from notion_gitops.model.diagnostics import Place
from notion_gitops.model.mapping import Take
from notion_gitops.model.records import Side
from notion_gitops.model.values import Fields, Value, digest


class Action(StrEnum):
    """What a write does to a record on its side."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"  # the file, or the page into the trash
    RESTORE = "restore"  # the page out of the trash


class Cause(StrEnum):
    """Why a field gets its new value on a side."""

    EDIT = "edit"  # the other side alone edited it
    MERGED = "merged"  # both edited a set; members of both
    RULE = "rule"  # a conflict rule decided
    RESOLVED = "resolved"  # a person decided, in the conflict file
    FIRST = "first contact"  # no base: a value wins over empty, or `initial` decided
    PUT_BACK = "put back"  # edited on a side that this field does not read
    REFRESH = "refresh"  # computed by Notion
    DEFAULT = "default"  # Notion's default for a status that was left empty
    NEW = "new"  # part of a record that is created on this side
    RESTORED = "restored"  # a person asked for it, out of the backups of a sync


class State(StrEnum):
    """A whole record's state, where a conflict is about the record and not a field."""

    DELETED = "deleted"
    EDITED = "edited"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Difference:
    """How one field of two records differs; from DeepDiff, in our own form."""

    field: str
    before: Value
    after: Value
    added: tuple[str, ...] = ()  # members, for sets
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that a write changes."""

    difference: Difference
    cause: Cause
    rule: str = ""  # the rule's name, when `cause` is RULE
    place: Place | None = None  # of the rule
    sync: str = ""  # whose backup it is from, when `cause` is RESTORED


@dataclass(frozen=True, slots=True)
class Write:
    """What is to be done on one side of one record."""

    side: Side
    action: Action
    changes: tuple[FieldChange, ...] = ()
    key_to_write: bool = False  # Notion: the key property is (re)written as well

    def fields(self) -> dict[str, Value]:
        """The new values, by field."""
        return {c.difference.field: c.difference.after for c in self.changes}


@dataclass(frozen=True, slots=True)
class EditTime:
    """When and by whom a side's value came about."""

    at: datetime | None  # None: not known
    by: str = ""  # a name to show
    reason: str = ""  # why `at` is not known
    commit: str = ""  # git only: the commit, shortened
    person: bool | None = None  # not by an integration, or a sync; None: that is not known

    @property
    def told(self) -> bool:
        """Whether anything is known of it, if only why the time is not."""
        return bool(self.at or self.by or self.reason)


@dataclass(frozen=True, slots=True)
class EditTimes:
    """Both sides' times of one field in conflict."""

    git: EditTime
    notion: EditTime


@dataclass(frozen=True, slots=True)
class Conflict:
    """Both sides changed the same thing differently, or one edited what the other deleted."""

    mapping: str
    key: str
    field: str | None  # None: edit against delete, of the record as a whole
    base: Value
    git: Value | State
    notion: Value | State
    reason: str  # why it is open, or who decided
    take: Take = Take.MANUAL  # MANUAL: open
    rule: str = ""
    place: Place | None = None  # of the rule, or of `otherwise`
    times: EditTimes | None = None
    by_person: bool = False  # decided in the conflict file
    content: str = ""  # edit against delete: digest of the record that is left
    agreed: bool = True  # whether there is a last agreed value to return to
    edits: tuple[Difference, ...] = ()  # edit against delete: what was edited

    @property
    def open(self) -> bool:
        """Whether a person has still to decide."""
        return self.take is Take.MANUAL

    @property
    def asked(self) -> str:
        """Stands for what a person is asked about: it changes when either side moves."""
        sides = (f"({v.value})" if isinstance(v, State) else v for v in (self.git, self.notion))
        content = (self.content,) if self.content else ()
        return digest(self.base, *sides, *content)


@dataclass(frozen=True, slots=True)
class Backup:
    """A value that a decision overwrites or deletes, kept in this sync's backups."""

    mapping: str
    key: str
    side: Side
    fields: Fields  # None: a person had emptied it
    reason: str
    why: Mapping[str, str] = field(default_factory=dict)  # by field: what overwrote it
    page_key: str = ""  # Notion: what its key property held, where a person had edited it


class Kind(StrEnum):
    """What an operation is, seen as a whole (for people and for counts)."""

    CREATE_PAGE = "create page"
    CREATE_FILE = "create file"
    TO_NOTION = "to notion"
    TO_GIT = "to git"
    BOTH_WAYS = "both ways"
    DELETE_PAGE = "delete page"
    DELETE_FILE = "delete file"
    LINK = "link"  # both sides hold it; the base learns so
    ADOPT = "adopt"  # both sides are equal already; only the base moves
    FORGET = "forget"  # gone on both sides
    RENAME = "rename"  # the key changed in git
    OPEN = "open"  # nothing can be done but to ask


@dataclass(frozen=True, slots=True)
class Operation:
    """All that is meant for one record. The base moves only when every write succeeded."""

    mapping: str
    key: str
    kind: Kind
    agreed: Fields  # the record after; an open conflict's field keeps its base value
    writes: tuple[Write, ...] = ()
    conflicts: tuple[Conflict, ...] = ()  # decided and open
    backups: tuple[Backup, ...] = ()
    settled: frozenset[str] = frozenset()  # fields whose base moves to `agreed`
    page_id: str = ""  # "" while the page does not exist
    page_url: str = ""
    file: str = ""  # path of the file; "" while it does not exist
    title: str = ""
    note: str = ""  # what a reader should know besides, e.g. "by commit ..."
    renamed_from: str = ""
    held: frozenset[str] = frozenset()  # fields that it leaves as they are, being on hold

    def write(self, side: Side) -> Write | None:
        """The write on one side, if there is one."""
        return next((w for w in self.writes if w.side is side), None)

    @property
    def open_conflicts(self) -> tuple[Conflict, ...]:
        """The conflicts that a person has still to decide."""
        return tuple(c for c in self.conflicts if c.open)

    @property
    def restored_only(self) -> bool:
        """Whether all that it writes was asked for out of backups: no later plan knows of it."""
        changes = [c for w in self.writes for c in w.changes]
        return bool(changes) and all(c.cause is Cause.RESTORED for c in changes)

    @property
    def refresh_only(self) -> bool:
        """Whether it only carries values that Notion computes."""
        changes = [c for w in self.writes for c in w.changes]
        return (
            bool(changes)
            and all(c.cause is Cause.REFRESH for c in changes)
            and all(w.action is Action.UPDATE for w in self.writes)
        )


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a person wrote after `resolution:` in a conflict file."""

    take: Take | None = None  # GIT or NOTION
    take_base: bool = False
    value: Value = None  # a value of one's own
    has_value: bool = False
    asked: str = ""  # digest of the values that the question was about
    place: Place | None = None
    refused: str = ""  # why Notion cannot take that value, and what to do about it


@dataclass(frozen=True, slots=True)
class ConflictFile:
    """A conflict file as read: what was asked, and the answers so far."""

    mapping: str
    key: str
    since: datetime
    path: str
    fields: Mapping[str, Resolution] = field(default_factory=dict)
    record: Resolution | None = None  # edit against delete
    notion_times: Mapping[str, EditTime] = field(default_factory=dict)  # human times first seen
    asked: frozenset[str] = frozenset()  # the fields that are asked about, answered or not
