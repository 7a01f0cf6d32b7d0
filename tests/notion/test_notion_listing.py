"""Listings that Notion cuts short."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from notion_gitops.model.errors import CannotReachNotion
from notion_gitops.notion.connect import open_gateway
from notion_gitops.notion.gateway import Gateway
from notion_gitops.notion.listing import Listing
from notion_gitops.sandbox import DEFAULT_TOKEN, Sandbox, SandboxTransport, edits
from notion_gitops.sandbox.seeding.seed import load

SOURCE = "11111111-2222-4333-8444-555555555555"


def listed(
    rows: int, cap: int, per_minute: int, filter_: Any = None, bounds: tuple[str, ...] = ()
) -> tuple[Listing, int]:
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
    source = sandbox.find_data_source("D") or ""
    return gateway.query(source, filter_, (), bounds), sandbox.requests


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


class Busy(SandboxTransport):
    """To a Notion where somebody edits the first and the last rows between our requests."""

    def __init__(self, sandbox: Sandbox, rows: int) -> None:
        super().__init__(sandbox)
        self.notion, self.rows, self.asked = sandbox, rows, 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = super().handle_request(request)
        self.asked += 1
        for row in (self.asked, self.rows - self.asked):
            edits.edit(self.notion, "D", f"n{row}", {"N": row}, by="Ann Lee")
        return answer


def test_f008_rows_that_are_edited_while_they_are_listed_come_once_each() -> None:
    sandbox = Sandbox(seed="x")
    begin = datetime(2026, 6, 1, tzinfo=UTC)
    pages = [
        {"Name": f"n{n}", "N": n, "created": begin + timedelta(minutes=n // 7), "edited": begin}
        for n in range(230)
    ]
    columns = {"Name": "title", "N": "number"}
    databases = [{"name": "D", "properties": columns, "pages": pages}]
    load(sandbox, {"users": [{"name": "Ann Lee"}], "databases": databases})
    gateway = open_gateway(DEFAULT_TOKEN, transport=Busy(sandbox, 230))
    listing = gateway.query(sandbox.find_data_source("D") or "")
    assert listing.complete
    numbers = [page["properties"]["N"]["number"] for page in listing.pages]
    assert sorted(numbers) == list(range(230))


BOUNDS = ("2026-06-01T00:09:00.000Z", "2026-06-01T00:20:00.000+00:00")


@pytest.mark.parametrize("filter_", [None, FEW, {"or": [{"and": [FEW, FEW]}, NONE]}])
@pytest.mark.parametrize("cap", [10_000, 30])
def test_a_listing_in_parts_is_the_listing(filter_: Any, cap: int) -> None:
    """The parts overlap by the minutes of their ends, and each is read to its own end."""
    whole, _ = listed(230, 10_000, 7, filter_)
    parts, _ = listed(230, cap, 7, filter_, BOUNDS)
    assert parts.complete
    assert [p["id"] for p in parts.pages] == [p["id"] for p in whole.pages]


def test_a_listing_in_parts_costs_no_request_more_than_it_has_parts() -> None:
    assert listed(230, 10_000, 7, None, BOUNDS)[1] <= listed(230, 10_000, 7)[1] + len(BOUNDS)


def test_f006_a_part_that_cannot_be_read_to_its_end_makes_the_whole_one_that_is_not() -> None:
    parts, _ = listed(230, 5, 7, None, BOUNDS)
    assert not parts.complete
    assert "one minute" in parts.reason


def test_f008_a_page_that_is_edited_while_the_parts_are_read_comes_once() -> None:
    """It stands in two parts, and differs: the page itself is asked."""
    answers = {
        "2026-06-01T00:09:00.000Z": results(page("a", "2026-06-01T00:05:00.000Z"), page("b")),
        None: results(page("a")),
    }

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.startswith("/v1/pages/"):
            return httpx.Response(200, json={**page("a"), "url": "newest"})
        begin = json.loads(request.read()).get("filter", {}).get("created_time", {})
        return httpx.Response(200, json=answers[begin.get("on_or_after")])

    gateway = open_gateway("x", transport=httpx.MockTransport(answer))
    listing = gateway.query(SOURCE, None, (), BOUNDS[:1])
    assert [p.get("url") for p in listing.pages] == ["newest", None]
