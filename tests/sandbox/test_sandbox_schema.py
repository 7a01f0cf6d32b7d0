"""Databases, data sources and their columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

if TYPE_CHECKING:
    from tests.sandbox.conftest import Api


def make(api: Api, title: str, properties: Any) -> dict[str, Any]:
    """The data source of a new database."""
    root = api.sandbox.create_root_page("Root")
    database = api.good(
        "POST",
        "databases",
        {
            "parent": {"type": "page_id", "page_id": root},
            "title": [{"text": {"content": title}}],
            "initial_data_source": {"properties": properties},
        },
    )
    return api.good("GET", f"data_sources/{database['data_sources'][0]['id']}")


def change(api: Api, source: dict[str, Any], properties: Any) -> dict[str, Any]:
    return api.good("PATCH", f"data_sources/{source['id']}", {"properties": properties})


def test_a_database_without_columns_gets_a_name(api: Api) -> None:
    root = api.sandbox.create_root_page("Root")
    database = api.good("POST", "databases", {"parent": {"page_id": root}})
    source = api.good("GET", f"data_sources/{database['data_sources'][0]['id']}")
    assert list(source["properties"]) == ["Name"]
    assert source["properties"]["Name"]["id"] == "title"
    assert database["parent"] == {"type": "page_id", "page_id": root}


def test_ids_are_encoded_but_not_in_the_config_of_a_rollup(acme: Api) -> None:
    source = acme.good("GET", f"data_sources/{acme.source('projects')}")
    rollup = source["properties"]["Hours"]["rollup"]
    assert rollup["relation_property_id"] == unquote(source["properties"]["Tasks"]["id"])
    assert rollup["relation_property_name"] == "Tasks"
    assert rollup["rollup_property_name"] == "Hours"
    assert all(
        len(unquote(p["id"])) == 4 for p in source["properties"].values() if p["type"] != "title"
    )


def test_a_formula_comes_back_with_ids(acme: Api) -> None:
    source = acme.good("GET", f"data_sources/{acme.source('projects')}")
    expression = source["properties"]["Size"]["formula"]["expression"]
    hours = source["properties"]["Hours"]["id"]
    assert expression.startswith(f"if({{{{notion:block_property:{hours}:{source['id']}:")


def test_a_rename_keeps_the_id_and_a_new_column_of_the_name_has_another(api: Api) -> None:
    source = make(api, "A", {"Name": {"title": {}}, "Price": {"number": {}}})
    before = source["properties"]["Price"]["id"]
    source = change(api, source, {"Price": {"name": "Cost"}})
    assert source["properties"]["Cost"]["id"] == before
    source = change(api, source, {before: {"name": "Price"}})
    assert source["properties"]["Price"]["id"] == before
    source = change(api, source, {"Price": None})
    source = change(api, source, {"Price": {"number": {"format": "euro"}}})
    assert source["properties"]["Price"]["id"] != before
    assert source["properties"]["Price"]["number"] == {"format": "euro"}


def test_an_option_list_replaces_and_rows_lose_what_is_left_out(api: Api) -> None:
    options = [{"name": name} for name in ("One", "Two", "Three")]
    source = make(api, "A", {"Name": {"title": {}}, "Cat": {"select": {"options": options}}})
    three = source["properties"]["Cat"]["select"]["options"][2]
    parent = {"parent": {"data_source_id": source["id"]}}
    rows = [
        api.good("POST", "pages", {**parent, "properties": {"Cat": {"select": {"name": name}}}})
        for name in ("One", "Three")
    ]
    source = change(api, source, {"Cat": {"select": {"options": [{"name": "Three"}]}}})
    assert source["properties"]["Cat"]["select"]["options"] == [three]
    values = [api.good("GET", f"pages/{row['id']}")["properties"]["Cat"]["select"] for row in rows]
    assert values[0] is None
    assert values[1]["id"] == three["id"]


def test_a_two_way_relation_makes_a_column_on_the_other_side(api: Api) -> None:
    tasks = make(api, "Tasks", {"Name": {"title": {}}})
    config = {"data_source_id": tasks["id"], "dual_property": {}}
    halls = make(api, "Halls", {"Name": {"title": {}}, "Work": {"relation": config}})
    tasks = api.good("GET", f"data_sources/{tasks['id']}")
    other = tasks["properties"]["Related to Halls (Work)"]
    assert other["relation"]["data_source_id"] == halls["id"]
    dual = halls["properties"]["Work"]["relation"]
    assert list(dual) == ["database_id", "data_source_id", "type", "dual_property"]
    assert dual["dual_property"] == {
        "synced_property_name": "Related to Halls (Work)",
        "synced_property_id": other["id"],
    }
    change(api, halls, {"Work": None})
    assert list(api.good("GET", f"data_sources/{tasks['id']}")["properties"]) == ["Name"]


def test_one_way_becomes_two_way_and_back_with_the_same_id(api: Api) -> None:
    tasks = make(api, "Tasks", {"Name": {"title": {}}})
    single = {"relation": {"data_source_id": tasks["id"], "single_property": {}}}
    halls = make(api, "Halls", {"Name": {"title": {}}, "Work": single})
    task = api.good("POST", "pages", {"parent": {"data_source_id": tasks["id"]}})
    entry = {"Work": {"relation": [{"id": task["id"]}]}}
    hall = api.good(
        "POST", "pages", {"parent": {"data_source_id": halls["id"]}, "properties": entry}
    )
    dual = {"data_source_id": tasks["id"], "dual_property": {}}
    changed = change(api, halls, {"Work": {"relation": dual}})
    assert changed["properties"]["Work"]["id"] == halls["properties"]["Work"]["id"]
    back = api.good("GET", f"pages/{task['id']}")["properties"]["Related to Halls (Work)"]
    assert back["relation"] == [{"id": hall["id"]}]
    changed = change(api, halls, {"Work": single})
    assert changed["properties"]["Work"]["relation"]["type"] == "single_property"
    assert api.good("GET", f"pages/{hall['id']}")["properties"]["Work"]["relation"] == [
        {"id": task["id"]}
    ]


def test_text_becomes_a_number_where_it_reads_as_one(api: Api) -> None:
    source = make(api, "A", {"Name": {"title": {}}, "Size": {"rich_text": {}}})
    for text in ("3.5", "many", ""):
        size = {"Size": {"rich_text": [{"text": {"content": text}}]}}
        api.good("POST", "pages", {"parent": {"data_source_id": source["id"]}, "properties": size})
    change(api, source, {"Size": {"number": {}}})
    rows = api.good("POST", f"data_sources/{source['id']}/query", {})["results"]
    assert [row["properties"]["Size"]["number"] for row in rows] == [None, None, 3.5]


def test_a_new_status_has_the_three_groups(api: Api) -> None:
    source = make(api, "A", {"Name": {"title": {}}, "State": {"status": {}}})
    status = source["properties"]["State"]["status"]
    assert [group["name"] for group in status["groups"]] == ["To-do", "In progress", "Complete"]
    assert [one["name"] for one in status["options"]] == ["Not started", "In progress", "Done"]
    options = [*status["options"], {"name": "Waiting"}]
    source = change(api, source, {"State": {"status": {"options": options}}})
    status = source["properties"]["State"]["status"]
    assert status["options"][3]["id"] == status["groups"][0]["option_ids"][1]


def test_unique_ids_count_up_and_keep_their_prefix(api: Api) -> None:
    source = make(api, "A", {"Name": {"title": {}}, "No": {"unique_id": {"prefix": "A"}}})
    body = {"parent": {"data_source_id": source["id"]}}
    numbers = [api.good("POST", "pages", body)["properties"]["No"]["unique_id"] for _ in range(2)]
    assert numbers == [{"prefix": "A", "number": 1}, {"prefix": "A", "number": 2}]
    assert change(api, source, {"No": {"unique_id": {}}})["properties"]["No"]["unique_id"] == {
        "prefix": "A"
    }


@pytest.mark.parametrize(
    ("properties", "words"),
    [
        ({"Name": None}, "title"),
        ({"Other": {"title": {}}}, "second title"),
        ({"Other": None}, "Other is not a property that exists."),
        ({"B": {"button": {}}}, "button"),
        ({"B": {"nonsense": {}}}, "should have a type"),
        ({"B": {"rollup": {"relation_property_name": "X", "function": "sum"}}}, "X is not"),
        ({"B": {"formula": {"expression": 'prop("Nope")'}}}, "Nope is not a property"),
        ({"B": {"select": {"options": [{"name": "a"}, {"name": "A"}]}}}, "unique"),
    ],
)
def test_wrong_changes_are_refused(api: Api, properties: Any, words: str) -> None:
    source = make(api, "A", {"Name": {"title": {}}})
    path = f"data_sources/{source['id']}"
    assert words in api.refused("PATCH", path, {"properties": properties})
    assert list(api.good("GET", path)["properties"]) == ["Name"]


def test_a_second_data_source_is_named_in_the_refusal_of_the_database(api: Api) -> None:
    source = make(api, "A", {"Name": {"title": {}}})
    database = source["parent"]["database_id"]
    body = {"parent": {"database_id": database}, "properties": {"Name": {"title": {}}}}
    second = api.good("POST", "data_sources", body)
    status, answer = api.ask("POST", "pages", {"parent": {"database_id": database}})
    assert status == 400
    data = answer["additional_data"]
    assert data["error_type"] == "multiple_data_sources_for_database"
    assert data["child_data_source_ids"] == [source["id"], second["id"]]


def test_a_database_in_the_trash_takes_its_data_source_along(api: Api) -> None:
    source = make(api, "A", {"Name": {"title": {}}})
    database = source["parent"]["database_id"]
    assert api.good("PATCH", f"databases/{database}", {"in_trash": True})["in_trash"]
    assert api.good("GET", f"data_sources/{source['id']}")["in_trash"]
    assert api.sandbox.databases() == []
