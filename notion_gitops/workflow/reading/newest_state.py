"""Which commit of the state branch is the newest that is here; the one place that says so.

=============  =========================  ==================================================
local branch   the remote's, as fetched   what counts
=============  =========================  ==================================================
none           none                       never synced; or lost, if HEAD's history has syncs
none           there                      the remote's
there          none                       the local one
equal                                     it
behind         ahead                      the remote's
ahead          behind                     the local one
each has syncs that the other lacks       nothing: a person decides
they have no commit in common             nothing: there are two lineages
=============  =========================  ==================================================

The sandbox has a state of its own, which never leaves this machine.
"""

from collections.abc import Mapping

from notion_gitops.model.backups import Synced
from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import Refused, StateUnusable
from notion_gitops.workflow.workspace import NEWEST_REF, SANDBOX_STATE_REF, Workspace

LOOKED_AT = 2000  # commits of HEAD that are searched for traces of a lost state

KEPT = "notion-gitops/kept-"
"""Begins the names of branches that keep a state branch which another one took the place of."""


_TAKE_THEIRS = (
    "Nothing was written. Keep the local one, take the remote's, which others build on, and run "
    "this again:"
)


def newest_state(workspace: Workspace) -> str:
    """The commit to read the base from; "" if nothing was ever synced.

    Raises:
        StateUnusable: there were syncs, but the state branch is gone; or the one here and the
            remote's were never one.
        Refused: they went apart.
    """
    repository = workspace.repository
    refs = repository.refs(workspace.state_ref, f"refs/remotes/*/{_branch(workspace)}")
    local = refs.pop(workspace.state_ref, "")
    if workspace.sandbox:
        return local
    fetched = _fetched(workspace, refs)
    if not local and not fetched:
        _require_none_lost(workspace)
        return ""
    if not fetched or fetched == local:
        return local
    if not local or repository.is_ancestor(local, fetched):
        return fetched
    if repository.is_ancestor(fetched, local):
        return local
    if not repository.merge_bases(local, fetched) and not repository.is_shallow():
        raise StateUnusable(_unrelated(workspace, local, fetched))
    raise Refused(
        Diagnostic(
            "the state branch here and the remote's went apart: both have syncs that the other "
            "lacks",
            detail="What the local syncs did is found equal on both sides. What they overwrote is "
            "in their backups, which `backups` finds as long as a branch keeps them.",
            fix=_TAKE_THEIRS,
            commands=_take_theirs(workspace, local, fetched),
        )
    )


def _unrelated(workspace: Workspace, local: str, fetched: str) -> Diagnostic:
    """Two clones synced for the first time, and neither had pushed: two lineages."""
    return Diagnostic(
        "the state branch here and the remote's have nothing in common: each was begun by a first "
        "sync of its own",
        detail="One database has one state. Records that both know are the same pages.",
        fix=_TAKE_THEIRS,
        commands=_take_theirs(workspace, local, fetched),
    )


def _take_theirs(workspace: Workspace, local: str, fetched: str) -> tuple[str, ...]:
    return (
        f"git branch {KEPT}{local[:7]} {local[:12]}",
        f"git update-ref {workspace.state_ref} {fetched[:12]}",
    )


def synced(workspace: Workspace, commit: str) -> Synced:
    """Whether anything was ever synced, and if not, whether the sandbox was.

    Args:
        workspace: the workspace.
        commit: of the state branch; "" if there is none.
    """
    if commit:
        return Synced.EVER
    in_sandbox = workspace.repository.refs(SANDBOX_STATE_REF)
    return Synced.SANDBOX if in_sandbox else Synced.NEVER


def _branch(workspace: Workspace) -> str:
    return workspace.state_ref.removeprefix("refs/heads/")


def _fetched(workspace: Workspace, refs: Mapping[str, str]) -> str:
    """What the remote that the branch goes to had when it was last asked."""
    if not refs:
        return ""
    remote = workspace.repository.default_remote(workspace.head.branch)
    return refs.get(f"refs/remotes/{remote}/{_branch(workspace)}", "")


def _bring_back(workspace: Workspace, remote: str) -> str:
    known = workspace.repository.resolve(NEWEST_REF)
    if known is not None:
        return f"git update-ref {workspace.state_ref} {known[:12]}"
    return f"git fetch {remote} {_branch(workspace)}:{_branch(workspace)}"


def _require_none_lost(workspace: Workspace) -> None:
    """Syncs in HEAD's history without a state branch: it was not fetched, or it was deleted."""
    if workspace.head.unborn:
        return
    branch = _branch(workspace)
    for commit in workspace.repository.log_syncs("HEAD", LOOKED_AT):
        trailers = commit.trailers
        if "Sync-Id" not in trailers or trailers.get("Sync-With") == "sandbox":
            continue
        remote = workspace.repository.default_remote(workspace.head.branch) or "origin"
        raise StateUnusable(
            Diagnostic(
                f"commit {commit.commit[:7]} is of a sync, but the state branch {branch}, which "
                "holds the last agreed values, is not here",
                detail="Without it a deletion could not be told from a record that is new.",
                fix="Nothing was written. Bring it back with the first of these; if it is gone "
                "for good, make it anew with the second:",
                commands=(_bring_back(workspace, remote), "notion-gitops state rebuild"),
            )
        )
