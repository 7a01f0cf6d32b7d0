"""`log`: the history of syncs."""

from pathlib import Path

import click

from notion_gitops.cli.options import examples, sandbox_option, workspace_option
from notion_gitops.cli.output import Format, format_option, show_report
from notion_gitops.report.status import log_view
from notion_gitops.workflow.status import history
from notion_gitops.workflow.workspace import open_workspace


@click.command(
    "log",
    short_help="Show the history of syncs.",
    epilog=examples(
        "notion-gitops log",
        "notion-gitops log -n 5 --format json",
    ),
)
@workspace_option
@sandbox_option
@click.option("-n", "--limit", type=click.IntRange(min=1), help="Only so many, the latest first.")
@format_option
def command(start: Path, sandbox: bool, limit: int | None, form: Format) -> None:
    """Every sync that changed something, from the state branch's own history."""
    show_report(log_view(history(open_workspace(start, sandbox=sandbox), limit)), form)
