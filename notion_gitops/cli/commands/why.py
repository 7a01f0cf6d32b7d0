"""`why`: the story of one record, or of one of its fields."""

from pathlib import Path

import click

from notion_gitops.cli import completing
from notion_gitops.cli.connect import Where, connected
from notion_gitops.cli.options import base_url_option, examples, sandbox_option, workspace_option
from notion_gitops.cli.output import Format, format_option, show_report
from notion_gitops.cli.strict import Command
from notion_gitops.model.story import Story
from notion_gitops.report.story import story_view
from notion_gitops.workflow.offline import make_offline_plan
from notion_gitops.workflow.plan import PlanOptions, make_plan
from notion_gitops.workflow.reading.find_record import Words, read_words
from notion_gitops.workflow.why import tell
from notion_gitops.workflow.workspace import Workspace, open_workspace


@click.command(
    "why",
    cls=Command,
    short_help="Tell why a record, or one of its fields, is as it is.",
    epilog=examples(
        "notion-gitops why tasks pour-slab",
        "notion-gitops why tasks pour-slab due",
        "notion-gitops why pour-slab --offline --format json",
    ),
)
@workspace_option
@sandbox_option
@base_url_option
@click.option("--offline", is_flag=True, help="Do not ask Notion: tell what git knows.")
@click.argument(
    "words",
    nargs=-1,
    required=True,
    shell_complete=completing.words,
    metavar="[MAPPING] KEY [FIELD]",
)
@format_option
def command(  # noqa: PLR0917  one parameter an option
    start: Path,
    sandbox: bool,
    base_url: str | None,
    offline: bool,
    words: tuple[str, ...],
    form: Format,
) -> None:
    """Tell what was last agreed, what git and Notion hold now, since when and by whom.

    And which rule decides, what an apply would do now, and which sync last touched the record.
    KEY can be the beginning of a key, or a page's id or address. MAPPING can be left out where
    the key is one of a single mapping, and no field is named.

    Nothing is written.
    """
    workspace, where = open_workspace(start, sandbox=sandbox), Where(sandbox, base_url)
    meant = read_words(words, workspace.mappings)
    story = _offline(workspace, meant) if offline else _asked(workspace, where, meant)
    mapping = workspace.mappings[story.mapping]
    show_report(story_view(story, mapping, where.follow_up(start)), form)


def _offline(workspace: Workspace, meant: Words) -> Story:
    return tell(make_offline_plan(workspace), meant, None)


def _asked(workspace: Workspace, where: Where, meant: Words) -> Story:
    with connected(workspace, where) as connection:
        relist = [meant.mapping] if meant.mapping else None  # whichever record is meant is read
        planned = make_plan(workspace, connection, PlanOptions(relist=relist))
        return tell(planned, meant, connection.gateway)
