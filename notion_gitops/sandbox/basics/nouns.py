"""The nouns of the sandbox: users, tokens, data sources, their properties, pages."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, assert_never

if TYPE_CHECKING:
    from notion_gitops.sandbox.basics.messages import Json


class Kind(StrEnum):
    """The types of a property, by Notion's names."""

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
    ROLLUP = "rollup"
    FORMULA = "formula"
    CREATED_TIME = "created_time"
    CREATED_BY = "created_by"
    LAST_EDITED_TIME = "last_edited_time"
    LAST_EDITED_BY = "last_edited_by"
    UNIQUE_ID = "unique_id"
    VERIFICATION = "verification"
    BUTTON = "button"
    PLACE = "place"


READ_ONLY = frozenset({
    Kind.ROLLUP, Kind.FORMULA, Kind.CREATED_TIME, Kind.CREATED_BY,
    Kind.LAST_EDITED_TIME, Kind.LAST_EDITED_BY, Kind.UNIQUE_ID, Kind.BUTTON,
})  # fmt: skip
"""Types whose values the API does not write."""

TEXTS = frozenset({Kind.TITLE, Kind.RICH_TEXT})
CHOICES = frozenset({Kind.SELECT, Kind.MULTI_SELECT, Kind.STATUS})


class Capability(StrEnum):
    """What a token may do (Notion's documentation, "Capabilities")."""

    READ = "read content"
    INSERT = "insert content"
    UPDATE = "update content"
    USERS = "read user information"
    EMAILS = "read user information including email addresses"
    READ_COMMENTS = "read comments"
    INSERT_COMMENTS = "insert comments"


ALL_RIGHTS = frozenset(Capability)


class UserKind(StrEnum):
    """A user is a person or an integration."""

    PERSON = "person"
    BOT = "bot"


@dataclass(frozen=True, slots=True)
class User:
    """Someone who edits."""

    id: str
    kind: UserKind
    name: str | None
    email: str | None  # persons only


@dataclass(frozen=True, slots=True)
class Token:
    """One connection to the workspace."""

    bot: User
    capabilities: frozenset[Capability]
    shared: frozenset[str] | None  # ids of databases and pages that it may see; None: all


@dataclass(frozen=True, slots=True)
class Property:
    """One column of a data source.

    `config` is what is kept, which for relations and rollups holds ids only (names are looked up
    when it is shown): `options`, `groups`, `format`, `prefix`, `expression`, `function`, ...
    """

    id: str  # decoded
    name: str
    kind: Kind
    config: Json
    description: str | None = None

    def to_json(self) -> Json:
        """The form in the file."""
        doc = {"id": self.id, "name": self.name, "kind": self.kind.value, "config": self.config}
        return doc if self.description is None else {**doc, "description": self.description}

    @classmethod
    def from_json(cls, doc: Json) -> Property:
        """The property of its form in the file."""
        kind = Kind(doc["kind"])
        return cls(doc["id"], doc["name"], kind, doc["config"], doc.get("description"))

    def option(self, identity: str) -> Json | None:
        """The option with that id."""
        for option in self.config["options"]:
            if option["id"] == identity:
                found: Json = option
                return found
        return None

    def chosen(self, kept: str | None) -> Json | None:
        """The option of a select or status that a kept id stands for; a status always has one."""
        found = None if kept is None else self.option(kept)
        if found is None and self.kind is Kind.STATUS and self.default_option is not None:
            return self.option(self.default_option)
        return found

    @property
    def default_option(self) -> str | None:
        """The id of the option that a page has whose status was never set."""
        ids = [one for group in self.config["groups"] for one in group["option_ids"]]
        default: str | None = self.config.get("default")
        return default if default in ids else next(iter(ids), None)


@dataclass(frozen=True)
class Source:
    """One data source: a table."""

    id: str
    database_id: str
    alias: str | None
    doc: Json  # title, description, icon, cover, in_trash, created, edited, created_by, edited_by,
    # and trashed_alone: whether it is in the trash by itself, and not along with its database
    properties: tuple[Property, ...]

    @cached_property
    def by_id(self) -> dict[str, Property]:
        """The properties by decoded id."""
        return {p.id: p for p in self.properties}

    @cached_property
    def by_name(self) -> dict[str, Property]:
        """The properties by name."""
        return {p.name: p for p in self.properties}

    @property
    def title(self) -> Property:
        """The title property, of which there is exactly one."""
        return next(p for p in self.properties if p.kind is Kind.TITLE)

    def relation_of(self, rollup: Property) -> Property | None:
        """The relation that a rollup follows; None if it is gone, or has another type by now."""
        found = self.by_id.get(rollup.config["relation_property_id"])
        return found if found is not None and found.kind is Kind.RELATION else None


@dataclass(frozen=True)
class Page:
    """One page: a row of a data source, or a page of its own (`source_id` None)."""

    seq: int  # order of creation within the file
    id: str
    source_id: str | None
    parent: Json
    created: str  # as shown: floored to the minute
    created_by: str
    edited: str
    edited_by: str
    in_trash: bool
    is_archived: bool
    is_locked: bool
    icon: Json | None
    cover: Json | None
    values: Json  # property id -> what is kept; relations and computed values are not in it


def empty_value(kind: Kind) -> object:
    """What an empty cell of that type holds, as kept in `Page.values`."""
    match kind:
        case Kind.TITLE | Kind.RICH_TEXT | Kind.MULTI_SELECT | Kind.PEOPLE | Kind.FILES:
            return []
        case Kind.RELATION:
            return []
        case Kind.CHECKBOX:
            return False
        case Kind.BUTTON:
            return {}
        case (
            Kind.NUMBER | Kind.SELECT | Kind.STATUS | Kind.DATE | Kind.URL | Kind.EMAIL
            | Kind.PHONE_NUMBER | Kind.UNIQUE_ID | Kind.VERIFICATION | Kind.PLACE
            | Kind.ROLLUP | Kind.FORMULA | Kind.CREATED_TIME | Kind.CREATED_BY
            | Kind.LAST_EDITED_TIME | Kind.LAST_EDITED_BY
        ):  # fmt: skip
            return None
        case _:
            assert_never(kind)
