"""The local Notion: one function from request to response, over one SQLite file."""

from __future__ import annotations

import json
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Self

from notion_gitops.sandbox.call import VERSION, Call
from notion_gitops.sandbox.clock import Clock, utc_now
from notion_gitops.sandbox.databases import insert_database, insert_source
from notion_gitops.sandbox.identity import uuid_of
from notion_gitops.sandbox.messages import (
    ApiError,
    Code,
    ConnectionDropped,
    Json,
    Request,
    Response,
)
from notion_gitops.sandbox.nouns import (
    ALL_RIGHTS,
    Capability,
    Token,
    User,
    UserKind,
)
from notion_gitops.sandbox.protocol import body_of, committed, version_of
from notion_gitops.sandbox.recording import recorder
from notion_gitops.sandbox.richtext import plain_text, text_items
from notion_gitops.sandbox.routes import Routes
from notion_gitops.sandbox.rows import insert_page
from notion_gitops.sandbox.store import Store, dumps
from notion_gitops.sandbox.weather import Effect, Rule, Weather, error_of
from notion_gitops.sandbox.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

DEFAULT_TOKEN = "sandbox-token"  # noqa: S105  it opens nothing but the sandbox
"""The token of every new sandbox, with all rights."""

RESULT_CAP = 10_000


@dataclass(frozen=True, slots=True)
class Logged:
    """One request that the sandbox was asked."""

    method: str
    path: str
    status: int  # 0: the connection was dropped


@dataclass(frozen=True, slots=True)
class DatabaseSummary:
    """One data source, for people."""

    title: str
    alias: str | None
    database_id: str
    data_source_id: str
    rows: int  # neither in the trash nor archived


class Sandbox:
    """A workspace in one file (or in memory), which answers requests as Notion's API does."""

    def __init__(
        self,
        path: str | Path = ":memory:",
        *,
        clock: Clock = utc_now,
        seed: str | None = None,
        result_cap: int = RESULT_CAP,
    ) -> None:
        """Open the file, or make it.

        Args:
            path: the SQLite file; ":memory:" keeps everything in memory.
            clock: gives the present, with a zone.
            seed: fixes all ids of a new file; None takes a random one. A file keeps its own.
            result_cap: a query stops at so many rows, as Notion's does at 10,000.
        """
        self.clock = clock
        self.result_cap = result_cap
        self.weather = Weather()
        self.log: list[Logged] = []  # since this object was made
        self.sleep: Callable[[float], None] = time.sleep  # of a delay
        self._recorder = recorder()
        self._lock = threading.RLock()
        self._store = Store(path, seed)
        self._routes = Routes()
        if self._store.meta("workspace_id") is None:
            self._furnish()

    def _furnish(self) -> None:
        with self._store.transaction():
            self._store.set_meta("workspace_id", self._store.new_uuid())
            self._store.set_meta("workspace_name", "Sandbox")
        self.add_token(DEFAULT_TOKEN)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def requests(self) -> int:
        """How many requests were asked since this object was made."""
        return len(self.log)

    @property
    def total_requests(self) -> int:
        """How many requests were asked since the file was made."""
        with self._lock:
            return int(self._store.meta("requests") or 0)

    # Answering

    def handle(self, request: Request) -> Response:
        """Answer one request.

        Raises:
            ConnectionDropped: the weather takes the connection away.
        """
        with self._lock:
            rules = self.weather.effects(request)
            number = self._store.count("requests")
        self._wait(rules)
        with self._lock:
            try:
                response = self._through_weather(request, rules, number)
            except ConnectionDropped:
                self.log.append(Logged(request.method, request.path, 0))
                raise
            self.log.append(Logged(request.method, request.path, response.status))
            return response

    def _wait(self, rules: list[Rule]) -> None:
        """Wait as the rules say, without holding up other requests."""
        seconds = sum(rule.seconds for rule in rules if rule.effect is Effect.DELAY)
        if seconds > 0:
            self.sleep(seconds)

    def _through_weather(self, request: Request, rules: list[Rule], number: int) -> Response:
        for rule in rules:
            if rule.effect is Effect.DROP_BEFORE:
                raise ConnectionDropped
            if rule.effect is Effect.ANSWER:
                return self._stormy(rule, None, number)
        status, body, headers = self._answer(request)
        if self._recorder is not None:
            self._recorder.record(request, status, body)
        for rule in rules:
            if rule.effect is Effect.DROP_AFTER:
                raise ConnectionDropped
            if rule.effect is Effect.ANSWER_AFTER:
                return self._stormy(rule, committed(request, status, body), number)
        return self._response(status, body, headers, number)

    def _stormy(self, rule: Rule, committed: Json | None, number: int) -> Response:
        if isinstance(rule.body, str):
            headers = {"content-type": "text/html", **rule.headers}
            return Response(rule.status, headers, rule.body.encode())
        body = error_of(rule, committed).body() if rule.body is None else rule.body
        return self._response(rule.status, body, rule.headers, number)

    def _response(self, status: int, body: Json, headers: dict[str, str], number: int) -> Response:
        request_id = uuid_of(self._store.meta("seed"), "request", number)
        full = {**body, "request_id": request_id}
        sent = {
            "content-type": "application/json; charset=utf-8",
            "x-notion-request-id": request_id,
            **headers,
        }
        return Response(status, sent, dumps(full).encode())

    def _answer(self, request: Request) -> tuple[int, Json, dict[str, str]]:
        try:
            endpoint = self._routes.find(request.method, request.path)
            version = version_of(request)
            with self._store.transaction():
                call = self._call(request, version)
                return 200, endpoint(call), {}
        except ApiError as error:
            retry = (error.data or {}).get("retry_after")
            return error.status, error.body(), {} if retry is None else {"retry-after": retry}

    def _call(self, request: Request, version: str) -> Call:
        now = self.clock()
        world = World(self._store, now)
        token = self._token(request.headers.get("authorization", ""), world.user)
        wait = self.weather.spend(token.bot.id, now)
        if wait is not None:
            raise self.weather.rate_limited(wait)
        return Call(world, token, version, request.query, body_of(request), self.result_cap, now)

    def _token(self, header: str, user: Callable[[str], User]) -> Token:
        scheme, _, text = header.partition(" ")
        row = self._store.one("SELECT * FROM tokens WHERE token=?", (text.strip(),))
        if scheme.lower() != "bearer" or row is None:
            raise ApiError(401, Code.UNAUTHORIZED, "API token is invalid.")
        capabilities = frozenset(Capability(one) for one in json.loads(row["capabilities"]))
        shared = None if row["shared"] is None else frozenset(json.loads(row["shared"]))
        return Token(user(row["bot"]), capabilities, shared)

    # Looking after the workspace

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
            world = World(self._store, now)
            actor = _actor(world.users(), user, as_bot=as_bot or user is None)
            token = Token(actor, ALL_RIGHTS, None)
            yield Call(world, token, VERSION, (), {}, self.result_cap, now)

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
            known = self._store.one("SELECT bot FROM tokens WHERE token=?", (token,))
            bot = known["bot"] if known else self._store.new_uuid()
            self._store.write(
                "INSERT OR REPLACE INTO users(id, kind, name) VALUES(?,?,?)",
                (bot, UserKind.BOT.value, name),
            )
            self._store.write(
                "INSERT OR REPLACE INTO tokens VALUES(?,?,?,?)",
                (
                    token, bot, dumps(sorted(capabilities)),
                    None if shared is None else dumps(shared),
                ),
            )  # fmt: skip
            return str(bot)

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
        "SELECT count(*) AS n FROM pages WHERE source_id=? AND in_trash=0 AND is_archived=0",
        (source,),
    )
    return int(row["n"]) if row else 0
