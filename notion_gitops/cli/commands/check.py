"""`check`: can every mapping be synced, as Notion stands now; and is what they hold in order?"""

from pathlib import Path

import click

from notion_gitops.cli.connect import Where, connected
from notion_gitops.cli.options import (
    base_url_option,
    examples,
    fail_on_option,
    sandbox_option,
    workspace_option,
)
from notion_gitops.cli.output import Format, format_option, show_report
from notion_gitops.cli.strict import Command
from notion_gitops.engine.thresholds import judged
from notion_gitops.model.diagnostics import Diagnostic, Severity
from notion_gitops.model.errors import ExitCode, UsageError
from notion_gitops.report.connection import connection_view
from notion_gitops.report.consistency import consistency_view
from notion_gitops.workflow.check import check
from notion_gitops.workflow.plan import PlanOptions, make_plan
from notion_gitops.workflow.workspace import Workspace, open_workspace


@click.command(
    "check",
    cls=Command,
    short_help="Check connection, permissions and schemas; or, with --data, the records.",
    epilog=examples(
        "notion-gitops check",
        "notion-gitops check --sandbox",
        "notion-gitops check --data --fail-on error",
    ),
)
@workspace_option
@sandbox_option
@base_url_option
@click.option(
    "--data",
    is_flag=True,
    help="Read both sides, run the checks of the mappings, and print what they find.",
)
@fail_on_option
@format_option
def command(  # noqa: PLR0917  one parameter an option
    start: Path,
    sandbox: bool,
    base_url: str | None,
    data: bool,
    fail_on: Severity | None,
    form: Format,
) -> ExitCode:
    """Step 1 of a sync: the token, every database, and every property against its mapping.

    With --data also step 2: what differs between the two sides, and what the checks that the
    mappings declare find in the records. Nothing is written.
    """
    if fail_on and not data:
        fix = "Add --data, or leave --fail-on away."
        raise UsageError(Diagnostic("--fail-on is about records, which --data reads", fix=fix))
    workspace, where = open_workspace(start, sandbox=sandbox), Where(sandbox, base_url)
    if data:
        return _check_data(workspace, where, fail_on, form)
    with connected(workspace, where) as connection:
        report = check(workspace, connection)
    show_report(connection_view(report), form)
    if any(not d.readable for d in report.databases):
        return ExitCode.FAILED
    return ExitCode.DONE if report.ok else ExitCode.REFUSED


def _check_data(
    workspace: Workspace, where: Where, fail_on: Severity | None, form: Format
) -> ExitCode:
    with connected(workspace, where) as connection:
        planned = make_plan(workspace, connection, PlanOptions())
    plan = judged(planned.plan, workspace.mappings, fail_on)
    show_report(consistency_view(plan, dict(workspace.mappings)), form)
    if planned.comparison.stopped or plan.exceeded:
        return ExitCode.REFUSED
    unseen = any(part.problems or part.unreachable for part in plan.mappings)
    return ExitCode.DECISIONS_REMAIN if unseen else ExitCode.DONE
