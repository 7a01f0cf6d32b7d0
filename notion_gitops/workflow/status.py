"""How things stand, and what came before: read from git alone."""

from dataclasses import replace
from datetime import UTC, datetime

from notion_gitops.model.errors import ExitCode
from notion_gitops.model.outcomes import MappingHealth
from notion_gitops.model.plan import Plan
from notion_gitops.model.records import Side
from notion_gitops.records.files import is_record_path
from notion_gitops.report.status import LogLine, MappingStatus, StatusInfo
from notion_gitops.repository.nouns import SyncCommit
from notion_gitops.workflow.reading.conflict_files import read_conflict_files
from notion_gitops.workflow.reading.git_side import read_state_and_changes
from notion_gitops.workflow.reading.journal_lines import cut_short
from notion_gitops.workflow.reading.on_hold import holds_at
from notion_gitops.workflow.reading.state_branch import StateBranch
from notion_gitops.workflow.reading.state_here import read_state_here
from notion_gitops.workflow.workspace import Workspace

LOOKED_AT = 20  # commits of the state branch; an import between syncs tells no exit code


def status(workspace: Workspace) -> StatusInfo:
    """The last sync, what changed in git since, open conflicts, pending records, health."""
    here, trouble = read_state_here(workspace)
    state, changes = read_state_and_changes(workspace, here)
    now = datetime.now(UTC)
    mappings = {}
    for name, mapping in workspace.mappings.items():
        changed = sum(1 for p in changes.since_base if is_record_path(mapping, p))
        mappings[name] = _mapping_status(workspace, state, name, changed)
    last = max(
        (r.sync for r in state.mappings.values() if r.sync), key=lambda s: s.serial, default=None
    )
    sync_id, begun = cut_short(workspace.private, workspace.state_ref) or ("", None)
    return StatusInfo(
        unfinished=sync_id,
        begun=begun,
        now=now,
        branch=workspace.head.branch,
        head=workspace.head.commit,
        state_branch=workspace.state_ref.removeprefix("refs/heads/"),
        state_commit=state.commit,
        sync_id=last.sync_id if last else "",
        synced=last.last_success if last else None,
        exit_code=_last_code(workspace, state.commit),
        mappings=mappings,
        trouble=trouble.diagnostics[0] if trouble else None,
        trouble_code=trouble.exit_code if trouble else None,
        on_hold=tuple(h for n in mappings for h in holds_at(workspace, n, now).every),
    )


def with_drift(info: StatusInfo, plan: Plan) -> StatusInfo:
    """The status with what changed in Notion, as a plan made now sees it."""
    drift = {
        part.name: sum(
            1
            for o in part.operations
            if o.conflicts or (o.write(Side.GIT) is not None and not o.refresh_only)
        )
        for part in plan.mappings
        if not part.left_out
    }
    mappings = {
        name: replace(m, changed_in_notion=drift.get(name)) for name, m in info.mappings.items()
    }
    return replace(info, mappings=mappings)


def history(workspace: Workspace, commit: str, limit: int | None = None) -> tuple[LogLine, ...]:
    """The syncs, the latest first.

    Args:
        workspace: the workspace.
        commit: of the state branch; "" if there is none.
        limit: only so many.
    """
    syncs = workspace.repository.log_syncs(commit, limit) if commit else []
    return tuple(_line(s) for s in syncs if "Sync-Id" in s.trailers)


def _line(sync: SyncCommit) -> LogLine:
    trailers = sync.trailers
    return LogLine(
        sync_id=trailers["Sync-Id"],
        at=sync.time,
        subject=sync.subject.partition(": ")[2] or sync.subject,
        commit=sync.commit,
        records_commit=trailers.get("Sync-Records", ""),
        requests=_number(trailers.get("Sync-Requests")),
        seconds=float(trailers["Sync-Duration"]) if "Sync-Duration" in trailers else None,
        health=_number(trailers.get("Sync-Health")),
    )


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdigit() else None


def _last_code(workspace: Workspace, commit: str) -> ExitCode:
    """What the last sync ended with, as its commit says."""
    for sync in workspace.repository.log_syncs(commit, LOOKED_AT) if commit else ():
        code = _number(sync.trailers.get("Sync-Exit"))
        if code is not None:
            return ExitCode(code)
    return ExitCode.DONE


def _mapping_status(
    workspace: Workspace, state: StateBranch, name: str, changed: int
) -> MappingStatus:
    recorded = state.of(name)
    asked = read_open_questions(workspace, name)
    known = recorded.sync.health if recorded.sync else None
    pending = recorded.sync.pending if recorded.sync else ()
    records = known.records if known else len(recorded.index.entries)
    return MappingStatus(
        health=MappingHealth(
            records=records,
            open_conflicts=asked,
            findings=known.findings if known else 0,
            pending=len(pending),
            score=known.score if known else 100,
            errors=known.errors if known else 0,
            warnings=known.warnings if known else 0,
        ),
        changed_in_git=changed,
        pending=tuple(p.key for p in pending if not p.refused),
        refused={p.key: p.reason for p in pending if p.refused},
    )


def read_open_questions(workspace: Workspace, name: str) -> int:
    """How many conflict files of a mapping wait for an answer."""
    return len(read_conflict_files(workspace, workspace.mappings[name]))
