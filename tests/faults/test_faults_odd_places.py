"""Odd folders, no home, and journals that nobody can read."""

import json
import os
from pathlib import Path

import pytest

from notion_gitops.cli.main import run as run_command
from notion_gitops.model.errors import ExitCode
from notion_gitops.workflow.reading.journal_lines import FILE
from tests.faults.faults_git import copy
from tests.faults.faults_world import World

ODD = os.fsdecode(b"r\xc3\xa4um 'e' $(id) \"x\" \xff")  # the last byte is no UTF-8
JOURNAL = (
    "no JSON at all",
    "[1, 2]",
    '{"what": "create"',
    json.dumps({"what": "from a version to come", "at": "tomorrow", "version": 99}),
    json.dumps({"what": "create"}),
    json.dumps({"what": "create", "mapping": "tasks", "key": "t1", "sent": "tomorrow"}),
    json.dumps({"what": "create", "mapping": "tasks", "key": "t1", "sent": 7}),
    json.dumps({"what": "create", "mapping": "gone", "key": "x", "sent": "2026-01-01T00:00:00Z"}),
    json.dumps({"what": "created", "mapping": "tasks", "key": "nobody", "page": "x"}),
    json.dumps({"what": "backups", "backups": [{"mapping": 1}, None, "x"]}),
    json.dumps({"what": "backups", "backups": 5}),
    json.dumps({"what": "file"}),
    json.dumps({"what": "begin", "sync": 5, "at": "never"}),
    "\x00\x00",
)


def test_c12_a_folder_of_any_name_and_a_machine_without_a_home(
    template: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    root = copy(template, tmp_path / ODD)
    world = World(root, monkeypatch, capsys, flags=("--sandbox",))
    world.edit_git("t1", hours=71)
    for name in ("HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name)
    world.edit_notion("t2", hours=52)
    ran = world.apply()
    assert ran.code == ExitCode.DONE, ran.text
    assert world.in_notion("t1", "Hours") == 71
    assert world.in_git("t2")["hours"] == 52
    world.at_rest()
    assert world.git("log", "-1", "--format=%an").strip() == "notion-gitops"


def test_p09_what_cannot_be_read_of_a_journal_is_passed_over(world: World) -> None:
    world.edit_git("t1", hours=71)
    private = world.root / ".notion-gitops"
    for name in (FILE, "journal-left-0000.jsonl"):
        (private / name).write_text("\n".join(JOURNAL), "utf-8")
    for command in (["status"], ["backups", "list"], ["plan"]):
        assert run_command(["-C", str(world.root), *command]) == ExitCode.DONE, command
    ran = world.apply()
    assert ran.code == ExitCode.DONE, ran.text
    assert world.in_notion("t1", "Hours") == 71
    world.settle()
