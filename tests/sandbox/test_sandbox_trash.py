"""What is in the trash is read, deleted once more or restored, but not changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.test_sandbox_schema import make

if TYPE_CHECKING:
    from tests.sandbox.conftest import Api

Json = dict[str, Any]

ARCHIVED = "Can't edit block that is archived. You must unarchive the block before editing."
TEXT: list[Json] = [{"text": {"content": "x"}}]
PARAGRAPH: Json = {"paragraph": {"rich_text": TEXT}}


def trash(api: Api, path: str) -> None:
    assert api.good("PATCH", path, {"in_trash": True})["in_trash"]


def names(api: Api) -> dict[str, str]:
    """Ids: a page that goes to the trash with a block and a comment in it, and live ones."""
    page = api.page("projects", "Hall B")
    blocks = api.good("GET", f"blocks/{page['id']}/children")["results"]
    outer = api.good("PATCH", f"blocks/{page['id']}/children", {"children": [
        {"toggle": {"rich_text": TEXT, "children": [PARAGRAPH]}}]})["results"][0]["id"]  # fmt: skip
    inner = api.good("GET", f"blocks/{outer}/children")["results"][0]["id"]
    comment = {"parent": {"page_id": page["id"]}, "rich_text": TEXT}
    commented = api.good("POST", "comments", comment)
    return {
        "page": page["id"], "block": blocks[0]["id"], "outer": outer, "inner": inner,
        "comment": commented["id"], "discussion": commented["discussion_id"],
        "source": api.source("projects"), "live": api.page("projects", "Hall C")["id"],
        "database": page["parent"]["database_id"], "root": api.sandbox.create_root_page("Root"),
    }  # fmt: skip


def filled(value: Any, ids: dict[str, str]) -> Any:
    """A value of the table with the ids in it."""
    if isinstance(value, dict):
        return {key: filled(one, ids) for key, one in value.items()}
    return value.format(**ids) if isinstance(value, str) else value


IN_A_PAGE: list[tuple[str, str, Json | None]] = [
    ("POST", "pages", {"parent": {"page_id": "{page}"}}),
    ("POST", "databases", {"parent": {"page_id": "{page}"}}),
    ("POST", "pages/{live}/move", {"parent": {"page_id": "{page}"}}),
    ("POST", "pages/{page}/move", {"parent": {"page_id": "{root}"}}),
    ("PATCH", "pages/{page}", {"icon": {"emoji": "🏗"}}),
    ("PATCH", "pages/{page}", {"cover": None}),
    ("PATCH", "pages/{page}", {"is_locked": True}),
    ("PATCH", "pages/{page}", {"is_archived": True}),
    ("PATCH", "pages/{page}", {"erase_content": True}),
    ("PATCH", "pages/{page}", {"properties": {"Name": {"title": TEXT}}}),
    ("PATCH", "pages/{page}", {"in_trash": True, "icon": None}),
    ("PATCH", "pages/{page}/markdown", {"type": "replace_content",
                                        "replace_content": {"new_str": "x"}}),
    ("PATCH", "blocks/{page}/children", {"children": [PARAGRAPH]}),
    ("PATCH", "blocks/{outer}/children", {"children": [PARAGRAPH]}),
    ("PATCH", "blocks/{block}", {"heading_1": {"rich_text": TEXT}}),
    ("PATCH", "blocks/{block}", {"in_trash": True}),
    ("PATCH", "blocks/{inner}", PARAGRAPH),
    ("DELETE", "blocks/{inner}", None),
    ("POST", "comments", {"parent": {"page_id": "{page}"}, "rich_text": TEXT}),
    ("POST", "comments", {"parent": {"block_id": "{inner}"}, "rich_text": TEXT}),
    ("POST", "comments", {"discussion_id": "{discussion}", "rich_text": TEXT}),
    ("PATCH", "comments/{comment}", {"rich_text": TEXT}),
    ("DELETE", "comments/{comment}", None),
]  # fmt: skip


@pytest.mark.parametrize("version", ["2025-09-03", "2026-03-11"])
def test_a_page_in_the_trash_is_not_changed(acme: Api, version: str) -> None:
    ids = names(acme)
    trash(acme, f"pages/{ids['page']}")
    for method, path, body in IN_A_PAGE:
        asked = (method, filled(path, ids), filled(body, ids))
        assert acme.refused(*asked, version=version) == ARCHIVED, asked


def test_what_is_in_the_trash_is_read_deleted_again_and_restored(acme: Api) -> None:
    ids = names(acme)
    path = f"pages/{ids['page']}"
    trash(acme, f"blocks/{ids['block']}")
    trash(acme, path)
    trash(acme, path)
    for again in (ids["page"], ids["block"]):
        assert acme.good("DELETE", f"blocks/{again}")["in_trash"]
    found = acme.good("GET", "comments", query=(("block_id", ids["page"]),))
    assert len(found["results"]) == 1
    assert not acme.good("PATCH", path, {"in_trash": False, "is_locked": True})["in_trash"]
    block = acme.good("PATCH", f"blocks/{ids['block']}", {
        "in_trash": False, "heading_1": {"rich_text": TEXT}})  # fmt: skip
    assert (block["in_trash"], block["heading_1"]["rich_text"][0]["plain_text"]) == (False, "x")


def test_what_lies_in_a_block_in_the_trash_is_not_changed(acme: Api) -> None:
    ids = names(acme)
    trash(acme, f"blocks/{ids['outer']}")
    for method, path, body in (
        ("PATCH", "blocks/{inner}", PARAGRAPH),
        ("DELETE", "blocks/{inner}", None),
        ("PATCH", "blocks/{inner}/children", {"children": [PARAGRAPH]}),
        ("PATCH", "blocks/{outer}", {"toggle": {"rich_text": TEXT}}),
    ):
        assert acme.refused(method, filled(path, ids), body) == ARCHIVED


COLUMN: Json = {"properties": {"New": {"number": {}}}}


@pytest.mark.parametrize("gone", ["databases/{database}", "data_sources/{source}"])
def test_a_database_or_data_source_in_the_trash_is_not_changed(acme: Api, gone: str) -> None:
    ids = names(acme)
    trash(acme, filled(gone, ids))
    asked: list[tuple[str, str, Json]] = [
        ("POST", "pages", {"parent": {"data_source_id": "{source}"}}),
        ("POST", "pages/{root}/move", {"parent": {"data_source_id": "{source}"}}),
        ("PATCH", "data_sources/{source}", COLUMN),
        ("PATCH", "data_sources/{source}", {"title": TEXT}),
        ("PATCH", filled(gone, ids), {"title": TEXT}),
    ]
    if gone.startswith("databases"):
        new: Json = {"Name": {"title": {}}}
        parent = {"database_id": "{database}"}
        asked += [
            ("POST", "data_sources", {"parent": parent, "properties": new}),
            ("PATCH", f"data_sources/{acme.source('tasks')}", {"parent": parent}),
        ]
    for method, path, body in asked:
        assert acme.refused(method, filled(path, ids), filled(body, ids)) == ARCHIVED
    restored = acme.good("PATCH", filled(gone, ids), {"in_trash": False, "title": TEXT})
    assert restored["title"][0]["plain_text"] == "x"
    acme.good("PATCH", f"data_sources/{ids['source']}", COLUMN)


def test_a_table_of_the_oldest_version_in_the_trash_is_not_changed(acme: Api) -> None:
    path = f"databases/{names(acme)['database']}"
    assert acme.good("PATCH", path, {"archived": True}, version="2022-06-28")["archived"]
    assert acme.refused("PATCH", path, COLUMN, version="2022-06-28") == ARCHIVED
    back = acme.good("PATCH", path, {**COLUMN, "archived": False}, version="2022-06-28")
    assert back["properties"]["New"]["type"] == "number"


def states(api: Api, *sources: str) -> list[bool]:
    return [api.good("GET", f"data_sources/{one}")["in_trash"] for one in sources]


@pytest.mark.parametrize("later", [False, True])
def test_a_data_source_that_was_trashed_by_itself_stays_there(api: Api, later: bool) -> None:
    """Whether before its database went there, or after."""
    first = make(api, "A", {"Name": {"title": {}}})
    path = f"databases/{first['parent']['database_id']}"
    parent = {"database_id": first["parent"]["database_id"]}
    body = {"parent": parent, "properties": {"Name": {"title": {}}}}
    second = api.good("POST", "data_sources", body)["id"]
    gone = [path, f"data_sources/{second}"]
    for each in gone if later else gone[::-1]:
        trash(api, each)
    assert states(api, first["id"], second) == [True, True]
    api.good("PATCH", path, {"in_trash": False})
    assert states(api, first["id"], second) == [False, True]
    api.good("PATCH", f"data_sources/{second}", {"in_trash": False})
    trash(api, path)
    api.good("PATCH", path, {"in_trash": False})
    assert states(api, first["id"], second) == [False, False]


def test_a_database_that_a_text_no_longer_names_goes_with_its_data_source(api: Api) -> None:
    root = api.sandbox.create_root_page("Root")
    made = api.good("POST", "databases", {"parent": {"page_id": root}})
    source = made["data_sources"][0]["id"]
    command = {"new_str": "# New", "allow_deleting_content": True}
    body = {"type": "replace_content", "replace_content": command}
    api.good("PATCH", f"pages/{root}/markdown", body)
    assert api.good("GET", f"databases/{made['id']}")["in_trash"]
    assert states(api, source) == [True]
    found = api.good("POST", "search", {"filter": {"property": "object", "value": "data_source"}})
    assert found["results"] == []
    assert api.refused("PATCH", f"data_sources/{source}", COLUMN) == ARCHIVED
