"""`state rebuild` mends a state branch from both sides, and loses no edit; `state forget`."""

import json
import re
from pathlib import Path

import yaml

from notion_gitops.model.errors import ExitCode
from notion_gitops.workflow.workspace import NEWEST_REF, STATE_REF
from tests.faults.faults_git import git, heads
from tests.faults.faults_world import Ran, World, unusable


def rebuild(world: World, *options: str) -> Ran:
    ran = world.run("state rebuild", "--yes", *options)
    assert ran.code == ExitCode.DONE, ran.text
    return ran


def edit_all(world: World) -> None:
    """Both sides go on: edits here, there and on both, and what one of them deleted."""
    for path in ("mappings/tasks.yaml", "mappings/teams.yaml"):
        mapping = world.root / path
        mapping.write_text(mapping.read_text() + "initial: git\n")  # of a first contact alone
    world.commit("What decides at first contact")
    world.edit_git("t1", hours=71)
    world.edit_notion("t2", hours=52)
    world.edit_git("t3", hours=73, note="By git")
    world.edit_notion("t3", hours=53)
    world.delete_git("t4")
    world.trash("t5")
    world.write("new", title="New", status="todo")
    world.commit("A new record")


def kept(world: World) -> None:
    """Nobody's value was overwritten: where the sides differ a person is asked."""
    assert (world.in_git("t1")["hours"], world.in_notion("t1", "Hours")) == (71, 1)
    assert (world.in_git("t2")["hours"], world.in_notion("t2", "Hours")) == (2, 52)
    assert (world.in_git("t3")["hours"], world.in_notion("t3", "Hours")) == (73, 53)
    assert world.in_notion("t3", "Note") == "By git"  # a value wins over an empty one
    assert world.in_git("t5")["title"] == "Task 5"
    assert world.in_notion("t4", "Hours") == 4
    assert world.keys().count("new") == 1
    asked = sorted(p.stem for p in (world.root / "state/conflicts/tasks").iterdir())
    assert {"t1", "t2", "t3"} <= set(asked)


def test_a_lost_state_is_rebuilt_by_key_and_no_edit_is_lost(world: World) -> None:
    edit_all(world)
    world.git("update-ref", "-d", STATE_REF)
    world.git("update-ref", "-d", NEWEST_REF)
    world.edit_notion("t6", note="Later")
    ran = world.run("plan")
    assert ran.code == ExitCode.STATE_UNUSABLE, ran.text
    assert "state rebuild" in ran.said
    assert "by page, 4 by key" in rebuild(world).said
    ran = world.apply()
    assert ran.code == ExitCode.DECISIONS_REMAIN, ran.text
    kept(world)
    world.at_rest()


def test_a_state_that_was_set_back_is_better_put_back_and_can_be_rebuilt(
    world: World, remote: Path
) -> None:
    world.edit_git("t6", hours=66)
    assert world.apply("--push").code == ExitCode.DONE
    newest = world.head(STATE_REF)
    edit_all(world)
    world.git("update-ref", STATE_REF, f"{newest}~1")
    world.git("update-ref", "refs/remotes/origin/notion-gitops/state", f"{newest}~1")
    git(remote, "update-ref", STATE_REF, f"{newest}~1")
    assert world.run("plan").code == ExitCode.STATE_UNUSABLE
    refused = world.run("state rebuild")  # nobody is there to ask
    assert refused.code == ExitCode.REFUSED, refused.text
    assert world.head(STATE_REF) == f"{world.head(f'{newest}~1')}"
    ran = rebuild(world, "--format", "json")
    assert f"git update-ref {STATE_REF} {newest[:12]}" in ran.err
    lines = {line["mapping"]: line for line in json.loads(ran.out)["mappings"]}
    assert lines["tasks"]["by_page"] == 4
    assert lines["tasks"]["one_sided"] == ["t4", "t5"]
    assert world.head(f"{STATE_REF}~1") == newest  # it goes on from what it was
    ran = world.apply("--push")
    assert ran.code == ExitCode.DECISIONS_REMAIN, ran.text
    kept(world)
    assert {"t4", "t5"} <= {p.stem for p in (world.root / "state/conflicts/tasks").iterdir()}
    assert heads(remote) == (world.head(), world.head(STATE_REF))
    for path in (world.root / "state/conflicts/tasks").iterdir():
        path.write_text(
            re.sub(r"resolution:\s*$", "resolution: git", path.read_text(), flags=re.MULTILINE)
        )
    world.commit("Decide")
    assert world.apply("--push").code == ExitCode.DONE
    sync = yaml.safe_load(world.state_file("tasks/sync.yaml"))
    assert "rebuilt" not in sync.get("markers", {})  # from now on all is as ever
    assert sync["data_source"]


def test_damaged_metadata_is_rebuilt_with_the_pages_of_an_earlier_sync(world: World) -> None:
    world.edit_git("t6", hours=66)
    assert world.apply().code == ExitCode.DONE
    serial = yaml.safe_load(world.state_file("tasks/sync.yaml"))["serial"]
    damage(world, "tasks/sync.yaml", "tasks/pages/00/00.jsonl", "tasks/schema.json")
    unusable(world, "state rebuild")
    ran = rebuild(world, "--format", "json")
    lines = {line["mapping"]: line for line in json.loads(ran.out)["mappings"]}
    assert (lines["tasks"]["by_page"], lines["teams"]["by_page"]) == (6, 2)
    assert yaml.safe_load(world.state_file("tasks/sync.yaml"))["serial"] > serial - 1
    ran = world.apply()
    assert ran.code == ExitCode.DECISIONS_REMAIN, ran.text  # t2 was edited meanwhile
    assert (world.in_git("t2")["hours"], world.in_notion("t2", "Hours")) == (72, 2)
    world.at_rest()
    assert "nothing to rebuild" in world.run("state rebuild", "--yes").said


def damage(world: World, *paths: str) -> None:
    """Put nonsense in place of files of the state branch, in a commit like the last one."""
    (world.root / ".git/nonsense").write_text("<<<<<<< ours\n")
    blob = world.git("hash-object", "-w", ".git/nonsense").strip()
    world.git("read-tree", "--index-output=.git/spoilt", STATE_REF)
    world.monkeypatch.setenv("GIT_INDEX_FILE", str(world.root / ".git/spoilt"))
    for path in paths:
        world.git("update-index", "--cacheinfo", f"100644,{blob},{path}")
    tree = world.git("write-tree").strip()
    world.monkeypatch.delenv("GIT_INDEX_FILE")
    message = world.git("log", "-1", "--format=%B", STATE_REF)
    commit = world.git("commit-tree", tree, "-p", STATE_REF, "-m", message).strip()
    world.git("update-ref", STATE_REF, commit)


def test_a_base_of_another_database_is_told_with_the_way_on(world: World) -> None:
    tasks, teams = world._source("tasks"), world._source("teams")
    with world.monkeypatch.context() as patch:
        patch.setattr(world, "_source", lambda m: teams if m.name == "tasks" else tasks)
        foreign = world.run("plan")
    assert foreign.code == ExitCode.STATE_UNUSABLE
    assert "notion-gitops state forget" in foreign.said
    assert not world.transport.writes()


def test_a_base_that_is_forgotten_begins_anew_as_at_first_contact(world: World) -> None:
    head, state = world.head(), world.head(STATE_REF)
    assert world.run("state forget", "tasks").code == ExitCode.REFUSED  # nobody is there to ask
    assert world.head(STATE_REF) == state
    wrong = world.run("state forget", "task", "--yes")
    assert wrong.code == ExitCode.USAGE
    assert 'Did you mean "tasks"?' in wrong.said
    assert world.run("state forget", "state", "--yes").code == ExitCode.USAGE
    ran = world.run("state forget", "tasks", "--yes")
    assert ran.code == ExitCode.DONE, ran.text
    there = world.git("ls-tree", "-r", "--name-only", STATE_REF).splitlines()
    assert not [p for p in there if p.startswith(("tasks/", "state/records/tasks/"))]
    assert "state/records/teams/red.yaml" in there
    assert world.head() == head
    assert "First contact" in world.run("plan").out
    world.settle()
    assert world.run("state forget", "tasks", "--yes").code == ExitCode.DONE
