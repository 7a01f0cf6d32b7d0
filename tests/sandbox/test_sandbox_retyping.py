"""Columns that get another type: what their rows hold then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.test_sandbox_schema import change

if TYPE_CHECKING:
    from tests.sandbox.conftest import Api, Json


def everything(api: Api) -> Json:
    return api.good("GET", f"data_sources/{api.source('everything')}")


def value(api: Api, name: str, title: str = "Full") -> Any:
    entry = api.page("everything", title)["properties"][name]
    return entry[entry["type"]]


def text_of(items: list[Json]) -> str:
    return "".join(item["plain_text"] for item in items)


def options_of(prop: Json) -> list[Json]:
    found: list[Json] = prop[prop["type"]]["options"]
    return found


CHOICES = [
    ("Select", "multi_select", ["A"], []),
    ("Multi", "select", "x", None),
    ("Status", "select", "In progress", "Not started"),
    ("Status", "multi_select", ["In progress"], ["Not started"]),
    ("Select", "status", "A", "Not started"),
    ("Multi", "status", "x", "Not started"),
]


@pytest.mark.parametrize(("name", "kind", "full", "empty"), CHOICES)
def test_options_stay_with_their_ids_and_colours(
    acme: Api, name: str, kind: str, full: Any, empty: Any
) -> None:
    source = everything(acme)
    before = options_of(source["properties"][name])
    after = change(acme, source, {name: {kind: {}}})["properties"][name]
    kept = options_of(after)
    assert [one for one in kept if one in before] == before
    assert len(kept) == len(before) + (3 if kind == "status" else 0)

    def names(found: Any) -> Any:
        if isinstance(found, list):
            return [one["name"] for one in found]
        return None if found is None else found["name"]

    assert (names(value(acme, name)), names(value(acme, name, "Empty"))) == (full, empty)
    chosen = value(acme, name) if isinstance(full, list) else [value(acme, name)]
    assert all({**one, "description": None} in before for one in chosen)


def test_there_and_back_again_changes_nothing(acme: Api) -> None:
    source = everything(acme)
    before = acme.page("everything", "Full")["properties"]["Select"]
    for kind in ("multi_select", "select"):
        change(acme, source, {"Select": {kind: {}}})
    assert everything(acme)["properties"]["Select"] == source["properties"]["Select"]
    assert acme.page("everything", "Full")["properties"]["Select"] == before


def test_options_that_are_named_with_the_new_type_are_all_that_stay(acme: Api) -> None:
    source = everything(acme)
    kept = options_of(source["properties"]["Multi"])[1]
    options = [{"name": "y"}, {"name": "z"}]
    changed = change(acme, source, {"Multi": {"select": {"options": options}}})
    assert [one["name"] for one in options_of(changed["properties"]["Multi"])] == ["y", "z"]
    assert options_of(changed["properties"]["Multi"])[0] == kept
    assert value(acme, "Multi")["id"] == kept["id"]
    recoloured = {"Select": {"multi_select": {"options": [{"name": "A", "color": "brown"}]}}}
    if options_of(source["properties"]["Select"])[0]["color"] != "brown":
        message = acme.refused("PATCH", f"data_sources/{source['id']}", {"properties": recoloured})
        assert message == "Cannot update color of select with name: A."


def test_a_select_called_as_a_new_status_is_goes_to_its_group(acme: Api) -> None:
    options = [{"name": "done", "color": "pink"}, {"name": "Later"}]
    source = change(acme, everything(acme), {"New": {"select": {"options": options}}})
    before = options_of(source["properties"]["New"])
    acme.write(acme.page("everything", "Full"), {"New": {"select": {"name": "done"}}})
    status = change(acme, source, {"New": {"status": {}}})["properties"]["New"]["status"]
    assert [one["name"] for one in status["options"]] == [
        "Not started", "Later", "In progress", "done",
    ]  # fmt: skip
    assert status["groups"][2]["option_ids"] == [before[0]["id"]]
    assert (value(acme, "New")["id"], value(acme, "New")["color"]) == (before[0]["id"], "pink")


def test_text_becomes_the_status_of_that_name_or_the_default(acme: Api) -> None:
    source = everything(acme)
    page = acme.page("everything", "Full")
    for text, name in (("in progress", "In progress"), ("unknown", "Not started")):
        change(acme, source, {"Text": {"rich_text": {}}})
        acme.write(page, {"Text": {"rich_text": [{"text": {"content": text}}]}})
        change(acme, source, {"Text": {"status": {}}})
        assert value(acme, "Text")["name"] == name
        empty = {"property": "Text", "status": {"is_empty": True}}
        assert acme.query("everything", filter=empty) == []


def test_text_becomes_options_once_each(acme: Api) -> None:
    page = acme.page("everything", "Full")
    acme.write(page, {"Text": {"rich_text": [{"text": {"content": "a, b,, a ,"}}]}})
    change(acme, everything(acme), {"Text": {"multi_select": {}}})
    assert [one["name"] for one in value(acme, "Text")] == ["a", "b"]


TEXTS = [
    ("People", "Ann Lee"),
    ("Author", "Ann Lee"),
    ("Relation", "Pour, Paint"),
    ("Multi", "x, y"),
    ("Status", "In progress"),
    ("Number", "2.5"),
    ("Rollup", "3.75"),
    ("Files", "plan.pdf"),
    ("Url", "https://acme.example"),
]


@pytest.mark.parametrize(("name", "text"), TEXTS)
def test_people_and_pages_become_text_by_their_names(acme: Api, name: str, text: str) -> None:
    expected = text
    if name == "Author":
        expected = acme.page("everything", "Full")["properties"]["Author"]["created_by"]["name"]
    change(acme, everything(acme), {name: {"rich_text": {}}})
    assert text_of(value(acme, name)) == expected


@pytest.mark.parametrize("function", ["show_original", "show_unique"])
def test_a_rollup_of_people_becomes_text_by_their_names(acme: Api, function: str) -> None:
    names = {"relation_property_name": "Project", "rollup_property_name": "Owner"}
    path = f"data_sources/{acme.source('tasks')}"
    entry = {"Owners": {"rollup": {**names, "function": function}}}
    acme.good("PATCH", path, {"properties": entry})
    acme.good("PATCH", path, {"properties": {"Owners": {"rich_text": {}}}})
    owners = acme.page("tasks", "Pour")["properties"]["Owners"]["rich_text"]
    assert text_of(owners) == "Ann Lee"


def test_people_become_options_by_their_names(acme: Api) -> None:
    change(acme, everything(acme), {"People": {"multi_select": {}}})
    assert [one["name"] for one in value(acme, "People")] == ["Ann Lee"]


def test_pages_without_a_title_have_a_name_too(acme: Api) -> None:
    untitled = acme.create("tasks", {})
    page = acme.page("everything", "Full")
    acme.write(page, {"Relation": {"relation": [{"id": untitled["id"]}]}})
    change(acme, everything(acme), {"Relation": {"rich_text": {}}})
    assert text_of(value(acme, "Relation")) == "Untitled"
