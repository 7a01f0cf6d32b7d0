"""Pages are made with a body, in each of the ways that Notion has, and lose it again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from notion_gitops.sandbox import edits
from notion_gitops.sandbox.seeding.seed import load

if TYPE_CHECKING:
    from tests.sandbox.conftest import Api, Json


@pytest.fixture
def page(api: Api) -> str:
    """An empty page at the top of the workspace."""
    return api.sandbox.create_root_page("Top")


def text(content: str) -> list[Json]:
    return [{"text": {"content": content}}]


def paragraph(content: str) -> Json:
    return {"type": "paragraph", "paragraph": {"rich_text": text(content)}}


def make(api: Api, parent: str, **body: Any) -> Json:
    return api.good("POST", "pages", {"parent": {"page_id": parent}, **body})


def markdown(api: Api, page: str) -> str:
    return str(api.good("GET", f"pages/{page}/markdown")["markdown"])


def title(page: Json) -> str:
    entry = next(one for one in page["properties"].values() if one["type"] == "title")
    return "".join(item["plain_text"] for item in entry["title"])


@pytest.mark.parametrize("key", ["children", "content"])
def test_a_page_is_made_with_blocks(api: Api, page: str, key: str) -> None:
    made = make(api, page, **{key: [paragraph("a"), paragraph("b")]})
    assert markdown(api, made["id"]) == "a\nb"


def test_a_heading_at_the_beginning_is_the_title_if_none_is_given(api: Api, page: str) -> None:
    made = make(api, page, markdown="# The **title**\n\nHello\n# Part")
    assert title(made) == "The title"
    assert markdown(api, made["id"]) == "Hello\n# Part"
    given = {"title": {"title": text("Given")}}
    made = make(api, page, markdown="# Heading\nHello", properties=given)
    assert (title(made), markdown(api, made["id"])) == ("Given", "# Heading\nHello")
    made = make(api, page, markdown="Hello\n# Heading")
    assert (title(made), markdown(api, made["id"])) == ("", "Hello\n# Heading")


def test_a_row_takes_its_title_from_the_heading_too(acme: Api) -> None:
    body: Json = {"parent": {"data_source_id": acme.source("tasks")}, "markdown": "# Mix\nSand"}
    made = acme.good("POST", "pages", body)
    assert (title(made), markdown(acme, made["id"])) == ("Mix", "Sand")
    named = {next(n for n, p in made["properties"].items() if p["type"] == "title"): text_entry()}
    made = acme.good("POST", "pages", {**body, "properties": named})
    assert (title(made), markdown(acme, made["id"])) == ("Given", "# Mix\nSand")


def text_entry() -> Json:
    return {"title": text("Given")}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"markdown": "a", "children": []}, "body.markdown should be not present"),
        ({"children": [], "content": []}, "body.children should be not present"),
        ({"markdown": 1}, "body.markdown should be a string or `undefined`"),
        ({"markdown": '<page url="x">P</page>'}, "block URL: x"),
        ({"children": {}}, "body.children should be an array"),
        ({"content": [{"divider": 1}]}, "body.content[0].divider should be an object"),
        ({"position": {"type": "up"}}, "body.position.type should be"),
        ({"allow_async": "yes"}, "body.allow_async should be a boolean"),
    ],
)
def test_wrong_bodies_make_no_page(api: Api, page: str, body: Json, message: str) -> None:
    whole = {"parent": {"page_id": page}, **body}
    assert message in api.refused("POST", "pages", whole)
    assert api.good("GET", f"blocks/{page}/children")["results"] == []


def test_a_page_is_put_where_it_is_wanted(api: Api, page: str) -> None:
    path = f"blocks/{page}/children"
    body = {"children": [paragraph("a"), paragraph("b")]}
    first, second = (one["id"] for one in api.good("PATCH", path, body)["results"])
    start = make(api, page, position={"type": "page_start"})["id"]
    after = {"type": "after_block", "after_block": {"id": first}}
    middle = make(api, page, position=after)["id"]
    end = make(api, page, position={"type": "page_end"})["id"]
    found = [one["id"] for one in api.good("GET", path)["results"]]
    assert found == [start, first, middle, second, end]


def test_a_page_may_be_made_as_a_task(api: Api, page: str) -> None:
    body: Json = {"parent": {"page_id": page}, "markdown": "# T\nx", "allow_async": True}
    status, task = api.ask("POST", "pages", body)
    assert (status, task["operation"]["name"]) == (202, "POST /v1/pages")
    api.good("GET", f"async_tasks/{task['id']}")
    result = api.good("GET", f"async_tasks/{task['id']}")["result"]
    assert markdown(api, result["id"]) == "x"


def test_a_task_that_fails_leaves_nothing_behind(api: Api, page: str) -> None:
    body: Json = {"parent": {"page_id": page}, "markdown": "x", "icon": {}, "allow_async": True}
    _, task = api.ask("POST", "pages", body)
    api.good("GET", f"async_tasks/{task['id']}")
    assert api.good("GET", f"async_tasks/{task['id']}")["status"] == "failed"
    assert api.good("GET", f"blocks/{page}/children")["results"] == []


def test_erasing_takes_the_blocks_and_leaves_the_pages(api: Api, page: str) -> None:
    inner = make(api, page)["id"]
    api.good("PATCH", f"blocks/{page}/children", {"children": [paragraph("a")]})
    api.good("PATCH", f"pages/{page}", {"erase_content": True})
    found = [one["id"] for one in api.good("GET", f"blocks/{page}/children")["results"]]
    assert found == [inner]
    assert "erase_content" in api.refused("PATCH", f"pages/{page}", {"erase_content": 1})


def test_a_colleague_who_rewrites_a_body_keeps_what_was_not_touched(acme: Api) -> None:
    page = acme.page("projects", "Hall B")["id"]
    path = f"blocks/{page}/children"
    embed = {"embed": {"url": "https://e.x"}}
    acme.good("PATCH", path, {"children": [embed, {"table_of_contents": {}}]})
    before = [one["id"] for one in acme.good("GET", path)["results"]]
    whole = markdown(acme, page).replace("Pour first.", "Pour last.")
    person = next(u for u in acme.good("GET", "users")["results"] if u["type"] == "person")
    edits.rewrite_body(acme.sandbox, ("projects", "Hall B"), whole, by=person["name"])
    assert [one["id"] for one in acme.good("GET", path)["results"]] == before
    assert "Pour last." in markdown(acme, page)


def test_a_seed_may_hold_blocks_that_the_api_cannot_show(api: Api, description: Json) -> None:
    row = {"Name": "With a button", "body": 'a\n<unknown alt="button"/>'}
    column = next(iter(description["databases"][0]["pages"][0]))
    assert column
    database = {
        "name": "lone",
        "title": "Lone",
        "properties": {"Name": {"title": {}}},
        "pages": [row],
    }
    load(api.sandbox, {"users": description["users"], "databases": [database]})
    page = api.page("lone", "With a button")["id"]
    _, block = api.good("GET", f"blocks/{page}/children")["results"]
    assert (block["type"], block["unsupported"]) == ("unsupported", {"block_type": "button"})
    answer = api.good("GET", f"pages/{page}/markdown")
    assert answer["unknown_block_ids"] == [block["id"]]
    assert 'alt="button"' in answer["markdown"]
