"""`sandbox`: run, fill, look at and edit the local Notion."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import yaml

from notion_gitops.cli.asking import ask
from notion_gitops.cli.commands.sandbox_clock import clock
from notion_gitops.cli.commands.sandbox_serve import serve
from notion_gitops.cli.commands.sandbox_tokens import token
from notion_gitops.cli.commands.sandbox_weather import weather
from notion_gitops.cli.local_notion import sandbox_path
from notion_gitops.cli.options import examples, workspace_option
from notion_gitops.cli.output import say, show_lines
from notion_gitops.cli.sandbox_file import opened_place, place_options
from notion_gitops.cli.sandbox_refusals import Tried, no_database, refusal
from notion_gitops.cli.strict import Group
from notion_gitops.model.errors import UsageError
from notion_gitops.notion.connect import Settings, open_gateway
from notion_gitops.repository.repository import Repository
from notion_gitops.sandbox import edits
from notion_gitops.sandbox.sandbox import DEFAULT_TOKEN, Sandbox
from notion_gitops.sandbox.seeding import seed
from notion_gitops.sandbox.seeding.file import SeedError
from notion_gitops.sandbox.transport import SandboxTransport
from notion_gitops.text.columns import pad
from notion_gitops.text.escape import terminal
from notion_gitops.text.words import count
from notion_gitops.workflow.workspace import SANDBOX_STATE_REF

by_option = click.option("--by", default="Ann Lee", show_default=True, help="Who edits.")
at_option = click.option("--at", type=click.DateTime(), help="When, in UTC.  [default: now]")


@click.group(
    "sandbox",
    cls=Group,
    short_help="Run, fill and edit the local Notion.",
    epilog=examples(
        "notion-gitops sandbox show tasks",
        "notion-gitops sandbox edit tasks order-steel-beams Due=2026-12-05",
        "notion-gitops sandbox serve --port 8765",
    ),
)
def command() -> None:
    """A local Notion in .notion-gitops/sandbox.sqlite: the same API, no network, no account."""


command.add_command(serve)
command.add_command(weather)
command.add_command(clock)
command.add_command(token)


@command.command("seed", short_help="Fill it from a YAML description.")
@place_options
@click.argument(
    "description", metavar="YAML", type=click.Path(path_type=Path, dir_okay=False, exists=True)
)
def seed_(start: Path, file: Path | None, description: Path) -> None:
    """Fill a sandbox from a YAML description of users, pages, databases and connections."""
    path = file or sandbox_path(_root(start))
    fresh = not path.exists()
    path.parent.mkdir(exist_ok=True)
    sandbox = Sandbox(path)
    try:
        seed.load(sandbox, description)
    except SeedError as error:
        if fresh:  # an empty sandbox would keep the shipped seed away
            sandbox.close()
            path.unlink()
        raise UsageError(*error.diagnostics) from None
    finally:
        sandbox.close()
    say("The sandbox is filled: notion-gitops sandbox show")


@command.command("reset", short_help="Throw it away, and its own base.")
@workspace_option
@click.option("--yes", "-y", is_flag=True, help="Do it without asking.")
def reset(start: Path, yes: bool) -> None:
    """Throw the sandbox and its own base away; the next --sandbox command makes a new one."""
    repository = Repository.discover(start)
    if not yes:
        ask("Throw the sandbox away, and its base with it?", to="reset", refused="Kept")
    sandbox_path(repository.root).unlink(missing_ok=True)
    commit = repository.resolve(SANDBOX_STATE_REF)
    if commit is not None:
        repository.delete_ref(SANDBOX_STATE_REF, commit)
    say("The sandbox is gone. The next command with --sandbox makes a new one.")


@command.command("show", short_help="List the databases, or the pages of one.")
@place_options
@click.argument("database", required=False)
def show_(start: Path, file: Path | None, database: str | None) -> None:
    """List the databases, or the pages of one, the latest edited first."""
    with opened_place(start, file) as sandbox:
        if database is None:
            for one in sandbox.databases():
                held = count(one.rows, "page")
                show_lines(f"{pad(terminal(one.title), 24)} {held:>12}  {one.database_id}")
            return
        source = sandbox.find_data_source(database)
        if source is None:
            raise UsageError(no_database(sandbox, database))
        settings = Settings(budget=None)
        transport = SandboxTransport(sandbox)
        gateway = open_gateway(DEFAULT_TOKEN, transport=transport, settings=settings)
        pages = gateway.query(source).pages
        for page in sorted(pages, key=lambda p: str(p["last_edited_time"]), reverse=True):
            edited = str(page["last_edited_time"])[:16].replace("T", " ")
            show_lines(f"{edited}  {terminal(_title(page))}")


@command.command(
    "edit",
    epilog=examples(
        "notion-gitops sandbox edit tasks order-steel-beams Due=2026-12-05",
        'notion-gitops sandbox edit projects "Hall B extension" "Tags=[urgent, site]"',
    ),
)
@place_options
@click.argument("database")
@click.argument("page")
@click.argument("values", nargs=-1, required=True, metavar="PROPERTY=VALUE...")
@by_option
@at_option
def edit(  # noqa: PLR0917  one parameter an option
    start: Path,
    file: Path | None,
    database: str,
    page: str,
    values: tuple[str, ...],
    by: str,
    at: datetime | None,
) -> None:
    """Edit a page as a colleague in Notion would. An empty VALUE empties the property."""
    wanted = _values(values)
    with _editing(start, file, Tried(database, page, wanted, by)) as sandbox:
        edits.edit(sandbox, database, page, wanted, by=by, at=_utc(at))
    say(f"{by} edited {page} in {database}.")


@command.command("add")
@place_options
@click.argument("database")
@click.argument("values", nargs=-1, required=True, metavar="PROPERTY=VALUE...")
@by_option
@at_option
def add(  # noqa: PLR0917  one parameter an option
    start: Path,
    file: Path | None,
    database: str,
    values: tuple[str, ...],
    by: str,
    at: datetime | None,
) -> None:
    """Add a page as a colleague in Notion would. One that is five minutes old is no draft."""
    wanted = _values(values)
    with _editing(start, file, Tried(database, None, wanted, by)) as sandbox:
        edits.add_page(sandbox, database, wanted, by=by, at=_utc(at))
    say(f"{by} added a page to {database}.")


@command.command("trash")
@place_options
@click.argument("database")
@click.argument("page")
@by_option
@at_option
def trash(  # noqa: PLR0917  one parameter an option
    start: Path, file: Path | None, database: str, page: str, by: str, at: datetime | None
) -> None:
    """Move a page to the trash as a colleague in Notion would."""
    with _editing(start, file, Tried(database, page, {}, by)) as sandbox:
        edits.trash_page(sandbox, database, page, by=by, at=_utc(at))
    say(f"{by} moved {page} to the trash.")


@contextmanager
def _editing(start: Path, file: Path | None, tried: Tried) -> Iterator[Sandbox]:
    """The sandbox; what an edit names wrongly is told as a usage error."""
    with opened_place(start, file) as sandbox:
        try:
            yield sandbox
        except edits.EditError as error:
            raise UsageError(*refusal(sandbox, tried, str(error))) from None


def _root(start: Path) -> Path:
    return Repository.discover(start).root


def _values(given: tuple[str, ...]) -> dict[str, Any]:
    values = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals:
            raise click.UsageError(f'"{text}" is not of the form PROPERTY=VALUE')
        values[name.strip()] = _plain(value)
    return values


def _plain(text: str) -> Any:
    """Numbers, true, false and [lists] as YAML has them; everything else is text."""
    try:
        value = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError):  # ValueError: a day that does not exist
        return text
    if value is None and text.strip() not in ("", "null", "~"):
        return text  # such as "# 3", which YAML takes for a comment
    return value if isinstance(value, (bool, int, float, list)) or value is None else text


def _utc(at: datetime | None) -> datetime | None:
    return None if at is None else at.replace(tzinfo=UTC)


def _title(page: dict[str, Any]) -> str:
    titles = (p["title"] for p in page["properties"].values() if p["type"] == "title")
    return "".join(str(run["plain_text"]) for run in next(titles, [])) or "(no title)"
