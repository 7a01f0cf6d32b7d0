"""Damage of the repository itself: told (6), before anything is written on either side."""

from pathlib import Path
from typing import TYPE_CHECKING

from notion_gitops.model.errors import ExitCode
from notion_gitops.workflow.workspace import STATE_REF
from tests.faults.faults_world import World

if TYPE_CHECKING:
    from collections.abc import Callable

NAMES = {
    "the last commit": "HEAD",
    "its tree": "HEAD^{tree}",
    "the tree of the records": "HEAD:state/records/tasks",
    "the state's commit": STATE_REF,
    "the state's tree": f"{STATE_REF}^{{tree}}",
    "a metadata file": f"{STATE_REF}:tasks/sync.yaml",
    "a record of the base": f"{STATE_REF}:state/records/tasks/t2.yaml",
}


def loose(world: World, name: str) -> Path:
    full = world.head(name)
    world.git("config", "core.multiPackIndex", "false")
    return world.root / ".git/objects" / full[:2] / full[2:]


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:12])


def test_g07_objects_that_are_damaged_or_missing_are_told_before_anything_is_written(
    world: World,
) -> None:
    world.edit_git("t2", hours=72)
    sent = len(world.transport.writes())
    for what, name in NAMES.items():
        file = loose(world, name)
        file.chmod(0o644)
        content = file.read_bytes()
        damages: tuple[Callable[[Path], None], ...] = (cut, Path.unlink)
        for damage in damages:
            damage(file)
            ran = world.apply()
            assert ran.code == ExitCode.STATE_UNUSABLE, (what, damage, ran.text)
            assert "Traceback" not in ran.text
            assert "fault of notion-gitops" not in ran.said, (what, ran.text)
            file.write_bytes(content)
    assert len(world.transport.writes()) == sent
    assert world.apply().code == ExitCode.DONE


def test_g07_refs_that_a_power_cut_emptied_are_told_and_the_state_is_put_back(
    world: World,
) -> None:
    world.edit_git("t2", hours=72)
    sent = len(world.transport.writes())
    for ref, said in (("refs/heads/main", "commit"), (STATE_REF, "git update-ref")):
        file = world.root / ".git" / ref
        content = file.read_text()
        file.write_text("")
        ran = world.apply()
        assert ran.code == ExitCode.STATE_UNUSABLE, (ref, ran.text)
        assert said in ran.said
        file.write_text(content)
    assert len(world.transport.writes()) == sent
    assert world.apply().code == ExitCode.DONE


def test_g07_grafts_and_a_damaged_commit_graph_change_nothing(world: World) -> None:
    world.git("commit-graph", "write", "--reachable")
    graph = world.root / ".git/objects/info/commit-graph"
    graph.chmod(0o644)
    graph.write_bytes(graph.read_bytes()[:40] + b"damage")
    (world.root / ".git/info/grafts").write_text(f"{world.head()}\n")  # as if it had no parents
    world.edit_notion("t1", hours=55)
    ran = world.apply()
    assert "Traceback" not in ran.text
    assert ran.code in (ExitCode.DONE, ExitCode.STATE_UNUSABLE), ran.text
    if ran.code == ExitCode.STATE_UNUSABLE:
        assert world.in_git("t1")["hours"] == 1
