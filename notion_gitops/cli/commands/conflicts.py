"""`conflicts`: the open questions, and answering them from the command line."""

from pathlib import Path

import click

from notion_gitops.cli.options import examples, workspace_option
from notion_gitops.cli.output import Format, format_option, say, show, show_report
from notion_gitops.model.errors import ExitCode
from notion_gitops.report.asked import asked_list_view, asked_view
from notion_gitops.text.escape import terminal
from notion_gitops.workflow.conflicts import answer, asked_about, find_conflict, open_conflicts
from notion_gitops.workflow.workspace import open_workspace


@click.group(
    "conflicts",
    short_help="List, show and settle the open conflicts.",
    epilog=examples(
        "notion-gitops conflicts list",
        "notion-gitops conflicts show tasks/pour-slab",
        "notion-gitops conflicts resolve tasks/pour-slab --field due --take git",
    ),
)
def command() -> None:
    """The open conflicts: files in state/conflicts/ that ask a person to decide."""


@command.command("list", short_help="List what waits for a decision.")
@workspace_option
@format_option
def list_(start: Path, form: Format) -> ExitCode:
    """List the records that wait for a decision; exits with 3 if there are any.

    What was answered waits for the next apply.
    """
    workspace = open_workspace(start)
    files = open_conflicts(workspace)
    records = [asked_about(workspace, record, path) for record, path in files.items()]
    show_report(asked_list_view(records), form)
    return ExitCode.DECISIONS_REMAIN if any(r.open for r in records) else ExitCode.DONE


@command.command("show", short_help="Show one question, with both values.")
@workspace_option
@click.argument("key")
@format_option
def show_(start: Path, key: str, form: Format) -> None:
    """Show one record's conflict file: both values, the last agreed one, who and when."""
    workspace = open_workspace(start)
    path = find_conflict(workspace, key)
    if form is Format.TEXT:  # the file itself, as a person edits it
        for line in path.read_text("utf-8").splitlines():
            show(terminal(line))
        return
    record = f"{path.parent.name}/{path.stem}"
    show_report(asked_view(asked_about(workspace, record, path)), form)


@command.command(
    "resolve",
    short_help="Answer; the next apply carries it out.",
    epilog=examples(
        "notion-gitops conflicts resolve tasks/pour-slab --take notion",
        "notion-gitops conflicts resolve pour-slab --field due --value 2026-12-10",
    ),
)
@workspace_option
@click.argument("key")
@click.option("--field", help="Which field, if several are asked about.")
@click.option("--take", type=click.Choice(["git", "notion", "base"]), help="Whose value stands.")
@click.option("--value", help="A value of your own, as the record file would spell it.")
def resolve(start: Path, key: str, field: str | None, take: str | None, value: str | None) -> None:
    """Write an answer into the conflict file; the next apply carries it out."""
    if (take is None) == (value is None):
        raise click.UsageError("Say either --take git|notion|base or --value VALUE.")
    choice = take if take is not None else f"value: {value}"
    path = answer(open_workspace(start), key, field, choice)
    say(f"Answered in {path}. The next apply carries it out.")
