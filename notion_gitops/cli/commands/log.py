"""`log`: the history of syncs, and of the health of the records."""

from pathlib import Path

import click

from notion_gitops.cli import completing
from notion_gitops.cli.options import examples, sandbox_option, workspace_option
from notion_gitops.cli.output import Format, format_option, show_report
from notion_gitops.cli.strict import Command
from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import UsageError
from notion_gitops.report.record_history import history_view
from notion_gitops.report.status import log_view
from notion_gitops.report.trend import trend_view
from notion_gitops.workflow.naming import require_mapping
from notion_gitops.workflow.offline import make_offline_plan
from notion_gitops.workflow.reading.find_record import read_words
from notion_gitops.workflow.reading.state_here import state_here
from notion_gitops.workflow.record_log import LONGEST, record_history
from notion_gitops.workflow.status import history
from notion_gitops.workflow.trend import trend
from notion_gitops.workflow.workspace import Workspace, open_workspace


@click.command(
    "log",
    cls=Command,
    short_help="Show the history of syncs, and of the records' health.",
    epilog=examples(
        "notion-gitops log",
        "notion-gitops log -n 5 --format json",
        "notion-gitops log tasks pour-slab                (one record's story)",
        "notion-gitops log --health",
        "notion-gitops log --health --mapping tasks",
    ),
)
@workspace_option
@sandbox_option
@click.argument("words", nargs=-1, shell_complete=completing.words, metavar="[[MAPPING] KEY]")
@click.option("-n", "--limit", type=click.IntRange(min=1), help="Only so many, the latest first.")
@click.option("--health", is_flag=True, help="How the health of each mapping went.")
@click.option("--mapping", metavar="MAPPING", help="With --health: one mapping, with the parts.")
@format_option
def command(  # noqa: PLR0917  one parameter an option
    start: Path,
    sandbox: bool,
    words: tuple[str, ...],
    limit: int | None,
    health: bool,
    mapping: str | None,
    form: Format,
) -> None:
    """Every sync that changed something, from the state branch's own history.

    With a KEY, what happened to that record: each commit that changed its file, old and new by
    field, and each sync that did something about it, on either side. KEY can be the beginning of a
    key, or a page's id or address.
    """
    workspace = open_workspace(start, sandbox=sandbox)
    if words:
        if health or mapping:
            raise click.UsageError("Say a record, or --health: not both.")
        _record(workspace, words, limit, form)
        return
    if mapping and not health:
        fix = "Add --health, or leave --mapping away."
        raise UsageError(Diagnostic("--mapping is about the health of one mapping", fix=fix))
    if mapping:
        require_mapping(mapping, workspace.mappings)
    here = state_here(workspace)
    if health:
        view = trend_view(trend(workspace, here.commit, limit), mapping or "")
    else:
        view = log_view(history(workspace, here.commit, limit))
    show_report(view, form)
    if here.trouble is not None:
        raise here.trouble


def _record(workspace: Workspace, words: tuple[str, ...], limit: int | None, form: Format) -> None:
    meant = read_words(words, workspace.mappings)
    if meant.field:
        fix = "`why MAPPING KEY FIELD` tells since when a field is as it is."
        raise UsageError(Diagnostic("the history is of a record as a whole", fix=fix))
    history = record_history(make_offline_plan(workspace), meant, limit or LONGEST)
    show_report(history_view(history, workspace.mappings[history.mapping]), form)
