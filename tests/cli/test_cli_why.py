"""What `why` and `log KEY` tell, held against `stories/`; UPDATE_GOLDEN=1 writes these anew."""

import json
import os
import re
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from notion_gitops.text.columns import width
from tests.cli.cli_world import HERE, WIDTH, World, good_world

STORIES = {
    "agreed": "why tasks paint-gate --sandbox",
    "asked": "why pour-slab --sandbox",
    "decided-by-rule": "why tasks order-beams hours --sandbox",
    "both-edit": "why tasks pour-slab title --sandbox",
    "not-asked": "why tasks pour --offline --sandbox",
    "not-of-the-sandbox": "why tasks pour-slab --offline",
    "one-file": "why projects hall-b --sandbox",
    "in-git-alone": "why tasks/new-task --sandbox",
    "for-programs": "why tasks pour-slab due --sandbox --format json",
    "for-comments": "why tasks pour-slab --sandbox --format markdown",
    "history": "log tasks pour-slab --sandbox",
    "history-of-a-new-one": "log new-task --sandbox",
    "history-in-one-file": "log projects hall-b -n 1 --sandbox",
    "history-for-programs": "log tasks order-beams --sandbox --format json",
    "history-for-comments": "log tasks pour-slab --sandbox --format markdown",
}
LONG_AGO = {f"GIT_{who}_DATE": "2020-03-0{day}T09:00:00Z" for who in ("AUTHOR", "COMMITTER")}
_VARIES = (
    (re.compile(r'"\d{4}-\d\d-\d\dT[\d:.]+\+00:00"'), '"TIME"'),
    (re.compile(r"\b[0-9a-f]{40}\b"), "COMMIT"),
    (re.compile(r"[A-Z][a-z]{2} \d+ [A-Z][a-z]{2} \d\d:\d\d UTC"), "TODAY"),
)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Edits on both sides long ago: of one record asked about, of another decided by rule."""
    world = good_world(tmp_path_factory.mktemp("why"), on(1))
    mapping = world.root / "mappings/tasks.yaml"
    text = mapping.read_text("utf-8")
    hidden = "priority: {property: Priority, sensitive: true,"
    mapping.write_text(text.replace("priority: {property: Priority,", hidden), "utf-8")
    _edit(world, "pour-slab", "2026-12-05", "2026-12-06")
    _edit(world, "pour-slab", "priority: high", "priority: low")
    world = world.with_environment(on(2))
    world.tool.git("commit", "-q", "-a", "-m", "Move a date")
    _colleague(world, "2020-03-03T10:00:00Z", "pour-slab", "Due=2026-12-07")
    world = world.with_environment(on(4))
    world.tool.run("apply", "--sandbox", "--yes").expect(3)
    _edit(world, "order-beams", "hours: 6", "hours: 8")
    _edit(world, "order-beams", "status: todo", "status: doing")
    new = "title: New task\n\nstatus: todo\n\nhours: 1\n"
    (world.root / "state/records/tasks/new-task.yaml").write_text(new, "utf-8")
    world = world.with_environment(on(5))
    world.tool.git("add", "-A")
    world.tool.git("commit", "-q", "-m", "More hours")
    _colleague(world, "2020-03-06T10:00:00Z", "order-beams", "Hours=9")
    return world


def on(day: int) -> dict[str, str]:
    """What makes git commit on that day."""
    return {name: text.format(day=day) for name, text in LONG_AGO.items()}


def _edit(world: World, key: str, old: str, new: str) -> None:
    file = world.root / f"state/records/tasks/{key}.yaml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def _colleague(world: World, at: str, key: str, *values: str) -> None:
    world.tool.run("sandbox", "clock", "set", at, "--stopped").expect(0)
    edit = ("sandbox", "edit", "tasks", key, "--by", "Bo Chen", *values)
    world.tool.run(*edit).expect(0)


@pytest.mark.parametrize("name", STORIES)
def test_a_story_is_told_in_the_same_words(told: World, name: str) -> None:
    command = STORIES[name]
    before = told.everything()
    done = told.tool.run(*command.split()).expect(0)
    assert told.everything() == before  # no file, no ref, and nothing in Notion
    assert done.stderr == ""
    found = done.stdout
    for pattern, word in _VARIES:
        found = pattern.sub(word, found)
    found = told.normal(found)
    golden = Path(HERE, "stories", f"{name}.{'json' if 'json' in command else 'txt'}")
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(found, "utf-8")
    assert found == golden.read_text("utf-8")
    if "--format" not in command:
        assert [line for line in found.splitlines() if width(line) > WIDTH] == []


def test_a_sensitive_value_is_told_as_a_digest(told: World) -> None:
    words = ("why", "tasks", "pour-slab", "priority", "--sandbox", "--format")
    for form in ("text", "json", "markdown"):
        shown = told.tool.run(*words, form).expect(0).stdout
        assert "sha256:" in shown
        assert "low" not in shown
    assert json.loads(told.tool.run(*words, "json").stdout)["story"]["key"] == "pour-slab"


def test_it_fits_a_narrow_screen_and_its_markdown_is_markdown(told: World) -> None:
    done = told.tool.run("why", "pour-slab", "--sandbox", COLUMNS="60").expect(0)
    assert [line for line in done.lines if width(line) > 60] == []
    words = ("why", "pour-slab", "--sandbox", "--format", "markdown")
    tokens = MarkdownIt("commonmark").enable("table").parse(told.tool.run(*words).stdout)
    assert {"html_block", "html_inline"}.isdisjoint(t.type for t in tokens)


def test_an_edit_that_is_not_committed_has_the_time_of_its_file(
    told: World, tmp_path: Path
) -> None:
    world = told.copied(tmp_path)
    _edit(world, "paint-gate", "hours: 16", "hours: 17")
    file = world.root / "state/records/tasks/paint-gate.yaml"
    os.utime(file, (1583600000, 1583600000))
    shown = world.tool.run("why", "paint-gate", "--sandbox").expect(0).stdout
    assert "git          17  (not committed, Sat 7 Mar 2020 16:53 UTC)" in shown
    assert "hours: to Notion" in shown
