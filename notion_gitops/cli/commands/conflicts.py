"""`conflicts`: the open questions, and answering them from the command line."""

from pathlib import Path

import click

from notion_gitops.cli.options import examples, workspace_option
from notion_gitops.cli.output import say, show
from notion_gitops.model.errors import ExitCode
from notion_gitops.text.escape import terminal
from notion_gitops.text.words import count
from notion_gitops.workflow.conflicts import answer, asked_fields, find_conflict, open_conflicts
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
def list_(start: Path) -> ExitCode:
    """List the records that wait for a decision; exits with 3 if there are any."""
    files = open_conflicts(open_workspace(start))
    for record, path in files.items():
        fields = ", ".join(field or "the record" for field in asked_fields(path))
        show(f"{terminal(record):<44} {terminal(fields)}")
    say(f"{count(len(files), 'record')} with open conflicts.")
    return ExitCode.DECISIONS_REMAIN if files else ExitCode.DONE


@command.command("show", short_help="Show one question, with both values.")
@workspace_option
@click.argument("key")
def show_(start: Path, key: str) -> None:
    """Show one record's conflict file: both values, the last agreed one, who and when."""
    path = find_conflict(open_workspace(start), key)
    for line in path.read_text("utf-8").splitlines():
        show(terminal(line))


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
