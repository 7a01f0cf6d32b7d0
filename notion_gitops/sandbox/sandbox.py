"""The local Notion: one function from request to response, over one SQLite file."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, replace
from email.utils import format_datetime
from typing import TYPE_CHECKING

from notion_gitops.sandbox.basics.clock import Clock, utc_now
from notion_gitops.sandbox.basics.forms import is_form, read_form
from notion_gitops.sandbox.basics.identity import uuid_of
from notion_gitops.sandbox.basics.messages import (
    Accepted,
    ApiError,
    Code,
    ConnectionDropped,
    Json,
    Request,
    Response,
)
from notion_gitops.sandbox.basics.nouns import Capability, Token, User
from notion_gitops.sandbox.basics.store import dumps
from notion_gitops.sandbox.call import MARKDOWN_CAP, Call
from notion_gitops.sandbox.protocol import body_of, version_of
from notion_gitops.sandbox.recording import recorder
from notion_gitops.sandbox.routes import Routes
from notion_gitops.sandbox.values.file_links import PREFIX, serve_file
from notion_gitops.sandbox.weather.answers import Stormy, answer_of, committed
from notion_gitops.sandbox.weather.force import delay_of
from notion_gitops.sandbox.weather.rules import Effect, Stroke
from notion_gitops.sandbox.workspace_file import DEFAULT_TOKEN, RESULT_CAP, WorkspaceFile

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

__all__ = ["DEFAULT_TOKEN", "Logged", "Sandbox"]


@dataclass(frozen=True, slots=True)
class Logged:
    """One request that the sandbox was asked."""

    method: str
    path: str
    status: int  # 0: the connection was dropped
    weather: tuple[Effect, ...] = ()  # what hit it


class Sandbox(WorkspaceFile):
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
            clock: gives the present, with a zone; the file may have it set to another.
            seed: fixes all ids of a new file; None takes a random one. A file keeps its own.
            result_cap: a query stops at so many rows, as Notion's does at 10,000.
        """
        super().__init__(path, clock=clock, seed=seed, result_cap=result_cap)
        self.log: list[Logged] = []  # since this object was made
        self.downloads: list[Request] = []  # of hosted files, which count as no requests
        self.sleep: Callable[[float], None] = time.sleep  # of latency and delays
        self.markdown_cap = MARKDOWN_CAP  # blocks that are read or changed as Markdown
        self._recorder = recorder()
        self._routes = Routes()

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
            ConnectionDropped: the weather takes the connection away, or the sandbox is closed.
        """
        with self._lock:
            if self._closed:
                raise ConnectionDropped
            if request.path.startswith(PREFIX):  # Notion's store of files, not its API
                self.downloads.append(request)
                return serve_file(self._store, request, self.clock())
            number = self._store.count("requests")
            strokes = self.weather.strokes(request)
            wait = self.weather.latency() + delay_of(strokes)
        if wait > 0:
            self.sleep(wait)  # without holding up other requests
        with self._lock:
            if self._closed:
                raise ConnectionDropped
            return self._logged(request, strokes, number)

    def _logged(self, request: Request, strokes: list[Stroke], number: int) -> Response:
        struck = tuple(one.rule.effect for one in strokes)
        try:
            response = self._through_weather(request, strokes, number)
        except ConnectionDropped:
            self.log.append(Logged(request.method, request.path, 0, struck))
            raise
        self.log.append(Logged(request.method, request.path, response.status, struck))
        return response

    def _through_weather(self, request: Request, strokes: list[Stroke], number: int) -> Response:
        for stroke in strokes:
            if stroke.rule.effect is Effect.DROP_BEFORE:
                raise ConnectionDropped
            if stroke.rule.effect is Effect.ANSWER:
                return self._stormy(answer_of(stroke.rule, None), number)
        status, body, headers = self._answer(request)
        if self._recorder is not None:
            self._recorder.record(request, status, body)
        for stroke in strokes:
            if stroke.rule.effect is Effect.DROP_AFTER:
                raise ConnectionDropped
            if stroke.rule.effect is Effect.ANSWER_AFTER:
                told = committed(request, body_of(request), body) if status == 200 else None  # noqa: PLR2004
                return self._stormy(answer_of(stroke.rule, told), number)
            if stroke.rule.effect is Effect.CUT:
                whole = self._response(status, body, headers, number)
                return replace(whole, cut_after=stroke.seconds)
        return self._response(status, body, headers, number)

    def _stormy(self, answer: Stormy, number: int) -> Response:
        if isinstance(answer.body, str):
            return Response(answer.status, answer.headers, answer.body.encode())
        return self._response(answer.status, answer.body, dict(answer.headers), number)

    def _response(self, status: int, body: Json, headers: dict[str, str], number: int) -> Response:
        request_id = uuid_of(self._store.meta("seed"), "request", number)
        full = {**body, "request_id": request_id}
        sent = {
            "content-type": "application/json; charset=utf-8",
            "x-notion-request-id": request_id,
            "date": format_datetime(self.clock(), usegmt=True),
            **headers,
        }
        return Response(status, sent, dumps(full).encode())

    def _answer(self, request: Request) -> tuple[int, Json, dict[str, str]]:
        try:
            endpoint = self._routes.find(request.method, request.path)
            version = version_of(request)
            now = self.clock()
            self._spend(request, now)
            with self._store.transaction():
                call = self._call(request, version, now)
                body = endpoint(call)
                return 202 if isinstance(body, Accepted) else 200, body, {}
        except ApiError as error:
            retry = (error.data or {}).get("retry_after")
            return error.status, error.body(), {} if retry is None else {"retry-after": retry}

    def _spend(self, request: Request, now: datetime) -> None:
        """Take the request from the budgets, in a transaction of its own: an error costs too."""
        if not self.weather.conditions.limits:
            return
        users = self._world(now).user
        token = self._token(request.headers.get("authorization", ""), users)
        refused = self.weather.spend(request.path, token.bot.id, now)
        if refused is not None:
            raise refused

    def _call(self, request: Request, version: str, now: datetime) -> Call:
        world = self._world(now)
        token = self._token(request.headers.get("authorization", ""), world.user)
        call = Call(world, token, version, request.query, body_of(request), self.result_cap, now)
        form = read_form(request) if is_form(request) else None
        host = request.headers.get("host", "")
        return replace(call, host=host, form=form, markdown_cap=self.markdown_cap)

    def _token(self, header: str, user: Callable[[str], User]) -> Token:
        scheme, _, text = header.partition(" ")
        row = self._store.one("SELECT * FROM tokens WHERE token=?", (text.strip(),))
        if scheme.lower() != "bearer" or row is None:
            raise ApiError(401, Code.UNAUTHORIZED, "API token is invalid.")
        capabilities = frozenset(Capability(one) for one in json.loads(row["capabilities"]))
        shared = None if row["shared"] is None else frozenset(json.loads(row["shared"]))
        return Token(user(row["bot"]), capabilities, shared)
