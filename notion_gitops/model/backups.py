"""What syncs overwrote and deleted, as their backups hold it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from notion_gitops.model.records import Side


class Synced(StrEnum):
    """Whether there is a history of syncs to look into."""

    EVER = "synced"
    NEVER = "never synced"
    SANDBOX = "the sandbox alone was synced"  # and the sandbox is not what was asked about


@dataclass(frozen=True, slots=True)
class KeptBackup:
    """What one sync took from one side of a record. Values are JSON-like data, as written."""

    mapping: str
    key: str
    side: Side
    fields: Mapping[str, object]  # None: it was empty
    reason: str  # "deleted": these are all its fields; "overwritten"
    why: Mapping[str, str] = field(default_factory=dict)  # by field: what overwrote it
    page_key: str = ""  # what a page's key property held, where a person had edited it

    @property
    def whole(self) -> bool:
        """Whether the record was deleted on that side."""
        return self.reason == "deleted"


@dataclass(frozen=True, slots=True)
class KeptSync:
    """One sync's backups."""

    sync_id: str
    at: datetime
    commit: str  # of the state branch; "" for a run that did not come to its end
    backups: tuple[KeptBackup, ...]
    damage: str = ""  # why its backups cannot be read, if they cannot

    @property
    def unfinished(self) -> bool:
        """Whether the run ended before its commits; its backups are in the journal."""
        return not self.commit


@dataclass(frozen=True, slots=True)
class HeldNow:
    """What a record holds now, as far as git tells; values are JSON-like data."""

    git: Mapping[str, object] | None = None  # None: git has no such record, or it cannot be read
    agreed: Mapping[str, object] | None = None  # None: it is not in the base


@dataclass(frozen=True, slots=True)
class ShownBackup:
    """One backup beside what its record holds now."""

    backup: KeptBackup
    now: HeldNow
