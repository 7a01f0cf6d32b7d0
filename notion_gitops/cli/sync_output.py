"""What a sync prints, and the six reports that it leaves as files."""

from collections.abc import Mapping
from pathlib import Path

from notion_gitops.cli.output import Format, show, show_report
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.outcomes import SyncResult
from notion_gitops.report.follow_up import FollowUp
from notion_gitops.report.reports import Report, report_json, report_markdown, report_text
from notion_gitops.report.sync import sync_markdown, sync_view


def show_sync(
    result: SyncResult, mappings: Mapping[str, DatabaseMapping], form: Format, again: FollowUp
) -> None:
    """Print what a sync did; `again` says how the commands that follow are typed."""
    if form is Format.MARKDOWN:
        show(sync_markdown(result, dict(mappings), again))
    else:
        show_report(sync_view(result, dict(mappings), again), form)


def write_reports(folder: Path, reports: tuple[Report, ...]) -> None:
    """The six reports, each in three forms: 1-connection.txt, .md and .json, and so on."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, report in enumerate(reports, start=1):
        stem = folder / f"{number}-{report.name}"
        forms = {
            ".txt": report_text(report, colour=False),
            ".md": report_markdown(report),
            ".json": report_json(report),
        }
        for suffix, text in forms.items():
            stem.with_suffix(suffix).write_text(text, "utf-8")
