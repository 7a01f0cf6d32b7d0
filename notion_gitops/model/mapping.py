"""A mapping file, read and checked: what is kept in step with what, and who decides."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from notion_gitops.model.diagnostics import Place, Severity
from notion_gitops.model.expressions import Expression
from notion_gitops.model.holds import Hold


class PropertyType(StrEnum):
    """Notion's property types that a sync can carry, by Notion's own names; and the page's body."""

    TITLE = "title"
    RICH_TEXT = "rich_text"
    NUMBER = "number"
    SELECT = "select"
    MULTI_SELECT = "multi_select"
    STATUS = "status"
    DATE = "date"
    PEOPLE = "people"
    FILES = "files"
    CHECKBOX = "checkbox"
    URL = "url"
    EMAIL = "email"
    PHONE_NUMBER = "phone_number"
    RELATION = "relation"
    PLACE = "place"
    FORMULA = "formula"
    ROLLUP = "rollup"
    CREATED_TIME = "created_time"
    CREATED_BY = "created_by"
    LAST_EDITED_TIME = "last_edited_time"
    LAST_EDITED_BY = "last_edited_by"
    UNIQUE_ID = "unique_id"
    VERIFICATION = "verification"
    BUTTON = "button"
    BODY = "body"  # no property: the text of the page, in Notion's Markdown


COMPUTED = frozenset(
    {
        PropertyType.FORMULA,
        PropertyType.ROLLUP,
        PropertyType.CREATED_TIME,
        PropertyType.CREATED_BY,
        PropertyType.LAST_EDITED_TIME,
        PropertyType.LAST_EDITED_BY,
        PropertyType.UNIQUE_ID,
        PropertyType.VERIFICATION,
        PropertyType.BUTTON,
    }
)  # read only: Notion works them out, and refuses a write

SETS = frozenset({PropertyType.MULTI_SELECT, PropertyType.PEOPLE, PropertyType.RELATION})
OPTIONS = frozenset({PropertyType.SELECT, PropertyType.MULTI_SELECT, PropertyType.STATUS})
TEXTS = frozenset(
    {
        PropertyType.TITLE,
        PropertyType.RICH_TEXT,
        PropertyType.URL,
        PropertyType.EMAIL,
        PropertyType.PHONE_NUMBER,
    }
)


BODY = "body"
"""The name of the field that a page's body is, in a mapping that syncs bodies."""


class Direction(StrEnum):
    """Which way a field's edits travel."""

    BOTH = "both"
    PUSH = "push"  # git to Notion
    PULL = "pull"  # Notion to git


class Mode(StrEnum):
    """How a mapping as a whole is kept."""

    TWO_WAY = "two-way"
    MIRROR = "mirror"  # Notion to git only


class GitFormat(StrEnum):
    """How record files are written."""

    YAML = "yaml"
    MARKDOWN = "markdown"
    JSON = "json"
    CSV = "csv"


class Take(StrEnum):
    """What a conflict rule decides."""

    GIT = "git"
    NOTION = "notion"
    LATEST = "latest"
    MERGE = "merge"
    MANUAL = "manual"


class Initial(StrEnum):
    """Whose value stands where both sides have one and there is no base."""

    GIT = "git"
    NOTION = "notion"
    ASK = "ask"


class Carry(StrEnum):
    """What a deletion on one side does to the other."""

    DELETE = "delete"  # trash the page, or delete the file
    KEEP = "keep"
    ASK = "ask"


class CheckKind(StrEnum):
    """The consistency checks that a mapping can declare."""

    UNIQUE = "unique"
    SIMILAR = "similar"
    REQUIRED = "required"
    RANGE = "range"
    PATTERN = "pattern"
    ALLOWED = "allowed"
    ORPHANS = "orphans"
    TREE = "tree"
    ORDER = "order"
    CONTRADICTS = "contradicts"
    CAPACITY = "capacity"
    DOCUMENTED = "documented"
    LINKS = "links"
    EXPR = "expr"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a record and the Notion property that it is."""

    name: str
    property_name: str  # in Notion
    type: PropertyType
    place: Place
    direction: Direction = Direction.BOTH
    required: bool = False
    group: str | None = None  # for rules that name groups
    to: str | None = None  # relation only: the mapping on the other end
    values: Mapping[str, str] | None = None  # word in git -> option name in Notion
    new_options: bool = False  # may a write create an option that Notion does not have
    sensitive: bool = False  # shown as a digest everywhere
    download: str | None = None  # files only: the folder that hosted files are fetched into
    to_notion: Expression | None = None
    to_git: Expression | None = None

    @property
    def computed(self) -> bool:
        """Whether Notion works the value out, so that it can only be pulled."""
        return self.type in COMPUTED

    @property
    def is_body(self) -> bool:
        """Whether it is the text of the page, and no property."""
        return self.type is PropertyType.BODY

    @property
    def derived(self) -> bool:
        """Whether it follows from other records: computed, or the read face of a relation."""
        read_face = self.type is PropertyType.RELATION and self.direction is Direction.PULL
        return self.computed or read_face


@dataclass(frozen=True, slots=True)
class KeyRule:
    """Where a record's key stands on each side."""

    field: str | None  # in record files; None: the file's stem
    property_name: str | None  # in Notion; None: no key is kept there
    write_back: bool = False  # also into pages born in Notion
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One conflict rule; the first that fits decides."""

    name: str
    take: Take
    place: Place
    fields: frozenset[str] | None = None  # None: every field; groups are already resolved
    when: Expression | None = None


@dataclass(frozen=True, slots=True)
class CheckRule:
    """One declared consistency check."""

    kind: CheckKind
    fields: tuple[str, ...]  # the fields that the check names, in its order
    options: Mapping[str, Any]  # what else it says; per kind, see docs/mappings.md
    severity: Severity
    place: Place


@dataclass(frozen=True, slots=True)
class Limit:
    """A guard: more writes than max(floor, min(count, share x records)) are refused.

    `count` None means that the share alone counts.
    """

    share: float
    count: int | None
    floor: int
    place: Place | None = None

    @property
    def rule(self) -> str:
        """What it is worked out from: ``the smaller of 20 and 10 %, at least 5``; "" if stated."""
        if self.share >= 1:
            return ""
        share = f"{self.share:.0%}".replace("%", " %")
        told = f"{share} of the records"
        if self.count is not None:
            told = f"the smaller of {self.count} and {share} of the records"
        return f"{told}, at least {self.floor}" if self.floor else told

    def allowed(self, records: int) -> int:
        """How many writes of this kind pass without being asked, given the base's size."""
        by_share = int(self.share * records)
        wanted = by_share if self.count is None else min(self.count, by_share)
        return max(self.floor, wanted)


@dataclass(frozen=True, slots=True)
class Safety:
    """The limits of one mapping, per side and run (defaults: design decision 41)."""

    deletes: Limit = Limit(share=0.10, count=20, floor=5)
    updates: Limit = Limit(share=0.25, count=None, floor=20)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How much may be wrong in a mapping before a plan fails; None: as much as there is."""

    errors: int | None = None  # findings of this severity
    warnings: int | None = None
    conflicts: int | None = None  # open ones
    health: int | None = None  # the lowest score, 0 to 100
    place: Place | None = None  # of the table; None: said on the command line


@dataclass(frozen=True, slots=True)
class NotionSource:
    """The Notion side of a mapping."""

    database: str  # an id or URL as written; may hold ${NAME}
    filter: Mapping[str, Any] | None  # Notion's own filter object
    place: Place


@dataclass(frozen=True, slots=True)
class GitSource:
    """The git side of a mapping."""

    path: str  # relative to the repository's root, with forward slashes
    format: GitFormat
    place: Place
    folder: Expression | None = None  # where in `path` a new record's file goes

    @property
    def single_file(self) -> bool:
        """Whether all records stand in one file (else `path` is a folder of files)."""
        name = self.path.rsplit("/", 1)[-1]
        return "." in name and not name.startswith(".")


@dataclass(frozen=True, slots=True)
class DatabaseMapping:
    """One mapping file: one Notion database and one path of record files."""

    name: str
    place: Place
    notion: NotionSource
    git: GitSource
    key: KeyRule
    fields: Mapping[str, Field]  # in the order of the file; the body, if it is synced, is the last
    mode: Mode = Mode.TWO_WAY
    rules: tuple[Rule, ...] = ()
    otherwise: Take = Take.MANUAL
    otherwise_place: Place | None = None
    when_deleted_in_git: Carry = Carry.DELETE
    when_trashed_in_notion: Carry = Carry.DELETE
    checks: tuple[CheckRule, ...] = ()
    safety: Safety = Safety()
    thresholds: Thresholds = Thresholds()
    initial: Initial = Initial.ASK
    timezone: str = "UTC"  # what a time without a zone means
    holds: tuple[Hold, ...] = ()  # what of it is on hold, as the mapping itself says

    @property
    def properties(self) -> tuple[Field, ...]:
        """The fields that are properties in Notion and stand in the fields of a file."""
        return tuple(f for f in self.fields.values() if not f.is_body)

    @property
    def body(self) -> Field | None:
        """The field that the text of the page is; None if bodies are not synced."""
        field = self.fields.get(BODY)
        return field if field is not None and field.is_body else None

    @property
    def title_field(self) -> Field:
        """The field that is the database's title property; every mapping has exactly one."""
        return next(f for f in self.fields.values() if f.type is PropertyType.TITLE)
