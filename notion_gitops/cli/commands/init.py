"""`init`: make a workspace."""

from pathlib import Path

import click

from notion_gitops.cli.options import examples
from notion_gitops.cli.output import say
from notion_gitops.workflow.init import make_workspace


@click.command(
    "init",
    short_help="Make a workspace.",
    epilog=examples(
        "notion-gitops init                 (in the repository that you are in)",
        "notion-gitops init registry --samples",
    ),
)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=".")
@click.option("--samples", is_flag=True, help="With the four sample mappings, to try things out.")
def command(folder: Path, samples: bool) -> None:
    """Make mappings/ and state/ in a git repository; an existing file is never touched.

    The repository is made too if FOLDER is in none.
    """
    made = make_workspace(folder, samples=samples)
    for path in made.files:
        say(f"  {path}")
    say("")
    say("Next:")
    for number, step in enumerate(made.next_steps, start=1):
        say(f"  {number}  {step}")
