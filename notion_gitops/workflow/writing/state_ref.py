"""Moving the state branch, and the ref beside it that knows how far it had come.

`refs/notion-gitops/newest` goes where the state branch goes, and is pushed with it. Nobody works on
it, so it stays where it is when somebody sets the branch back: that is how it is noticed, and how
the branch is put back. The sandbox's state never leaves this machine and has none.
"""

from collections.abc import Mapping

from notion_gitops.workflow.workspace import NEWEST_REF, Workspace

_LOOKED_AT = 20  # commits of the state branch


def adopt_state(workspace: Workspace, commit: str) -> None:
    """Bring the local state branch forward to the commit that the plan was made on."""
    local = workspace.repository.resolve(workspace.state_ref) or ""
    if commit and local != commit:
        workspace.repository.update_ref(workspace.state_ref, commit, local)
    if commit:
        keep_newest(workspace, commit)


def commit_state(
    workspace: Workspace, parent: str, changes: Mapping[str, bytes | None], message: str
) -> str:
    """Make one commit on the state branch, which is at `parent`; the commit.

    Raises:
        RaceLost: the branch is not at `parent` any more.
        GitFailed: git could not make it.
    """
    commit = workspace.repository.commit(workspace.state_ref, parent, changes, message)
    keep_newest(workspace, commit)
    return commit


def next_serial(workspace: Workspace, state: str) -> int:
    """The number of the next commit, by those of the state branch; an import has none."""
    syncs = workspace.repository.log_syncs(state, _LOOKED_AT) if state else []
    counted = (s.trailers["Sync-Serial"] for s in syncs if "Sync-Serial" in s.trailers)
    return int(next(counted, "0")) + 1


def keep_newest(workspace: Workspace, commit: str) -> None:
    """Remember how far the state branch has come, here or on the remote; it never goes back."""
    if workspace.sandbox:
        return
    repository = workspace.repository
    known = repository.resolve(NEWEST_REF) or ""
    if known != commit and not (known and repository.is_ancestor(commit, known)):
        repository.update_ref(NEWEST_REF, commit, known)
