"""Traps 10, 11, 12, 13, 17 and 18: writes that are lost, doubled, overtaken or echoed."""

from datetime import timedelta
from typing import Any

import pytest

from notion_gitops.model.errors import CannotReachNotion, ExitCode
from notion_gitops.notion.connect import Settings, open_gateway
from notion_gitops.notion.gateway import Gateway
from notion_gitops.notion.pacing import Clock
from notion_gitops.sandbox import DEFAULT_TOKEN, SandboxTransport
from notion_gitops.sandbox.weather.rules import Effect, Rule
from notion_gitops.workflow.apply import carry_out
from tests.traps.traps_world import asked
from tests.workflow.test_workflow_values import with_faces
from tests.workflow.workflow_world import SILENT, World


@pytest.mark.parametrize("effect", [Effect.ANSWER_AFTER, Effect.DROP_AFTER])
def test_trap_10_a_create_may_have_happened_although_it_failed(
    world: World, effect: Effect
) -> None:
    """F026: A 503 that names the page, and a connection that broke off: neither makes a twin."""
    world.edit("tasks/new", title="New", status="todo")
    world.sandbox.weather.add(Rule(effect, "POST", "/v1/pages$", nth=1, status=503))
    world.apply(exact=False)
    assert [p["Key"] for p in world.pages("tasks")].count("new") == 1
    assert asked(world, "POST", "/v1/pages") == 1


def test_trap_11_an_edit_between_reading_and_writing(world: World) -> None:
    """The person's edit stays, and the record is told to have moved."""
    world.edit("tasks/dig", hours="9", note="From git")
    planned = world.plan()
    world.in_notion("tasks/dig", Hours=11)
    result = carry_out(planned, world.connection(), SILENT)
    assert result.exit_code is ExitCode.PARTLY_APPLIED
    assert "edited in Notion since the plan was made" in str([o.detail for o in result.outcomes])
    assert world.page("tasks/dig")["Hours"] == 11
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    assert world.conflicts() == {"tasks/dig"}
    assert world.page("tasks/dig")["Note"] == "From git"


def test_trap_12_a_second_edit_in_the_same_minute(world: World) -> None:
    """F023: The time of the page does not move; its values do."""
    at = world.clock()
    world.in_notion("tasks/dig", Hours=9, at=at)
    world.apply(rest=timedelta())
    world.in_notion("tasks/dig", Hours=10, at=at)
    world.apply(rest=timedelta())
    assert world.record("tasks/dig")["hours"] == "10"


def test_trap_13_the_echo_of_a_two_way_relation(world: World) -> None:
    """One face is written, the other one follows in the same apply; both sides then agree."""
    with_faces(world)
    world.edit("tasks/dig", project="beta")
    world.in_notion("tasks/test", Project=["alpha"])
    before = len(world.sandbox.log)
    world.apply()  # and a plan after it shows no changes
    assert asked(world, "PATCH", world.page_id("projects/beta"), before) == 0
    assert set(world.record("projects/alpha")["tasks"]) == {"lay", "test"}
    assert "dig" in world.record("projects/beta")["tasks"]


def waiting(world: World) -> tuple[Gateway, list[float]]:
    """A gateway that notes its waits instead of waiting."""
    waits: list[float] = []
    settings = Settings(budget=None, clock=Clock(sum_of(waits), waits.append))
    transport = SandboxTransport(world.sandbox)
    return open_gateway(DEFAULT_TOKEN, transport=transport, settings=settings), waits


def sum_of(waits: list[float]) -> Any:
    return lambda: float(sum(waits))


def test_trap_17_a_client_that_drops_what_it_does_not_know(world: World) -> None:
    """F048: What is sent is what arrives: `is_archived` in a query is one of those keys."""
    page = world.page_id("tasks/test")
    world.api("PATCH", f"pages/{page}", {"is_archived": True})
    gateway, _ = waiting(world)
    assert [p["id"] for p in gateway.archived(world.source("tasks")).pages] == [page]
    assert page not in [p["id"] for p in gateway.query(world.source("tasks")).pages]


@pytest.mark.parametrize("status", [409, 500, 502, 503, 504, 529])
def test_trap_18_what_the_client_does_not_try_again(world: World, status: int) -> None:
    html = "<html>Bad gateway</html>" if status == 502 else None
    world.sandbox.weather.add(
        Rule(Effect.ANSWER, "POST", "/query$", nth=1, status=status, body=html)
    )
    world.edit("tasks/dig", hours="9")
    gateway, _ = waiting(world)
    assert gateway.query(world.source("tasks")).complete


def test_trap_18_a_wait_of_more_than_a_minute_is_honoured_in_full(world: World) -> None:
    """Holds F030."""
    headers = {"retry-after": "300"}
    world.sandbox.weather.add(
        Rule(Effect.ANSWER, "POST", "/query$", nth=1, status=429, headers=headers)
    )
    gateway, waits = waiting(world)
    assert gateway.query(world.source("tasks")).complete
    assert sum(waits) == pytest.approx(300)


def test_trap_18_a_blocked_connection_does_not_knock_again(world: World) -> None:
    data = {"rate_limit_reason": "public_api_request_blocked"}
    body = {"object": "error", "status": 429, "code": "rate_limited", "message": "Blocked.",
            "additional_data": data}  # fmt: skip
    world.sandbox.weather.add(Rule(Effect.ANSWER, None, "", status=429, body=body))
    gateway, _ = waiting(world)
    before = len(world.sandbox.log)
    with pytest.raises(CannotReachNotion, match="blocks"):
        gateway.query(world.source("tasks"))
    assert len(world.sandbox.log) == before + 1
