"""Cells edited through the forms of the sandbox's tables."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import httpx
import notion_client
import pytest
from hypothesis import given
from hypothesis import strategies as st

from notion_gitops.sandbox import DEFAULT_TOKEN, SandboxTransport, edits
from notion_gitops.sandbox.values.richtext import plain_text, retyped, text_items
from tests.sandbox.sandbox_face_client import (
    Client,
    Json,
    cell_of,
    fields_of,
    served,
    value_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.sandbox.conftest import Api


@pytest.fixture
def face(acme: Api) -> Iterator[Client]:
    with served(acme.sandbox) as client:
        yield client


# Editing

_EDITS: list[tuple[str, dict[str, Any], Callable[[Any], Any], Any]] = [
    ("Name", {"text": "Fuller"}, plain_text, "Fuller"),
    ("Text", {"text": "two\r\nlines"}, plain_text, "two\nlines"),
    ("Number", {"text": " -7.50 "}, lambda v: v, -7.5),
    ("Number", {"text": ""}, lambda v: v, None),
    ("Select", {"value": "B", "new": ""}, lambda v: v["name"], "B"),
    ("Select", {"value": "A", "new": "Quite new"}, lambda v: v["name"], "Quite new"),
    ("Select", {"value": ""}, lambda v: v, None),
    ("Multi", {"value": ["y"], "new": "z"}, lambda v: [o["name"] for o in v], ["y", "z"]),
    ("Status", {"value": "Done"}, lambda v: v["name"], "Done"),
    ("Date", {"start_day": "2026-12-05"}, lambda v: v["start"], "2026-12-05"),
    (
        "Date",
        {
            "start_day": "2026-12-05", "start_time": "09:30", "start_zone": "+01:00",
            "end_day": "2026-12-05", "end_time": "11:00", "end_zone": "+01:00",
        },
        lambda v: (v["start"], v["end"]),
        ("2026-12-05T09:30:00.000+01:00", "2026-12-05T11:00:00.000+01:00"),
    ),
    ("Date", {"start_day": "", "end_day": ""}, lambda v: v, None),
    ("Checkbox", {"value": ""}, lambda v: v, False),
    ("Url", {"text": "https://notion.so/x"}, lambda v: v, "https://notion.so/x"),
    ("Email", {"text": ""}, lambda v: v, None),
    ("Phone", {"text": "112"}, lambda v: v, "112"),
    ("Files", {"new": "https://a.example/b.pdf"}, lambda v: [f["name"] for f in v], ["b.pdf"]),
    ("Verified", {"value": "verified"}, lambda v: v["state"], "verified"),
    (
        "Place",
        {"name": "Hall", "lat": "52.5", "lon": "13"},
        lambda v: (v["name"], v["lat"], v["lon"]),
        ("Hall", 52.5, 13),
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", _EDITS)
def test_cells_of_every_type_are_edited(
    acme: Api, face: Client, case: tuple[str, Json, Callable[[Any], Any], Any]
) -> None:
    name, form, read, expected = case
    page = acme.page("everything", "Full")
    answer = face.post(cell_of(page, name), form)
    assert (answer.status, answer.headers.get("location")) == (303, f"/pages/{page['id']}")
    assert read(value_of(acme, page, name)) == expected
    editor = acme.good("GET", f"pages/{page['id']}")["last_edited_by"]["id"]
    assert editor == "6794760a-1f15-45cd-9c65-0dfe42f5135a"


def test_people_and_relations_are_picked_by_id(acme: Api, face: Client) -> None:
    page, paint = acme.page("projects", "Hall C"), acme.page("tasks", "Paint")
    ann = "6794760a-1f15-45cd-9c65-0dfe42f5135a"
    assert face.post(cell_of(page, "Owner"), {"value": [ann]}).status == 303
    assert [one["name"] for one in value_of(acme, page, "Owner")] == ["Ann Lee"]
    assert face.post(cell_of(page, "Tasks"), {"value": [paint["id"]]}).status == 303
    assert value_of(acme, page, "Tasks") == [{"id": paint["id"]}]
    assert value_of(acme, paint, "Project")[-1] == {"id": page["id"]}


def test_relation_picker_searches_and_keeps_what_is_chosen(acme: Api, face: Client) -> None:
    page = acme.page("projects", "Hall B")
    chosen = [one["id"] for one in value_of(acme, page, "Tasks")]
    query = urlencode({"was": "x", "words": "swe", "value": chosen}, doseq=True)
    shown = face.get(f"{cell_of(page, 'Tasks')}?{query}", **{"X-Face": "form"})
    assert fields_of(shown)["value"] == chosen
    assert "Sweep" in shown.words
    assert "<html" not in shown.text


def test_the_link_to_a_page_in_the_trash_survives_an_edit(acme: Api, face: Client) -> None:
    page, sweep = acme.page("projects", "Hall B"), acme.page("tasks", "Sweep")
    paint = acme.page("tasks", "Paint")
    edits.trash_page(acme.sandbox, "tasks", paint["id"], by="Bob Ray")
    opened = face.get(cell_of(page, "Tasks"))
    assert "Paint (in the trash)" in opened.words
    form = fields_of(opened)
    face.post(cell_of(page, "Tasks"), {**form, "value": [*form["value"], sweep["id"]]})
    edits.restore_page(acme.sandbox, "tasks", paint["id"], by="Bob Ray")
    assert {"id": paint["id"]} in value_of(acme, page, "Tasks")
    assert {"id": sweep["id"]} in value_of(acme, page, "Tasks")


def test_opening_and_saving_changes_nothing(acme: Api, face: Client) -> None:
    page = acme.page("everything", "Full")
    before = acme.good("GET", f"pages/{page['id']}")
    names = re.findall(r'href="(/pages/[^"]+/cells/[^"]+)"', face.get(f"/pages/{page['id']}").text)
    assert len(names) > 10
    for address in names:
        path = html.unescape(address)
        assert face.post(path, fields_of(face.get(path))).status == 303
    after = acme.good("GET", f"pages/{page['id']}")
    assert {**after, "request_id": 0} == {**before, "request_id": 0}


_WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("Number", {"text": "12 apples"}, "“12 apples” is not a number"),
    ("Number", {"text": "1e999"}, "is not a number"),
    ("Date", {"start_day": "2026-02-30"}, "“2026-02-30” is not a date"),
    ("Date", {"start_day": "tomorrow"}, "“tomorrow” is not a date"),
    ("Date", {"start_day": "2026-02-03", "start_time": "25:00"}, "is not a date"),
    ("Date", {"start_day": "2026-02-03", "end_day": "2026-02-01"}, "The end is before the start"),
    ("Date", {"end_day": "2026-02-01"}, "There is an end and no start"),
    ("Date", {"start_time": "10:00"}, "There is a time of the start and no day"),
    ("Status", {"value": "Nearly"}, "Status option"),
    ("Multi", {"value": ["a,b"]}, "commas not allowed"),
    ("Files", {"new": "javascript:alert(1)"}, "is not an address"),
    ("Files", {"value": ["{"]}, "damaged"),
    ("Place", {"name": "x"}, "needs its latitude"),
    ("Url", {"text": "x" * 2001}, "2000"),
    ("People", {"value": ["nobody"]}, "no user 'nobody'"),
    ("Relation", {"value": ["nothing"]}, "no page 'nothing'"),
]


@pytest.mark.parametrize(("name", "form", "told"), _WRONG)
def test_what_does_not_fit_is_told_and_kept_in_the_form(
    acme: Api, face: Client, name: str, form: Json, told: str
) -> None:
    page = acme.page("everything", "Full")
    before = value_of(acme, page, name)
    answer = face.post(cell_of(page, name), form)
    assert answer.status == 422
    assert told in answer.words
    assert 'role="alert"' in answer.text
    typed = form.get("text") or form.get("start_day") or form.get("new") or "wrong"
    assert typed == "wrong" or html.escape(typed) in answer.text
    assert value_of(acme, page, name) == before


def test_an_uploaded_file_stays_when_another_is_added(acme: Api, face: Client) -> None:
    client = notion_client.Client(
        auth=DEFAULT_TOKEN,
        notion_version="2026-03-11",
        client=httpx.Client(transport=SandboxTransport(acme.sandbox)),
    )
    made: Any = client.file_uploads.create(filename="plan.html")
    client.file_uploads.send(made["id"], file=("plan.html", b"<script>", "text/html"))
    page = acme.page("everything", "Full")
    acme.write(page, {"Files": {"files": [{"file_upload": {"id": made["id"]}}]}})
    form = fields_of(face.get(cell_of(page, "Files")))
    assert face.post(cell_of(page, "Files"), {**form, "new": "https://a.example/b"}).status == 303
    kept, added = value_of(acme, page, "Files")
    assert (kept["name"], kept["type"], added["name"]) == ("plan.html", "file", "b")
    link = re.search(r'href="(/files/[^"]+)"', face.get(f"/pages/{page['id']}").text)
    assert link is not None
    bytes_ = face.get(html.unescape(link[1]))
    assert (bytes_.status, bytes_.text) == (200, "<script>")
    assert bytes_.headers["content-security-policy"] == "sandbox"
    client.close()


def test_an_edit_of_somebody_else_is_not_overwritten_unseen(acme: Api, face: Client) -> None:
    page = acme.page("tasks", "Pour")
    form = fields_of(face.get(cell_of(page, "Hours")))
    acme.write(page, {"Hours": {"number": 11}})
    refused = face.post(cell_of(page, "Hours"), {**form, "text": "9"})
    assert refused.status == 422
    assert "it now says 11" in refused.words
    assert value_of(acme, page, "Hours") == 11
    assert face.post(cell_of(page, "Hours"), form).status == 303  # nothing was typed
    assert value_of(acme, page, "Hours") == 11
    assert face.post(cell_of(page, "Hours"), fields_of(refused)).status == 303  # saved again
    assert value_of(acme, page, "Hours") == 9


def test_bold_text_stays_bold_when_the_rest_is_typed_anew(acme: Api, face: Client) -> None:
    page = acme.page("everything", "Full")
    bold = {"text": {"content": "before Easter"}, "annotations": {"bold": True}}
    acme.write(page, {"Text": {"rich_text": [{"text": {"content": "In use "}}, bold]}})
    assert face.post(cell_of(page, "Text"), {"text": "In real use before Easter"}).status == 303
    runs = value_of(acme, page, "Text")
    assert [(run["plain_text"], run["annotations"]["bold"]) for run in runs] == [
        ("In real use ", False),
        ("before Easter", True),
    ]


_TEXT = st.text(alphabet="ab ", max_size=8)


@given(st.lists(_TEXT, max_size=4), _TEXT)
def test_retyped_text_reads_as_typed(pieces: list[str], text: str) -> None:
    mention: Json = {"type": "mention", "plain_text": "ab", "href": None, "annotations": {}}
    items = [run for piece in pieces for run in [*text_items(piece), mention]]
    found = retyped(items, text)
    assert plain_text(found) == text
    assert retyped(items, plain_text(items)) == [i for i in items if i["plain_text"]]
