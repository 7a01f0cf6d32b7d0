"""Putting things on hold in a workspace, and what may not change by it."""

from collections.abc import Mapping
from typing import Any

import yaml

from notion_gitops.model.errors import ExitCode
from notion_gitops.model.holds import OnHold
from notion_gitops.workflow.apply import exit_code as ends_with
from notion_gitops.workflow.apply import nothing_to_do
from notion_gitops.workflow.plan import Planned, exit_code
from tests.workflow.workflow_views import part
from tests.workflow.workflow_world import World

FILE = "state/holds.yaml"


def hold(world: World, *entries: Mapping[str, str], commit: bool = True) -> None:
    """Put these on hold, and nothing else."""
    listed = [{"reason": "it is looked at", **entry} for entry in entries]
    world.write(FILE, yaml.safe_dump({"format_version": 1, "holds": listed}))
    if commit:
        world.commit("Hold")


def release(world: World) -> None:
    (world.root / FILE).unlink()
    world.commit("Go on")


def task(**more: str) -> dict[str, str]:
    return {"mapping": "tasks", **more}


def held(planned: Planned, name: str = "tasks") -> OnHold:
    (each,) = part(planned, name).on_hold
    return each


def at_rest(world: World) -> Planned:
    """Nothing is left to do, and nothing of it is refused or asked about."""
    planned = world.plan()
    assert nothing_to_do(planned)
    assert exit_code(planned.plan, detailed=True) is ExitCode.DONE
    return planned


def agreed(world: World, record: str = "tasks/dig") -> Any:
    return world.base(f"state/records/{record}.yaml")


def others_are_synced(world: World) -> None:
    """Other records, and what follows from them, go on; exit code 0."""
    world.edit("tasks/lay", note="from git")
    world.in_notion("projects/alpha", Budget=99)
    result = world.apply()
    assert ends_with(result) is ExitCode.DONE
    assert world.page("Tasks/lay")["Note"] == "from git"
    assert world.record("projects/alpha")["budget"] == "99"
