"""`import`: pair what both sides already hold, before the first sync."""

from pathlib import Path

import click

from notion_gitops.cli.asking import ask
from notion_gitops.cli.connect import Where, connected
from notion_gitops.cli.options import base_url_option, examples, sandbox_option, workspace_option
from notion_gitops.cli.output import Format, format_option, say, show_report
from notion_gitops.cli.strict import Command
from notion_gitops.model.errors import ExitCode
from notion_gitops.report.pairing import PairingLine, pairing_view
from notion_gitops.workflow.pairing import find_pairs, record_pairs, worth_recording
from notion_gitops.workflow.plan import PlanOptions, make_plan
from notion_gitops.workflow.workspace import open_workspace, require_writable
from notion_gitops.workflow.writing.lock import only_one
from notion_gitops.workflow.writing.state_ref import adopt_state


@click.command(
    "import",
    cls=Command,
    short_help="Pair what both sides already hold.",
    epilog=examples(
        "notion-gitops import",
        "notion-gitops import --sandbox --yes",
    ),
)
@workspace_option
@sandbox_option
@base_url_option
@click.option("--yes", "-y", is_flag=True, help="Do not ask before recording the pairs.")
@format_option
def command(start: Path, sandbox: bool, base_url: str | None, yes: bool, form: Format) -> ExitCode:
    """Pair records and pages by key, then by exact title, so that no twin is made.

    Only the links are recorded (on the state branch); no record and no page is changed. What is
    ambiguous is listed, and stays for a person to pair: write the record's key into the page's
    key property.
    """
    workspace, where = open_workspace(start, sandbox=sandbox), Where(sandbox, base_url)
    require_writable(workspace)
    with only_one(workspace.private), connected(workspace, where) as connection:
        planned = make_plan(workspace, connection, PlanOptions(anew=True))
        pairings = find_pairs(planned)
        lines = tuple(
            PairingLine(
                mapping=p.mapping,
                by_key=p.by_key,
                by_title=tuple((pair.key, pair.title) for pair in p.by_title),
                only_git=p.only_git,
                only_notion=p.only_notion,
                ambiguous=p.ambiguous,
            )
            for p in pairings
        )
        then = where.follow_up(start)
        show_report(pairing_view(lines, then), form)
        if worth_recording(planned, pairings):
            _ask(yes)
            adopt_state(workspace, planned.comparison.state.commit)
            commit = record_pairs(planned, pairings)
            say(f"Recorded the pairs in {commit[:7]}. Next:")
            say(f"  {then.command('plan')}")
        elif lines and not any(line.apart for line in lines):
            say("Nothing to record. Next:")
            say(f"  {then.command('plan')}")
    return ExitCode.DECISIONS_REMAIN if any(p.ambiguous for p in pairings) else ExitCode.DONE


def _ask(yes: bool) -> None:
    if yes:
        return
    ask("Record these pairs?", to="record the pairs", refused="Not recorded")
