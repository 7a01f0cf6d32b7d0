"""Files that are uploaded to the sandbox, and served again from addresses that expire."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
import notion_client
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notion_gitops.sandbox import DEFAULT_TOKEN, SandboxTransport
from notion_gitops.sandbox.basics.forms import read_form
from notion_gitops.sandbox.basics.messages import Request
from notion_gitops.sandbox.basics.nouns import ALL_RIGHTS, Capability
from notion_gitops.sandbox.basics.sizes import bytes_of
from notion_gitops.sandbox.seeding.seed import load
from notion_gitops.sandbox.server import serve
from notion_gitops.sandbox.values.users import set_upload_limit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.sandbox.conftest import Api

Json = dict[str, Any]
PDF = b"%PDF-1.7\r\n\x00\xff--boundary\r\n" * 50
PART = 5 * 1024 * 1024


class Desk:
    """A real client, and the sandbox that it talks to."""

    def __init__(self, acme: Api, base_url: str | None) -> None:
        self.api = acme
        transport = SandboxTransport(acme.sandbox) if base_url is None else None
        self.http = httpx.Client(transport=transport)
        self.client = notion_client.Client(
            auth=DEFAULT_TOKEN,
            notion_version="2026-03-11",
            client=httpx.Client(transport=transport),
            base_url=base_url or "https://api.notion.com",
            retry=False,
        )

    def close(self) -> None:
        self.http.close()
        self.client.close()

    def upload(self, content: bytes = PDF, name: str = "plan.pdf") -> str:
        made: Any = self.client.file_uploads.create(filename=name)
        sent: Any = self.client.file_uploads.send(
            made["id"], file=(name, content, "application/pdf")
        )
        assert sent["status"] == "uploaded"
        assert sent["content_length"] == len(content)
        return str(made["id"])

    def page_with(self, *files: Json) -> Json:
        page: Any = self.client.pages.create(
            parent={"data_source_id": self.api.source("everything")},
            properties={"Files": {"files": list(files)}},
        )
        return dict(page)


@pytest.fixture(params=["in process", "over the port"])
def desk(request: pytest.FixtureRequest, acme: Api) -> Iterator[Desk]:
    if request.param == "in process":
        desk = Desk(acme, None)
        yield desk
        desk.close()
        return
    server = serve(acme.sandbox)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    desk = Desk(acme, server.base_url)
    yield desk
    desk.close()
    server.shutdown()
    thread.join()
    server.server_close()


def allow(api: Api, size: int) -> None:
    with api.sandbox.acting() as call:
        set_upload_limit(call, size)


def uploaded(identity: str, **more: str) -> Json:
    return {"type": "file_upload", "file_upload": {"id": identity}, **more}


def test_a_file_goes_up_and_comes_back_from_an_address_that_expires(desk: Desk) -> None:
    made: Any = desk.client.file_uploads.create(filename="plan.pdf")
    assert made["status"] == "pending"
    assert made["upload_url"].endswith(f"/v1/file_uploads/{made['id']}/send")
    page = desk.page_with(uploaded(desk.upload(), name="The plan"))
    (file,) = page["properties"]["Files"]["files"]
    assert (file["name"], file["type"]) == ("The plan", "file")
    again: Any = desk.client.pages.retrieve(page["id"])
    other = again["properties"]["Files"]["files"][0]["file"]["url"]
    url = file["file"]["url"]
    assert other != url
    assert urlsplit(other).path == urlsplit(url).path
    assert urlsplit(url).hostname == "127.0.0.1"
    for address in (url, other):
        answer = desk.http.get(address)
        assert (answer.status_code, answer.content) == (200, PDF)
        assert answer.headers["content-type"] == "application/pdf"
        head = desk.http.head(address)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-length"] == str(len(PDF))
    assert desk.http.get(url.replace("Expires=3600", "Expires=9999")).status_code == 403
    assert desk.http.get(url.split("?")[0]).status_code == 403
    desk.api.clock.advance(timedelta(hours=1))
    late = desk.http.get(url)
    assert late.status_code == 403
    assert "Request has expired" in late.text


def test_a_hosted_file_that_is_sent_back_stays(desk: Desk) -> None:
    page = desk.page_with(uploaded(desk.upload()))
    (file,) = page["properties"]["Files"]["files"]
    link = {"name": "site", "type": "external", "external": {"url": "https://acme.example"}}
    changed: Any = desk.client.pages.update(
        page["id"], properties={"Files": {"files": [link, {**file, "name": "old plan"}]}}
    )
    first, second = changed["properties"]["Files"]["files"]
    assert (first["type"], second["type"], second["name"]) == ("external", "file", "old plan")
    desk.api.clock.advance(timedelta(hours=2))
    fresh: Any = desk.client.pages.retrieve(page["id"])
    url = fresh["properties"]["Files"]["files"][1]["file"]["url"]
    assert desk.http.get(url).content == PDF


def test_two_parts_are_completed_where_the_workspace_allows_so_much(acme: Api) -> None:
    octets = "application/octet-stream"
    for limit, complete in (("5MB", False), ("10 mib", True), (2 * PART + 1, True)):
        load(acme.sandbox, {"workspace": {"upload_limit": limit}})
        desk = Desk(acme, None)
        uploads = desk.client.file_uploads
        made: Any = uploads.create(mode="multi_part", filename="big.bin", number_of_parts=2)
        for number, part in enumerate((b"a" * PART, b"b" * PART), 1):
            uploads.send(made["id"], file=("p", part, octets), part_number=str(number))
        if complete:
            done: Any = uploads.complete(made["id"])
            assert (done["status"], done["content_length"]) == ("uploaded", 2 * PART)
        else:
            with pytest.raises(notion_client.APIResponseError, match="exceeds the limit"):
                uploads.complete(made["id"])
        desk.close()


@pytest.mark.parametrize("size", ["0", "-5MB", "much", "5 TB", "1.5MB", "5iB", ""])
def test_what_is_no_size(size: str) -> None:
    with pytest.raises(ValueError, match="is no size such as 20MB"):
        bytes_of(size)


def test_a_file_in_several_parts(desk: Desk) -> None:
    allow(desk.api, 100 * 1024 * 1024)
    parts = [b"a" * PART, b"b" * PART, b"c"]
    uploads = desk.client.file_uploads
    made: Any = uploads.create(mode="multi_part", filename="big.bin", number_of_parts=3)
    for number in (2, 1):
        uploads.send(
            made["id"], file=("p", parts[number - 1], "application/octet-stream"),
            part_number=str(number),
        )  # fmt: skip
    found: Any = uploads.retrieve(made["id"])
    assert (found["status"], found["number_of_parts"]) == ("pending", {"total": 3, "sent": 2})
    with pytest.raises(notion_client.APIResponseError, match="2 of 3 parts"):
        uploads.complete(made["id"])
    uploads.send(made["id"], file=("p", parts[2], "application/octet-stream"), part_number="3")
    done: Any = uploads.complete(made["id"])
    assert (done["status"], done["content_length"]) == ("uploaded", 2 * PART + 1)
    url = desk.page_with(uploaded(made["id"]))["properties"]["Files"]["files"][0]["file"]["url"]
    assert desk.http.get(url).content == b"".join(parts)


def sent(api: Api, identity: str, content: bytes, **more: Any) -> Json:
    http = httpx.Client(transport=SandboxTransport(api.sandbox))
    answer = http.post(
        f"https://api.notion.com/v1/file_uploads/{identity}/send",
        headers={"Authorization": f"Bearer {DEFAULT_TOKEN}", "Notion-Version": "2026-03-11"},
        files={"file": ("f.pdf", content, more.pop("kind", "application/pdf"))},
        data=more,
    )
    found: Json = answer.json()
    return found


def test_what_is_refused(acme: Api) -> None:
    refused = acme.refused
    assert "body.mode should be" in refused("POST", "file_uploads", {"mode": "torrent"})
    several = {"mode": "multi_part", "filename": "a.pdf"}
    assert "number_of_parts" in refused("POST", "file_uploads", several)
    assert "≤ `10000`" in refused("POST", "file_uploads", {**several, "number_of_parts": 10_001})
    assert "extension" in refused("POST", "file_uploads", {"filename": "plan"})
    assert "≤ `900`" in refused("POST", "file_uploads", {"filename": "x" * 900 + ".pdf"})
    outside = {"mode": "external_url", "external_url": "http://acme.example/a.pdf"}
    assert "HTTPS" in refused("POST", "file_uploads", outside)
    made = acme.good("POST", "file_uploads", {"filename": "a.pdf"})["id"]
    assert "body.file should be defined" in refused("POST", f"file_uploads/{made}/send", {})
    assert "multi_part can be completed" in refused("POST", f"file_uploads/{made}/complete")
    assert "`pending`" in refused("POST", "pages", _page(acme, made))
    assert "exceeds the limit of 5242880" in sent(acme, made, b"x" * (PART + 1))["message"]
    assert "does not match" in sent(acme, made, b"x", kind="image/png")["message"]
    assert "empty" in sent(acme, made, b"")["message"]
    assert sent(acme, made, PDF)["status"] == "uploaded"
    assert "`uploaded`" in sent(acme, made, PDF)["message"]
    nowhere = "00000000-0000-4000-8000-000000000000"
    assert acme.ask("GET", f"file_uploads/{nowhere}")[0] == 404


def test_a_large_part_is_refused(acme: Api) -> None:
    allow(acme, 100 * 1024 * 1024)
    made = acme.good("POST", "file_uploads", {"filename": "a.pdf"})["id"]
    assert "20 MiB" in sent(acme, made, bytes(4 * PART + 1))["message"]
    body = {"mode": "multi_part", "filename": "a.pdf", "number_of_parts": 2}
    several = acme.good("POST", "file_uploads", body)["id"]
    assert "at least 5 MiB" in sent(acme, several, b"x", part_number="1")["message"]
    assert "part_number" in sent(acme, several, b"x", part_number="3")["message"]
    assert "part_number" in sent(acme, several, b"x")["message"]


def _page(acme: Api, upload: str) -> Json:
    files = {"Files": {"files": [uploaded(upload)]}}
    return {"parent": {"data_source_id": acme.source("everything")}, "properties": files}


def test_an_upload_expires_unless_it_is_attached(acme: Api) -> None:
    used, unused = (
        acme.good("POST", "file_uploads", {"filename": n})["id"] for n in ("a.pdf", "b.pdf")
    )
    for one in (used, unused):
        sent(acme, one, PDF)
    acme.good("POST", "pages", _page(acme, used))
    assert acme.good("GET", f"file_uploads/{used}")["expiry_time"] is None
    assert acme.good("GET", f"file_uploads/{unused}")["expiry_time"] == "2026-07-01T10:30:00.000Z"
    acme.clock.advance(timedelta(hours=1))
    assert acme.good("GET", f"file_uploads/{unused}")["status"] == "expired"
    assert "`expired`" in acme.refused("POST", "pages", _page(acme, unused))
    acme.good("POST", "pages", _page(acme, used))  # the same file may stand in several places


def test_uploads_are_listed_by_status_in_pages(acme: Api) -> None:
    made = [acme.good("POST", "file_uploads", {"filename": f"{n}.pdf"})["id"] for n in range(3)]
    sent(acme, made[0], PDF)
    first = acme.good("GET", "file_uploads", query=(("page_size", "2"),))
    assert [one["id"] for one in first["results"]] == [made[2], made[1]]
    rest = acme.good("GET", "file_uploads", query=(("start_cursor", first["next_cursor"]),))
    assert [one["id"] for one in rest["results"]] == [made[0]]
    ready = acme.good("GET", "file_uploads", query=(("status", "uploaded"),))["results"]
    assert [one["id"] for one in ready] == [made[0]]
    assert "query.status" in acme.refused("GET", "file_uploads", query=(("status", "lost"),))


def test_an_import_by_address(acme: Api) -> None:
    made = acme.good("POST", "file_uploads", {"filename": "a.pdf"})["id"]
    sent(acme, made, PDF)
    page = acme.good("POST", "pages", _page(acme, made))
    url = page["properties"]["Files"]["files"][0]["file"]["url"]
    body = {"mode": "external_url", "external_url": url}
    taken = acme.good("POST", "file_uploads", body)
    assert taken["status"] == "pending"
    found = acme.good("GET", f"file_uploads/{taken['id']}")
    assert (found["status"], found["file_import_result"]["type"]) == ("uploaded", "success")
    body["external_url"] = "https://acme.example/a.pdf"
    failed = acme.good("POST", "file_uploads", body)["id"]
    found = acme.good("GET", f"file_uploads/{failed}")
    assert (found["status"], found["file_import_result"]["type"]) == ("failed", "error")


def test_icons_and_covers_are_files_too(acme: Api) -> None:
    made = acme.good("POST", "file_uploads", {"filename": "a.pdf"})["id"]
    sent(acme, made, PDF)
    icon = {"icon": uploaded(made), "cover": uploaded(made)}
    page = acme.good("POST", "pages", {**_page(acme, made), **icon})
    assert page["icon"]["type"] == page["cover"]["type"] == "file"
    back = acme.good("PATCH", f"pages/{page['id']}", {"icon": page["icon"]})
    http = httpx.Client(transport=SandboxTransport(acme.sandbox))
    assert http.get(back["icon"]["file"]["url"]).content == PDF


def test_uploads_belong_to_the_connection_that_made_them(acme: Api) -> None:
    acme.sandbox.add_token("other", name="Other")
    acme.sandbox.add_token("reader", capabilities=ALL_RIGHTS - {Capability.INSERT})
    made = acme.good("POST", "file_uploads", {"filename": "a.pdf"})["id"]
    assert acme.ask("GET", f"file_uploads/{made}", token="other")[0] == 404  # noqa: S106
    assert acme.good("GET", "file_uploads", token="other")["results"] == []  # noqa: S106
    status, _ = acme.ask("POST", "file_uploads", {"filename": "a.pdf"}, token="reader")  # noqa: S106
    assert status == 403


@settings(max_examples=60, deadline=None)
@given(
    content=st.binary(max_size=400),
    name=st.text(
        st.characters(codec="ascii", exclude_characters='"\\/', min_codepoint=32),
        min_size=1,
        max_size=20,
    ),
)
def test_every_byte_of_a_form_arrives(content: bytes, name: str) -> None:
    sent = httpx.Request(
        "POST",
        "https://x",
        files={"file": (f"{name}.eml", content, "message/rfc822")},
        data={"part_number": "7"},
    )
    headers = {k.lower(): v for k, v in sent.headers.items()}
    form = read_form(Request("POST", "/", headers=headers, body=sent.read()))
    assert form.files["file"].content == content
    assert form.files["file"].content_type == "message/rfc822"
    assert form.fields == {"part_number": "7"}
