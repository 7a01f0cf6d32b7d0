"""`show`: a saved plan, as it was shown when it was made."""

from datetime import UTC, datetime
from pathlib import Path

import click

from notion_gitops.cli.options import examples
from notion_gitops.cli.output import Format, format_option, show, show_lines
from notion_gitops.cli.plan_file import read_plan_file
from notion_gitops.cli.strict import Command
from notion_gitops.model.saved_plan import SavedPlan
from notion_gitops.text.escape import terminal
from notion_gitops.text.words import moment
from notion_gitops.workflow.saved_plan import counts_until


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
            show_lines(f"\n{_counts(saved, datetime.now(UTC))}")


def _counts(saved: SavedPlan, now: datetime) -> str:
    """When the plan was made, and until when it can be applied."""
    made, until = saved.made, counts_until(saved.made)
    said = f"This plan was made {moment(made)} UTC"
    if saved.offline:
        return f"{said}, without asking Notion: it can be shown, and not applied."
    if now > until:
        return f"{said} and counted until {moment(until)} UTC: make it anew to apply it."
    return f"{said} and counts until {moment(until)} UTC."
