"""F065: an error that nobody thought of is told as what it is: before or after the first write."""

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import notion_gitops
from notion_gitops.model.errors import ExitCode
from tests.faults.faults_world import World

COMMAND = "notion_gitops.cli.commands.apply"
APPLY = "notion_gitops.workflow.apply"
PACKAGE = str(Path(notion_gitops.__file__).parent)


def broken(*_: object, **__: object) -> None:
    raise ZeroDivisionError("a mistake of ours")


def two_edits(world: World) -> None:
    world.edit_git("t1", hours=71)
    world.edit_notion("t2", hours=52)


@pytest.mark.parametrize(
    "where", [f"{COMMAND}.make_plan", f"{APPLY}.new_sync_id", f"{APPLY}.PageWriter"]
)
def test_f065_before_the_first_write_it_is_1(world: World, where: str) -> None:
    two_edits(world)
    before = world.heads()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(where, broken)
        ran = world.apply()
    assert ran.code == ExitCode.FAILED
    assert "fault of notion-gitops itself: ZeroDivisionError" in ran.said
    assert not world.transport.writes()
    assert world.heads() == before


@pytest.mark.parametrize(
    "where",
    [
        f"{APPLY}.read_back",
        "notion_gitops.workflow.writing.filing.FileWriter.write",
        f"{APPLY}.commit_sync",
        "notion_gitops.workflow.writing.commit._state_changes",
    ],
)
def test_f065_after_it_it_is_5_and_the_next_apply_ends_it(world: World, where: str) -> None:
    """Holds I23."""
    two_edits(world)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(where, broken)
        ran = world.apply()
    assert ran.code == ExitCode.PARTLY_APPLIED, ran.text
    assert "fault of notion-gitops itself: ZeroDivisionError" in ran.said
    assert "broke off after it had begun to write" in ran.said
    assert world.transport.writes()
    world.settle()
    assert (world.in_git("t2")["hours"], world.in_notion("t1", "Hours")) == (52, 71)


REPORTS = (f"{COMMAND}.six_reports", "notion_gitops.cli.sync_output.sync_view")


@pytest.mark.parametrize("where", REPORTS)
def test_f065_an_error_after_the_commits_is_5_too(world: World, where: str, tmp_path: Path) -> None:
    world.edit_notion("t2", hours=52)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(where, broken)
        ran = world.apply("--reports", str(tmp_path / "reports"))
    assert ran.code == ExitCode.PARTLY_APPLIED, ran.text
    assert "the sync itself is done and recorded" in ran.said
    assert world.plan_code() == ExitCode.DONE


def test_f062_reports_that_cannot_be_written_do_not_deny_the_sync(
    world: World, tmp_path: Path
) -> None:
    two_edits(world)
    (tmp_path / "file").touch()
    ran = world.apply("--reports", str(tmp_path / "file" / "reports"))
    assert ran.code == ExitCode.PARTLY_APPLIED, ran.text
    assert "Not a directory" in ran.said
    assert world.plan_code() == ExitCode.DONE


# --- anywhere ---


class Saboteur:
    """Raises when the nth different line of our own code is run for the first time."""

    def __init__(self, nth: int) -> None:
        self.nth = nth
        self.seen: set[tuple[str, int]] = set()

    def __call__(self, frame: FrameType, event: str, argument: Any) -> Any:
        name = frame.f_code.co_filename
        if not name.startswith(PACKAGE) or "/sandbox/" in name:
            return None
        at = (name, frame.f_lineno)
        if event == "line" and at not in self.seen:
            self.seen.add(at)
            if len(self.seen) == self.nth:
                raise ZeroDivisionError("a mistake of ours")
        return self


def sabotaged(nth: int, act: Callable[[], Any]) -> tuple[Any, int]:
    """What `act` gives with an error at the nth line; how many lines were run."""
    saboteur = Saboteur(nth)
    before = sys.gettrace()
    sys.settrace(saboteur)
    try:
        return act(), len(saboteur.seen)
    finally:
        sys.settrace(before)


def everything(world: World) -> dict[str, bytes]:
    folder = world.root / "state"
    return {str(p): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def _hold(world: World, nth: int) -> None:
    """An error at that line: honest, nothing lost, and the next apply brings both sides in step."""
    two_edits(world)
    before, files = world.heads(), everything(world)
    ran, seen = sabotaged(nth, world.apply)
    assert seen >= nth or ran.code == ExitCode.DONE, ran.text
    assert ran.code in {ExitCode.FAILED, ExitCode.PARTLY_APPLIED, ExitCode.DONE}, ran.text
    if ran.code == ExitCode.FAILED:
        assert not world.transport.writes(), f"line {nth}\n{ran.text}"
        assert (world.heads(), everything(world)) == (before, files), f"line {nth}\n{ran.text}"
    world.settle()
    assert (world.in_git("t2")["hours"], world.in_notion("t1", "Hours")) == (52, 71)


@pytest.mark.parametrize("nth", range(3100, 4600, 300))
def test_f065_an_error_at_any_line_of_an_apply(world: World, nth: int) -> None:
    _hold(world, nth)


@pytest.mark.slow
@pytest.mark.parametrize("nth", range(10, 4800, 10))
def test_f065_an_error_at_every_tenth_line(world: World, nth: int) -> None:
    _hold(world, nth)
