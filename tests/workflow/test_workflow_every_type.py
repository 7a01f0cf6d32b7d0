"""A database with every property type that a sync can carry, both ways and back to quiet."""

from datetime import timedelta
from typing import Any

import pytest

from notion_gitops.model.mapping import COMPUTED, PropertyType
from tests.notion.conftest import EVERYTHING
from tests.workflow.conftest import MakeWorld
from tests.workflow.workflow_samples import ANN, BO, MAPPINGS, USERS
from tests.workflow.workflow_world import World

FIELDS = {
    "title": "Name", "text": "Text", "number": "Number", "choice": "Select", "tags": "Multi",
    "status": "Status", "day": "Date", "who": "People", "files": "Files", "done": "Checkbox",
    "url": "Url", "email": "Email", "phone": "Phone", "project": "Relation", "names": "Rollup",
    "length": "Formula", "created": "Created", "author": "Author", "changed": "Edited",
    "editor": "Editor", "number_of": "Id", "verified": "Verified", "pressed": "Button",
    "spot": "Place",
}  # fmt: skip
TYPES = {name: c if isinstance(c, str) else c.get("type", "formula")
         for name, c in EVERYTHING.items()}  # fmt: skip
PROJECTS = MAPPINGS["projects"].split("  owner:")[0]
WRITTEN = {
    "title": "Full", "text": '"**bold** and [link](https://x.example)"', "number": "2.5",
    "choice": "A", "tags": "[x, z]", "status": "In progress", "day": "2026-02-01/2026-02-03",
    "who": "[ann]", "files": "[{name: plan.pdf, url: 'https://acme.example/plan.pdf'}]",
    "done": "true", "url": "https://acme.example", "email": "a@acme.example",
    "phone": '"+49 30 1234"', "project": "[alpha, beta]",
    "spot": "{lat: 52.52, lon: 13.405, name: Office, address: Berlin}",
}  # fmt: skip
EDITED: dict[str, Any] = {
    "Name": {"title": [{"text": {"content": "Fuller"}}]},
    "Text": {"rich_text": [{"text": {"content": "plain"}}]},
    "Number": {"number": 3},
    "Select": {"select": {"name": "B"}},
    "Multi": {"multi_select": [{"name": "y"}]},
    "Status": {"status": {"name": "Done"}},
    "Date": {"date": {"start": "2026-03-04T10:00:00+02:00"}},
    "People": {"people": [{"id": BO}]},
    "Files": {"files": [{"name": "b.pdf", "external": {"url": "https://acme.example/b.pdf"}}]},
    "Checkbox": {"checkbox": False},
    "Url": {"url": "https://b.example"},
    "Email": {"email": "b@acme.example"},
    "Phone": {"phone_number": "+1"},
    "Relation": {"relation": []},
    "Place": {"place": {"lat": 1.5, "lon": 2.5, "name": "There", "address": None}},
}


def mapping() -> str:
    lines = []
    for name, prop in FIELDS.items():
        more = ", to: projects" if TYPES[prop] == "relation" else ""
        more += ", required: true" if TYPES[prop] == "title" else ""
        lines.append(f"  {name}: {{property: {prop}, type: {TYPES[prop]}{more}}}\n")
    head = MAPPINGS["tasks"].split("fields:")[0]
    return (
        head.replace("tasks", "everything").replace("TASKS", "ALL") + "fields:\n" + "".join(lines)
    )


def seed(pages: list[dict[str, Any]]) -> dict[str, Any]:
    projects = {
        "name": "Projects",
        "mapping": "projects",
        "properties": {"Name": "title", "Key": "rich_text"},
        "pages": [{"Name": n.capitalize(), "Key": n} for n in ("alpha", "beta")],
    }
    full = {"name": "Everything", "mapping": "everything", "properties": EVERYTHING, "pages": pages}
    return {"workspace": {"name": "Acme"}, "users": USERS, "databases": [projects, full]}


@pytest.fixture
def full(make: MakeWorld) -> World:
    """A record of every type, born in git, that both sides agree on."""
    mappings = {"projects": PROJECTS, "everything": mapping()}
    projects = {"projects/alpha": {"title": "Alpha"}, "projects/beta": {"title": "Beta"}}
    world = make(seed([]), {**projects, "everything/full": WRITTEN}, mappings)
    world.apply()  # and a plan after it shows no changes
    assert isinstance(world, World)
    return world


def test_every_type_is_there() -> None:
    assert {TYPES[prop] for prop in FIELDS.values()} == set(PropertyType) - {PropertyType.BODY}
    written = {TYPES[FIELDS[name]] for name in WRITTEN}
    assert written == set(PropertyType) - COMPUTED - {PropertyType.BODY}
    assert {TYPES[prop] for prop in EDITED} == written


def test_a_record_of_every_type_from_git(full: World) -> None:
    page, record = full.page("everything/full"), full.record("everything/full")
    assert (page["Text"], page["Number"], page["Select"]) == ("bold and link", 2.5, "A")
    assert (page["Multi"], page["Status"], page["People"]) == (["x", "z"], "In progress", [ANN])
    assert (page["Date"], page["Checkbox"]) == (("2026-02-01", "2026-02-03"), True)
    assert (page["Url"], page["Email"]) == ("https://acme.example", "a@acme.example")
    assert page["Phone"] == "+49 30 1234"
    assert page["Files"][0]["external"]["url"] == "https://acme.example/plan.pdf"
    assert (page["Place"]["lat"], page["Place"]["name"]) == (52.52, "Office")
    assert set(page["Relation"]) == {full.page_id(f"projects/{key}") for key in ("alpha", "beta")}
    assert set(record["names"]) == {"Alpha", "Beta"}
    assert (record["length"], record["number_of"]) == ("4", "T-1")
    assert {"created", "author", "changed", "editor"} <= record.keys()
    assert record["spot"]["address"] == "Berlin"


def test_edits_of_every_type_in_notion(full: World) -> None:
    """Holds F104."""
    page = full.page_id("everything/full")
    full.clock.advance(timedelta(hours=1))
    full.api("PATCH", f"pages/{page}", {"properties": EDITED})
    full.apply()
    record = full.record("everything/full")
    assert (record["title"], record["text"], record["number"]) == ("Fuller", "plain", "3")
    assert (record["choice"], record["tags"], record["status"]) == ("B", ["y"], "Done")
    assert (record["who"], record["done"]) == (["bo"], "false")
    assert record["day"].startswith("2026-03-04T08:00") or "10:00" in record["day"]
    assert "b.pdf" in str(record["files"])
    assert (record["url"], record["email"], record["phone"]) == (
        "https://b.example", "b@acme.example", "+1",
    )  # fmt: skip
    assert not record.get("project")
    assert not record.get("names")
    assert record["spot"]["name"] == "There"
    assert record["length"] == "6"


def test_every_value_is_emptied_in_git(full: World) -> None:
    """All but the title, which is required, and the status, which cannot be empty."""
    names = [name for name in WRITTEN if name not in {"title", "status"}]
    full.edit("everything/full", **dict.fromkeys(names))
    full.apply()
    page = full.page("everything/full")
    assert not any(page[FIELDS[name]] for name in names)
    assert page["Status"] == "In progress"


def test_a_record_of_every_type_from_notion(full: World, make: MakeWorld) -> None:
    """What one workspace wrote, another one reads: the same file, but for what Notion counts."""
    page = full.raw_page("everything/full")["properties"]
    mappings = {"projects": PROJECTS, "everything": mapping()}
    other = make(seed([{"Name": "Full", "Key": "full", "created": "2026-01-02"}]), {}, mappings)
    related = [{"id": other.page_id(f"projects/{key}")} for key in ("alpha", "beta")]
    sent = {name: {TYPES[name]: page[name][TYPES[name]]} for name in EDITED}
    sent["Relation"] = {"relation": related}
    other.api("PATCH", f"pages/{other.page_id('everything/full')}", {"properties": sent})
    other.apply()
    ours, theirs = full.record("everything/full"), other.record("everything/full")
    moving = {"created", "changed", "editor", "author"}
    assert {n: v for n, v in theirs.items() if n not in moving} == {
        n: v for n, v in ours.items() if n not in moving
    } | {"project": theirs["project"], "names": theirs["names"]}
    assert set(theirs["project"]) == {"alpha", "beta"}
