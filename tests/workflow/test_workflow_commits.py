"""What a sync commits, and what it leaves exactly as it was."""

import json

import pytest

from notion_gitops.model.errors import ExitCode, Refused, StateUnusable
from notion_gitops.workflow.apply import nothing_to_do
from tests.workflow.workflow_views import operation
from tests.workflow.workflow_world import World


def head(world: World) -> str:
    return world.git("rev-parse", "HEAD").strip()


def state(world: World) -> str:
    return world.git("rev-parse", "notion-gitops/state").strip()


def test_two_commits_name_each_other(world: World) -> None:
    """Holds I12."""
    before = state(world)
    world.in_notion("tasks/dig", Hours=9)
    result = world.apply()
    assert result.record_commit == head(world)
    assert result.state_commit == state(world)
    records = world.git("log", "-1", "--format=%(trailers)", "HEAD")
    assert f"Sync-Id: {result.sync_id}" in records
    assert f"Sync-Base: {before[:7]}" in records
    trailers = world.git("log", "-1", "--format=%(trailers)", "notion-gitops/state")
    assert f"Sync-Records: {head(world)}" in trailers
    for name in ("Sync-Plan", "Sync-Requests", "Sync-Duration", "Sync-Health", "Sync-Serial: 2"):
        assert name in trailers
    assert world.git("show", "--stat", "--format=", "HEAD").count("|") == 2


def test_a_sync_that_only_writes_to_notion_makes_no_commit_on_the_branch(world: World) -> None:
    commit = world.edit("tasks/dig", note="By git")
    before = state(world)
    result = world.apply()
    assert head(world) == commit
    assert result.record_commit == ""
    assert state(world) != before


def test_a_quiet_plan_costs_a_query_per_database_and_commits_nothing(world: World) -> None:
    """Holds F092, I2."""
    before = head(world), state(world), world.sandbox.requests
    assert nothing_to_do(world.plan())
    assert (head(world), state(world)) == before[:2]
    writes = [r for r in world.sandbox.log if r.method in ("POST", "PATCH")]
    assert all("query" in r.path for r in writes)
    assert len(writes) == 2


def test_what_is_staged_changed_and_new_stays_exactly_as_it_was(world: World) -> None:
    world.write("docs/plan.md", "one\n")
    world.write("docs/other.md", "one\n")
    world.commit("Docs")
    world.write("docs/plan.md", "staged\n")
    world.git("add", "docs/plan.md")
    world.write("docs/plan.md", "staged, then changed\n")
    world.write("docs/other.md", "changed\n")
    world.write("docs/new.md", "new\n")
    world.git("rm", "-q", "--cached", "state/people.yaml")
    before = world.git("status", "--porcelain"), world.git("diff", "--cached"), world.git("diff")
    world.in_notion("tasks/dig", Hours=9)
    world.trash("tasks/test")
    world.add_page("tasks", Name="New")
    world.apply(settled=False)
    after = world.git("status", "--porcelain"), world.git("diff", "--cached"), world.git("diff")
    assert after == before
    assert world.read("docs/plan.md") == "staged, then changed\n"
    changed = world.git("show", "--name-only", "--format=", "HEAD").split()
    assert all(p.startswith("state/records/") for p in changed)


def test_record_files_that_are_not_committed_are_refused_or_committed_first(world: World) -> None:
    world.spell("tasks/dig", note="Not committed")
    before = head(world), state(world)
    with pytest.raises(Refused, match=r"not committed: state/records/tasks/dig\.yaml"):
        world.apply()
    assert (head(world), state(world)) == before
    assert world.page("tasks/dig")["Note"] == "Mind the cable"
    world.in_notion("tasks/lay", Hours=5)
    world.apply(commit_dirty=True)
    subjects = world.git("log", "--format=%s", f"{before[0]}..HEAD").splitlines()
    assert len(subjects) == 2
    assert subjects[1] == "Edit 1 record file"
    assert world.git("show", "--name-only", "--format=", "HEAD~1").split() == [
        "state/records/tasks/dig.yaml"
    ]
    assert world.page("tasks/dig")["Note"] == "Not committed"


def test_a_deleted_and_a_new_record_file_are_committed_first_too(world: World) -> None:
    world.path("tasks/test").unlink()
    world.spell("tasks/new", title="New", status="todo")
    world.apply(commit_dirty=True)
    assert world.page("tasks/new")["Name"] == "New"
    assert "test" not in [p["Key"] for p in world.pages("tasks")]


def test_a_staged_record_file_counts_as_not_committed(world: World) -> None:
    world.spell("tasks/dig", note="Staged")
    world.git("add", "-A")
    with pytest.raises(Refused):
        world.apply()
    world.apply(commit_dirty=True)
    assert world.page("tasks/dig")["Note"] == "Staged"


def test_a_mapping_that_is_not_committed_is_refused(world: World) -> None:
    path = "mappings/tasks.yaml"
    world.write(path, world.read(path) + "initial: git\n")
    world.in_notion("tasks/dig", Hours=9)
    with pytest.raises(Refused, match="mapping files are not committed"):
        world.apply(commit_dirty=True)
    assert world.record("tasks/dig")["hours"] == "8"


def test_an_answer_that_is_not_committed_counts(world: World) -> None:
    """A conflict file may be filled in and applied without a commit of one's own."""
    world.edit("tasks/dig", hours="10")
    world.in_notion("tasks/dig", Hours=11)
    world.apply(code=ExitCode.DECISIONS_REMAIN)
    path = world.conflict("tasks/dig")
    world.write(path, world.read(path).replace("resolution:", "resolution: git"))
    world.apply()
    assert world.page("tasks/dig")["Hours"] == 10
    assert world.conflicts() == set()


def test_without_an_identity_notion_gitops_is_the_author(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.in_notion("tasks/dig", Hours=9)
    home = world.root / ".notion-gitops"
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home))
    world.apply()
    assert "notion-gitops" in world.git("log", "-1", "--format=%an")


def test_the_author_is_the_user(world: World) -> None:
    world.in_notion("tasks/dig", Hours=9)
    world.apply()
    assert world.git("log", "-1", "--format=%an <%ae>").strip() == "Ann Lee <ann@acme.example>"


def test_no_hook_runs(world: World) -> None:
    """Holds G04."""
    hooks = world.root / ".git/hooks"
    hooks.mkdir(exist_ok=True)
    names = ("pre-commit", "commit-msg", "post-commit", "reference-transaction", "post-checkout")
    for name in names:
        hook = hooks / name
        hook.write_text(f"#!/bin/sh\ntouch {world.root}/.notion-gitops/{name}-ran\nexit 1\n")
        hook.chmod(0o755)
    world.in_notion("tasks/dig", Hours=9)
    world.apply(settled=False)
    assert not list((world.root / ".notion-gitops").glob("*-ran"))


def test_reverting_the_commit_of_a_sync_reaches_notion(world: World) -> None:
    """Holds F083."""
    world.in_notion("tasks/dig", Hours=9)
    world.trash("tasks/test")
    page = world.add_page("tasks", Name="New")
    result = world.apply()
    world.git("revert", "--no-edit", result.record_commit)
    world.apply(exact=False)  # what the page in the trash holds is not known to the forecast
    assert world.page("tasks/dig")["Hours"] == 8
    assert world.page("tasks/test")["in_trash"] is False
    assert world.api("GET", f"pages/{page}")["in_trash"]


def test_a_squash_merge_of_what_was_synced_changes_nothing(world: World) -> None:
    world.git("switch", "-q", "-c", "topic")
    world.edit("tasks/dig", hours="10")
    world.edit("tasks/dig", hours="11")
    world.git("switch", "-q", "main")
    world.git("merge", "-q", "--squash", "topic")
    world.commit("Squashed")
    world.apply()
    assert world.page("tasks/dig")["Hours"] == 11


def test_a_state_branch_of_another_history_is_refused(world: World) -> None:
    world.in_notion("tasks/dig", Hours=9)
    world.apply()
    world.git("reset", "-q", "--hard", "HEAD~1")
    with pytest.raises(StateUnusable):
        world.plan()


def test_the_log_and_the_backups_of_a_sync(world: World) -> None:
    world.edit("tasks/dig", hours="10")
    world.in_notion("tasks/lay", Hours=5)
    result = world.apply()
    lines = world.git("show", "notion-gitops/state:log.jsonl").splitlines()
    log = [json.loads(line) for line in lines[1:]]
    assert {(e["step"], e["key"], e["status"]) for e in log} >= {
        ("update page", "dig", "applied"),
        ("write file", "lay", "applied"),
    }
    backups = world.git("show", "notion-gitops/state:backup.jsonl")
    assert '"hours":8' in backups
    assert '"hours":4' in backups
    assert result.sync_id in world.git("show", "notion-gitops/state:report.md")
    assert operation(result, "tasks/dig").backups


def test_a_shallow_clone_can_sync(world: World) -> None:
    world.edit("tasks/dig", hours="10")
    world.apply()
    world.git("config", "uploadpack.allowAnySHA1InWant", "true")
    clone = world.root.parent / "clone"
    world.git(
        "clone", "-q", "--depth", "1", "--no-single-branch", f"file://{world.root}", str(clone)
    )
    other = World(clone, world.sandbox, world.clock)
    assert nothing_to_do(other.plan())
    world.in_notion("tasks/dig", Note="Seen by the clone")
    planned = other.plan()
    assert operation(planned, "tasks/dig").writes
