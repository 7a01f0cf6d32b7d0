"""`sandbox token`: the connections of the local Notion, each with its own sharing."""

import re
from pathlib import Path

import click

from notion_gitops.cli.options import examples
from notion_gitops.cli.output import say, show_lines, show_token
from notion_gitops.cli.sandbox_file import opened_place, place_options
from notion_gitops.cli.strict import Group
from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import UsageError
from notion_gitops.sandbox.databases.sharing import CAPABILITIES, shared_id
from notion_gitops.sandbox.values.plain import PlainError
from notion_gitops.sandbox.workspace_file import Connection
from notion_gitops.text.columns import pad
from notion_gitops.text.escape import terminal


@click.group(
    "token",
    cls=Group,
    short_help="Add, list and remove connections.",
    epilog=examples(
        "notion-gitops sandbox token add Reader --capability read --share tasks",
        "notion-gitops sandbox token list",
        "notion-gitops sandbox token remove Reader",
    ),
)
def token() -> None:
    """The connections (integrations) of the local Notion: token, capabilities, what is shared."""


@token.command("add")
@place_options
@click.argument("name")
@click.option("--token", "text", help="What clients send.  [default: sandbox-NAME]")
@click.option(
    "--capability",
    "capabilities",
    multiple=True,
    type=click.Choice(list(CAPABILITIES)),
    help="What it may do, more than once.  [default: everything]",
)
@click.option(
    "--share", "shares", multiple=True, metavar="DATABASE|PAGE",
    help="What it sees, more than once: a title or an id.  [default: everything]",
)  # fmt: skip
def add(  # noqa: PLR0917  one parameter an option
    start: Path,
    file: Path | None,
    name: str,
    text: str | None,
    capabilities: tuple[str, ...],
    shares: tuple[str, ...],
) -> None:
    """Add the connection NAME, or change what it may do."""
    made = text or "sandbox-" + (re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-") or "token")
    chosen = frozenset(CAPABILITIES[one] for one in capabilities or CAPABILITIES)
    with opened_place(start, file) as sandbox:
        shared = None
        if shares:
            try:
                with sandbox.acting() as call:
                    shared = [shared_id(call, one) for one in shares]
            except PlainError as error:
                fix = "notion-gitops sandbox show lists the databases"
                raise UsageError(Diagnostic(str(error), fix=fix)) from None
        sandbox.add_token(made, name=name, capabilities=chosen, shared=shared)
    show_token(made)


@token.command("list")
@place_options
def list_(start: Path, file: Path | None) -> None:
    """List the connections: name, token, what each may do and see."""
    with opened_place(start, file) as sandbox:
        for one in sandbox.connections():
            show_lines(_line(one))


@token.command("remove", short_help="Remove a connection.")
@place_options
@click.argument("name")
def remove(start: Path, file: Path | None, name: str) -> None:
    """Remove the connection of that name, or token; requests with it are refused from now on."""
    with opened_place(start, file) as sandbox:
        if not sandbox.remove_token(name):
            known = ", ".join(one.name for one in sandbox.connections()) or "none"
            raise UsageError(Diagnostic(f"there is no connection {name!r}; there are {known}"))
    say(f"{terminal(name)} is removed.")


def _line(one: Connection) -> str:
    may = [short for short, capability in CAPABILITIES.items() if capability in one.capabilities]
    everything = len(may) == len(CAPABILITIES)
    sees = "everything" if one.shared is None else f"{len(one.shared)} shared"
    said = "all" if everything else ", ".join(may) or "nothing"
    name, token = pad(terminal(one.name), 16), pad(terminal(one.token), 28)
    return f"{name} {token} may: {said}; sees: {sees}"
