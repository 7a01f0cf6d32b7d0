"""Carrying a plan out: steps 3 to 6 of a sync."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC
from types import MappingProxyType

from notion_gitops.model.creates import joined
from notion_gitops.model.errors import BranchLeft, ExitCode, LockLost, NotionGitopsError
from notion_gitops.model.operations import Operation
from notion_gitops.model.outcomes import LogEntry, Refreshed, Status, SyncResult
from notion_gitops.model.plan import ReadCost
from notion_gitops.report.restored import from_backups, syncs_of
from notion_gitops.workflow.plan import Connection, Planned, decisions_remain
from notion_gitops.workflow.writing.commit import commit_sync
from notion_gitops.workflow.writing.confirm import ReadBack, read_back
from notion_gitops.workflow.writing.conflict_changes import conflict_changes
from notion_gitops.workflow.writing.fetch_files import FileFetcher
from notion_gitops.workflow.writing.filing import write_files
from notion_gitops.workflow.writing.fresh import FreshReadings
from notion_gitops.workflow.writing.journal import Journal, open_creates
from notion_gitops.workflow.writing.lease import Lease
from notion_gitops.workflow.writing.moved import Moved
from notion_gitops.workflow.writing.permitted import require_permitted
from notion_gitops.workflow.writing.put_back import put_back
from notion_gitops.workflow.writing.rename_files import rename_files_done
from notion_gitops.workflow.writing.run import Id, Progress, Results, Run
from notion_gitops.workflow.writing.settle import Settling
from notion_gitops.workflow.writing.sync_id import new_sync_id
from notion_gitops.workflow.writing.windows import windows_of
from notion_gitops.workflow.writing.write_pages import PageWriter


@dataclass(frozen=True, slots=True)
class Written:
    """What the writing half did on both sides."""

    results: Results
    back: ReadBack
    moved: Mapping[str, Moved]
    files: Mapping[str, bytes | None]
    refreshed: tuple[Refreshed, ...] = ()
    partly: tuple[str, ...] = ()  # fields that could not be sent, for people


def nothing_to_do(planned: Planned) -> bool:
    """Whether an apply would change nothing: not a page, not a file, not the base.

    A conflict that was asked before and is still open is nothing new.
    """
    plan = planned.plan
    files = conflict_changes(planned) or any(rename_files_done(planned))
    quiet = not plan.steps and not files and not planned.comparison.state.behind
    return quiet and not any(m.takes_part and _to_be_noted(planned, m.name) for m in plan.mappings)


def _to_be_noted(planned: Planned, name: str) -> bool:
    """Whether a mapping was never synced, or all its pages or texts were read as they daily are.

    Or whether what is on record as pending is to be done no more.
    """
    compared = planned.comparison.mappings.get(name)
    if compared is None:
        return False
    recorded = compared.recorded
    waiting = {p.key for p in recorded.sync.pending} if recorded.sync else set()
    waiting -= {p.key for p in compared.refused_writes}
    waiting -= {o.key for m in planned.plan.mappings if m.name == name for o in m.operations}
    daily = compared.bodies.full or compared.notion.pages.due
    return not recorded.ever or daily or bool(waiting)


def carry_out(
    planned: Planned,
    connection: Connection,
    progress: Progress,
    lease: Lease | None = None,
    stale: Mapping[Id, str] = MappingProxyType({}),
    *,
    overtaken: SyncResult | None = None,
) -> SyncResult:
    """Write what the plan says, read it back, and commit the new common state.

    1. Journal: the backups are on disk before anything is overwritten.
    2. Write the pages, in the plan's order, each on a young reading of it.
    3. Read back; take up what Notion derives from the writes.
    4. Write the record files.
    5. Commit: the records on the working branch, the base on the state branch.

    The caller holds the workspace's lock.

    Args:
        planned: the plan.
        connection: the way to Notion.
        progress: who is told how far it has come.
        lease: the lock on the git remote, if there is one.
        stale: records that are left as they are, and why: another operation was reviewed.
        overtaken: a sync that others were faster than; its backups and log are recorded here.

    Raises:
        NotPermitted: the connection may not write, and nothing was written on either side.
    """
    started, clock = connection.now().astimezone(UTC), time.monotonic()
    before = connection.gateway.counts
    sync_id = lease.run.run if lease else new_sync_id(started)
    run = _begun(planned, connection, progress, lease, sync_id)
    operations = run.operations
    for at in stale.keys() & operations.keys():
        run.results.leave_out(*at, stale[at])
    written = _write(run)
    counts = connection.gateway.counts.since(before)
    seconds = round(time.monotonic() - clock, 1)
    done = written.results.log(planned.plan.steps)
    log = (_with_source(entry, operations) for entry in done)
    result = SyncResult(
        sync_id=sync_id,
        plan=planned.plan,
        outcomes=written.results.outcomes(planned.plan.steps),
        log=(*(overtaken.log if overtaken else ()), *log),
        backups=(*(overtaken.backups if overtaken else ()), *run.backups()),
        validation=written.back.validation,
        cost=ReadCost(counts.requests, seconds, counts.seconds_waited, counts.retries),
        started=started,
        finished=connection.now().astimezone(UTC),
        branch=planned.plan.branch,
        notes=(*written.partly, *_nothing_left(stale, operations)),
        refreshed=written.refreshed,
        windows=windows_of(run),
        unreviewed=frozenset(stale),
    )
    return _recorded(run, result, written)


def _begun(
    planned: Planned,
    connection: Connection,
    progress: Progress,
    lease: Lease | None,
    sync_id: str,
) -> Run:
    """A run whose journal is on disk, with what it is going to overwrite."""
    operations = {at: o for at, o in planned.plan.operations.items() if _takes_part(planned, at)}
    workspace = planned.comparison.workspace
    earlier = joined(open_creates(workspace.private), lease.earlier if lease else {})
    journal = Journal.begin(
        workspace.private, sync_id, workspace.state_ref, earlier, planned.accepted
    )
    journal.keep(b for o in operations.values() for b in o.backups)
    return Run(planned, connection, journal, progress, Results(), operations, earlier, lease)


def _nothing_left(stale: Mapping[Id, str], operations: Mapping[Id, Operation]) -> Iterator[str]:
    """The records of which something was reviewed, and nothing is to be done any more."""
    for mapping, key in sorted(stale.keys() - operations.keys()):
        yield f"{mapping}/{key}: nothing is to be done about it any more"


def _recorded(run: Run, result: SyncResult, written: Written) -> SyncResult:
    """The result with both commits made, which tell the code that it ends with."""

    def code(of: SyncResult) -> ExitCode:
        return ExitCode.PARTLY_APPLIED if written.back.unread else exit_code(of)

    result = replace(result, exit_code=code(replace(result, state_commit="-")))
    try:
        if run.lease is not None:
            run.lease.hold()
        result = commit_sync(run.planned, result, written.moved, written.files, run.journal)
    except LockLost as lost:
        put_back(run.planned.comparison.workspace)  # the files will be the other run's
        return _unrecorded(result, lost)
    except BranchLeft as left:
        workspace = run.planned.comparison.workspace
        put_back(replace(workspace, head=workspace.repository.head()))
        return _unrecorded(result, left)
    except (NotionGitopsError, OSError) as error:
        return _unrecorded(result, error)
    run.journal.end({(o.mapping, o.key) for o in result.outcomes if o.status is Status.APPLIED})
    return replace(result, exit_code=code(result))


def _unrecorded(result: SyncResult, error: NotionGitopsError | OSError) -> SyncResult:
    """The pages are written, and the commits could not be made: the next apply makes them.

    It finds both sides equal. The journal stays, and with it the backups and the list of the
    files that were written.
    """
    told = error.diagnostics if isinstance(error, NotionGitopsError) else ()
    why = told[0].summary if told else str(error)
    note = f"Not everything was recorded ({why}). Run apply again: it records what was done."
    notes = (*result.notes, note, *(d.remedy for d in told if d.remedy))
    return replace(result, exit_code=ExitCode.PARTLY_APPLIED, notes=notes)


def exit_code(result: SyncResult) -> ExitCode:
    """The contract's code: 5 if anything failed, is stale or was refused, else 3, else 0."""
    plan = result.plan
    refused = any(m.left_out or m.refusals for m in plan.mappings)
    incomplete = any(o.status is not Status.APPLIED for o in result.outcomes)
    touched = any(o.status is Status.APPLIED for o in result.outcomes) or result.state_commit
    if refused and not touched:
        return ExitCode.REFUSED
    if incomplete or refused:
        return ExitCode.PARTLY_APPLIED
    if decisions_remain(plan) or result.notes:
        return ExitCode.DECISIONS_REMAIN
    return ExitCode.DONE


def _with_source(entry: LogEntry, operations: Mapping[Id, Operation]) -> LogEntry:
    """The line of the log, with the backups that what was written came out of."""
    operation = operations.get((entry.mapping, entry.key))
    syncs = syncs_of(operation) if operation else ()
    if entry.status is not Status.APPLIED or not syncs:
        return entry
    return replace(entry, detail=f"restored {from_backups(syncs)}")


def _takes_part(planned: Planned, at: Id) -> bool:
    return not next(m.left_out for m in planned.plan.mappings if m.name == at[0])


def _write(run: Run) -> Written:
    plan, comparison = run.planned.plan, run.planned.comparison
    fresh = FreshReadings(comparison, run.planned.databases, run.connection)
    pages = PageWriter(run, fresh)
    pages.write(plan.steps)
    require_permitted(run, pages.denied)
    run.progress.step("Reading back", 0, 1)
    back = read_back(run, pages.answered)
    run.progress.step("Reading back", 1, 1)
    settlings = {
        part.name: Settling(
            comparison.mappings[part.name], back, comparison.at_notion, pages.left_out
        )
        for part in plan.mappings
        if part.takes_part and part.name in comparison.mappings
    }
    fetcher = FileFetcher(run, pages.known.answers)
    fetcher.fetch()
    moved, files, refreshed = write_files(run, settlings)
    partly = tuple(
        f"{at[0]}/{at[1]}: {finding.message}"
        for at, fields in pages.left_out.items()
        for finding in fields.values()
    )
    unread = (f"{n}: what was written was not read back: {w}" for n, w in back.unread.items())
    told = (*partly, *fetcher.notes, *unread)
    return Written(run.results, back, moved, {**fetcher.written, **files}, refreshed, told)
