"""What `backups` tells and brings back, held against `backups/`; UPDATE_GOLDEN=1 writes it anew."""

import json
import os
import re
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from notion_gitops.text.columns import width
from tests.cli.cli_world import HERE, WIDTH, World

STORIES = {
    "list": ("backups list --sandbox", 0),
    "list-one": ("backups list tasks pour-slab --sandbox", 0),
    "list-few": ("backups list tasks --limit 1 --sandbox", 0),
    "list.json": ("backups list tasks pour-slab --sandbox --format json", 0),
    "list-elsewhere": ("backups list tasks", 0),
    "show-elsewhere": ("backups show {rule}", 64),
    "show.md": ("backups show {rule} --sandbox --format markdown", 0),
    "show": ("backups show {rule} --sandbox", 0),
    "show-deleted": ("backups show {deleted} --sandbox", 0),
    "show-one.json": ("backups show {rule} tasks pour-slab --sandbox --format json", 0),
    "restore-field": ("backups restore {rule} tasks pour-slab --sandbox", 0),
    "restore-deleted-in-git": ("backups restore {deleted} tasks paint-gate --sandbox", 0),
    "restore-deleted-in-notion": ("backups restore {deleted} tasks order-beams --sandbox", 0),
    "restore-gone": ("backups restore {rule} tasks order-beams --sandbox", 3),
    "restore.md": ("backups restore {rule} tasks pour-slab --sandbox --format markdown", 0),
    "no-such-sync": ("backups show 2031 --sandbox", 64),
    "no-such-key": ("backups restore {rule} tasks pour-slap --sandbox", 64),
    "no-such-field": ("backups restore {rule} tasks pour-slab --field hour --sandbox", 64),
    "nonsense": ("plan --sandbox --restore tasks:pour-slab", 64),
    "offline": ("plan --offline --sandbox --restore {rule}/tasks", 64),
}
_VARIES = (
    (re.compile(r'"\d{4}-\d\d-\d\dT[\d:.]+\+00:00"'), '"TIME"'),
    (re.compile(r"\b[0-9a-f]{40}\b"), "COMMIT"),
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC"), "2026-11-24 14:06 UTC"),
    (re.compile(r"[A-Z][a-z]{2} \d+ [A-Z][a-z]{2} \d\d:\d\d UTC"), "TODAY"),
)
Ids = dict[str, str]
FILE = "state/records/tasks/{}.yaml"


@pytest.fixture(scope="module")
def synced(_good: World, tmp_path_factory: pytest.TempPathFactory) -> World:
    """A sync in which a rule decided and an edit came in, another that deleted on both sides."""
    world = _good.copied(tmp_path_factory.mktemp("kept"))
    _change(
        world,
        "mappings/tasks.yaml",
        "priority: {property: Priority,",
        "priority: {property: Priority, sensitive: true,",
    )
    _change(world, FILE.format("pour-slab"), "hours: 72", "hours: 80")
    world.tool.git("commit", "-q", "-a", "-m", "More hours")
    edit = ("sandbox", "edit", "tasks")
    world.tool.run(*edit, "pour-slab", "Hours=90", "Due=2026-12-09", "Task ID=slab-7").expect(0)
    world.tool.run(*edit, "order-beams", "Priority=high").expect(0)
    world.tool.run("apply", "--sandbox", "--yes").expect(0)
    world.tool.git("rm", "-q", FILE.format("paint-gate"))
    world.tool.git("commit", "-q", "-m", "The gate is painted")
    world.tool.run("sandbox", "trash", "tasks", "order-beams").expect(0)
    world.tool.run("apply", "--sandbox", "--yes").expect(0)
    return world


@pytest.fixture(scope="module")
def ids(synced: World) -> dict[str, str]:
    """The ids of the two syncs."""
    log = synced.tool.run("log", "--sandbox", "--format", "json").expect(0).stdout
    deleted, rule = (line["sync_id"] for line in json.loads(log)["syncs"][:2])
    return {"rule": rule, "deleted": deleted}


@pytest.fixture
def kept(synced: World, tmp_path: Path) -> World:
    """The same world, to do anything to."""
    return synced.copied(tmp_path)


def _change(world: World, path: str, old: str, new: str) -> None:
    file = world.root / path
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def _hold(name: str, found: str) -> None:
    golden = Path(HERE, "backups", name if "." in name else f"{name}.txt")
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(found, "utf-8")
    assert found == golden.read_text("utf-8")
    if golden.suffix == ".txt":
        assert [line for line in found.splitlines() if width(line) > WIDTH] == []


def _normal(world: World, text: str) -> str:
    for pattern, word in _VARIES:
        text = pattern.sub(word, text)
    return world.normal(text)


@pytest.mark.parametrize("name", STORIES)
def test_it_is_told_in_the_same_words(synced: World, ids: Ids, name: str) -> None:
    command, code = STORIES[name]
    words = command.format(**ids).split()
    before = synced.everything()
    done = synced.tool.run(*words).expect(code)
    assert synced.everything() == before  # a restore is a plan: no file, no ref, nothing in Notion
    _hold(name, _normal(synced, done.stdout + done.stderr))


def test_what_is_restored_is_done_recorded_and_quiet(kept: World, ids: Ids) -> None:
    wishes = "--restore {rule}/tasks/pour-slab:hours --restore {deleted}/tasks"
    words = ("apply --sandbox --yes " + wishes).format(**ids).split()
    done = kept.tool.run(*words).expect(0)
    message = kept.tool.git("log", "-1", "--format=%B")
    _hold("applied", _normal(kept, f"{done.stdout}{done.stderr}\n{message}"))
    assert "hours: 90" in (kept.root / FILE.format("pour-slab")).read_text("utf-8")
    assert "title: Paint the gate" in (kept.root / FILE.format("paint-gate")).read_text("utf-8")
    assert "title: Order the beams" in (kept.root / FILE.format("order-beams")).read_text("utf-8")
    kept.tool.run("plan", "--sandbox", "--detailed-exitcode").expect(0)


def test_a_person_is_asked_first(kept: World, ids: Ids) -> None:
    words = "apply --sandbox --restore {rule}/tasks/pour-slab".format(**ids).split()
    before = kept.everything()
    shown = kept.tool.typed("n\n", *words).expect(4).stdout
    assert "restored from the backup of sync" in shown
    assert kept.everything() == before
    shown = kept.tool.typed("y\n", *words).expect(0).stdout
    assert "Restored" in shown
    assert "hours: 90" in (kept.root / FILE.format("pour-slab")).read_text("utf-8")


def test_an_edit_since_is_not_overwritten(kept: World, ids: Ids) -> None:
    _change(kept, FILE.format("pour-slab"), "hours: 80", "hours: 85")
    kept.tool.git("commit", "-q", "-a", "-m", "Even more hours")
    words = "backups restore {rule} tasks pour-slab --field hours --sandbox".format(**ids).split()
    done = kept.tool.run(*words).expect(3)
    _hold("restore-refused", _normal(kept, done.stdout + done.stderr))
    words = "apply --sandbox --yes --restore {rule}/tasks/pour-slab:hours".format(**ids).split()
    done = kept.tool.run(*words).expect(3)
    _hold("applied-refused", _normal(kept, done.stdout + done.stderr))
    assert "hours: 85" in (kept.root / FILE.format("pour-slab")).read_text("utf-8")


def test_a_run_that_did_not_come_to_its_end_is_listed(kept: World, ids: Ids) -> None:
    state = kept.tool.git("show", "refs/notion-gitops/sandbox:backup.jsonl").splitlines()
    begin = {"what": "begin", "at": "2026-11-24T14:00:00+00:00", "sync": "20261124T1400Z-kill"}
    lines = [begin, {"what": "backups", "at": begin["at"], "backups": [json.loads(state[1])]}]
    journal = kept.root / ".notion-gitops/journal.jsonl"
    journal.write_text("".join(f"{json.dumps(line)}\n" for line in lines) + '{"what": "ba')
    shown = kept.tool.run("backups", "list", "--sync", "kill", "--sandbox").expect(0).stdout
    assert "a run that did not come to its end" in shown
    assert "tasks/" in shown


def test_sensitive_values_are_digests_and_come_back(kept: World, ids: Ids) -> None:
    for form in ("text", "json"):
        for command in ("show {rule} tasks", "restore {rule} tasks order-beams"):
            words = f"backups {command} --sandbox --format {form}".format(**ids).split()
            shown = kept.tool.run(*words).stdout
            assert not {"normal", "high"} & set(re.findall(r"\w+", shown))
            assert "sha256:" in shown or "restore" in command
    kept.tool.run(*"apply --sandbox --yes --restore {deleted}/tasks".format(**ids).split()).expect(
        0
    )
    words = "backups list tasks order-beams --sandbox --format json".format(**ids).split()
    found = json.loads(kept.tool.run(*words).expect(0).stdout)["backups"]
    older = next(b["sync_id"] for b in reversed(found) if b["fields"] == ["priority"])
    words = f"apply --sandbox --yes --restore {older}/tasks/order-beams".split()
    shown = kept.tool.run(*words).expect(0).stdout
    assert "normal" not in shown
    assert "priority: normal" in (kept.root / FILE.format("order-beams")).read_text("utf-8")


def test_it_fits_a_narrow_screen_and_its_markdown_is_markdown(synced: World, ids: Ids) -> None:
    for command in ("list", "show {rule}", "restore {rule} tasks pour-slab"):
        words = f"backups {command} --sandbox".format(**ids).split()
        done = synced.tool.run(*words, COLUMNS="60")
        assert [line for line in done.lines if width(line) > 60] == []
        shown = synced.tool.run(*words, "--format", "markdown").stdout
        tokens = MarkdownIt("commonmark").enable("table").parse(shown)
        assert {"html_inline"}.isdisjoint(t.type for t in tokens)
