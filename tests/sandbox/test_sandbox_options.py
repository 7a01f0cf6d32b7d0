"""The options of select, multi-select and status columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sandbox.test_sandbox_schema import change, make

if TYPE_CHECKING:
    from tests.sandbox.conftest import Api, Json


def test_options_keep_their_descriptions(api: Api) -> None:
    option = {"name": "a", "color": "red", "description": "the first"}
    source = make(api, "A", {"Name": {"title": {}}, "S": {"select": {"options": [option]}}})
    shown = source["properties"]["S"]["select"]["options"][0]
    assert shown == {"id": shown["id"], **option}
    for given, kept in (
        ({}, "the first"),
        ({"description": "x"}, "x"),
        ({"description": None}, None),
    ):
        options = [{"name": "a", **given}]
        source = change(api, source, {"S": {"select": {"options": options}}})
        assert source["properties"]["S"]["select"]["options"] == [{**shown, "description": kept}]


CHANGED = [
    ({"id": "ID", "color": "blue"}, "Cannot update color of select with id: ID."),
    ({"id": "ID", "name": "a", "color": "blue"}, "Cannot update color of select with id: ID."),
    ({"name": "a", "color": "blue"}, "Cannot update color of select with name: a."),
]


@pytest.mark.parametrize("kind", ["select", "multi_select", "status"])
@pytest.mark.parametrize(("entry", "words"), CHANGED)
def test_an_option_gets_no_other_colour(api: Api, kind: str, entry: Json, words: str) -> None:
    config = {kind: {"options": [{"name": "a", "color": "red"}]}}
    source = make(api, "A", {"Name": {"title": {}}, "S": config})
    identity = source["properties"]["S"][kind]["options"][0]["id"]
    given = {key: identity if value == "ID" else value for key, value in entry.items()}
    body = {"properties": {"S": {kind: {"options": [given, {"name": "new"}]}}}}
    path = f"data_sources/{source['id']}"
    assert api.refused("PATCH", path, body) == words.replace("ID", identity)
    assert api.good("GET", path)["properties"] == source["properties"]


@pytest.mark.parametrize(
    "same",
    [
        {"id": "ID"},
        {"name": "A"},
        {"id": "ID", "name": "a"},
        {"id": "ID", "name": "another"},  # taken without a word, and ignored
    ],
)
def test_an_option_that_stays_as_it_is(api: Api, same: Json) -> None:
    options = [{"name": "a", "color": "red"}]
    source = make(api, "A", {"Name": {"title": {}}, "S": {"select": {"options": options}}})
    kept = source["properties"]["S"]["select"]["options"]
    given = {key: kept[0]["id"] if value == "ID" else value for key, value in same.items()}
    entry = {"S": {"select": {"options": [{**given, "color": "red"}]}}}
    assert change(api, source, entry)["properties"]["S"]["select"]["options"] == kept


def test_an_option_goes_to_the_group_that_is_named_and_stays_there(acme: Api) -> None:
    source = acme.good("GET", f"data_sources/{acme.source('tasks')}")
    options = [*source["properties"]["Status"]["status"]["options"], {"name": "Late"}]
    options[-1] |= {"group": "In progress"}
    source = change(acme, source, {"Status": {"status": {"options": options}}})
    status = source["properties"]["Status"]["status"]
    late = status["options"][-1]
    groups = {group["name"]: group["option_ids"] for group in status["groups"]}
    assert groups["In progress"] == [late["id"]]
    again = change(acme, source, {"Status": {"status": {"options": status["options"]}}})
    assert again["properties"]["Status"]["status"] == status
    wrong = {"Status": {"status": {"options": [{"id": late["id"], "group": "Never"}]}}}
    message = acme.refused("PATCH", f"data_sources/{source['id']}", {"properties": wrong})
    assert "Status.status.options[0].group should be a group that exists" in message
