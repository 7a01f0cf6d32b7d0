"""What `--help` says of every command, and what an unknown word is answered with."""

import re

import pytest

import notion_gitops
from notion_gitops.cli.main import COMMANDS
from notion_gitops.text.columns import width
from tests.cli.cli_world import WIDTH, Tool, World

SUBCOMMANDS = [
    *(f"conflicts {name}" for name in ("list", "show", "resolve", "walk")),
    *(f"sandbox {name}" for name in ("serve", "seed", "reset", "show", "edit", "add", "trash")),
    "sandbox weather",
    *(f"sandbox weather {name}" for name in ("set", "add", "clear")),
    "sandbox clock",
    *(f"sandbox clock {name}" for name in ("set", "advance", "reset")),
    "sandbox token",
    "schema plan",
    "schema apply",
    *(f"sandbox token {name}" for name in ("add", "list", "remove")),
]


@pytest.mark.parametrize("command", ["", *COMMANDS, *SUBCOMMANDS])
def test_help_fits_the_screen_and_says_what_the_command_is_for(tool: Tool, command: str) -> None:
    done = tool.run(*command.split(), "--help").expect(0)
    assert done.stderr == ""
    assert [line for line in done.stdout.splitlines() if width(line) > WIDTH] == []
    assert done.stdout.startswith(f"Usage: notion-gitops {command}".rstrip())
    assert "\\b" not in done.stdout  # click's mark for text that is not wrapped
    commands = done.stdout.partition("\nCommands:\n")[2]
    assert not re.search(r"\.\.\.$", commands, re.MULTILINE)  # nothing is cut short
    if command in COMMANDS:
        _could_be_typed(command, done.stdout)


def _could_be_typed(command: str, shown: str) -> None:
    examples = shown.partition("Examples:\n")[2].splitlines()
    assert examples
    for example in examples:
        assert example.startswith(f"    notion-gitops {command}")
        for option in re.findall(r" (--[a-z-]+)", example):
            assert option in shown or command in {"conflicts", "sandbox"}


def test_every_command_is_named_in_the_first_help(tool: Tool) -> None:
    shown = tool.run("-h").expect(0).stdout
    assert all(f"  {name} " in shown for name in COMMANDS)


def test_the_version_is_told(tool: Tool) -> None:
    told = tool.run("--version").expect(0)
    assert told.stdout == f"notion-gitops, version {notion_gitops.__version__}\n"


def test_no_command_shows_the_help(tool: Tool) -> None:
    done = tool.run()
    assert done.expect(64).stderr.startswith("Usage: notion-gitops")


@pytest.mark.parametrize("command", ["init", "plan", "status", "sandbox"])
def test_an_unknown_option_is_a_usage_error(tool: Tool, command: str) -> None:
    done = tool.run(command, "--no-such-option").expect(64)
    assert done.stdout == ""
    assert "--no-such-option" in done.stderr
    assert f"help: notion-gitops {command} --help" in done.stderr


NARROW = {
    "sandbox --help": 0,
    "init --help": 0,
    "check --sandbox": 0,
    "status --sandbox": 0,
    "log --sandbox": 0,
    "init --list --sandbox": 0,
    "validate": 65,
    "sandbox show": 0,
    "sandbox token list": 0,
    "sandbox weather": 0,
    "sandbox edit tasks nobody Due=": 64,
}


@pytest.mark.parametrize("columns", [60, 200])
@pytest.mark.parametrize("command", NARROW)
def test_texts_fit_the_terminal_and_are_never_wider_than_80(
    world: World, command: str, columns: int
) -> None:
    if command == "validate":
        file = world.root / "state/records/tasks/pour-slab.yaml"
        file.write_text("status: something that is far from any of its words, and long\n", "utf-8")
    done = world.tool.run(*command.split(), COLUMNS=str(columns)).expect(NARROW[command])
    assert [line for line in done.lines if width(line) > min(columns, WIDTH)] == []


def test_the_folder_can_be_named_before_the_command_as_after_it(world: World) -> None:
    above = Tool(world.root.parent, world.tool.home)
    before = above.run("-C", "workspace", "validate").expect(0)
    assert before == above.run("validate", "-C", "workspace")
    assert "nowhere" in above.run("-C", "nowhere", "validate").expect(64).stderr
