"""The pages of the sandbox's tables: what they show, rows, and who edits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from notion_gitops.sandbox import edits
from tests.sandbox.sandbox_face_client import (
    Client,
    cell_of,
    served,
    table_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.sandbox.conftest import Api


@pytest.fixture
def face(acme: Api) -> Iterator[Client]:
    with served(acme.sandbox) as client:
        yield client


# Reading


def test_index_lists_databases_with_their_rows(face: Client) -> None:
    answer = face.get("/")
    assert answer.status == 200
    assert "Acme" in answer.words
    assert "Projects 2 rows" in answer.words
    assert "Tasks 3 rows" in answer.words
    assert "notion-gitops plan --sandbox" in answer.words


def test_table_shows_cells_of_every_type(acme: Api, face: Client) -> None:
    answer = face.get(table_of(acme, "everything"))
    assert answer.status == 200
    columns = acme.good("GET", f"data_sources/{acme.source('everything')}")["properties"]
    for name in columns:
        assert f'data-label="{name}"' in answer.text
    assert "$2.5" in answer.words
    assert 'class="look-text computed"' in answer.text


def test_computed_cells_cannot_be_edited(acme: Api, face: Client) -> None:
    page = acme.page("tasks", "Pour")
    assert cell_of(page, "Hours") in face.get(table_of(acme, "tasks")).text
    assert cell_of(page, "Twice") not in face.get(table_of(acme, "tasks")).text
    refused = face.post(cell_of(page, "Twice"), {"text": "3"})
    assert refused.status == 405
    assert "Notion itself fills Twice in" in refused.words


def test_page_has_its_body_its_id_and_who_edited(acme: Api, face: Client) -> None:
    page = acme.page("projects", "Hall B")
    answer = face.get(f"/pages/{page['id']}")
    assert "# Plan Pour first. - a - b 1. one 2. two" in answer.words
    assert f"Page id {page['id']}" in answer.words
    assert "2026-06-20 08:15 UTC by Bob Ray" in answer.words


def test_filter_by_title_and_screens_of_a_hundred(acme: Api, face: Client) -> None:
    for number in range(105):
        edits.add_page(acme.sandbox, "tasks", {"Name": f"Step {number:03}"}, by="Ann Lee")
    table = table_of(acme, "tasks")
    first, second = face.get(table), face.get(f"{table}?screen=2")
    assert "108 rows" in first.words
    assert first.text.count('<tr role="row" id=') == 100
    assert second.text.count('<tr role="row" id=') == 8
    assert "Screen 2 of 2" in second.words
    assert face.get(f"{table}?screen=99").words == second.words
    found = face.get(f"{table}?title=STEP+00")
    assert "10 rows with “STEP 00” in the title" in found.words
    assert "No title contains “zzz”" in face.get(f"{table}?title=zzz").words


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere",
        "/databases/none",
        f"/databases/{'0' * 32}",
        "/pages/0",
        "/static/../face.py",
        "/static/face.py",
        "/pages/%ff/cells/%00",
    ],
)
def test_wrong_addresses_are_pages_that_say_so(face: Client, path: str) -> None:
    answer = face.get(path)
    assert answer.status == 404
    assert "There is no such" in answer.words
    assert face.get("/person").status == 405


# Rows


def test_new_row_trash_and_restore(acme: Api, face: Client) -> None:
    table = table_of(acme, "tasks")
    added = face.post(f"{table}/rows", {"title": "Order <b>nails</b>"})
    assert added.status == 303
    page = acme.page("tasks", "Order <b>nails</b>")
    assert added.headers["location"] == f"{table}#r-{page['id']}"
    assert page["created_by"]["id"] == "6794760a-1f15-45cd-9c65-0dfe42f5135a"
    trashed = face.post(f"/pages/{page['id']}/trash", {"back": f"{table}?title=nails"})
    assert trashed.headers["location"] == f"{table}?title=nails&trashed={page['id']}"
    assert acme.good("GET", f"pages/{page['id']}")["in_trash"] is True
    assert "Moved to the trash. Undo" in face.get(trashed.headers["location"]).words
    bin_ = face.get(f"{table}?show=trash")
    assert "Order <b>nails</b>" in bin_.words
    assert "data-edit" not in bin_.text
    assert face.post(cell_of(page, "Hours"), {"text": "1"}).status == 409
    restored = face.post(f"/pages/{page['id']}/restore").headers["location"]
    assert restored == f"{table}#r-{page['id']}"
    assert acme.good("GET", f"pages/{page['id']}")["in_trash"] is False


def test_a_row_that_notion_would_refuse_is_told_beside_the_field(acme: Api, face: Client) -> None:
    answer = face.post(f"{table_of(acme, 'tasks')}/rows", {"title": "x" * 201_000})
    assert answer.status == 422
    assert "x" * 201_000 in answer.text
    assert 'id="new-error"' in answer.text


def test_a_row_without_a_title_is_not_added_and_is_to_be_seen_where_there_is_one(
    acme: Api, face: Client
) -> None:
    table = table_of(acme, "tasks")
    before = acme.titles("tasks")
    answer = face.post(f"{table}/rows", {"title": "  "})
    assert answer.status == 422
    assert "Write the title of the row first." in answer.words
    assert acme.titles("tasks") == before
    page = acme.page("tasks", "Sweep")
    face.post(cell_of(page, "Name"), {"text": ""})
    assert '<span class="text quiet">Untitled</span>' in face.get(table).text


# Who edits


def test_the_chosen_person_edits(acme: Api, face: Client) -> None:
    page = acme.page("tasks", "Sweep")
    bob = re.search(r'value="([^"]+)">Bob Ray', face.get("/").text)
    assert bob is not None
    chosen = face.post("/person", {"person": bob[1], "back": "/"})
    assert chosen.status == 303
    kept = chosen.headers["set-cookie"]
    assert "HttpOnly" in kept
    assert "SameSite=Strict" in kept
    face.post(cell_of(page, "Hours"), {"text": "2"}, cookie=kept.partition(";")[0])
    assert acme.good("GET", f"pages/{page['id']}")["last_edited_by"]["id"] == bob[1]
    assert face.post("/person", {"person": "nobody"}).status == 404


def test_nobody_can_edit_a_workspace_without_people(api: Api) -> None:
    api.sandbox.create_database_for("things", "Things", {"Name": {"title": {}}})
    with served(api.sandbox) as client:
        refused = client.post(f"{table_of(api, 'things')}/rows", {"title": "x"})
        shown = client.get(table_of(api, "things"))
    assert refused.status == 409
    assert "This workspace has no people" in refused.words
    assert "No rows yet" in shown.words
    assert api.titles("things") == []
