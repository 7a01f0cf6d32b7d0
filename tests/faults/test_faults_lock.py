"""One apply at a time among machines: the lock on the git remote, its lease, and what it leaves."""

import copy
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from notion_gitops.model.errors import ExitCode
from notion_gitops.workflow.reading.announced import RUN_REF
from notion_gitops.workflow.writing import lease
from tests.faults.faults_git import git
from tests.faults.faults_transport import Json
from tests.faults.faults_world import Ran, World, plain

CREATE = r"/v1/pages$"
TASK = r"/pages/[0-9a-f-]+$"
HOOK = '#!/bin/sh\ncat >> pushes\n[ ! -e refuse ] || ! grep -q "$(cat refuse)" pushes\n'


@dataclass
class Team:
    """Two clones of one remote, and the Notion that both write to."""

    one: World
    two: World
    remote: Path

    def lock(self) -> Json | None:
        """Who holds it, as the remote has it."""
        if not git(self.remote, "for-each-ref", RUN_REF):
            return None
        found: Json = json.loads(git(self.remote, "show", f"{RUN_REF}:run.json"))
        return found

    def pass_time(self, minutes: float) -> None:
        """Let the lock have been announced earlier than it was."""
        run = self.lock()
        assert run is not None
        for place in (run, *run["creates"]):
            for name in {"since", "until", "at"} & place.keys():
                moment = datetime.fromisoformat(place[name]) - timedelta(minutes=minutes)
                place[name] = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.announce(run)

    def announce(self, run: Json) -> None:
        """Put this into the place of what stands there."""
        blob = git(self.remote, "hash-object", "-w", "--stdin", stdin=json.dumps(run)).strip()
        tree = git(self.remote, "mktree", stdin=f"100644 blob {blob}\trun.json\n").strip()
        before = git(self.remote, "rev-parse", RUN_REF).strip()
        commit = git(self.remote, "commit-tree", tree, "-p", before, "-m", "Set").strip()
        git(self.remote, "update-ref", RUN_REF, commit)

    def pushes(self) -> list[str]:
        """The refs that were pushed so far."""
        log = self.remote / "pushes"
        return [line.split()[2] for line in log.read_text().splitlines()] if log.exists() else []

    def refuse(self, ref: str) -> None:
        """Let the remote take no push of a ref any more."""
        (self.remote / "pushes").unlink(missing_ok=True)
        (self.remote / "refuse").write_text(ref)


@pytest.fixture
def team(world: World, tmp_path: Path) -> Team:
    remote = tmp_path / "remote.git"
    world.git("clone", "-q", "--bare", ".", str(remote))
    world.git("remote", "add", "origin", str(remote))
    world.git("fetch", "-q", "origin")
    world.git("clone", "-q", str(remote), str(tmp_path / "two"))
    hook = remote / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(HOOK)
    hook.chmod(0o755)
    two = copy.copy(world)  # the same Notion, in another folder
    two.root = tmp_path / "two"
    return Team(world, two, remote)


def new_task(world: World) -> None:
    world.edit_git("new", title="New task", status="doing", hours=7, team=["red"])


def share(team: Team) -> None:
    """The edit of the first clone reaches the second, before either syncs."""
    team.one.git("push", "-q", "origin", "main")
    team.two.git("pull", "-q", "--ff-only")


def meanwhile(team: Team, method: str, path: str, act: Callable[[], Ran], **more: int) -> list[Ran]:
    """What became of what another machine does at a request of the first."""
    ran: list[Ran] = []
    team.one.when(method, path, lambda: ran.append(act()), **more)
    return ran


def dies(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    """An apply that writes to Notion, and whose machine is gone before its commits."""

    def end(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("notion_gitops.workflow.apply.commit_sync", end)
        patch.setattr(lease.Lease, "give_up", end)
        assert world.apply().code == ExitCode.INTERRUPTED


def test_f067_another_machine_writes_nothing_while_one_does(team: Team) -> None:
    """Holds D10, I14."""
    new_task(team.one)
    share(team)
    other = meanwhile(team, "POST", CREATE, team.two.apply)
    ran = team.one.apply("--push")
    assert ran.code == ExitCode.DONE, ran.text
    assert [o.code for o in other] == [ExitCode.LOCKED]
    assert "another run is writing: process" in other[0].said
    assert "notion-gitops unlock 20" in other[0].said
    assert team.one.keys().count("new") == 1
    assert team.lock() is None
    team.two.git("pull", "-q", "--ff-only")
    assert team.two.apply().code == ExitCode.DONE
    team.one.at_rest()


def test_the_lock_tells_what_is_being_created(team: Team) -> None:
    """Holds I11."""
    new_task(team.one)
    seen: list[Json | None] = []
    team.one.when("POST", CREATE, lambda: seen.append(team.lock()))
    assert team.one.apply("--push").code == ExitCode.DONE
    (run,) = seen
    assert run is not None
    assert run["held"] is True
    (create,) = run["creates"]
    assert (create["mapping"], create["key"]) == ("tasks", "new")
    assert create["at"] == run["until"]  # the last moment at which it may be sent


def test_a_quiet_run_takes_no_lock(team: Team) -> None:
    assert team.one.apply("--push").code == ExitCode.DONE
    assert team.pushes() == []
    team.one.edit_git("t1", hours=77)
    assert team.one.apply("--push").code == ExitCode.DONE
    first, *between, last = team.pushes()
    assert first == last == RUN_REF
    assert {"refs/heads/main", "refs/heads/notion-gitops/state"} <= set(between)


def test_f068_a_dead_run_is_followed_after_its_lease(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_task(team.one)
    share(team)
    dies(monkeypatch, team.one)
    assert team.two.apply().code == ExitCode.LOCKED
    team.pass_time(14)
    assert team.two.apply().code == ExitCode.LOCKED  # it may have been stopped, and go on
    team.pass_time(2)
    ran = team.two.apply("--push")
    assert ran.code == ExitCode.DONE, ran.text
    assert team.one.keys().count("new") == 1
    assert team.lock() is None


def test_a_clone_follows_its_own_dead_run_at_once(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_task(team.one)
    dies(monkeypatch, team.one)
    assert team.lock() is not None
    assert team.one.apply("--push").code == ExitCode.DONE
    assert team.lock() is None
    assert team.one.keys().count("new") == 1


@pytest.mark.parametrize("seen", [False, True])
def test_f064_a_create_of_a_machine_that_is_gone_is_not_made_twice(
    team: Team, monkeypatch: pytest.MonkeyPatch, seen: bool
) -> None:
    """D2: Its disk is lost, and with it the journal; queries do not show its page yet."""
    monkeypatch.setattr("notion_gitops.workflow.writing.asking.LOOK_UPS", (0.0,))
    new_task(team.one)
    share(team)
    dies(monkeypatch, team.one)
    pages = {p["id"] for p in team.one.pages() if plain(p, "Task ID") == "new"}
    assert len(pages) == 1
    team.one.transport.unlisted |= set() if seen else pages
    team.pass_time(10.5)  # its lease has just ended: it may have sent the page just now
    run = git(team.remote, "show", f"{RUN_REF}:run.json")
    assert team.two.run("unlock", json.loads(run)["run"]).code == ExitCode.DONE
    if not seen:
        ran = team.two.apply("--push")
        assert ran.code == ExitCode.PARTLY_APPLIED, ran.text
        left = team.lock()
        assert left is not None
        assert (left["held"], len(left["creates"])) == (False, 1)
        assert team.one.keys().count("new") == 1
        team.one.transport.unlisted.clear()
    assert team.two.apply("--push").code == ExitCode.DONE
    assert team.one.keys().count("new") == 1
    assert team.lock() is None


def test_f068_a_lock_is_broken_by_its_own_name_alone(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "No run holds the lock on origin." in team.two.run("unlock").out
    new_task(team.one)
    dies(monkeypatch, team.one)
    lock = team.lock()
    assert lock is not None
    shown = team.two.run("unlock").out
    assert lock["run"] in shown
    assert lock["who"] in shown
    refused = team.two.run("unlock", "20260101T0000Z-0000")
    assert refused.code == ExitCode.REFUSED
    assert lock["run"] in refused.said
    assert team.lock() == lock
    assert team.two.run("unlock", lock["run"]).code == ExitCode.DONE
    assert "No run holds" in team.two.run("unlock").out
    assert team.two.run("unlock", lock["run"]).code == ExitCode.REFUSED


def test_i14_a_run_whose_lock_was_broken_sends_nothing_more(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Holds F069."""
    for number in range(1, 5):
        team.one.write(f"t{number}", hours=100 + number)
    team.one.commit()
    share(team)
    monkeypatch.setattr(lease, "RENEWED_AFTER", timedelta())  # asks before and after each write

    def takes_over() -> Ran:
        lock = team.lock()
        assert lock is not None
        assert team.two.run("unlock", lock["run"]).code == ExitCode.DONE
        return team.two.apply("--push")

    other = meanwhile(team, "PATCH", TASK, takes_over, nth=2)
    ran = team.one.apply("--push")
    assert ran.code == ExitCode.PARTLY_APPLIED, ran.text
    assert "lost its lock on origin" in ran.said
    assert [o.code for o in other] == [ExitCode.DONE]
    sent = Counter(path for method, path, _ in team.one.transport.sent if method == "PATCH")
    assert sorted(sent.values()) == [1, 1, 1, 2], sent  # twice: what was out when it was broken
    state = team.one.head("refs/heads/notion-gitops/state")
    there = git(team.remote, "rev-parse", "notion-gitops/state").strip()
    assert state != there  # it committed nothing: the other's commits are the next one's base
    team.one.git("pull", "-q", "--ff-only", "origin", "main")
    assert team.one.apply("--push").code == ExitCode.DONE
    assert [team.one.in_notion(f"t{n}", "Hours") for n in range(1, 5)] == [101, 102, 103, 104]
    team.one.at_rest()


def test_f069_a_write_that_was_held_up_beyond_its_lease_is_told(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process is stopped after its last look at the lock; the write goes out all the same."""
    team.one.edit_git("t1", hours=101)
    share(team)

    def stopped() -> Ran:
        lock = team.lock()
        assert lock is not None
        assert team.two.run("unlock", lock["run"]).code == ExitCode.DONE
        monkeypatch.setattr(lease, "RENEWED_AFTER", timedelta())  # so long it was stopped
        return team.two.apply("--push")

    meanwhile(team, "PATCH", TASK, stopped)
    result = team.one.result(team.one.apply("--push", "--format", "json"))
    (outcome,) = result["sync"]["outcomes"]
    assert (outcome["key"], outcome["status"]) == ("t1", "pending")
    assert "lost its lock" in str(outcome)
    assert result["sync"]["exit_code"] == ExitCode.PARTLY_APPLIED


def test_a_lease_is_renewed_as_long_as_the_writing_goes_on(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2, 3):
        team.one.write(f"t{number}", hours=100 + number)
    team.one.commit()
    monkeypatch.setattr(lease, "RENEWED_AFTER", timedelta())
    assert team.one.apply("--push").code == ExitCode.DONE
    assert team.pushes().count(RUN_REF) >= 2 + 2 * 3
    assert team.lock() is None


def test_f081_a_remote_that_takes_no_push_is_found_before_anything_is_written(team: Team) -> None:
    team.one.edit_git("t1", hours=77)
    team.refuse(RUN_REF)
    before = team.one.heads()
    ran = team.one.apply("--push")
    assert ran.code == ExitCode.FAILED, ran.text
    assert "does not let us push" in ran.said
    assert team.one.transport.writes() == []
    assert team.one.heads() == before
    # Who does not push is told that nobody is kept away, and may go on.
    alone = team.one.apply()
    assert alone.code == ExitCode.DONE, alone.text
    assert "No lock could be taken on origin" in alone.said


def test_a_sync_that_came_between_plan_and_lock_is_not_planned_over(team: Team) -> None:
    """Holds F076, D12."""
    new_task(team.one)
    share(team)
    other = meanwhile(team, "POST", "/query$", lambda: team.two.apply("--push"))
    ran = team.one.apply("--push")
    assert [o.code for o in other] == [ExitCode.DONE]
    assert ran.code == ExitCode.REFUSED, ran.text
    assert "another sync was pushed to origin while this one was planned" in ran.said
    assert team.one.keys().count("new") == 1
    assert team.lock() is None


def test_a_lock_of_a_newer_version_is_respected(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_task(team.one)
    dies(monkeypatch, team.one)
    team.announce({**(team.lock() or {}), "format_version": 2})
    team.two.edit_git("t1", hours=77)
    ran = team.two.apply()
    assert ran.code == ExitCode.STATE_UNUSABLE, ran.text
    assert "newer version" in ran.said
    assert [w for w in team.one.transport.writes() if w[0] == "PATCH"] == []
