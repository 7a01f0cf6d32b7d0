"""The sample workspace is in order, but for what it is meant to show."""

from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import notion_client
import pytest
import yaml

from notion_gitops import samples
from notion_gitops.engine.checks import run_checks
from notion_gitops.mapping import load_folder, load_people
from notion_gitops.model.mapping import (
    BODY,
    CheckKind,
    DatabaseMapping,
    Direction,
    Field,
    Initial,
    PropertyType,
    Take,
)
from notion_gitops.model.people import People
from notion_gitops.model.records import Record
from notion_gitops.model.values import Value, to_plain
from notion_gitops.notion.carrying import Context
from notion_gitops.notion.schema import parse_schema
from notion_gitops.notion.values import decode
from notion_gitops.records.reading import read_records
from notion_gitops.sandbox import DEFAULT_TOKEN, Sandbox, SandboxTransport
from notion_gitops.sandbox.seeding.seed import load
from notion_gitops.text.bodies import same_text

ROOT = Path(__file__).parents[2]
COUNTS = {"projects": 12, "tasks": 60, "resources": 15, "notes": 20}
TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def mappings() -> dict[str, DatabaseMapping]:
    return {mapping.name: mapping for mapping in load_folder(ROOT)}


@pytest.fixture(scope="module")
def people() -> People:
    return load_people((ROOT / "state/people.yaml").read_text(encoding="utf-8"), "people.yaml")


@pytest.fixture(scope="module")
def records(mappings: dict[str, DatabaseMapping], people: People) -> dict[str, dict[str, Record]]:
    found = {}
    for name, mapping in mappings.items():
        paths = [path for path in (ROOT / mapping.git.path).rglob("*") if path.is_file()]
        files = {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in paths}
        reading = read_records(mapping, files, people)
        assert not reading.unreadable
        assert not reading.warnings
        found[name] = dict(reading.records)
    return found


class Workspace:
    """The seeded sandbox, read through the real client and the codecs of each property."""

    def __init__(self, mappings: dict[str, DatabaseMapping], people: People) -> None:
        self.mappings, self.people = mappings, people
        sandbox = Sandbox(seed="samples")
        load(sandbox, yaml.safe_load(samples.seed_text()))
        client: Any = notion_client.Client(
            auth=DEFAULT_TOKEN,
            notion_version="2026-03-11",
            client=httpx.Client(transport=SandboxTransport(sandbox)),
        )
        sources = {name: str(sandbox.find_data_source(name)) for name in mappings}
        self.schemas = {
            name: parse_schema(client.data_sources.retrieve(source))
            for name, source in sources.items()
        }
        self.pages: dict[str, dict[str, Any]] = {
            name: {
                self.key(name, page): page for page in client.data_sources.query(source)["results"]
            }
            for name, source in sources.items()
        }
        self.keys = {page["id"]: key for of in self.pages.values() for key, page in of.items()}
        self.users = client.users.list()["results"]
        self.client = client

    def key(self, name: str, page: Any) -> str:
        parts = page["properties"][self.mappings[name].key.property_name]["rich_text"]
        return "".join(part["plain_text"] for part in parts)

    def text(self, name: str, key: str) -> str:
        """The text of a page, in Notion's Markdown."""
        answer = self.client.pages.retrieve_markdown(self.pages[name][key]["id"])
        return str(answer["markdown"])

    def value(self, name: str, key: str, field: Field) -> Value:
        """What a page says, in the words of git."""
        schema = self.schemas[name].properties[field.property_name]
        zone = ZoneInfo(self.mappings[name].timezone)
        prop = self.pages[name][key]["properties"][field.property_name]
        value = decode(prop, Context(field, schema, self.people, zone))
        if field.type is PropertyType.RELATION and isinstance(value, frozenset):
            return frozenset(self.keys[page.removeprefix("page:")] for page in value)
        words = {option: word for word, option in (field.values or {}).items()}
        return words.get(value, value) if isinstance(value, str) else value


@pytest.fixture(scope="module")
def workspace(mappings: dict[str, DatabaseMapping], people: People) -> Workspace:
    return Workspace(mappings, people)


def test_the_repository_and_the_package_hold_the_same_workspace() -> None:
    shipped = samples.workspace_files()
    here = {path: (ROOT / path).read_text(encoding="utf-8") for path in shipped}
    assert shipped == here
    in_folder = {path.relative_to(ROOT).as_posix() for path in (ROOT / "mappings").iterdir()}
    assert in_folder == {path for path in shipped if path.startswith("mappings/")}


def test_there_are_the_four_databases(records: dict[str, dict[str, Record]]) -> None:
    assert {name: len(of) for name, of in records.items()} == COUNTS


def test_the_mappings_show_what_a_mapping_can_say(mappings: dict[str, DatabaseMapping]) -> None:
    every = list(mappings.values())
    kinds = {rule.kind for m in every for rule in m.checks}
    assert kinds == set(CheckKind) - {CheckKind.TREE}  # no record has a parent here
    assert {m.initial for m in every} == {Initial.ASK, Initial.GIT}
    used = {field.type for m in every for field in m.fields.values()}
    assert used >= set(PropertyType) - {
        PropertyType.FILES, PropertyType.PLACE, PropertyType.BUTTON, PropertyType.UNIQUE_ID,
        PropertyType.VERIFICATION, PropertyType.CREATED_BY, PropertyType.CREATED_TIME,
        PropertyType.LAST_EDITED_BY, PropertyType.LAST_EDITED_TIME,
    }  # fmt: skip


def test_the_tasks_say_the_three_priorities(mappings: dict[str, DatabaseMapping]) -> None:
    active, metadata, status = mappings["tasks"].rules
    assert active.take is Take.GIT
    assert active.fields is not None
    assert {"due", "hours"} <= active.fields
    assert active.when is not None
    assert active.when(git={"status": "doing"}) is True
    assert active.when(git={"status": "todo"}) is False
    assert (metadata.take, metadata.fields) == (Take.NOTION, frozenset({"assignee", "tags"}))
    assert (status.take, status.fields) == (Take.LATEST, frozenset({"status"}))


def test_the_checks_find_what_is_there_to_be_found(
    mappings: dict[str, DatabaseMapping], records: dict[str, dict[str, Record]]
) -> None:
    found = run_checks(mappings, records, TODAY)
    assert [(f.mapping, f.keys, f.message) for f in found] == [
        (
            "projects",
            ("warehouse-sensors",),
            "is not documented: nothing in notes is about it",
        ),
        (
            "resources",
            ("tower-crane",),
            (
                "is asked for 60 of 40 from 2026-11-23 to 2026-11-27 "
                "(tasks: lift-roof-panels, raise-steel-frame)"
            ),
        ),
        (
            "tasks",
            ("safety-training-canteen", "safety-training-school"),
            '2 pages are titled "Safety training"',
        ),
        ("tasks", ("first-aid-certificates",), "has no project"),
        ("tasks", ("gutters-east-wing",), "due 2026-12-09 is before start 2026-12-14"),
        (
            "tasks",
            ("library-wifi-invoice",),
            "is open, but its project is done: projects/library-wifi",
        ),
    ]
    assert all(f.place and f.place.file.startswith("mappings/") for f in found)


def test_the_people_are_the_users_of_the_sandbox(workspace: Workspace, people: People) -> None:
    users = {user["id"]: user["name"] for user in workspace.users if user["type"] == "person"}
    assert {person.user_id: person.name for person in people.by_alias.values()} == users


def test_every_page_carries_the_key_of_its_file(
    workspace: Workspace, records: dict[str, dict[str, Record]]
) -> None:
    assert {name: sorted(of) for name, of in workspace.pages.items()} == {
        name: sorted(of) for name, of in records.items()
    }


def test_the_sides_differ_in_six_places_at_first_contact(
    workspace: Workspace, records: dict[str, dict[str, Record]]
) -> None:
    different = {
        (name, key, field.name): (
            to_plain(record.value(field.name)),
            to_plain(workspace.value(name, key, field)),
        )
        for name, of in records.items()
        for key, record in of.items()
        for field in workspace.mappings[name].properties
        if record.value(field.name) != workspace.value(name, key, field)
    }
    assert different == {
        # empty on one side: the value wins
        ("tasks", "cabling-ward-2", "assignee"): (None, ["farid"]),
        ("projects", "office-phones", "summary"): (None, "Desk phones go, headsets come."),
        ("tasks", "stair-rail-harbour", "due"): ("2026-12-02", None),
        ("notes", "bakery-first-visit", "tags"): (["client"], None),
        # decided by `initial: git`, and left to a person
        ("resources", "surveyor", "phone"): ("+44 20 7946 0177", "+44 20 7946 0199"),
        ("tasks", "grid-application", "due"): ("2027-01-08", "2027-01-15"),
    }


def test_the_texts_of_the_notes_are_the_same_on_both_sides(
    workspace: Workspace, records: dict[str, dict[str, Record]]
) -> None:
    for key, record in records["notes"].items():
        assert same_text(str(record.value(BODY)), workspace.text("notes", key)), key


def test_what_notion_works_out_is_in_every_file(
    mappings: dict[str, DatabaseMapping], records: dict[str, dict[str, Record]]
) -> None:
    computed = {
        (name, field.name)
        for name, mapping in mappings.items()
        for field in mapping.fields.values()
        if field.direction is Direction.PULL
    }
    assert computed == {
        ("projects", "left"), ("projects", "hours"), ("projects", "progress"),
        ("resources", "week_rate"),
    }  # fmt: skip
    for name, field in computed:
        assert all(record.value(field) is not None for record in records[name].values())
