"""The limits on requests, one by one, and other refusals in recorded words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.test_sandbox_schema import change, make

if TYPE_CHECKING:
    from tests.sandbox.conftest import Api

UNKNOWN = "11111111-1111-4111-8111-111111111111"


def run(content: str, url: str | None = None) -> dict[str, Any]:
    return {"text": {"content": content, **({"link": {"url": url}} if url else {})}}


LIMITS: list[tuple[str, Any, str]] = [
    ("Text", {"rich_text": [run("x" * 2001)]}, "rich_text[0].text.content.length ≤ 2000 2001"),
    ("Name", {"title": [run("x" * 2001)]}, "title[0].text.content.length ≤ 2000 2001"),
    ("Text", {"rich_text": [run("x")] * 101}, "rich_text.length ≤ 100 101"),
    ("Text", {"rich_text": [run("x", "h" * 2001)]}, ("rich_text[0].text.link.url.length ≤ 2000 "
     "2001")),
    ("Text", {"rich_text": [{"equation": {"expression": "x" * 1001}}]},
     "rich_text[0].equation.expression.length ≤ 1000 1001"),
    ("Url", {"url": "x" * 2001}, "url.length ≤ 2000 2001"),
    ("Email", {"email": "x" * 201}, "email.length ≤ 200 201"),
    ("Phone", {"phone_number": "1" * 201}, "phone_number.length ≤ 200 201"),
    ("Relation", {"relation": [{"id": UNKNOWN}] * 101}, "relation.length ≤ 100 101"),
    ("People", {"people": [{"id": UNKNOWN}] * 101}, "people.length ≤ 100 101"),
    ("Multi", {"multi_select": [{"name": str(n)} for n in range(101)]},
     "multi_select.length ≤ 100 101"),
]  # fmt: skip


def test_every_limit_of_a_value(acme: Api) -> None:
    parent = {"data_source_id": acme.source("everything")}
    for name, entry, told in LIMITS:
        place, sign, limit, given = told.split()
        body = {"parent": parent, "properties": {name: entry}}
        assert acme.refused("POST", "pages", body) == (
            f"body failed validation: body.properties.{name}.{place} should be {sign} `{limit}`, "
            f"instead was `{given}`."
        )


def test_just_at_the_limits(acme: Api) -> None:
    row = acme.create("everything", {
        "Text": {"rich_text": [run("x" * 2000)] * 100}, "Url": {"url": "x" * 2000},
        "Email": {"email": "x" * 200}, "Multi": {"multi_select": [
            {"name": str(n)} for n in range(100)]},
    })  # fmt: skip
    assert len(row["properties"]["Multi"]["multi_select"]) == 100


def test_a_body_of_more_than_500_kilobytes(acme: Api) -> None:
    title = [run("x" * 2000)] * 100
    body = {"query": "x" * 500 * 1024, "sort": {}}
    assert "body.length should be ≤ `512000`" in acme.refused("POST", "search", body)
    assert acme.create("tasks", {"Name": {"title": title}})["object"] == "page"


def test_an_option_list_of_more_than_a_hundred(api: Api) -> None:
    source = make(api, "A", {"Name": {"title": {}}, "S": {"select": {}}})
    options = [{"name": str(n)} for n in range(101)]
    body = {"properties": {"S": {"select": {"options": options}}}}
    assert api.refused("PATCH", f"data_sources/{source['id']}", body) == (
        "body failed validation: body.properties.S.select.options.length should be ≤ `100`, "
        "instead was `101`."
    )


def test_a_colour_that_notion_does_not_have(api: Api) -> None:
    source = make(api, "A", {"Name": {"title": {}}, "S": {"select": {}}})
    options = [{"name": "a", "color": "teal"}]
    body = {"properties": {"S": {"select": {"options": options}}}}
    message = api.refused("PATCH", f"data_sources/{source['id']}", body)
    assert "S.select.options[0].color should be one of" in message


def test_an_error_quotes_the_beginning_of_a_long_value(acme: Api) -> None:
    row = acme.page("tasks", "Pour")
    children = [{"object": "block", "type": "bulleted_list_item", "bulleted_list_item": {}}]
    assert acme.refused("PATCH", f"pages/{row['id']}", {"position": children}) == (
        "body failed validation: body.position should be not present, instead was "
        '`[{"object":"block","type":"bulleted_list_item","bullete...`.'
    )


def test_a_page_without_a_parent_of_any_kind(api: Api) -> None:
    assert api.refused("POST", "pages", {"parent": {}}) == (
        "body failed validation. Fix one:\n"
        "body.parent.page_id should be defined, instead was `undefined`.\n"
        "body.parent.database_id should be defined, instead was `undefined`.\n"
        "body.parent.data_source_id should be defined, instead was `undefined`.\n"
        "body.parent.workspace should be defined, instead was `undefined`."
    )


UNKNOWN_KEYS = [
    ("POST", "pages", {"parents": 1}),
    ("PATCH", "pages/{page}", {"parent": 1}),
    ("POST", "pages/{page}/move", {"position": 1}),
    ("POST", "databases", {"properties": 1}),
    ("PATCH", "databases/{database}", {"properties": 1}),
    ("POST", "data_sources", {"is_inline": 1}),
    ("PATCH", "data_sources/{source}", {"is_locked": 1}),
    ("POST", "data_sources/{source}/query", {"sort": 1}),
    ("POST", "search", {"sorts": 1}),
]


@pytest.mark.parametrize(("method", "path", "body"), UNKNOWN_KEYS)
def test_unknown_keys_at_the_top_of_a_body(
    acme: Api, method: str, path: str, body: dict[str, int]
) -> None:
    row = acme.page("tasks", "Pour")
    parent = row["parent"]
    filled = path.format(
        page=row["id"], database=parent["database_id"], source=parent["data_source_id"]
    )
    (key,) = body
    assert acme.refused(method, filled, body) == (
        f"body failed validation: body.{key} should be not present, instead was `1`."
    )


# Pages, databases and data sources change as asked


def test_icon_cover_lock_and_archive_of_a_page(acme: Api) -> None:
    path = f"pages/{acme.page('tasks', 'Pour')['id']}"
    cover = {"type": "external", "external": {"url": "https://a.example/c.png"}}
    shown = acme.good("PATCH", path, {
        "icon": {"emoji": "🏗"}, "cover": {"external": cover["external"]}, "is_locked": True,
        "is_archived": True,
    })  # fmt: skip
    assert shown["icon"] == {"type": "emoji", "emoji": "🏗"}
    assert shown["cover"] == cover
    assert (shown["is_locked"], shown["is_archived"], shown["in_trash"]) == (True, True, False)
    cleared = acme.good("PATCH", path, {"icon": None, "cover": None})
    assert (cleared["icon"], cleared["cover"]) == (None, None)
    message = acme.refused("PATCH", path, {"is_locked": "yes"})
    assert "body.is_locked should be a boolean" in message


def test_a_database_changes_and_moves(api: Api) -> None:
    source = make(api, "A", {"Name": {"title": {}}})
    database = source["parent"]["database_id"]
    other = api.sandbox.create_root_page("Other")
    shown = api.good("PATCH", f"databases/{database}", {
        "title": [run("B")], "description": [run("of all")], "is_inline": True, "is_locked": True,
        "icon": {"emoji": "🗄"}, "parent": {"type": "page_id", "page_id": other},
    })  # fmt: skip
    assert shown["title"][0]["plain_text"] == "B"
    assert shown["description"][0]["plain_text"] == "of all"
    assert (shown["is_inline"], shown["is_locked"]) == (True, True)
    assert shown["parent"] == {"type": "page_id", "page_id": other}
    again = api.good("GET", f"data_sources/{source['id']}")
    assert again["title"][0]["plain_text"] == "A"  # each has a title of its own
    assert again["database_parent"] == shown["parent"]


def test_a_change_of_a_database_leaves_a_data_source_in_the_trash(api: Api) -> None:
    source = make(api, "A", {"Name": {"title": {}}})
    path = f"data_sources/{source['id']}"
    assert api.good("PATCH", path, {"in_trash": True})["in_trash"]
    api.good("PATCH", f"databases/{source['parent']['database_id']}", {"title": [run("B")]})
    assert api.good("GET", path)["in_trash"]


def test_a_deleted_database_takes_its_data_source_along(api: Api) -> None:
    source = make(api, "A", {"Name": {"title": {}}})
    assert api.good("DELETE", f"blocks/{source['parent']['database_id']}")["in_trash"]
    assert api.good("GET", f"data_sources/{source['id']}")["in_trash"]


def test_a_data_source_moves_to_another_database_with_its_rows(api: Api) -> None:
    one, two = (make(api, name, {"Name": {"title": {}}}) for name in "AB")
    row = api.good("POST", "pages", {"parent": {"data_source_id": one["id"]}})
    to = two["parent"]["database_id"]
    moved = api.good("PATCH", f"data_sources/{one['id']}", {"parent": {"database_id": to}})
    assert moved["parent"] == {"type": "database_id", "database_id": to}
    assert api.good("GET", f"pages/{row['id']}")["parent"]["database_id"] == to
    holder = api.good("GET", f"databases/{to}")
    assert {one["id"], two["id"]} == {source["id"] for source in holder["data_sources"]}


def test_ids_of_databases_and_data_sources_are_not_interchangeable(acme: Api) -> None:
    source = acme.source("tasks")
    database = acme.good("GET", f"data_sources/{source}")["parent"]["database_id"]
    assert acme.ask("GET", f"databases/{source}")[0] == 404
    assert acme.ask("GET", f"data_sources/{database}")[0] == 404


def test_two_way_to_one_way_keeps_the_id(api: Api) -> None:
    tasks = make(api, "Tasks", {"Name": {"title": {}}})
    to = {"data_source_id": tasks["id"].replace("-", "")}
    dual = {**to, "type": "dual_property", "dual_property": {}}
    halls = make(api, "Halls", {"Name": {"title": {}}, "Work": {"relation": dual}})
    before = halls["properties"]["Work"]
    assert before["relation"]["type"] == "dual_property"
    single = {**to, "single_property": {}}
    after = change(api, halls, {"Work": {"relation": single}})["properties"]["Work"]
    assert (after["id"], after["relation"]["type"]) == (before["id"], "single_property")
    assert list(api.good("GET", f"data_sources/{tasks['id']}")["properties"]) == ["Name"]


def test_a_verification_expires(acme: Api) -> None:
    date = {"start": "2026-06-01T10:00:00Z", "end": "2026-06-30T10:00:00Z"}
    page = acme.page("everything", "Full")
    shown = acme.write(page, {"Verified": {"verification": {"state": "verified", "date": date}}})
    assert shown["properties"]["Verified"]["verification"]["state"] == "expired"
    given = {"property": "Verified", "verification": {"status": "expired"}}
    assert acme.titles("everything", filter=given) == ["Full"]
