"""Who holds the lock of the team, and breaking it when that run is known to be dead."""

from dataclasses import dataclass, replace

from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import Refused, UsageError
from notion_gitops.model.runs import AnnouncedRun
from notion_gitops.state.runs import RUN_FILE, dump_run
from notion_gitops.workflow.reading.announced import RUN_REF, read_run
from notion_gitops.workflow.workspace import Workspace


@dataclass(frozen=True, slots=True)
class RemoteLock:
    """The lock on the git remote."""

    remote: str  # its name
    commit: str = ""  # of the ref; "" if it is not there
    run: AnnouncedRun | None = None

    @property
    def held(self) -> bool:
        """Whether a run holds it, or held it when it was killed."""
        return self.run is not None and self.run.held


def find_lock(workspace: Workspace) -> RemoteLock:
    """Ask the remote for its lock.

    Raises:
        UsageError: there is no remote, so there is no such lock.
        GitFailed: it cannot be reached.
    """
    repository = workspace.repository
    remote = repository.default_remote(workspace.head.branch)
    if not remote:
        raise UsageError(
            Diagnostic(
                "there is no git remote, so no lock is held on one",
                fix="The lock of this machine ends with the run that holds it.",
            )
        )
    commit = repository.fetch(remote, [RUN_REF]).get(RUN_REF, "")
    return RemoteLock(remote, commit, read_run(repository, commit))


def break_lock(workspace: Workspace, lock: RemoteLock, run: str) -> None:
    """End the lease of a run; what it may have created is still looked for before it is sent again.

    Raises:
        Refused: another run holds the lock, or none, or it changed hands meanwhile.
        GitFailed: the remote cannot be reached.
    """
    holder = lock.run
    if holder is None or not holder.held or holder.run != run:
        raise Refused(_not_held(lock, run))
    repository, commit = workspace.repository, ""
    if holder.creates:
        ended = dump_run(replace(holder, held=False)).encode("utf-8")
        commit = repository.make_commit(lock.commit, {RUN_FILE: ended}, f"Broken: sync {run}\n")
    answer = repository.push_atomic(lock.remote, {RUN_REF: commit}, {RUN_REF: lock.commit})
    if not answer.ok:
        fix = "Run unlock again, without an id, to see who holds it now."
        raise Refused(Diagnostic(f"the lock could not be broken: {answer.why}", fix=fix))


def _not_held(lock: RemoteLock, run: str) -> Diagnostic:
    if not lock.held or lock.run is None:
        return Diagnostic(f"no run holds the lock on {lock.remote}", fix="Nothing is to be done.")
    return Diagnostic(
        f"{run} does not hold the lock on {lock.remote}",
        fix=f"The run that does is {lock.run.run} ({lock.run.who}).",
    )
