"""Comments in the sandbox: on pages and blocks, in discussions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from notion_gitops.sandbox import DEFAULT_TOKEN, SandboxTransport
from notion_gitops.sandbox.basics.nouns import ALL_RIGHTS, Capability

if TYPE_CHECKING:
    from tests.sandbox.conftest import Api

Json = dict[str, Any]


def text(words: str) -> list[Json]:
    return [{"text": {"content": words}}]


def on(acme: Api, block: str, *query: tuple[str, str], **more: Any) -> Json:
    return acme.good("GET", "comments", query=(("block_id", block), *query), **more)


def words_of(comment: Json) -> str:
    return "".join(item["plain_text"] for item in comment["rich_text"])


def test_a_comment_lives(acme: Api) -> None:
    page = acme.query("tasks")[0]["id"]
    made = acme.good("POST", "comments", {"parent": {"page_id": page}, "rich_text": text("Why?")})
    assert made["parent"] == {"type": "page_id", "page_id": page}
    assert made["display_name"] == {"type": "integration", "resolved_name": "Sandbox"}
    assert made["created_time"] == "2026-07-01T09:30:00.000Z"
    reply = acme.good(
        "POST", "comments", {"discussion_id": made["discussion_id"], "markdown": "**Because.**"}
    )
    assert reply["discussion_id"] == made["discussion_id"]
    assert reply["rich_text"][0]["annotations"]["bold"] is True
    path = f"comments/{reply['id']}"
    assert words_of(acme.good("PATCH", path, {"rich_text": text("So.")})) == "So."
    assert words_of(acme.good("GET", path)) == "So."
    first = on(acme, page, ("page_size", "1"))
    assert [one["id"] for one in first["results"]] == [made["id"]]
    rest = on(acme, page, ("start_cursor", first["next_cursor"]))
    assert [one["id"] for one in rest["results"]] == [reply["id"]]
    acme.good("DELETE", path)
    assert acme.ask("GET", path)[0] == 404
    assert len(on(acme, page)["results"]) == 1


def test_a_comment_on_a_block(acme: Api) -> None:
    page = acme.query("tasks")[0]["id"]
    body = {"children": [{"paragraph": {"rich_text": text("Here")}}]}
    block = acme.good("PATCH", f"blocks/{page}/children", body)["results"][0]["id"]
    acme.good("POST", "comments", {"parent": {"block_id": block}, "markdown": "on it"})
    (found,) = on(acme, block)["results"]
    assert found["parent"] == {"type": "block_id", "block_id": block}
    assert on(acme, page)["results"] == []


def test_names_and_attachments(acme: Api) -> None:
    page = acme.query("tasks")[0]["id"]
    uploads = []
    http = httpx.Client(transport=SandboxTransport(acme.sandbox))
    headers = {"Authorization": f"Bearer {DEFAULT_TOKEN}", "Notion-Version": "2026-03-11"}
    for name, kind in (
        ("a.png", "image/png"),
        ("b.pdf", "application/pdf"),
        ("c.txt", "text/plain"),
    ):
        one = acme.good("POST", "file_uploads", {"filename": name})["id"]
        url = f"https://api.notion.com/v1/file_uploads/{one}/send"
        http.post(url, headers=headers, files={"file": (name, b"bytes", kind)})
        uploads.append({"type": "file_upload", "file_upload_id": one})
    body = {
        "parent": {"page_id": page}, "rich_text": text("see"), "attachments": uploads,
        "display_name": {"type": "custom", "custom": {"name": "Robot"}},
    }  # fmt: skip
    made = acme.good("POST", "comments", body)
    assert made["display_name"] == {"type": "custom", "resolved_name": "Robot"}
    assert [a["category"] for a in made["attachments"]] == ["image", "pdf", "productivity"]
    assert http.get(made["attachments"][0]["file"]["url"]).content == b"bytes"
    body["attachments"] = [*uploads, uploads[0]]
    assert "≤ `3`" in acme.refused("POST", "comments", body)


def test_what_is_refused(acme: Api) -> None:
    page = acme.query("tasks")[0]["id"]
    on_page = {"parent": {"page_id": page}}
    refused = acme.refused
    assert "body.rich_text" in refused("POST", "comments", on_page)
    both = {**on_page, "rich_text": text("a"), "markdown": "a"}
    assert "body.markdown should be not present" in refused("POST", "comments", both)
    assert "body.parent" in refused("POST", "comments", {"rich_text": text("a")})
    twice = {**on_page, "rich_text": text("a"), "discussion_id": page}
    assert "body.parent should be not present" in refused("POST", "comments", twice)
    assert "query.block_id" in refused("GET", "comments")
    nowhere = {"parent": {"page_id": "00000000-0000-4000-8000-000000000000"}, "rich_text": []}
    assert acme.ask("POST", "comments", nowhere)[0] == 404


@pytest.mark.parametrize(
    ("missing", "method", "status"),
    [
        (Capability.READ_COMMENTS, "GET", 403),
        (Capability.INSERT_COMMENTS, "POST", 403),
        (Capability.INSERT_COMMENTS, "GET", 200),
        (Capability.READ_COMMENTS, "POST", 200),
    ],
)
def test_capabilities(acme: Api, missing: Capability, method: str, status: int) -> None:
    page = acme.query("tasks")[0]["id"]
    acme.sandbox.add_token("some", capabilities=ALL_RIGHTS - {missing})
    body = {"parent": {"page_id": page}, "rich_text": text("a")} if method == "POST" else None
    query = () if body else (("block_id", page),)
    answer = acme.ask(method, "comments", body, query=query, token="some")  # noqa: S106
    assert answer[0] == status
    if (method, status) == ("POST", 200):
        assert answer[1].keys() == {"object", "id", "request_id"}


def test_comments_of_others_stay(acme: Api) -> None:
    page = acme.query("tasks")[0]["id"]
    acme.sandbox.add_token("other", name="Other")
    made = acme.good("POST", "comments", {"parent": {"page_id": page}, "rich_text": text("mine")})
    path = f"comments/{made['id']}"
    status, _ = acme.ask("DELETE", path, token="other")  # noqa: S106
    assert status == 400
    assert words_of(acme.good("GET", path, token="other")) == "mine"  # noqa: S106
