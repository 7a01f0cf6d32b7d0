"""Two people disagree: what a plan, the reports and the files say of it, word for word.

`disagreements/` holds the workspace and what is printed; with UPDATE_GOLDEN=1 in the environment
the latter is written anew: read it after.
"""

import os
import re
import shutil
from pathlib import Path

import pytest

from notion_gitops.text.columns import width
from tests.cli.cli_world import HERE, WIDTH, Tool, World

FOLDER = Path(HERE, "disagreements")
MONDAY = "2020-03-02T09:00:00Z"
_VARIES = (
    (re.compile(r"since [A-Z][a-z]{2} \d+ [A-Z][a-z]{2} \d\d:\d\d"), "since WHEN"),
    (re.compile(r"[A-Z][a-z]{2} \d+ [A-Z][a-z]{2} \d\d:\d\d UTC\b"), "WHEN"),
    (re.compile(r"^(  |\| )[0-9a-z]{4}(?=(  | \| )[A-Z][a-z]{2} \d)", re.MULTILINE), r"\1SYNC"),
    (re.compile(r"(?<=mow-the-lawn-)[0-9a-f]{6}"), "ABCDEF"),
    (re.compile(r"https://www\.notion\.so/[0-9a-f]{32}"), "https://www.notion.so/PAGE"),
    (re.compile(r"\b(asked: +)[0-9a-f]{8}\b"), r"\1DIGEST"),
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A workspace in which both sides agree."""
    where = tmp_path_factory.mktemp("disagreements")
    root, home = where / "workspace", where / "home"
    shutil.copytree(FOLDER / "workspace", root)
    home.mkdir()
    made = World(root, Tool(root, home)).with_environment(_at(MONDAY))
    made.tool.git("init", "-q", "-b", "main")
    made.tool.run("sandbox", "seed", str(FOLDER / "seed.yaml")).expect(0)
    made.tool.git("add", "-A")
    made.tool.git("commit", "-q", "-m", "Start")
    made.tool.run("apply", "--sandbox", "--yes").expect(0)
    return made


def _at(moment: str) -> dict[str, str]:
    return {"GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment}


def in_git(world: World, moment: str, message: str, **records: dict[str, str | None]) -> None:
    """Somebody edits fields of records, and commits; None takes the line out."""
    for key, fields in records.items():
        file = world.root / f"state/records/tasks/{key}.yaml"
        text = file.read_text("utf-8")
        for name, value in fields.items():
            line = "" if value is None else f"{name}: {value}\n"
            text = re.sub(rf"^{name}: .*\n", line, text, flags=re.MULTILINE)
        file.write_text(text, "utf-8")
    world.tool.git("add", "-A")
    world.with_environment(_at(moment)).tool.git("commit", "-q", "-m", message)


def in_notion(world: World, moment: str, by: str, **pages: tuple[str, ...]) -> None:
    """Somebody edits pages."""
    world.tool.run("sandbox", "clock", "set", moment, "--stopped").expect(0)
    for key, values in pages.items():
        world.tool.run("sandbox", "edit", "tasks", key, "--by", by, *values).expect(0)


def holds(world: World, name: str, found: str) -> None:
    """Hold what was printed against what is on file."""
    for pattern, word in _VARIES:
        found = pattern.sub(word, found)
    found = world.normal(found)
    golden = FOLDER / name
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(found, "utf-8")
    assert found == golden.read_text("utf-8")
    if name.endswith(".txt"):
        assert [line for line in found.splitlines() if width(line) > WIDTH] == []


def printed(world: World, name: str, *command: str, code: int = 0) -> None:
    """Hold a command's text and its Markdown against what is on file."""
    for form, ending in (("text", "txt"), ("markdown", "md")):
        done = world.tool.run(*command, "--format", form).expect(code)
        holds(world, f"{name}.{ending}", done.stdout)


@pytest.fixture(scope="module")
def quarrel(world: World, tmp_path_factory: pytest.TempPathFactory) -> World:
    """Every rule decides something, and some questions are left."""
    world = world.copied(tmp_path_factory.mktemp("quarrel"))
    in_git(world, "2020-03-03T11:30:40Z", "Begin with the fence", fence={"status": "doing"})
    in_git(
        world,
        "2020-03-03T10:00:00Z",
        "Plan the week",
        beams={"hours": "14", "kind": "visit", "note": "Ask for the very long ones first."},
        roof={"due": "2026-12-14", "hours": "30", "tags": "[site, late]", "status": "doing"},
        gate={"hours": "12", "note": "Three coats of paint."},
        wall={"status": "doing", "due": "2026-12-02"},
    )
    in_notion(
        world,
        "2020-03-03T11:30:00Z",
        "Bo Chen",
        beams=("Hours=13", "Kind=work", "Note=Ask for the long ones first, by phone."),
        roof=("Due=2026-12-15", "Tags=[site, urgent]", "Status=Done"),
        gate=("Hours=20", "Note=Two coats of red paint."),
        fence=("Status=Done",),
    )
    in_notion(
        world,
        "2020-03-03T09:30:00Z",
        "Ann Lee",
        wall=("Due=2026-12-03", "Status=Done"),
    )
    return world


def test_the_plan_names_the_rule_that_decided_each_field(quarrel: World) -> None:
    printed(quarrel, "rules", "plan", "--sandbox", "--full")


def test_what_no_rule_decides_is_a_file_and_a_list(quarrel: World, tmp_path: Path) -> None:
    world = quarrel.copied(tmp_path).with_environment(_at("2020-03-03T12:00:00Z"))
    world.tool.run("apply", "--sandbox", "--yes").expect(3)
    for key in ("fence", "gate"):
        text = (world.root / f"state/conflicts/tasks/{key}.yaml").read_text("utf-8")
        holds(world, f"asked-{key}.yaml", text)
    printed(world, "asked", "conflicts", "list", code=3)
    printed(world, "asked-plan", "plan", "--sandbox")
    printed(world, "asked-gate", "conflicts", "show", "gate")
    printed(world, "health", "log", "--health", "--mapping", "tasks", "--sandbox")


def test_what_is_missing_on_either_side_and_what_nothing_claims(
    world: World, tmp_path: Path
) -> None:
    world = world.copied(tmp_path)
    tasks = world.root / "state/records/tasks"
    (tasks / "fence.yaml").unlink()
    (tasks / "drains.yaml").write_text("title: Clean the drains\n\nhours: 3\n", "utf-8")
    (tasks / "notes.txt").write_text("what to buy\n", "utf-8")
    (world.root / "state/records/vehicles").mkdir()
    (world.root / "state/records/vehicles/van.yaml").write_text("title: Van\n", "utf-8")
    in_git(world, "2020-03-03T10:00:00Z", "Tidy up", beams={"hours": "14"})
    in_notion(world, "2020-03-03T10:00:00Z", "Ann Lee", gate=("Due=2026-12-13",))
    for page in (("Name=Mow the lawn",), ("Hours=2",)):
        world.tool.run("sandbox", "add", "tasks", *page).expect(0)
    world.tool.run("sandbox", "edit", "tasks", "wall", "Archived=true").expect(0)
    world.tool.run("sandbox", "trash", "tasks", "roof").expect(0)
    world.tool.run("sandbox", "clock", "set", "2020-03-03T11:00:00Z", "--stopped").expect(0)
    printed(world, "missing", "check", "--data", "--sandbox")
    printed(world, "missing-plan", "plan", "--sandbox")
