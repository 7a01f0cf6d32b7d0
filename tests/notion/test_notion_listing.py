"""Listings that Notion cuts short."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from notion_gitops.model.errors import CannotReachNotion
from notion_gitops.notion.connect import open_gateway
from notion_gitops.notion.gateway import Gateway
from notion_gitops.notion.listing import Listing
from notion_gitops.sandbox import DEFAULT_TOKEN, Sandbox, SandboxTransport
from notion_gitops.sandbox.seeding.seed import load

SOURCE = "11111111-2222-4333-8444-555555555555"


def listed(rows: int, cap: int, per_minute: int, filter_: Any = None) -> tuple[Listing, int]:
    """What listing that many rows gives, and the requests that it took."""
    sandbox = Sandbox(seed="x", result_cap=cap)
    begin = datetime(2026, 6, 1, tzinfo=UTC)
    pages = [
        {"Name": f"n{n}", "N": n, "created": begin + timedelta(minutes=n // per_minute)}
        for n in range(rows)
    ]
    columns = {"Name": "title", "N": "number"}
    load(sandbox, {"databases": [{"name": "D", "properties": columns, "pages": pages}]})
    gateway = open_gateway(DEFAULT_TOKEN, transport=SandboxTransport(sandbox))
    return gateway.query(sandbox.find_data_source("D") or "", filter_), sandbox.requests


@pytest.mark.parametrize(("rows", "expected"), [(0, 1), (1, 1), (100, 1), (101, 2), (230, 3)])
def test_a_listing_costs_a_request_per_hundred_pages(rows: int, expected: int) -> None:
    listing, requests = listed(rows, 10_000, 7)
    assert len(listing.pages) == rows
    assert requests == expected
    assert listing.complete


def test_f004_beyond_the_cap_the_rest_is_found_by_time_of_creation() -> None:
    listing, _ = listed(230, 50, 7)
    assert listing.complete
    numbers = [page["properties"]["N"]["number"] for page in listing.pages]
    assert sorted(numbers) == list(range(230))


FEW = {"property": "N", "number": {"less_than": 120}}
NONE = {"property": "N", "number": {"less_than": 0}}


@pytest.mark.parametrize(
    "filter_",
    [
        FEW,
        {"and": [FEW]},
        {"or": [FEW, NONE]},
        {"or": [{"and": [FEW, FEW]}, NONE]},
        {"or": [{"or": [FEW, NONE]}, {"and": [NONE]}]},
        {"and": [{"or": [FEW, NONE]}, FEW]},
    ],
)
def test_beyond_the_cap_the_filter_still_holds(filter_: dict[str, Any]) -> None:
    listing, _ = listed(150, 50, 7, filter_)
    assert listing.complete
    assert len(listing.pages) == 120


def test_f006_more_rows_in_a_minute_than_the_cap_cannot_be_proven_complete() -> None:
    listing, requests = listed(130, 50, 60)
    assert not listing.complete
    assert "one minute" in listing.reason
    assert requests < 10


def scripted(*answers: Any) -> Gateway:
    """A Notion that gives these answers, one after the other."""
    left = list(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.startswith("/v1/pages/"):
            newer = {**page("a", "2026-06-02T00:00:00.000Z"), "url": "newest"}
            return httpx.Response(200, json=newer)
        return httpx.Response(200, json=left.pop(0))

    return open_gateway("x", transport=httpx.MockTransport(answer))


def page(name: str, edited: str = "2026-06-01T00:00:00.000Z") -> dict[str, Any]:
    identity = f"{ord(name):08x}-0000-4000-8000-000000000000"
    return {"object": "page", "id": identity, "created_time": "2026-06-01T00:00:00.000Z",
            "last_edited_time": edited, "properties": {}}  # fmt: skip


def results(*pages: Any, **more: Any) -> dict[str, Any]:
    return {
        "object": "list",
        "results": list(pages),
        "has_more": False,
        "next_cursor": None,
        **more,
    }


@pytest.mark.parametrize(
    "more",
    [
        {"has_more": True},
        {"has_more": None},
        {"has_more": "no"},
        {"request_status": "incomplete"},
        {"request_status": {"type": "partial"}},
        {"request_status": {"type": "incomplete", "incomplete_reason": "something new"}},
        {"request_status": {"type": "incomplete"}},
    ],
)
def test_a_doubtful_end_is_no_end(more: dict[str, Any]) -> None:
    listing = scripted(results(page("a"), **more)).query(SOURCE)
    assert not listing.complete
    assert listing.reason
    assert len(listing.pages) == 1


def test_a_cursor_that_goes_round_in_circles_is_no_end() -> None:
    again = results(page("a"), has_more=True, next_cursor="s:1")
    assert not scripted(again, again).query(SOURCE).complete


def test_a_short_answer_is_not_the_end() -> None:
    gateway = scripted(results(has_more=True, next_cursor="s:1"), results(page("a")))
    listing = gateway.query(SOURCE)
    assert listing.complete
    assert len(listing.pages) == 1


def test_a06_a_page_that_comes_twice_differently_is_read_again() -> None:
    """Holds F008."""
    gateway = scripted(
        results(page("a"), has_more=True, next_cursor="s:1"),
        results(page("a", "2026-06-01T00:05:00.000Z"), page("b")),
    )
    pages = gateway.query(SOURCE).pages
    assert [p.get("url") for p in pages] == ["newest", None]


def test_a11_what_is_no_page_and_what_is_in_the_trash_is_left_out() -> None:
    trashed = {**page("a"), "in_trash": True}
    other = {"object": "data_source", "id": SOURCE}
    assert scripted(results(trashed, other)).query(SOURCE).pages == ()


@pytest.mark.parametrize(
    "answer",
    [
        {"object": "list"},
        {"results": [1]},
        {"results": None},
        {"results": [{"object": "page"}]},
        {"results": [{**page("a"), "id": "../users"}]},
        {"results": [{**page("a"), "last_edited_time": "soon"}]},
        {"results": [{**page("a"), "properties": {"Name": None}}]},
    ],
)
def test_an_answer_that_is_no_list_is_an_error(answer: dict[str, Any]) -> None:
    with pytest.raises(CannotReachNotion, match="not the"):
        scripted(answer).query(SOURCE)
