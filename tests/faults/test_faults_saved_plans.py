"""A plan that is saved, reviewed and then applied: exactly that, or it is said why not."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from notion_gitops.cli.main import run as run_command
from notion_gitops.model.errors import ExitCode
from notion_gitops.state.saved_plan import dump_saved, parse_saved
from tests.faults.faults_transport import Json
from tests.faults.faults_world import World


@pytest.fixture
def file(world: World) -> Path:
    """A saved plan: two pages are updated, one is created, one file is written."""
    world.write("t1", hours=101)
    world.write("t2", hours=102)
    world.edit_git("new", title="New", status="todo", team=["red"])
    world.edit_notion("t3", hours=33)
    path = world.root.parent / "reviewed.plan"
    ran = world.run("plan", "--out", str(path))
    assert ran.code == ExitCode.DONE, ran.text
    assert f"notion-gitops apply {path}" in ran.err
    return path


def apply(world: World, file: Path, *options: str) -> Json:
    ran = world.run("apply", str(file), "--format", "json", *options)
    assert ran.out, ran.text
    result: Json = json.loads(ran.out)["sync"]
    assert result["exit_code"] == ran.code
    return result


def show(world: World, file: Path, *options: str) -> str:
    """It needs no workspace."""
    world.capsys.readouterr()
    assert run_command(["show", str(file), *options]) == ExitCode.DONE
    return str(world.capsys.readouterr().out)


def test_a_saved_plan_is_shown_and_applied_without_asking(world: World, file: Path) -> None:
    shown = show(world, file)
    assert "t1" in shown
    assert "101" in shown
    assert json.loads(show(world, file, "--format", "json"))["report"] == "plan"
    assert "t1" in show(world, file, "--format", "markdown")
    assert world.transport.writes() == []
    result = apply(world, file)
    assert result["exit_code"] == ExitCode.DONE
    assert {o["key"] for o in result["outcomes"]} == {"t1", "t2", "t3", "new", "red"}
    world.at_rest()
    again = world.run("apply", str(file))  # made on another base than what is here by now
    assert again.code == ExitCode.REFUSED
    assert "this plan is of another base" in again.said


def test_what_is_told_next_is_this_file_and_until_when_it_counts(world: World, file: Path) -> None:
    shown = show(world, file)
    assert f"Todothis:notion-gitopsapply{file}-C" in "".join(shown.split())
    said = r"This plan was made \w+ \d+ \w+ [\d:]+ UTC and counts until \w+ \d+ \w+ [\d:]+ UTC\.\n$"
    assert re.search(said, shown)
    old = replace(parse_saved(file.read_text(), ""), made=datetime(2026, 1, 1, tzinfo=UTC))
    file.write_text(dump_saved(old))
    expired = " ".join(show(world, file).split())
    assert "and counted until Fri 2 Jan 00:00 UTC: make it anew" in expired
    file.write_text(dump_saved(replace(old, offline=True)))
    offline = " ".join(show(world, file).split())
    assert "without asking Notion: it can be shown, and not applied." in offline


def check(world: World, file: Path, code: ExitCode) -> Json:
    """It tells and writes nothing."""
    before, writes = world.heads(), len(world.transport.writes())
    ran = world.run("plan", "--check", str(file), "--format", "json")
    assert ran.code == code, ran.text
    assert (world.heads(), len(world.transport.writes())) == (before, writes)
    found: Json = json.loads(ran.out)
    return found


def test_a_saved_plan_is_fresh_until_something_moves(world: World, file: Path) -> None:
    found = check(world, file, ExitCode.DONE)
    assert (found["fresh"], found["operations"], found["stale"]) == (True, 5, [])
    world.edit_notion("t1", note="Meanwhile")
    found = check(world, file, ExitCode.REFUSED)
    assert [(s["mapping"], s["key"]) for s in found["stale"]] == [("tasks", "t1")]
    text = world.run("plan", "--check", str(file))
    assert "1 record would be left out, of 5 operations" in text.said
    assert f"notion-gitopsapply{file}" in "".join(text.out.split())
    world.edit_git("t4", hours=4)
    ran = world.run("plan", "--check", str(file))
    assert ran.code == ExitCode.REFUSED
    assert "this plan is of another commit" in ran.said


def test_a_check_takes_no_other_options(world: World, file: Path) -> None:
    ran = world.run("plan", "--check", str(file), "--full")
    assert ran.code == ExitCode.USAGE
    assert "give --check FILE alone" in ran.said


def test_f077_what_changed_in_notion_since_is_left_out_and_the_rest_is_done(
    world: World, file: Path
) -> None:
    world.edit_notion("t1", note="Seen nobody has this")
    world.edit_notion("t5", hours=55)
    result = apply(world, file)
    assert result["exit_code"] == ExitCode.PARTLY_APPLIED
    outcomes = {o["key"]: o["status"] for o in result["outcomes"]}
    assert outcomes == {
        "t1": "stale", "t2": "applied", "t3": "applied", "new": "applied", "t5": "stale",
        "red": "stale",  # what Notion adds up came out otherwise, with the hours of t5
    }  # fmt: skip
    assert world.in_notion("t1", "Hours") == 1
    assert world.in_notion("t2", "Hours") == 102
    assert world.in_git("t5")["hours"] == 5  # an edit that nobody reviewed
    world.settle()
    assert world.in_notion("t1", "Hours") == 101
    assert world.in_git("t5")["hours"] == 55


def test_what_was_reviewed_as_one_edit_is_not_done_as_another(world: World, file: Path) -> None:
    """It became a conflict: neither side is written, and no question is put on file either."""
    world.edit_notion("t1", hours=11)
    ran = world.run("apply", str(file))
    assert ran.code == ExitCode.PARTLY_APPLIED
    assert not (world.root / "state/conflicts").exists()
    assert "state/conflicts" not in ran.said
    told = " ".join(ran.said.split())
    assert told.count("changed since") == told.count(" stale ") == 2
    assert "tasks/t1 stale changed since the plan was made left as it is; the next plan" in told
    assert (world.in_notion("t1", "Hours"), world.in_git("t1")["hours"]) == (11, 101)
    assert world.apply().code == ExitCode.DECISIONS_REMAIN
    assert (world.in_notion("t1", "Hours"), world.in_git("t1")["hours"]) == (11, 101)


def commits(world: World) -> None:
    world.edit_git("t4", hours=44)


def rewrites(world: World) -> None:
    world.git("commit", "-q", "--amend", "-m", "Otherwise")


def maps_otherwise(world: World) -> None:
    path = world.root / "mappings" / "tasks.yaml"
    path.write_text(path.read_text() + "initial: git\n")
    world.commit()


def syncs(world: World) -> None:
    world.apply()


@pytest.mark.parametrize(
    ("what", "says"),
    [
        (commits, "of another commit"),
        (rewrites, "of another commit"),  # G10
        (maps_otherwise, "of other mappings"),
        (syncs, "of another base"),
    ],
)
def test_p04_t03_a_plan_of_something_else_is_refused_by_its_name(
    world: World, file: Path, what: Callable[[World], None], says: str
) -> None:
    """Holds G10, F076."""
    what(world)
    writes, heads = len(world.transport.writes()), world.heads()
    ran = world.run("apply", str(file))
    assert ran.code == ExitCode.REFUSED, ran.text
    assert f"this plan is {says}" in ran.said
    assert (len(world.transport.writes()), world.heads()) == (writes, heads)


def test_t04_a_plan_that_was_edited_or_is_for_another_notion_is_refused(
    world: World, file: Path
) -> None:
    """Holds P04."""
    text = file.read_text()
    saved = parse_saved(text, "")
    as_written = {
        "it was edited": text.replace('"offline": false', '"offline": true'),
        "for another Notion": text.replace("https://api.notion.com", "https://evil.example"),
    }
    for name, edited in as_written.items():
        file.write_text(edited)
        ran = world.run("apply", str(file))
        assert ran.code == ExitCode.REFUSED, name
        assert "it was edited" in ran.said
    # With a digest that fits, what it was computed from still does not.
    elsewhere = dump_saved(
        type(saved)(**{
            **{name: getattr(saved, name) for name in saved.__slots__},
            "origin": type(saved.origin)(**{
                **{name: getattr(saved.origin, name) for name in saved.origin.__slots__},
                "notion": "https://evil.example",
                "databases": {"tasks": "0"},
            }),
        })
    )  # fmt: skip
    file.write_text(elsewhere)
    ran = world.run("apply", str(file))
    assert ran.code == ExitCode.REFUSED, ran.text
    assert "for another Notion: it says https://evil.example" in ran.said
    assert "for another database of tasks" in ran.said
    assert world.transport.writes() == []


def test_p05_operations_that_nobody_planned_are_not_carried_out(world: World, file: Path) -> None:
    """D12: Somebody who can write a fitting digest still cannot make up an operation."""
    saved = parse_saved(file.read_text(), "")
    operations = {**saved.operations, ("tasks", "t1"): "0" * 32, ("tasks", "t6"): "0" * 32}
    values = {name: getattr(saved, name) for name in saved.__slots__}
    file.write_text(dump_saved(type(saved)(**{**values, "operations": operations})))
    result = apply(world, file)
    assert result["exit_code"] == ExitCode.PARTLY_APPLIED
    outcomes = {o["key"]: o["status"] for o in result["outcomes"]}
    assert (outcomes["t1"], outcomes["t2"]) == ("stale", "applied")
    assert "t6" not in outcomes
    assert "tasks/t6: nothing is to be done" in " ".join(result["notes"])
    assert world.in_notion("t1", "Hours") == 1


def test_p07_a_plan_that_is_a_day_old_or_offline_is_refused(world: World, file: Path) -> None:
    saved = parse_saved(file.read_text(), "")
    values = {name: getattr(saved, name) for name in saved.__slots__}
    for changed, says in (
        ({"made": saved.made - timedelta(hours=24)}, "more than 24 hours old"),
        ({"offline": True}, "made without asking Notion"),
    ):
        file.write_text(dump_saved(type(saved)(**{**values, **changed})))
        ran = world.run("apply", str(file))
        assert ran.code == ExitCode.REFUSED, ran.text
        assert says in ran.said
    assert world.transport.writes() == []


def test_a_saved_plan_takes_no_options_of_another_plan(world: World, file: Path) -> None:
    assert world.run("apply", str(file), "--accept", "tasks.deletes=3").code == ExitCode.USAGE
    assert world.run("apply", str(file), "--all-new").code == ExitCode.USAGE
    assert world.run("plan", "--out", "no/such/folder/x.plan").code == ExitCode.USAGE
