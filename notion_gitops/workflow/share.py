"""Sharing a sync: the remote is asked before it, and gets both branches after it, at once."""

from dataclasses import dataclass, replace

from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import ExitCode, Refused, UsageError
from notion_gitops.model.outcomes import SyncResult
from notion_gitops.repository.nouns import PushResult
from notion_gitops.workflow.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Remote:
    """The remote of the working branch, as it was when the sync began."""

    name: str
    branch: str  # commit of the working branch there; "" if it is not there
    state: str  # commit of the state branch there; "" if it is not there


def adopt_state(workspace: Workspace, commit: str) -> None:
    """Make the local state branch, if only the remote's is here so far."""
    if commit and workspace.repository.resolve(workspace.state_ref) is None:
        workspace.repository.update_ref(workspace.state_ref, commit, "")


def fetch_before(workspace: Workspace) -> Remote:
    """Fetch both branches, and take a newer state over where it only moves forward.

    Raises:
        UsageError: there is no remote to push to.
        Refused: the remote's branch is ahead of this one, or the state branches went apart.
        GitFailed: the remote cannot be reached.
    """
    repository, head = workspace.repository, workspace.head
    name = repository.default_remote(head.branch)
    if not name:
        raise UsageError(
            Diagnostic(
                "there is no git remote to push to",
                fix="Add one (git remote add origin URL), or leave --push away.",
            )
        )
    there = repository.fetch(name, [head.ref, workspace.state_ref])
    remote = Remote(name, there.get(head.ref, ""), there.get(workspace.state_ref, ""))
    if remote.branch and not repository.is_ancestor(remote.branch, head.commit):
        raise Refused(
            Diagnostic(
                f"{name} has commits on {head.branch} that are not here",
                fix=f"git pull --rebase {name} {head.branch}, then run this again. "
                "Nothing was written.",
            )
        )
    _take_over(workspace, remote)
    return remote


def _take_over(workspace: Workspace, remote: Remote) -> None:
    local = workspace.repository.resolve(workspace.state_ref) or ""
    if not remote.state or local == remote.state:
        return
    if not local:
        workspace.repository.update_ref(workspace.state_ref, remote.state, "")
    elif workspace.repository.is_ancestor(local, remote.state):
        workspace.repository.update_ref(workspace.state_ref, remote.state, local)
    elif not workspace.repository.is_ancestor(remote.state, local):
        raise Refused(
            Diagnostic(
                f"the state branch here and on {remote.name} went apart: both have syncs that "
                "the other lacks",
                fix="Take the remote's, which others build on: git update-ref "
                f"{workspace.state_ref} {remote.state[:12]}  Then run this again: what the local "
                "sync did is found equal on both sides. Nothing was written.",
            )
        )


def push(workspace: Workspace, remote: Remote) -> PushResult | None:
    """Push what the remote lacks of both branches, in one atomic push; None: it lacks nothing."""
    repository = workspace.repository
    branch = repository.resolve(workspace.head.ref) or ""
    state = repository.resolve(workspace.state_ref) or ""
    refs = {workspace.head.ref: branch, workspace.state_ref: state}
    leases = {workspace.head.ref: remote.branch, workspace.state_ref: remote.state}
    moved = {ref: commit for ref, commit in refs.items() if commit and commit != leases[ref]}
    if not moved:
        return None
    return repository.push_atomic(remote.name, moved, {r: leases[r] for r in moved})


def rejection(remote: Remote, answer: PushResult) -> str:
    """Why a push was rejected, and what to do, for people."""
    why = "; ".join(dict.fromkeys(answer.rejected.values())) or answer.reason
    return f"The push to {remote.name} was rejected ({why}): run apply --push again."


def push_after(workspace: Workspace, remote: Remote, result: SyncResult) -> SyncResult:
    """Push a sync; a rejected one leaves the commits here."""
    answer = push(workspace, remote)
    if answer is None:
        return result
    if answer.ok:
        return replace(result, pushed=True)
    notes = (*result.notes, rejection(remote, answer))
    return replace(result, pushed=False, notes=notes, exit_code=ExitCode.PARTLY_APPLIED)
