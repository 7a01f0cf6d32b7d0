"""The served sandbox: its control endpoint, who may reach it, and many requests at once."""

from __future__ import annotations

import socket
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Thread
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from notion_gitops.sandbox import DEFAULT_TOKEN, Sandbox
from notion_gitops.sandbox.server import SandboxServer, serve
from notion_gitops.sandbox.weather.rules import Effect, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

AUTHORIZED = {"authorization": f"Bearer {DEFAULT_TOKEN}", "notion-version": "2026-03-11"}


@pytest.fixture
def server() -> Iterator[SandboxServer]:
    with Sandbox() as sandbox, serve(sandbox) as running:
        thread = Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def http(server: SandboxServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.base_url, headers=AUTHORIZED) as client:
        yield client


def test_weather_over_http(http: httpx.Client) -> None:
    rule = {"effect": "answer", "fault": "overload", "count": 1}
    told = http.put("/_sandbox/weather", json={"rules": [rule]}).json()
    assert told["weather"] == {"rules": [rule]}
    assert [http.get("/v1/users/me").status_code for _ in range(2)] == [529, 200]
    assert http.get("/_sandbox/weather").json()["seen"] == [{"matched": 2, "hit": 1}]
    assert http.put("/_sandbox/weather", json={"preset": "busy"}).json()["weather"]["latency"]
    assert http.delete("/_sandbox/weather").json()["weather"] == {}
    log = http.get("/_sandbox/log", params={"last": "2"}).json()
    assert log["requests"] == 2
    assert log["log"][0] == {
        "method": "GET", "path": "/v1/users/me", "status": 529, "weather": ["answer"],
    }  # fmt: skip
    assert http.delete("/_sandbox/log").json() == {"requests": 0, "log": []}


def test_the_clock_over_http(http: httpx.Client) -> None:
    told = http.put("/_sandbox/clock", json={"now": "2026-07-01T09:00:00Z", "stopped": True}).json()
    assert told == {"now": "2026-07-01T09:00:00+00:00", "stopped": True, "ahead": 0}
    told = http.put("/_sandbox/clock", json={"advance": 90}).json()
    assert told["now"] == "2026-07-01T09:01:30+00:00"
    assert http.delete("/_sandbox/clock").json()["ahead"] == 0


@pytest.mark.parametrize(
    ("path", "body", "problem"),
    [
        ("weather", {"preset": "hail"}, "one of calm, busy, storm, outage"),
        ("weather", {"latency": "much"}, "1:12: "),
        ("weather", [], "a table is expected here"),
        ("clock", {"now": "noon"}, "no time such as"),
        ("clock", {"advance": 1e300}, "out of the calendar"),
        ("clock", {"advance": "1"}, "is taken"),
        ("clock", {"advance": 3e11}, "out of the calendar"),
        ("clock", {"now": "0001-01-01T00:00:00+10:00"}, "between the years 1970 and 8999"),
        ("clock", {"now": "0001-01-01", "stopped": True}, "between the years 1970 and 8999"),
        ("clock", {"now": "9999-12-31T23:59:59-10:00"}, "between the years 1970 and 8999"),
        ("clock", {"now": "9999-12-31", "stopped": True}, "between the years 1970 and 8999"),
    ],
)
def test_what_cannot_be_set_says_why(
    http: httpx.Client, path: str, body: Any, problem: str
) -> None:
    response = http.put(f"/_sandbox/{path}", json=body)
    assert response.status_code == 400
    assert problem in response.json()["problems"][0]
    assert http.get("/v1/users/me").status_code == 200


def test_a_page_in_a_browser_cannot_reach_it(http: httpx.Client, server: SandboxServer) -> None:
    port = server.server_address[1]
    foreign = {"host": f"rebound.example:{port}"}
    assert http.get("/_sandbox/log", headers=foreign).status_code == 403
    assert http.get("/v1/users/me", headers=foreign).status_code == 403
    other = {"origin": "https://evil.example"}
    assert http.put("/_sandbox/weather", headers=other, json={}).status_code == 403
    own = {"origin": server.base_url}
    assert http.put("/_sandbox/weather", headers=own, json={}).status_code == 200
    plain = http.put("/_sandbox/weather", content="{}", headers={"content-type": "text/plain"})
    assert plain.status_code == 415
    assert http.post("/_sandbox/weather", json={}).status_code == 405
    assert http.get("/_sandbox/nope").status_code == 404


def test_others_cannot_reach_a_sandbox() -> None:
    with Sandbox() as sandbox, pytest.raises(ValueError, match="other machines"):
        serve(sandbox, 0, "0.0.0.0")  # noqa: S104  that is the point


def test_a_cut_answer_over_http(http: httpx.Client, server: SandboxServer) -> None:
    server.sandbox.weather.add(Rule(Effect.CUT, seconds=0.01))
    with pytest.raises(httpx.RemoteProtocolError):
        http.get("/v1/users/me")


@pytest.mark.parametrize(
    "head",
    [
        b"POST /v1/pages HTTP/1.1\r\nhost: localhost\r\ncontent-length: much\r\n\r\n",
        b"POST /v1/pages HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_what_is_no_http_is_refused(server: SandboxServer, head: bytes) -> None:
    with socket.create_connection(("127.0.0.1", server.server_address[1])) as plug:
        plug.sendall(head)
        assert plug.recv(100).startswith(b"HTTP/1.1 400")


def test_a_body_may_come_in_pieces(http: httpx.Client) -> None:
    pieces = iter([b'{"query":', b' "x"}'])
    response = http.post("/v1/search", content=pieces)
    assert response.request.headers["transfer-encoding"] == "chunked"
    assert response.json()["results"] == []


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "TRACE", "PUT", "PROPFIND", "QUERY"])
@pytest.mark.parametrize("path", ["/v1/users/me", "/v1/nowhere", "/v1/pages"])
def test_methods_that_notion_does_not_have(http: httpx.Client, method: str, path: str) -> None:
    response = http.request(method, path)
    assert response.status_code == 400
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    if method == "HEAD":
        assert response.content == b""
        assert int(response.headers["content-length"]) > 0
    else:
        assert response.json()["code"] == "invalid_request_url"
    assert http.get("/v1/users/me").status_code == 200  # on the same connection


def test_addresses_in_answers_lead_to_the_port(http: httpx.Client, server: SandboxServer) -> None:
    root = server.sandbox.create_root_page("Root")
    text = [{"text": {"content": str(number)}} for number in range(5)]
    http.patch(f"/v1/pages/{root}", json={"properties": {"title": {"title": text}}})
    asked: Any = {"type": "insert_content", "insert_content": {"content": "x"}, "allow_async": True}
    task = http.patch(f"/v1/pages/{root}/markdown", json=asked).json()
    assert task["status_url"] == f"{server.base_url}/v1/async_tasks/{task['id']}"
    assert http.get(task["status_url"]).json()["status_url"] == task["status_url"]
    size = {"page_size": 2}
    first = http.get(f"/v1/pages/{root}/properties/title", params=size).json()
    following = first["property_item"]["next_url"]
    assert following.startswith(f"{server.base_url}/v1/pages/{root}/properties/title?")
    assert len(http.get(following).json()["results"]) == 3


def test_sixteen_clients_at_once(server: SandboxServer) -> None:
    columns: dict[str, Any] = {"Name": {"title": {}}, "Number": {"unique_id": {}}}
    source = server.sandbox.create_database_for("tasks", "Tasks", columns)

    def work(thread: int) -> list[str]:
        made = []
        with httpx.Client(base_url=server.base_url, headers=AUTHORIZED, timeout=60) as client:
            for at in range(8):
                title = {"title": [{"text": {"content": f"{thread}-{at}"}}]}
                page = {"parent": {"data_source_id": source}, "properties": {"Name": title}}
                made.append(client.post("/v1/pages", json=page).raise_for_status().json()["id"])
                found = client.post(f"/v1/data_sources/{source}/query", json={"page_size": 100})
                known = {one["id"] for one in found.raise_for_status().json()["results"]}
                assert len(known) == 100 or known.issuperset(made)  # what I wrote, I read
        return made

    with ThreadPoolExecutor(16) as pool:
        made = [page for pages in pool.map(work, range(16)) for page in pages]
    with server.sandbox.acting() as call:
        rows = call.store.all("SELECT vals FROM pages")
    assert len(set(made)) == len(rows) == 128
    assert Counter(one.status for one in server.sandbox.log) == {200: 256}
    assert server.sandbox.total_requests == 256


def test_a_request_while_the_sandbox_closes_is_dropped(
    http: httpx.Client, server: SandboxServer
) -> None:
    server.sandbox.close()
    with pytest.raises(httpx.RemoteProtocolError):
        http.get("/v1/users/me")
