"""A sandbox that stands for Notion, and a gateway to it whose clock costs no time."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from notion_gitops.model.diagnostics import Place
from notion_gitops.model.mapping import (
    DatabaseMapping,
    Field,
    GitFormat,
    GitSource,
    KeyRule,
    NotionSource,
    PropertyType,
)
from notion_gitops.model.people import People, Person
from notion_gitops.notion.connect import Settings, open_gateway
from notion_gitops.notion.gateway import Gateway
from notion_gitops.notion.pacing import Clock
from notion_gitops.notion.schema import Schema, read_schema
from notion_gitops.sandbox import DEFAULT_TOKEN, Sandbox, SandboxTransport
from notion_gitops.sandbox.basics.clock import SettableClock
from notion_gitops.sandbox.seeding.seed import load
from tests.notion.notion_desk import ALL, Desk

NOW = datetime(2026, 7, 1, 9, 30, 42, tzinfo=UTC)
ANN = "6794760a-1f15-45cd-9c65-0dfe42f5135a"

EVERYTHING: dict[str, Any] = {
    "Name": "title", "Text": "rich_text", "Number": "number",
    "Select": {"type": "select", "options": ["A", "B"]},
    "Multi": {"type": "multi_select", "options": ["z", "y", "x"]},
    "Status": "status", "Date": "date", "People": "people", "Files": "files",
    "Checkbox": "checkbox", "Url": "url", "Email": "email", "Phone": "phone_number",
    "Relation": {"type": "relation", "to": "Projects", "two_way": "Things"},
    "Rollup": {"type": "rollup", "relation": "Relation", "property": "Name",
               "function": "show_original"},
    "Formula": {"formula": 'length(prop("Name"))'},
    "Created": "created_time", "Author": "created_by", "Edited": "last_edited_time",
    "Editor": "last_edited_by", "Id": {"type": "unique_id", "prefix": "T"},
    "Verified": "verification", "Button": "button", "Place": "place", "Key": "rich_text",
}  # fmt: skip

WORKSPACE: dict[str, Any] = {
    "workspace": {"name": "Acme"},
    "users": [
        {"id": ANN, "name": "Ann Lee", "email": "ann@acme.example"},
        {"name": "Bob Ray", "email": "bob@acme.example"},
        *({"name": f"Guest {n}", "email": f"g{n}@acme.example"} for n in range(30)),
    ],
    "databases": [
        {
            "name": "Projects",
            "mapping": "projects",
            "properties": {"Name": "title", "Key": "rich_text"},
            "pages": [
                {"Name": f"Project {n}", "Key": f"p{n}", "created": "2026-06-01T10:00"}
                for n in range(60)
            ],
        },
        {
            "name": "Everything",
            "mapping": "everything",
            "properties": EVERYTHING,
            "pages": [{"Name": "Full", "Key": "full", "created": "2026-06-03T10:00"}],
        },
    ],
}


@dataclass
class Notion:
    """The sandbox, the way to it, and what waiting there was."""

    sandbox: Sandbox
    clock: SettableClock
    waits: list[float] = field(default_factory=list)

    def gateway(self, token: str = DEFAULT_TOKEN, budget: int | None = None) -> Gateway:
        """A gateway whose sleep moves the sandbox's clock."""

        def sleep(seconds: float) -> None:
            self.waits.append(seconds)
            self.clock.advance(timedelta(seconds=seconds))

        pace = Clock(lambda: self.clock().timestamp(), sleep)
        return open_gateway(
            token,
            transport=SandboxTransport(self.sandbox),
            settings=Settings(budget=budget, clock=pace),
        )

    def source(self, name: str) -> str:
        """A data source's id."""
        found = self.sandbox.find_data_source(name)
        assert found is not None
        return found

    def schema(self, name: str) -> Schema:
        """A data source's schema."""
        return read_schema(self.gateway(), self.source(name))


@pytest.fixture
def notion() -> Notion:
    clock = SettableClock(NOW)
    sandbox = Sandbox(clock=clock, seed="tests")
    load(sandbox, WORKSPACE)
    return Notion(sandbox, clock)


@pytest.fixture
def people() -> People:
    return People({"ann": Person("ann", ANN, "Ann Lee", "ann@acme.example")})


MakeMapping = Callable[..., DatabaseMapping]


@pytest.fixture
def make_mapping() -> MakeMapping:
    """Makes a mapping of the database Everything: field -> (property, type, more)."""

    def make(*, timezone: str = "UTC", **fields: tuple[str, PropertyType, dict[str, Any]]) -> Any:
        place = Place("mappings/things.yaml", 3)
        made = {
            name: Field(name, prop, kind, Place("mappings/things.yaml", at + 10), **more)
            for at, (name, (prop, kind, more)) in enumerate(fields.items())
        }
        title = {"title": Field("title", "Name", PropertyType.TITLE, place)}
        return DatabaseMapping(
            name="things",
            place=place,
            notion=NotionSource("x", None, place),
            git=GitSource("state/records/things", GitFormat.YAML, place),
            key=KeyRule(None, "Key"),
            fields=title | made,
            timezone=timezone,
        )

    return make


@pytest.fixture
def desk(notion: Notion, make_mapping: MakeMapping, people: People) -> Desk:
    return Desk(notion, make_mapping(**ALL), people)
