"""`schema`: make in Notion what the mappings name and Notion does not have."""

from pathlib import Path

import click

from notion_gitops.cli.asking import ask
from notion_gitops.cli.connect import Where, connected
from notion_gitops.cli.options import base_url_option, examples, sandbox_option, workspace_option
from notion_gitops.cli.output import Format, format_option, show_report
from notion_gitops.cli.strict import Group
from notion_gitops.model.errors import ExitCode
from notion_gitops.report.schema import schema_plan_view, schema_result_view
from notion_gitops.workflow.plan import Connection
from notion_gitops.workflow.reading.schema_plan import PlannedSchema, plan_schema
from notion_gitops.workflow.schema_apply import apply_schema, exit_code, require_applicable
from notion_gitops.workflow.workspace import Workspace, open_workspace
from notion_gitops.workflow.writing.lock import only_one
from notion_gitops.workflow.writing.unfinished import told_as_unfinished, writing

parent_option = click.option(
    "--parent",
    metavar="PAGE",
    help="The page, by id or address, that new databases go to.",
)


@click.group(
    "schema",
    cls=Group,
    short_help="Make databases, properties and options in Notion.",
    epilog=examples("notion-gitops schema plan", "notion-gitops schema apply"),
)
def command() -> None:
    """Add to Notion what the mappings name and Notion does not have.

    Nothing is ever removed, renamed or retyped: a column that no mapping names is left alone.
    """


@command.command(
    "plan",
    short_help="Show what is missing in Notion.",
    epilog=examples(
        "notion-gitops schema plan",
        "notion-gitops schema plan --parent 1f2e3d4c5b6a4f889123456789abcdef",
    ),
)
@workspace_option
@sandbox_option
@base_url_option
@parent_option
@click.option(
    "--detailed-exitcode",
    is_flag=True,
    help="Exit with 2 if something is to be added, 4 if apply would refuse, 3 if only a person "
    "can add what is missing.",
)
@format_option
def plan(  # noqa: PLR0917  one parameter an option
    start: Path,
    sandbox: bool,
    base_url: str | None,
    parent: str | None,
    detailed_exitcode: bool,
    form: Format,
) -> ExitCode:
    """Hold every database against its mapping: what is missing, and what cannot be added.

    A database is missing if the mapping takes its id from a variable that is not set.
    """
    workspace = open_workspace(start, sandbox=sandbox)
    with connected(workspace, Where(sandbox, base_url), new=True) as connection:
        planned = _planned(workspace, connection, parent)
    show_report(schema_plan_view(planned.plan), form)
    return exit_code(planned.plan) if detailed_exitcode else ExitCode.DONE


@command.command(
    "apply",
    short_help="Add it, and read it back.",
    epilog=examples(
        "notion-gitops schema apply",
        "notion-gitops schema apply --parent 1f2e3d4c5b6a4f889123456789abcdef --yes",
    ),
)
@workspace_option
@sandbox_option
@base_url_option
@parent_option
@click.option("--yes", "-y", is_flag=True, help="Do not ask before writing (for machines).")
@format_option
def apply(  # noqa: PLR0917  one parameter an option
    start: Path,
    sandbox: bool,
    base_url: str | None,
    parent: str | None,
    yes: bool,
    form: Format,
) -> ExitCode:
    """Plan anew, ask, and add what is missing: databases, then properties, then relations.

    A new database stands on the page that --parent names; its id is printed, and what to put
    into which variable. Each answer of Notion's is held against what was meant.
    """
    workspace = open_workspace(start, sandbox=sandbox)
    with (
        only_one(workspace.private),
        connected(workspace, Where(sandbox, base_url), new=True) as connection,
    ):
        planned = _planned(workspace, connection, parent)
        if not planned.plan.steps and not planned.plan.problems:
            show_report(schema_plan_view(planned.plan), form)
            return exit_code(planned.plan)
        _ask(planned, yes=yes, form=form)
        with told_as_unfinished(writing(workspace, connection.gateway)):
            result = apply_schema(planned, connection.gateway)
            show_report(schema_result_view(result), form)
    return result.exit_code


def _planned(workspace: Workspace, connection: Connection, parent: str | None) -> PlannedSchema:
    ids = {name: connection.find(mapping) for name, mapping in workspace.mappings.items()}
    return plan_schema(workspace, connection.gateway, ids, parent)


def _ask(planned: PlannedSchema, *, yes: bool, form: Format) -> None:
    """Show the plan and ask; machines say --yes.

    Raises:
        Refused: the plan cannot be applied, there is nobody to ask, or the answer is no.
        UsageError: nobody said where new databases go.
    """
    if planned.plan.problems:
        show_report(schema_plan_view(planned.plan), form)
    require_applicable(planned.plan)
    if yes:
        return
    show_report(schema_plan_view(planned.plan), Format.TEXT)
    ask("Add this to Notion?", to="apply", refused="Not applied")
