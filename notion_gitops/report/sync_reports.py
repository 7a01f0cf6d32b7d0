"""Steps 4 to 6: the transaction log, the validation report and the metadata confirmation."""

from collections.abc import Mapping
from datetime import UTC

from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.outcomes import ConnectionReport, LogEntry, Status, SyncResult, Windows
from notion_gitops.report.conflicts import conflicts_view
from notion_gitops.report.connection import connection_view
from notion_gitops.report.consistency import consistency_view, finding_section
from notion_gitops.report.document import (
    Block,
    Document,
    Facts,
    Paragraph,
    Section,
    Table,
)
from notion_gitops.report.plan_findings import finding_groups
from notion_gitops.report.redact import redact_sync
from notion_gitops.report.reports import Report
from notion_gitops.text.words import count, duration, number

_ROWS = 500  # lines of the log that are shown; its JSON has all of them


def transactions_view(result: SyncResult) -> Report:
    """Every step as it happened, the ones that did not succeed first."""
    ordered = sorted(result.log, key=lambda entry: entry.status is Status.APPLIED)
    failed = sum(1 for entry in result.log if entry.status is not Status.APPLIED)
    title = f"Transaction log: {count(len(result.log), 'step')}, {failed} not applied"
    rows = tuple(map(_row, ordered[:_ROWS]))
    columns = ("UTC", "step", "record", "fields", "outcome")
    table: Block = Table(columns, rows, more=len(ordered) - len(rows))
    blocks = (table,) if rows else (Paragraph("Nothing was written."),)
    data = {"sync_id": result.sync_id, "log": result.log, "outcomes": result.outcomes}
    return Report("transactions", Document(title, (Section(blocks),)), data)


def validation_view(result: SyncResult) -> Report:
    """What reading back showed."""
    validation = result.validation
    fine = validation.equal == validation.checked and not validation.findings
    said = "as intended" if fine else "not all as intended"
    title = f"Validation: {count(validation.checked, 'page')} read back, {said}"
    facts = Facts(
        (
            ("Pages", f"{number(validation.equal)} of {number(validation.checked)} as intended"),
            ("Waits", f"{duration(result.cost.waits)} for Notion's rate limit"),
            ("Retries", number(result.cost.retries)),
            ("Time", duration((result.finished - result.started).total_seconds())),
            ("Windows", _windows(result.windows)),
        )
    )
    groups = finding_groups(validation.findings, full=True)
    data = {
        "sync_id": result.sync_id,
        "validation": validation,
        "cost": result.cost,
        "windows": result.windows,
    }
    return Report(
        "validation", Document(title, (Section((facts,)), *map(finding_section, groups))), data
    )


def metadata_view(result: SyncResult) -> Report:
    """What was recorded, where, and how well the mappings are."""
    exit_name = result.exit_code.name.lower().replace("_", " ")
    facts = (
        ("Sync", result.sync_id),
        ("Records commit", result.record_commit or "none: no file changed"),
        ("State commit", result.state_commit or "none: nothing to record"),
        ("Branch", result.branch or "none"),
        ("Requests", f"{number(result.cost.requests)} (forecast {result.plan.forecast.requests})"),
        ("Exit code", f"{int(result.exit_code)} ({exit_name})"),
    )
    blocks: tuple[Block, ...] = (Facts(facts),)
    health = (Section((health_table(result),), "Health"),) if result.health else ()
    data = {
        "sync_id": result.sync_id,
        "branch": result.branch,
        "exit_code": result.exit_code,
        "record_commit": result.record_commit,
        "state_commit": result.state_commit,
        "started": result.started,
        "finished": result.finished,
        "pushed": result.pushed,
        "health": result.health,
        "cost": result.cost,
        "forecast": result.plan.forecast,
    }
    title = f"Metadata of sync {result.sync_id}"
    return Report("metadata", Document(title, (Section(blocks), *health)), data)


def six_reports(
    result: SyncResult, connection: ConnectionReport, mappings: Mapping[str, DatabaseMapping]
) -> tuple[Report, ...]:
    """The reports of all six steps, in their order; sensitive values as digests."""
    shown = redact_sync(result, mappings)
    return (
        connection_view(connection),
        consistency_view(shown.plan, mappings),
        conflicts_view(shown.plan, mappings),
        transactions_view(shown),
        validation_view(shown),
        metadata_view(shown),
    )


def health_table(result: SyncResult) -> Table:
    """A row for each mapping."""
    columns = ("", "health", "records", "open", "errors", "warnings", "findings", "pending")
    rows = tuple(
        (
            name,
            *map(number, (h.score, h.records, h.open_conflicts)),
            *map(number, (h.errors, h.warnings, h.findings, h.pending)),
        )
        for name, h in result.health.items()
    )
    return Table(columns, rows, right=frozenset(range(1, len(columns))))


def _windows(windows: Windows) -> str:
    if not windows.writes:
        return "none: nothing that was there was written over"
    return (
        f"{count(windows.writes, 'write')}, each on a page last looked at up to "
        f"{windows.longest:.1f} s before ({windows.mean:.1f} s on average): an edit of the same "
        "field in between is not seen"
    )


def _row(entry: LogEntry) -> tuple[str, ...]:
    outcome = f"{entry.status.value}: {entry.detail}" if entry.detail else entry.status.value
    record = f"{entry.mapping}/{entry.key}"
    return (
        f"{entry.at.astimezone(UTC):%H:%M:%S}",
        entry.step.value,
        record,
        ", ".join(entry.fields),
        outcome,
    )
