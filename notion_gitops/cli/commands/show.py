"""`show`: a saved plan, as it was shown when it was made."""

from pathlib import Path

import click

from notion_gitops.cli.options import examples
from notion_gitops.cli.output import Format, format_option, show
from notion_gitops.cli.plan_file import read_plan_file
from notion_gitops.cli.strict import Command
from notion_gitops.text.escape import terminal


@click.command(
    "show",
    cls=Command,
    short_help="Show a saved plan.",
    epilog=examples(
        "notion-gitops show release.plan", "notion-gitops show release.plan --format markdown"
    ),
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@format_option
def command(file: Path, form: Format) -> None:
    """Show a plan that `plan --out` saved, as text, Markdown or JSON.

    Neither Notion nor the repository is asked: it is what was planned then.
    """
    saved = read_plan_file(file)
    match form:
        case Format.JSON:
            show(saved.json)
        case Format.MARKDOWN:
            show(saved.markdown)
        case Format.TEXT:
            show("\n".join(map(terminal, saved.text.split("\n"))))
