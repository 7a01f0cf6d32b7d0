"""An apply that is killed anywhere needs no special recovery: the next one brings it to an end."""

import signal
from pathlib import Path
from typing import Any

import pytest

from notion_gitops.model.errors import ExitCode
from tests.faults.faults_git import copy
from tests.faults.faults_world import World
from tests.faults.kill_points import Killer

HERE = Path(__file__).parent
KINDS = ("request", "git", "file", "fsync", "journal", "change")
EVENTS_AT_LEAST = {
    "request": 12, "git": 40, "file": 10, "fsync": 20, "journal": 10, "change": 60,
}  # fmt: skip
BORN = "born-in-notion-"


@pytest.fixture
def busy(
    template: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Path:
    """A workspace in which an apply has one of everything to do."""
    root = copy(template, tmp_path / "busy")
    make_busy(World(root, monkeypatch, capsys, flags=("--sandbox",)))
    return root


def make_busy(world: World) -> None:
    """Give an apply one of everything to do."""
    world.write("t1", hours=71)  # update a page
    world.write("green", "teams", name="Team green")  # create a page
    world.write("new", title="New", status="todo", team=["green"])  # and one that relates to it
    world.record("t6").unlink()  # trash a page
    world.write("t3", due="2026-12-24")  # merge with an edit in Notion
    world.write("t5", hours=75)  # conflict
    world.commit()
    world.edit_notion("t2", hours=52)  # write a file
    world.edit_notion("t3", note="Bring both")
    world.edit_notion("t5", hours=55)
    world.trash("t4")  # delete a file
    world.add_page(name="Born in Notion", status="Done", hours=3)  # create a file
    world.sandbox.close()


def finished(world: World) -> None:
    """What a whole apply leads to, however it came there."""
    assert world.keys("teams") == ["blue", "green", "red"]
    assert world.keys() == ["", "new", "t1", "t2", "t3", "t5"]  # the born one has its key in git
    green = world.page("green", "teams")["id"]
    assert world.in_notion("new", "Team") == [{"id": green}]
    assert world.in_notion("t1", "Hours") == 71
    assert world.in_notion("t3", "Due")["start"] == "2026-12-24"
    assert world.in_notion("t5", "Hours") == 55
    files = sorted(p.stem for p in (world.root / "state/records/tasks").glob("*.yaml"))
    assert len(files) == 6
    assert files[0].startswith(BORN)
    assert files[1:] == ["new", "t1", "t2", "t3", "t5"]
    assert world.in_git("t2")["hours"] == 52
    assert world.in_git("t3")["note"] == "Bring both"
    assert str(world.in_git("t3")["due"]) == "2026-12-24"
    assert world.in_git("t5")["hours"] == 75
    conflicts = sorted((world.root / "state/conflicts/tasks").glob("*"))
    assert [c.name for c in conflicts] == ["t5.yaml"]
    assert world.git("status", "--porcelain") == ""
    assert not list(world.root.glob("state/**/*.tmp"))
    world.unbroken()


def survive(busy: Path, killer: Killer, patch: pytest.MonkeyPatch, capsys: Any, **how: Any) -> bool:
    """Kill an apply somewhere, apply again, and look; whether it was killed at all."""
    place = f"{how['kind']}-{how['nth']}-{how['when']}"
    root = copy(busy, busy.parent / place)
    first = killer.run(root, "apply", "--yes", **how)
    killed = bool(first["code"] == -signal.SIGKILL)
    assert killed or first["events"] < how["nth"], first["text"]
    world = World(root, patch, capsys, flags=("--sandbox",))
    world.later()
    again = killer.run(root, "apply", "--yes")
    told = f"{place}: {first['text']}\n--- then ---\n{again['text']}"
    assert again["code"] == ExitCode.DECISIONS_REMAIN, told
    plan = killer.run(root, "plan", "--detailed-exitcode")
    assert plan["code"] == ExitCode.DECISIONS_REMAIN, f"{told}\n{plan['text']}"
    finished(world)
    world.sandbox.close()
    return killed


def test_an_apply_that_nobody_kills(
    busy: Path, killer: Killer, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    ran = killer.run(busy, "apply", "--yes")
    assert ran["code"] == ExitCode.DECISIONS_REMAIN, ran["text"]
    finished(World(busy, monkeypatch, capsys, flags=("--sandbox",)))


def points(killer: Killer, busy: Path, kind: str) -> int:
    """How many events of a kind an apply has."""
    count = killer.run(copy(busy, busy.parent / "count"), "apply", "--yes", kind=kind)["events"]
    assert count >= EVENTS_AT_LEAST[kind], "the hook does not see what it should"
    return int(count)


@pytest.mark.parametrize("kind", KINDS)
def test_killed_here_and_there(
    busy: Path, killer: Killer, monkeypatch: pytest.MonkeyPatch, capsys: Any, kind: str
) -> None:
    """F051, F052, F053, F055, I3, I16.

    A sample of the sweep below: some points of each kind, evenly spread.
    """
    count = points(killer, busy, kind)
    for part in (1, 3):
        nth, when = count * part // 4, ("before", "after")[part % 2]
        assert survive(busy, killer, monkeypatch, capsys, kind=kind, nth=nth, when=when)


@pytest.mark.parametrize(
    ("first", "second"), [(("file", 9), ("file", 4)), (("request", 8), ("journal", 5))]
)
def test_the_recovery_is_killed_too(  # noqa: PLR0917  fixtures
    busy: Path,
    killer: Killer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Any,
    first: tuple[str, int],
    second: tuple[str, int],
) -> None:
    """Holds F059."""
    world = World(busy, monkeypatch, capsys, flags=("--sandbox",))
    for kind, nth in (first, second):
        ran = killer.run(busy, "apply", "--yes", kind=kind, nth=nth, when="after")
        assert ran["code"] == -signal.SIGKILL, ran["text"]
        world.later()
    again = killer.run(busy, "apply", "--yes")
    assert again["code"] == ExitCode.DECISIONS_REMAIN, again["text"]
    finished(world)


@pytest.mark.slow
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("kind", KINDS)
def test_killed_anywhere(  # noqa: PLR0917  fixtures
    busy: Path,
    killer: Killer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Any,
    kind: str,
    when: str,
) -> None:
    """F051, F052, F053.

    At every request, every call of git, every change of a file, before and after it.
    """
    count = points(killer, busy, kind)
    for nth in range(1, count + 1):
        assert survive(busy, killer, monkeypatch, capsys, kind=kind, nth=nth, when=when)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupted(  # noqa: PLR0917  fixtures
    busy: Path,
    killer: Killer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Any,
    number: signal.Signals,
    code: int,
) -> None:
    """F060: By Ctrl-C or a runner that cancels: the contract's code, and nothing to clear up."""
    for nth in (3, 9, 12):
        root = copy(busy, busy.parent / f"signal-{nth}")
        how = {"kind": "request", "nth": nth, "when": "after", "signal": int(number)}
        ran = killer.run(root, "apply", "--yes", **how)
        assert ran["code"] == code, ran["text"]
        assert "Traceback" not in ran["text"]
        world = World(root, monkeypatch, capsys, flags=("--sandbox",))
        world.later()
        again = killer.run(root, "apply", "--yes")
        assert again["code"] == ExitCode.DECISIONS_REMAIN, again["text"]
        finished(world)
        world.sandbox.close()
