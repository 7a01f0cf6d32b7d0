"""`plan`: what an apply would do, and why."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click

from notion_gitops.cli.connect import Where, connected
from notion_gitops.cli.options import (
    accept_option,
    all_new_option,
    base_url_option,
    examples,
    fail_on_option,
    relist_option,
    require_known,
    restore_option,
    sandbox_option,
    workspace_option,
)
from notion_gitops.cli.output import Format, colour, format_option, say, show, show_report, tell
from notion_gitops.cli.plan_file import read_plan_file, write_plan_file
from notion_gitops.cli.strict import Command
from notion_gitops.engine.thresholds import judged
from notion_gitops.model.diagnostics import Severity
from notion_gitops.model.errors import ExitCode
from notion_gitops.model.plan import Plan
from notion_gitops.model.restores import RestoreWish
from notion_gitops.report.follow_up import FollowUp
from notion_gitops.report.freshness import Freshness, freshness_view
from notion_gitops.report.plan_build import plan_json, plan_view
from notion_gitops.report.plan_markdown import plan_markdown
from notion_gitops.report.plan_text import plan_text
from notion_gitops.text.escape import terminal
from notion_gitops.text.words import moment
from notion_gitops.workflow.offline import make_offline_plan
from notion_gitops.workflow.plan import PlanOptions, exit_code, make_plan
from notion_gitops.workflow.saved_plan import (
    Shown,
    counts_until,
    options_of,
    require_same_origin,
    require_usable,
    saved_plan,
    stale_operations,
)
from notion_gitops.workflow.workspace import Workspace, open_workspace
from notion_gitops.workflow.writing.ready import hindrances


@click.command(
    "plan",
    cls=Command,
    short_help="Show what an apply would do on either side, and why.",
    epilog=examples(
        "notion-gitops plan",
        "notion-gitops plan --sandbox",
        "notion-gitops plan --offline --format markdown   (pull requests)",
        "notion-gitops plan --out release.plan",
        "notion-gitops plan --check release.plan          (merge queues)",
    ),
)
@workspace_option
@sandbox_option
@base_url_option
@click.option("--offline", is_flag=True, help="Do not ask Notion: plan the edits in git alone.")
@click.option(
    "--out",
    "-o",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Save the plan: `show FILE` shows it, `apply FILE` does exactly that.",
)
@click.option(
    "--check",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Tell whether a saved plan still is what would be done; exit with 4 if not.",
)
@click.option("--full", is_flag=True, help="List every record, also those with the same change.")
@click.option(
    "--detailed-exitcode",
    is_flag=True,
    help="Exit with 2 if there are changes, 4 if apply would refuse, 3 if decisions remain.",
)
@fail_on_option
@all_new_option
@accept_option
@restore_option
@relist_option
@format_option
def command(  # noqa: PLR0917  one parameter an option
    start: Path,
    sandbox: bool,
    base_url: str | None,
    offline: bool,
    out: Path | None,
    check: Path | None,
    full: bool,
    detailed_exitcode: bool,
    fail_on: Severity | None,
    all_new: bool,
    accept: dict[str, frozenset[int]],
    restores: tuple[RestoreWish, ...],
    relist: bool,
    form: Format,
) -> ExitCode:
    """Compare git and Notion with what both last agreed on, and show what would follow.

    Nothing is written.
    """
    where = Where(sandbox, base_url)
    if check is not None:
        if any((offline, out, full, detailed_exitcode, fail_on, all_new, accept, restores, relist)):
            raise click.UsageError("A saved plan says itself what it is: give --check FILE alone.")
        return _check(check, start, where, form)
    workspace = open_workspace(start, sandbox=sandbox)
    require_known(accept, workspace.mappings)
    if offline and restores:
        raise click.UsageError("--restore needs to know what Notion holds: leave --offline out.")
    relisted = None if relist else ()
    options = PlanOptions(accept, all_new, restores=restores, relist=relisted)
    if offline:
        planned = make_offline_plan(workspace)
    else:
        with connected(workspace, where) as connection:
            planned = make_plan(workspace, connection, options)
    plan = replace(planned.plan, first=hindrances(planned))
    plan = judged(plan, workspace.mappings, fail_on)
    again = replace(where.follow_up(start), plan_file="" if out is None else str(out))
    show(printed(plan, workspace, form, full=full, again=again))
    if out is not None:
        shown = _in_all_forms(plan, workspace, again)
        write_plan_file(out, saved_plan(planned, plan, options, where.address, shown))
        until = moment(counts_until(plan.made))
        say(f"Saved. Until {until} UTC this does exactly that, without asking:")
        tell(f"  {terminal(again.apply)}")
    return exit_code(plan, detailed=detailed_exitcode)


def _check(file: Path, start: Path, where: Where, form: Format) -> ExitCode:
    """Plan anew, and tell what of a saved plan an apply of it would leave out."""
    saved = read_plan_file(file)
    require_usable(saved, datetime.now(UTC))
    workspace = open_workspace(start, sandbox=where.sandbox)
    with connected(workspace, where) as connection:
        planned = make_plan(workspace, connection, options_of(saved))
    require_same_origin(saved, planned, where.address)
    stale = stale_operations(saved, planned)
    found = Freshness(saved.made, counts_until(saved.made), len(saved.operations), stale)
    again = replace(where.follow_up(start), plan_file=str(file))
    show_report(freshness_view(found, again), form)
    return ExitCode.DONE if found.fresh else ExitCode.REFUSED


def _in_all_forms(plan: Plan, workspace: Workspace, again: FollowUp) -> Shown:
    mappings = dict(workspace.mappings)
    view = plan_view(plan, mappings, full=True, again=again)
    text = plan_text(view, colour=False)
    return Shown(text, plan_markdown(view), plan_json(plan, mappings))


def printed(
    plan: Plan,
    workspace: Workspace,
    form: Format,
    *,
    full: bool = False,
    again: FollowUp | None = None,
) -> str:
    """The plan in the form that was asked for; `again` says how to type the next commands."""
    mappings = dict(workspace.mappings)
    if form is Format.JSON:
        return plan_json(plan, mappings)
    view = plan_view(plan, mappings, full=full, again=again)
    return plan_markdown(view) if form is Format.MARKDOWN else plan_text(view, colour=colour())
