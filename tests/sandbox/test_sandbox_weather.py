"""Bad weather: errors, lost connections, delays and the rate limit."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from notion_gitops.sandbox.basics.messages import ConnectionDropped, Request
from notion_gitops.sandbox.weather.rules import Effect, RateLimit, Rule

if TYPE_CHECKING:
    from tests.sandbox.conftest import Api, Json


def new_task(api: Api) -> Json:
    return {"parent": {"data_source_id": api.source("tasks")}}


def test_the_nth_request_fails_without_effect(acme: Api) -> None:
    acme.sandbox.weather.add(Rule(Effect.ANSWER, "POST", "/pages$", nth=2, status=502))
    statuses = [acme.ask("POST", "pages", new_task(acme))[0] for _ in range(3)]
    assert statuses == [200, 502, 200]
    assert len(acme.query("tasks")) == 5


def test_a_create_may_be_saved_though_the_answer_is_an_error(acme: Api) -> None:
    acme.sandbox.weather.add(Rule(Effect.ANSWER_AFTER, "POST", "/pages$", status=503))
    status, body = acme.ask("POST", "pages", new_task(acme))
    assert (status, body["code"]) == (503, "service_unavailable")
    saved = body["additional_data"]["committed_resource_id"]
    assert saved in [page["id"] for page in acme.query("tasks")]


@pytest.mark.parametrize(("effect", "rows"), [(Effect.DROP_BEFORE, 3), (Effect.DROP_AFTER, 4)])
def test_a_connection_may_end_before_or_after_the_write(
    acme: Api, effect: Effect, rows: int
) -> None:
    acme.sandbox.weather.add(Rule(effect, "POST", "/pages$", nth=1))
    with pytest.raises(ConnectionDropped):
        acme.ask("POST", "pages", new_task(acme))
    assert acme.sandbox.log[-1].status == 0
    assert len(acme.query("tasks")) == rows


def test_a_delay_waits_and_then_answers(api: Api) -> None:
    waits: list[float] = []
    api.sandbox.sleep = waits.append
    api.sandbox.weather.add(Rule(Effect.DELAY, path="/users", seconds=2.5))
    api.good("GET", "users/me")
    assert waits == [2.5]


def test_an_html_page_instead_of_json(api: Api) -> None:
    api.sandbox.weather.add(Rule(Effect.ANSWER, status=502, body="<html>Bad gateway</html>"))
    response = api.sandbox.handle(Request("GET", "/v1/users/me"))
    assert (response.status, response.body) == (502, b"<html>Bad gateway</html>")
    assert response.headers["content-type"] == "text/html"


@pytest.mark.parametrize("status", [409, 500, 502, 503, 504, 529])
def test_every_error_of_the_table(api: Api, status: int) -> None:
    api.sandbox.weather.add(Rule(Effect.ANSWER, status=status))
    assert api.ask("GET", "users/me")[0] == status
    api.sandbox.weather.clear()
    api.good("GET", "users/me")


def test_a_spent_budget_says_how_long_to_wait(api: Api) -> None:
    api.sandbox.weather.limit(RateLimit(requests=3))
    for _ in range(3):
        api.good("GET", "users/me")
    api.clock.advance(timedelta(seconds=11))
    status, body = api.ask("GET", "users/me")
    assert status == 429
    assert body["additional_data"] == {
        "rate_limit_reason": "public_api_request_rate_limit",
        "retry_after": "49",
    }
    api.sandbox.add_token("other", name="Other")
    api.good("GET", "users/me", token="other")  # noqa: S106
    api.clock.advance(timedelta(seconds=49))
    api.good("GET", "users/me")


def test_the_wait_stands_in_the_header_too(api: Api) -> None:
    api.sandbox.weather.limit(RateLimit(requests=0))
    headers = {"authorization": "Bearer sandbox-token", "notion-version": "2026-03-11"}
    response = api.sandbox.handle(Request("GET", "/v1/users/me", (), headers))
    assert response.headers["retry-after"] == "60"
