"""What the sandbox's tables refuse, and that texts from data stay texts."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from tests.sandbox.sandbox_face_client import (
    Client,
    Json,
    cell_of,
    served,
    table_of,
    value_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.sandbox.conftest import Api


@pytest.fixture
def face(acme: Api) -> Iterator[Client]:
    with served(acme.sandbox) as client:
        yield client


# Safety


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "https://{host}"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site", "origin": "http://{host}"},
        {"origin": "http://evil.example", "sec-fetch-site": "same-origin"},
        {},
    ],
)
def test_forms_of_other_sites_are_refused(acme: Api, face: Client, headers: Json) -> None:
    page = acme.page("tasks", "Sweep")
    told = {name: value.format(host=face.host) for name, value in headers.items()}
    for path in (cell_of(page, "Hours"), f"/pages/{page['id']}/trash", "/person"):
        answer = face.raw(path, "text=3", **told)
        assert answer.status == 403
        assert "This edit came from another site" in answer.words
    table = table_of(acme, "tasks")
    assert face.raw(f"{table}/rows", "title=x", **told).status == 403
    assert value_of(acme, page, "Hours") is None
    assert len(acme.query("tasks")) == 3


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example"])
def test_other_names_for_this_machine_are_refused(face: Client, host: str) -> None:
    assert face.get("/", host=host).status in (400, 403, 421)


def test_bodies_that_are_no_forms_are_refused(acme: Api, face: Client) -> None:
    address = cell_of(acme.page("tasks", "Sweep"), "Hours")
    assert face.post(address, {"text": "1"}, **{"content-type": "text/plain"}).status == 415
    assert face.post(address, {"text": "1" * 1_100_000}).status == 413


def test_nothing_from_elsewhere_and_nothing_inline(acme: Api, face: Client) -> None:
    page = acme.page("everything", "Full")
    paths = [
        "/",
        table_of(acme, "everything"),
        f"/pages/{page['id']}",
        cell_of(page, "Multi"),
        "/x",
    ]
    for path in paths:
        answer = face.get(path)
        assert answer.headers["content-security-policy"].startswith("default-src 'self';")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert not re.search(r"<[^>]*\s(style|on\w+)=", answer.text)
        assert not re.search(r'(src|rel="\w+" href)="(?!/static/)', answer.text)
        assert len(re.findall("<script", answer.text)) == 1
    for name in ("face.css", "face.js", "icon.svg"):
        static = face.get(f"/static/{name}")
        assert static.status == 200
        assert "://" not in static.text.replace("http://www.w3.org/2000/svg", "")


HOSTILE = "\"><script>alert(1)</script><img src=x onerror=alert(1)>'{{7*7}}"


def test_hostile_texts_are_only_text(acme: Api, face: Client) -> None:
    page = acme.page("everything", "Full")
    acme.good(
        "PATCH",
        f"data_sources/{acme.source('everything')}",
        {"title": [{"text": {"content": HOSTILE}}], "properties": {"Url": {"name": HOSTILE}}},
    )
    acme.write(page, {
        "Name": {"title": [{"text": {"content": HOSTILE}}]},
        "Text": {"rich_text": [{"text": {"content": HOSTILE}}]},
        "Select": {"select": {"name": HOSTILE}},
        HOSTILE: {"url": "javascript:alert(1)"},
        "Files": {"files": [{"name": HOSTILE, "external": {"url": "javascript:alert(2)"}}]},
    })  # fmt: skip
    table = table_of(acme, "everything")
    asked = quote(HOSTILE)
    paths = [
        "/", table, f"{table}?title={asked}&trashed={asked}", f"/pages/{page['id']}",
        cell_of(page, "Name"), cell_of(page, "Select"), cell_of(page, "Files"),
        f"{cell_of(page, 'Text')}?was={asked}&text={asked}", f"/{asked}",
    ]  # fmt: skip
    for path in paths:
        answer = face.get(path)
        assert len(re.findall("<script", answer.text)) == 1
        assert "<img" not in answer.text
        assert "'49" not in answer.text
        assert 'href="javascript' not in answer.text
    assert HOSTILE in html.unescape(face.get(f"/pages/{page['id']}").text)


@pytest.mark.parametrize("back", ["//evil.example", "/\\evil.example", "https://evil.example", ""])
def test_no_form_leads_to_another_site(acme: Api, face: Client, back: str) -> None:
    page = acme.page("tasks", "Sweep")
    answer = face.post(cell_of(page, "Hours"), {"text": "5", "back": back})
    assert answer.headers["location"] == f"/pages/{page['id']}"
