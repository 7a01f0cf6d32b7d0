import os
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from notion_gitops.model.errors import StateUnusable, UsageError
from notion_gitops.repository import GitFailed, RaceLost, Repository, SigningFailed, calls
from notion_gitops.repository.calls import Answer

Git = Callable[..., str]
MAIN = "refs/heads/main"
STATE = "refs/heads/notion-gitops/state"


def tip(git: Git, folder: Path, ref: str = "HEAD") -> str:
    return git(folder, "rev-parse", ref).strip()


def sync(repository: Repository, changes: dict[str, bytes | None], parent: str) -> str:
    """What an apply does: write the files, commit them, bring the index up to date."""
    for path, content in changes.items():
        if content is None:
            (repository.root / path).unlink()
        else:
            (repository.root / path).parent.mkdir(parents=True, exist_ok=True)
            (repository.root / path).write_bytes(content)
    commit = repository.commit(MAIN, parent, dict(changes), "Sync\n\nSync-Id: 7k3f\n")
    assert repository.refresh_index(changes)
    return commit


def test_a_sync_leaves_a_clean_work_tree(work: Path, git: Git) -> None:
    repository = Repository.discover(work)
    parent = tip(git, work)
    changes = {"records/a.yaml": b"id: 2\n", "records/b.yaml": None, "records/x/c.yaml": b"c\n"}
    commit = sync(repository, changes, parent)
    assert git(work, "status", "--porcelain") == ""
    assert tip(git, work) == commit
    assert git(work, "show", "--name-status", "--format=", "HEAD").split() == [
        *("M", "records/a.yaml", "D", "records/b.yaml", "A", "records/x/c.yaml")
    ]
    assert git(work, "log", "-1", "--format=%an %ae %cn|%B") == (
        "Ann Lee ann@example.org Ann Lee|Sync\n\nSync-Id: 7k3f\n\n"
    )


def test_what_else_is_staged_or_changed_stays_so(work: Path, git: Git) -> None:
    (work / "staged.txt").write_text("staged\n")
    (work / "other.txt").write_text("staged too\n")
    git(work, "add", "staged.txt", "other.txt")
    (work / "other.txt").write_text("and changed again\n")
    (work / "records" / "b.yaml").write_text("dirty\n")
    before = git(work, "status", "--porcelain")
    sync(Repository.discover(work), {"records/a.yaml": b"new\n"}, tip(git, work))
    assert git(work, "status", "--porcelain") == before
    assert git(work, "show", ":other.txt") == "staged too\n"
    assert git(work, "show", "--name-only", "--format=", "HEAD").split() == ["records/a.yaml"]


def test_the_users_index_is_not_touched_by_a_commit(work: Path, git: Git) -> None:
    """Holds D9."""
    index = (work / ".git" / "index").read_bytes()
    repository = Repository.discover(work)
    repository.commit(STATE, "", {"state/a": b"1"}, "state")
    repository.commit(MAIN, tip(git, work), {"records/a.yaml": b"1"}, "records")
    assert (work / ".git" / "index").read_bytes() == index


def test_a_file_that_was_staged_by_hand_shows_as_committed(work: Path, git: Git) -> None:
    (work / "records" / "a.yaml").write_text("by hand\n")
    git(work, "add", "-A")
    sync(Repository.discover(work), {"records/a.yaml": b"by sync\n"}, tip(git, work))
    assert git(work, "status", "--porcelain") == ""


def test_an_index_that_stays_locked_is_told_and_left(
    work: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Holds F057."""
    monkeypatch.setattr("notion_gitops.repository.commits._INDEX_WAIT", 0.001)
    lock = work / ".git" / "index.lock"
    lock.write_bytes(b"")
    repository = Repository.discover(work)
    repository.commit(MAIN, tip(git, work), {"records/a.yaml": b"1"}, "records")
    assert not repository.refresh_index(["records/a.yaml"])
    assert lock.exists()


def test_the_first_commit_of_an_unborn_branch(tmp_path: Path, git: Git) -> None:
    """Holds G01."""
    root = tmp_path / "empty"
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    sync(Repository.discover(root), {"a.yaml": b"a\n"}, "")
    assert git(root, "status", "--porcelain") == ""
    assert git(root, "rev-list", "--count", "HEAD").strip() == "1"


def test_an_orphan_and_a_tree_given_whole(work: Path, git: Git) -> None:
    repository = Repository.discover(work)
    first = repository.commit(STATE, "", {"a": b"1", "d/b": b"2", "c": b"3"}, "one")
    blobs = repository.list_tree(first, ["a", "d"])
    tree: dict[str, bytes | str | None] = {"a": blobs["a"], "d/b": b"new", "e": blobs["d/b"]}
    second = repository.commit(STATE, first, tree, "two", base_tree_from_parent=False)
    assert git(work, "ls-tree", "-r", "--name-only", second).split() == ["a", "d/b", "e"]
    assert repository.read_file(second, "d/b") == b"new"
    assert repository.read_file(second, "e") == b"2"
    assert git(work, "rev-list", STATE).split() == [second, first]
    assert git(work, "status", "--porcelain") == ""


def test_a_file_takes_the_place_of_a_folder_and_back(work: Path, git: Git) -> None:
    repository = Repository.discover(work)
    first = repository.commit(STATE, "", {"a/b": b"1"}, "one")
    second = repository.commit(STATE, first, {"a/b": None, "a": b"2"}, "two")
    assert repository.read_file(second, "a") == b"2"
    third = repository.commit(STATE, second, {"a": None, "a/b": b"3"}, "three")
    assert git(work, "ls-tree", "-r", "--name-only", third).split() == ["a/b"]


def test_modes_are_kept_and_new_files_are_plain(work: Path, git: Git) -> None:
    git(work, "update-index", "--chmod=+x", "records/a.yaml")
    git(work, "commit", "-q", "-m", "mode")
    repository = Repository.discover(work)
    changes = {"records/a.yaml": b"x", "records/b.yaml": b"y", "records/c.yaml": b"z"}
    commit = repository.commit(MAIN, tip(git, work), changes, "x")
    modes = [line.split()[0] for line in git(work, "ls-tree", "-r", commit).splitlines()]
    assert modes == ["100644", "100755", "100644", "100644"]


def test_a_lost_race_is_told_and_nothing_is_written_over(work: Path, git: Git) -> None:
    """Holds G10."""
    repository = Repository.discover(work)
    old = tip(git, work)
    git(work, "commit", "-q", "--allow-empty", "-m", "somebody else")
    with pytest.raises(RaceLost, match="moved meanwhile"):
        repository.commit(MAIN, old, {"records/a.yaml": b"1"}, "late")
    assert git(work, "log", "-1", "--format=%s").strip() == "somebody else"
    with pytest.raises(RaceLost):
        repository.commit(MAIN, "", {"records/a.yaml": b"1"}, "as if it were new")
    with pytest.raises(RaceLost):
        repository.commit(STATE, old, {"records/a.yaml": b"1"}, "as if it were there")


def test_refs_move_only_from_where_they_were(work: Path, git: Git) -> None:
    """Holds D9."""
    repository = Repository.discover(work)
    ref, first = "refs/notion-gitops/run", tip(git, work)
    repository.update_ref(ref, first, "")
    with pytest.raises(RaceLost):
        repository.update_ref(ref, first, "")
    git(work, "commit", "-q", "--allow-empty", "-m", "Second")
    second = tip(git, work)
    repository.update_ref(ref, second, first)
    with pytest.raises(RaceLost):
        repository.delete_ref(ref, first)
    repository.delete_ref(ref, second)
    assert repository.resolve(ref) is None
    with pytest.raises(UsageError, match="full name"):
        repository.update_ref("main", second, first)


def test_without_an_identity_the_author_is_the_tool(
    work: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path(os.environ["HOME"], ".gitconfig").unlink()
    repository = Repository.discover(work)
    repository.commit(MAIN, tip(git, work), {"a": b"1"}, "x")
    who = git(work, "log", "-1", "--format=%an <%ae> %cn <%ce>").strip()
    assert who == "notion-gitops <notion-gitops@localhost> notion-gitops <notion-gitops@localhost>"
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Bo")
    monkeypatch.setenv("GIT_AUTHOR_EMAIL", "bo@example.org")
    repository.commit(MAIN, tip(git, work), {"a": b"2"}, "x")
    assert git(work, "log", "-1", "--format=%an %cn").strip() == "Bo notion-gitops"


def test_a_message_is_kept_as_it_is(work: Path, git: Git) -> None:
    message = "Sync: ü 🎉\n\n# not a comment\n\nSync-Id: x\nSync-Base: y\n"
    git(work, "config", "i18n.commitEncoding", "ISO-8859-1")
    Repository.discover(work).commit(MAIN, tip(git, work), {"a": b"1"}, message)
    assert git(work, "log", "-1", "--format=%B").rstrip("\n") + "\n" == message


@pytest.mark.parametrize("path", ["../out", "/abs", ".git/config", "a/../b", "a/.git/hooks/x"])
def test_paths_that_git_refuses_are_refused(work: Path, git: Git, path: str) -> None:
    before = tip(git, work)
    with pytest.raises(GitFailed):
        Repository.discover(work).commit(MAIN, before, {path: b"1"}, "x")
    assert tip(git, work) == before


def test_line_endings_are_stored_as_git_would(work: Path, git: Git) -> None:
    (work / ".gitattributes").write_text("*.yaml text=auto\n*.bin -text\n")
    git(work, "add", "-A")
    git(work, "commit", "-q", "-m", "attributes")
    changes: dict[str, bytes | None] = {"records/a.yaml": b"x\r\ny\r\n", "a.bin": b"x\r\n"}
    repository = Repository.discover(work)
    commit = sync(repository, changes, tip(git, work))
    assert git(work, "status", "--porcelain") == ""
    assert repository.read_file(commit, "records/a.yaml") == b"x\ny\n"
    assert repository.read_file(commit, "a.bin") == b"x\r\n"


def test_signing_that_fails_makes_no_commit(work: Path, git: Git) -> None:
    git(work, "config", "commit.gpgsign", "true")
    git(work, "config", "gpg.program", "/bin/false")
    before = tip(git, work)
    with pytest.raises(SigningFailed, match="could not be signed"):
        Repository.discover(work).commit(MAIN, before, {"a": b"1"}, "x")
    assert tip(git, work) == before


def test_signing_with_an_ssh_key_is_honoured(work: Path, git: Git, tmp_path: Path) -> None:
    key = tmp_path / "key"
    made = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)]
    try:
        subprocess.run(made, check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("there is no ssh-keygen here")
    git(work, "config", "commit.gpgsign", "true")
    git(work, "config", "gpg.format", "ssh")
    git(work, "config", "user.signingKey", str(key))
    commit = Repository.discover(work).commit(MAIN, tip(git, work), {"a": b"1"}, "x")
    assert "gpgsig -----BEGIN SSH SIGNATURE" in git(work, "cat-file", "commit", commit)


def test_no_hook_and_no_monitor_runs(work: Path, tmp_path: Path, git: Git) -> None:
    """Holds G04, G05, T20."""
    canary = tmp_path / "canary"
    script = f"#!/bin/sh\necho $0 >> '{canary}'\n"
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    names = [
        *("pre-commit", "prepare-commit-msg", "commit-msg", "post-commit", "post-index-change"),
        *("reference-transaction", "pre-push", "post-checkout", "fsmonitor-watchman"),
    ]
    for name in names:
        (hooks / name).write_text(script)
        (hooks / name).chmod(0o755)
    bare = tmp_path / "bare.git"
    git(tmp_path, "init", "-q", "--bare", "bare.git")
    git(work, "remote", "add", "origin", str(bare))
    first = tip(git, work)
    for setting in ("core.hooksPath", "core.fsmonitor", "diff.external", "core.pager"):
        value = hooks if setting == "core.hooksPath" else hooks / "fsmonitor-watchman"
        git(work, "config", setting, str(value))
    git(work, "config", "diff.yaml.textconv", str(hooks / "fsmonitor-watchman"))
    (work / ".git" / "info" / "attributes").write_text("*.yaml diff=yaml\n")
    repository = Repository.discover(work)
    (work / "records" / "b.yaml").write_text("dirty\n")
    repository.status(["records"])
    second = sync(repository, {"records/a.yaml": b"1\n"}, first)
    repository.differing(first, second, ["records"])
    list(repository.first_parent_log("records/a.yaml"))
    assert repository.push_atomic("origin", {MAIN: second}, {MAIN: ""}).ok
    assert repository.fetch("origin", [MAIN]) == {MAIN: second}
    repository.delete_ref("refs/remotes/origin/main", second)
    assert not canary.exists()
    git(work, "commit", "-q", "--allow-empty", "-m", "the canary sings")
    assert canary.exists()


def test_replace_refs_change_nothing(work: Path, git: Git) -> None:
    """Holds G07."""
    first = tip(git, work)
    fake = Repository.discover(work).commit("refs/heads/fake", "", {"x": b"1"}, "fake")
    git(work, "replace", first, fake)
    assert Repository.discover(work).read_file(first, "records/a.yaml") == b"id: a\n"


def test_it_works_in_a_linked_work_tree(work: Path, tmp_path: Path, git: Git) -> None:
    """Holds G12."""
    git(work, "worktree", "add", "-q", "-b", "side", str(tmp_path / "linked"))
    repository = Repository.discover(tmp_path / "linked")
    at = repository.head()
    (repository.root / "records" / "a.yaml").write_bytes(b"1\n")
    repository.commit(at.ref, at.commit, {"records/a.yaml": b"1\n"}, "x")
    repository.refresh_index(["records/a.yaml"])
    assert git(repository.root, "status", "--porcelain") == ""
    assert git(work, "status", "--porcelain") == ""


def test_it_works_in_a_repository_of_sha256(tmp_path: Path, git: Git) -> None:
    """Holds G12."""
    root = tmp_path / "new"
    root.mkdir()
    git(root, "init", "-q", "-b", "main", "--object-format=sha256")
    repository = Repository.discover(root)
    first = sync(repository, {"a": b"1\n", "b": b"2\n"}, "")
    second = sync(repository, {"a": None}, first)
    assert len(second) == 64
    assert repository.differing(first, second, ["a", "b"]) == {"a"}
    assert repository.differing("", second, ["a", "b"]) == {"b"}
    assert git(root, "status", "--porcelain") == ""


class Killed(BaseException):
    """Stands for a process that ends between two calls of git."""


def test_a_kill_at_any_call_leaves_a_whole_repository(
    work: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Holds D9, F055, I12."""
    repository = Repository.discover(work)
    before = tip(git, work)
    changes: dict[str, bytes | None] = {"records/a.yaml": b"1\n", "records/b.yaml": None}
    run, done = calls.run, ""
    for last in range(1, 40):
        count = 0

        def dying(
            folder: Path, arguments: Sequence[str], call: calls.Call = calls._PLAIN
        ) -> Answer:
            nonlocal count
            count += 1
            if count == last:  # noqa: B023  called within this turn
                raise Killed
            return run(folder, arguments, call)

        monkeypatch.setattr(calls, "run", dying)
        try:
            done = sync(repository, changes, before)
        except Killed:
            monkeypatch.setattr(calls, "run", run)
            git(work, "fsck", "--strict")
            git(work, "reset", "-q", "--hard", before)
        else:
            break
    assert last > 10
    assert tip(git, work) == done
    assert git(work, "status", "--porcelain") == ""


def test_a_lock_that_was_left_is_told_and_not_removed(work: Path, git: Git) -> None:
    """Holds F057, G03."""
    lock = work / ".git" / "refs" / "heads" / "main.lock"
    lock.write_bytes(b"")
    before = tip(git, work)
    with pytest.raises(GitFailed, match=r"update-ref failed") as caught:
        Repository.discover(work).commit(MAIN, before, {"a": b"1"}, "x")
    assert not isinstance(caught.value, RaceLost)
    assert "Another git is at work" in caught.value.diagnostics[0].fix
    assert lock.exists()
    assert tip(git, work) == before


def test_a_damaged_repository_is_told(work: Path, git: Git) -> None:
    """Holds G07."""
    commit = tip(git, work)
    tree = tip(git, work, "HEAD^{tree}")
    path = work / ".git" / "objects" / tree[:2] / tree[2:]
    path.chmod(0o644)
    path.write_bytes(b"rubbish")
    with pytest.raises(StateUnusable, match="git ls-tree failed"):
        Repository.discover(work).list_tree(commit, ["records"])
