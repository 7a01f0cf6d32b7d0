"""`status`: the last sync, and what has happened since."""

import re
from datetime import timedelta
from pathlib import Path

import click

from notion_gitops.cli.connect import Where, connected
from notion_gitops.cli.options import base_url_option, examples, sandbox_option, workspace_option
from notion_gitops.cli.output import Format, format_option, show_report
from notion_gitops.cli.strict import Command
from notion_gitops.model.errors import ExitCode
from notion_gitops.report.status import status_view
from notion_gitops.workflow.plan import PlanOptions, make_plan
from notion_gitops.workflow.status import status, with_drift
from notion_gitops.workflow.workspace import open_workspace

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def _age(_ctx: click.Context, _param: click.Parameter, given: str | None) -> timedelta | None:
    if given is None:
        return None
    found = re.fullmatch(r"(\d{1,5})([mhd])", given)
    if found is None:
        raise click.BadParameter("write it like 30m, 24h or 7d")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


@click.command(
    "status",
    cls=Command,
    short_help="Show the last sync, drift, conflicts and health.",
    epilog=examples(
        "notion-gitops status",
        "notion-gitops status --max-age 24h               (monitoring)",
    ),
)
@workspace_option
@sandbox_option
@base_url_option
@click.option("--live", is_flag=True, help="Ask Notion as well: how many records drifted there.")
@click.option("--max-age", callback=_age, metavar="24h", help="Exit with 1 if the sync is older.")
@format_option
def command(  # noqa: PLR0917  one parameter an option
    start: Path,
    sandbox: bool,
    base_url: str | None,
    live: bool,
    max_age: timedelta | None,
    form: Format,
) -> ExitCode:
    """The last sync, records changed in git since, open conflicts, pending, health; offline.

    Exits as the last sync did, and with 1 if there was none within --max-age.
    """
    workspace, where = open_workspace(start, sandbox=sandbox), Where(sandbox, base_url)
    info = status(workspace)
    if live:
        with connected(workspace, where) as connection:
            info = with_drift(info, make_plan(workspace, connection, PlanOptions()).plan)
    show_report(status_view(info, where.follow_up(start)), form)
    if max_age is not None and (info.age is None or info.age > max_age.total_seconds()):
        return ExitCode.FAILED
    return info.exit_code if info.trouble_code is None else info.trouble_code
