"""Pages that are no rows have a title, and no other property."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.sandbox.conftest import Api, Json

TITLE = {"title": [{"text": {"content": "Plan"}}]}


def plain(api: Api) -> Json:
    """A page at the top of the workspace."""
    body = {"parent": {"workspace": True}, "properties": {"title": TITLE}}
    return api.good("POST", "pages", body)


@pytest.mark.parametrize("given", [TITLE, {"type": "title", **TITLE}, TITLE["title"]])
def test_a_title_in_any_of_its_forms(api: Api, given: Any) -> None:
    path = f"pages/{plain(api)['id']}"
    api.good("PATCH", path, {"properties": {"title": []}})
    shown = api.good("PATCH", path, {"properties": {"title": given}})
    assert shown["properties"]["title"]["title"][0]["plain_text"] == "Plan"


@pytest.mark.parametrize("properties", [None, {}])
def test_a_page_without_a_title(api: Api, properties: Any) -> None:
    page = api.good("POST", "pages", {"parent": {"workspace": True}, "properties": properties})
    assert page["properties"]["title"]["title"] == []
    path = f"pages/{plain(api)['id']}"
    kept = api.good("PATCH", path, {"properties": properties})
    assert kept["properties"]["title"]["title"][0]["plain_text"] == "Plan"


NOT_A_PROPERTY = "Foo is not a property that exists."
REFUSED = [
    ({"Foo": {"rich_text": []}}, NOT_A_PROPERTY),
    ({"title": TITLE, "Foo": {"number": 1}}, NOT_A_PROPERTY),
    ({"Foo": None}, NOT_A_PROPERTY),
    ({"title": {"rich_text": []}}, "body.properties.title.title should be an array"),
    ({"title": None}, "body.properties.title.title should be an array"),
    ([], "body.properties should be an object or `undefined`, instead was `[]`."),
    ("", 'body.properties should be an object or `undefined`, instead was `""`.'),
]


@pytest.mark.parametrize(("properties", "words"), REFUSED)
def test_what_a_page_cannot_have_is_refused(api: Api, properties: Any, words: str) -> None:
    before = plain(api)
    body = {"parent": {"workspace": True}, "properties": properties}
    path = f"pages/{before['id']}"
    assert words in api.refused("POST", "pages", body)
    assert words in api.refused("PATCH", path, {"properties": properties})
    assert api.good("GET", path)["properties"] == before["properties"]


def test_the_properties_of_a_row_are_an_object_too(acme: Api) -> None:
    path = f"pages/{acme.page('tasks', 'Pour')['id']}"
    words = "body.properties should be an object or `undefined`"
    assert words in acme.refused("PATCH", path, {"properties": []})
    body = {"parent": {"data_source_id": acme.source("tasks")}, "properties": ""}
    assert words in acme.refused("POST", "pages", body)


def test_only_the_title_can_be_asked_for(api: Api) -> None:
    path = f"pages/{plain(api)['id']}"
    item = api.good("GET", f"{path}/properties/title")
    assert item["results"][0]["title"]["plain_text"] == "Plan"
    status, answer = api.ask("GET", f"{path}/properties/nope")
    assert (status, answer["code"]) == (404, "object_not_found")
    assert api.good("GET", path, query=(("filter_properties", "title"),))["properties"]
    assert api.refused("GET", path, query=(("filter_properties", "nope"),)) == (
        "Could not find property with name or id: nope"
    )
