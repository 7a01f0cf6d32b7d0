"""`backups`: what syncs overwrote and deleted, and the plan to have it back."""

from dataclasses import replace
from pathlib import Path

import click

from notion_gitops.cli import completing
from notion_gitops.cli.commands.plan import printed
from notion_gitops.cli.connect import Where, connected
from notion_gitops.cli.options import (
    base_url_option,
    examples,
    sandbox_option,
    workspace_option,
)
from notion_gitops.cli.output import Format, format_option, show, show_report
from notion_gitops.cli.strict import Group
from notion_gitops.model.backups import Synced
from notion_gitops.model.errors import ExitCode
from notion_gitops.model.records import Side
from notion_gitops.model.restores import RestoreWish
from notion_gitops.report.backups import backups_list_view, backups_view
from notion_gitops.workflow.backups import WantedBackups, list_backups, show_backups
from notion_gitops.workflow.plan import PlanOptions, make_plan
from notion_gitops.workflow.reading.newest_state import synced
from notion_gitops.workflow.reading.state_here import read_state_here, state_here
from notion_gitops.workflow.workspace import open_workspace
from notion_gitops.workflow.writing.ready import hindrances

_SHOWN = 50  # backups of a list


@click.group(
    "backups",
    cls=Group,
    short_help="List and show what syncs overwrote; plan to have it back.",
    epilog=examples(
        "notion-gitops backups list tasks pour-slab",
        "notion-gitops backups show 7k3f",
        "notion-gitops backups restore 7k3f tasks pour-slab --field due",
    ),
)
def command() -> None:
    """Whatever a sync overwrites or deletes, on either side, is kept in its backups."""


@command.command("list", short_help="One line for each backup, the latest first.")
@workspace_option
@sandbox_option
@click.argument("mapping", required=False, shell_complete=completing.mappings)
@click.argument("key", required=False, shell_complete=completing.keys)
@click.option("--sync", metavar="ID", help="Only the backups of one sync.")
@click.option(
    "-n",
    "--limit",
    type=click.IntRange(min=1),
    default=_SHOWN,
    help=f"Only so many, the latest first.  [default: {_SHOWN}]",
)
@format_option
def list_(  # noqa: PLR0917  one parameter an option
    start: Path,
    sandbox: bool,
    mapping: str | None,
    key: str | None,
    sync: str | None,
    limit: int,
    form: Format,
) -> None:
    """List what was overwritten and deleted: when, where, which fields, and by what.

    From the history of the state branch, and from the journals of runs that did not come to
    their end here. Can be narrowed to a mapping or to one record.
    """
    workspace = open_workspace(start, sandbox=sandbox)
    wanted = WantedBackups(sync or "", mapping or "", key or "")
    again = Where(sandbox, None).follow_up(start)
    here = state_here(workspace)
    found = list_backups(workspace, here.commit, wanted)
    words = [*filter(None, (mapping, key)), *([f"--sync {sync}"] if sync else [])]
    history = Synced.EVER if found else synced(workspace, here.commit)
    shallow = workspace.repository.is_shallow()
    view = backups_list_view(
        found, again, limit=limit, words=words, synced=history, shallow=shallow
    )
    show_report(view, form)
    if here.trouble is not None:
        raise here.trouble


@command.command("show", short_help="The values that one sync overwrote.")
@workspace_option
@sandbox_option
@click.argument("sync", shell_complete=completing.syncs)
@click.argument("mapping", required=False, shell_complete=completing.mappings)
@click.argument("key", required=False, shell_complete=completing.keys)
@format_option
def show_(  # noqa: PLR0917  one parameter an option
    start: Path,
    sandbox: bool,
    sync: str,
    mapping: str | None,
    key: str | None,
    form: Format,
) -> None:
    """Show the values that a sync overwrote or deleted, beside what stands there now.

    SYNC is a sync's id, the beginning of one, or the four letters at its end.
    """
    workspace = open_workspace(start, sandbox=sandbox)
    state, trouble = read_state_here(workspace)
    wanted = WantedBackups(sync, mapping or "", key or "")
    found, shown = show_backups(workspace, state, wanted)
    again = Where(sandbox, None).follow_up(start)
    show_report(backups_view(found, shown, workspace.mappings, again), form)
    if trouble is not None:
        raise trouble


@command.command(
    "restore",
    short_help="Plan to have values back; apply --restore does it.",
    epilog=examples(
        "notion-gitops backups restore 7k3f tasks pour-slab",
        "notion-gitops backups restore 7k3f tasks pour-slab --field due --side notion",
    ),
)
@workspace_option
@sandbox_option
@base_url_option
@click.argument("sync", shell_complete=completing.syncs)
@click.argument("mapping", shell_complete=completing.mappings)
@click.argument("key", required=False, shell_complete=completing.keys)
@click.option("--field", "fields", multiple=True, help="Only this field; can be said again.")
@click.option("--side", type=click.Choice(list(Side), case_sensitive=False), help="Whose values.")
@format_option
def restore(  # noqa: PLR0917  one parameter an option
    start: Path,
    sandbox: bool,
    base_url: str | None,
    sync: str,
    mapping: str,
    key: str | None,
    fields: tuple[str, ...],
    side: Side | None,
    form: Format,
) -> ExitCode:
    """Show the plan that brings values back out of a sync's backup, on both sides.

    Nothing is written: the plan ends with the command that carries it out. A value comes back
    only where both sides hold what was last agreed; what is left out is told, with the reason,
    and ends with 3. SYNC is a sync's id, the beginning of one, or the four letters at its end.
    """
    if fields and not key:
        raise click.UsageError("--field needs a KEY.")
    wishes = tuple(RestoreWish(sync, mapping, key or "", name, side) for name in fields or ("",))
    workspace, where = open_workspace(start, sandbox=sandbox), Where(sandbox, base_url)
    with connected(workspace, where) as connection:
        planned = make_plan(workspace, connection, PlanOptions(restores=wishes))
    plan = replace(planned.plan, first=hindrances(planned))
    show(printed(plan, workspace, form, again=where.follow_up(start)))
    return ExitCode.DECISIONS_REMAIN if plan.left_unrestored else ExitCode.DONE
