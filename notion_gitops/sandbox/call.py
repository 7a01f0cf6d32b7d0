"""What every endpoint is given: the request, who asks, what they may see, and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from notion_gitops.sandbox.basics.clock import minute
from notion_gitops.sandbox.basics.identity import parse_uuid
from notion_gitops.sandbox.basics.messages import (
    ApiError,
    Code,
    Json,
    failed_validation,
    in_trash,
    invalid,
    not_found,
    restricted,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from notion_gitops.sandbox.basics.forms import Form
    from notion_gitops.sandbox.basics.nouns import Capability, Page, Source, Token
    from notion_gitops.sandbox.basics.store import Store
    from notion_gitops.sandbox.world import World

VERSION = "2026-03-11"
"""The version of the API that the product speaks."""

OLDER_VERSION = "2025-09-03"
"""The version before, in which `in_trash` is also called `archived`."""

OLDEST_VERSION = "2022-06-28"
"""The version in which a database is a table: its rows' parent, its columns, its query."""

MAX_PAGE_SIZE = 100

MARKDOWN_CAP = 20_000
"""So many blocks of a page Notion reads as Markdown, about."""

_ABOVE = ("data_source_id", "page_id", "block_id", "database_id")
"""The keys of a parent; that of a row has two, the nearer of which comes first here."""


_OF_TRASH = frozenset({"in_trash", "archived"})


@dataclass(frozen=True)
class Call:
    """One request while it is answered."""

    world: World
    token: Token
    version: str
    query: tuple[tuple[str, str], ...]
    body: Json
    result_cap: int  # a query stops at so many rows
    now: datetime
    seeding: bool = False  # a seed may make what the API cannot: buttons, verification
    host: str = ""  # as the client named it, for the addresses of files
    form: Form | None = None  # of a multipart body
    markdown_cap: int = MARKDOWN_CAP  # so many blocks are read or changed as Markdown

    @property
    def store(self) -> Store:
        """The file."""
        return self.world.store

    @property
    def has_tables(self) -> bool:
        """Whether the client's version knows databases as tables, and no data sources."""
        return self.version == OLDEST_VERSION

    @property
    def minute(self) -> str:
        """The present as pages show it."""
        return minute(self.now)

    def require(self, capability: Capability) -> None:
        """Refuse (403) a token without that capability."""
        if capability not in self.token.capabilities:
            raise restricted()

    def parameters(self, name: str) -> list[str]:
        """The values of a repeated query parameter, also when written `name[]`."""
        return [value for key, value in self.query if key in {name, f"{name}[]"}]

    def parameter(self, name: str) -> str | None:
        """The last value of a query parameter."""
        values = self.parameters(name)
        return values[-1] if values else None

    # What the token sees

    def sees_source(self, source: Source) -> bool:
        """Whether a data source, or something that it lies in, is shared with the token."""
        return self._sees(source.id, {"database_id": source.database_id})

    def sees_database(self, identity: str) -> bool:
        """Whether a database, or something that it lies in, is shared with the token."""
        return self._sees(identity, self._parent_of("database_id", identity))

    def sees_page(self, page: Page) -> bool:
        """Whether a page, or something that it lies in, is shared with the token."""
        return self._sees(page.id, self._parent_of("page_id", page.id))

    def _sees(self, identity: str, parent: Json) -> bool:
        shared = self.token.shared
        if shared is None or identity in shared:
            return True
        return any(above in shared for above in self.above(parent))

    def above(self, parent: Json) -> Iterator[str]:
        """The ids of all that an object with that parent lies in, from the innermost out."""
        seen: set[str] = set()  # in files of earlier versions a page can lie in itself
        kind = next((k for k in _ABOVE if parent.get(k)), None)
        while kind is not None and parent[kind] not in seen:
            yield parent[kind]
            seen.add(parent[kind])
            parent = self._parent_of(kind, parent[kind])
            kind = next((k for k in _ABOVE if parent.get(k)), None)

    def _parent_of(self, kind: str, identity: str) -> Json:
        """What an object of the workspace lies in, as `parent` tells it; empty at the top."""
        match kind:
            case "page_id":
                page = self.world.page(identity)
                return page.parent if page is not None else {}
            case "data_source_id":
                source = self.world.source(identity)
                return {"database_id": source.database_id} if source is not None else {}
            case "database_id":
                doc = self.world.database(identity) or {}
                return doc.get("parent") or {}
            case _:
                row = self.store.one("SELECT parent FROM blocks WHERE id=?", (identity,))
                if row is None:
                    return {}
                above = "page_id" if self.world.page(row["parent"]) is not None else "block_id"
                return {above: row["parent"]}

    # Finding, or 404

    def find_page(self, text: str, place: str = "path.page_id") -> Page:
        """The page of an id in the path or the body."""
        identity = checked_id(text, place)
        page = self.world.page(identity)
        if page is None or not self.sees_page(page):
            raise self.missing("page", identity)
        return page

    def find_source(self, text: str, place: str = "path.data_source_id") -> Source:
        """The data source of an id in the path or the body."""
        identity = checked_id(text, place)
        source = self.world.source(identity)
        if source is None or not self.sees_source(source):
            raise self.missing("data_source", identity)
        return source

    def find_database(self, text: str, place: str = "path.database_id") -> Json:
        """The kept document of the database of an id in the path or the body."""
        identity = checked_id(text, place)
        doc = self.world.database(identity)
        if doc is None or not self.sees_database(identity):
            raise self.missing("database", identity)
        return doc

    def only_source(self, database: Json) -> Source:
        """The one data source of a database, for requests that name the database only.

        Raises:
            ApiError: 400 if it has several.
        """
        sources = self.world.sources_of(database["id"])
        live = [source for source in sources if not source.doc["in_trash"]] or sources
        if len(live) != 1:
            raise several_sources(database["id"], [source.id for source in live])
        return live[0]

    def missing(self, kind: str, identity: str) -> Exception:
        """The 404 for that object."""
        return not_found(kind, identity, self.token.bot.name or "", self.token.bot.id)

    # The body

    def only(self, *known: str) -> None:
        """Refuse (400) a body with other keys than these at its top."""
        # Where the trash can be named at all, older versions have a second name for it.
        older = {"archived"} if "in_trash" in known and self.version != VERSION else set()
        allowed = {*known, *older}
        for key, value in self.body.items():
            if key not in allowed:
                raise failed_validation(f"body.{key}", "not present", value)

    def only_parameters(self, *known: str) -> None:
        """Refuse (400) a query string with other keys than these."""
        for key, value in self.query:
            if key.removesuffix("[]") not in known:
                raise failed_validation(f"query.{key}", "not present", value)

    def trash_wish(self) -> bool | None:
        """What the body says about the trash: True moves there, False restores."""
        key = "archived" if "archived" in self.body and "in_trash" not in self.body else "in_trash"
        wish = self.body.get(key)
        if wish is not None and not isinstance(wish, bool):
            raise failed_validation(f"body.{key}", "a boolean or `undefined`", wish)
        return wish

    def require_live(self, *, trashed: bool) -> None:
        """Refuse (400) a body that changes what is in the trash, unless it restores it too."""
        if not trashed or self.trash_wish() is False:
            return
        if any(value != {} for key, value in self.body.items() if key not in _OF_TRASH):
            raise in_trash()

    def paging(self, where: str) -> tuple[int, str | None]:
        """`page_size` and `start_cursor`, from the "body" or the "query"."""
        given: dict[str, Any] = self.body if where == "body" else dict(self.query)
        path = f"{where}.page_size"
        size = given.get("page_size", MAX_PAGE_SIZE)
        if where == "query" and str(size).isdecimal():
            size = int(size)
        if isinstance(size, bool) or not isinstance(size, int):
            raise failed_validation(path, "a number or `undefined`", size)
        if size > MAX_PAGE_SIZE:
            raise failed_validation(path, f"≤ `{MAX_PAGE_SIZE}`", size)
        if size < 1:
            raise failed_validation(path, "≥ `1`", size)
        cursor = given.get("start_cursor")
        if cursor is not None and not isinstance(cursor, str):
            raise failed_validation(f"{where}.start_cursor", "a string or `undefined`", cursor)
        return size, cursor

    def window(self, ids: Sequence[str]) -> tuple[slice, str | None]:
        """Which of `ids` the query string asks for, and the cursor to those after them.

        Raises:
            ApiError: 400 for a cursor that is none of the ids.
        """
        size, cursor = self.paging("query")
        if cursor is not None and cursor not in ids:
            raise wrong_cursor(cursor)
        start = 0 if cursor is None else ids.index(cursor)
        following = ids[start + size] if start + size < len(ids) else None
        return slice(start, start + size), following


def checked_id(text: object, place: str) -> str:
    """The dashed form of an id, or a 400 that names its place."""
    identity = parse_uuid(text) if isinstance(text, str) else None
    if identity is not None:
        return identity
    raise failed_validation(place, "a valid uuid", text)


def several_sources(database: str, sources: list[str]) -> ApiError:
    """The 400 for a database that is no single table, with the words of the official client."""
    data = {
        "error_type": "multiple_data_sources_for_database",
        "database_id": database,
        "child_data_source_ids": sources,
        "minimum_api_version": OLDER_VERSION,
    }
    text = "Databases with multiple data sources are not supported in this API version."
    return ApiError(400, Code.VALIDATION_ERROR, text, data)


def wrong_cursor(cursor: str) -> Exception:
    """The 400 for a cursor that was not given out."""
    return invalid(f"The start_cursor provided is invalid: {cursor}")


def listing(results: list[Json], next_cursor: str | None, kind: str) -> Json:
    """A list object of that type."""
    return {
        "object": "list",
        "results": results,
        "next_cursor": next_cursor,
        "has_more": next_cursor is not None,
        "type": kind,
        kind: {},
    }
