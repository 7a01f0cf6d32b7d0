from collections.abc import Callable
from pathlib import Path

import pytest

from notion_gitops.model.errors import UsageError
from notion_gitops.repository import GitFailed, Repository

Git = Callable[..., str]
MAIN = "refs/heads/main"
STATE = "refs/heads/notion-gitops/state"


@pytest.fixture
def bare(work: Path, tmp_path: Path, git: Git) -> Path:
    """The remote `origin` of `work`, which holds its main branch."""
    git(tmp_path, "init", "-q", "--bare", "-b", "main", "bare.git")
    git(work, "remote", "add", "origin", str(tmp_path / "bare.git"))
    git(work, "push", "-q", "-u", "origin", "main")
    return tmp_path / "bare.git"


def tip(git: Git, folder: Path, ref: str = "HEAD") -> str:
    return git(folder, "rev-parse", ref).strip()


def refs(git: Git, folder: Path) -> dict[str, str]:
    lines = git(folder, "for-each-ref", "--format=%(refname) %(objectname)").splitlines()
    return dict(line.split() for line in lines)


def sync(repository: Repository, parent: str, state: str, text: bytes) -> dict[str, str]:
    records = repository.commit(MAIN, parent, {"records/a.yaml": text}, "records")
    return {MAIN: records, STATE: repository.commit(STATE, state, {"a": text}, "state")}


def test_the_remote_of_a_branch(work: Path, git: Git) -> None:
    """Holds G01."""
    repository = Repository.discover(work)
    assert (repository.remotes(), repository.default_remote("main")) == ([], "")
    git(work, "remote", "add", "only", "/nowhere")
    assert repository.default_remote("main") == "only"
    git(work, "remote", "add", "origin", "/nowhere")
    assert repository.default_remote("main") == "origin"
    git(work, "config", "branch.main.remote", "only")
    assert repository.default_remote("main") == "only"
    assert repository.default_remote("") == "origin"
    git(work, "remote", "rename", "origin", "third")
    git(work, "config", "--unset", "branch.main.remote")
    assert repository.default_remote("main") == ""


def test_both_branches_are_pushed_together(work: Path, bare: Path, git: Git) -> None:
    repository = Repository.discover(work)
    first = tip(git, work)
    new = sync(repository, first, "", b"1\n")
    assert repository.push_atomic("origin", new, {MAIN: first, STATE: ""}).ok
    assert refs(git, bare) == new
    newer = sync(repository, new[MAIN], new[STATE], b"2\n")
    assert repository.push_atomic("origin", newer, new).ok
    assert refs(git, bare) == newer


def test_a_lost_race_moves_neither(work: Path, bare: Path, tmp_path: Path, git: Git) -> None:
    git(tmp_path, "clone", "-q", str(bare), "colleague")
    first = tip(git, work)
    mine = sync(Repository.discover(work), first, "", b"1\n")
    (tmp_path / "colleague" / "new.txt").write_text("x")
    git(tmp_path / "colleague", "add", "-A")
    git(tmp_path / "colleague", "commit", "-q", "-m", "faster")
    git(tmp_path / "colleague", "push", "-q")
    before = refs(git, bare)
    result = Repository.discover(work).push_atomic("origin", mine, {MAIN: first, STATE: ""})
    assert not result.ok
    assert result.rejected.keys() == {MAIN, STATE}
    assert result.rejected[MAIN] == "stale info"
    assert refs(git, bare) == before


def test_a_state_branch_that_somebody_made_first(
    work: Path, bare: Path, tmp_path: Path, git: Git
) -> None:
    git(tmp_path, "clone", "-q", str(bare), "colleague")
    first = tip(git, work)
    theirs = sync(Repository.discover(tmp_path / "colleague"), first, "", b"theirs\n")
    push = Repository.discover(tmp_path / "colleague").push_atomic
    assert push("origin", {STATE: theirs[STATE]}, {STATE: ""}).ok
    mine = sync(Repository.discover(work), first, "", b"mine\n")
    result = Repository.discover(work).push_atomic("origin", mine, {MAIN: first, STATE: ""})
    assert not result.ok
    assert refs(git, bare) == {MAIN: first, STATE: theirs[STATE]}


def test_history_on_the_remote_is_never_rewritten(work: Path, bare: Path, git: Git) -> None:
    """Holds F075."""
    repository = Repository.discover(work)
    first = tip(git, work)
    other = repository.commit("refs/heads/other", "", {"x": b"1"}, "unrelated")
    result = repository.push_atomic("origin", {MAIN: other}, {MAIN: first})
    assert not result.ok
    assert "step forward" in result.rejected[MAIN]
    assert refs(git, bare) == {MAIN: first}


def test_a_hook_on_the_server_may_refuse(work: Path, bare: Path, git: Git) -> None:
    hook = bare / "hooks" / "update"
    hook.write_text("#!/bin/sh\ntest $1 != refs/heads/main\n")
    hook.chmod(0o755)
    first = tip(git, work)
    repository = Repository.discover(work)
    new = sync(repository, first, "", b"1\n")
    result = repository.push_atomic("origin", new, {MAIN: first, STATE: ""})
    assert not result.ok
    assert MAIN in result.rejected
    assert refs(git, bare) == {MAIN: first}


def test_a_hidden_ref_can_be_pushed_and_deleted(work: Path, bare: Path, git: Git) -> None:
    run, first = "refs/notion-gitops/run", tip(git, work)
    repository = Repository.discover(work)
    assert repository.push_atomic("origin", {run: first}, {run: ""}).ok
    assert repository.remote_refs("origin", [run, MAIN, STATE]) == {run: first, MAIN: first}
    assert repository.push_atomic("origin", {run: ""}, {run: first}).ok
    assert repository.remote_refs("origin", [run]) == {}


def test_fetch_brings_commits_and_moves_no_branch(
    work: Path, bare: Path, tmp_path: Path, git: Git
) -> None:
    git(tmp_path, "clone", "-q", "--single-branch", str(bare), "clone")
    clone = Repository.discover(tmp_path / "clone")
    first = tip(git, work)
    new = sync(Repository.discover(work), first, "", b"1\n")
    Repository.discover(work).push_atomic("origin", new, {MAIN: first, STATE: ""})
    assert clone.resolve(new[STATE]) is None
    assert clone.fetch("origin", [MAIN, STATE, "refs/heads/none"]) == new
    assert clone.read_file(new[STATE], "a") == b"1\n"
    assert clone.head().commit == first
    assert clone.resolve("refs/remotes/origin/notion-gitops/state") == new[STATE]
    assert clone.resolve(STATE) is None
    assert not (tmp_path / "clone" / ".git" / "FETCH_HEAD").exists()


def test_a_remote_that_cannot_be_reached_is_told(work: Path, git: Git) -> None:
    git(work, "remote", "add", "origin", "/nowhere/at/all")
    repository = Repository.discover(work)
    with pytest.raises(GitFailed, match="could not be read") as caught:
        repository.fetch("origin", [MAIN])
    assert "git fetch origin" in caught.value.diagnostics[0].fix
    result = repository.push_atomic("origin", {MAIN: tip(git, work)}, {MAIN: ""})
    assert not result.ok
    assert "nowhere" in result.reason


def test_a_token_in_an_address_is_not_told(work: Path, git: Git) -> None:
    """Holds T21."""
    git(work, "remote", "add", "origin", "ssh://bot:s3cret@host.invalid/x")
    git(work, "config", "core.sshCommand", "echo cannot reach $0 ssh://bot:s3cret@host >&2; false")
    with pytest.raises(GitFailed) as caught:
        Repository.discover(work).fetch("origin", [MAIN])
    detail = caught.value.diagnostics[0].detail
    assert "cannot reach" in detail
    assert "s3cret" not in detail


@pytest.mark.parametrize("name", ["https://example.org/x", "--upload-pack=touch x", "ext::sh", ""])
def test_a_remote_is_one_of_the_configured_names(work: Path, bare: Path, name: str) -> None:
    """Holds G06."""
    repository = Repository.discover(work)
    for call in (
        lambda: repository.fetch(name, [MAIN]),
        lambda: repository.push_atomic(name, {}, {}),
        lambda: repository.deepen(name),
    ):
        with pytest.raises(UsageError, match="no git remote"):
            call()


def test_the_users_own_connection_settings_are_used_for_transport_alone(
    work: Path, tmp_path: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Holds G06."""
    seen = tmp_path / "seen"
    monkeypatch.setenv("GIT_SSH_COMMAND", f"touch '{seen}'; false")
    git(work, "remote", "add", "origin", "ssh://host.invalid/x")
    repository = Repository.discover(work)
    repository.status(["records"])
    assert not seen.exists()
    with pytest.raises(GitFailed):
        repository.fetch("origin", [MAIN])
    assert seen.exists()
