"""Which Notion a command talks to: the real one, or the sandbox."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from notion_gitops.cli.output import say
from notion_gitops.mapping.database import resolve_database
from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import InvalidInput, UsageError
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.notion.connect import (
    IN_FLIGHT,
    TOKEN_VARIABLE,
    Settings,
    allowed_base_url,
    budget_settings,
    open_gateway,
)
from notion_gitops.notion.gateway import Gateway
from notion_gitops.report.follow_up import FollowUp
from notion_gitops.text.escape import terminal
from notion_gitops.workflow.plan import Connection
from notion_gitops.workflow.reading.schema_plan import missing_variable
from notion_gitops.workflow.workspace import Workspace

if TYPE_CHECKING:
    from notion_gitops.sandbox.sandbox import Sandbox


@dataclass(frozen=True, slots=True)
class Where:
    """What the command line said about where Notion is."""

    sandbox: bool
    base_url: str | None

    def __post_init__(self) -> None:
        """Raises UsageError if it is said to be in two places."""
        if self.sandbox and self.base_url is not None:
            fix = "--sandbox is the local Notion of this workspace; --base-url is one on a port."
            raise UsageError(Diagnostic("--sandbox and --base-url are two places", fix=fix))

    @property
    def address(self) -> str:
        """Where Notion is: its address, or "sandbox".

        Raises:
            UsageError: the base URL may not be used.
        """
        return "sandbox" if self.sandbox else allowed_base_url(self.base_url, os.environ)

    def follow_up(self, start: Path) -> FollowUp:
        """How the commands that follow one in the workspace `start` are to be typed."""
        workspace = "" if start == Path() else str(start)
        return FollowUp(workspace, self.sandbox, self.base_url or "")


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
    gateway = _gateway(where)
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
def looking(root: Path, where: Where) -> Iterator[tuple[Gateway, Callable[[str], str]]]:
    """The way to Notion before there are mappings; and what a database that a person names is.

    In the sandbox a database can be named by its title as well as by its id.

    Raises:
        TokenRefused: NOTION_TOKEN is not set.
        UsageError: the base URL may not be used.
    """
    if not where.sandbox:
        yield _gateway(where), str
        return
    from notion_gitops.cli.local_notion import by_title, open_file  # noqa: PLC0415  start-up time

    sandbox = open_file(root)
    try:
        yield _within(sandbox), lambda name: by_title(sandbox, name)
    finally:
        sandbox.close()


def _gateway(where: Where) -> Gateway:
    address = allowed_base_url(where.base_url, os.environ)
    token = os.environ.get(TOKEN_VARIABLE, "")
    settings = replace(budget_settings(os.environ), on_wait=_on_wait)
    return open_gateway(token, base_url=address, settings=settings)


def _within(sandbox: "Sandbox") -> Gateway:
    from notion_gitops.sandbox.sandbox import DEFAULT_TOKEN  # noqa: PLC0415  start-up time
    from notion_gitops.sandbox.transport import SandboxTransport  # noqa: PLC0415

    settings = Settings(budget=None, in_flight=IN_FLIGHT, on_wait=_on_wait)
    return open_gateway(DEFAULT_TOKEN, transport=SandboxTransport(sandbox), settings=settings)


@contextmanager
def _sandboxed(workspace: Workspace) -> Iterator[Connection]:
    from notion_gitops.cli.local_notion import open_sandbox, source_of  # noqa: PLC0415  as above

    sandbox = open_sandbox(workspace)
    try:
        yield Connection(_within(sandbox), lambda m: source_of(sandbox, m) or "", _now)
    finally:
        sandbox.close()


def _now() -> datetime:
    return datetime.now(UTC)


def _on_wait(seconds: float, why: str) -> None:
    if seconds >= 1:
        say(f"Waiting {seconds:.0f} s: {terminal(why)}")
