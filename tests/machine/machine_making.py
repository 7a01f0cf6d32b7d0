"""Making worlds, and letting the product's commands talk to them."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from notion_gitops.cli.commands import apply as apply_command
from notion_gitops.cli.commands import plan as plan_command
from notion_gitops.cli.commands import state as state_command
from notion_gitops.notion.connect import Settings, open_gateway
from notion_gitops.notion.pacing import Clock
from notion_gitops.sandbox import Sandbox
from notion_gitops.sandbox.basics.clock import SettableClock
from notion_gitops.sandbox.seeding.seed import load
from notion_gitops.workflow.plan import Connection
from tests.machine.machine_files import BODY, FIELDS_OF, TITLES, file_of, mapping_of, path_of
from tests.machine.machine_git import QuickGit, real_git
from tests.machine.machine_ground import ANCHORS, CLONES, KEYS, Json, make_repository
from tests.machine.machine_objects import set_ref
from tests.machine.machine_oracle import Oracle, forget_what_was_raised
from tests.machine.machine_people_in_notion import COLLEAGUE, EVA, TOKEN
from tests.machine.machine_stage import START, Stage, on_stage
from tests.machine.machine_views import KEY, MAIN, NotionView
from tests.machine.machine_watch import Transport
from tests.machine.machine_world import World

MAPPING = """\
version: 1
name: tasks
notion: {database: "${TASKS_DATABASE}"}
git: {path: state/records/tasks, format: markdown}
key: {property: Task ID}
fields:
  title: {property: Name, type: title, required: true}
  note: {property: Note, type: rich_text}
  spot: {property: Spot, type: rich_text}
  hours: {property: Hours, type: number}
  team: {property: Team, type: relation, to: teams}
  tags: {property: Tags, type: multi_select, new_options: allow}
conflicts:
  rules:
    - {name: the place is ours, fields: [spot], take: git}
  otherwise: manual
body: both
"""
TEAMS = """\
version: 1
name: teams
notion: {database: "${TEAMS_DATABASE}"}
git: {path: state/records/teams, format: markdown}
key: {property: Task ID}
fields:
  title: {property: Name, type: title, required: true}
  note: {property: Note, type: rich_text}
  first: {property: First, type: relation, to: tasks}
"""
COLUMNS = {
    "Name": "title", KEY: "rich_text", "Note": "rich_text", "Spot": "rich_text", "Hours": "number",
}  # fmt: skip
TAGS = {"Tags": {"type": "multi_select", "options": ["site", "urgent"]}}
TO_TEAMS = {"Team": {"type": "relation", "to": "Teams"}}
TO_TASKS = {"First": {"type": "relation", "to": "Tasks"}}
SEED: Json = {
    "users": [{"id": "3f0c6a52-8d1e-4b7a-9c35-61a2e0d4b701", "name": EVA, "email": "e@e.example"}],
    "databases": [
        {"name": "Tasks", "mapping": "tasks", "pages": [], "properties": COLUMNS | TO_TEAMS | TAGS},
        {"name": "Teams", "mapping": "teams", "pages": [], "properties": COLUMNS | TO_TASKS},
        {"name": "Elsewhere", "pages": [], "properties": COLUMNS},
    ],
}


POINTING = {"tasks/ant": "red", "tasks/bee": "blue", "teams/red": "ant", "teams/blue": "ant"}


@dataclass
class Template:
    """A world in which both sides agree, to be copied."""

    folder: Path
    sandbox: bytes
    at: datetime


def opened(folder: Path, sandbox: bytes, at: datetime) -> World:
    """The world in a folder."""
    forget_what_was_raised()
    clock = SettableClock(at)
    box = Sandbox(":memory:", clock=clock, seed="machine")
    box._store._db.deserialize(sandbox)
    git = QuickGit(real_git())
    current = Stage(clock, git, folder)
    clones = {name: git.clone(folder / name) for name in CLONES}
    rows = box._store.all("SELECT id, alias, properties FROM data_sources WHERE alias IS NOT NULL")
    fields = {title: name for name, title in TITLES.items()} | {KEY: ""}
    properties = {
        row["alias"]: {
            p["id"]: fields[p["name"]]
            for p in json.loads(row["properties"])
            if fields[p["name"]] in ("", *FIELDS_OF[row["alias"]])
        }
        for row in rows
    }
    bot = str(box._store.all("SELECT bot FROM tokens WHERE token=?", (TOKEN,))[0][0])
    view = NotionView(box, bot, {row["id"]: row["alias"] for row in rows}, properties)
    view.note()
    view.since.update(dict.fromkeys(view.since, START))
    return World(folder, current, box, Oracle(view), clones, git.clone(folder / "hub"))


def make_template(folder: Path) -> Template:
    """Make a world in which both sides agree."""
    for name in ("hub", *CLONES):
        make_repository(folder / name, bare=name == "hub")
    with Sandbox(":memory:", clock=SettableClock(START), seed="machine") as box:
        load(box, SEED)
        box.add_token(TOKEN, name="Product")
        box.add_token(COLLEAGUE, name="Another tool")
        empty = bytes(box._store._db.serialize())
    world = opened(folder, empty, START)
    files: dict[str, bytes | None] = {
        ".gitignore": b".notion-gitops/\n", "mappings/tasks.yaml": MAPPING.encode(),
        "mappings/teams.yaml": TEAMS.encode(),
    }  # fmt: skip
    for number, key in enumerate((*ANCHORS, *KEYS)):
        values = {
            "title": key, "note": f"of {key}", "spot": f"at {key}", "hours": str(number),
            "team": POINTING.get(key, ""), "first": POINTING.get(key, ""),
            "tags": "site\nurgent" if number % 2 else "site",
            BODY: f"first of {key}\nsecond of {key}\nlast of {key}",
        }  # fmt: skip
        files[path_of(key)] = file_of({n: values[n] for n in FIELDS_OF[mapping_of(key)]})
    with telling(world):
        world.commit("a", files)
        world.hub.objects.take(world.clones["a"].objects, world.clones["a"].head())
        set_ref(world.hub.git, MAIN, world.clones["a"].head())
        for name in ("b", "desk"):
            world.pull(name)
        ran = world.apply("a", "--all-new")
        assert ran.code == 0, ran.text
        for name in CLONES:
            world.publish(name)
        world.clock.advance(timedelta(minutes=20))
        _share_objects(folder)
        return Template(folder, bytes(world.sandbox._store._db.serialize()), world.clock())


def _share_objects(folder: Path) -> None:
    """Let all repositories of a template, and their copies, have their objects in one place."""
    for name in ("hub", *CLONES):
        objects = folder / name / ("objects" if name == "hub" else ".git/objects")
        shutil.copytree(objects, folder / "pool", dirs_exist_ok=True)
        shutil.rmtree(objects)
        (objects / "info").mkdir(parents=True)
        (objects / "pack").mkdir()
        (objects / "info/alternates").write_text(f"{folder / 'pool'}\n")


@contextmanager
def telling(world: World) -> Iterator[None]:
    """The commands of the product talk to this world's Notion."""

    @contextmanager
    def connected(*_: object, **__: object) -> Iterator[Connection]:
        clock = Clock(lambda: world.clock().timestamp(), world.stage.sleep)
        gateway = open_gateway(
            TOKEN,
            transport=Transport(world, world.sandbox),
            settings=Settings(budget=None, clock=clock),
        )

        def find(mapping: object) -> str:
            return world.sandbox.find_data_source(str(getattr(mapping, "name", mapping))) or ""

        yield Connection(gateway, find, world.clock, lambda: world.clock().timestamp())

    with pytest.MonkeyPatch.context() as patch, on_stage(world.stage):
        for command in (apply_command, plan_command, state_command):
            patch.setattr(command, "connected", connected)
        try:
            yield
        finally:
            world.sandbox.close()


def copied(template: Template, to: Path) -> World:
    """A world of its own, like the template."""
    shutil.copytree(template.folder, to, ignore=lambda *_: ["pool"], copy_function=shutil.copyfile)
    return opened(to, template.sandbox, template.at)


@contextmanager
def a_world(template: Template) -> Iterator[World]:
    """A world to tell one story in."""
    with tempfile.TemporaryDirectory(prefix="story-") as folder:
        world = copied(template, Path(folder).resolve() / "world")
        with telling(world):
            yield world
