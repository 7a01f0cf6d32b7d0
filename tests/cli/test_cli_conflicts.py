"""The open questions on the command line: seen, answered one by one or all at once, carried out."""

import json
import os
import re
from pathlib import Path

import pytest

from notion_gitops.text.columns import width
from tests.cli.cli_world import HERE, WIDTH, World

DUE = "state/conflicts/tasks/pour-slab.yaml"
DAY = "2026-12-05"  # that its task was due when both sides agreed
WHOLE = "state/conflicts/tasks/order-beams.yaml"
FIXED = {
    r"20\d\d-\d\d-\d\d \d\d:\d\d": "2026-11-24 14:02",
    r"since: .*": "since: 2026-11-24T14:06:00Z",
    r"commit [0-9a-f]{7}": "commit a1b2c3d",
    r"[0-9a-f]{32}": "3fe0b1c2d4e54f6a8b9c0d1e2f49b7ee",
}


@pytest.fixture(scope="module")
def _asked(_good: World, tmp_path_factory: pytest.TempPathFactory) -> World:
    """Two questions about one record, and one about another that git deleted and Notion edited."""
    world = _good.copied(tmp_path_factory.mktemp("asked"))
    file = world.root / "state/records/tasks/pour-slab.yaml"
    text = file.read_text("utf-8").replace("2026-12-05", "2026-12-06")
    file.write_text(text.replace("Pour the slab", "Pour the slab, north"), "utf-8")
    world.tool.git("rm", "-q", "state/records/tasks/order-beams.yaml")
    world.tool.git("commit", "-q", "-a", "-m", "Move a date, drop the beams")
    edit = ("sandbox", "edit", "tasks")
    world.tool.run(*edit, "pour-slab", "Due=2026-12-07", "Name=Pour the slab, south").expect(0)
    world.tool.run(*edit, "order-beams", "Hours=9").expect(0)
    world.tool.run("apply", "--sandbox", "--yes").expect(3)
    return world


@pytest.fixture
def asked(_asked: World, tmp_path: Path) -> World:
    """The same, to do anything to."""
    return _asked.copied(tmp_path)


def _text(world: World, path: str) -> str:
    return (world.root / path).read_text("utf-8")


def _answers(world: World, path: str) -> list[str]:
    found = re.findall(r"resolution:(.*)", _text(world, path).partition("\nformat_version")[2])
    return [answer.strip() for answer in found]


def _fix(world: World) -> None:
    """Put in fixed words for what differs from run to run."""
    for path in (DUE, WHOLE):
        text = _text(world, path)
        for pattern, fixed in FIXED.items():
            text = re.sub(pattern, fixed, text)
        (world.root / path).write_text(text, "utf-8")


def _golden(name: str, found: str) -> None:
    """Hold a text against the one on file; with UPDATE_GOLDEN=1 it is written anew."""
    file = HERE / "conflicts" / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(found, "utf-8")
    assert found == file.read_text("utf-8")


# --- seeing -------------------------------------------------------------------------------


@pytest.mark.parametrize("columns", [80, 44])
@pytest.mark.parametrize("key", ["pour-slab", "tasks/order-beams"])
def test_both_sides_beside_one_another(asked: World, key: str, columns: int) -> None:
    _fix(asked)
    shown = asked.tool.run("conflicts", "show", key, COLUMNS=str(columns)).expect(0)
    assert [line for line in shown.lines if width(line) > columns] == []
    _golden(f"show-{key.rpartition('/')[2]}-{columns}", shown.stdout)


def test_a_long_text_is_told_by_what_each_side_changed(asked: World) -> None:
    lines = ["The same line, which is a good deal longer than the screen is wide " * 2, "", "- one"]
    blocks = {
        "2026-12-05": "\n".join([*lines, "- two"]),
        "2026-12-06": "\n".join([*lines, "- two \x1b[31m", "- three"]),
        "2026-12-07": "\n".join([*lines, "- 2"]),
    }
    _fix(asked)
    text = _text(asked, DUE)
    for value, block in blocks.items():
        text = text.replace(f" {value} ", f" {json.dumps(block)} ").replace(
            f" {value}\n", f" {json.dumps(block)}\n"
        )
    (asked.root / DUE).write_text(text, "utf-8")
    show = ("conflicts", "show", "pour-slab")
    wide, narrow = (asked.tool.run(*show, COLUMNS=c).expect(0).stdout for c in ("80", "44"))
    assert "\x1b" not in wide + narrow
    assert [line for line in wide.splitlines() if width(line) > WIDTH] == []
    assert [line for line in narrow.splitlines() if width(line) > 44] == []
    _golden("show-long", narrow)


def test_the_file_itself_and_the_forms_for_machines(asked: World) -> None:
    show = ("conflicts", "show", "pour-slab")
    assert asked.tool.run(*show, "--file").expect(0).stdout == _text(asked, DUE)
    record = json.loads(asked.tool.run(*show, "--format", "json").expect(0).stdout)["record"]
    due = next(q for q in record["questions"] if q["field"] == "due")
    assert (due["base"], due["git"], due["notion"]) == ("2026-12-05", "2026-12-06", "2026-12-07")
    assert "Bo Chen" in due["git_edit"]
    assert due["notion_edit"].startswith("page last edited")
    assert "- due\n" in asked.tool.run(*show, "--format", "markdown").expect(0).stdout


# --- one answer ---------------------------------------------------------------------------


def test_an_answer_changes_nothing_else_in_the_file(asked: World) -> None:
    before = _text(asked, DUE).replace("resolution:\n", "resolution:   # ask Carla\n", 1)
    content = b"\xef\xbb\xbf" + before.replace("\n", "\r\n").encode()
    (asked.root / DUE).write_bytes(content)
    for answer, written in (
        (("--take", "git"), b" git"),
        (("--value", "2026-12-10"), b" {value: 2026-12-10}"),
        (("--clear",), b""),
    ):
        asked.tool.run("conflicts", "resolve", "pour-slab", "--field", "due", *answer).expect(0)
        expected = content.replace(b"resolution:   #", b"resolution:" + written + b"   #")
        assert (asked.root / DUE).read_bytes() == expected


def test_answers_by_hand_are_answered_anew(asked: World) -> None:
    text = _text(asked, DUE)
    for by_hand in (" value: 2026-12-10", "\n      value: 2026-12-10", " {value: 2026-12-10}"):
        (asked.root / DUE).write_text(
            text.replace("resolution:\n", f"resolution:{by_hand} # mine\n", 1), "utf-8"
        )
        run = ("conflicts", "resolve", "pour-slab", "--field", "due", "--take", "base")
        asked.tool.run(*run).expect(0)
        assert _text(asked, DUE) == text.replace("resolution:\n", "resolution: base # mine\n", 1)


@pytest.mark.parametrize(
    "words",
    [
        "Pour #2: the slab",
        '"Pour" it',
        *(pytest.param(t, marks=pytest.mark.slow) for t in ("Pour, and level", "it's poured")),
        *(pytest.param(t, marks=pytest.mark.slow) for t in ("[Pour", "1. Pour")),
    ],
)
def test_a_value_may_be_any_text(asked: World, words: str) -> None:
    run = ("conflicts", "resolve", "pour-slab", "--field", "title", "--value", words)
    asked.tool.run(*run).expect(0)
    asked.tool.run("conflicts", "resolve", "pour-slab", "--field", "due", "--take", "git").expect(0)
    asked.tool.run("conflicts", "resolve", "order-beams", "--take", "notion").expect(0)
    asked.tool.run("apply", "--sandbox", "--yes").expect(0)
    shown = asked.tool.run("sandbox", "show", "tasks").expect(0).stdout
    assert words in shown
    assert not (asked.root / DUE).exists()


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (("pour-slab", "--field", "due", "--value", "soon"), "2026-06-01"),
        (("pour-slab", "--field", "title", "--value", ""), "required"),
        (("pour-slab", "--field", "hours", "--take", "git"), "It asks about: due, title"),
        (("pour-slab", "--take", "git"), "Say --field, or --all"),
        (("order-beams", "--take", "base"), "not possible here"),
        (("order-beams", "--value", "3"), "write git or notion"),
        (("order-beam", "--take", "git"), 'did you mean "order-beams"?'),
        (("--all", "--field", "due", "--value", "soon", "--yes"), "2026-06-01"),
    ],
)
def test_what_is_no_answer_is_told_and_not_written(
    asked: World, answer: tuple[str, ...], told: str
) -> None:
    before = asked.everything()
    done = asked.tool.run("conflicts", "resolve", *answer)
    assert done.code in (64, 65)
    assert told in " ".join(done.stderr.split())
    assert asked.everything() == before


# --- many answers -------------------------------------------------------------------------


def test_all_at_once_shows_what_it_answers_and_asks(asked: World) -> None:
    everything = ("conflicts", "resolve", "--all", "--take", "notion")
    before = asked.everything()
    refused = asked.tool.run(*everything).expect(4)
    assert "--yes" in refused.stderr
    _golden("resolve-all", refused.stdout)
    assert "you said no" in asked.tool.typed("n\n", *everything).expect(4).stdout
    assert asked.everything() == before
    asked.tool.typed("y\n", *everything).expect(0)
    assert _answers(asked, DUE) == ["notion", "notion"]
    assert _answers(asked, WHOLE) == ["notion"]
    asked.tool.run("conflicts", "list").expect(0)
    asked.tool.run("apply", "--sandbox", "--yes").expect(0)
    assert (asked.root / "state/records/tasks/order-beams.yaml").exists()
    assert "2026-12-07" in _text(asked, "state/records/tasks/pour-slab.yaml")


def test_an_answer_that_stands_is_left_alone_unless_it_is_said(asked: World) -> None:
    resolve = ("conflicts", "resolve")
    asked.tool.run(*resolve, "pour-slab", "--field", "due", "--value", "2026-12-10").expect(0)
    every = (*resolve, "--all", "--take", "git", "--yes")
    told = asked.tool.run(*every).expect(0)
    assert "--overwrite" in told.stdout
    assert _answers(asked, DUE) == ["{value: 2026-12-10}", "git"]
    assert asked.tool.run(*every).expect(0).stdout.startswith("No question to answer.")
    asked.tool.run(*every, "--overwrite").expect(0)
    assert _answers(asked, DUE) == ["git", "git"]
    asked.tool.run(*resolve, "--all", "--clear", "--yes").expect(0)
    assert _answers(asked, DUE) + _answers(asked, WHOLE) == ["", "", ""]


@pytest.mark.parametrize(
    ("narrowed", "expected"),
    [
        (("pour-slab",), ["base", "base"]),
        (("--field", "due"), ["base", ""]),
        (("--mapping", "tasks"), ["base", "base"]),
        (("--mapping", "projects"), ["", ""]),
    ],
)
def test_all_of_a_record_a_field_or_a_mapping(
    asked: World, narrowed: tuple[str, ...], expected: list[str]
) -> None:
    run = ("conflicts", "resolve", "--all", *narrowed, "--take", "base", "--yes")
    asked.tool.run(*run).expect(0)
    assert _answers(asked, DUE) == expected
    assert _answers(asked, WHOLE) == [""]  # base is no answer about a record


def test_one_file_that_cannot_be_read_stops_all_answers(asked: World) -> None:
    (asked.root / WHOLE).write_text("{", "utf-8")
    before = asked.everything()
    done = asked.tool.run("conflicts", "resolve", "--all", "--take", "git", "--yes").expect(65)
    assert WHOLE in done.stderr
    assert asked.everything() == before


# --- one by one ---------------------------------------------------------------------------


def test_a_walk_through_all_questions(asked: World) -> None:
    keys = "what\ngit\nv\nsoon\nv\n\nv\n2026-12-10\ns\n"
    shown = asked.tool.typed(keys, "conflicts", "walk").expect(3).stdout
    told = [line for line in shown.splitlines() if "(q)uit" not in line]  # typed ahead, so joined
    assert [line for line in told if width(line) > WIDTH] == []
    assert "That is none of them" in shown
    assert "2026-06-01" in shown  # how a date is written
    assert "2 questions answered, 1 left open" in shown
    assert _answers(asked, WHOLE) == ["git"]
    assert _answers(asked, DUE) == ["{value: 2026-12-10}", ""]
    shown = asked.tool.typed("b\n", "conflicts", "walk", "--field", "title").expect(0).stdout
    assert "1 of 1" in shown
    assert "Nothing is open" in asked.tool.typed("", "conflicts", "walk").expect(0).stdout
    asked.tool.run("apply", "--sandbox", "--yes").expect(0)
    assert "2026-12-10" in _text(asked, "state/records/tasks/pour-slab.yaml")
    assert "Pour the slab\n" in _text(asked, "state/records/tasks/pour-slab.yaml")


@pytest.mark.parametrize("keys", ["n\nq\n", "n\n\x04"])
def test_what_was_answered_stays_when_the_walk_ends(asked: World, keys: str) -> None:
    shown = asked.tool.typed(keys, "conflicts", "walk").expect(3).stdout
    assert "1 question answered, 2 left open" in shown
    assert "Traceback" not in shown
    assert _answers(asked, WHOLE) == ["notion"]
    assert _answers(asked, DUE) == ["", ""]


# --- carried out ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "value"), [(("--value", "2026-12-24"), "2026-12-24"), (("--take", "base"), DAY)]
)
@pytest.mark.parametrize("more", [False, True], ids=["alone", "with another edit"])
def test_a_plan_says_that_a_person_decided_what_both_sides_get(
    asked: World, answer: tuple[str, str], value: str, more: bool
) -> None:
    resolve = ("conflicts", "resolve", "pour-slab", "--field")
    asked.tool.run(*resolve, "due", *answer).expect(0)
    asked.tool.run(*resolve, "title", "--take", "git").expect(0)
    if more:
        asked.tool.run("sandbox", "edit", "tasks", "pour-slab", "Hours=77").expect(0)
    said = asked.tool.run("plan", "--sandbox").expect(0).stdout
    what = "both ways, partly decided" if more else "on both sides, decided"
    assert re.search(rf"pour-slab +{what} by a person\n", said), said
    assert re.search(rf"due +2026-12-06 -> {value} +in git\n", said), said
    assert re.search(rf"due +2026-12-07 -> {value} +in Notion\n", said), said
    assert re.search(r"title .* -> Pour the slab, north +git to Notion\n", said), said
