"""`check`: can every mapping be synced, as Notion stands now?"""

from pathlib import Path

import click

from notion_gitops.cli.connect import Where, connected
from notion_gitops.cli.options import base_url_option, examples, sandbox_option, workspace_option
from notion_gitops.cli.output import Format, format_option, show_report
from notion_gitops.model.errors import ExitCode
from notion_gitops.report.connection import connection_view
from notion_gitops.workflow.check import check
from notion_gitops.workflow.workspace import open_workspace


@click.command(
    "check",
    short_help="Check connection, permissions and schemas.",
    epilog=examples(
        "notion-gitops check",
        "notion-gitops check --sandbox",
        "notion-gitops check --base-url http://127.0.0.1:8765",
    ),
)
@workspace_option
@sandbox_option
@base_url_option
@format_option
def command(start: Path, sandbox: bool, base_url: str | None, form: Format) -> ExitCode:
    """Step 1 of a sync: the token, every database, and every property against its mapping."""
    workspace = open_workspace(start, sandbox=sandbox)
    with connected(workspace, Where(sandbox, base_url)) as connection:
        report = check(workspace, connection)
    show_report(connection_view(report), form)
    if any(not d.readable for d in report.databases):
        return ExitCode.FAILED
    return ExitCode.DONE if report.ok else ExitCode.REFUSED
