"""The store of hosted files: no token, no redirects, nothing without end."""

from collections.abc import Callable, Iterator

import httpx
import pytest

from notion_gitops.model.errors import CannotReachNotion
from notion_gitops.model.uploads import parts_of, requests_for
from notion_gitops.notion import uploads
from notion_gitops.notion.uploads import Expired, FileStore, upload_limit

MEBIBYTE = 1024 * 1024


def store(answer: Callable[[httpx.Request], httpx.Response], *, local: bool = False) -> FileStore:
    return FileStore(httpx.MockTransport(answer), local=local)


def test_bytes_come_without_a_token() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, content=b"bytes")

    assert store(answer).fetch("https://files.example/a?sig=1") == b"bytes"
    assert "authorization" not in seen[0].headers
    assert str(seen[0].url) == "https://files.example/a?sig=1"


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://files.example/a", True),
        ("http://127.0.0.1/a", False),
        ("ftp://files.example/a", True),
        ("file:///etc/passwd", True),
        ("https:///a", True),
        ("https://[odd", True),
    ],
)
def test_addresses_that_are_not_opened(url: str, local: bool) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise AssertionError(request.url)

    with pytest.raises(CannotReachNotion, match="none that may be opened"):
        store(answer, local=local).fetch(url)


def test_the_sandbox_is_opened_where_it_is_meant() -> None:
    assert (
        store(lambda _: httpx.Response(200, content=b"x"), local=True).fetch(
            "http://127.0.0.1:8765/files/a"
        )
        == b"x"
    )


def test_no_redirect_is_followed() -> None:
    """Holds A08."""

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(302, headers={"location": "https://elsewhere.example"})

    with pytest.raises(CannotReachNotion, match="answered 302"):
        store(answer).fetch("https://files.example/a")


def test_an_address_that_expired_is_told_apart() -> None:
    with pytest.raises(Expired):
        store(lambda _: httpx.Response(403)).fetch("https://files.example/a")


def test_a_file_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    class Endless(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            while True:
                yield b"x" * 1024

    monkeypatch.setattr(uploads, "MOST_FETCHED", 10_000)
    with pytest.raises(CannotReachNotion, match="larger than"):
        store(lambda _: httpx.Response(200, stream=Endless())).fetch("https://files.example/a")


def test_a_connection_that_breaks_is_told() -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("gone")

    with pytest.raises(CannotReachNotion, match="ReadError"):
        store(answer).fetch("https://files.example/a")


def test_parts_and_requests() -> None:
    assert [parts_of(n * MEBIBYTE) for n in (1, 20, 21, 30, 31)] == [1, 1, 3, 3, 4]
    assert [requests_for(n * MEBIBYTE) for n in (1, 21)] == [2, 5]


def test_the_limit_of_a_workspace() -> None:
    limits = {"workspace_limits": {"max_file_upload_size_in_bytes": 5}}
    assert upload_limit({"bot": limits}) == 5
    assert upload_limit({"bot": {}}) is None
    assert upload_limit({}) is None
