"""Worlds that are synced once, and copied for each test."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from notion_gitops.sandbox.basics.clock import SettableClock
from tests.workflow.workflow_world import World, open_file


@dataclass(frozen=True)
class Template:
    """A world in which both sides agree."""

    folder: Path
    at: datetime


def synced(world: World) -> Template:
    """Let both sides of a new world agree; it serves for nothing else then."""
    world.apply()
    world.sandbox.close()
    return Template(world.root, world.clock())


@contextmanager
def copied(template: Template, root: Path) -> Iterator[World]:
    """A world of its own, like the template."""
    shutil.copytree(template.folder, root)
    clock = SettableClock(template.at)
    world = World(root, open_file(root, clock), clock)
    try:
        yield world
    finally:
        world.sandbox.close()
