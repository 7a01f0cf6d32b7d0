"""What happened to one record, on both sides, as far as git tells."""

from dataclasses import dataclass
from datetime import datetime

from notion_gitops.model.operations import Difference
from notion_gitops.model.story import RecordSync


@dataclass(frozen=True, slots=True)
class RecordEvent:
    """One commit that changed the record's file, or one sync that did something about it, or both.

    A sync that wrote the file is both: its own commit holds what Notion's edits were.
    """

    at: datetime
    by: str = ""  # the commit's author; "" for a sync that changed no file
    commit: str = ""  # on the working branch; "" as above
    subject: str = ""  # of that commit
    came: bool = False  # the record was not there before it
    went: bool = False  # it was not there afterwards
    key_before: str = ""  # the key that it had before it, if that is another
    changes: tuple[Difference, ...] = ()  # of its fields
    sync: RecordSync | None = None


@dataclass(frozen=True, slots=True)
class RecordHistory:
    """A record's events, the latest first."""

    mapping: str
    key: str
    title: str
    file: str  # "" if git never had it
    events: tuple[RecordEvent, ...]
    more: bool = False  # there are older ones, which were not asked for
    cut: bool = False  # the clone is shallow, so there may be older ones
