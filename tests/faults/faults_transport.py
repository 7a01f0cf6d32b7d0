"""The way to the sandbox: it keeps a log, and lets people act at the wrong moment."""

import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from notion_gitops.sandbox.basics.messages import Request
from notion_gitops.sandbox.sandbox import Sandbox
from notion_gitops.sandbox.transport import SandboxTransport

Json = dict[str, Any]


@dataclass
class Watched:
    """Something that happens just before or after the nth request that fits."""

    method: str
    path: str  # a regular expression
    act: Callable[[], None]
    nth: int = 1
    after: bool = False
    body: str = ""  # that the request holds
    seen: int = 0


@dataclass
class Exchange:
    """One request, and what it was answered."""

    method: str
    path: str
    body: Json
    at: float  # when it was sent, by the clock of the waits
    answer: Json = field(default_factory=dict)  # empty if it was lost, or no answer of Notion's
    begins: bool = False  # no request: a command begins here
    slowed_at: float | None = None  # when Notion asked to wait


class Transport(SandboxTransport):
    """To the sandbox, with a log of the bodies, and with people who act at the wrong moment."""

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__(sandbox)
        self.watched: list[Watched] = []
        self.sent: list[tuple[str, str, Json]] = []  # method, path, body
        self.headers: list[str] = []
        self.unlisted: set[str] = set()  # ids of pages that no query shows yet
        self.log: list[Exchange] = []  # for the laws of faults_laws.py
        self.clock: Callable[[], float] = lambda: 0.0
        self._lock = threading.Lock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        body = request.read()
        content = json.loads(body) if body else {}
        exchange = Exchange(request.method, request.url.path, content, self.clock())
        with self._lock:
            self.sent.append((request.method, request.url.path, content))
            self.headers.append(request.headers.get("authorization", ""))
            self.log.append(exchange)
            due = [w for w in self.watched if self._due(w, request, body)]
        for watched in due:
            if not watched.after:
                watched.act()
        response = super().handle_request(request)
        if response.status_code == httpx.codes.TOO_MANY_REQUESTS:
            exchange.slowed_at = self.clock()
        if response.status_code == httpx.codes.OK and "json" in response.headers["content-type"]:
            exchange.answer = json.loads(response.read())
        for watched in due:
            if watched.after:
                watched.act()
        if self.unlisted and request.url.path.endswith("/query"):
            return self._late(response)
        return response

    def _late(self, response: httpx.Response) -> httpx.Response:
        """The answer of an index that has not heard of some pages yet."""
        answer = json.loads(response.read())
        answer["results"] = [r for r in answer["results"] if r["id"] not in self.unlisted]
        return httpx.Response(response.status_code, json=answer)

    def _due(self, watched: Watched, request: httpx.Request, body: bytes) -> bool:
        fits = watched.method == request.method and re.search(watched.path, request.url.path)
        if not fits or watched.body.encode() not in body:
            return False
        watched.seen += 1
        return watched.seen == watched.nth

    def writes(self) -> list[tuple[str, str, Json]]:
        """The requests that change something."""
        return [s for s in self.sent if s[0] == "PATCH" or s[:2] == ("POST", "/v1/pages")]


class Calm(SandboxTransport):
    """To the sandbox, past its weather and its log."""

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__(sandbox)
        self.sandbox = sandbox

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        with self.sandbox._lock:
            status, body, headers = self._answer(request)
        return httpx.Response(status, headers=headers, json=body)

    def _answer(self, request: httpx.Request) -> Any:
        return self.sandbox._answer(
            Request(
                method=request.method,
                path=request.url.path,
                query=tuple(request.url.params.multi_items()),
                headers={name.lower(): value for name, value in request.headers.items()},
                body=request.read(),
            )
        )
