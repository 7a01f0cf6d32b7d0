"""Weather and clock in the file: the same for every process, drawn from a seed, read from text."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import httpx
import pytest

from notion_gitops.formats.nodes import plain
from notion_gitops.formats.yaml_text import parse_yaml
from notion_gitops.model.errors import InvalidInput
from notion_gitops.sandbox import DEFAULT_TOKEN, Sandbox, SandboxTransport
from notion_gitops.sandbox.basics.messages import ConnectionDropped, Request
from notion_gitops.sandbox.seeding.seed import load
from notion_gitops.sandbox.weather.form import from_json, read_weather, to_json
from notion_gitops.sandbox.weather.presets import PRESETS, SAYINGS, STORM
from notion_gitops.sandbox.weather.rules import (
    CALM,
    Conditions,
    Effect,
    Fault,
    Lateness,
    RateLimit,
    Rule,
    Scope,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sandbox.conftest import Api, Json

AUTHORIZED = {"authorization": f"Bearer {DEFAULT_TOKEN}", "notion-version": "2026-03-11"}
ME = Request("GET", "/v1/users/me", (), AUTHORIZED)


def fates(sandbox: Sandbox, requests: int) -> list[int]:
    """The statuses of so many requests; 0 where the connection ended, -1 where it was cut."""
    found = []
    for _ in range(requests):
        try:
            response = sandbox.handle(ME)
            found.append(response.status if response.cut_after is None else -1)
        except ConnectionDropped:
            found.append(0)
    return found


def test_weather_holds_in_every_process_that_has_the_file(tmp_path: Path) -> None:
    with Sandbox(tmp_path / "s") as first, Sandbox(tmp_path / "s") as second:
        first.weather.set(Conditions(rules=(Rule(Effect.ANSWER, nth=2, status=502),)))
        assert [*fates(first, 1), *fates(second, 1), *fates(first, 1)] == [200, 502, 200]
        assert [(one.matched, one.hit) for one in second.weather.seen()] == [(3, 1)]
        second.weather.clear()
        assert first.weather.conditions == CALM


def test_a_budget_is_shared_by_processes_and_an_error_costs_too(tmp_path: Path) -> None:
    with Sandbox(tmp_path / "s") as first, Sandbox(tmp_path / "s") as second:
        first.weather.limit(RateLimit(3))
        unknown = Request("GET", "/v1/pages/nope", (), AUTHORIZED)
        statuses = [one.handle(unknown).status for one in (first, second, first, second)]
        assert statuses == [400, 400, 400, 429]


def test_the_same_seed_gives_the_same_storm(tmp_path: Path) -> None:
    def storm(name: str, seed: int) -> tuple[list[int], list[float]]:
        waits: list[float] = []
        with Sandbox(tmp_path / name) as sandbox:
            sandbox.sleep = waits.append
            sandbox.weather.set(replace(STORM, seed=seed, limits=()))
            return fates(sandbox, 120), waits

    assert storm("a", 7) == storm("b", 7)
    assert storm("c", 7) != storm("d", 8)
    hit = set(storm("e", 7)[0])
    assert {200, 529, 502} <= hit  # some get through, some do not
    assert hit & {0, -1}


def test_a_rule_hits_so_many_requests_at_most_and_one_connection_only(api: Api) -> None:
    api.sandbox.add_token("other", name="Other")
    api.sandbox.weather.add(Rule(Effect.ANSWER, status=500, count=2, token="Other"))  # noqa: S106
    statuses = [api.ask("GET", "users/me", token="other")[0] for _ in range(3)]  # noqa: S106
    assert statuses == [500, 500, 200]
    assert api.ask("GET", "users/me")[0] == 200
    api.sandbox.weather.set(Conditions(rules=(Rule(Effect.ANSWER, status=500, token="other"),)))  # noqa: S106
    assert api.ask("GET", "users/me", token="other")[0] == 500  # noqa: S106


def test_latency_is_drawn_from_its_range(api: Api) -> None:
    waits: list[float] = []
    api.sandbox.sleep = waits.append
    api.sandbox.weather.set(Conditions(latency=0.1, longest_latency=0.5))
    for _ in range(30):
        api.good("GET", "users/me")
    assert len(set(waits)) == 30
    assert min(waits) >= 0.1
    assert max(waits) <= 0.5


@pytest.mark.parametrize(
    ("fault", "status", "code", "data"),
    [
        (Fault.WORKSPACE_LIMIT, 429, "rate_limited",
         {"rate_limit_reason": "public_api_space_request_rate_limit", "retry_after": "90"}),
        (Fault.ENDPOINT_LIMIT, 429, "rate_limited",
         {"rate_limit_reason": "public_api_endpoint_rate_limit", "retry_after": "30"}),
        (Fault.BLOCKED, 429, "rate_limited", {"rate_limit_reason": "public_api_request_blocked"}),
        (Fault.DATABASE_UNAVAILABLE, 503, "database_connection_unavailable", None),
        (Fault.OVERLOAD, 529, "service_overload", None),
    ],
)  # fmt: skip
def test_faults_by_name(api: Api, fault: Fault, status: int, code: str, data: Json | None) -> None:
    api.sandbox.weather.add(Rule(Effect.ANSWER, fault=fault))
    answered, body = api.ask("GET", "users/me")
    assert (answered, body["code"], body.get("additional_data")) == (status, code, data)


def test_the_pool_of_a_query_is_named(acme: Api) -> None:
    acme.sandbox.weather.add(Rule(Effect.ANSWER, "POST", "/query$", fault=Fault.QUERY_POOL))
    status, body = acme.ask("POST", f"data_sources/{acme.source('tasks')}/query", {})
    assert (status, body["code"]) == (503, "service_unavailable")
    data = body["additional_data"]
    assert data["endpoint_name"] == "public_queryDataSource"
    assert data["notion_error_name"] == "PgPoolWaitConnectionTimeout"
    assert len(data["retry_guidance"]) == 3


@pytest.mark.parametrize(
    ("fault", "status"),
    [(Fault.BAD_GATEWAY_PAGE, 502), (Fault.EDGE_BLOCK, 403), (Fault.NOT_JSON, 200)],
)
def test_pages_of_what_stands_before_notion(api: Api, fault: Fault, status: int) -> None:
    api.sandbox.weather.add(Rule(Effect.ANSWER, fault=fault))
    response = api.sandbox.handle(ME)
    assert response.status == status
    assert response.body.startswith(b"<!DOCTYPE html>")
    assert "cf-ray" in response.headers
    assert "x-notion-request-id" not in response.headers


def test_an_overload_tells_how_long_to_wait(api: Api) -> None:
    api.sandbox.weather.add(Rule(Effect.ANSWER, fault=Fault.OVERLOAD, retry_after=4))
    assert api.sandbox.handle(ME).headers["retry-after"] == "4"


def test_blocks_that_were_saved_are_told_with_the_error(acme: Api) -> None:
    page = acme.page("tasks", "Pour")["id"]
    acme.sandbox.weather.add(
        Rule(Effect.ANSWER_AFTER, "PATCH", "/children$", fault=Fault.UNAVAILABLE)
    )
    text = {"paragraph": {"rich_text": [{"text": {"content": "Wet"}}]}}
    status, body = acme.ask("PATCH", f"blocks/{page}/children", {"children": [text, text]})
    acme.sandbox.weather.clear()
    made = [block["id"] for block in acme.good("GET", f"blocks/{page}/children")["results"]]
    assert status == 503
    assert body["additional_data"]["committed_resource_id"] == page
    assert body["additional_data"]["committed_child_ids"] == made[-2:]


def test_a_cut_answer_has_taken_effect(acme: Api) -> None:
    waits: list[float] = []
    acme.sandbox.sleep = waits.append
    acme.sandbox.weather.add(Rule(Effect.CUT, "POST", "/pages$", seconds=2))
    http = httpx.Client(transport=SandboxTransport(acme.sandbox), headers=AUTHORIZED)
    new = {"parent": {"data_source_id": acme.source("tasks")}}
    with http, pytest.raises(httpx.RemoteProtocolError):
        http.post("https://api.notion.com/v1/pages", json=new)
    assert waits == [2]
    assert len(acme.query("tasks")) == 4


def test_a_workspace_may_have_to_wait_for_more_than_a_minute(api: Api) -> None:
    api.sandbox.add_token("other", name="Other")
    limits = (RateLimit(2, Scope.WORKSPACE, seconds=150), RateLimit(100))
    api.sandbox.weather.set(Conditions(limits=limits))
    api.good("GET", "users/me")
    api.good("GET", "users/me", token="other")  # noqa: S106
    api.clock.advance(timedelta(seconds=20))
    _, body = api.ask("GET", "users/me", token="other")  # noqa: S106
    assert body["additional_data"] == {
        "rate_limit_reason": "public_api_space_request_rate_limit",
        "retry_after": "130",
    }


def test_an_endpoint_has_a_budget_of_its_own(acme: Api) -> None:
    acme.sandbox.weather.limit(RateLimit(1, Scope.ENDPOINT, path="/search$"))
    acme.good("POST", "search", {})
    status, body = acme.ask("POST", "search", {})
    assert status == 429
    assert body["additional_data"]["rate_limit_reason"] == "public_api_endpoint_rate_limit"
    acme.good("GET", "users/me")


# Late indexes


def test_the_search_finds_what_titles_were(acme: Api) -> None:
    def found(words: str) -> int:
        return len(acme.good("POST", "search", {"query": words})["results"])

    acme.sandbox.weather.set(Conditions(search_lag=Lateness(seconds=10)))
    page = acme.create("tasks", {"Name": {"title": [{"text": {"content": "Zebra"}}]}})
    acme.write(acme.page("tasks", "Pour"), {"Name": {"title": [{"text": {"content": "Quagga"}}]}})
    assert [found("Zebra"), found("Quagga"), found("Pour")] == [0, 0, 1]
    assert page["id"] in [one["id"] for one in acme.query("tasks")]  # only the search is late
    acme.clock.advance(timedelta(seconds=11))
    assert [found("Zebra"), found("Quagga"), found("Pour")] == [1, 1, 0]


def test_the_other_side_of_a_relation_reads_as_it_was(api: Api) -> None:
    two_way = {"type": "relation", "to": "Jobs", "two_way": "Steps"}
    load(api.sandbox, {"databases": [
        {"name": "Jobs", "properties": {"Name": "title"}, "pages": [{"Name": "Job"}]},
        {"name": "Steps", "properties": {"Name": "title", "Job": two_way},
         "pages": [{"Name": "One"}, {"Name": "Two", "Job": ["Job"]}]},
    ]})  # fmt: skip
    job = api.page("Jobs", "Job")["id"]

    def seen() -> list[int]:
        page = api.page("Jobs", "Job")
        holding = {"property": "Steps", "relation": {"is_not_empty": True}}
        return [len(page["properties"]["Steps"]["relation"]),
                len(api.query("Jobs", filter=holding))]  # fmt: skip

    api.sandbox.weather.set(Conditions(relation_lag=Lateness(requests=5)))
    written = api.write(api.page("Steps", "One"), {"Job": {"relation": [{"id": job}]}})
    assert written["properties"]["Job"]["relation"] == [{"id": job}]  # this side is there at once
    assert seen() == [1, 1]
    api.write(api.page("Steps", "Two"), {"Job": {"relation": []}})
    api.sandbox.weather.clear()
    for _ in range(6):
        api.good("GET", "users/me")
    assert seen() == [1, 1]
    steps = api.page("Jobs", "Job")["properties"]["Steps"]["relation"]
    assert steps == [{"id": api.page("Steps", "One")["id"]}]


# The clock


def test_the_clock_is_kept_too(tmp_path: Path) -> None:
    real = datetime(2026, 7, 1, 9, 0, tzinfo=UTC)
    with Sandbox(tmp_path / "s", clock=lambda: real) as first:
        with Sandbox(tmp_path / "s", clock=lambda: real) as second:
            first.clock.advance(timedelta(minutes=6))
            assert second.clock() == real + timedelta(minutes=6)
            second.clock.set(datetime(2030, 1, 1, tzinfo=UTC), stopped=True)
            first.clock.advance(timedelta(days=1))
            assert second.clock() == datetime(2030, 1, 2, tzinfo=UTC)
        page = first.create_root_page("Now")
        shown = json.loads(first.handle(replace(ME, path=f"/v1/pages/{page}")).body)
        assert shown["created_time"] == "2030-01-02T00:00:00.000Z"
        first.clock.reset()
        assert first.clock() == real


# As text


@pytest.mark.parametrize("name", PRESETS)
def test_weather_reads_back_as_it_was_written(name: str) -> None:
    assert from_json(json.loads(json.dumps(to_json(PRESETS[name])))) == PRESETS[name]
    assert set(SAYINGS) == set(PRESETS)


def test_a_whole_file() -> None:
    text = """
seed: 7
latency: [0.1, 0.4]
limits: [{requests: 180}, {requests: 10, scope: endpoint, path: /search$}]
search_lag: {seconds: 5}
rules:
  - {effect: answer, fault: overload, retry_after: 2, probability: 0.25, count: 3}
  - {effect: delay, seconds: [1, 3], token: Reader}
  - {effect: answer-after, status: 200, body: "<p>", headers: {x: "1"}, method: POST, nth: 2}
"""
    weather = read_weather(text, "storm.yaml")
    assert weather.longest_latency == 0.4
    assert weather.rules[1].longest == 3
    assert to_json(weather) == {
        **plain(parse_yaml(text, "x")),
        "limits": [
            {"requests": 180, "scope": "connection", "seconds": 60},
            {"requests": 10, "scope": "endpoint", "seconds": 60, "path": "/search$"},
        ],
    }


@pytest.mark.parametrize(
    ("text", "place", "problem"),
    [
        ("latencx: 1", "s.yaml:1:1", 'unknown key "latencx"'),
        ("latency: [2, 1]", "s.yaml:1:10", "ends before it begins"),
        ("rules:\n  - {effect: bang}", "s.yaml:2:14", '"bang" is not possible'),
        ("rules:\n  - {effect: cut, path: (}", "s.yaml:2:25", "no regular expression"),
        ("rules:\n  - {fault: overload}", "s.yaml:2:5", '"effect" is missing'),
        ("limits: [{requests: -1}]", "s.yaml:1:21", "too small"),
        ("seed: 1\nseed: 2", "s.yaml:2:1", "twice"),
    ],
)
def test_a_wrong_file_says_where(text: str, place: str, problem: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_weather(text, "s.yaml")
    found = caught.value.diagnostics[0]
    assert str(found.place) == place
    assert problem in found.summary
