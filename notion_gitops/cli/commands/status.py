"""`status`: the last sync, and what has happened since."""

import re
from datetime import timedelta
from pathlib import Path

import click

from notion_gitops.cli.connect import sandbox_option, workspace_option
from notion_gitops.cli.output import Format, format_option, show_report
from notion_gitops.model.errors import ExitCode
from notion_gitops.report.status import status_view
from notion_gitops.workflow.status import status
from notion_gitops.workflow.workspace import open_workspace

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def _age(_ctx: click.Context, _param: click.Parameter, given: str | None) -> timedelta | None:
    if given is None:
        return None
    found = re.fullmatch(r"(\d+)([mhd])", given)
    if found is None:
        raise click.BadParameter("write it like 30m, 24h or 7d")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


@click.command("status", short_help="Show the last sync, drift, conflicts and health.")
@workspace_option
@sandbox_option
@click.option("--max-age", callback=_age, metavar="24h", help="Exit with 1 if the sync is older.")
@format_option
def command(start: Path, sandbox: bool, max_age: timedelta | None, form: Format) -> ExitCode:
    """Offline: the last sync, records changed in git since, open conflicts, pending, health.

    Exits as the last sync did, and with 1 if there was none within --max-age.
    """
    info = status(open_workspace(start, sandbox=sandbox))
    show_report(status_view(info), form)
    if max_age is not None and (info.age is None or info.age > max_age.total_seconds()):
        return ExitCode.FAILED
    return info.exit_code
