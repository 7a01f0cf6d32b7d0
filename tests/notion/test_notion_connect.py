"""The token goes to one host, and nowhere else: not to a redirect, a log or a message."""

import gzip
import logging

import httpx
import pytest

from notion_gitops.model.errors import CannotReachNotion, InvalidInput, NotPermitted, UsageError
from notion_gitops.notion.connect import (
    API,
    BASE_URL_VARIABLE,
    Settings,
    allowed_base_url,
    open_gateway,
)
from notion_gitops.notion.failures import AmbiguousCreate, AmbiguousWrite, retry_after
from notion_gitops.notion.gateway import Gateway
from notion_gitops.notion.ids import checked_id, parse_id
from notion_gitops.notion.pacing import Clock

TOKEN = "ntn_secret_canary_123"  # noqa: S105
SOURCE = "11111111-2222-4333-8444-555555555555"
DAY = "Wed, 01 Jul 2026"
LOOPBACK = "http://127.0.0.1:8080"


@pytest.mark.parametrize(
    ("option", "variable", "expected"),
    [
        (None, None, API),
        (API + "/", None, API),
        (LOOPBACK, None, LOOPBACK),
        (None, LOOPBACK, LOOPBACK),
        (None, "http://[::1]:1", "http://[::1]:1"),
        ("https://proxy.example", "https://proxy.example/", "https://proxy.example"),
    ],
)
def test_hosts_that_may_be_asked(option: str | None, variable: str | None, expected: str) -> None:
    environ = {} if variable is None else {BASE_URL_VARIABLE: variable}
    assert allowed_base_url(option, environ) == expected


@pytest.mark.parametrize(
    ("option", "variable"),
    [
        ("https://evil.example", None),
        (None, "https://evil.example"),
        ("https://evil.example", "https://other.example"),
        ("http://proxy.example", "http://proxy.example"),
        ("http://localhost.evil.example", None),
        ("http://127.0.0.1@evil.example", None),
        ("https://api.notion.com.evil.example", None),
        ("ftp://127.0.0.1", None),
        ("not a url", None),
    ],
)
def test_hosts_that_may_not(option: str | None, variable: str | None) -> None:
    """Holds D13."""
    environ = {} if variable is None else {BASE_URL_VARIABLE: variable}
    with pytest.raises(UsageError):
        allowed_base_url(option, environ)


@pytest.mark.parametrize("token", ["", "  ", "two words", "line\nbreak", "ümlaut"])
def test_what_is_no_token_is_refused_before_anything_is_sent(token: str) -> None:
    with pytest.raises(NotPermitted, match="NOTION_TOKEN") as caught:
        open_gateway(token)
    assert not token.strip() or token not in str(caught.value)


def answering(handler: httpx.MockTransport) -> Gateway:
    return open_gateway(
        TOKEN, transport=handler, settings=Settings(clock=Clock(sleep=lambda _: None))
    )


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(status: int) -> None:
    """Holds D13, A08."""
    hosts = []

    def answer(request: httpx.Request) -> httpx.Response:
        hosts.append(request.url.host)
        return httpx.Response(status, headers={"location": "https://evil.example/"})

    with pytest.raises(CannotReachNotion, match="another address"):
        answering(httpx.MockTransport(answer)).me()
    assert hosts == ["api.notion.com"]


@pytest.mark.parametrize("packed", [True, False])
def test_answers_without_end_are_refused(packed: bool) -> None:
    """Holds A01."""
    bomb = b'{"x": "' + b"0" * (17 * 2**20) + b'"}'
    content = gzip.compress(bomb) if packed else bomb
    headers = {"content-encoding": "gzip"} if packed else {}

    def answer(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers=headers, stream=httpx.ByteStream(content))

    with pytest.raises(CannotReachNotion, match="larger than 16 MB"):
        answering(httpx.MockTransport(answer)).me()
    with pytest.raises(AmbiguousCreate):
        answering(httpx.MockTransport(answer)).create_page(SOURCE, {})


def test_packed_answers_are_read() -> None:
    def answer(_request: httpx.Request) -> httpx.Response:
        body = gzip.compress(b'{"object": "user"}')
        headers = {"content-encoding": "gzip"}
        return httpx.Response(200, headers=headers, stream=httpx.ByteStream(body))

    assert answering(httpx.MockTransport(answer)).me() == {"object": "user"}


@pytest.mark.parametrize("content", [b"", b"<html>", b'{"cut', b"[1]", b"\xff\xfe", b"[" * 100_000])
def test_an_answer_that_is_no_object_is_a_failed_request(content: bytes) -> None:
    """Holds A01."""
    sent = 0

    def answer(_request: httpx.Request) -> httpx.Response:
        nonlocal sent
        sent += 1
        return httpx.Response(200, content=content)

    with pytest.raises(CannotReachNotion):
        answering(httpx.MockTransport(answer)).me()
    assert sent == 6


def test_no_connection_is_safe_to_try_again_even_for_a_create() -> None:
    tries = 0

    def answer(request: httpx.Request) -> httpx.Response:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise httpx.ConnectError("refused", request=request)
        moment = "2026-06-01T00:00:00.000Z"
        page = {"id": SOURCE, "created_time": moment, "last_edited_time": moment, "properties": {}}
        return httpx.Response(200, json=page)

    gateway = answering(httpx.MockTransport(answer))
    assert gateway.create_page(SOURCE, {})["id"] == SOURCE
    assert gateway.counts.requests == 1  # what never left is not counted


def test_an_answer_without_the_page_leaves_a_write_unclear() -> None:
    gateway = answering(httpx.MockTransport(lambda _: httpx.Response(200, json={"id": SOURCE})))
    with pytest.raises(AmbiguousCreate) as caught:
        gateway.create_page(SOURCE, {})
    assert caught.value.committed_id == SOURCE
    with pytest.raises(AmbiguousWrite):
        gateway.update_page(SOURCE, {})


def test_a_timeout_of_a_create_is_ambiguous() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("too slow", request=request)

    with pytest.raises(AmbiguousCreate):
        answering(httpx.MockTransport(answer)).create_page(SOURCE, {})


def test_the_token_is_in_no_log_and_no_repr(caplog: pytest.LogCaptureFixture) -> None:
    """Holds P10."""
    caplog.set_level(logging.DEBUG)
    sent = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(
            401, json={"code": "unauthorized", "message": "API token is invalid."}
        )

    gateway = answering(httpx.MockTransport(answer))
    with pytest.raises(NotPermitted) as caught:
        gateway.me()
    sender = gateway._sender
    seen = (caplog.text, repr(gateway), repr(sender), repr(vars(sender)), repr(caught.value),
            repr(sender.client.options), repr(sender.client.client.headers))  # fmt: skip
    assert not any(TOKEN in text for text in seen)
    assert caplog.text == ""
    assert sent[0].headers["authorization"] == f"Bearer {TOKEN}"
    assert sent[0].headers["notion-version"] == "2026-03-11"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "49"}, 49),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": f"{DAY} 10:01:00 GMT", "date": f"{DAY} 10:00:00 GMT"}, 60),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "nan"}, None),
        ({}, None),
    ],
)  # fmt: skip
def test_every_form_of_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    """Holds A09."""
    assert retry_after(httpx.Headers(headers), {}) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "11111111222243338444555555555555",
        "11111111-2222-4333-8444-555555555555",
        "https://www.notion.so/acme/Tasks-11111111222243338444555555555555?v=aaaa&pvs=4",
        "https://app.notion.com/p/11111111222243338444555555555555/",
        " 11111111-2222-4333-8444-555555555555\n",
    ],
)
def test_ids_are_read_from_what_people_paste(text: str) -> None:
    assert parse_id(text) == SOURCE


@pytest.mark.parametrize(
    "text",
    ["", "Tasks", "1111111122224333844455555555555", "../users", "%2e%2e/users", "a11111111-2222",
     "https://www.notion.so/acme?p=11111111222243338444555555555555"],
)  # fmt: skip
def test_what_is_no_id_never_enters_a_path(text: str) -> None:
    """Holds D13."""
    assert parse_id(text) is None
    with pytest.raises(InvalidInput):
        checked_id(text)
