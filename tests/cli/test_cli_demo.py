"""The demo, as somebody plays it who has nothing but git: and what it says to type next."""

import re
import shlex
import sys
import time
from pathlib import Path

import pytest

from notion_gitops.cli.commands.demo import _within_reach
from notion_gitops.text.columns import width
from tests.cli.cli_world import WIDTH, Tool

CHAPTERS = [
    "A workspace",
    "The first sync: four databases come to git",
    "A day passes: Ann edits in Notion, Bo edits files in git",
    "What would a sync do now?",
    "Do it",
    "How things stand, and what came before",
    "Now you",
]
ESSENTIALS = [
    "every mapping can be synced",
    "Plan: 107 files to write in git, 0 pages to update in Notion, 0 deletes",
    "Nothing to do: git and Notion are the same in 107 records.",
    "1 DECISION NEEDED",
    "both sides were edited; merged",
    'decided by rule "active work is planned in git"',
    "Plan: 4 files to write in git, 4 pages to update in Notion, 0 deletes, 1",
    "1 decision open (exit code 3); both values are kept",
    "Checked  4 of 4 pages read back as intended; 0 findings",
    "Sync from Notion: 1 note, 1 project and 2 tasks",
]
SECONDS = 30


def test_the_whole_story_and_what_to_try_next(tool: Tool) -> None:
    started = time.monotonic()
    done = tool.run("demo", "story").expect(0)
    assert time.monotonic() - started < SECONDS
    assert re.findall(r"^== (.*?) =+$", done.stdout, re.MULTILINE) == CHAPTERS
    # What was typed, and what git prints, is not broken.
    told = (line for line in done.stdout.splitlines() if not line.startswith(("$ ", "diff --git")))
    assert [line for line in told if width(line) > WIDTH] == []
    at = 0
    for essential in ESSENTIALS:
        assert essential in done.stdout[at:], essential
        at = done.stdout.index(essential, at)
    assert done.stdout.count("both sides were edited; merged") == 1
    assert done.stdout.count("(exit code 3)") == 3
    steps = _typed(done.stdout.partition("Go on there:\n")[2])
    tools = ["notion-gitops"] * 2
    assert [words[0] for words in steps] == ["cd", *tools, "git", *tools, "git"]
    _play_on(tool, steps)


def test_a_shell_that_does_not_find_the_command_is_told_how(
    tool: Tool, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = {"PATH": "/usr/bin:/bin"}
    plain = Tool(tool.folder, tool.home, bare)
    plain.shell("notion-gitops --version").expect(127)
    monkeypatch.setenv("PATH", bare["PATH"])
    (line,) = _within_reach()
    plain.shell(f"{line}\nnotion-gitops --version").expect(0)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{bare['PATH']}")
    assert list(_within_reach()) == []


def _typed(text: str) -> list[list[str]]:
    return [shlex.split(line, comments=True) for line in text.splitlines() if line]


def _play_on(tool: Tool, steps: list[list[str]]) -> None:
    """Each printed step does what stands beside it; `apply` is answered by --yes."""
    inside = Tool(tool.folder / "story", tool.home)
    show, resolve, commit, edit, plan, log = [shlex.join(words) for words in steps[1:]]
    assert "Not answered yet" in inside.shell(show).expect(0).stdout
    told = inside.shell(resolve).expect(0).stderr
    assert "next apply carries it out" in " ".join(told.split())
    told = commit.replace("'Decide;'", "Decide;").replace("--sandbox", "--sandbox --yes")
    decided = inside.shell(told).expect(0)
    assert "1 changed" in decided.stdout
    assert not list((inside.folder / "state" / "conflicts").rglob("*.yaml"))
    assert "Nothing to do" in inside.run("plan", "--sandbox").expect(0).stdout
    inside.shell(edit).expect(0)
    assert "-> 20" in inside.shell(plan).expect(0).stdout
    assert "Sync-Id:" in inside.shell(log).expect(0).stdout
    assert inside.git("status", "--porcelain") == ""
    inside.git("fsck", "--strict")
