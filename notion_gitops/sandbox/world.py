"""Reading the workspace: sources, pages, links and users, each loaded once per request."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING

from notion_gitops.sandbox.basics.nouns import Page, Property, Source, User, UserKind
from notion_gitops.sandbox.weather.lag import Late, link_key

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from notion_gitops.sandbox.basics.messages import Json
    from notion_gitops.sandbox.basics.store import Store
    from notion_gitops.sandbox.weather.lag import Lag

_CHUNK = 500  # ids in one SELECT


class World:
    """What one request sees; made anew for each, so nothing in it is ever stale."""

    def __init__(self, store: Store, now: datetime, lag: Lag) -> None:
        self.store = store
        self.now = now
        self.lag = lag
        self._sources: dict[str, Source | None] = {}
        self._pages: dict[str, Page | None] = {}
        self._links: dict[str, dict[str, list[str]]] = {}
        self._users: dict[str, User] | None = None

    # Data sources and databases

    def source(self, identity: str) -> Source | None:
        """The data source with that id."""
        if identity not in self._sources:
            row = self.store.one("SELECT * FROM data_sources WHERE id=?", (identity,))
            self._sources[identity] = None if row is None else _source(row)
        return self._sources[identity]

    def the_source(self, identity: str) -> Source:
        """The data source with that id, which the caller knows to be there."""
        found = self.source(identity)
        if found is None:
            raise KeyError(identity)
        return found

    def sources(self) -> list[Source]:
        """All data sources, oldest first."""
        return [_source(row) for row in self.store.all("SELECT * FROM data_sources ORDER BY seq")]

    def sources_of(self, database: str) -> list[Source]:
        """The data sources of a database, oldest first."""
        rows = self.store.all(
            "SELECT * FROM data_sources WHERE database_id=? ORDER BY seq", (database,)
        )
        return [_source(row) for row in rows]

    def database(self, identity: str) -> Json | None:
        """The kept document of a database."""
        row = self.store.one("SELECT doc FROM databases WHERE id=?", (identity,))
        if row is None:
            return None
        doc: Json = json.loads(row["doc"])
        return doc

    def the_database(self, identity: str) -> Json:
        """The kept document of a database, which the caller knows to be there."""
        found = self.database(identity)
        if found is None:
            raise KeyError(identity)
        return found

    def forget_source(self, identity: str) -> None:
        """Read that data source anew when it is next asked for."""
        self._sources.pop(identity, None)

    # Pages

    def page(self, identity: str) -> Page | None:
        """The page with that id."""
        self.load_pages([identity])
        return self._pages[identity]

    def the_page(self, identity: str) -> Page:
        """The page with that id, which the caller knows to be there."""
        found = self.page(identity)
        if found is None:
            raise KeyError(identity)
        return found

    def load_pages(self, ids: Iterable[str]) -> None:
        """Read many pages at once, so that `page` finds them."""
        for chunk in _chunks(i for i in dict.fromkeys(ids) if i not in self._pages):
            self._pages.update(dict.fromkeys(chunk))
            marks = ",".join("?" * len(chunk))
            query = f"SELECT * FROM pages WHERE id IN ({marks})"  # noqa: S608  question marks only
            for row in self.store.all(query, chunk):
                self._pages[row["id"]] = page_of(row)

    def keep_page(self, page: Page) -> None:
        """Let `page` find what another SELECT has read."""
        self._pages[page.id] = page

    def forget_page(self, identity: str) -> None:
        """Read that page and its links anew when it is next asked for."""
        self._pages.pop(identity, None)
        self._links.pop(identity, None)

    # Links

    def load_links(self, ids: Iterable[str]) -> None:
        """Read the relations of many pages at once."""
        for chunk in _chunks(i for i in dict.fromkeys(ids) if i not in self._links):
            for identity in chunk:
                self._links[identity] = defaultdict(list)
            marks = ",".join("?" * len(chunk))
            query = f"SELECT * FROM links WHERE page IN ({marks}) ORDER BY seq"  # noqa: S608  likewise
            for _, page, prop, target in self.store.all(query, chunk):
                self._links[page][prop].append(target)

    def links(self, page: str, prop: Property) -> list[str]:
        """The ids that a relation of a page shows, in order, trashed pages included."""
        late: list[str] | None = self.lag.shown(Late.RELATION).get(link_key(page, prop.id))
        return self.true_links(page, prop.id) if late is None else late

    def true_links(self, page: str, prop: str) -> list[str]:
        """The ids that a relation of a page holds, also where it still shows others."""
        self.load_links([page])
        return self._links[page].get(prop, [])

    # Users

    def users(self) -> dict[str, User]:
        """All users by id, in order of creation."""
        if self._users is None:
            rows = self.store.all("SELECT * FROM users ORDER BY seq")
            self._users = {row["id"]: _user(row) for row in rows}
        return self._users

    def user(self, identity: str) -> User:
        """The user with that id; one that was removed has no name."""
        known = self.users().get(identity)
        return known or User(identity, UserKind.PERSON, None, None)

    def forget_users(self) -> None:
        """Read the users anew when they are next asked for."""
        self._users = None


def page_of(row: sqlite3.Row) -> Page:
    """The page of a row of the table `pages`."""
    return Page(
        seq=row["seq"], id=row["id"], source_id=row["source_id"], parent=json.loads(row["parent"]),
        created=row["created"], created_by=row["created_by"],
        edited=row["edited"], edited_by=row["edited_by"],
        in_trash=bool(row["in_trash"]), is_archived=bool(row["is_archived"]),
        is_locked=bool(row["is_locked"]), icon=json.loads(row["icon"]),
        cover=json.loads(row["cover"]), values=json.loads(row["vals"]),
    )  # fmt: skip


def _source(row: sqlite3.Row) -> Source:
    properties = tuple(Property.from_json(doc) for doc in json.loads(row["properties"]))
    return Source(row["id"], row["database_id"], row["alias"], json.loads(row["doc"]), properties)


def _user(row: sqlite3.Row) -> User:
    return User(row["id"], UserKind(row["kind"]), row["name"], row["email"])


def _chunks(ids: Iterable[str]) -> Iterator[list[str]]:
    chunk: list[str] = []
    for identity in ids:
        chunk.append(identity)
        if len(chunk) == _CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
