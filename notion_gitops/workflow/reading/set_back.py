"""Whether the state branch was set back: then the base is older than what both sides agreed on.

With an old base an edit looks like the state before it: what a person put back in Notion would be
overwritten again, and what was deleted on both sides would be there again. Three things know better
than the branch:

- `refs/notion-gitops/newest`, which goes where the branch goes and stays when it is set back;
- the commits of syncs on the working branch: each names the state that it was made on;
- and if such a commit is on the remote, its own state has to be there too, since both are pushed
  at once.
"""

from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import StateUnusable
from notion_gitops.repository.nouns import SyncCommit
from notion_gitops.workflow.reading.journal_lines import unfinished_ids
from notion_gitops.workflow.reading.newest_state import KEPT, LOOKED_AT
from notion_gitops.workflow.workspace import NEWEST_REF, STATE_REF, Workspace


def require_not_set_back(workspace: Workspace, commit: str, records: str) -> bool:
    """Refuse a state that is older than another one that is known to have been there.

    Args:
        workspace: the workspace.
        commit: the state branch's commit.
        records: the commit of the working branch that it was recorded with; "" if it names none.

    Returns:
        Whether HEAD holds records of syncs whose states are rightly not in this one: they were
        killed before they recorded it, or it was put aside. The next state is to name HEAD, so that
        nobody else takes them for missing.

    Raises:
        StateUnusable: the branch was set back, or a sync's records came here without its state.
    """
    if workspace.sandbox:
        return False
    later = later_state(workspace, commit)
    if later:
        raise StateUnusable(_set_back(commit, later))
    syncs = _not_in(workspace, commit, records)
    missing = next((s for s in syncs if not _is_explained(workspace, commit, s)), None)
    if missing is not None:
        raise StateUnusable(_not_here(commit, missing))
    return bool(syncs)


def later_state(workspace: Workspace, commit: str) -> str:
    """A state that was built on this one and was the branch's once; "" if none is known."""
    repository = workspace.repository
    known = repository.resolve(NEWEST_REF) or ""
    ahead = known and known != commit and repository.is_ancestor(commit, known)
    return known if ahead else ""


def _not_in(workspace: Workspace, commit: str, records: str) -> list[SyncCommit]:
    """The syncs whose records are in HEAD and not what the state was recorded with, nor its own."""
    repository = workspace.repository
    if not records or not repository.resolve(records):
        return []  # it cannot be told which syncs came later
    later = repository.syncs_between(records, workspace.head.commit)
    syncs = [s for s in later if s.trailers.get("Sync-With") != "sandbox"]
    # Copies of their commits, as a squash makes them, carry the ids of syncs that are in it.
    known = _ids(workspace, commit) if syncs else frozenset()
    return [s for s in syncs if s.trailers["Sync-Id"] not in known]


def _is_explained(workspace: Workspace, commit: str, sync: SyncCommit) -> bool:
    """Whether it is no wonder that the state does not contain that of the sync."""
    if sync.trailers["Sync-Id"] in unfinished_ids(workspace.private):
        return True  # killed before it recorded its state
    aside = workspace.repository.refs(f"refs/heads/{KEPT}*").values()
    if any(sync.trailers["Sync-Id"] in _ids(workspace, tip) for tip in aside):
        return True
    return not _is_shared(workspace, sync) and _has_base(workspace, commit, sync)


def _ids(workspace: Workspace, commit: str) -> frozenset[str]:
    syncs = workspace.repository.log_syncs(commit, LOOKED_AT)
    return frozenset(s.trailers.get("Sync-Id", "") for s in syncs)


def _is_shared(workspace: Workspace, sync: SyncCommit) -> bool:
    """Whether the remote has the sync's records."""
    repository, branch = workspace.repository, workspace.head.branch
    remote = repository.default_remote(branch)
    there = repository.resolve(f"refs/remotes/{remote}/{branch}") if remote else None
    return there is not None and repository.is_ancestor(sync.commit, there)


def _has_base(workspace: Workspace, commit: str, sync: SyncCommit) -> bool:
    """Whether the state contains the one that the sync was made on."""
    repository, named = workspace.repository, sync.trailers.get("Sync-Base", "")
    base = repository.resolve(named) if named else None
    if base is None:
        return not named or repository.is_cut(commit)
    return repository.is_ancestor(base, commit)


def _set_back(commit: str, later: str) -> Diagnostic:
    branch = STATE_REF.removeprefix("refs/heads/")
    return Diagnostic(
        f"the state branch {branch} was set back: it is at {commit[:7]}, and was at {later[:7]}",
        detail="With the older values that both sides agreed on, edits since would be overwritten, "
        "and deleted records would come back.",
        fix="Nothing was written. Put it back with the first of these; if it was set back on "
        "purpose, make it anew with the second:",
        commands=(f"git update-ref {STATE_REF} {later[:12]}", "notion-gitops state rebuild"),
    )


def _not_here(commit: str, sync: SyncCommit) -> Diagnostic:
    branch = STATE_REF.removeprefix("refs/heads/")
    return Diagnostic(
        f"commit {sync.commit[:7]} is of the sync {sync.trailers['Sync-Id']}, and what that sync "
        f"recorded is not in the state branch {branch} ({commit[:7]})",
        detail="The state branch was set back, or the working branch was pushed without it. With "
        "the older values that both sides agreed on, edits since would be overwritten, and deleted "
        "records would come back.",
        fix="Where that sync was made, `notion-gitops apply --push` sends both branches. If what "
        "it recorded is gone for good: notion-gitops state rebuild. Nothing was written.",
    )
