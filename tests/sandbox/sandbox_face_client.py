"""The sandbox's tables as a browser without a script asks for them."""

from __future__ import annotations

import html
import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from notion_gitops.sandbox.server import serve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from notion_gitops.sandbox import Sandbox
    from tests.sandbox.conftest import Api

Json = dict[str, Any]


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def words(self) -> str:
        """What is to be read, without markup."""
        return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", self.text)).split())


@dataclass
class Client:
    """A browser without a script."""

    port: int
    sent: dict[str, str] = field(default_factory=dict)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def get(self, path: str, **headers: str) -> Answer:
        return self._ask("GET", path, None, headers)

    def post(self, path: str, form: Any = (), **headers: str) -> Answer:
        own = {"origin": f"http://{self.host}", "sec-fetch-site": "same-origin"}
        return self.raw(path, urlencode(form, doseq=True), **{**own, **headers})

    def raw(self, path: str, body: str, **headers: str) -> Answer:
        told = {"content-type": "application/x-www-form-urlencoded", **headers}
        return self._ask("POST", path, body, told)

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Answer:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request(method, path, body, {**self.sent, **named})
            answer = connection.getresponse()
            told = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, told, answer.read().decode())
        finally:
            connection.close()


@contextmanager
def served(sandbox: Sandbox) -> Iterator[Client]:
    """A browser at a sandbox that is served as long as this lasts."""
    server = serve(sandbox)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield Client(server.server_address[1])
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def cell_of(page: Json, name: str) -> str:
    identity = page["properties"][name]["id"]
    return f"/pages/{page['id']}/cells/{identity}"


def table_of(acme: Api, alias: str) -> str:
    return f"/databases/{acme.source(alias)}"


def value_of(acme: Api, page: Json, name: str) -> Any:
    entry = acme.good("GET", f"pages/{page['id']}")["properties"][name]
    return entry[entry["type"]]


def fields_of(answer: Answer) -> dict[str, list[str]]:
    """What the browser would send of a form as it stands."""
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", answer.text):
        told = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if told.get("type") not in ("radio", "checkbox") or " checked" in tag:
            found.setdefault(told["name"], []).append(html.unescape(told.get("value", "")))
    text = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", answer.text, re.DOTALL)
    if text:
        found["text"] = [html.unescape(text[1])]
    found.pop("back", None)
    found.pop("person", None)
    return found
