"""What Notion does not take: a table of bodies, each with the beginning of what is said of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.sandbox.conftest import Api

LINK = "Content creation Failed. Fix the following: \nInvalid URL for link."


def run(**more: Any) -> dict[str, Any]:
    return {"rich_text": [{"text": {"content": "x"}, **more}]}


def link(url: str) -> dict[str, Any]:
    return {"rich_text": [{"text": {"content": "x", "link": {"url": url}}}]}


TEXTS: list[tuple[dict[str, Any], str]] = [
    (run(annotations=5), "body.properties.Text.rich_text[0].annotations should be an object"),
    (run(annotations={"bold": "yes"}), "rich_text[0].annotations.bold should be a boolean"),
    (run(annotations={"color": "pinkish"}), "rich_text[0].annotations.color should be"),
    (run(type="mention"), "rich_text[0].mention should be defined"),
    (link("docs/plan.md"), LINK),
    (link("url"), LINK),
]


@pytest.mark.parametrize(("value", "told"), TEXTS, ids=[told for _, told in TEXTS])
def test_rich_text_of_a_wrong_form(acme: Api, value: dict[str, Any], told: str) -> None:
    [page, *_] = acme.query("everything")
    message = acme.refused("PATCH", f"pages/{page['id']}", {"properties": {"Text": value}})
    assert told in message


@pytest.mark.parametrize("url", ["https://x.example", "mailto:a@x.example", "/0f1e", "#part", ""])
def test_links_that_lead_somewhere(acme: Api, url: str) -> None:
    [page, *_] = acme.query("everything")
    acme.good("PATCH", f"pages/{page['id']}", {"properties": {"Text": link(url)}})
    shown = acme.good("GET", f"pages/{page['id']}")["properties"]["Text"]["rich_text"]
    assert shown[0]["href"] == (url or None)


def test_lengths_are_counted_as_javascript_does(acme: Api) -> None:
    """An emoji counts for two (field report: github.com/dwarvesf/dwarves-kit/pull/403)."""
    [page, *_] = acme.query("everything")
    path = f"pages/{page['id']}"

    def text(content: str) -> dict[str, Any]:
        return {"properties": {"Text": {"rich_text": [{"text": {"content": content}}]}}}

    acme.good("PATCH", path, text("🙂" * 1000))
    assert "should be ≤ `2000`, instead was `2002`" in acme.refused(
        "PATCH", path, text("🙂" * 1001)
    )


PARAGRAPH: dict[str, Any] = {"paragraph": {"rich_text": []}}
ROW: dict[str, Any] = {"table_row": {"cells": [[]]}}
TABLE = {"table": {"table_width": 1, "children": [ROW]}}
COLUMN = {"column": {"children": [PARAGRAPH]}}
BLOCKS: list[tuple[dict[str, Any], str]] = [
    (ROW, "body.children[0].table_row should be not present"),
    (COLUMN, "body.children[0].column should be not present"),
    ({**PARAGRAPH, "divider": {}}, "body.children[0].paragraph should be not present"),
    ({"paragraph": {"rich_text": [], "children": [ROW]}}, "paragraph.children[0].table_row should"),
    ({"table": {"table_width": 1, "children": [PARAGRAPH]}}, "children[0].table_row should be def"),
    ({"table": {"table_width": 1, "children": []}}, "table.children.length should be ≥ `1`"),
    ({"column_list": {"children": [COLUMN]}}, "column_list.children.length should be ≥ `2`"),
    ({"column_list": {"children": [COLUMN, PARAGRAPH]}}, "children[1].column should be defined"),
    ({"numbered_list_item": {"rich_text": [], "list_start_index": "1"}}, "start_index should be a"),
    ({"numbered_list_item": {"rich_text": [], "list_format": 7}}, "list_format should be"),
    ({"callout": {"rich_text": [], "icon": {"emoji": "no"}}}, "icon.emoji should be an emoji"),
]  # fmt: skip


@pytest.mark.parametrize(("block", "told"), BLOCKS, ids=[told for _, told in BLOCKS])
def test_blocks_of_a_wrong_form(acme: Api, block: dict[str, Any], told: str) -> None:
    [page, *_] = acme.query("everything")
    assert told in acme.refused("PATCH", f"blocks/{page['id']}/children", {"children": [block]})


@pytest.mark.parametrize(
    ("above", "below", "told"),
    [
        ({"divider": {}}, PARAGRAPH, "Block of type divider does not support children."),
        ({"code": {"rich_text": []}}, PARAGRAPH, "Block of type code does not support children."),
        (TABLE, PARAGRAPH, "body.children[0].table_row should be defined"),
        ({"column_list": {"children": [COLUMN, COLUMN]}}, PARAGRAPH, "column should be defined"),
        (PARAGRAPH, ROW, "body.children[0].table_row should be not present"),
    ],
)
def test_blocks_that_do_not_go_into_each_other(
    acme: Api, above: dict[str, Any], below: dict[str, Any], told: str
) -> None:
    [page, *_] = acme.query("everything")
    path = f"blocks/{page['id']}/children"
    [made] = acme.good("PATCH", path, {"children": [above]})["results"]
    path = f"blocks/{made['id']}/children"
    assert told in acme.refused("PATCH", path, {"children": [below]})


def test_icons_of_callouts_and_of_notion_itself(acme: Api) -> None:
    [page, *_] = acme.query("everything")
    icon = {"icon": {"name": "rocket", "color": "blue"}}
    callout = {"callout": {"rich_text": [], "icon": icon}}
    path = f"blocks/{page['id']}/children"
    [made] = acme.good("PATCH", path, {"children": [callout]})["results"]
    assert made["callout"]["icon"] == {"type": "icon", **icon}
    changed = acme.good("PATCH", f"pages/{page['id']}", {"icon": {"icon": {"name": "rocket"}}})
    assert changed["icon"] == {"type": "icon", "icon": {"name": "rocket", "color": "gray"}}
    assert "icon.emoji should be" in acme.refused(
        "PATCH", f"pages/{page['id']}", {"icon": {"emoji": ""}}
    )


SEARCHES: list[tuple[dict[str, Any], str]] = [
    ({"filter": {"in_trash": "x"}}, "body.filter.in_trash should be a boolean"),
    ({"filter": {"other": 1}}, "body.filter.other should be not present"),
    ({"filter": {"property": "object"}}, 'body.filter.value should be `"page"` or `"data_source"`'),
]
QUERIES: list[tuple[dict[str, Any], str]] = [
    ({"sorts": [{"property": "Number", "direction": "ascending", "x": 1}]}, "sorts[0].x should be"),
    ({"sorts": [{"property": "Number", "timestamp": "created_time", "direction": "ascending"}]},
     "body.sorts[0].property should be not present"),
    ({"filter": {"property": "Number", "type": "select", "number": {"equals": 1}}},
     'body.filter.type should be `"number"`'),
]  # fmt: skip


@pytest.mark.parametrize(("body", "told"), SEARCHES)
def test_searches_of_a_wrong_form(acme: Api, body: dict[str, Any], told: str) -> None:
    assert told in acme.refused("POST", "search", body)


@pytest.mark.parametrize(("body", "told"), QUERIES)
def test_queries_of_a_wrong_form(acme: Api, body: dict[str, Any], told: str) -> None:
    path = f"data_sources/{acme.source('everything')}/query"
    assert told in acme.refused("POST", path, body)


def test_a_cursor_of_null_is_none(acme: Api) -> None:
    path = f"data_sources/{acme.source('everything')}/query"
    assert acme.good("POST", path, {"start_cursor": None})["results"]
    assert acme.good("POST", "search", {"start_cursor": None})["results"]


def test_an_address_that_is_none_leads_to_no_file(acme: Api) -> None:
    """It ended the connection: its host is not closed."""
    broken = "https://["
    [page, *_] = acme.query("everything")
    path = f"pages/{page['id']}"
    files = [{"name": "a", "type": "file", "file": {"url": broken}}]
    acme.good("PATCH", path, {"properties": {"Files": {"files": files}}})
    change = {"type": "insert_content", "insert_content": {"content": f"![a]({broken}x)"}}
    acme.good("PATCH", f"{path}/markdown", change)
    upload = {"mode": "external_url", "external_url": broken, "filename": "a.txt"}
    acme.refused("POST", "file_uploads", upload)


def test_names_of_mentions_in_titles(acme: Api) -> None:
    source = acme.good("GET", f"data_sources/{acme.source('everything')}")
    database = source["parent"]["database_id"]
    name = "".join(item["plain_text"] for item in source["title"])
    title = [{"mention": {"database": {"id": database}}}]
    page = acme.query("everything")[0]["id"]
    made = acme.good(
        "POST", "pages", {"parent": {"page_id": page}, "properties": {"title": {"title": title}}}
    )
    assert made["properties"]["title"]["title"][0]["plain_text"] == name
    acme.good("PATCH", f"databases/{database}", {"description": title})
    shown = acme.good("GET", f"databases/{database}")["description"]
    assert shown[0]["plain_text"] == name


def test_a_question_that_markdown_does_not_take(acme: Api) -> None:
    [page, *_] = acme.query("everything")
    path = f"pages/{page['id']}/markdown"
    assert "query.foo should be not present" in acme.refused("GET", path, query=(("foo", "1"),))
