"""A record as each side holds it, and all records of a side at one moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from notion_gitops.model.diagnostics import Diagnostic, Place
from notion_gitops.model.values import Fields, Unknown, Value


class Side(StrEnum):
    """The two sides that are kept in step."""

    GIT = "git"
    NOTION = "notion"

    @property
    def other(self) -> "Side":
        """The opposite side."""
        return Side.NOTION if self is Side.GIT else Side.GIT

    @property
    def label(self) -> str:
        """As people read it."""
        return "git" if self is Side.GIT else "Notion"


@dataclass(frozen=True, slots=True)
class FileOrigin:
    """Where a record stands in git."""

    path: str  # relative to the repository's root
    place: Place  # of the record's first line
    content: str = ""  # digest of the file's bytes as read; a write requires it unchanged


@dataclass(frozen=True, slots=True)
class PageOrigin:
    """What Notion says of a page besides its properties."""

    id: str  # with dashes
    url: str
    edited: datetime  # floored to the minute by Notion
    edited_by: str  # user id
    created: datetime
    key: str | None = None  # what its key property holds
    in_trash: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """One record on one side. `fields` holds canonical values and no empty ones."""

    key: str
    fields: Fields
    file: FileOrigin | None = None
    page: PageOrigin | None = None
    title: str = ""

    def value(self, name: str) -> Value:
        """The field's value, None when it is empty."""
        return self.fields.get(name)

    @property
    def unknown(self) -> frozenset[str]:
        """The fields that this side could not tell, or cannot send."""
        return frozenset(n for n, value in self.fields.items() if isinstance(value, Unknown))


class Absence(StrEnum):
    """Why a page that the base knows is not in the listing (read page by page)."""

    TRASHED = "trashed"  # the only one that may delete
    OUT_OF_SCOPE = "out of scope"  # archived, or the mapping's filter leaves it out
    MOVED = "moved"  # it is in another database now
    UNREACHABLE = "unreachable"  # 404: unshared or gone, which cannot be told apart
    UNPROVEN = "unproven"  # the listing was cut short, or the page could not be read


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All records of one mapping on one side at one moment."""

    records: Mapping[str, Record] = field(default_factory=dict)
    unreadable: Mapping[str, tuple[Diagnostic, ...]] = field(default_factory=dict)  # by key, with
    # all that is wrong: never touched
    absent: Mapping[str, Absence] = field(default_factory=dict)  # by key; Notion only
    complete: bool = True  # False: absence means nothing


@dataclass(frozen=True, slots=True)
class BaseRecord:
    """The last values on which both sides agreed, of one record."""

    key: str
    page_id: str
    fields: Fields  # canonical, as the file reads
    known: frozenset[str]  # the fields that were ever agreed, the empty ones too
    stored: Fields = field(default_factory=dict)  # only where Notion reads back otherwise
    file: str = ""  # path of its file
    seen: str = ""  # digest of what Notion's page said when it was agreed; "" when it must be read

    def in_notion(self, name: str) -> Value:
        """The agreed value as Notion's side reads it."""
        return self.stored[name] if name in self.stored else self.fields.get(name)


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A record that was deleted by agreement: what brings it back."""

    key: str
    page_id: str
    side: Side  # where it was deleted first
    fields: Mapping[str, object]  # plain data, as JSON


@dataclass(frozen=True, slots=True)
class Base:
    """The base of one mapping."""

    records: Mapping[str, BaseRecord] = field(default_factory=dict)
    tombstones: Mapping[str, Tombstone] = field(default_factory=dict)
    ever: bool = False  # False: this mapping was never synced
