"""`hold`: leave a record, a field or a mapping as it is, and let it go on."""

import os
from datetime import UTC, date, datetime
from pathlib import Path

import click

from notion_gitops.cli import completing
from notion_gitops.cli.connect import Where, connected
from notion_gitops.cli.options import base_url_option, examples, sandbox_option, workspace_option
from notion_gitops.cli.output import Format, format_option, say, show_report
from notion_gitops.cli.strict import Group
from notion_gitops.notion.connect import TOKEN_VARIABLE
from notion_gitops.report.holds import hold_list_view, remove_command
from notion_gitops.text.escape import terminal
from notion_gitops.workflow.hold import (
    Scope,
    add_hold,
    every_hold,
    new_hold,
    remove_hold,
    scope_of,
)
from notion_gitops.workflow.plan import PlanOptions, make_plan
from notion_gitops.workflow.reading.find_record import Names
from notion_gitops.workflow.reading.seen_record import names_of
from notion_gitops.workflow.workspace import HOLDS, open_workspace
from notion_gitops.workflow.writing.lock import only_one
from notion_gitops.workflow.writing.released import waits_for_a_commit

mapping_argument = click.argument("mapping", metavar="MAPPING", shell_complete=completing.mappings)
key_argument = click.argument("key", required=False, default="", shell_complete=completing.keys)
field_option = click.option("--field", default="", help="Only this field: of KEY, or of all.")


def _day(_ctx: click.Context, _param: click.Parameter, given: str | None) -> date | None:
    if given is None:
        return None
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise click.BadParameter("write a day such as 2026-12-24") from None


def _scope(mapping: str, key: str, field: str) -> Scope:
    """What is meant; MAPPING/KEY is two words in one."""
    if not key:
        mapping, named, key = mapping.partition("/")
        if named and not key:  # the mapping as a whole is not meant by the way
            raise click.UsageError(f"{mapping}/ names no record; write {mapping}/KEY.")
    return Scope(mapping, key, field)


@click.group(
    "hold",
    cls=Group,
    short_help="Leave a record, a field or a mapping as it is for a while.",
    epilog=examples(
        "notion-gitops hold add tasks pour-slab --reason 'the client checks it'",
        "notion-gitops hold add tasks --field due --reason moved --until 2026-12-24",
        "notion-gitops hold list",
        "notion-gitops hold remove tasks pour-slab",
    ),
)
def command() -> None:
    """What is on hold is left as it is, in git and in Notion, and told in every plan.

    Nothing of it is lost: once the hold is over, the next plan shows what both sides did.
    """


@command.command("add", short_help="Put a mapping, a record or a field on hold.")
@workspace_option
@sandbox_option
@base_url_option
@mapping_argument
@key_argument
@field_option
@click.option("--reason", required=True, metavar="TEXT", help="Why; every plan shows it.")
@click.option("--until", callback=_day, metavar="DAY", help="Its last day, such as 2026-12-24.")
def add(  # noqa: PLR0917  one parameter an option
    start: Path,
    sandbox: bool,
    base_url: str | None,
    mapping: str,
    key: str,
    field: str,
    reason: str,
    until: date | None,
) -> None:
    """Write a hold into state/holds.yaml: the mapping, or a record, or a field.

    It counts here from now on, and for everybody once it is committed and pushed. Notion is asked
    only about a record that neither git nor the base knows.
    """
    workspace, where = open_workspace(start, sandbox=sandbox), Where(sandbox, base_url)
    now = datetime.now(UTC)

    def ask_notion() -> Names:
        with connected(workspace, where) as connection:
            planned = make_plan(workspace, connection, PlanOptions())
            return names_of(planned.comparison, mapping.partition("/")[0])

    can_ask = sandbox or bool(os.environ.get(TOKEN_VARIABLE))
    scope = scope_of(workspace, _scope(mapping, key, field), ask_notion if can_ask else None)
    with only_one(workspace.private):
        workspace = open_workspace(start, sandbox=sandbox)
        hold = add_hold(workspace, new_hold(scope, reason, until, now), now.date())
    say(f"On hold: {terminal(hold.name)}{f', through {until}' if until else ''}.")
    say(f"It counts here from now on. For everybody: commit and push {HOLDS}.")
    say(f"To let it go on: {terminal(remove_command(hold))}")


@command.command("list", short_help="List what is on hold.")
@workspace_option
@format_option
def list_(start: Path, form: Format) -> None:
    """List what mappings and state/holds.yaml put on hold, and why; offline.

    What waits behind it, a plan tells.
    """
    workspace = open_workspace(start)
    show_report(hold_list_view(every_hold(workspace), datetime.now(UTC).date()), form)


@command.command("remove", short_help="Let it go on.")
@workspace_option
@mapping_argument
@key_argument
@field_option
def remove(start: Path, mapping: str, key: str, field: str) -> None:
    """Take a hold out of state/holds.yaml; the next plan shows what waited.

    KEY can be the beginning of a key. If the hold was in a commit, so must be its end: apply
    refuses until then.
    """
    with only_one(open_workspace(start).private):
        hold = remove_hold(open_workspace(start), _scope(mapping, key, field))
    say(f"No longer on hold: {terminal(hold.name)} ({terminal(hold.reason)}).")
    if waits_for_a_commit(open_workspace(start), datetime.now(UTC).date()):
        say(f"Commit and push {HOLDS}: until then apply refuses to go on.")
    else:
        say("It was in no commit, so the next apply goes on without it.")
    say("A plan shows what waited.")
