"""A state branch that was set back: with an old base, edits would be overwritten."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from notion_gitops.model.errors import ExitCode
from notion_gitops.workflow.workspace import NEWEST_REF, STATE_REF
from tests.faults.faults_git import MAIN, git, heads, hook
from tests.faults.faults_world import Ran, World, unusable

Clone = Callable[..., World]
WITHOUT_NEWEST = f"while read a b ref; do case $ref in {NEWEST_REF}) exit 1;; esac; done"


def set_back(remote: Path, syncs: int = 1) -> None:
    """Somebody forces the remote's state branch back."""
    git(remote, "update-ref", STATE_REF, f"{STATE_REF}~{syncs}")


def refused(ran: Ran, *said: str) -> None:
    assert ran.code == ExitCode.STATE_UNUSABLE, ran.text
    for text in said:
        assert text in ran.said, ran.text


def obey(world: World, ran: Ran) -> None:
    """Type what the message says."""
    (words,) = re.findall(r"git (update-ref \S+ \S+)", ran.said)
    world.git(*words.split())


def test_t32_a_state_branch_that_was_set_back_here_is_noticed(world: World) -> None:
    """Also one that only wrote to Notion, of which no commit of the working branch tells."""
    for number in range(2):
        world.edit_git("t1", hours=70 + number)
        assert world.apply().code == ExitCode.DONE
    world.edit_notion("t1", hours=1)  # as it was once: an old base would take it for untouched
    world.git("update-ref", STATE_REF, f"{STATE_REF}~1")
    unusable(world, "was set back", "git update-ref")
    refused(world.run("status"), "was set back", "Last sync", "records")  # it only tells
    obey(world, world.run("plan"))
    assert world.apply().code == ExitCode.DONE
    assert world.in_git("t1")["hours"] == 1
    world.at_rest()


def test_f082_a_state_branch_that_was_set_back_on_the_remote_is_noticed_in_a_fresh_clone(
    world: World, remote: Path, clone: Clone
) -> None:
    for number in range(2):
        world.edit_git("t1", hours=70 + number)
        assert world.apply("--push").code == ExitCode.DONE
    set_back(remote)
    runner = clone("runner")
    runner.edit_notion("t1", hours=1)
    sent = len(runner.transport.writes())
    ran = runner.apply("--push")
    refused(ran, "was set back", "Nothing was written")
    assert len(runner.transport.writes()) == sent
    assert runner.in_notion("t1", "Hours") == 1
    obey(runner, ran)
    assert runner.apply("--push").code == ExitCode.DONE
    assert runner.in_git("t1")["hours"] == 1
    assert heads(remote) == (runner.head(), runner.head(STATE_REF))


def test_d10_commits_of_syncs_tell_it_where_the_remote_does_not_take_that_ref(
    world: World, remote: Path, clone: Clone
) -> None:
    hook(remote, WITHOUT_NEWEST)
    for number in range(2):
        world.edit_notion("t1", hours=70 + number)
        assert world.apply("--push").code == ExitCode.DONE
    assert git(remote, "for-each-ref", NEWEST_REF) == ""
    set_back(remote)
    runner = clone("runner")
    for command in (["plan"], ["apply", "--yes", "--push"], ["status"]):
        refused(runner.run(*command), world.head()[:7], "is not in the state branch")


def test_a_branch_that_was_pushed_without_its_state_is_noticed(
    world: World, remote: Path, clone: Clone
) -> None:
    world.edit_notion("t1", hours=70)
    assert world.apply().code == ExitCode.DONE
    world.git("push", "-q", "origin", "main")
    runner = clone("runner")
    refused(runner.apply("--push"), "`notion-gitops apply --push` sends both branches")
    assert world.apply("--push").code == ExitCode.DONE  # where the sync was made all is well
    runner.git("fetch", "-q")
    assert runner.plan_code() == 0
    assert heads(remote) == (world.head(), world.head(STATE_REF))


def test_a_run_that_was_killed_between_its_commits_is_not_taken_for_it(
    world: World, remote: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.edit_notion("t1", hours=70)
    with monkeypatch.context() as patch:
        target = "notion_gitops.workflow.writing.commit.commit_state"
        patch.setattr(target, lambda *_: (_ for _ in ()).throw(OSError("the disk is full")))
        assert world.apply().code == ExitCode.PARTLY_APPLIED
    world.git("push", "-q", "origin", "main")  # and somebody pushes what he finds
    assert world.apply("--push").code == ExitCode.DONE
    assert heads(remote) == (world.head(), world.head(STATE_REF))
    world.at_rest()


def test_ordinary_days_of_a_branch_are_not_taken_for_it(
    world: World, remote: Path, clone: Clone
) -> None:
    """Merges, squashes and rebases of pull requests; fresh and shallow clones; local syncs."""

    def sync(number: int) -> None:
        world.edit_notion("t1", hours=50 + number)
        ran = world.apply("--push")
        assert ran.code == ExitCode.DONE, ran.text

    world.git("switch", "-q", "-c", "topic")
    world.edit_git("t2", hours=22)
    world.git("switch", "-q", "main")
    sync(1)
    world.git("merge", "-q", "--no-edit", "topic")
    sync(2)
    world.git("switch", "-q", "-c", "squashed", "HEAD~1")
    world.edit_git("t3", hours=23)
    message = world.git("log", "-1", "--format=%B", "main~1")  # with the trailers of a sync
    world.git("switch", "-q", "main")
    world.git("merge", "-q", "--squash", "squashed")
    world.git("commit", "-q", "-m", message)
    sync(3)
    world.git("switch", "-q", "-c", "rebased", "HEAD~2")
    world.edit_git("t4", hours=24)
    world.git("rebase", "-q", "main")
    world.git("switch", "-q", "main")
    world.git("merge", "-q", "--ff-only", "rebased")
    sync(4)
    world.edit_notion("t5", hours=55)
    assert world.apply().code == ExitCode.DONE  # and is not pushed
    world.edit_notion("t6", hours=56)
    assert world.apply("--push").code == ExitCode.DONE
    world.at_rest()
    shallow = clone("shallow", "--depth", "1", "--no-single-branch")
    assert shallow.plan_code() == 0
    assert shallow.apply("--push").code == ExitCode.DONE


def test_i13_states_descend_from_one_another_and_count_up_and_no_ref_goes_back(
    world: World, remote: Path
) -> None:
    def note() -> tuple[int, str]:
        sync = yaml.safe_load(world.state_file("tasks/sync.yaml"))
        return sync["serial"], sync["lineage"]

    seen = [note()]
    for number in range(2):
        before = world.head(STATE_REF)
        world.edit_git("t1", hours=70 + number)
        assert world.apply("--push").code == ExitCode.DONE
        assert world.head(f"{STATE_REF}~1") == before
        assert world.head(NEWEST_REF) == world.head(STATE_REF)
        assert git(remote, "rev-parse", NEWEST_REF).strip() == world.head(STATE_REF)
        seen.append(note())
        if number == 0:
            set_back(remote)
            git(remote, "update-ref", NEWEST_REF, before)
    serials, lineages = zip(*seen, strict=True)
    assert list(serials) == list(range(serials[0], serials[0] + 3))
    assert len(set(lineages)) == 1
    told = world.git("log", "-3", "--format=%(trailers:key=Sync-Serial,valueonly)", STATE_REF)
    assert [int(n) for n in told.split()] == list(reversed(serials))
    assert heads(remote) == (world.head(), world.head(STATE_REF))


def test_f070_two_first_syncs_of_one_database_are_two_lineages(
    world: World, remote: Path, clone: Clone
) -> None:
    """Neither has pushed its state when the other begins; the second one to push is told."""
    git(remote, "update-ref", "-d", STATE_REF)
    other = clone("other")
    other.git("switch", "-q", "-c", "begin", "HEAD~1")  # before the first sync
    other.git("branch", "-q", "-f", "main", "begin")
    other.git("switch", "-q", "main")
    git(remote, "update-ref", MAIN, other.head())
    assert other.apply("--push").code == ExitCode.DONE
    world.git("fetch", "-q")
    world.git("merge", "-q", "--no-edit", "-X", "theirs", "origin/main")
    world.edit_git("t1", hours=71)
    ran = world.apply("--push")
    refused(ran, "have nothing in common", "Nothing was written")
    assert world.in_notion("t1", "Hours") == 1
    for words in (["status"], ["log"], ["log", "--health"], ["backups list"]):
        refused(world.run(*words), "have nothing in common", "git branch")
    for words in re.findall(r"git ((?:branch|update-ref) \S+ \S+)", ran.said):
        world.git(*words.split())
    assert world.apply("--push").code == ExitCode.DONE
    assert world.keys() == ["t1", "t2", "t3", "t4", "t5", "t6"]
    assert heads(remote) == (world.head(), world.head(STATE_REF))
