"""Answers are recorded once per form, in every process, and a wrong one fails the run."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from notion_gitops.sandbox.basics.messages import Request
from notion_gitops.sandbox.recording import FOLDER_VARIABLE, Recorder, recorder
from tests.answers import ABSENT, at_hand, problems_in

if TYPE_CHECKING:
    from tests.sandbox.conftest import Api

ROOT = Path(__file__).parents[2]
ASK = """
from notion_gitops.sandbox.values import users
from notion_gitops.sandbox import DEFAULT_TOKEN, Sandbox
from notion_gitops.sandbox.basics.messages import Request

def test_asks(monkeypatch):
    {patch}
    headers = {{"authorization": "Bearer " + DEFAULT_TOKEN, "notion-version": "2026-03-11"}}
    assert Sandbox().handle(Request("GET", "/v1/users/me", (), headers)).status == 200
"""
DAMAGE = 'monkeypatch.setattr(users, "retrieve_me", lambda call: {"object": "user", "id": 1})'


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for file in folder.glob("*") for line in file.read_text().splitlines()]


def get(path: str) -> Request:
    return Request("GET", f"/v1/{path}", (), {"notion-version": "2026-03-11"})


def test_an_answer_is_written_once_per_form(acme: Api, tmp_path: Path) -> None:
    kept = Recorder(tmp_path)
    rows = acme.query("tasks")
    listing = {"object": "list", "results": [*rows, *rows]}
    kept.record(get("pages"), 200, listing)
    kept.record(get("pages"), 200, listing)
    (line,) = lines(tmp_path)
    assert 0 < len(line["body"]["results"]) <= len(rows)
    changed = {**rows[0], "created_time": None}
    kept.record(get("pages"), 200, {"object": "list", "results": [rows[1], changed]})
    assert [one["created_time"] for one in lines(tmp_path)[1]["body"]["results"]] == [None]


def test_a_new_kind_of_value_in_one_column_is_written(acme: Api, tmp_path: Path) -> None:
    kept = Recorder(tmp_path)
    row = acme.page("tasks", "Pour")
    kept.record(get(f"pages/{row['id']}"), 200, row)
    hours = {**row["properties"]["Hours"], "number": "4"}
    other = {**row, "properties": {**row["properties"], "Hours": hours}}
    kept.record(get(f"pages/{row['id']}"), 200, other)
    assert lines(tmp_path)[1]["body"]["properties"] == {"Hours": hours}


def test_without_the_variable_nothing_is_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(FOLDER_VARIABLE, raising=False)
    assert recorder() is None


@pytest.mark.skipif(not at_hand(), reason=ABSENT)
def test_a_damaged_answer_is_found(acme: Api, tmp_path: Path) -> None:
    kept = Recorder(tmp_path)
    row = acme.good("GET", f"pages/{acme.page('tasks', 'Pour')['id']}")
    kept.record(get(f"pages/{row['id']}"), 200, row)
    assert problems_in(tmp_path) == (1, [])
    kept.record(get(f"pages/{row['id']}"), 200, {**row, "archived": False})
    count, (problem,) = problems_in(tmp_path)
    assert count == 2
    assert "archived" in problem


@pytest.mark.skipif(not at_hand(), reason=ABSENT)
@pytest.mark.parametrize(
    ("patch", "processes", "code"), [("pass", "0", 0), (DAMAGE, "0", 1), (DAMAGE, "1", 1)]
)
def test_a_run_with_a_damaged_answer_fails(
    tmp_path: Path, patch: str, processes: str, code: int
) -> None:
    file = tmp_path / "test_asking.py"
    file.write_text(ASK.format(patch=patch), encoding="utf-8")
    told = ["-p", "tests.conftest", "-p", "no:cacheprovider", "-c", "/dev/null", "-n", processes]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *told, str(file)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stdout + done.stderr
    assert "1 passed" in done.stdout
    assert ("answers that Notion would not give" in done.stdout) is (code == 1)
