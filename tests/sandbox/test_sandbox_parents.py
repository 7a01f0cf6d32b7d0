"""The `parent` of requests, and what stands at their top in one version only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.sandbox.conftest import Api

Json = dict[str, Any]


def ids_of(api: Api) -> dict[str, str]:
    row = api.page("tasks", "Pour")
    first = api.good("GET", f"blocks/{api.page('projects', 'Hall B')['id']}/children")
    return {
        "page_id": row["id"],
        "block_id": first["results"][0]["id"],
        "workspace": "yes",
        **{key: row["parent"][key] for key in ("data_source_id", "database_id")},
    }


ENDPOINTS: dict[str, tuple[str, str, Json]] = {
    "page": ("POST", "pages", {}),
    "move": ("POST", "pages/{page_id}/move", {}),
    "database": ("POST", "databases", {}),
    "database moves": ("PATCH", "databases/{database_id}", {}),
    "source": ("POST", "data_sources", {"properties": {"Name": {"title": {}}}}),
    "source moves": ("PATCH", "data_sources/{data_source_id}", {}),
    "comment": ("POST", "comments", {"rich_text": [{"text": {"content": "x"}}]}),
}


def of_kind(ids: dict[str, str], *keys: str) -> Json:
    return {key: ids[key] for key in keys}


@pytest.mark.parametrize(
    ("what", "kind", "wrong"),
    [
        ("page", "page_id", "database_id"),
        ("page", "data_source_id", "page_id"),
        ("page", "database_id", "data_source_id"),
        ("move", "page_id", "data_source_id"),
        ("move", "data_source_id", "database_id"),
        ("database", "page_id", "workspace"),
        ("database moves", "page_id", "database_id"),
        ("source", "database_id", "page_id"),
        ("source moves", "database_id", "data_source_id"),
        ("comment", "page_id", "block_id"),
        ("comment", "block_id", "page_id"),
    ],
)
def test_a_type_that_is_not_the_key(acme: Api, what: str, kind: str, wrong: str) -> None:
    ids = ids_of(acme)
    method, path, body = ENDPOINTS[what]
    parent = {"type": wrong, **of_kind(ids, kind)}
    assert acme.refused(method, path.format(**ids), {**body, "parent": parent}) == (
        f'body failed validation: body.parent.type should be `"{kind}"` or `undefined`, '
        f'instead was `"{wrong}"`.'
    )


@pytest.mark.parametrize(
    ("what", "keys"),
    [
        ("page", ("page_id", "database_id")),
        ("page", ("page_id", "data_source_id")),
        ("page", ("page_id", "workspace")),
        ("move", ("page_id", "data_source_id")),
        ("database", ("page_id", "workspace")),
        ("database moves", ("page_id", "database_id")),
        ("source", ("database_id", "page_id")),
        ("source moves", ("database_id", "data_source_id")),
        ("comment", ("page_id", "block_id")),
    ],
)
def test_two_keys_of_a_parent(acme: Api, what: str, keys: tuple[str, str]) -> None:
    ids = ids_of(acme)
    method, path, body = ENDPOINTS[what]
    message = acme.refused(
        method, path.format(**ids), {**body, "parent": of_kind(ids, *keys[::-1])}
    )
    extra = next(key for key in keys if f"body.parent.{key} should be not present" in message)
    assert message.endswith(f'should be not present, instead was `"{ids[extra]}"`.')


def test_the_parent_of_a_row_can_be_sent_as_it_was_read(acme: Api) -> None:
    parent = acme.page("tasks", "Pour")["parent"]
    assert acme.good("POST", "pages", {"parent": parent})["parent"] == parent
    other = acme.page("projects", "Hall B")["parent"]["database_id"]
    mixed = {**parent, "database_id": other}
    assert "body.parent.database_id" in acme.refused("POST", "pages", {"parent": mixed})


def test_a_page_moves_to_a_data_source_or_in_the_oldest_version_to_a_database(acme: Api) -> None:
    ids = ids_of(acme)
    path = f"pages/{acme.sandbox.create_root_page('Root')}/move"
    body = {"parent": of_kind(ids, "database_id")}
    assert "body.parent.data_source_id should be defined" in acme.refused("POST", path, body)
    row = acme.good("POST", path, body, version="2022-06-28")
    assert row["parent"]["database_id"] == ids["database_id"]


@pytest.mark.parametrize("what", list(ENDPOINTS))
def test_a_parent_of_no_kind(acme: Api, what: str) -> None:
    ids = ids_of(acme)
    method, path, body = ENDPOINTS[what]
    given = {**body, "parent": {"type": "page_id"}}
    assert "should be defined" in acme.refused(method, path.format(**ids), given)
    assert "body.parent" in acme.refused(method, path.format(**ids), {**body, "parent": "x"})


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PATCH", "pages/{page_id}", True),
        ("PATCH", "blocks/{block_id}", True),
        ("PATCH", "databases/{database_id}", True),
        ("PATCH", "data_sources/{data_source_id}", True),
        ("POST", "data_sources/{data_source_id}/query", True),
        ("POST", "pages", False),
        ("POST", "pages/{page_id}/move", False),
        ("POST", "databases", False),
        ("POST", "data_sources", False),
        ("PATCH", "blocks/{block_id}/children", False),
        ("PATCH", "pages/{page_id}/markdown", False),
        ("POST", "comments", False),
        ("POST", "file_uploads", False),
        ("POST", "search", False),
    ],
)
def test_archived_is_known_where_older_versions_have_it(
    acme: Api, method: str, path: str, allowed: bool
) -> None:
    """As the types of the official client list it."""
    filled = path.format(**ids_of(acme))
    for version in ("2025-09-03", "2026-03-11"):
        status, body = acme.ask(method, filled, {"archived": False}, version=version)
        refused = "body.archived should be not present" in body.get("message", "")
        query = filled.endswith("/query")  # which is listed with it in every version
        assert refused is not (query or (allowed and version == "2025-09-03"))
        assert not refused or status == 400
