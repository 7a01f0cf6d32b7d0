"""`hold` on the command line, held against `holds/`; UPDATE_GOLDEN=1 writes these anew."""

import json
import os
import re
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from notion_gitops.text.columns import width
from tests.cli.cli_world import HERE, WIDTH, World

FILE = "state/holds.yaml"
COMMENT = "# The drawings are at the client's.\n"
_TODAY = re.compile(
    r"[A-Z][a-z]{2} \d+ [A-Z][a-z]{2} \d\d:\d\d|20\d\d-\d\d-\d\d \d\d:\d\d|[0-9a-f]{32}"
)
HOLDS = """\
format_version: 1
holds:
  - mapping: tasks
    record: pour-slab
    reason: The client looks at the drawings
    by: Bo Chen
    since: 2020-03-04T09:00:00Z
  - mapping: tasks
    field: hours
    reason: "hours: counted by hand"
  - mapping: projects
    reason: "[x](http://x.example)"
    until: 2999-12-24
"""


def story(world: World, name: str, *lines: str) -> None:
    """Run these and hold what they print against the file of that name."""
    told = []
    for line in lines:
        done = world.tool.run(*line.split())
        assert all(width(each) <= WIDTH for each in done.lines if "markdown" not in line), line
        parts = [f"$ notion-gitops {line}\n", done.stdout, done.stderr]
        told += [*parts, f"[exit code {done.code}]\n"]
    found = _TODAY.sub("TODAY", world.normal("".join(told)))
    golden = Path(HERE, "holds", f"{name}.txt")
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(found, "utf-8")
    assert found == golden.read_text("utf-8")


@pytest.fixture(scope="module")
def frozen(_good: World, tmp_path_factory: pytest.TempPathFactory) -> World:
    """Edits and a question on both sides, and a hold of each kind."""
    world = _good.copied(tmp_path_factory.mktemp("held"))
    _edit(world, "2026-12-05", "2026-12-06")
    world.tool.git("commit", "-q", "-a", "-m", "Move a date")
    world.tool.run("sandbox", "edit", "tasks", "pour-slab", "Due=2026-12-07").expect(0)
    world.tool.run("apply", "--sandbox", "--yes").expect(3)
    _edit(world, "Pour the slab", "Pour the slab, north")
    world.tool.git("commit", "-q", "-a", "-m", "North")
    world.tool.run("sandbox", "edit", "tasks", "order-beams", "Hours=9").expect(0)
    (world.root / FILE).write_text(HOLDS, "utf-8")
    return world


def _edit(world: World, old: str, new: str) -> None:
    file = world.root / "state/records/tasks/pour-slab.yaml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


@pytest.fixture
def held(frozen: World, tmp_path: Path) -> World:
    """The same, to do anything to."""
    return frozen.copied(tmp_path)


def test_what_is_on_hold_is_told_by_every_command(frozen: World) -> None:
    before = frozen.everything()
    story(
        frozen,
        "told",
        "hold list",
        "plan --sandbox --detailed-exitcode",
        "plan --offline --sandbox",
        "status --sandbox",
        "conflicts list",
        "conflicts show pour-slab",
        "validate",
    )
    why = frozen.tool.run("why", "tasks", "pour-slab", "due", "--sandbox").expect(0).stdout
    assert "due: on hold" in why
    assert "The client looks at the drawings" in why
    assert frozen.everything() == before


def test_in_a_comment_on_github_it_stays_what_was_said(frozen: World) -> None:
    told = frozen.tool.run("plan", "--sandbox", "--format", "markdown").expect(0).stdout
    page = MarkdownIt("commonmark").enable("table").render(told)
    assert "x.example" in page
    assert "<a " not in page.partition("On hold")[2].partition("<details>")[0]
    story(frozen, "markdown", "plan --sandbox --format markdown", "hold list --format markdown")


def test_programs_read_it(frozen: World) -> None:
    plan = json.loads(frozen.tool.run("plan", "--sandbox", "--format", "json").expect(0).stdout)
    tasks = next(m for m in plan["plan"]["mappings"] if m["name"] == "tasks")
    (record, field) = tasks["on_hold"]
    assert record["hold"]["reason"] == "The client looks at the drawings"
    assert record["questions"] == ["pour-slab"]
    assert {(w["key"], w["side"], w["change"]) for w in record["waiting"]} == {
        ("pour-slab", "git", "edited"),
        ("pour-slab", "notion", "edited"),
    }
    assert field["waiting"] == [
        {"key": "order-beams", "side": "notion", "change": "edited", "fields": ["hours"]}
    ]
    listed = json.loads(frozen.tool.run("hold", "list", "--format", "json").expect(0).stdout)
    assert [h["until"] for h in listed["holds"]] == ["2999-12-24", None, None]


def test_it_goes_on_once_that_is_committed(held: World) -> None:
    held.tool.git("add", "-A")
    held.tool.git("commit", "-q", "-m", "Hold")
    story(
        held,
        "released",
        "apply --sandbox --yes",
        "hold remove tasks --field hours",
        "apply --sandbox --yes",
    )
    held.tool.git("commit", "-q", "-a", "-m", "Go on")
    held.tool.run("apply", "--sandbox", "--yes").expect(0)
    assert "hours: 9" in (held.root / "state/records/tasks/order-beams.yaml").read_text("utf-8")


def test_a_slash_without_a_key_does_not_mean_the_whole_mapping(world: World) -> None:
    done = world.tool.run("hold", "add", "tasks/", "--reason", "x").expect(64)
    assert "tasks/ names no record; write tasks/KEY" in done.stderr


def test_one_that_was_never_committed_is_taken_back_by_the_beginning_of_a_key(
    world: World,
) -> None:
    for key in ("pour-slab", "paint-gate"):
        world.tool.run("hold", "add", "tasks", key, "--reason", "We ask first").expect(0)
    story(world, "taken-back", "hold remove tasks p", "hold remove tasks pou")
    world.tool.run("apply", "--sandbox", "--yes").expect(0)


def test_a_record_that_only_notion_knows_is_asked_about_there(world: World) -> None:
    world.tool.run("sandbox", "clock", "set", "2020-03-03T10:00:00Z", "--stopped").expect(0)
    world.tool.run("sandbox", "add", "tasks", "Name=Paint the door").expect(0)
    world.tool.run("sandbox", "clock", "set", "2020-03-03T11:00:00Z", "--stopped").expect(0)
    words = ("hold", "add", "tasks", "paint-the-door", "--reason", "x")
    assert "there is no record" in world.tool.run(*words).expect(64).stderr
    assert "On hold: tasks/paint-the-door-" in world.tool.run(*words, "--sandbox").expect(0).stderr
    assert "1 new record in Notion waits." in world.tool.run("plan", "--sandbox").expect(0).stdout


def test_the_file_keeps_what_people_wrote_in_it(held: World) -> None:
    path = held.root / FILE
    text = path.read_text("utf-8").replace(
        "  - mapping: projects", f"  {COMMENT}  - mapping: projects"
    )
    path.write_text(text, "utf-8")
    held.tool.run("hold", "add", "tasks", "paint-gate", "--reason", "no: colour").expect(0)
    held.tool.run("hold", "remove", "tasks/pour-slab").expect(0)
    after = path.read_text("utf-8")
    assert COMMENT in after
    assert "pour-slab" not in after
    assert 'reason: "no: colour"' in after
    for words in ("projects", "tasks --field hours", "tasks paint-gate"):
        held.tool.run("hold", "remove", *words.split()).expect(0)
    left = path.read_text("utf-8")  # a person's comment is not thrown away with the last hold
    assert COMMENT in left
    assert "holds: []" in left
    held.tool.run("plan", "--sandbox").expect(0)


def test_the_file_goes_with_its_last_hold(world: World) -> None:
    world.tool.run("hold", "add", "tasks", "paint-gate", "--reason", "x").expect(0)
    world.tool.run("hold", "remove", "tasks", "paint-gate").expect(0)
    assert not (world.root / FILE).exists()


def test_a_hold_that_is_over_makes_way_for_a_new_one(world: World) -> None:
    over = "  - {}\n".format(
        "mapping: tasks\n    record: pour-slab\n    reason: a\n    until: 2020-01-01"
    )
    (world.root / FILE).write_text(f"format_version: 1\nholds:\n{over}", "utf-8")
    assert "hold ended" in world.tool.run("plan", "--sandbox").expect(0).stdout
    world.tool.run("hold", "add", "tasks", "pour-slab", "--reason", "b").expect(0)
    text = (world.root / FILE).read_text("utf-8")
    assert "reason: b" in text
    assert "reason: a" not in text


def test_a_list_in_brackets_is_left_to_people(world: World) -> None:
    text = "format_version: 1\nholds: [{mapping: tasks, record: pour-slab, reason: a}]\n"
    (world.root / FILE).write_text(text, "utf-8")
    world.tool.run("hold", "add", "projects", "--reason", "b").expect(4)
    assert (world.root / FILE).read_text("utf-8") == text
