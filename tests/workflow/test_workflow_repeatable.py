"""The same world gives the same plan; and a sync costs no more requests than it needs."""

import re
from math import ceil
from typing import TYPE_CHECKING

import pytest

from notion_gitops.model.errors import ExitCode
from notion_gitops.model.operations import Action
from notion_gitops.model.records import Side

if TYPE_CHECKING:
    from notion_gitops.workflow.plan import Planned
    from tests.workflow.workflow_world import World

TIMES = re.compile(r'(?:\d+ min ?)?\d+(?:\.\d)? s\b|"(?:made|seconds)": [^,\n]+')
FORMS = ("text", "json")


def a_day(world: "World") -> None:
    """Something of everything, on both sides."""
    world.spell("tasks/dig", hours="10", tags="[red, green, blue]")
    world.spell("projects/shed", title="Shed", owner="[bo, ann]")
    world.spell("tasks/roof", title="Roof", status="todo", project="[shed]", tags="[green, red]")
    world.remove("tasks/test")
    world.in_notion("tasks/dig", Hours=11)
    world.in_notion("tasks/lay", Hours=3)
    world.add_page("tasks", Name="Born in Notion")


def test_i24_a_plan_does_not_depend_on_the_order_of_sets(
    world: "World", monkeypatch: pytest.MonkeyPatch
) -> None:
    a_day(world)
    told = []
    for seed in ("0", "1"):
        monkeypatch.setenv("PYTHONHASHSEED", seed)
        said = [world.command("plan", "--sandbox", "--format", f, ok=(0, 3))[1] for f in FORMS]
        told.append(TIMES.sub("*", "".join(said)))
    assert told[0] == told[1]


def most_requests(planned: "Planned") -> int:
    """What reading and writing may cost: two requests a write, one per hundred pages that are read.

    Besides, the schema of each database, and once the users.
    """
    parts = planned.plan.mappings
    writes = [w for part in parts for o in part.operations for w in o.writes]
    assert {w.action for w in writes if w.side is Side.NOTION} == {
        Action.CREATE,
        Action.UPDATE,
        Action.DELETE,
    }
    reading = sum(1 + ceil(part.in_notion / 100) for part in parts) + 1
    return reading + 2 * sum(w.side is Side.NOTION for w in writes)


def test_i21_a_sync_costs_no_more_than_it_needs(world: "World") -> None:
    a_day(world)
    most = most_requests(world.plan())
    before = world.sandbox.requests
    world.apply(code=ExitCode.DECISIONS_REMAIN, settled=False)  # it costs what it forecast, too
    assert world.sandbox.requests - before <= most
