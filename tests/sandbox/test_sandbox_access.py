"""Tokens, capabilities, what is shared, and requests that no endpoint answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from notion_gitops.sandbox.basics.messages import Request
from notion_gitops.sandbox.basics.nouns import ALL_RIGHTS, Capability

if TYPE_CHECKING:
    from tests.sandbox.conftest import Api

PART = "part"


def test_a_wrong_or_missing_token(api: Api) -> None:
    for token in ("wrong", None):
        status, body = api.ask("GET", "users/me", token=token)
        assert (status, body["code"]) == (401, "unauthorized")
        assert body["message"] == "API token is invalid."


def test_a_missing_version(api: Api) -> None:
    status, body = api.ask("GET", "users/me", version=None)
    assert (status, body["code"]) == (400, "missing_version")
    assert body["message"] == (
        "Notion-Version header failed validation: Notion-Version header should be defined, "
        "instead was `undefined`."
    )


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "nowhere"), ("PUT", "pages"), ("GET", "search")]
)
def test_an_unknown_path(api: Api, method: str, path: str) -> None:
    status, body = api.ask(method, path)
    assert (status, body["code"]) == (400, "invalid_request_url")
    assert body["message"] == "Invalid request URL."


def test_a_database_that_is_not_shared_looks_as_if_it_were_not_there(acme: Api) -> None:
    tasks, projects = acme.source("tasks"), acme.source("projects")
    pour = acme.page("tasks", "Pour")["id"]
    acme.sandbox.add_token(PART, name="Part", shared=[projects])
    acme.good("GET", f"data_sources/{projects}", token=PART)
    for method, path, kind, identity in (
        ("GET", f"data_sources/{tasks}", "data_source", tasks),
        ("POST", f"data_sources/{tasks}/query", "data_source", tasks),
        ("GET", f"pages/{pour}", "page", pour),
        ("PATCH", f"pages/{pour}", "page", pour),
    ):
        status, body = acme.ask(method, path, {}, token=PART)
        assert (status, body["code"]) == (404, "object_not_found")
        assert body["message"] == (
            f"Could not find {kind} with ID: {identity}. Make sure the relevant pages and "
            'databases are shared with your integration "Part".'
        )


@pytest.mark.parametrize(
    ("lacking", "method", "path"),
    [
        (Capability.READ, "POST", "data_sources/{source}/query"),
        (Capability.READ, "GET", "pages/{page}"),
        (Capability.UPDATE, "PATCH", "pages/{page}"),
        (Capability.UPDATE, "DELETE", "blocks/{page}"),
        (Capability.INSERT, "POST", "pages"),
        (Capability.USERS, "GET", "users"),
    ],
)
def test_a_missing_capability(acme: Api, lacking: Capability, method: str, path: str) -> None:
    page = acme.page("tasks", "Pour")["id"]
    acme.sandbox.add_token(PART, capabilities=ALL_RIGHTS - {lacking})
    filled = path.format(page=page, source=acme.source("tasks"))
    status, body = acme.ask(method, filled, {}, token=PART)
    assert (status, body["code"]) == (403, "restricted_resource")
    assert acme.good("GET", "users/me", token=PART)["type"] == "bot"


def test_people_without_the_capabilities(acme: Api) -> None:
    page = acme.page("projects", "Hall B")["id"]
    acme.sandbox.add_token(PART, capabilities=ALL_RIGHTS - {Capability.EMAILS})
    (ann,) = acme.good("GET", f"pages/{page}", token=PART)["properties"]["Owner"]["people"]
    assert (ann["name"], ann["person"]) == ("Ann Lee", {})
    acme.sandbox.add_token(PART, capabilities=frozenset({Capability.READ}))
    (ann,) = acme.good("GET", f"pages/{page}", token=PART)["properties"]["Owner"]["people"]
    assert ann == {"object": "user", "id": "6794760a-1f15-45cd-9c65-0dfe42f5135a"}


def test_an_unknown_user(acme: Api) -> None:
    status, body = acme.ask("GET", "users/11111111-1111-4111-8111-111111111111")
    assert status == 404
    assert body["message"].endswith("in the integration's workspace are visible.")


def test_a_body_that_is_no_json(api: Api) -> None:
    status, body = api.ask("POST", "pages", "a text")
    assert (status, body["code"]) == (400, "invalid_json")


def test_users_are_listed_with_paging(acme: Api) -> None:
    first = acme.good("GET", "users", query=(("page_size", "2"),))
    rest = acme.good("GET", "users", query=(("start_cursor", first["next_cursor"]),))
    names = [user["name"] for user in first["results"] + rest["results"]]
    assert names == ["Sandbox", "Ann Lee", "Bob Ray"]


def test_requests_are_counted(api: Api) -> None:
    api.ask("GET", "users/me")
    api.ask("GET", "nowhere")
    assert (api.sandbox.requests, api.sandbox.total_requests) == (2, 2)
    assert [(one.method, one.path, one.status) for one in api.sandbox.log] == [
        ("GET", "/v1/users/me", 200),
        ("GET", "/v1/nowhere", 400),
    ]


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"page_size": NaN}', b"\xff"])
def test_bytes_that_are_no_json_object(api: Api, body: bytes) -> None:
    headers = {"authorization": "Bearer sandbox-token", "notion-version": "2026-03-11"}
    response = api.sandbox.handle(Request("POST", "/v1/search", (), headers, body))
    assert response.status == 400
    assert b"Error parsing JSON body." in response.body


@pytest.mark.parametrize("what", ["pages", "databases"])
def test_what_a_connection_makes_at_the_top_is_shared_with_it(api: Api, what: str) -> None:
    api.sandbox.add_token(PART, name="Part", shared=[])
    api.sandbox.add_token("other", name="Other", shared=[])
    made = api.good("POST", what, {"parent": {"workspace": True}}, token=PART)
    assert made["parent"] == {"type": "workspace", "workspace": True}
    assert api.good("GET", f"{what}/{made['id']}", token=PART)["id"] == made["id"]
    below = {"page_id" if what == "pages" else "database_id": made["id"]}
    api.good("POST", "pages", {"parent": below}, token=PART)
    assert api.ask("GET", f"{what}/{made['id']}", token="other")[0] == 404  # noqa: S106


def test_a_database_that_is_moved_to_the_top_stays_shared(api: Api) -> None:
    root = api.sandbox.create_root_page("Root")
    api.sandbox.add_token(PART, name="Part", shared=[root])
    made = api.good("POST", "databases", {"parent": {"page_id": root}}, token=PART)
    up = {"parent": {"type": "workspace", "workspace": True}}
    api.good("PATCH", f"databases/{made['id']}", up, token=PART)
    assert api.good("GET", f"databases/{made['id']}", token=PART)["parent"] == up["parent"]


def test_what_lies_in_a_shared_page_is_shared(api: Api) -> None:
    root = api.sandbox.create_root_page("Root")
    api.sandbox.add_token(PART, name="Part", shared=[root])
    made = api.good("POST", "databases", {"parent": {"page_id": root}}, token=PART)
    assert api.good("GET", f"databases/{made['id']}", token=PART)["id"] == made["id"]
    row = {"parent": {"data_source_id": made["data_sources"][0]["id"]}, "properties": {}}
    inner = {"parent": {"page_id": api.good("POST", "pages", row, token=PART)["id"]}}
    deep = api.good("POST", "databases", inner, token=PART)["data_sources"][0]["id"]
    assert api.good("POST", f"data_sources/{deep}/query", {}, token=PART)["results"] == []
    sources = {"filter": {"property": "object", "value": "data_source"}}
    assert len(api.good("POST", "search", sources, token=PART)["results"]) == 2
    children = api.good("GET", f"blocks/{root}/children", token=PART)["results"]
    assert [child["type"] for child in children] == ["child_database"]
    aside = {"parent": {"page_id": api.sandbox.create_root_page("Aside")}}
    hidden = api.good("POST", "databases", aside)
    assert api.ask("GET", f"databases/{hidden['id']}", token=PART)[0] == 404
