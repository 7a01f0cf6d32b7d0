"""What a run touches: nothing when it only looks, and what is mapped and planned when it writes."""

import hashlib
import importlib
import re
from collections import Counter
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from notion_gitops.cli.main import COMMANDS
from notion_gitops.cli.main import run as run_command
from notion_gitops.model.errors import ExitCode
from notion_gitops.workflow.plan import Connection
from tests.faults.faults_transport import Json
from tests.faults.faults_world import World

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
NEW = ("new", "green")  # the keys of the records that the day brings
WRONG = (
    ExitCode.FAILED,
    ExitCode.USAGE,
    ExitCode.INVALID,
)  # an answer that says nothing of what was asked
LOOKS = (
    "validate",
    "check",
    "check --data",
    "plan",
    "plan --offline",
    "plan --format json",
    "why t1",
    "why tasks t3 hours",
    "conflicts list",
    "conflicts show t3",
    "backups list",
    "hold list",
    "status",
    "status --live",
    "log",
    "log --health",
    "schema plan",
)


@pytest.fixture
def busy(world: World) -> World:
    """One of everything to do, one question that is open already, and a database beside."""
    world.edit_git("t3", hours=73)
    world.edit_notion("t3", hours=33)
    assert world.apply().code == ExitCode.DECISIONS_REMAIN
    world.write("t1", hours=71, team=["blue"])
    world.write("green", "teams", name="Team green")
    world.write("new", title="New", status="todo", team=["green"])
    world.record("t6").unlink()
    world.commit()
    world.edit_notion("t2", hours=52)
    world.trash("t4")
    world.add_page(name="Born in Notion", status="Done", hours=3)
    (world.root / "notes.txt").write_text("Mine.\n")

    def connected(*_: object, **_more: object) -> AbstractContextManager[Connection]:
        return world.connected()

    for name in COMMANDS.values():
        module = importlib.import_module(f"notion_gitops.cli.commands.{name[0]}")
        if hasattr(module, "connected"):
            world.monkeypatch.setattr(module, "connected", connected)
    return world


def files(root: Path) -> dict[str, str]:
    """Every file of the work tree, the tool's own folder and git's left out."""
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in root.rglob("*")
        if path.is_file() and not {".git", ".notion-gitops"} & set(path.relative_to(root).parts)
    }


def everything(world: World) -> object:
    """What is there to be changed: files, refs, the index, and both databases."""
    refs = world.git("for-each-ref", "--format=%(refname) %(objectname)")
    pages = [world.pages(name) for name in ("teams", "tasks")]
    staged = world.git("status", "--porcelain"), world.git("stash", "list")
    return files(world.root), refs, world.head(), staged, pages


def test_i18_looking_changes_nothing(busy: World) -> None:
    before = everything(busy)
    for look in LOOKS:
        assert run_command(["-C", str(busy.root), *look.split()]) not in WRONG, look
        assert everything(busy) == before, look
    assert busy.transport.sent


def planned(world: World) -> Counter[tuple[str, str]]:
    """The writes to Notion that a plan names: which action, on which page or for which new key."""
    parts = world.result(world.run("plan", "--format", "json"))["plan"]["mappings"]
    return Counter(
        (write["action"], operation["page_id"] or operation["key"])
        for part in parts
        for operation in part["operations"]
        for write in operation["writes"]
        if write["side"] == "notion"
    )


def written(world: World) -> Counter[tuple[str, str]]:
    """The same of what was sent."""
    return Counter(map(_action, world.transport.writes()))


def _action(request: tuple[str, str, Json]) -> tuple[str, str]:
    method, path, body = request
    if method == "POST":
        (key,) = (v for n, v in body["properties"].items() if plain_text(v) in NEW)
        return "create", plain_text(key)
    trash = {True: "delete", False: "restore", None: "update"}[body.get("in_trash")]
    return trash, path.rpartition("/")[2]


def plain_text(value: Json) -> str:
    """The text of a property as it was sent, "" for other types."""
    return "".join(part["text"]["content"] for part in value.get("rich_text", ()))


def in_base(world: World) -> set[str]:
    """The ids of all pages that the state branch knows."""
    paths = world.git("ls-tree", "-r", "--name-only", world.state_ref).splitlines()
    return {
        id_ for path in paths if "/pages/" in path for id_ in ID.findall(world.state_file(path))
    }


def test_i15_i17_an_apply_touches_what_is_mapped_and_writes_what_its_plan_says(busy: World) -> None:
    wanted, before = planned(busy), files(busy.root)
    assert {action for action, _ in wanted} == {"create", "update", "delete"}
    mapped = {busy.sandbox.find_data_source(name) for name in ("teams", "tasks")}
    pages = in_base(busy) | {p["id"] for name in ("teams", "tasks") for p in busy.pages(name)}
    busy.transport.sent.clear()
    assert busy.apply().code == ExitCode.DECISIONS_REMAIN
    assert written(busy) == wanted
    made = {page["id"] for name in ("teams", "tasks") for page in busy.pages(name)} - pages
    assert len(made) == len(NEW)
    for _, path, body in busy.transport.sent:
        assert re.match(r"/v1/(data_sources|pages|users)\b", path), path
        assert set(ID.findall(path)) <= mapped | pages | made, path
        assert set(ID.findall(str(body.get("parent", "")))) <= mapped, body
    after = files(busy.root)
    moved = {p for p in before.keys() | after if before.get(p) != after.get(p)}
    assert moved
    assert all(p.startswith(("state/records/t", "state/conflicts/")) for p in moved), moved
