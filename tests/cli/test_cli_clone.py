"""This repository is itself a workspace: what a clone of it shows."""

import re
from pathlib import Path

import pytest

from tests.cli.cli_world import REPOSITORY, Tool

DIFFERENT = [
    "bakery-first-visit",
    "cabling-ward-2",
    "grid-application",
    "office-phones",
    "stair-rail-harbour",
    "surveyor",
]
STATE = "refs/heads/notion-gitops/state"


@pytest.fixture
def clone(tool: Tool) -> Tool:
    """A clone, as one has it after `git clone`."""
    if not (REPOSITORY / ".git").exists():
        pytest.skip("not in a git repository, so there is nothing to clone")
    tool.git("clone", "-q", "--no-hardlinks", "--single-branch", f"file://{REPOSITORY}", "clone")
    inside = Tool(tool.folder / "clone", tool.home)
    inside.git("switch", "-q", "-C", "trial")
    return inside


def test_a_clone_can_be_tried_at_once(clone: Tool) -> None:
    assert "107 records are valid" in clone.run("validate").expect(0).stdout
    plan = clone.run("plan", "--sandbox").expect(0).stdout
    assert plan.count("First contact") == 4
    linked = re.findall(r"(\d+) records in git and in Notion; linked", plan)
    assert sum(map(int, linked)) == 107 - len(DIFFERENT)
    assert all(key in plan for key in DIFFERENT)
    assert "3 pages to update in Notion, 0 deletes, 1 decision needed" in " ".join(plan.split())
    applied = clone.run("apply", "--sandbox", "--yes").expect(3)
    assert "(exit code 3); both values are kept" in applied.stdout
    again = clone.run("plan", "--sandbox").expect(0).stdout
    assert "0 files to write in git, 0 pages to update in Notion" in again
    assert clone.run("apply", "--sandbox", "--yes").expect(3).stderr == ""
    refs = clone.git("for-each-ref")
    assert STATE not in refs
    assert "refs/notion-gitops/sandbox" in refs


def test_the_real_refs_of_this_repository_are_not_touched(clone: Tool) -> None:
    before = _refs(REPOSITORY, clone)
    clone.run("plan", "--sandbox").expect(0)
    assert _refs(REPOSITORY, clone) == before


def _refs(folder: Path, tool: Tool) -> str:
    return Tool(folder, tool.home).git("for-each-ref", "refs/notion-gitops", STATE)
