"""The story of one record: what each side holds, since when, and what is to become of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from notion_gitops.model.backups import Synced
from notion_gitops.model.diagnostics import Place
from notion_gitops.model.mapping import Take
from notion_gitops.model.operations import EditTime, Kind
from notion_gitops.model.outcomes import LogEntry
from notion_gitops.model.values import Value


class Decision(StrEnum):
    """What a plan made now means to do with a field, or with a record as a whole."""

    NOTHING = "nothing to do"
    TO_GIT = "to git"
    TO_NOTION = "to Notion"
    BOTH = "both ways"  # a record, with different fields in either direction
    MERGED = "merged"  # both sides were edited, and both edits stand
    BASE = "only the base moves"  # both sides agree already
    OPEN = "open question"
    WAITS = "waits"  # an edit in git that cannot be sent yet
    LEFT_ALONE = "left alone"
    OUT_OF_SCOPE = "out of scope"
    ON_HOLD = "on hold"


@dataclass(frozen=True, slots=True)
class Fate:
    """A decision, and the reasons that it gives."""

    decision: Decision
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GitEdit:
    """Since when git has a value: the commit that gave it, or the time of an uncommitted file."""

    time: EditTime
    subject: str = ""  # of the commit


@dataclass(frozen=True, slots=True)
class Holding:
    """What the base or one of the sides holds of a field."""

    value: Value = None
    missing: str = ""  # why there is no value to tell, if there is none


@dataclass(frozen=True, slots=True)
class Ruling:
    """What decides, or would decide if both sides edited the field."""

    text: str  # a sentence
    decided: bool  # False: it would, as the record stands now
    rule: str = ""  # its name; "" if it is no rule of the mapping
    take: Take | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class FieldStory:
    """One field."""

    name: str
    property_name: str  # in Notion
    base: Holding  # what was last agreed
    git: Holding
    notion: Holding
    since: GitEdit | None  # when and by whom git's value came about; None: not in git
    fate: Fate
    ruling: Ruling


@dataclass(frozen=True, slots=True)
class SyncedConflict:
    """How a sync saw a conflict of the record."""

    field: str | None  # None: of the record as a whole
    take: Take  # MANUAL: left open
    reason: str
    rule: str = ""
    place: str = ""  # of the rule: file:line:column


@dataclass(frozen=True, slots=True)
class RecordSync:
    """The sync that last touched the record, as the state branch has it."""

    sync_id: str  # "" if it was no sync, but an import
    at: datetime
    commit: str  # on the state branch
    records_commit: str = ""  # on the working branch
    steps: tuple[LogEntry, ...] = ()  # none: it took up what Notion makes of its own
    conflicts: tuple[SyncedConflict, ...] = ()


@dataclass(frozen=True, slots=True)
class Story:
    """One record, whole."""

    mapping: str
    key: str
    at: datetime  # when it was looked up
    title: str = ""
    renamed_from: str = ""  # the key under which it was last agreed, if it changed in git
    file: str = ""  # path in git; "" if it never had one
    in_git: str = ""  # why it is not in git, if it is not
    deleted: GitEdit | None = None  # when and by whom, if git had it
    page_id: str = ""
    page_url: str = ""
    in_notion: str = ""  # why the page was not read, if it was not
    page_edit: EditTime | None = None  # Notion keeps one for a page, none for a property
    kind: Kind | None = None  # of the operation that a plan made now means; None: there is none
    fate: Fate = Fate(Decision.NOTHING)
    held_back: tuple[str, ...] = ()  # why nothing of the whole mapping is done
    question: str = ""  # the conflict file, if there is one
    fields: Mapping[str, FieldStory] = field(default_factory=dict)
    sync: RecordSync | None = None
    synced: Synced = Synced.EVER  # anything, not this record alone
    offline: bool = False
