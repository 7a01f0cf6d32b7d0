"""What is left alone in a record: told with its place, all of it, until it is put right."""

from typing import Any

import pytest

from notion_gitops.model.errors import ExitCode
from notion_gitops.workflow.plan import Planned
from tests.workflow.workflow_views import part
from tests.workflow.workflow_world import World


def problems(planned: Planned) -> list[str]:
    return [f"{p.place}: {p.summary}" for p in part(planned, "tasks").problems]


@pytest.mark.parametrize(
    ("name", "value", "at", "told"),
    [
        ("kind", "bild", "bild", '"Kind" has no option "bild"'),
        ("project", "[hal]", "hal", "there is no hal in projects"),
        ("tags", "[red, gren]", "[", '"Tags" has no option "gren"'),
    ],
)
def test_a_value_that_notion_cannot_take_is_told_at_its_place(
    world: World, name: str, value: str, at: str, told: str
) -> None:
    values: dict[str, Any] = {name: value}
    world.edit("tasks/dig", **values)
    lines = world.path("tasks/dig").read_text().splitlines()
    line = next(n for n, text in enumerate(lines, 1) if text.startswith(f"{name}:"))
    column = lines[line - 1].index(at) + 1
    (problem,) = problems(world.plan())
    assert problem.startswith(f"state/records/tasks/dig.yaml:{line}:{column}: ")
    assert told in problem


def test_it_is_told_until_it_is_put_right(world: World) -> None:
    """The base does not learn a value that was never sent, while other records are synced."""
    before = world.record("tasks/dig")["kind"]
    world.edit("tasks/dig", kind="bild")
    world.edit("tasks/lay", hours="77")
    world.apply(code=ExitCode.DECISIONS_REMAIN, settled=False)
    assert f"kind: {before}" in world.base("state/records/tasks/dig.yaml")
    assert len(problems(world.plan())) == 1
    world.edit("tasks/dig", kind="test")
    assert problems(world.plan()) == []
    world.apply()
    assert world.page("tasks/dig")["Kind"] == "test"


def test_a_record_out_of_the_filter_keeps_its_edit_for_later(world: World) -> None:
    world.remap("tasks", ('database: "${NOTION_TASKS}"', FILTERED))
    world.in_notion("tasks/dig", Archived=True)
    world.edit("tasks/dig", hours="41")
    world.edit("tasks/lay", hours="77")
    world.apply(settled=False)
    world.in_notion("tasks/dig", Archived=False)
    world.apply()
    assert world.page("tasks/dig")["Hours"] == 41


FILTERED = 'database: "${NOTION_TASKS}", filter: {property: Archived, checkbox: {equals: false}}'


def test_all_that_is_wrong_with_a_record_is_told(world: World) -> None:
    world.edit("tasks/dig", due="2026-02-30", hours="many", signed="perhaps")
    found = problems(world.plan())
    assert [problem.split(": ")[1] for problem in found] == ["due", "hours", "signed"]
    assert len({problem.split(": ")[0] for problem in found}) == 3
