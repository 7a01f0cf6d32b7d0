"""The same through the command line, as processes, against the workspace's own sandbox."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from notion_gitops.sandbox import edits
from tests.workflow.conftest import MakeWorld
from tests.workflow.workflow_samples import MAPPINGS, RECORDS, TASKS, databases
from tests.workflow.workflow_world import World

HIDDEN = "4711-hidden"


@pytest.mark.slow  # the demo and tests/cli play the like in every run
def test_a_day_on_the_command_line(make: MakeWorld) -> None:
    """plan, apply, a quiet plan, edits on both sides, a conflict, its answer, status and log."""
    world = make(databases(), RECORDS)
    _, out, _ = world.command("plan", "--sandbox", "--detailed-exitcode", ok=[2])
    assert "dig" in out
    world.command("apply", "--sandbox", ok=[4])  # no terminal, and no --yes
    assert world.pages("tasks") == []
    _, out, _ = world.command("apply", "--sandbox", "--yes", "--reports", "out")
    assert len(world.pages("tasks")) == 3
    _reports_are_there(world.root / "out")
    world.command("plan", "--sandbox", "--detailed-exitcode", ok=[0])
    before = world.git("rev-parse", "HEAD", "refs/notion-gitops/sandbox")
    world.command("apply", "--sandbox", "--yes", ok=[0])
    assert world.git("rev-parse", "HEAD", "refs/notion-gitops/sandbox") == before
    world.command("sandbox", "edit", "tasks", "dig", "Hours=11", "Due=2026-03-01")
    world.edit("tasks/dig", hours="10", note="By git")
    world.command("apply", "--sandbox", "--yes", ok=[3])
    assert world.conflicts() == {"tasks/dig"}
    _, out, _ = world.command("conflicts", "list", ok=[3])
    assert "tasks/dig" in out
    assert "hours: git 10, Notion 11" in out
    world.command("conflicts", "resolve", "tasks/dig", "--take", "git")
    _, out, _ = world.command("conflicts", "list", ok=[0])
    assert "Answered; the next apply carries it out" in out
    assert "hours: answered, git" in out
    _, out, _ = world.command("conflicts", "show", "dig", "--format", "json")
    (question,) = json.loads(out)["record"]["questions"]
    assert (question["git"], question["notion"], question["answer"]) == (10, 11, "git")
    _, out, _ = world.command("conflicts", "show", "dig", "--format", "markdown")
    assert "answered: git" in out
    world.command("apply", "--sandbox", "--yes", ok=[0])
    assert world.page("tasks/dig")["Hours"] == 10
    assert world.conflicts() == set()
    world.command("status", "--sandbox")
    _, out, _ = world.command("log", "--sandbox")
    assert out.startswith("3 syncs")
    assert world.git("status", "--porcelain") == ""


def _reports_are_there(folder: Path) -> None:
    names = sorted(p.stem for p in folder.glob("*.txt"))
    assert len(names) == 6
    for stem in names:
        told = json.loads((folder / f"{stem}.json").read_text())
        assert told["format_version"] == 1
        assert (folder / f"{stem}.md").read_text().strip()
        text = (folder / f"{stem}.txt").read_text()
        assert text.strip()
        assert "\x1b" not in text


@pytest.mark.slow  # the demo and tests/cli play the like in every run
def test_import_on_the_command_line(make: MakeWorld) -> None:
    pages: list[dict[str, Any]] = [
        {"Name": "Dig the trench", "Status": "In progress", "Hours": 8, "created": "2026-01-02"},
        {"Name": "Somewhere else", "created": "2026-01-02"},
    ]
    world = make(databases([], pages), {"tasks/dig": RECORDS["tasks/dig"] | {"project": ""}})
    world.command("plan", "--sandbox", "--detailed-exitcode", ok=[4])
    _, out, _ = world.command("apply", "--sandbox", "--yes", ok=[5])
    assert "took no part" in out
    assert len(world.pages("tasks")) == 2, "no twin was made"
    world.command("import", "--sandbox", ok=[4])  # nobody to ask
    _, out, _ = world.command("import", "--sandbox", "--yes")
    assert "dig" in out
    world.command("apply", "--sandbox", "--yes")
    assert len(world.pages("tasks")) == 2
    assert world.page("tasks/Dig the trench")["Tags"] == ["green", "red"]
    world.command("plan", "--sandbox", "--detailed-exitcode", ok=[0])


@pytest.fixture
def tried(make: MakeWorld) -> World:
    """Synced once on the command line."""
    world = make(databases(), RECORDS)
    world.command("apply", "--sandbox", "--yes")
    return world


def test_refusals_and_their_exit_codes(tried: World) -> None:
    """Holds I23."""
    world = tried
    world.spell("tasks/dig", note="Not committed")
    _, _, err = world.command("apply", "--sandbox", "--yes", ok=[4])
    assert "--commit-records" in err
    world.command("apply", "--sandbox", "--yes", "--commit-records")
    assert world.page("tasks/dig")["Note"] == "Not committed"
    world.remove("tasks/dig", "tasks/lay", "tasks/test")
    _, out, _ = world.command("plan", "--sandbox", "--detailed-exitcode", ok=[4])
    assert "--accept tasks.deletes=3" in out
    world.command("apply", "--sandbox", "--yes", ok=[4])
    world.command("apply", "--sandbox", "--yes", "--accept", "tasks.deletes=2", ok=[4])
    assert len(world.pages("tasks")) == 3
    world.command("apply", "--sandbox", "--yes", "--accept", "tasks.deletes=3")
    assert world.pages("tasks") == []


def test_an_unreadable_record_is_told_with_its_place(tried: World) -> None:
    world = tried
    world.edit("tasks/dig", due="2026-02-30")
    _, out, err = world.command("apply", "--sandbox", "--yes", ok=[3])
    assert "state/records/tasks/dig.yaml:" in out + err
    world.command("validate", ok=[65])
    world.write("mappings/tasks.yaml", TASKS.replace("type: number", "type: nubmer"))
    _, out, err = world.command("plan", "--sandbox", ok=[65])
    assert "mappings/tasks.yaml:" in out + err
    assert "number" in out + err


def test_an_offline_plan_shows_what_git_would_push(tried: World) -> None:
    world = tried
    world.edit("tasks/dig", hours="10", note=None)
    world.edit("tasks/new", title="New", status="todo")
    _, out, _ = world.command("plan", "--sandbox", "--offline")
    assert "Notion was not read" in out
    assert "hours" in out
    assert "new" in out
    _, out, _ = world.command("plan", "--sandbox", "--offline", "--format", "json")
    assert json.loads(out)["format_version"] == 1
    _, out, _ = world.command("plan", "--sandbox", "--offline", "--format", "markdown")
    assert "Notion was not read" in out


def test_a_sensitive_value_is_nowhere(make: MakeWorld) -> None:
    """Holds I22, T31."""
    mapping = TASKS.replace(
        "note: {property: Note, type: rich_text}",
        "note: {property: Note, type: rich_text, sensitive: true}",
    )
    world = make(
        databases(),
        {"tasks/one": {"title": "One", "status": "todo", "note": HIDDEN}},
        {**MAPPINGS, "tasks": mapping},
    )
    said: list[str] = []
    said += world.command("plan", "--sandbox", "--full")[1:]
    said += world.command("apply", "--sandbox", "--yes", "--reports", "out")[1:]
    said += [p.read_text() for p in (world.root / "out").iterdir()]
    world.command("sandbox", "edit", "tasks", "one", f"Note={HIDDEN}-notion")
    world.edit("tasks/one", note=f"{HIDDEN}-git")
    for form in ("text", "json", "markdown"):
        said += world.command("plan", "--sandbox", "--full", "--format", form)[1:]
    said += world.command("apply", "--sandbox", "--yes", "--reports", "out", ok=[3])[1:]
    said += [p.read_text() for p in (world.root / "out").iterdir()]
    said += world.command("conflicts", "show", "tasks/one")[1:]
    said.append(world.git("log", "--all", "--format=%B"))
    assert not [text for text in said if HIDDEN in text]


def test_a_sensitive_value_that_cannot_be_read_is_nowhere(make: MakeWorld) -> None:
    mapping = TASKS.replace(
        "hours: {property: Hours, type: number}",
        "hours: {property: Hours, type: number, sensitive: true}",
    )
    world = make(databases(), RECORDS, {**MAPPINGS, "tasks": mapping})
    world.edit("tasks/dig", hours=HIDDEN)
    world.write("state/records/tasks/wall.yaml", f"hours: [{HIDDEN}\n")
    world.commit()
    for form in ("text", "json", "markdown"):
        _, planned, _ = world.command("plan", "--sandbox", "--format", form)
        _, checked, _ = world.command("check", "--data", "--sandbox", "--format", form, ok=[3])
        assert "hours: the value cannot be read here" in " ".join(checked.split())
        assert HIDDEN not in planned + checked


def test_check_data_tells_and_counts_what_could_not_be_read(world: World) -> None:
    world.edit("tasks/dig", hours="many")
    world.edit("tasks/test", project="[nope]")
    world.write("state/records/tasks/pour.yaml", "title: [broken\n")
    world.commit()
    _, out, _ = world.command("check", "--data", "--sandbox", ok=[3])
    assert out.startswith("Consistency: 0 records differ, 3 problems, 0 findings\n")
    assert "To put right in tasks (3)" in out
    for where in ("dig.yaml:", "test.yaml:", "pour.yaml:1:8"):
        assert f"      state/records/tasks/{where}" in out
    _, out, _ = world.command("check", "--data", "--sandbox", "--format", "json", ok=[3])
    told = json.loads(out)["problems"]["tasks"]
    assert len(told) == 3
    assert all(each["place"]["line"] for each in told)


@pytest.mark.slow  # the demo and tests/cli play the like in every run
def test_against_a_served_sandbox_with_the_state_branch(make: MakeWorld) -> None:
    """As with the real Notion: a token, a base URL, ids from the environment."""
    world = make(databases(), RECORDS)
    with subprocess.Popen(
        [sys.executable, "-m", "notion_gitops", "sandbox", "serve", "--port", "0"],
        cwd=world.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as server:
        try:
            address = _address(server)
            environment = {
                "NOTION_TOKEN": "sandbox-token",
                "NOTION_PROJECTS": world.source("projects"),
                "NOTION_TASKS": world.source("tasks"),
            }
            with pytest.MonkeyPatch.context() as patch:
                for name, value in environment.items():
                    patch.setenv(name, value)
                world.command("check", "--base-url", address)
                world.command("apply", "--yes", "--base-url", address)
                edits.edit(world.sandbox, "tasks", "dig", {"Hours": 9}, by="Eva Lind")
                world.command("apply", "--yes", "--base-url", address)
                world.command("plan", "--base-url", address, "--detailed-exitcode", ok=[0])
                patch.setenv("NOTION_TOKEN", "wrong")
                _, _, err = world.command("plan", "--base-url", address, ok=[1])
                assert "wrong" not in err
        finally:
            server.terminate()
    assert world.record("tasks/dig")["hours"] == "9"
    assert world.git("rev-parse", "refs/heads/notion-gitops/state")
    world.settled()


def _address(server: subprocess.Popen[str]) -> str:
    assert server.stdout is not None
    for line in server.stdout:
        found = re.search(r"http://\S+?:\d+", line)
        if found:
            return found.group()
    raise AssertionError("the sandbox did not come up")


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (["git", "checkout", "-q", "--detach"], 6),
        (["rm", "-rf", ".git"], 6),
        (["rm", "-rf", "mappings"], 64),
    ],
)
def test_no_ground_to_write_on(tried: World, spoil: list[str], code: int) -> None:
    subprocess.run(spoil, cwd=tried.root, check=True)
    _, _, err = tried.command("apply", "--sandbox", "--yes", ok=[code])
    assert err.strip()


def test_thresholds_make_a_plan_fail_and_apply_goes_on(world: World) -> None:
    world.command("apply", "--sandbox", "--yes")
    world.remap("tasks", ("mode: two-way\n", "mode: two-way\nthresholds: {warnings: 0}\n"))
    world.edit("tasks/dig", project="")
    world.command("plan", "--sandbox")
    world.remap("tasks", ("mode: two-way\n", "mode: two-way\nchecks: [{orphans: project}]\n"))
    _, out, _ = world.command("plan", "--sandbox", ok=[4])
    failed = "Fails: 1 warning in tasks, and none may be (thresholds, mappings/tasks.yaml:7)."
    assert failed in out
    _, out, _ = world.command("plan", "--sandbox", "--format", "markdown", ok=[4])
    assert f"**{failed}**" in out.replace("\\", "")
    _, out, _ = world.command("check", "--data", "--sandbox", ok=[4])
    assert failed in " ".join(out.split())
    _, out, _ = world.command("plan", "--sandbox", "--format", "json", ok=[4])
    (told,) = json.loads(out)["plan"]["exceeded"]
    assert (told["mapping"], told["what"], told["count"], told["limit"]) == (
        "tasks",
        "warnings",
        1,
        0,
    )
    world.command("apply", "--sandbox", "--yes")
    assert world.page("tasks/dig")["Project"] == []


def test_the_health_of_a_mapping_can_be_followed(world: World) -> None:
    world.remap("tasks", ("mode: two-way\n", "mode: two-way\nchecks: [{orphans: project}]\n"))
    world.command("apply", "--sandbox", "--yes")
    world.edit("tasks/dig", project="")
    world.command("apply", "--sandbox", "--yes")
    _, out, _ = world.command("log", "--health", "--sandbox")
    lines = out.splitlines()
    assert lines[0].startswith("Health over 2 syncs, the latest first")
    assert lines[-2].split()[-3:] == ["100", "91", "(-9)"], out
    assert lines[-1].split()[-2:] == ["100", "100"], out
    _, out, _ = world.command("log", "--health", "--mapping", "tasks", "--sandbox")
    assert out.splitlines()[-2].split()[-7:] == ["91", "(-9)", "3", "0", "1", "0", "0"]
    _, out, _ = world.command("log", "--health", "--format", "json", "--sandbox")
    assert json.loads(out)["syncs"][0]["mappings"]["tasks"]["warnings"] == 1
    _, _, err = world.command("log", "--health", "--mapping", "task", "--sandbox", ok=[64])
    assert 'did you mean "tasks"?' in err
