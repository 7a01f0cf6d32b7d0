"""What a person answered is carried out, or stays in its file, or is kept: it is never lost."""

from datetime import timedelta

import pytest

from notion_gitops.model.errors import ExitCode
from notion_gitops.sandbox.weather.rules import Effect, Rule
from notion_gitops.workflow.apply import carry_out
from tests.workflow.workflow_world import SILENT, World


def asked_twice(world: World) -> None:
    """Both sides change the hours and the note of a task; the hours are answered."""
    world.edit("tasks/dig", hours="10", note="By git")
    world.in_notion("tasks/dig", Hours=11, Note="By Notion")
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    world.answer("tasks/dig", "{value: 12.5}", "hours")


# --- the write fails ------------------------------------------------------------------------


@pytest.mark.parametrize("why", ["refused", "stale"])
def test_an_answer_whose_write_fails_stays_beside_another_question(world: World, why: str) -> None:
    asked_twice(world)
    before = world.read(world.conflict("tasks/dig"))
    if why == "refused":
        world.sandbox.weather.add(Rule(Effect.ANSWER, method="PATCH", status=400, count=1))
    world.clock.advance(timedelta(minutes=10))
    planned = world.plan()
    if why == "stale":
        world.in_notion("tasks/dig", Signed=True)
    result = carry_out(planned, world.connection(), SILENT)
    assert result.exit_code is ExitCode.PARTLY_APPLIED
    assert world.read(world.conflict("tasks/dig")) == before
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    assert world.page("tasks/dig")["Hours"] == 12.5
    assert world.record("tasks/dig")["hours"] == "12.5"
    assert "note:" in world.read(world.conflict("tasks/dig"))
