import os
from collections.abc import Callable
from pathlib import Path

import pytest

from notion_gitops.model.errors import StateUnusable, UsageError
from notion_gitops.repository import ChangeKind, GitFailed, Repository

Git = Callable[..., str]
ODD_NAMES = ["with space.yaml", "-dash.yaml", "ünï.yaml", "a\ttab.yaml", "new\nline.yaml", "*.yaml"]


def head(git: Git, work: Path) -> str:
    return git(work, "rev-parse", "HEAD").strip()


def test_it_is_found_from_a_folder_below(work: Path) -> None:
    repository = Repository.discover(work / "records")
    assert repository.root == work
    assert repository.git_dir == work / ".git"


def test_no_repository_is_told(tmp_path: Path) -> None:
    with pytest.raises(StateUnusable, match="not in a git repository") as caught:
        Repository.discover(tmp_path)
    assert "git init" in caught.value.diagnostics[0].fix
    with pytest.raises(StateUnusable, match="no folder"):
        Repository.discover(tmp_path / "nowhere")


def test_a_bare_repository_and_the_inside_of_git_are_told(
    tmp_path: Path, work: Path, git: Git
) -> None:
    """Holds C06."""
    git(tmp_path, "init", "-q", "--bare", "bare.git")
    with pytest.raises(StateUnusable, match="bare repository"):
        Repository.discover(tmp_path / "bare.git")
    with pytest.raises(StateUnusable, match="inside git's own folder"):
        Repository.discover(work / ".git")


def test_a_machine_without_git_is_told(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(work))
    with pytest.raises(UsageError, match="git was not found"):
        Repository.discover(work)


def test_variables_that_point_elsewhere_are_not_followed(
    work: Path, tmp_path: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Holds C07."""
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "-q")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "no-index"))
    repository = Repository.discover(work)
    assert repository.root == work
    assert repository.head().branch == "main"
    assert repository.status(["records"]).clean


def test_a_linked_work_tree_and_a_submodule_are_repositories(
    work: Path, tmp_path: Path, git: Git
) -> None:
    git(work, "worktree", "add", "-q", "-b", "side", str(tmp_path / "linked"))
    linked = Repository.discover(tmp_path / "linked" / "records")
    assert linked.root == tmp_path / "linked"
    assert linked.head().branch == "side"
    outer = tmp_path / "outer"
    outer.mkdir()
    git(outer, "init", "-q")
    git(outer, "-c", "protocol.file.allow=always", "submodule", "-q", "add", str(work), "inner")
    assert Repository.discover(outer / "inner" / "records").root == outer / "inner"


def test_head_of_every_kind(work: Path, tmp_path: Path, git: Git) -> None:
    at = Repository.discover(work).head()
    assert (at.branch, at.commit, at.ref) == ("main", head(git, work), "refs/heads/main")
    assert not any([at.detached, at.unborn, at.operation_in_progress])
    git(work, "checkout", "-q", "--detach")
    detached = Repository.discover(work).head()
    assert (detached.branch, detached.ref, detached.detached) == ("", "", True)
    empty = tmp_path / "empty"
    empty.mkdir()
    git(empty, "init", "-q", "-b", "trunk/one")
    unborn = Repository.discover(empty).head()
    assert (unborn.branch, unborn.commit, unborn.unborn) == ("trunk/one", "", True)
    assert Repository.discover(empty).log_syncs("HEAD") == []
    assert Repository.discover(empty).status(["x"]).clean


def test_a_merge_a_rebase_and_a_cherry_pick_in_progress_are_seen(work: Path, git: Git) -> None:
    git(work, "checkout", "-q", "-b", "side")
    (work / "records" / "a.yaml").write_text("id: side\n")
    git(work, "commit", "-q", "-a", "-m", "side")
    git(work, "checkout", "-q", "main")
    (work / "records" / "a.yaml").write_text("id: main\n")
    git(work, "commit", "-q", "-a", "-m", "main")
    repository = Repository.discover(work)
    for command in ("merge", "rebase", "cherry-pick"):
        with pytest.raises(Exception, match="non-zero"):
            git(work, command, "side")
        assert repository.head().operation_in_progress == command
        assert repository.status(["records"]).changed == {"records/a.yaml": ChangeKind.UNMERGED}
        git(work, command, "--abort")
    assert repository.head().operation_in_progress == ""


def test_resolve_and_ancestors(work: Path, git: Git) -> None:
    repository = Repository.discover(work)
    first = head(git, work)
    git(work, "commit", "-q", "--allow-empty", "-m", "Second")
    assert repository.resolve("HEAD") == head(git, work)
    assert repository.resolve("refs/heads/none") is None
    assert repository.resolve("--help") is None
    assert repository.is_ancestor(first, "HEAD")
    assert repository.is_ancestor(first, first)
    assert not repository.is_ancestor("HEAD", first)
    assert not repository.is_ancestor("0" * 40, "HEAD")
    assert not repository.is_shallow()


def test_status_tells_every_kind_and_only_under_the_paths(work: Path, git: Git) -> None:
    repository = Repository.discover(work)
    assert repository.status(["records", "not-there"]).clean
    records = work / "records"
    (records / "a.yaml").write_text("id: x\n")
    (records / "b.yaml").unlink()
    (records / "new").mkdir()
    (records / "new" / "c.yaml").write_text("c")
    (records / "d.yaml").write_text("d")
    git(work, "add", "records/d.yaml")
    (work / "other.txt").write_text("dirty")
    assert repository.status(["records"]).changed == {
        "records/a.yaml": ChangeKind.MODIFIED,
        "records/b.yaml": ChangeKind.DELETED,
        "records/new/c.yaml": ChangeKind.UNTRACKED,
        "records/d.yaml": ChangeKind.ADDED,
    }
    assert repository.status([]).clean


def test_what_is_staged_counts_even_if_the_work_tree_is_as_in_head(work: Path, git: Git) -> None:
    path = work / "records" / "a.yaml"
    path.write_text("id: staged\n")
    git(work, "add", "records/a.yaml")
    path.write_text("id: a\n")
    git(work, "rm", "-q", "--cached", "records/b.yaml")
    assert Repository.discover(work).status(["records"]).changed == {
        "records/a.yaml": ChangeKind.MODIFIED,
        "records/b.yaml": ChangeKind.MODIFIED,
    }


def test_status_writes_nothing(work: Path, git: Git) -> None:
    index = work / ".git" / "index"
    os.utime(work / "records" / "a.yaml", (1, 1))
    before = index.read_bytes()
    assert Repository.discover(work).status(["records"]).clean
    assert index.read_bytes() == before


@pytest.mark.parametrize("name", ODD_NAMES)
def test_odd_file_names(work: Path, git: Git, name: str) -> None:
    path = f"records/{name}"
    (work / path).write_text("odd")
    repository = Repository.discover(work)
    assert repository.status(["records"]).changed == {path: ChangeKind.UNTRACKED}
    assert repository.status([path]).changed == {path: ChangeKind.UNTRACKED}
    before = head(git, work)
    after = repository.commit("refs/heads/main", before, {path: b"odd"}, "Odd")
    assert repository.refresh_index([path])
    assert repository.status(["records"]).clean
    assert repository.differing(before, after, ["records"]) == {path}
    assert repository.read_file(after, path) == b"odd"
    assert list(repository.list_tree(after, [path])) == [path]
    assert [c.subject for c in repository.first_parent_log(path)] == ["Odd"]
    gone = repository.commit("refs/heads/main", after, {path: None}, "Gone")
    assert repository.read_file(gone, path) is None
    assert repository.differing(before, gone, ["records"]) == set()


def test_differing_and_an_absent_tree(work: Path, git: Git) -> None:
    repository = Repository.discover(work)
    first = head(git, work)
    changes = {"records/a.yaml": b"id: 2\n", "records/b.yaml": None, "other.txt": b"x"}
    second = repository.commit("refs/heads/x", "", {"records/a.yaml": b"id: a\n"}, "apart")
    third = repository.commit("refs/heads/main", first, changes, "Third")
    assert repository.differing(first, third, ["records"]) == {"records/a.yaml", "records/b.yaml"}
    assert repository.differing(first, second, ["records"]) == {"records/b.yaml"}
    assert repository.differing("", first, ["records"]) == {"records/a.yaml", "records/b.yaml"}
    assert repository.differing(first, "", ["other.txt", "none"]) == {"other.txt"}
    assert repository.differing("", "", ["records"]) == set()
    assert repository.list_tree("", ["records"]) == {}


def test_a_changed_mode_is_no_difference_of_content(work: Path, git: Git) -> None:
    before = head(git, work)
    git(work, "update-index", "--chmod=+x", "records/a.yaml")
    git(work, "commit", "-q", "-m", "mode")
    repository = Repository.discover(work)
    assert repository.differing(before, head(git, work), ["records"]) == set()


def test_symbolic_links_are_no_record_files(work: Path, git: Git) -> None:
    (work / "records" / "link.yaml").symlink_to("a.yaml")
    git(work, "add", "-A")
    git(work, "commit", "-q", "-m", "link")
    found = Repository.discover(work).list_tree(head(git, work), ["records"])
    assert sorted(found) == ["records/a.yaml", "records/b.yaml"]


def test_blobs_come_back_byte_by_byte(work: Path) -> None:
    repository = Repository.discover(work)
    contents = [b"", b"\n", b"\x00\xff\r\n", b"blob 3\nabc", b"x" * 100_000, b""]
    ids = repository.write_blobs(contents)
    assert len(ids) == len(contents)
    assert repository.read_blobs(ids) == dict(zip(ids, contents, strict=True))
    assert repository.read_blobs([]) == {}
    assert repository.write_blobs([]) == []


def test_a_missing_blob_is_told(work: Path, git: Git) -> None:
    """Holds G07."""
    blob = git(work, "rev-parse", "HEAD:records/a.yaml").strip()
    (work / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(GitFailed, match="no file content") as caught:
        Repository.discover(work).read_file(head(git, work), "records/a.yaml")
    assert "git fsck" in caught.value.diagnostics[0].fix


def test_many_paths_are_picked_from_the_tree(work: Path) -> None:
    repository = Repository.discover(work)
    files = {f"records/{n % 7}/r{n}.yaml": f"{n}".encode() for n in range(1500)}
    commit = repository.commit("refs/heads/many", "", files, "many")
    wanted = [p for p in files if "/3/" not in p]
    assert sorted(repository.list_tree(commit, [*wanted, "none/x"])) == sorted(wanted)
    assert len(repository.list_tree(commit, ["records"])) == 1500
    assert len(repository.list_tree(commit, ["records/3/"])) == 214


def test_a_file_in_many_commits(work: Path, git: Git) -> None:
    """Asked for at once; what a commit does not hold, or holds as a folder, is left out."""
    without = head(git, work)
    commits = []
    for text in ("one", "two", "one"):
        (work / "kept.jsonl").write_text(text)
        git(work, "add", "kept.jsonl")
        git(work, "commit", "-q", "--allow-empty", "-m", text)
        commits.append(head(git, work))
    repository = Repository.discover(work)
    blobs = repository.file_in("kept.jsonl", [*commits, without])
    contents = repository.read_blobs(blobs.values())
    assert [contents[blobs[commit]] for commit in commits] == [b"one", b"two", b"one"]
    assert without not in blobs
    assert repository.file_in("records", commits) == {}
    assert repository.file_in("kept.jsonl", []) == {}
