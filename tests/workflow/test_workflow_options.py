"""Options that Notion does not have: refused with the nearest right one, in every command."""

from typing import Any

import pytest

from notion_gitops.model.diagnostics import Severity
from notion_gitops.workflow.validate import validate
from notion_gitops.workflow.workspace import open_workspace
from tests.workflow.workflow_world import World

ALLOW = (
    "{property: Tags, type: multi_select}",
    "{property: Tags, type: multi_select, new_options: allow}",
)


def _warnings(world: World) -> list[tuple[str, str]]:
    validated = validate(open_workspace(world.root))
    assert validated.ok
    assert {p.severity for p in validated.problems} <= {Severity.WARNING}
    assert all(p.place and p.place.column > 1 for p in validated.problems)
    assert all(p.source_line for p in validated.problems)
    return [(p.summary, p.fix) for p in validated.problems]


@pytest.mark.parametrize(
    ("field", "written", "meant"),
    [
        ("kind", "biuld", "build"),
        ("kind", "Build", "build"),
        ("kind", "build ing", "build"),
        ("tags", "[rde]", "red"),
    ],
)
def test_validate_knows_the_options_of_the_last_sync(
    world: World, field: str, written: str, meant: str
) -> None:
    assert _warnings(world) == []
    values: dict[str, Any] = {field: written}
    world.edit("tasks/dig", **values)
    ((summary, fix),) = _warnings(world)
    assert summary.startswith(f"{field}: ")
    assert fix.startswith(f'Did you mean "{meant}"?')
    # The plan says the same, of Notion as it is now, and nothing of the field is written.
    (problem,) = [p for m in world.plan().plan.mappings for p in m.problems]
    assert f'Did you mean "{meant}"?' in problem.fix


def test_an_option_that_is_allowed_is_no_warning_but_one_in_other_letters_is(world: World) -> None:
    world.remap("tasks", ALLOW)
    world.edit("tasks/dig", tags="[red, violet]")
    assert _warnings(world) == []
    world.edit("tasks/dig", tags="[RED]")
    ((_, fix),) = _warnings(world)
    assert fix == 'Did you mean "red"?'
    (problem,) = [p for m in world.plan().plan.mappings for p in m.problems]
    assert 'Did you mean "red"?' in problem.fix


def test_without_a_sync_nothing_is_known(world: World) -> None:
    world.edit("tasks/dig", kind="biuld")
    world.git("update-ref", "-d", "refs/heads/notion-gitops/state")
    assert _warnings(world) == []


def test_validate_tells_a_relation_that_leads_nowhere_at_its_place(world: World) -> None:
    world.edit("tasks/dig", project="cabin")
    validated = validate(open_workspace(world.root))
    assert validated.ok
    (problem,) = validated.problems
    (in_plan,) = [p for m in world.plan().plan.mappings for p in m.problems]
    assert problem.place == in_plan.place
    assert problem.fix == in_plan.fix
    assert in_plan.summary == f"tasks/dig: {problem.summary}"


def test_a_target_that_holds_nothing_yet_may_get_anything_from_notion(world: World) -> None:
    world.edit("tasks/dig", project="cabin")
    for path in (world.root / "state/records/projects").iterdir():
        path.unlink()
    assert validate(open_workspace(world.root)).problems == ()


def test_validate_tells_a_hold_of_a_record_that_there_is_not(world: World) -> None:
    holds = "hold:\n  - {record: digg, reason: x}\n  - {record: lay, reason: x}\n"
    old = "  - {record: gone, reason: x, until: 2020-01-01}\n  - {record: test, reason: x}\n"
    world.write("mappings/tasks.yaml", world.read("mappings/tasks.yaml") + holds + old)
    world.remove("tasks/test")  # the base knows it, and its hold keeps the page
    (told,) = validate(open_workspace(world.root)).problems
    assert told.severity is Severity.WARNING
    assert told.summary == 'tasks/digg: there is no record "digg", so this hold keeps nothing'
    assert told.fix.startswith('Did you mean "dig"?')
    assert str(told.place).startswith("mappings/tasks.yaml:")
