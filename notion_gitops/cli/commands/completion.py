"""`completion`: what a shell runs to complete commands, options, mappings, keys and fields."""

import click
from click.shell_completion import get_completion_class

from notion_gitops.cli.options import examples
from notion_gitops.cli.output import show
from notion_gitops.cli.strict import Command

SHELLS = ("bash", "zsh", "fish")
_NAME = "notion-gitops"


@click.command(
    "completion",
    cls=Command,
    short_help="Print what makes a shell complete our words.",
    epilog=examples(
        "notion-gitops completion bash",
        "notion-gitops completion fish | source",
    ),
)
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print a script for SHELL: bash (4.4 or newer), zsh or fish.

    With it, the Tab key completes commands and options, and of the workspace that one is in
    mappings, keys, fields, syncs and open conflicts. Notion is not asked. The line
    for ~/.bashrc is: eval "$(notion-gitops completion bash)", and that for ~/.zshrc alike.
    """
    form = get_completion_class(shell)
    if form is None:
        raise click.UsageError(f"There is nothing for {shell}.")
    variable = f"_{_NAME}_COMPLETE".replace("-", "_").upper()
    show(form(ctx.find_root().command, {}, _NAME, variable).source())
