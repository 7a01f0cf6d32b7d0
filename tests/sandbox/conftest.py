"""A sandbox to ask, every answer of which is held against the schemas of Notion's answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from notion_gitops.sandbox import DEFAULT_TOKEN, Sandbox
from notion_gitops.sandbox.basics.clock import SettableClock
from notion_gitops.sandbox.basics.messages import Request
from notion_gitops.sandbox.seeding.seed import load
from tests.answers import at_hand, problems_of

Json = dict[str, Any]
Validate = Callable[[Json], list[str]]

NOW = datetime(2026, 7, 1, 9, 30, 42, 513_000, tzinfo=UTC)
_SEED = Path(__file__).parent / "workspace.yaml"


@pytest.fixture(scope="session")
def validate() -> Validate | None:
    """Gives what is wrong with an exchange; None where the schemas are not at hand."""
    return problems_of if at_hand() else None


@dataclass
class Api:
    """Asks a sandbox as a client would, and keeps the exchanges."""

    sandbox: Sandbox
    clock: SettableClock
    exchanges: list[Json] = field(default_factory=list)

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        query: tuple[tuple[str, str], ...] = (),
        token: str | None = DEFAULT_TOKEN,
        version: str | None = "2026-03-11",
    ) -> tuple[int, Json]:
        headers = {}
        if token is not None:
            headers["authorization"] = f"Bearer {token}"
        if version is not None:
            headers["notion-version"] = version
        sent = b"" if body is None else json.dumps(body).encode()
        response = self.sandbox.handle(Request(method, f"/v1/{path}", query, headers, sent))
        answer: Json = json.loads(response.body)
        exchange = {"method": method, "path": path, "status": response.status, "body": answer}
        self.exchanges.append({**exchange, "notion_version": version or "2026-03-11"})
        return response.status, answer

    def good(self, method: str, path: str, body: object = None, **more: Any) -> Json:
        status, answer = self.ask(method, path, body, **more)
        assert status == 200, answer
        return answer

    def refused(self, method: str, path: str, body: object = None, **more: Any) -> str:
        """The message of a 400."""
        status, answer = self.ask(method, path, body, **more)
        assert status == 400, answer
        assert answer["code"] == "validation_error"
        return str(answer["message"])

    def source(self, alias: str) -> str:
        found = self.sandbox.find_data_source(alias)
        assert found is not None
        return found

    def query(self, alias: str, **body: Any) -> list[Json]:
        found: list[Json] = self.good("POST", f"data_sources/{self.source(alias)}/query", body)[
            "results"
        ]
        return found

    def titles(self, alias: str, **body: Any) -> list[str]:
        return [title_of(page) for page in self.query(alias, **body)]

    def page(self, alias: str, title: str) -> Json:
        return next(page for page in self.query(alias) if title_of(page) == title)

    def create(self, alias: str, properties: Json) -> Json:
        parent = {"data_source_id": self.source(alias)}
        return self.good("POST", "pages", {"parent": parent, "properties": properties})

    def write(self, page: Json, properties: Json) -> Json:
        return self.good("PATCH", f"pages/{page['id']}", {"properties": properties})


def title_of(page: Json) -> str:
    for entry in page["properties"].values():
        if entry["type"] == "title":
            return "".join(item["plain_text"] for item in entry["title"])
    return ""


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(NOW)


@pytest.fixture
def api(clock: SettableClock, validate: Validate | None) -> Iterator[Api]:
    """An empty workspace; what it answers in the test is validated when the test ends."""
    sandbox = Sandbox(clock=clock, seed="tests")
    asked = Api(sandbox, clock)
    yield asked
    sandbox.close()
    if validate is not None:
        wrong = [
            (exchange["method"], exchange["path"], problem)
            for exchange in asked.exchanges
            for problem in validate(exchange)
        ]
        assert not wrong


@pytest.fixture(scope="session")
def description() -> Json:
    """The seed of the workspace that most tests use."""
    found: Json = yaml.safe_load(_SEED.read_text(encoding="utf-8"))
    return found


@pytest.fixture
def acme(api: Api, description: Json) -> Api:
    """A workspace with projects, tasks, and a database with every type of property."""
    load(api.sandbox, description)
    return api
