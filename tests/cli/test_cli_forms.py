"""Results as text, JSON and Markdown, wherever a command prints one."""

import json

import pytest
from markdown_it import MarkdownIt

from notion_gitops.text.columns import width
from tests.cli.cli_world import WIDTH, World

COMMANDS = {
    "validate": 0,
    "check --sandbox": 0,
    "check --sandbox --data": 0,
    "check --sandbox --data --fail-on warning": 0,
    "plan --sandbox": 0,
    "plan --offline --sandbox": 0,
    "apply --sandbox --yes": 3,
    "import --sandbox": 0,
    "status --sandbox": 0,
    "log --sandbox": 0,
    "log --health --sandbox": 0,
}
SANDBOX_EDIT = ("sandbox", "edit", "tasks", "pour-slab")


def _disagree(world: World) -> None:
    """One conflict, one edit in git, one in Notion."""
    file = world.root / "state/records/tasks/pour-slab.yaml"
    text = file.read_text("utf-8")
    file.write_text(text.replace("2026-12-05", "2026-12-06").replace("72", "80"), "utf-8")
    world.tool.git("commit", "-q", "-a", "-m", "Move a date")
    world.tool.run(*SANDBOX_EDIT, "Due=2026-12-07", "Urgent=false").expect(0)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_form_of_a_result(world: World, command: str) -> None:
    if command.startswith(("plan", "apply")):
        _disagree(world)
    words, code = command.split(), COMMANDS[command]
    found = {}
    for form in ("json", "markdown", "text"):
        done = world.tool.run(*words, "--format", form).expect(code)
        assert done.stderr == ""
        found[form] = done.stdout
    data = json.loads(found["json"])
    assert data["format_version"] == 1
    assert [line for line in found["text"].splitlines() if width(line) > WIDTH] == []
    tokens = MarkdownIt("commonmark").enable("table").parse(found["markdown"])
    assert tokens
    assert {"html_block", "html_inline"} & {t.type for t in tokens} <= {"html_block"}


def test_no_colour_where_nobody_looks(world: World) -> None:
    for environment in ({}, {"NO_COLOR": "1"}, {"TERM": "dumb"}):
        shown = world.tool.run("plan", "--sandbox", **environment).expect(0)
        assert "\x1b" not in shown.stdout + shown.stderr


def test_no_line_of_a_result_is_a_command_to_the_runner_of_a_job(world: World) -> None:
    world.tool.run(*SANDBOX_EDIT, "Name=A ##[error]::set-output").expect(0)
    plain = world.tool.run("plan", "--sandbox").expect(0).stdout
    assert "##[error]" in plain
    shown = world.tool.run("plan", "--sandbox", GITHUB_ACTIONS="true").expect(0).stdout
    assert "##[" not in shown
    assert r"\x23#[error]" in shown


def test_the_six_reports_are_written_in_three_forms(world: World) -> None:
    _disagree(world)
    world.tool.run("apply", "--sandbox", "--yes", "--reports", "reports").expect(3)
    names = sorted(path.name for path in (world.root / "reports").iterdir())
    assert len(names) == 18
    for path in (world.root / "reports").glob("*.json"):
        assert json.loads(path.read_text("utf-8"))["format_version"] == 1
    for path in (world.root / "reports").glob("*.txt"):
        lines = path.read_text("utf-8").splitlines()
        assert [line for line in lines if width(line) > WIDTH] == []
