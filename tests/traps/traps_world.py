"""What the scenarios of the traps share: what a person is told, and what goes wrong on purpose."""

from typing import Any

from notion_gitops.cli.commands.plan import printed
from notion_gitops.cli.output import Format
from notion_gitops.sandbox import DEFAULT_TOKEN
from notion_gitops.workflow.plan import Planned
from tests.workflow.workflow_world import World


def shown(planned: Planned) -> str:
    """The plan as a person reads it in full, on one line."""
    workspace = planned.comparison.workspace
    return " ".join(printed(planned.plan, workspace, Format.TEXT, full=True).split())


def files(world: World, mapping: str) -> set[str]:
    """The keys of all record files of a mapping."""
    return {path.stem for path in world.path(f"{mapping}/x").parent.glob("*.yaml")}


def share_only(world: World, *databases: str) -> None:
    """Somebody takes the connection off all other databases."""
    world.sandbox.add_token(DEFAULT_TOKEN, shared=[world.source(name) for name in databases])


def delete_for_good(world: World, *pages: str) -> None:
    """Pages leave the trash for ever, or the connection cannot see them: 404 either way."""
    with world.sandbox.acting() as call:
        for page in pages:
            call.store.write("DELETE FROM links WHERE page=? OR target=?", (page, page))
            call.store.write("DELETE FROM pages WHERE id=?", (page,))


def asked(world: World, method: str, part: str, since: int = 0) -> int:
    """How often a request of this kind was sent."""
    log = world.sandbox.log[since:]
    return sum(1 for each in log if each.method == method and part in each.path)


def many(count: int, **more: Any) -> list[dict[str, Any]]:
    """So many pages for the seed, each created in a minute of its own."""
    return [
        {"Name": f"Task {n}", "Key": f"t{n:02}",
         "created": f"2026-01-02T{8 + n // 60:02}:{n % 60:02}", **more}
        for n in range(count)
    ]  # fmt: skip
