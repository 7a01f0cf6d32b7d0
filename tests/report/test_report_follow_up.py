"""Commands that follow one another work on the same workspace and the same Notion."""

import shlex
from collections.abc import Mapping
from pathlib import Path

import pytest

from notion_gitops.cli.connect import Where
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.plan import Plan
from notion_gitops.report.follow_up import FollowUp
from notion_gitops.report.plan_build import plan_view
from notion_gitops.report.plan_text import plan_text

AGAIN = FollowUp("a folder", base_url="http://127.0.0.1:8765")
WHERE = ["-C", "a folder"]
NOTION = ["--base-url", "http://127.0.0.1:8765"]


def test_a_command_is_typed_with_the_options_of_the_one_before() -> None:
    words = shlex.split(AGAIN.command("apply --accept tasks.deletes=22"))
    assert words == ["notion-gitops", "apply", "--accept", "tasks.deletes=22", *WHERE, *NOTION]
    assert shlex.split(AGAIN.offline("conflicts list")) == [
        *("notion-gitops", "conflicts", "list"),
        *WHERE,
    ]
    assert shlex.split(AGAIN.git("revert 3f2a91c")) == ["git", *WHERE, "revert", "3f2a91c"]
    assert FollowUp(sandbox=True).command("plan") == "notion-gitops plan --sandbox"
    assert FollowUp().git("revert 3f2a91c") == "git revert 3f2a91c"


def test_the_folder_that_one_is_in_is_not_said(tmp_path: Path) -> None:
    assert Where(sandbox=True, base_url=None).follow_up(Path()) == FollowUp(sandbox=True)
    there = Where(sandbox=False, base_url=None).follow_up(tmp_path)
    assert there == FollowUp(str(tmp_path))


@pytest.mark.parametrize("name", ["refused", "conflict", "normal-day", "first-contact"])
def test_a_plan_repeats_them_everywhere(
    name: str, plans: Mapping[str, Plan], mappings: Mapping[str, DatabaseMapping]
) -> None:
    text = plan_text(plan_view(plans[name], mappings, again=AGAIN), colour=False)
    said = " ".join(text.split()).split("notion-gitops ")[1:]
    assert said
    assert [part for part in said if "-C 'a folder'" not in part] == []
    asking = [part for part in said if not part.startswith("conflicts ")]
    assert [part for part in asking if "--base-url http://127.0.0.1:8765" not in part] == []
