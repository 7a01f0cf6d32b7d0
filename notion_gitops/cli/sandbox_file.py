"""Which sandbox a command works on: the repository's, or one in a file of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from notion_gitops.cli.local_notion import open_file
from notion_gitops.cli.options import workspace_option
from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import UsageError
from notion_gitops.repository.repository import Repository
from notion_gitops.sandbox.basics.store import SandboxFileError
from notion_gitops.sandbox.sandbox import Sandbox

_file_option = click.option(
    "--file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Another sandbox than the repository's: its SQLite file.",
)


def place_options(command: Any) -> Any:
    """Give a command the options that say which sandbox: `start` and `file`."""
    return workspace_option(_file_option(command))


def open_place(start: Path, file: Path | None, *, make: bool = False) -> Sandbox:
    """The sandbox of a file, or of the repository around `start`.

    Args:
        start: a folder in the repository.
        file: a sandbox of its own; None takes the repository's.
        make: whether a file that is not there is made, empty.

    Raises:
        UsageError: the file is no sandbox, or not there.
    """
    if file is None:
        return open_file(Repository.discover(start).root)
    if not make and not file.exists():
        fix = f"notion-gitops sandbox serve --file {file} makes it"
        raise UsageError(Diagnostic(f"there is no sandbox in {file}", fix=fix))
    try:
        return Sandbox(file)
    except SandboxFileError as error:
        raise UsageError(Diagnostic(str(error))) from None


@contextmanager
def opened_place(start: Path, file: Path | None) -> Iterator[Sandbox]:
    """The sandbox of a file, or of the repository around `start`; closed at the end."""
    sandbox = open_place(start, file)
    try:
        yield sandbox
    finally:
        sandbox.close()
