"""`validate`: mappings and record files, offline."""

from pathlib import Path

import click

from notion_gitops.cli.options import examples, sandbox_base_option, workspace_option
from notion_gitops.cli.output import Format, colour, format_option, show
from notion_gitops.cli.strict import Command
from notion_gitops.model.errors import ExitCode, InvalidInput
from notion_gitops.report.diagnostics import (
    diagnostics_json,
    diagnostics_markdown,
    diagnostics_text,
)
from notion_gitops.text.words import count
from notion_gitops.workflow.validate import Validated, validate
from notion_gitops.workflow.workspace import open_workspace


@click.command(
    "validate",
    cls=Command,
    short_help="Check mappings and record files, offline.",
    epilog=examples(
        "notion-gitops validate",
        "notion-gitops validate --format json",
        "notion-gitops validate --sandbox",
    ),
)
@workspace_option
@sandbox_base_option
@click.argument("files", nargs=-1, type=click.Path(), metavar="[FILE]...")
@format_option
def command(start: Path, sandbox: bool, files: tuple[str, ...], form: Format) -> ExitCode:
    """Check all mappings, people, records and conflict files; every problem with its place.

    The files that pre-commit names are part of the whole, which is checked anyway: a record is
    right or wrong together with its mapping. Options are held against those that the last sync saw.
    """
    del files
    try:
        result = validate(open_workspace(start, sandbox=sandbox))
    except InvalidInput as error:  # the mappings or the people: nothing else can be checked then
        result = Validated(0, 0, error.diagnostics)
    show(_printed(result, form))
    return ExitCode.DONE if result.ok else ExitCode.INVALID


def _printed(result: Validated, form: Format) -> str:
    match form:
        case Format.JSON:
            return diagnostics_json(result.problems)
        case Format.MARKDOWN:
            return diagnostics_markdown(result.problems) or _all_well(result)
        case Format.TEXT:
            if result.problems:
                return diagnostics_text(result.problems, colour=colour())
            return _all_well(result)


def _all_well(result: Validated) -> str:
    mappings, records = count(result.mappings, "mapping"), count(result.records, "record")
    return f"{mappings} and {records} are valid."
