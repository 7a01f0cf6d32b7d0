"""A workspace in one SQLite file: what whoever runs it does to it, beside the API."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Self

from notion_gitops.sandbox.basics.clock import Clock, KeptClock
from notion_gitops.sandbox.basics.nouns import ALL_RIGHTS, Capability, Token, User, UserKind
from notion_gitops.sandbox.basics.store import NO_TEMPLATE, Store
from notion_gitops.sandbox.call import VERSION, Call
from notion_gitops.sandbox.databases.databases import insert_database, insert_source
from notion_gitops.sandbox.databases.rows import insert_page
from notion_gitops.sandbox.databases.sharing import keep_connection
from notion_gitops.sandbox.values.richtext import plain_text, text_items
from notion_gitops.sandbox.weather.force import Weather
from notion_gitops.sandbox.weather.lag import Lag
from notion_gitops.sandbox.world import World, page_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from notion_gitops.sandbox.basics.messages import Json

DEFAULT_TOKEN = "sandbox-token"  # noqa: S105  it opens nothing but the sandbox
"""The token of every new sandbox, with all rights."""

RESULT_CAP = 10_000


@dataclass(frozen=True, slots=True)
class DatabaseSummary:
    """One data source, for people."""

    title: str
    alias: str | None
    database_id: str
    data_source_id: str
    rows: int  # neither in the trash nor archived


@dataclass(frozen=True, slots=True)
class Connection:
    """One token, for people."""

    name: str
    token: str
    capabilities: frozenset[Capability]
    shared: tuple[str, ...] | None  # ids of what it sees; None: everything


class WorkspaceFile:
    """A workspace in one file (or in memory), with its clock and its weather."""

    def __init__(
        self, path: str | Path, *, clock: Clock, seed: str | None, result_cap: int
    ) -> None:
        self.result_cap = result_cap
        self._lock = threading.RLock()
        self._store = Store(path, seed)
        self.clock = KeptClock(self._store, self._lock, clock)
        self.weather = Weather(self._store, self._lock)
        self._closed = False
        if self._store.meta("workspace_id") is None:
            self._furnish()

    def _furnish(self) -> None:
        with self._store.transaction():
            self._store.set_meta("workspace_id", self._store.new_uuid())
            self._store.set_meta("workspace_name", "Sandbox")
        self.add_token(DEFAULT_TOKEN)

    def close(self) -> None:
        """Close the file, once the request that is being answered has its answer."""
        with self._lock:
            self._closed = True
            self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def acting(
        self, user: str | None = None, at: datetime | None = None, *, as_bot: bool = False
    ) -> Iterator[Call]:
        """Work on the workspace as somebody in it, in one transaction.

        Args:
            user: name, e-mail or id; None takes the integration of the default token.
            at: when it happens, in UTC if it has no zone; None takes the clock.
            as_bot: whether integrations are looked among too.

        Raises:
            LookupError: there is no such user.
        """
        now = at or self.clock()
        if now.tzinfo is None:
            now = now.replace(tzinfo=UTC)
        with self._lock, self._store.transaction():
            world = self._world(now)
            actor = _actor(world.users(), user, as_bot=as_bot or user is None)
            token = Token(actor, ALL_RIGHTS, None)
            yield Call(world, token, VERSION, (), {}, self.result_cap, now)

    def _world(self, now: datetime) -> World:
        return World(self._store, now, Lag(self._store, now, self.weather.conditions))

    # Connections

    def add_token(
        self,
        token: str,
        *,
        name: str = "Sandbox",
        capabilities: frozenset[Capability] = ALL_RIGHTS,
        shared: list[str] | None = None,
    ) -> str:
        """Make a connection, or change one; the user id of its integration.

        Args:
            token: what a client sends.
            name: of the integration, as errors show it.
            capabilities: what it may do.
            shared: ids of the databases, data sources and pages that it sees; None: all.
        """
        with self._lock, self._store.transaction():
            return keep_connection(self._store, token, name, capabilities, shared)

    def remove_token(self, name: str) -> bool:
        """Revoke the connection of that name, or token; whether there was one.

        Its user stays, as the author of what it wrote.
        """
        with self._lock, self._store.transaction():
            gone = self._store.write(
                "DELETE FROM tokens WHERE token=? OR bot IN (SELECT id FROM users WHERE name=?)",
                (name, name),
            )
            return gone > 0

    def connections(self) -> list[Connection]:
        """All tokens, in order of their making."""
        with self._lock:
            rows = self._store.all(
                "SELECT name, token, capabilities, shared FROM tokens"
                " JOIN users ON users.id=tokens.bot ORDER BY users.seq"
            )
        return [
            Connection(
                str(row["name"]),
                row["token"],
                frozenset(Capability(one) for one in json.loads(row["capabilities"])),
                None if row["shared"] is None else tuple(json.loads(row["shared"])),
            )
            for row in rows
        ]

    # Databases and pages

    def databases(self) -> list[DatabaseSummary]:
        """The data sources that are not in the trash, oldest first."""
        with self.acting() as call:
            return [
                DatabaseSummary(
                    plain_text(source.doc["title"]), source.alias, source.database_id, source.id,
                    _row_count(call, source.id),
                )
                for source in call.world.sources()
                if not source.doc["in_trash"]
            ]  # fmt: skip

    def find_data_source(self, alias: str) -> str | None:
        """The id of the data source with that alias, else with that title, ignoring case."""
        wanted = alias.casefold()
        known = self.databases()
        for one in known:
            if one.alias is not None and one.alias.casefold() == wanted:
                return one.data_source_id
        for one in known:
            if one.title.casefold() == wanted:
                return one.data_source_id
        return None

    def create_database_for(self, alias: str, title: str, properties: Json) -> str:
        """Make a database in the workspace; the id of its data source.

        Args:
            alias: the name by which `find_data_source` finds it.
            title: its title.
            properties: name to config, as POST databases takes it.

        Raises:
            ApiError: what the API would refuse.
        """
        with self.acting() as call:
            items = text_items(title)
            parent = {"type": "workspace", "workspace": True}
            database = insert_database(call, call.store.new_uuid(), parent, items)
            source = insert_source(call, database, call.store.new_uuid(), items, properties)
            call.store.write("UPDATE data_sources SET alias=? WHERE id=?", (alias, source.id))
            return source.id

    def find_root_page(self, title: str) -> str | None:
        """The id of the page at the top of the workspace that has that title."""
        with self.acting() as call:
            rows = call.store.all("SELECT * FROM pages WHERE source_id IS NULL AND in_trash=0")
            for page in map(page_of, rows):
                if "workspace" in page.parent and plain_text(page.values["title"]) == title:
                    return page.id
        return None

    def create_root_page(self, title: str) -> str:
        """Make a page at the top of the workspace; its id."""
        with self.acting() as call:
            parent = {"type": "workspace", "workspace": True}
            values = {"title": text_items(title)}
            return insert_page(call, parent, values, call.store.new_uuid()).id


def _actor(users: dict[str, User], wanted: str | None, *, as_bot: bool) -> User:
    candidates = [u for u in users.values() if as_bot or u.kind is UserKind.PERSON]
    if wanted is None:
        return next(user for user in candidates if user.kind is UserKind.BOT)
    for user in candidates:
        if wanted in {user.id, user.email} or wanted.casefold() == (user.name or "").casefold():
            return user
    raise LookupError(f"the sandbox has no user {wanted!r}")


def _row_count(call: Call, source: str) -> int:
    row = call.store.one(
        "SELECT count(*) AS n FROM pages"  # noqa: S608  fixed text
        f" WHERE source_id=? AND in_trash=0 AND is_archived=0 AND {NO_TEMPLATE}",
        (source,),
    )
    return int(row["n"]) if row else 0
