"""Which Notion a command talks to: the real one, or the sandbox."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from notion_gitops.mapping.database import resolve_database
from notion_gitops.model.errors import InvalidInput
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.notion.connect import (
    TOKEN_VARIABLE,
    Settings,
    allowed_base_url,
    open_gateway,
)
from notion_gitops.workflow.plan import Connection
from notion_gitops.workflow.reading.schema_plan import missing_variable
from notion_gitops.workflow.workspace import Workspace

if TYPE_CHECKING:
    from notion_gitops.model.diagnostics import Diagnostic
    from notion_gitops.sandbox.sandbox import Sandbox


@dataclass(frozen=True, slots=True)
class Where:
    """What the command line said about where Notion is."""

    sandbox: bool
    base_url: str | None


@contextmanager
def connected(workspace: Workspace, where: Where, *, new: bool = False) -> Iterator[Connection]:
    """A connection to the Notion that was asked for.

    Args:
        workspace: its mappings say which databases are meant.
        where: Notion, or the sandbox.
        new: a variable that is not set is no error: that database is to be created, and is "".

    Raises:
        NotPermitted: NOTION_TOKEN is not set.
        UsageError: the base URL may not be used.
        InvalidInput: the environment does not say which databases are meant; all of them.
    """
    if where.sandbox:
        with _sandboxed(workspace) as connection:
            yield connection
        return
    address = allowed_base_url(where.base_url, os.environ)
    gateway = open_gateway(
        os.environ.get(TOKEN_VARIABLE, ""), base_url=address, settings=Settings(on_wait=_on_wait)
    )

    found = _databases(workspace, new=new)

    def find(mapping: DatabaseMapping) -> str:
        return found[mapping.name]

    yield Connection(gateway, find, _now)


def _databases(workspace: Workspace, *, new: bool) -> dict[str, str]:
    """The ids of all databases by mapping, before the first request is made."""
    found: dict[str, str] = {}
    problems: list[Diagnostic] = []
    for mapping in workspace.mappings.values():
        variable = missing_variable(mapping)
        if new and variable and not os.environ.get(variable):
            found[mapping.name] = ""
            continue
        try:
            found[mapping.name] = resolve_database(mapping, os.environ)
        except InvalidInput as error:
            problems += error.diagnostics
    if problems:
        raise InvalidInput(*problems)
    return found


@contextmanager
def _sandboxed(workspace: Workspace) -> Iterator[Connection]:
    from notion_gitops.cli.local_notion import open_sandbox  # noqa: PLC0415  start-up time
    from notion_gitops.sandbox.sandbox import DEFAULT_TOKEN  # noqa: PLC0415
    from notion_gitops.sandbox.transport import SandboxTransport  # noqa: PLC0415

    sandbox = open_sandbox(workspace)
    settings = Settings(budget=None, on_wait=_on_wait)
    gateway = open_gateway(DEFAULT_TOKEN, transport=SandboxTransport(sandbox), settings=settings)
    try:
        yield Connection(gateway, lambda m: _source(sandbox, m), _now)
    finally:
        sandbox.close()


def _source(sandbox: "Sandbox", mapping: DatabaseMapping) -> str:
    return sandbox.find_data_source(mapping.name) or ""


def _now() -> datetime:
    return datetime.now(UTC)


def _on_wait(seconds: float, why: str) -> None:
    if seconds >= 1:
        click.echo(f"Waiting {seconds:.0f} s: {why}", err=True)
