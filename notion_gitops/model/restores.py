"""What a person wants back out of the backups, and what of it cannot come back."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from notion_gitops.model.records import Side
from notion_gitops.model.values import Value

_WISH = re.compile(
    r"([0-9A-Za-z-]+)/([a-z0-9][a-z0-9_-]*)(?:/([A-Za-z0-9][A-Za-z0-9._-]*)"
    r"(?::([A-Za-z][A-Za-z0-9_]*))?)?(?:@(git|notion))?"
)


@dataclass(frozen=True, slots=True)
class RestoreWish:
    """What was asked for: ``SYNC-ID/MAPPING[/KEY[:FIELD]][@SIDE]``."""

    sync: str
    mapping: str
    key: str = ""  # "" for all records of the mapping in that backup
    field: str = ""  # "" for all fields
    side: Side | None = None  # whose values; None: those of the side that has some

    @classmethod
    def parse(cls, text: str) -> "RestoreWish":
        """What was typed.

        Raises:
            ValueError: it is not of that form.
        """
        found = _WISH.fullmatch(text)
        if found is None:
            raise ValueError(f'"{text}" is not of the form SYNC-ID/MAPPING/KEY:FIELD')
        sync, mapping, key, name, side = found.groups()
        return cls(sync, mapping, key or "", name or "", Side(side) if side else None)

    def __str__(self) -> str:
        """As it is typed."""
        key = f"/{self.key}" if self.key else ""
        name = f":{self.field}" if self.field else ""
        side = f"@{self.side.value}" if self.side else ""
        return f"{self.sync}/{self.mapping}{key}{name}{side}"


@dataclass(frozen=True, slots=True)
class Restore:
    """What is to come back into one record."""

    values: Mapping[str, Value]  # `Unknown`: it does not fit today's mapping, or Notion
    syncs: Mapping[str, str]  # by field: whose backup it is from
    whole: bool = False  # these are all fields of a record that was deleted
    side: Side = Side.GIT  # where it was deleted; bodies are in that side's form
    fixes: Mapping[str, str] = field(default_factory=dict)  # by field: what to do about `Unknown`


@dataclass(frozen=True, slots=True)
class Unrestored:
    """Something that was asked for and does not come back, and why."""

    mapping: str
    key: str
    field: str  # "" for the record as a whole
    reason: str
    fix: str = ""
    unchanged: bool = False  # both sides hold it already: there is nothing to do
