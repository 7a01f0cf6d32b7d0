"""Three versions of the API; in the oldest a database is a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.sandbox.conftest import Api

OLDEST = "2022-06-28"
NAME: dict[str, Any] = {"Name": {"title": {}}}


class Old:
    """Asks as a client of the oldest version."""

    def __init__(self, api: Api) -> None:
        self.api = api
        sources = api.sandbox.databases()
        self.databases = {one.alias: one.database_id for one in sources}

    def ask(self, method: str, path: str, body: object = None) -> Any:
        return self.api.good(method, path, body, version=OLDEST)

    def refused(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        return self.api.ask(method, path, body, version=OLDEST)


@pytest.fixture
def old(acme: Api) -> Old:
    return Old(acme)


@pytest.mark.parametrize("version", ["2022-06-28", "2025-09-03", "2026-03-11"])
def test_the_three_known_versions_are_answered(api: Api, version: str) -> None:
    assert api.good("GET", "users/me", version=version)["type"] == "bot"


def test_another_version_is_refused_with_the_known_ones(api: Api) -> None:
    status, body = api.ask("GET", "users/me", version="2024-01-01")
    assert (status, body["code"]) == (400, "validation_error")
    assert body["message"] == (
        "Notion-Version header failed validation: Notion-Version header should be "
        '`"2022-06-28"`, `"2025-09-03"`, or `"2026-03-11"`, instead was `"2024-01-01"`.'
    )


def test_a_database_has_the_columns(old: Old) -> None:
    table = old.ask("GET", f"databases/{old.databases['tasks']}")
    assert list(table) == [
        "object", "id", "cover", "icon", "created_time", "created_by", "last_edited_by",
        "last_edited_time", "title", "description", "is_inline", "properties", "parent", "url",
        "public_url", "in_trash", "archived", "request_id",
    ]  # fmt: skip
    assert (table["object"], table["id"]) == ("database", old.databases["tasks"])
    assert table["parent"] == {"type": "workspace", "workspace": True}
    relation = table["properties"]["Project"]["relation"]
    assert list(relation) == ["database_id", "type", "dual_property"]
    assert relation["database_id"] == old.databases["projects"]


def test_the_query_of_a_database_gives_rows_that_lie_in_it(old: Old) -> None:
    found = old.ask("POST", f"databases/{old.databases['tasks']}/query", {"page_size": 2})
    assert found["type"] == "page_or_database"
    assert found["page_or_database"] == {}
    assert found["has_more"]
    row = found["results"][0]
    assert row["parent"] == {"type": "database_id", "database_id": old.databases["tasks"]}
    assert row["archived"] is False


def test_a_database_is_made_and_changed_with_its_columns(old: Old) -> None:
    root = old.api.sandbox.create_root_page("Root")
    relation: Any = {"relation": {"database_id": old.databases["tasks"], "single_property": {}}}
    made = old.ask("POST", "databases", {
        "parent": {"page_id": root}, "title": [{"text": {"content": "New"}}],
        "properties": NAME | {"Task": relation},
    })  # fmt: skip
    assert made["properties"]["Task"]["relation"]["database_id"] == old.databases["tasks"]
    path = f"databases/{made['id']}"
    change = {"title": [{"text": {"content": "Newer"}}], "properties": {"Size": {"number": {}}}}
    changed = old.ask("PATCH", path, change)
    assert changed["properties"]["Size"]["type"] == "number"
    assert changed["title"][0]["plain_text"] == "Newer"
    gone = old.ask("PATCH", path, {"archived": True})
    assert (gone["archived"], gone["in_trash"]) == (True, True)


def test_a_row_is_made_in_a_database(old: Old) -> None:
    parent = {"database_id": old.databases["tasks"]}
    row = old.ask("POST", "pages", {"parent": parent, "properties": {"Hours": {"number": 1}}})
    assert row["parent"]["database_id"] == old.databases["tasks"]
    assert list(row)[-2:] == ["archived", "request_id"]
    block = old.ask("GET", f"blocks/{row['id']}")
    assert block["parent"] == row["parent"]


def test_data_sources_are_unknown_there_and_the_query_of_a_database_is_unknown_later(
    old: Old,
) -> None:
    tasks = old.api.source("tasks")
    for method, path in (
        ("GET", f"data_sources/{tasks}"), ("PATCH", f"data_sources/{tasks}"),
        ("POST", f"data_sources/{tasks}/query"), ("GET", f"data_sources/{tasks}/templates"),
        ("POST", "data_sources"),
    ):  # fmt: skip
        status, body = old.refused(method, path, {})
        assert (status, body["code"]) == (400, "invalid_request_url")
    status, body = old.api.ask("POST", f"databases/{old.databases['tasks']}/query", {})
    assert (status, body["code"]) == (400, "invalid_request_url")


def test_a_database_with_several_data_sources_is_refused(old: Old) -> None:
    database = old.databases["tasks"]
    second = old.api.good(
        "POST", "data_sources", {"parent": {"database_id": database}, "properties": NAME}
    )
    for method, path, body in (
        ("GET", f"databases/{database}", None),
        ("PATCH", f"databases/{database}", {}),
        ("POST", f"databases/{database}/query", {}),
        ("POST", "pages", {"parent": {"database_id": database}}),
    ):
        status, answer = old.refused(method, path, body)
        assert (status, answer["code"]) == (400, "validation_error")
        assert answer["message"] == (
            "Databases with multiple data sources are not supported in this API version."
        )
        assert answer["additional_data"] == {
            "error_type": "multiple_data_sources_for_database",
            "database_id": database,
            "child_data_source_ids": [old.api.source("tasks"), second["id"]],
            "minimum_api_version": "2025-09-03",
        }


def test_search_finds_databases(old: Old) -> None:
    wanted = {"filter": {"property": "object", "value": "database"}, "query": "task"}
    found = old.ask("POST", "search", wanted)
    assert found["type"] == "page_or_database"
    assert [(one["object"], one["id"]) for one in found["results"]] == [
        ("database", old.databases["tasks"])
    ]
    assert {one["object"] for one in old.ask("POST", "search", {})["results"]} == {
        "database", "page",
    }  # fmt: skip
    status, body = old.refused(
        "POST", "search", {"filter": {"property": "object", "value": "data_source"}}
    )
    assert status == 400
    assert 'should be `"page"` or `"database"`' in body["message"]
