"""The keys of every kind of answer stand in the recorded order."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from notion_gitops.sandbox.basics.messages import Request

if TYPE_CHECKING:
    from tests.sandbox.conftest import Api

PAGE = (
    "object id created_time last_edited_time created_by last_edited_by cover icon parent in_trash "
    "is_archived is_locked properties url public_url"
)
DATABASE = (
    "object id title description parent is_inline in_trash is_locked created_time "
    "last_edited_time data_sources icon cover url public_url"
)
SOURCE = (
    "object id cover icon created_time created_by last_edited_by last_edited_time title "
    "description is_inline properties parent database_parent url public_url in_trash"
)
LIST = "object results next_cursor has_more type"
NUMBER = {"type": "number", "number": 3.75, "function": "average"}


def keys(value: dict[str, Any]) -> str:
    return " ".join(value)


@pytest.mark.parametrize(("version", "last"), [("2026-03-11", ""), ("2025-09-03", " archived")])
def test_pages_databases_and_data_sources(acme: Api, version: str, last: str) -> None:
    source = acme.good("GET", f"data_sources/{acme.source('tasks')}", version=version)
    database = acme.good("GET", f"databases/{source['parent']['database_id']}", version=version)
    row = acme.page("tasks", "Pour")
    page = acme.good("GET", f"pages/{row['id']}", version=version)
    assert keys(page) == f"{PAGE}{last} request_id"
    assert keys(page["parent"]) == "type data_source_id database_id"
    assert keys(page["created_by"]) == "object id"
    assert keys(database) == f"{DATABASE}{last} request_id"
    assert keys(database["data_sources"][0]) == "id name"
    assert keys(source) == f"{SOURCE}{last} request_id"
    assert keys(source["parent"]) == "type database_id"
    assert database["created_time"].endswith("+00:00")
    assert source["created_time"].endswith(":00.000Z")


def test_lists_and_their_members(acme: Api) -> None:
    path = f"data_sources/{acme.source('tasks')}/query"
    found = acme.good("POST", path, {})
    assert keys(found) == f"{LIST} page_or_data_source request_id"
    assert keys(found["results"][0]) == PAGE  # no request_id inside of a list
    acme.sandbox.result_cap = 1
    capped = acme.good("POST", path, {})
    assert keys(capped) == f"{LIST} page_or_data_source request_status request_id"
    assert keys(capped["request_status"]) == "type incomplete_reason"
    users = acme.good("GET", "users")
    assert keys(users) == f"{LIST} user request_id"
    templates = acme.good("GET", f"data_sources/{acme.source('tasks')}/templates")
    assert keys(templates) == "templates has_more next_cursor request_id"


def test_users(acme: Api) -> None:
    bot, person, _ = acme.good("GET", "users")["results"]
    assert keys(person) == "object id name avatar_url type person"
    assert keys(person["person"]) == "email email_verified"
    assert keys(bot) == "object id name avatar_url type bot"
    me = acme.good("GET", "users/me")
    assert keys(me["bot"]) == "owner workspace_name workspace_id workspace_limits"
    assert keys(me["bot"]["owner"]) == "type workspace"


def test_values_of_properties(acme: Api) -> None:
    values = acme.page("everything", "Full")["properties"]
    for name, entry in values.items():
        more = " has_more" if entry["type"] == "relation" else ""
        assert keys(entry) == f"id type {entry['type']}{more}", name
    (text,) = values["Text"]["rich_text"]
    assert keys(text) == "type text annotations plain_text href"
    assert keys(text["text"]) == "content link"
    assert keys(text["annotations"]) == "bold italic strikethrough underline code color"
    assert keys(values["Select"]["select"]) == "id name color"
    assert keys(values["Date"]["date"]) == "start end time_zone"
    assert keys(values["Id"]["unique_id"]) == "prefix number"
    assert keys(values["Verified"]["verification"]) == "state date verified_by"
    assert list(values["Rollup"]["rollup"].items()) == list(NUMBER.items())
    assert keys(values["Formula"]["formula"]) == "type number"
    assert keys(values["Files"]["files"][0]) == "name type external"


def test_configs_of_properties(acme: Api) -> None:
    columns = acme.good("GET", f"data_sources/{acme.source('everything')}")["properties"]
    for name, entry in columns.items():
        assert keys(entry) == f"id name description type {entry['type']}", name
        assert entry["name"] == name
    assert keys(columns["Select"]["select"]["options"][0]) == "id name color description"
    assert keys(columns["Status"]["status"]) == "options groups"
    assert keys(columns["Status"]["status"]["groups"][0]) == "id name color option_ids"
    relation = columns["Relation"]["relation"]
    assert keys(relation) == "database_id data_source_id type single_property"
    assert keys(columns["Rollup"]["rollup"]) == (
        "rollup_property_name relation_property_name rollup_property_id relation_property_id "
        "function"
    )


def test_errors(acme: Api) -> None:
    status, body = acme.ask("GET", f"pages/{acme.source('tasks')}")
    assert status == 404
    assert keys(body) == "object status code message additional_data request_id"
    assert (body["object"], body["status"]) == ("error", 404)
    assert body["additional_data"] == {"integration_id": acme.good("GET", "users/me")["id"]}
    _, body = acme.ask("GET", "nowhere")
    assert keys(body) == "object status code message request_id"


@pytest.mark.parametrize(("path", "status"), [("users/me", 200), ("nowhere", 400)])
def test_the_id_of_a_request_is_in_a_header_too(api: Api, path: str, status: int) -> None:
    headers = {"authorization": "Bearer sandbox-token", "notion-version": "2026-03-11"}
    response = api.sandbox.handle(Request("GET", f"/v1/{path}", (), headers))
    assert response.status == status
    assert response.headers["x-notion-request-id"] == json.loads(response.body)["request_id"]
    assert not {"etag", "x-ratelimit-limit"} & set(response.headers)
