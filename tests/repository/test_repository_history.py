import os
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import pytest

from notion_gitops.repository import Repository

Git = Callable[..., str]
A = "records/a.yaml"
STATE = "refs/heads/notion-gitops/state"


def edit(git: Git, work: Path, text: str, subject: str, path: str = A) -> str:
    (work / path).write_text(text)
    git(work, "commit", "-q", "-a", "-m", subject)
    return git(work, "rev-parse", "HEAD").strip()


def test_only_commits_that_touched_the_file_newest_first(work: Path, git: Git) -> None:
    second = edit(git, work, "id: a\ndue: 1\n", "Second: ü\n\nbody")
    edit(git, work, "x", "elsewhere", "other.txt")
    third = edit(git, work, "3", "Third")
    found = list(Repository.discover(work).first_parent_log(A))
    assert [c.subject for c in found] == ["Third", "Second: ü", "First"]
    assert [c.commit for c in found[:2]] == [third, second]
    assert {c.author for c in found} == {"Ann Lee"}
    assert not any(c.at_boundary for c in found)
    assert next(Repository.discover(work).first_parent_log(A, second)).commit == second


def test_an_edit_from_a_pull_request_counts_from_its_merge(
    work: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(work, "checkout", "-q", "-b", "side")
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-01-01T00:00:00Z")
    edit(git, work, "one", "on the side")
    edit(git, work, "two", "on the side again")
    git(work, "checkout", "-q", "main")
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-02-02T12:00:00+02:00")
    git(work, "merge", "-q", "--no-ff", "-m", "Merge pull request #41", "side")
    newest = next(Repository.discover(work).first_parent_log(A))
    assert newest.subject == "Merge pull request #41"
    assert newest.time == datetime(2026, 2, 2, 10, tzinfo=UTC)


def test_the_value_of_a_field_can_be_followed_back(work: Path, git: Git) -> None:
    edit(git, work, "due: 2\n", "sets due")
    edit(git, work, "due: 2\nhours: 3\n", "sets hours")
    repository = Repository.discover(work)
    since = None
    for commit in repository.first_parent_log(A):
        if b"due: 2" not in (repository.blob_at(commit.commit, A) or b""):
            break
        since = commit
    assert since is not None
    assert since.subject == "sets due"


def test_a_deleted_and_an_unknown_file(work: Path, git: Git) -> None:
    git(work, "rm", "-q", A)
    git(work, "commit", "-q", "-m", "Gone")
    repository = Repository.discover(work)
    gone, first = repository.first_parent_log(A)
    assert (gone.subject, first.subject) == ("Gone", "First")
    assert repository.blob_at(gone.commit, A) is None
    assert list(repository.first_parent_log("never")) == []


def test_a_file_of_the_work_tree_has_the_time_of_its_last_write(work: Path) -> None:
    repository = Repository.discover(work)
    os.utime(work / A, (1_700_000_000, 1_700_000_000))
    assert repository.modified_at(A) == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert repository.modified_at("records/none.yaml") is None


def test_a_long_history_is_read_only_as_far_as_it_is_asked_for(work: Path, git: Git) -> None:
    repository = Repository.discover(work)
    parent = git(work, "rev-parse", "HEAD").strip()
    repository.update_ref("refs/heads/long", parent, "")
    for n in range(20):
        parent = repository.commit("refs/heads/long", parent, {A: str(n).encode()}, f"n{n}-" * 200)
    found = [c.subject[:4] for c in islice(repository.first_parent_log(A, "refs/heads/long"), 2)]
    assert found == ["n19-", "n18-"]
    assert len(list(repository.first_parent_log(A, "refs/heads/long"))) == 21


def test_a_shallow_clone_says_where_its_history_ends(work: Path, tmp_path: Path, git: Git) -> None:
    for n in range(3):
        edit(git, work, f"{n}", f"n{n}")
    git(tmp_path, "clone", "-q", "--depth=2", f"file://{work}", "shallow")
    repository = Repository.discover(tmp_path / "shallow")
    assert repository.is_shallow()
    found = list(repository.first_parent_log(A))
    assert [(c.subject, c.at_boundary) for c in found] == [("n2", False), ("n1", True)]
    repository.deepen("origin", 1)
    found = list(repository.first_parent_log(A))
    assert [(c.subject, c.at_boundary) for c in found][-1] == ("n0", True)
    repository.deepen("origin")
    assert not repository.is_shallow()
    assert [c.subject for c in repository.first_parent_log(A)][-1] == "First"


def test_syncs_are_read_with_their_trailers(work: Path) -> None:
    repository = Repository.discover(work)
    assert repository.log_syncs(STATE) == []
    first = repository.commit(STATE, "", {"a": b"1"}, "Sync 1: 2 agreed\n\nSync-Id: 1\n")
    message = "Sync 2: x\n\nNot: a trailer here.\n\nSync-Id: 2\nSync-Plan: sha256:5f\n  1c\n"
    second = repository.commit(STATE, first, {"a": b"2"}, message)
    newest, oldest = repository.log_syncs(STATE)
    assert (newest.commit, newest.subject) == (second, "Sync 2: x")
    assert newest.trailers == {"Sync-Id": "2", "Sync-Plan": "sha256:5f 1c"}
    assert (oldest.commit, oldest.trailers) == (first, {"Sync-Id": "1"})
    assert (datetime.now(UTC) - newest.time).total_seconds() < 60
    assert [c.commit for c in repository.log_syncs(STATE, limit=1)] == [second]


def test_settings_of_the_user_do_not_change_what_is_read(work: Path, git: Git) -> None:
    """Holds G06."""
    settings = {
        "log.showSignature": "true",
        "log.follow": "true",
        "color.ui": "always",
        "format.pretty": "oneline",
        "log.date": "relative",
        "core.quotePath": "true",
        "status.showUntrackedFiles": "no",
        "status.relativePaths": "true",
        "status.branch": "true",
        "diff.noprefix": "true",
        "diff.renames": "copies",
        "core.abbrev": "5",
    }
    for name, value in settings.items():
        git(work, "config", name, value)
    (work / "records" / "ü.yaml").write_text("new")
    repository = Repository.discover(work)
    assert list(repository.status(["records"]).changed) == ["records/ü.yaml"]
    assert [c.subject for c in repository.first_parent_log(A)] == ["First"]
    head = repository.head().commit
    assert repository.differing("", head, ["records"]) == {A, "records/b.yaml"}
