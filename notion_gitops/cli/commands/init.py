"""`init`: make a workspace, and mappings of the databases that a person names."""

import os
import shlex
from collections import Counter
from pathlib import Path

import click

from notion_gitops.cli.connect import Where, looking
from notion_gitops.cli.options import base_url_option, examples, sandbox_option
from notion_gitops.cli.output import Format, format_option, say, show_report
from notion_gitops.cli.strict import Command
from notion_gitops.mapping.database import resolve_database
from notion_gitops.mapping.loading import load_present
from notion_gitops.model.errors import InvalidInput, StateUnusable
from notion_gitops.notion.schema import parse_schema
from notion_gitops.report.survey import databases_view, survey_view
from notion_gitops.repository.repository import Repository
from notion_gitops.workflow.init import Contents, Made, make_workspace, undone_if_it_fails
from notion_gitops.workflow.init_database import Wanted, init_databases
from notion_gitops.workflow.merge_driver import DRIVER_SET, set_driver
from notion_gitops.workflow.workspace import MAPPINGS


@click.command(
    "init",
    cls=Command,
    short_help="Make a workspace.",
    epilog=examples(
        "notion-gitops init                 (in the repository that you are in)",
        "notion-gitops init registry --samples",
        "notion-gitops init --list          (the databases that the token sees)",
        "notion-gitops init --database https://www.notion.so/acme/Tasks-1f2e3d4c...",
    ),
)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=".")
@click.option("--samples", is_flag=True, help="With the four sample mappings, to try things out.")
@click.option(
    "--database",
    "databases",
    multiple=True,
    metavar="ID_OR_URL",
    help="Write a mapping of this database, from its real properties. Can be given several "
    "times: relations between them are taken too.",
)
@click.option(
    "--name",
    "names",
    multiple=True,
    help="What the mapping is called, in the order of the databases.  [default: by their titles]",
)
@click.option("--list", "list_", is_flag=True, help="List the databases that the token sees.")
@sandbox_option
@base_url_option
@format_option
def command(  # noqa: PLR0917  one parameter an option
    folder: Path,
    samples: bool,
    databases: tuple[str, ...],
    names: tuple[str, ...],
    list_: bool,
    sandbox: bool,
    base_url: str | None,
    form: Format,
) -> None:
    """Make mappings/ and state/ in a git repository; an existing file is never touched.

    The repository is made too if FOLDER is in none. Git of this clone is told to merge records
    field by field (see merge-file --help). With --database, the mapping is written from
    what stands in Notion, as a mirror: nothing is written to Notion until you say two-way.
    """
    if samples and databases:
        raise click.UsageError("--samples and --database do not go together")
    if len(names) > len(databases):
        raise click.UsageError("--name is for a --database, and there are more names")
    where = Where(sandbox, base_url)
    if list_:
        _list(folder, where, form)
        return
    with undone_if_it_fails(folder):
        made = make_workspace(folder, Contents(samples=samples, bare=bool(databases)))
        if databases:
            padded = (*names, *("" for _ in databases[len(names) :]))
            _write(made, where, dict(zip(databases, padded, strict=True)), form)
        else:
            _tell(made)
    if made.inside is not None:
        _tell_of_the_outer(folder, made.inside)


def _use_driver(made: Made) -> None:
    if set_driver(Repository.discover(made.root)):
        say(DRIVER_SET)
        say("")


def _tell(made: Made) -> None:
    _use_driver(made)
    for path in made.files:
        say(f"  {path}")
    say("")
    say("Next:")
    for number, step in enumerate((*_enter(made.root), *made.next_steps), start=1):
        say(f"  {number}  {step}")


def _enter(root: Path) -> tuple[str, ...]:
    """The step into the workspace, for somebody who is not there."""
    here = Path.cwd().resolve()
    if here.is_relative_to(root.resolve()):
        return ()
    return (f"cd {shlex.quote(os.path.relpath(root.resolve(), here))}",)


def _tell_of_the_outer(folder: Path, outer: Path) -> None:
    say("")
    say(
        f"{folder} is a repository of its own, inside the repository {outer}, which does not see "
        f"its files. To have the workspace in that one, remove {folder} and run notion-gitops "
        "init there, without a folder."
    )


def _list(folder: Path, where: Where, form: Format) -> None:
    with looking(_root(folder), where) as (gateway, _):
        schemas = [parse_schema(source) for source in gateway.data_sources()]
    several = Counter(schema.database_id for schema in schemas)
    found = [
        (s.title, s.database_id if several[s.database_id] == 1 else s.data_source_id)
        for s in schemas
    ]
    show_report(databases_view(found, where.follow_up(folder)), form)


def _root(folder: Path) -> Path:
    """Where the sandbox is; nothing is made of a folder that is in no repository."""
    try:
        return Repository.discover(folder).root
    except StateUnusable:
        return folder


def _write(made: Made, where: Where, databases: dict[str, str], form: Format) -> None:
    with looking(made.root, where) as (gateway, resolve):
        wanted = [Wanted(resolve(database), name) for database, name in databases.items()]
        known = _known(made.root)
        surveys = init_databases(made.root, gateway, wanted, known)
    _use_driver(made)
    flag = " --sandbox" if where.sandbox else ""
    commit = "git add -A && git commit -m 'Add notion-gitops mappings'"
    steps = (f"notion-gitops check{flag}", commit, f"notion-gitops plan{flag}")
    show_report(survey_view(surveys, (*_enter(made.root), *steps)), form)


def _known(root: Path) -> dict[str, str]:
    """The databases of the mappings that are there already, as far as the environment says."""
    known: dict[str, str] = {}
    for mapping in load_present(root, MAPPINGS):
        try:
            known[mapping.name] = resolve_database(mapping, os.environ)
        except InvalidInput:
            continue
    return known
