"""Holding the lock of a team while a sync is written, if there is a git remote to hold it on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from notion_gitops.formats.atomic import write_bytes
from notion_gitops.model.creates import OpenCreates
from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import Locked, NotionGitopsError, Refused
from notion_gitops.model.plan import Plan, StepKind
from notion_gitops.model.runs import AnnouncedRun
from notion_gitops.repository.nouns import PushResult
from notion_gitops.workflow.plan import Connection, Planned
from notion_gitops.workflow.reading.announced import RUN_REF, is_over, read_run
from notion_gitops.workflow.workspace import Workspace
from notion_gitops.workflow.writing.journal import open_creates
from notion_gitops.workflow.writing.lease import LEASE, Clocks, Lease
from notion_gitops.workflow.writing.lock import this_process
from notion_gitops.workflow.writing.share import Remote
from notion_gitops.workflow.writing.sync_id import new_sync_id

OURS = "announced"  # in the private folder: the runs of this clone that hold, or tried to hold, it
_TRIES = 3  # against others who take and give up the lock at the same time


@contextmanager
def held(
    planned: Planned,
    remote: Remote | None,
    connection: Connection,
    *,
    to_push: bool,
    tell: Callable[[str], None],
) -> Iterator[Lease | None]:
    """Hold the lock on the remote while the body runs; None without a remote.

    Args:
        planned: what is going to be written.
        remote: as it was when the plan was made.
        connection: its clocks, and the gateway, which asks for the lease before each write.
        to_push: whether the sync will be pushed. If not, a remote that does not let us write
            holds nothing up.
        tell: tells a person.

    Raises:
        Locked: another run has it.
        Refused: another sync came to the remote since the plan was made.
        NotionGitopsError: the remote does not let us write, and the sync is to be pushed.
    """
    workspace = planned.comparison.workspace
    lease = _taken(planned, remote, connection, to_push=to_push, tell=tell) if remote else None
    if lease is None or remote is None:
        yield None
        return
    try:
        _require_unmoved(workspace, remote)
        with connection.gateway.writing_under(lease.hold):
            yield lease
    finally:
        problem = lease.give_up(open_creates(workspace.private))
        if problem:
            tell(f"The lock on {remote.name} could not be given up ({problem}); it ends by itself.")
        else:
            (workspace.private / OURS).unlink(missing_ok=True)


def drop_own(planned: Planned, remote: Remote, connection: Connection) -> bool:
    """Take away what an interrupted run left on the remote, where nothing is left to write.

    That is its lock, if it was a run of this clone and was killed, or the list of its creates.

    A run that writes takes it over; one that finds all done takes none, and it would stay for good.
    It stays as long as a create of that run may yet turn up.

    Returns:
        Whether there was one, and it is gone.
    """
    workspace, state = planned.comparison.workspace, planned.comparison.state
    left = read_run(workspace.repository, remote.run)
    if left is None or (left.held and left.run not in _ours(workspace.private)):
        return False
    creates = {*left.creates, *open_creates(workspace.private)}
    waiting = [key for name, key in creates if key not in state.of(name).index.entries]
    if waiting or not is_over(left, connection.at_notion()):
        return False
    gone = workspace.repository.push_atomic(remote.name, {RUN_REF: ""}, {RUN_REF: remote.run})
    if gone.ok:
        (workspace.private / OURS).unlink(missing_ok=True)
    return gone.ok


def _taken(
    planned: Planned,
    remote: Remote,
    connection: Connection,
    *,
    to_push: bool,
    tell: Callable[[str], None],
) -> Lease | None:
    workspace, expected = planned.comparison.workspace, remote.run
    for _ in range(_TRIES):
        before = read_run(workspace.repository, expected)
        if before is not None and not _may_take_over(workspace.private, before, connection):
            raise locked(before, remote.name)
        lease = _lease(planned, remote.name, connection, before.creates if before else {})
        _note_ours(workspace.private, lease.run.run)
        answer = lease.take(expected)
        if answer.ok:
            return lease
        there = workspace.repository.fetch(remote.name, [RUN_REF]).get(RUN_REF, "")
        if there == expected:
            _go_on_without(remote, answer, to_push=to_push, tell=tell)
            return None
        expected = there
    raise Locked(
        Diagnostic(
            f"other runs take the lock on {remote.name} all the time",
            fix="Run this again later. Nothing was written.",
        )
    )


def _lease(planned: Planned, remote: str, connection: Connection, earlier: OpenCreates) -> Lease:
    now = connection.at_notion()
    clocks = Clocks(connection.at_notion, connection.now, connection.monotonic)
    run = AnnouncedRun(new_sync_id(connection.now()), this_process(), now, now + LEASE)
    repository = planned.comparison.workspace.repository
    return Lease(repository, remote, clocks, run, _created(planned.plan), earlier)


def _created(plan: Plan) -> frozenset[tuple[str, str]]:
    return frozenset((s.mapping, s.key) for s in plan.steps if s.kind is StepKind.CREATE_PAGE)


def _may_take_over(private: Path, other: AnnouncedRun, connection: Connection) -> bool:
    """Whether a run is over, or was one of this clone, of which we hold the lock: it was killed."""
    return is_over(other, connection.at_notion()) or other.run in _ours(private)


def _ours(private: Path) -> list[str]:
    """The runs that this clone announced and did not end."""
    path = private / OURS
    return path.read_text("utf-8").split() if path.exists() else []


def _note_ours(private: Path, run: str) -> None:
    """On disk before it is announced, or a run that is killed would lock its own clone out."""
    write_bytes(private, OURS, "\n".join([*_ours(private), run, ""]).encode("utf-8"))


def locked(run: AnnouncedRun, remote: str) -> Locked:
    """That another run is writing."""
    return Locked(
        Diagnostic(
            f"another run is writing: {run.who}, since {run.since:%Y-%m-%d %H:%M} UTC",
            detail=f"It holds the lock on {remote} ({RUN_REF}) until {run.until:%H:%M} UTC, and "
            "renews it while it goes on.",
            fix="Nothing was written. Wait until it has ended, then run this again. If you know "
            "that it was killed:",
            commands=(f"notion-gitops unlock {run.run}",),
        )
    )


def _go_on_without(
    remote: Remote, answer: PushResult, *, to_push: bool, tell: Callable[[str], None]
) -> None:
    """The remote does not take the announcement: who was going to push cannot, others may go on.

    Raises:
        NotionGitopsError: the sync was going to be pushed.
    """
    if to_push:
        raise NotionGitopsError(
            Diagnostic(
                f"{remote.name} does not let us push, so nothing was written",
                detail=answer.why,
                fix=f"Allow pushes to {RUN_REF}, to the state branch and to this branch.",
            )
        )
    tell(
        f"No lock could be taken on {remote.name}, which does not let us push. Make sure that "
        "nobody applies elsewhere at the same time."
    )


def _require_unmoved(workspace: Workspace, remote: Remote) -> None:
    """The base that was planned on must still be the newest, now that nobody else writes.

    Raises:
        Refused: another sync was recorded since.
    """
    there = workspace.repository.remote_refs(remote.name, [workspace.state_ref])
    if there.get(workspace.state_ref, "") != remote.state:
        raise Refused(
            Diagnostic(
                f"another sync was pushed to {remote.name} while this one was planned",
                fix="Run this again: it is planned anew. Nothing was written.",
            )
        )
