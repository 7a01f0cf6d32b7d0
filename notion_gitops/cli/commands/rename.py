"""`rename`: another key for a record, in git; its page gets it with the next apply."""

from pathlib import Path

import click

from notion_gitops.cli import completing
from notion_gitops.cli.options import examples, sandbox_base_option, workspace_option
from notion_gitops.cli.output import say
from notion_gitops.cli.strict import Command
from notion_gitops.text.escape import terminal
from notion_gitops.text.words import count, listed
from notion_gitops.workflow.rename import Key, Renamed, plan_rename, write_rename
from notion_gitops.workflow.workspace import open_workspace
from notion_gitops.workflow.writing.lock import only_one

_NAMED = 5  # files or records in a message


@click.command(
    "rename",
    cls=Command,
    short_help="Give a record another key, wherever it stands in git.",
    epilog=examples(
        "notion-gitops rename tasks pour-slab pour-floor",
        "notion-gitops rename tasks/pour-slab pour-floor",
    ),
)
@workspace_option
@sandbox_base_option
@click.argument("words", nargs=-1, shell_complete=completing.words, metavar="MAPPING OLD NEW")
def command(start: Path, sandbox: bool, words: tuple[str, ...]) -> None:
    """Give a record another key: its file, row or field, and relations of other records to it.

    Nothing is committed, and Notion is not asked. The next apply writes the new key into its page,
    which stays the same, whatever else of the record is edited in the same commit: a file in
    state/renames/ says so until then. A record that was renamed by hand already stays as it is, and
    this only says that it was.
    """
    key = _key(words)
    with only_one(open_workspace(start, sandbox=sandbox).private):
        workspace = open_workspace(start, sandbox=sandbox)
        renamed = plan_rename(workspace, key)
        write_rename(workspace, renamed)
    _tell(key, renamed)


def _key(words: tuple[str, ...]) -> Key:
    split = words
    if len(words) == 2:  # noqa: PLR2004  MAPPING/OLD is two words in one
        split = (*words[0].split("/", 1), words[1])
    match split:
        case (mapping, old, new):
            return Key(mapping, old, new)
        case _:
            raise click.UsageError("Say which record, and its new key: MAPPING OLD NEW.")


def _tell(key: Key, renamed: Renamed) -> None:
    say(f"{terminal(key.old)} of {terminal(key.mapping)} is {terminal(key.new)} now.")
    if renamed.naming:
        named = terminal(listed(renamed.naming, _NAMED))
        say(f"{count(len(renamed.naming), 'record')} named it, and follow: {named}")
    for warning in renamed.warnings:
        fix = f" {warning.fix}" if warning.fix else ""
        say(f"Look: {terminal(warning.summary)}.{terminal(fix)}")
    say(f"Commit these together: {terminal(listed(sorted(renamed.contents), _NAMED))}")
    if renamed.synced:
        say("The next apply gives its page the new key, whatever else you edit before.")
