"""Worlds to play scenarios in; the folder of the tests is made importable."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))

from notion_gitops.model.outcomes import SyncResult
from tests.workflow import notes_world
from tests.workflow.registry_world import Registry, open_registry
from tests.workflow.templates import Template, copied, synced
from tests.workflow.workflow_samples import RECORDS, databases
from tests.workflow.workflow_world import World, make_world

MakeWorld = Callable[..., World]


@pytest.fixture(scope="session", autouse=True)
def _alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No setting of the machine or of an outer repository reaches a test."""
    home = tmp_path_factory.mktemp("home")
    (home / ".gitconfig").write_text("[user]\n\tname = Ann Lee\n\temail = ann@acme.example\n")
    with pytest.MonkeyPatch.context() as patch:
        for name in [n for n in os.environ if n.startswith(("GIT_", "NOTION_")) or n == "EMAIL"]:
            patch.delenv(name)
        patch.setenv("HOME", str(home))
        patch.setenv("XDG_CONFIG_HOME", str(home))
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        yield


@pytest.fixture
def make(tmp_path: Path) -> Iterator[MakeWorld]:
    """Makes worlds of other mappings, pages and records."""
    made: list[World] = []

    def build(*arguments: object, **more: object) -> World:
        world = make_world(tmp_path / f"world-{len(made)}", *arguments, **more)  # type: ignore[arg-type]
        made.append(world)
        return world

    yield build
    for world in made:
        world.sandbox.close()


@pytest.fixture(scope="session")
def _synced(tmp_path_factory: pytest.TempPathFactory) -> Template:
    root = tmp_path_factory.mktemp("synced") / "world"
    return synced(make_world(root, databases(), RECORDS))


@pytest.fixture
def world(tmp_path: Path, _synced: Template) -> Iterator[World]:
    """Two projects and three tasks that both sides hold and agree on."""
    with copied(_synced, tmp_path / "world") as world:
        yield world


@pytest.fixture
def edited(world: World) -> tuple[World, SyncResult]:
    """A sync that took Notion's hours, tags, due and note of a task."""
    world.in_notion("tasks/dig", Hours=20, Tags=["blue"], Due="2026-05-05", Note="From Notion")
    return world, world.apply()


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    """No database yet: `schema apply` makes them."""
    return open_registry(tmp_path)


@pytest.fixture(scope="session")
def _synced_notes(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return synced(notes_world.build(tmp_path_factory.mktemp("notes") / "world"))


@pytest.fixture
def notes(tmp_path: Path, _synced_notes: Template) -> Iterator[World]:
    """Two notes that both sides agree on, one of them without a text."""
    with copied(_synced_notes, tmp_path / "notes") as world:
        yield world
