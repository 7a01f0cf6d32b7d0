"""The two commits of a sync, made with plumbing: the user's index and other changes stay."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from notion_gitops.engine.health import mapping_health
from notion_gitops.formats.atomic import remove, write_bytes
from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import BranchLeft
from notion_gitops.model.outcomes import MappingHealth, Outcome, Status, SyncResult
from notion_gitops.model.records import Side
from notion_gitops.report.commit_message import record_commit_message, state_commit_message
from notion_gitops.report.restored import is_restored
from notion_gitops.report.sync import sync_markdown
from notion_gitops.state.backups import BACKUPS, dump_backups
from notion_gitops.state.log import dump_log
from notion_gitops.state.sync import PendingRecord
from notion_gitops.workflow.plan import Planned
from notion_gitops.workflow.reading.conflict_files import conflict_path
from notion_gitops.workflow.reading.refused_writes import refusal
from notion_gitops.workflow.workspace import Workspace
from notion_gitops.workflow.writing.base_files import base_changes
from notion_gitops.workflow.writing.conflict_changes import answers_let_go, conflict_changes
from notion_gitops.workflow.writing.journal import Journal
from notion_gitops.workflow.writing.metadata import Facts, metadata_changes
from notion_gitops.workflow.writing.moved import Moved
from notion_gitops.workflow.writing.rename_files import rename_files_done
from notion_gitops.workflow.writing.state_ref import commit_state, next_serial

Contents = Mapping[str, bytes | None]
_WAITING = frozenset({Status.PENDING, Status.FAILED, Status.STALE})  # of the next apply


def commit_sync(
    planned: Planned,
    result: SyncResult,
    moved: Mapping[str, Moved],
    files: Contents,
    journal: Journal,
) -> SyncResult:
    """Commit the changed records and conflict files, then the base and the metadata.

    Args:
        planned: the plan.
        result: the sync so far.
        moved: how the base moves, by mapping.
        files: the record files that the sync wrote; None: deleted.
        journal: is told of each conflict file before it is written.

    Returns:
        The result with its health and both commits. A kill between the two leaves records that
        both sides agree on, which the next plan adopts.

    Raises:
        BranchLeft: the branch is not checked out any more; nothing is committed.
    """
    workspace = planned.comparison.workspace
    failed = {(o.mapping, o.key) for o in result.outcomes if o.status is not Status.APPLIED}
    questions = conflict_changes(
        planned, lambda mapping, key: (mapping, key) not in failed, result.unreviewed
    )
    unused = answers_let_go(planned, questions, result.backups)
    journal.keep(unused)
    done, over = rename_files_done(planned, moved)
    _write_questions(workspace, {**questions, **done}, journal)
    asked = {(o.mapping, o.key) for o in result.plan.operations.values() if o.open_conflicts}
    written = frozenset(at for at in asked if questions.get(conflict_path(*at)) is not None)
    backups = (*result.backups, *unused)
    health = _health(planned, result)
    result = replace(result, health=health, asked=written, backups=backups, renames=len(done))
    records = {**files, **questions, **done}
    result = _commit_records(planned, result, records)
    head = result.record_commit or workspace.head.commit
    state = planned.comparison.state.commit
    changes = _state_changes(planned, result, moved)
    if changes or records:
        message = state_commit_message(result, records=head, serial=next_serial(workspace, state))
        commit = commit_state(workspace, state, changes, message)
        result = replace(result, state_commit=commit)
    for path in over:
        remove(workspace.root, path)
    return result


def _commit_records(planned: Planned, result: SyncResult, records: Contents) -> SyncResult:
    """Commit record and conflict files where the records are; the index follows."""
    if not records:
        return result
    workspace, base = planned.comparison.workspace, planned.comparison.state.commit
    _require_its_branch(workspace)
    message = record_commit_message(result, _editors(planned, result), base=base)
    head = workspace.repository.commit(workspace.head.ref, workspace.head.commit, records, message)
    workspace.repository.refresh_index(records)
    return replace(result, record_commit=head)


def _require_its_branch(workspace: Workspace) -> None:
    """The files in the work tree are of the branch that is committed to.

    Raises:
        BranchLeft: another one is checked out by now.
    """
    now, meant = workspace.repository.head(), workspace.head
    if now.ref != meant.ref:
        what = f"{now.branch} was checked out" if now.branch else f"{meant.branch} was left"
        fix = f"git switch {meant.branch} leads back."
        raise BranchLeft(Diagnostic(f"{what} while the sync ran", fix=fix))


def _write_questions(workspace: Workspace, questions: Contents, journal: Journal) -> None:
    for path, content in questions.items():
        journal.about_to_write(path, content)
        if content is None:
            remove(workspace.root, path)
        else:
            write_bytes(workspace.root, path, content)


def _state_changes(
    planned: Planned, result: SyncResult, moved: Mapping[str, Moved]
) -> dict[str, bytes | None]:
    workspace, state = planned.comparison.workspace, planned.comparison.state.commit
    facts = Facts(
        sync_id=result.sync_id,
        at=result.started,
        branch=result.branch,
        health=result.health,
        metrics=_metrics(result),
        people=planned.comparison.people,
        pending=_pending(planned, result),
        renamed=frozenset(name for name, each in moved.items() if each.renamed_from),
    )
    changes: dict[str, bytes | None] = {}
    for each in moved.values():
        changes |= base_changes(workspace, each, state)
        changes |= metadata_changes(workspace, each, facts)
    if not changes:
        return {}
    mappings = workspace.mappings
    secret = {
        n: frozenset(f for f, s in m.fields.items() if s.sensitive) for n, m in mappings.items()
    }
    conflicts = [c for m in result.plan.mappings for c in m.conflicts]
    changes["log.jsonl"] = dump_log(result.log, conflicts, secret).encode()
    changes[BACKUPS] = dump_backups(result.backups).encode()
    here = replace(result, state_commit="this")  # the commit that the report is going to be in
    changes["report.md"] = sync_markdown(here, mappings).encode()
    return changes


def _health(planned: Planned, result: SyncResult) -> dict[str, MappingHealth]:
    waiting = Counter(o.mapping for o in result.outcomes if _is_pending(o, o.mapping))
    for name, compared in planned.comparison.mappings.items():
        waiting[name] += len(compared.refused_writes)
    return {
        part.name: mapping_health(part, result.plan.findings, pending=waiting[part.name])
        for part in result.plan.mappings
    }


def _is_pending(outcome: Outcome, mapping: str) -> bool:
    return outcome.mapping == mapping and outcome.status in _WAITING


def _pending(planned: Planned, result: SyncResult) -> dict[str, tuple[PendingRecord, ...]]:
    """What the next apply sends first, or not at all since Notion refused it.

    It knows nothing of what was asked for out of backups.
    """
    compared = planned.comparison.mappings
    pending = {name: each.refused_writes for name, each in compared.items() if each.refused_writes}
    for o in result.outcomes:
        if _is_pending(o, o.mapping) and not _restored_only(result, o):
            operation = result.plan.operations[(o.mapping, o.key)]
            digest = refusal(compared[o.mapping], operation) if o.refused else ""
            one = PendingRecord(o.key, o.detail, result.started, digest)
            pending[o.mapping] = (*pending.get(o.mapping, ()), one)
    return pending


def _restored_only(result: SyncResult, outcome: Outcome) -> bool:
    operation = result.plan.operations.get((outcome.mapping, outcome.key))
    return operation is not None and operation.restored_only


def _metrics(result: SyncResult) -> dict[str, int | float]:
    decided = [c for m in result.plan.mappings for c in m.conflicts if not c.open]
    found = [c for m in result.plan.mappings for c in m.conflicts]
    return {
        "applied": result.count(Status.APPLIED),
        "not_applied": len(result.outcomes) - result.count(Status.APPLIED),
        "requests": result.cost.requests,
        "plan_requests": result.plan.cost.requests,
        "requests_forecast": result.plan.forecast.requests,
        "retries": result.cost.retries,
        "seconds": result.cost.seconds,
        "seconds_waited": round(result.cost.waits, 1),
        "conflicts_found": len(found),
        "conflicts_decided": len(decided),
    }


def _editors(planned: Planned, result: SyncResult) -> dict[str, int]:
    """Who last edited how many of the pages that the files were written from, by name."""
    names = {p.user_id: p.name or a for a, p in planned.comparison.people.by_alias.items()}
    editors: Counter[str] = Counter()
    for outcome in result.outcomes:
        if outcome.status is not Status.APPLIED:
            continue
        operation = result.plan.operations[(outcome.mapping, outcome.key)]
        compared = planned.comparison.mappings[outcome.mapping]
        record, write = compared.notion.snapshot.records.get(outcome.key), operation.write(Side.GIT)
        if write is not None and not is_restored(write) and record and record.page:
            editors[names.get(record.page.edited_by, "somebody")] += 1
    return dict(editors)
