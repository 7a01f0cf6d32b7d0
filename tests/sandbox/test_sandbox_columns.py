"""What requests may say of columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from notion_gitops.sandbox.values.numbers import FORMATS
from tests.sandbox.test_sandbox_schema import change, make

if TYPE_CHECKING:
    from tests.sandbox.conftest import Api, Json

NO_TYPE = "body failed validation: body.properties.N should have a type that exists."
SELECTS = [{"id": "x", "name": "a", "group": "To-do", "size": 1}]
WRONG: list[tuple[Any, str]] = [
    ({"mutli_select": {}}, NO_TYPE),
    ({"foo": 1}, NO_TYPE),
    ({"type": "select"}, NO_TYPE),
    ({}, NO_TYPE),
    ({"description": "of all"}, NO_TYPE),
    ({"number": None}, "N.number should be an object, instead was `null`."),
    ({"number": []}, "N.number should be an object, instead was `[]`."),
    ({"number": {}, "select": {}}, "N.select should be not present, instead was `{}`."),
    ({"number": {}, "foo": 1}, "N.foo should be not present, instead was `1`."),
    ({"number": {}, "type": "url"}, 'N.type should be `"number"` or `undefined`, instead was `"u'),
    ({"number": {}, "id": 1}, "N.id should be a string or `undefined`"),
    ({"number": {}, "description": 1}, "N.description should be a string or `undefined`"),
    ({"number": {}, "name": 1}, "N.name should be a string, instead was `1`."),
    ({"number": {}, "name": ""}, "N.name.length should be ≥ `1`, instead was `0`."),
    ({"number": {}, "name": "x" * 2001}, "N.name.length should be ≤ `2000`, instead was `2001`."),
    ({"number": {"size": 1}}, "N.number.size should be not present, instead was `1`."),
    ({"date": {"format": "x"}}, "N.date.format should be not present"),
    ({"number": {"format": "cowry"}}, 'N.number.format should be one of `"number"`, `"number_wi'),
    ({"number": {"format": None}}, "N.number.format should be one of"),
    ({"select": {"options": None}}, "N.select.options should be an array, instead was `null`."),
    ({"select": {"options": ["a"]}}, "N.select.options[0] should be an object"),
    ({"select": {"options": [{}]}}, "N.select.options[0].name should be a string"),
    ({"select": {"options": SELECTS}}, "N.select.options[0].size should be not present"),
    ({"select": {"options": [{"id": "x"}]}}, "Could not find option with ID: x."),
    ({"status": {"options": [{"name": "a", "group": "Never"}]}}, "options[0].group should be a g"),
    ({"status": {"options": [{"name": "a", "color": None}]}}, "options[0].color should be one of"),
    ({"status": {"options": [{"name": "a", "description": 1}]}}, "options[0].description should"),
    ({"relation": {"data_source_id": "SELF"}}, "N is not a valid property schema"),
    ({"relation": {"data_source_id": "SELF", "type": "single_property"}}, "N is not a valid prop"),
    ({"relation": {"data_source_id": "SELF", "single_property": {}, "dual_property": {}}},
     "N is not a valid property schema"),
    ({"relation": {"data_source_id": "SELF", "single_property": None}},
     "N.relation.single_property should be an object, instead was `null`."),
    ({"relation": {"single_property": {}}}, "N.relation.data_source_id should be a valid uuid"),
    ({"formula": {"expression": 1}}, "N.formula.expression should be a string"),
    ({"unique_id": {"prefix": ""}}, "N.unique_id.prefix should be letters and digits or `null`"),
    ({"unique_id": {"prefix": "A B"}}, "N.unique_id.prefix should be letters and digits"),
    ({"unique_id": {"prefix": "A" * 130}}, "N.unique_id.prefix.length should be ≤ `100`"),
    ({"title": {}}, "title"),
    (1, "N should be an object or `null`, instead was `1`."),
]  # fmt: skip


@pytest.mark.parametrize(("config", "words"), WRONG)
def test_a_wrong_config_is_refused_for_new_and_for_old_columns(
    api: Api, config: Any, words: str
) -> None:
    source = make(api, "A", {"Name": {"title": {}}, "N": {"checkbox": {}}})
    if isinstance(config, dict) and "data_source_id" in config.get("relation", {}):
        config = {"relation": {**config["relation"], "data_source_id": source["id"]}}
    path = f"data_sources/{source['id']}"
    assert words in api.refused("PATCH", path, {"properties": {"N": config}})
    assert api.good("GET", path)["properties"] == source["properties"]
    new = make(api, "B", {"Name": {"title": {}}})
    assert words in api.refused("PATCH", f"data_sources/{new['id']}", {"properties": {"N": config}})


def test_a_column_is_made_by_what_a_data_source_shows_of_one(acme: Api) -> None:
    everything = acme.good("GET", f"data_sources/{acme.source('everything')}")["properties"]
    shown = {
        f"{name} 2": prop
        for name, prop in everything.items()
        if prop["type"] not in {"title", "button", "verification", "unique_id", "formula"}
    }
    source = acme.good("GET", f"data_sources/{acme.source('everything')}")
    made = change(acme, source, shown)["properties"]
    assert {made[name]["type"] for name in shown} == {prop["type"] for prop in shown.values()}
    again = {name: prop for name, prop in everything.items() if prop["type"] != "button"}
    assert change(acme, source, again)["properties"].items() >= everything.items()


@pytest.mark.parametrize("name", ["", "x" * 2001])
def test_names_of_new_columns_have_limits(api: Api, name: str) -> None:
    source = make(api, "A", {"Name": {"title": {}}})
    body: Json = {"properties": {name: {"number": {}}}}
    assert "length should be" in api.refused("PATCH", f"data_sources/{source['id']}", body)
    assert change(api, source, {"x" * 2000: {"number": {}}})


INITIAL: list[tuple[Any, str]] = [
    ([], "body.initial_data_source should be an object or `undefined`, instead was `[]`."),
    (None, "body.initial_data_source should be an object or `undefined`, instead was `null`."),
    (0, "body.initial_data_source should be an object or `undefined`, instead was `0`."),
    ({"title": []}, "body.initial_data_source.title should be not present, instead was `[]`."),
    ({"properties": []}, "body.initial_data_source.properties should be an object"),
    ({"properties": None}, "body.initial_data_source.properties should be an object"),
    ({"properties": {"N": {}}}, "body.initial_data_source.properties.N should have a type"),
    ({"properties": {"N": {"number": {"format": 1}}}},
     "body.initial_data_source.properties.N.number.format should be one of"),
    ({"properties": {"N": {"number": {}}}}, "Title is not provided"),
]  # fmt: skip


@pytest.mark.parametrize(("initial", "words"), INITIAL)
def test_wrong_first_data_sources_are_refused(api: Api, initial: Any, words: str) -> None:
    body = {"parent": {"workspace": True}, "initial_data_source": initial}
    assert words in api.refused("POST", "databases", body)


def test_every_format_of_numbers_is_taken(api: Api) -> None:
    source = make(api, "A", {"Name": {"title": {}}, "N": {"number": {}}})
    for form in FORMATS:
        shown = change(api, source, {"N": {"number": {"format": form}}})["properties"]["N"]
        assert shown["number"] == {"format": form}
    assert change(api, source, {"N": {"number": {}}})["properties"]["N"]["number"] == {
        "format": FORMATS[-1]
    }


def test_descriptions_of_columns_are_kept(api: Api) -> None:
    number: Json = {"number": {}}
    source = make(api, "A", {"Name": {"title": {}}, "N": {**number, "description": "of all"}})

    def described(entry: Json) -> object:
        return change(api, source, {"N": entry})["properties"]["N"]["description"]

    assert source["properties"]["Name"]["description"] is None
    assert source["properties"]["N"]["description"] == "of all"
    assert described({"name": "N"}) == "of all"
    assert described(number) == "of all"
    assert described({"rich_text": {}}) == "of all"
    assert described({**number, "description": "of some"}) == "of some"
    assert described({**number, "description": None}) is None


# Unique ids


def test_a_new_unique_id_numbers_the_rows_as_they_were_made(acme: Api) -> None:
    path = f"data_sources/{acme.source('tasks')}"
    gone = acme.create("tasks", {"Name": {"title": [{"text": {"content": "Gone"}}]}})
    acme.good("PATCH", f"pages/{gone['id']}", {"in_trash": True})
    acme.good("PATCH", path, {"properties": {"No": {"unique_id": {"prefix": "T"}}}})
    numbers = [acme.page("tasks", title)["properties"]["No"] for title in ("Pour", "Paint")]
    assert [one["unique_id"] for one in numbers] == [
        {"prefix": "T", "number": 1}, {"prefix": "T", "number": 2},
    ]  # fmt: skip
    trashed = acme.good("GET", f"pages/{gone['id']}")["properties"]["No"]["unique_id"]
    assert trashed["number"] == 4
    assert acme.create("tasks", {})["properties"]["No"]["unique_id"]["number"] == 5
    found = {"property": "No", "unique_id": {"equals": 2}}
    assert acme.titles("tasks", filter=found) == ["Paint"]


@pytest.mark.parametrize("entries", [{"Id": {"unique_id": {}}}, {"Hours": {"unique_id": {}}}])
def test_a_second_unique_id_is_refused(acme: Api, entries: Json) -> None:
    path = f"data_sources/{acme.source('tasks')}"
    acme.good("PATCH", path, {"properties": {"No": {"unique_id": {}}}})
    message = acme.refused("PATCH", path, {"properties": entries})
    assert message == "Cannot create a second unique_id property."
    acme.good("PATCH", path, {"properties": {"No": None, **entries}})
    (name,) = entries
    assert acme.page("tasks", "Sweep")["properties"][name]["unique_id"]["number"] == 3


def test_a_row_that_comes_from_elsewhere_gets_a_number(acme: Api) -> None:
    parent = {"parent": {"data_source_id": acme.source("projects")}}
    page = acme.page("tasks", "Pour")
    moved = acme.good("POST", f"pages/{page['id']}/move", parent)
    number = moved["properties"]["Number"]["unique_id"]["number"]
    assert number == 5  # four projects were there, two of them in the trash or archived
    again = acme.good("POST", f"pages/{page['id']}/move", parent)
    assert again["properties"]["Number"]["unique_id"]["number"] == number
