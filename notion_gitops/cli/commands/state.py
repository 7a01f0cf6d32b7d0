"""`state`: mending the state branch."""

from pathlib import Path

import click

from notion_gitops.cli import completing
from notion_gitops.cli.asking import ask
from notion_gitops.cli.connect import Where, connected
from notion_gitops.cli.options import base_url_option, examples, sandbox_option, workspace_option
from notion_gitops.cli.output import Format, format_option, say, show_report
from notion_gitops.cli.strict import Group
from notion_gitops.model.errors import ExitCode
from notion_gitops.report.rebuilt import rebuilt_view
from notion_gitops.text.words import count
from notion_gitops.workflow.forget import find_base, forget
from notion_gitops.workflow.plan import PlanOptions, make_plan
from notion_gitops.workflow.reading.left_state import LeftState, find_left
from notion_gitops.workflow.rebuild import find_links, record_rebuilt
from notion_gitops.workflow.workspace import Workspace, open_workspace, require_writable
from notion_gitops.workflow.writing.lock import only_one
from notion_gitops.workflow.writing.share import fetch_before


@click.group(
    "state",
    cls=Group,
    short_help="Mend the state branch: rebuild it, or forget a mapping's base.",
    epilog=examples(
        "notion-gitops state rebuild",
        "notion-gitops state forget tasks",
    ),
)
def command() -> None:
    """The state branch holds what both sides last agreed on, and which page is which record."""


_yes = click.option("--yes", "-y", is_flag=True, help="Do not ask before it is recorded.")


@command.command("rebuild", short_help="Make the state anew from both sides.")
@workspace_option
@sandbox_option
@base_url_option
@_yes
@format_option
def rebuild(start: Path, sandbox: bool, base_url: str | None, yes: bool, form: Format) -> ExitCode:
    """Make a state that is lost, damaged, set back or of another history anew from both sides.

    Records are linked to their pages by page id and by key. Nothing else is recorded, no record
    and no page is changed: the next plan agrees where both sides are equal, and asks where they
    differ.
    """
    workspace, where = open_workspace(start, sandbox=sandbox), Where(sandbox, base_url)
    require_writable(workspace)
    with only_one(workspace.private):
        fetch_before(workspace, to_push=False)
        left = find_left(workspace)
        if not left.problems:
            say("The state branch can be used as it is: there is nothing to rebuild.")
            return ExitCode.DONE
        _tell(workspace, left)
        with connected(workspace, where) as connection:
            planned = make_plan(workspace, connection, PlanOptions(state=left.state))
            show_report(rebuilt_view(find_links(planned)), form)
            if not yes:
                ask("Record this?", to="record it", refused="Not recorded")
            commit = record_rebuilt(planned, left)
    say(f"Recorded in {commit[:7]}. Next: {where.follow_up(start).command('plan')}")
    return ExitCode.DONE


@command.command("forget", short_help="Drop the base of one mapping.")
@click.argument("mapping", shell_complete=completing.mappings)
@workspace_option
@sandbox_option
@_yes
def forget_(mapping: str, start: Path, sandbox: bool, yes: bool) -> ExitCode:
    """Drop the base of one mapping, so that it begins anew, as at first contact.

    That is the way on if it now leads to another database. No record and no page is changed, and
    the backups of earlier syncs stay.
    """
    workspace = open_workspace(start, sandbox=sandbox)
    require_writable(workspace)
    with only_one(workspace.private):
        fetch_before(workspace, to_push=False)
        base = find_base(workspace, mapping)
        say(f"The base of {mapping} holds {count(base.records, 'record file')}.")
        if not yes:
            ask("Forget what was agreed upon there?", to="forget it", refused="Not forgotten")
        commit = forget(workspace, base)
    plan = Where(sandbox, None).follow_up(start).command("plan")
    say(f"Forgotten in {commit[:7]}. Next: {plan}")
    return ExitCode.DONE


def _tell(workspace: Workspace, left: LeftState) -> None:
    for problem in left.problems:
        say(f"The state cannot be used: {problem.summary}.")
    if left.remedy:
        say(
            "What it was is still here, and putting it back is better than a rebuild, which asks "
            f"more: git update-ref {workspace.state_ref} {left.remedy[:12]}"
        )
