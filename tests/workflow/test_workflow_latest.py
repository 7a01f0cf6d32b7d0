"""The latest edit wins, as git's history and Notion's minute tell it; nothing is guessed."""

import os
import subprocess
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from notion_gitops.model.errors import ExitCode
from notion_gitops.model.mapping import Take
from notion_gitops.model.operations import Conflict
from tests.workflow.conftest import MakeWorld
from tests.workflow.test_workflow_formats import forms, hours, path, replaced, single
from tests.workflow.test_workflow_why import field
from tests.workflow.workflow_views import operation
from tests.workflow.workflow_world import World

RULES = """\
conflicts:
  rules:
    - {name: the latest counts, fields: [hours, status], take: latest}
"""


def decided(world: World) -> Conflict:
    """How a plan decides the one conflict over the task."""
    (conflict,) = operation(world.plan(), "tasks/dig").conflicts
    return conflict


def test_latest_is_notion_when_git_is_older(world: World) -> None:
    world.extend_mapping("tasks", RULES)
    now = world.clock()
    world.collide(git_at=now, notion_at=now + timedelta(minutes=5))
    world.apply()
    assert world.record("tasks/dig")["hours"] == "11"


def test_latest_is_git_when_it_is_newer(world: World) -> None:
    world.extend_mapping("tasks", RULES)
    now = world.clock()
    world.collide(git_at=now + timedelta(minutes=5), notion_at=now)
    world.apply()
    assert world.page("tasks/dig")["Hours"] == 10


def test_the_same_minute_is_not_guessed(world: World) -> None:
    """Holds D6."""
    world.extend_mapping("tasks", RULES)
    now = world.clock().replace(second=20)
    world.collide(git_at=now + timedelta(seconds=20), notion_at=now)
    result = world.apply(code=ExitCode.DECISIONS_REMAIN)
    (conflict,) = operation(result, "tasks/dig").open_conflicts
    assert "same minute" in conflict.reason
    assert "same minute" in world.read(world.conflict("tasks/dig"))


def test_an_edit_counts_from_the_merge_of_its_pull_request(world: World) -> None:
    world.extend_mapping("tasks", RULES)
    now = world.clock()
    world.git("switch", "-q", "-c", "topic")
    world.edit("tasks/dig", hours="10", at=now)
    world.git("switch", "-q", "main")
    world.in_notion("tasks/dig", Hours=11, at=now + timedelta(minutes=30))
    merged = now + timedelta(hours=1)
    world.git("merge", "-q", "--no-ff", "-m", "Merge topic", "topic", at=merged)
    world.clock.set(merged)
    result = world.apply()
    assert world.page("tasks/dig")["Hours"] == 10
    (conflict,) = operation(result, "tasks/dig").conflicts
    assert conflict.times is not None
    assert conflict.times.git.at == merged


def test_a_later_commit_to_another_field_does_not_make_the_edit_younger(world: World) -> None:
    world.extend_mapping("tasks", RULES)
    now = world.clock()
    world.edit("tasks/dig", hours="10", at=now)
    world.in_notion("tasks/dig", Hours=11, at=now + timedelta(minutes=30))
    world.edit("tasks/dig", kind="test", at=now + timedelta(hours=1))
    world.apply()
    assert world.record("tasks/dig")["hours"] == "11"
    assert world.page("tasks/dig")["Kind"] == "test"


def test_an_edit_that_is_not_committed_counts_from_the_files_time(world: World) -> None:
    world.extend_mapping("tasks", RULES)
    now = world.clock()
    world.in_notion("tasks/dig", Hours=11, at=now)
    world.spell("tasks/dig", hours="10")
    later = (now + timedelta(minutes=5)).timestamp()
    os.utime(world.path("tasks/dig"), (later, later))
    planned = world.plan()
    (conflict,) = operation(planned, "tasks/dig").conflicts
    assert conflict.take is Take.GIT
    earlier = (now - timedelta(minutes=5)).timestamp()
    os.utime(world.path("tasks/dig"), (earlier, earlier))
    (conflict,) = operation(world.plan(), "tasks/dig").conflicts
    assert conflict.take is Take.NOTION


def test_our_own_last_edit_of_the_page_is_no_persons_time(world: World) -> None:
    world.extend_mapping("tasks", RULES)
    world.collide()
    # The sync writes another field of that page before the conflict is looked at.
    page = world.page_id("tasks/dig")
    with world.sandbox.acting() as call:
        bot = call.token.bot.id
        call.store.write("UPDATE pages SET edited_by=? WHERE id=?", (bot, page))
    (conflict,) = operation(world.plan(), "tasks/dig").open_conflicts
    assert "by the sync itself" in conflict.reason


def test_an_open_conflict_keeps_the_time_of_the_person_who_was_seen_first(world: World) -> None:
    """The sync's own write of another field of that page must not hide when Eva edited it."""
    now = world.clock()
    world.collide(git_at=now, notion_at=now + timedelta(minutes=5))
    world.edit("tasks/dig", note="Another field")
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    world.extend_mapping("tasks", RULES)
    world.apply()
    assert world.record("tasks/dig")["hours"] == "11"


# --- an edit is no younger for what happens to its file ----------------------------------------


def moved(world: World, *, hours: str | None = None, at: datetime) -> None:
    """The task's file goes into another folder, maybe edited by the way."""
    (world.root / "state/records/tasks/site").mkdir()
    world.git("mv", "state/records/tasks/dig.yaml", "state/records/tasks/site/dig.yaml")
    if hours is not None:
        world.spell("tasks/site/dig", hours=hours)
    world.commit("Move the task", at=at)


def test_moving_the_file_is_no_edit(world: World) -> None:
    world.extend_mapping("tasks", RULES)
    now = world.clock()
    world.edit("tasks/dig", hours="10", at=now)
    world.in_notion("tasks/dig", Hours=11, at=now + timedelta(minutes=30))
    moved(world, at=now + timedelta(hours=1))
    conflict = decided(world)
    assert conflict.take is Take.NOTION
    assert conflict.times is not None
    assert conflict.times.git.at == now


def test_an_edit_that_came_with_the_move_is_as_young_as_the_move(world: World) -> None:
    world.extend_mapping("tasks", RULES)
    now = world.clock()
    world.in_notion("tasks/dig", Hours=11, at=now)
    moved(world, hours="10", at=now + timedelta(hours=1))
    assert decided(world).take is Take.GIT


def test_a_file_that_was_moved_by_a_merged_branch_keeps_its_history(world: World) -> None:
    world.extend_mapping("tasks", RULES)
    now = world.clock()
    world.edit("tasks/dig", hours="10", at=now)
    world.in_notion("tasks/dig", Hours=11, at=now + timedelta(minutes=30))
    world.git("switch", "-q", "-c", "topic")
    moved(world, at=now + timedelta(hours=1))
    world.git("switch", "-q", "main")
    world.edit("tasks/lay", kind="test", at=now + timedelta(hours=2))
    world.git("merge", "-q", "--no-ff", "-m", "Merge topic", "topic", at=now + timedelta(hours=3))
    conflict = decided(world)
    assert conflict.take is Take.NOTION
    assert conflict.times is not None
    assert conflict.times.git.at == now


def test_renaming_the_record_is_no_edit_of_its_fields(world: World) -> None:
    world.extend_mapping("tasks", RULES)
    now = world.clock()
    world.edit("tasks/dig", hours="10", at=now)
    world.git("mv", "state/records/tasks/dig.yaml", "state/records/tasks/ditch.yaml")
    world.commit("Rename the task", at=now + timedelta(minutes=10))
    since = field(world, "ditch", "hours").since
    assert since is not None
    assert since.time.at == now


@forms
def test_a_record_in_one_file_has_a_time_of_its_own(make: MakeWorld, form: str) -> None:
    """Another record's edit, and the move of the whole file, make it no younger."""
    world = single(make, form)
    world.extend_mapping("tasks", RULES)
    now = world.clock()
    replaced(world, form, hours(form, "8", "10"))
    edited = world.git("log", "-1", "--format=%cI").strip()
    world.in_notion("tasks/dig", Hours=11, at=now + timedelta(minutes=30))
    other = {"csv": (",,4,,", ",,5,,"), "yaml": ("hours: 4", "hours: 5")}
    world.clock.set(now + timedelta(hours=1))
    replaced(world, form, other.get(form, ('"hours": 4', '"hours": 5')))
    moved_to = f"state/records/all.{form}"
    world.git("mv", path(form), moved_to)
    world.remap("tasks", (path(form), moved_to))
    conflict = decided(world)
    assert conflict.take is Take.NOTION
    assert conflict.times is not None
    assert conflict.times.git.at == datetime.fromisoformat(edited)


def test_a_history_that_is_cut_short_decides_nothing(world: World, tmp_path: Path) -> None:
    """Holds F086."""
    world.extend_mapping("tasks", RULES)
    now = world.clock()
    world.edit("tasks/dig", hours="10", at=now)
    world.in_notion("tasks/dig", Hours=11, at=now + timedelta(minutes=30))
    world.edit("tasks/lay", kind="test", at=now + timedelta(hours=1))
    clone = tmp_path / "shallow"
    cut = ("--depth=1", "--no-single-branch", world.root.as_uri())
    subprocess.run(["git", "clone", "-q", *cut, clone], check=True)
    refs = "+refs/heads/notion-gitops/*:refs/heads/notion-gitops/*"
    subprocess.run(["git", "-C", clone, "fetch", "-q", "origin", refs], check=True)
    conflict = decided(World(clone, world.sandbox, world.clock))
    assert conflict.open
    assert "the clone is too shallow to tell" in conflict.reason
    assert conflict.times is not None
    assert not conflict.times.git.by, "whoever made the last commit that is here edited nothing"


MACHINES = """\
conflicts:
  rules:
    - {name: machines yield, when: "edited.git.person and not edited.notion.person", take: git}
    - {name: people first, when: "edited.notion.person", take: notion}
"""


@pytest.mark.parametrize(("integration", "hours"), [(True, 10), (False, 11)])
def test_a_rule_can_tell_people_from_integrations(
    world: World, integration: bool, hours: int
) -> None:
    world.extend_mapping("tasks", MACHINES)
    world.edit("tasks/dig", hours="10")
    if integration:
        page = f"pages/{world.page_id('tasks/dig')}"
        world.api("PATCH", page, {"properties": {"Hours": {"number": 11}}})
    else:
        world.in_notion("tasks/dig", Hours=11)
    world.apply()
    assert world.record("tasks/dig")["hours"] == str(hours)
    assert world.page("tasks/dig")["Hours"] == hours


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("due: 2026-02-30\n", "due: 2026-02-28\n"), ("<<<<<<< HEAD\n", "")],
    ids=["another field", "the whole file"],
)
def test_a_version_that_cannot_be_read_makes_no_edit_younger(
    world: World, wrong: str, right: str
) -> None:
    world.extend_mapping("tasks", RULES)
    now = world.clock()
    world.edit("tasks/dig", hours="10", at=now)
    world.in_notion("tasks/dig", Hours=11, at=now + timedelta(minutes=30))
    file = "state/records/tasks/dig.yaml"
    good = world.read(file)
    world.write(file, wrong + good.replace("due: 2026-02-01\n", ""))
    world.commit("A slip", at=now + timedelta(hours=1))
    world.write(file, right + good.replace("due: 2026-02-01\n", ""))
    world.commit("Mended", at=now + timedelta(hours=2))
    conflict = next(c for c in operation(world.plan(), "tasks/dig").conflicts if c.field == "hours")
    assert conflict.take is Take.NOTION
    assert conflict.times is not None
    assert conflict.times.git.at == now


def test_an_edit_in_a_version_that_cannot_be_read_has_no_time(world: World) -> None:
    world.extend_mapping("tasks", RULES)
    now = world.clock()
    world.in_notion("tasks/dig", Hours=11, at=now + timedelta(minutes=30))
    file = "state/records/tasks/dig.yaml"
    good = world.read(file)
    edited = good.replace("hours: 8", "hours: 10")
    world.write(file, "<<<<<<< HEAD\n" + edited)
    world.commit("A slip", at=now)
    world.write(file, edited)
    world.commit("Mended", at=now + timedelta(hours=2))
    conflict = decided(world)
    assert conflict.open
    assert "could not be read" in conflict.reason
