"""Record files that no commit holds, and those of a commit that are not in the work tree."""

from collections.abc import Callable
from pathlib import Path

import pytest

from notion_gitops.model.errors import ExitCode
from notion_gitops.workflow.workspace import STATE_REF
from tests.faults.faults_git import git
from tests.faults.faults_samples import make_workspace
from tests.faults.faults_world import Ran, World

Clone = Callable[..., World]
POINTER = (
    "version https://git-lfs.github.com/spec/v1\n"
    "oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"
)


def told(ran: Ran, *said: str) -> None:
    assert ran.code == ExitCode.DECISIONS_REMAIN, ran.text
    for text in said:
        assert text in ran.said, ran.text


def test_f087_a_record_file_that_git_ignores_gets_no_page_and_loses_none(world: World) -> None:
    (world.root / ".gitignore").write_text(".notion-gitops/\n*-draft.yaml\nt1.yaml\nold/\n")
    world.git("add", ".gitignore")
    world.git("commit", "-qm", "Ignore")
    world.write("new-draft", title="New", status="todo")
    world.git("rm", "-q", "--cached", "state/records/tasks/t2.yaml")
    (world.root / ".gitignore").write_text(
        ".notion-gitops/\n*-draft.yaml\nt1.yaml\nt2.yaml\nold/\n"
    )
    world.git("add", ".gitignore")
    world.git("commit", "-qm", "t2 is in no commit any more")
    copies = world.root / "state/records/tasks/old"
    copies.mkdir()
    (copies / "t3.yaml").write_text("title: A copy\n")
    world.edit_notion("t1", hours=55)  # ignored, and committed all the same: git keeps it
    ran = world.apply()
    told(ran, "new-draft.yaml is ignored by git", "t2.yaml is ignored by git", ".gitignore")
    assert world.in_git("t1")["hours"] == 55
    assert world.keys() == ["t1", "t2", "t3", "t4", "t5", "t6"]
    assert "t3.yaml is ignored" not in ran.said


@pytest.fixture
def fresh(tmp_path: Path, world: World) -> World:
    """A workspace that was never synced."""
    make_workspace(tmp_path / "fresh")
    return World(tmp_path / "fresh", world.monkeypatch, world.capsys)


def test_f087_ignored_files_and_those_of_a_submodule_get_no_page_at_first_contact(
    fresh: World, tmp_path: Path
) -> None:
    inner = fresh.root / "state/records/tasks/inner"
    inner.mkdir(parents=True)
    git(inner, "init", "-q")
    (inner / "theirs.yaml").write_text("title: Of another repository\nstatus: todo\n")
    git(inner, "add", "-A")
    git(inner, "commit", "-qm", "Theirs")
    fresh.git("-c", "advice.addEmbeddedRepo=false", "add", "state/records/tasks/inner")
    (fresh.root / ".gitignore").write_text(".notion-gitops/\nsecret*\n")
    fresh.write("secret", title="Mine", status="todo")
    fresh.write("kept", title="Kept", status="todo")
    fresh.git("add", "-A")
    fresh.git("commit", "-qm", "Records")
    ran = fresh.apply("--all-new")
    told(ran, "secret.yaml is ignored by git", "theirs.yaml is a file of another repository")
    assert fresh.keys() == ["kept", "t1", "t2", "t3", "t4", "t5", "t6"]


def test_f087_a_sparse_checkout_deletes_nothing(world: World, clone: Clone) -> None:
    sparse = clone("sparse")
    sparse.git("sparse-checkout", "set", "--no-cone", "/*", "!/state/records/tasks/t[12].yaml")
    assert not sparse.record("t1").exists()
    assert sparse.plan_code() == 0
    world.edit_git("t1", hours=71)  # comes by a pull, and still is not checked out
    world.git("push", "-q")
    sparse.git("pull", "-q")
    world.edit_notion("t2", hours=52)
    told(
        sparse.apply("--push"), "t1.yaml is in the last commit and left out", "sparse-checkout add"
    )
    assert sparse.in_notion("t1", "Hours") == 1
    assert sparse.keys() == ["t1", "t2", "t3", "t4", "t5", "t6"]
    assert "t2.yaml" in sparse.git("ls-files", "state/records/tasks")
    sparse.git("sparse-checkout", "disable")
    sparse.settle("--push")
    assert (sparse.in_notion("t1", "Hours"), sparse.in_git("t2")["hours"]) == (71, 52)


def test_f087_a_partial_clone_reads_what_it_needs_or_stops(
    world: World, remote: Path, clone: Clone
) -> None:
    git(remote, "config", "uploadpack.allowFilter", "true")
    git(remote, "config", "uploadpack.allowAnySHA1InWant", "true")
    partial = clone("partial", "--filter=blob:none")
    assert partial.plan_code() == 0
    partial.edit_notion("t1", hours=55)
    assert partial.apply("--push").code == ExitCode.DONE
    other = clone("other", "--filter=blob:none")
    other.git("remote", "set-url", "origin", str(remote.parent / "gone.git"))
    other.edit_git("t2", hours=72)
    before = other.head(), len(other.transport.writes())
    ran = other.run("plan")
    assert ran.code == ExitCode.STATE_UNUSABLE, ran.text
    assert (other.head(), len(other.transport.writes())) == before
    assert world.in_notion("t2", "Hours") == 2


def test_f087_pointers_of_lfs_are_no_data(world: World) -> None:
    world.record("t1").write_text(POINTER)
    world.record("new").write_text(POINTER)
    world.commit("As a clone without LFS has them")
    ran = world.apply()
    told(ran, "t1.yaml is a pointer of Git LFS", "git lfs pull")
    assert world.in_notion("t1", "Hours") == 1
    assert world.keys() == ["t1", "t2", "t3", "t4", "t5", "t6"]
    assert POINTER not in world.git("show", f"{STATE_REF}:state/records/tasks/t1.yaml")
