"""Sharing a sync: the remote is asked before it, and gets both branches after it, at once."""

from dataclasses import dataclass, replace

from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import ExitCode, Refused, UsageError
from notion_gitops.model.outcomes import SyncResult
from notion_gitops.report.follow_up import FollowUp
from notion_gitops.repository.nouns import PushResult
from notion_gitops.workflow.reading.announced import RUN_REF
from notion_gitops.workflow.workspace import NEWEST_REF, Workspace
from notion_gitops.workflow.writing.state_ref import keep_newest


@dataclass(frozen=True, slots=True)
class Remote:
    """The remote of the working branch, as it was when the sync began."""

    name: str
    branch: str  # commit of the working branch there; "" if it is not there
    state: str  # commit of the state branch there; "" if it is not there
    newest: str = ""  # how far the state branch had come there; "" if that is not known
    run: str = ""  # commit of the lock there, whoever holds it; "" if it is not there


def not_pushed(again: FollowUp) -> str:
    """What is said of a sync that stays on this machine; `again` says how commands are typed."""
    return f"Not pushed: {again.command('apply --push')} sends both branches, now or later."


def fetch_before(workspace: Workspace, *, to_push: bool) -> Remote | None:
    """Fetch both branches before an apply, so that it starts from the newest state.

    Args:
        workspace: the workspace.
        to_push: whether the sync is going to be pushed.

    Returns:
        The remote; None if there is none, or for the sandbox, which never leaves this machine.

    Raises:
        UsageError: there is no remote to push to.
        Refused: it is to be pushed, and the remote's branch has commits that are not here.
        GitFailed: the remote cannot be reached.
    """
    repository, head = workspace.repository, workspace.head
    name = "" if workspace.sandbox else repository.default_remote(head.branch)
    if not name:
        if to_push:
            raise UsageError(_nowhere(workspace))
        return None
    refs = (head.ref, workspace.state_ref, NEWEST_REF, RUN_REF)
    there = repository.fetch(name, refs)
    remote = Remote(name, *(there.get(ref, "") for ref in refs))
    if remote.newest:
        keep_newest(workspace, remote.newest)
    if to_push and remote.branch and not repository.is_ancestor(remote.branch, head.commit):
        raise Refused(
            Diagnostic(
                f"{name} has commits on {head.branch} that are not here",
                fix=f"git pull --no-rebase {name} {head.branch}, then run this again. (Not "
                "--rebase: the base names commits of this branch.) Nothing was written.",
            )
        )
    return remote


def _nowhere(workspace: Workspace) -> Diagnostic:
    if workspace.sandbox:
        return Diagnostic("the sandbox is of this machine alone: --push does not go with --sandbox")
    return Diagnostic(
        "there is no git remote to push to",
        fix="Add one (git remote add origin URL), or leave --push away.",
    )


def push(workspace: Workspace, remote: Remote) -> PushResult | None:
    """Push what the remote lacks of both branches, in one atomic push; None: it lacks nothing.

    With the state branch goes the ref that knows how far it has come, where the remote takes it.
    """
    repository = workspace.repository
    branch = repository.resolve(workspace.head.ref) or ""
    state = repository.resolve(workspace.state_ref) or ""
    refs = {workspace.head.ref: branch, workspace.state_ref: state}
    leases = {workspace.head.ref: remote.branch, workspace.state_ref: remote.state}
    moved = {
        ref: commit
        for ref, commit in refs.items()
        if commit and not (leases[ref] and repository.is_ancestor(commit, leases[ref]))
    }
    if not moved:
        return None
    if workspace.state_ref in moved and _goes_on(workspace, remote.newest, state):
        beside = {**moved, NEWEST_REF: state}
        answer = repository.push_atomic(remote.name, beside, {**leases, NEWEST_REF: remote.newest})
        if answer.ok or answer.lost_race:
            return answer
        # The server may not take it. Without that ref less is noticed, and nothing is lost.
    return repository.push_atomic(remote.name, moved, {r: leases[r] for r in moved})


def _goes_on(workspace: Workspace, newest: str, state: str) -> bool:
    return not newest or workspace.repository.is_ancestor(newest, state)


def rejection(remote: Remote, answer: PushResult) -> str:
    """Why a push was rejected, and what to do, for people."""
    pull = f"git pull --no-rebase {remote.name}, then " if answer.lost_race else ""
    return f"The push to {remote.name} was rejected ({answer.why}): {pull}run apply --push again."


def push_after(workspace: Workspace, remote: Remote, result: SyncResult) -> SyncResult:
    """Push a sync; a rejected one leaves the commits here."""
    answer = push(workspace, remote)
    if answer is None:
        return result
    if answer.ok:
        return replace(result, pushed=True)
    notes = (*result.notes, rejection(remote, answer))
    return replace(result, pushed=False, notes=notes, exit_code=ExitCode.PARTLY_APPLIED)
