"""`conflicts`: the open questions, and answering them from the command line."""

from pathlib import Path

import click

from notion_gitops.cli.options import examples, workspace_option
from notion_gitops.cli.output import say, show
from notion_gitops.formats.atomic import write_bytes
from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import ExitCode, UsageError
from notion_gitops.state.conflict_answer import answered, open_fields
from notion_gitops.text.escape import terminal
from notion_gitops.text.words import count
from notion_gitops.workflow.reading.conflict_files import read_conflict_files
from notion_gitops.workflow.workspace import CONFLICTS, Workspace, open_workspace


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
    files = _files(open_workspace(start))
    for record, path in files.items():
        fields = ", ".join(f or "the record" for f in open_fields(path.read_text("utf-8"), record))
        show(f"{terminal(record):<44} {terminal(fields)}")
    say(f"{count(len(files), 'record')} with open conflicts.")
    return ExitCode.DECISIONS_REMAIN if files else ExitCode.DONE


@command.command("show", short_help="Show one question, with both values.")
@workspace_option
@click.argument("key")
def show_(start: Path, key: str) -> None:
    """Show one record's conflict file: both values, the last agreed one, who and when."""
    path = _find(open_workspace(start), key)
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
    workspace = open_workspace(start)
    path = _find(workspace, key)
    relative = path.relative_to(workspace.root).as_posix()
    text = path.read_text("utf-8")
    asked = open_fields(text, relative)
    chosen = field if field is not None else _only(asked, relative)
    answer = take if take is not None else f"value: {value}"
    after = answered(text, relative, chosen or None, answer)
    write_bytes(workspace.root, relative, after.encode())
    mapping = workspace.mappings[path.parent.name]
    try:
        read_conflict_files(workspace, mapping)
    except Exception:
        write_bytes(workspace.root, relative, text.encode())
        raise
    say(f"Answered in {relative}. The next apply carries it out.")


def _only(asked: tuple[str, ...], path: str) -> str:
    if len(asked) == 1:
        return asked[0]
    named = ", ".join(name or "the record" for name in asked)
    raise UsageError(Diagnostic(f"{path} asks about several: {named}", fix="Say --field."))


def _files(workspace: Workspace) -> dict[str, Path]:
    """The conflict files, by MAPPING/KEY."""
    return {
        f"{name}/{path.stem}": path
        for name in workspace.mappings
        for path in sorted((workspace.root / CONFLICTS / name).glob("*.yaml"))
    }


def _find(workspace: Workspace, key: str) -> Path:
    files = _files(workspace)
    found = [path for record, path in files.items() if key in (record, path.stem)]
    if len(found) == 1:
        return found[0]
    what = f"{key} is the key of several records" if found else f"nothing is asked about {key}"
    fix = f"Name it MAPPING/KEY. Open: {', '.join(files)}."
    if not files:
        fix = "No decision is open; notion-gitops apply asks when one is needed."
    raise UsageError(Diagnostic(what, fix=fix))
