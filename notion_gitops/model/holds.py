"""What is on hold: left as it is on both sides, until a person or a date ends it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from notion_gitops.model.diagnostics import Place
from notion_gitops.model.records import Side


@dataclass(frozen=True, slots=True)
class Hold:
    """One hold, as a mapping or `state/holds.yaml` says it."""

    mapping: str
    reason: str
    place: Place
    record: str = ""  # its key; "": every record
    field: str = ""  # "": every field
    until: date | None = None  # it holds through that day (UTC); None: until it is taken out
    by: str = ""  # who put it there, where the file says so
    since: datetime | None = None

    @property
    def whole(self) -> bool:
        """Whether it is about the mapping as a whole."""
        return not self.record and not self.field

    def is_over(self, today: date) -> bool:
        """Whether its last day has passed."""
        return self.until is not None and self.until < today

    @property
    def scope(self) -> tuple[str, str, str]:
        """What it is about: mapping, record, field."""
        return (self.mapping, self.record, self.field)

    @property
    def name(self) -> str:
        """What it is about, as people read it: ``tasks/pour-slab: due``."""
        record = f"{self.mapping}/{self.record}" if self.record else self.mapping
        return f"{record}: {self.field}" if self.field else record


class Change(StrEnum):
    """What somebody did to a record on one side while it was on hold, or before."""

    NEW = "new"
    EDITED = "edited"
    DELETED = "deleted"
    RENAMED = "renamed"
    UNREADABLE = "unreadable"  # in git: nobody can tell what was done


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits behind a hold, of one record on one side."""

    key: str
    side: Side
    change: Change
    fields: tuple[str, ...] = ()  # that were edited


@dataclass(frozen=True, slots=True)
class OnHold:
    """A hold that is in force, and what waits behind it."""

    hold: Hold
    waiting: tuple[Waiting, ...] = ()
    questions: tuple[str, ...] = ()  # keys whose open question, or its answer, waits
    untold: str = ""  # why nobody knows what waits, if nobody does
