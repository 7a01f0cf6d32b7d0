"""Git remotes, odd states of the repository, and state that cannot be trusted."""

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

from notion_gitops.model.backups import KeptSync
from notion_gitops.model.errors import ExitCode
from notion_gitops.workflow.reading.announced import RUN_REF
from notion_gitops.workflow.reading.kept import kept_syncs
from notion_gitops.workflow.workspace import STATE_REF, open_workspace
from tests.faults.faults_git import MAIN, git, heads, hook
from tests.faults.faults_world import World, unusable

METADATA = ("tasks/sync.yaml", "tasks/schema.json", "tasks/pages/00/00.jsonl")
APPLY = (sys.executable, "-m", "notion_gitops", "apply", "--sandbox", "--yes")


# --- pushing ---


def test_both_branches_are_pushed_at_once(world: World, remote: Path) -> None:
    seen = remote / "seen"
    hook(remote, f"cat >> {seen}; echo end >> {seen}")
    world.edit_notion("t1", hours=55)
    ran = world.apply("--push")
    assert ran.code == ExitCode.DONE, ran.text
    assert heads(remote) == (world.head(), world.head(STATE_REF))
    lock, both, unlock, after = seen.read_text().split("end\n")
    assert RUN_REF in lock
    assert MAIN in both
    assert STATE_REF in both
    assert RUN_REF in unlock
    assert after == ""


def test_without_push_nothing_is_sent_and_that_is_said(world: World, remote: Path) -> None:
    before = heads(remote)
    world.edit_notion("t1", hours=55)
    assert world.apply().code == ExitCode.DONE
    assert heads(remote) == before


def test_a_feature_branch_is_planned_but_not_applied(world: World, remote: Path) -> None:
    before = heads(remote)
    world.git("switch", "-q", "-c", "feature")
    world.edit_git("t1", hours=55)
    requests = world.sandbox.requests
    ran = world.apply("--push")
    assert ran.code == ExitCode.REFUSED, ran.text
    assert "feature is not the branch that is synced, which is main" in ran.text
    assert "Merge feature first" in ran.text
    assert [o.method for o in world.sandbox.log[requests:] if o.method == "PATCH"] == []
    assert heads(remote) == before


def test_a_quiet_apply_pushes_what_was_not_pushed_yet(world: World, remote: Path) -> None:
    world.edit_notion("t1", hours=55)
    world.apply()
    ran = world.apply("--push")
    assert ran.code == ExitCode.DONE, ran.text
    assert heads(remote) == (world.head(), world.head(STATE_REF))


def test_a_rejected_push_is_said_and_made_up_for(world: World, remote: Path) -> None:
    """Holds F074, F075."""
    before = heads(remote)
    hook(remote, f"grep -q {MAIN} && echo 'main is protected' >&2 && exit 1; exit 0")
    world.edit_notion("t1", hours=55)
    world.edit_git("t2", hours=72)
    ran = world.apply("--push")
    assert ran.code == ExitCode.PARTLY_APPLIED, ran.text
    assert "rejected" in ran.out
    assert heads(remote) == before  # neither branch alone
    again = world.apply("--push")
    assert again.code == ExitCode.PARTLY_APPLIED, again.text
    (remote / "hooks" / "pre-receive").unlink()
    done = world.apply("--push")
    assert done.code == ExitCode.DONE, done.text
    assert heads(remote) == (world.head(), world.head(STATE_REF))
    assert world.in_notion("t2", "Hours") == 72
    world.at_rest()


def test_a_remote_that_is_ahead_is_refused_before_anything_is_written(
    world: World, clone: Callable[..., World]
) -> None:
    other = clone("other")
    other.edit_git("t3", hours=73)
    other.git("push", "-q")
    world.edit_git("t2", hours=72)
    before = world.heads()
    sent = len(world.transport.sent)
    ran = world.apply("--push")
    assert ran.code == ExitCode.REFUSED, ran.text
    assert "git pull" in ran.text
    assert world.heads() == before
    assert len(world.transport.sent) == sent
    assert world.in_notion("t2", "Hours") == 2


def test_a_newer_state_of_the_remote_is_taken_over(
    world: World, clone: Callable[..., World]
) -> None:
    other = clone("other")
    other.edit_git("t3", hours=73)
    assert other.apply("--push").code == ExitCode.DONE
    world.git("pull", "-q", "--ff-only")
    world.edit_git("t2", hours=72)
    ran = world.apply("--push")
    assert ran.code == ExitCode.DONE, ran.text
    assert world.git("merge-base", "--is-ancestor", other.head(STATE_REF), STATE_REF) == ""
    assert world.in_notion("t3", "Hours") == 73
    world.at_rest()


def _backups(world: World) -> tuple[KeptSync, ...]:
    return kept_syncs(open_workspace(world.root), world.head(STATE_REF))


def test_states_that_went_apart_are_refused(world: World, clone: Callable[..., World]) -> None:
    """Holds F084."""
    other = clone("other")
    world.edit_notion("t2", hours=99)
    assert world.apply().code == ExitCode.DONE  # and not pushed
    overwritten = {b.key for sync in _backups(world) for b in sync.backups}
    assert "t2" in overwritten
    other.edit_notion("t3", note="One")
    assert other.apply("--push").code == ExitCode.DONE
    world.git("fetch", "-q")
    world.git("merge", "-q", "--no-edit", "origin/main")
    before = world.heads()
    ran = world.apply("--push")
    assert ran.code == ExitCode.REFUSED, ran.text
    assert "went apart" in ran.text
    assert world.heads() == before
    told = world.run("status")  # it only reads, so it shows what is here
    assert told.code == ExitCode.REFUSED
    assert "went apart" in told.text
    assert re.search(r"^ +git branch notion-gitops/kept-\w{7} \w{12}$", told.text, re.MULTILINE)
    assert "Never synced" not in told.text
    last = next(s for s in _backups(world) if s.backups).sync_id
    for words in (["log"], ["log", "--health"], ["backups list"], ["backups show", last]):
        told = world.run(*words)
        assert told.code == ExitCode.REFUSED, words
        assert last[-4:] in told.text, words
        assert "went apart" in told.text, words
    alone = [line.split() for line in ran.text.splitlines() if line.lstrip().startswith("git ")]
    assert [len(words) for words in alone] == [4, 4], ran.said  # each on a line of its own
    advice = re.findall(r"git ((?:branch|update-ref) \S+ \S+)", ran.said)
    assert [words.split()[0] for words in advice] == ["branch", "update-ref"], ran.said
    for words in advice:
        world.git(*words.split())
    theirs = world.head("refs/remotes/origin/notion-gitops/state")
    assert world.head(STATE_REF) == theirs
    assert overwritten <= {b.key for sync in _backups(world) for b in sync.backups}
    done = world.apply("--push")
    assert done.code in (ExitCode.DONE, ExitCode.DECISIONS_REMAIN), done.text
    world.at_rest()


def test_no_remote_and_an_unreachable_one(world: World, tmp_path: Path) -> None:
    """Holds G01."""
    world.edit_git("t2", hours=72)
    before = world.heads()
    assert world.apply("--push").code == ExitCode.USAGE
    world.git("remote", "add", "origin", str(tmp_path / "nowhere.git"))
    ran = world.apply("--push")
    assert ran.code not in (ExitCode.DONE, ExitCode.PARTLY_APPLIED), ran.text
    assert world.heads() == before
    assert world.in_notion("t2", "Hours") == 2


def test_with_a_remote_only_the_branch_of_the_state_is_applied(world: World, remote: Path) -> None:
    """Else edits that nobody reviewed would reach everybody through Notion."""
    world.git("checkout", "-qb", "draft")
    world.edit_git("t1", hours=71)
    before = world.heads()
    ran = world.apply()
    assert ran.code == ExitCode.REFUSED, ran.text
    assert "main" in ran.said
    assert world.heads() == before
    assert not world.transport.writes()
    assert world.run("plan").code == ExitCode.DONE
    world.git("checkout", "-q", "main")
    world.git("merge", "-q", "draft")
    assert world.apply().code == ExitCode.DONE


# --- clones ---


def test_a_fresh_clone_plans_quiet(clone: Callable[..., World]) -> None:
    other = clone("fresh")
    assert subprocess.run(["git", "-C", str(other.root), "rev-parse", "-q", "--verify", STATE_REF],
                          capture_output=True, check=False).returncode != 0  # fmt: skip
    assert other.plan_code() == 0
    assert "Never synced" not in other.run("status").out


def test_a_fresh_clone_applies_and_pushes(clone: Callable[..., World], remote: Path) -> None:
    other = clone("fresh")
    other.edit_notion("t1", hours=55)
    ran = other.apply("--push")
    assert ran.code == ExitCode.DONE, ran.text
    assert heads(remote) == (other.head(), other.head(STATE_REF))
    other.at_rest()


def test_a_state_that_is_behind_the_remotes_loses_no_edit(
    world: World, clone: Callable[..., World]
) -> None:
    """Holds D8, F074."""
    other = clone("other")
    other.edit_notion("t3", note="One")
    assert other.apply("--push").code == ExitCode.DONE  # it has a state of its own from now on
    world.git("pull", "-q")
    world.edit_git("t1", hours=55)
    assert world.apply("--push").code == ExitCode.DONE
    other.edit_notion("t1", hours=1)  # back again, in Notion
    other.git("pull", "-q")
    assert other.apply().code == ExitCode.DONE
    assert (other.in_notion("t1", "Hours"), other.in_git("t1")["hours"]) == (1, 1)
    other.at_rest()


@pytest.mark.parametrize("depth", ["1", "2"])
def test_a_shallow_clone_plans_and_applies(
    world: World, remote: Path, clone: Callable[..., World], depth: str
) -> None:
    """Holds F086."""
    world.edit_git("t1", hours=71)
    world.edit_git("t2", hours=72)
    world.apply("--push")
    other = clone("shallow", "--depth", depth, "--no-single-branch")
    assert other.plan_code() == 0
    other.edit_notion("t3", hours=55)
    other.edit_git("t4", hours=74)
    ran = other.apply("--push")
    assert ran.code == ExitCode.DONE, ran.text
    assert heads(remote) == (other.head(), other.head(STATE_REF))
    assert other.in_notion("t4", "Hours") == 74
    assert other.plan_code() == 0


def test_a_runner_whose_disk_is_gone_loses_nothing(
    world: World, remote: Path, clone: Callable[..., World]
) -> None:
    """F064: It wrote to Notion and could not push: another clone finds both sides equal."""
    one = clone("one")
    one.edit_git("t1", hours=71)
    one.git("push", "-q")
    one.write("new", title="New", status="todo")
    one.commit()
    one.git("push", "-q")
    one.edit_notion("t2", hours=52)
    hook(remote, f"! grep -q {MAIN}")
    assert one.apply("--push").code == ExitCode.PARTLY_APPLIED
    (remote / "hooks" / "pre-receive").unlink()
    two = clone("two")
    ran = two.apply("--push")
    assert ran.code == ExitCode.DONE, ran.text
    assert two.keys().count("new") == 1
    assert two.in_git("t2")["hours"] == 52
    assert not (two.root / "state/conflicts").exists()
    two.at_rest()


# --- repositories that cannot be written ---


def detach(world: World) -> None:
    world.git("checkout", "-q", "--detach")


def merge(world: World) -> None:
    world.git("checkout", "-qb", "side")
    world.edit_git("t1", hours=71)
    world.git("checkout", "-q", "main")
    world.edit_git("t1", hours=72)
    subprocess.run(["git", "-C", str(world.root), "merge", "-q", "side"], check=False,
                   capture_output=True)  # fmt: skip
    world.git("checkout", "-q", "--ours", ".")


def unborn(world: World) -> None:
    world.git("checkout", "-q", "--orphan", "empty")
    world.git("rm", "-q", "--cached", "-r", ".")


@pytest.mark.parametrize("odd", [detach, merge, unborn])
def test_an_odd_repository_is_not_written(world: World, odd: Callable[[World], None]) -> None:
    """Holds F088."""
    world.edit_notion("t2", hours=52)
    odd(world)
    refs, status = world.git("show-ref"), world.git("status", "--porcelain")
    ran = world.apply()
    assert ran.code == ExitCode.STATE_UNUSABLE, ran.text
    assert "Nothing was written" in ran.text or "Commit" in ran.text
    assert world.git("show-ref") == refs
    assert world.git("status", "--porcelain") == status
    assert not world.transport.sent
    plan = world.run("plan")
    assert "Traceback" not in plan.text
    if odd is not unborn:
        assert plan.code == ExitCode.DONE, plan.text
        assert "t2" in plan.out


def test_no_repository(tmp_path: Path, world: World) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    world.root = folder
    for command in ("apply", "plan", "status"):
        ran = world.run(command)
        assert ran.code == ExitCode.STATE_UNUSABLE, ran.text
        assert "git init" in ran.said
    assert not list(folder.iterdir())


# --- state that cannot be trusted ---


def test_a_rewound_branch(world: World) -> None:
    """Holds F082, G10."""
    start = world.head()
    world.edit_git("t1", hours=71)
    assert world.apply().code == ExitCode.DONE
    world.git("reset", "-q", "--hard", start)
    unusable(world, "not in the history")


def test_a_state_of_another_repository(world: World, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "-b", "main", "foreign")
    foreign = tmp_path / "foreign"
    (foreign / "x").write_text("x")
    git(foreign, "add", "x")
    git(foreign, "commit", "-qm", "Foreign")
    world.git("fetch", "-q", str(foreign), "main")
    tree = world.git("rev-parse", f"{STATE_REF}^{{tree}}").strip()
    message = f"Sync\n\nSync-Id: x\nSync-Records: {git(foreign, 'rev-parse', 'HEAD').strip()}\n"
    commit = world.git("commit-tree", tree, "-m", message).strip()
    world.git("update-ref", STATE_REF, commit)
    unusable(world, "not in the history")


def change_state(world: World, path: str, content: bytes) -> None:
    """Put a file on the state branch, keeping the trailers of its last commit."""
    env = {**os.environ, "GIT_INDEX_FILE": str(world.root / ".git" / "test-index")}
    where = ["git", "-C", str(world.root)]
    blob = subprocess.run([*where, "hash-object", "-w", "--stdin"], input=content,
                          capture_output=True, check=True).stdout.decode().strip()  # fmt: skip
    subprocess.run([*where, "read-tree", STATE_REF], env=env, check=True)
    entry = f"100644,{blob},{path}"
    subprocess.run([*where, "update-index", "--add", "--cacheinfo", entry], env=env, check=True)
    done = subprocess.run([*where, "write-tree"], env=env, check=True, capture_output=True)
    tree = done.stdout.decode().strip()
    message = world.git("log", "-1", "--format=%B", STATE_REF)
    commit = world.git("commit-tree", tree, "-p", STATE_REF, "-m", message).strip()
    world.git("update-ref", STATE_REF, commit)


@pytest.mark.parametrize("path", METADATA)
def test_a_newer_format(world: World, path: str) -> None:
    text = world.state_file(path)
    for old in ('"format_version":1', '"format_version": 1', "format_version: 1"):
        text = text.replace(old, old[:-1] + "2")
    change_state(world, path, text.encode())
    unusable(world, "newer version", path)


@pytest.mark.parametrize("path", METADATA)
@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: len(text) // 2],
        lambda text: b"<<<<<<< ours\n" + text,
        lambda _: b"",
        lambda text: text + b"\xff\xfe\n",
        lambda _: b"[1, 2]\n",
    ],
    ids=["cut", "markers", "empty", "bytes", "other"],
)
def test_damaged_metadata(world: World, path: str, damage: Callable[[bytes], bytes]) -> None:
    change_state(world, path, damage(world.state_file(path).encode()))
    unusable(world, path)


def test_a_damaged_base_record(world: World) -> None:
    """Holds G07."""
    path = "state/records/tasks/t2.yaml"
    change_state(world, path, b"title: [\n")
    world.edit_git("t2", hours=72)
    before = world.heads()
    ran = world.apply()
    assert "Traceback" not in ran.text
    assert ran.code in (ExitCode.STATE_UNUSABLE, ExitCode.DECISIONS_REMAIN), ran.text
    if ran.code == ExitCode.STATE_UNUSABLE:
        assert world.heads() == before
    assert world.in_git("t2")["hours"] == 72


# --- two at once ---


def test_two_at_once(world: World) -> None:
    """Holds C11."""
    world.edit_git("t1", hours=71)
    second: list[int] = []

    def apply_too() -> None:
        done = subprocess.run(
            [*APPLY, "-C", str(world.root)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        second.append(done.returncode)
        assert "another run is writing" in done.stderr
        assert str(os.getpid()) in done.stderr

    world.when("PATCH", "/pages/", apply_too)
    assert world.apply().code == ExitCode.DONE
    assert second == [ExitCode.LOCKED]


def test_a_lock_without_a_name(world: World) -> None:
    lock = FileLock(world.root / ".notion-gitops" / "lock")
    with lock:
        ran = world.apply()
    assert ran.code == ExitCode.LOCKED
    assert world.apply().code == ExitCode.DONE


def test_many_at_once_leave_one_page_for_each_record(world: World) -> None:
    """F067, I3: Some are locked out; in the end there is one page, and the repository is whole."""
    world.sandbox.close()
    world.write("new", title="New", status="todo")
    world.commit()
    argv = [*APPLY, "--all-new", "-C", str(world.root)]
    codes: list[int] = []

    def run() -> None:
        codes.append(subprocess.run(argv, capture_output=True, check=False).returncode)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(codes) <= {ExitCode.DONE, ExitCode.LOCKED}, codes
    assert ExitCode.DONE in codes
    there = World(world.root, world.monkeypatch, world.capsys, flags=("--sandbox",))
    assert there.keys().count("new") == 1
    there.unbroken()
    assert json.loads(there.run("log", "--format", "json").out)
