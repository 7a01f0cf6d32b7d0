"""`unlock`: who holds the team's lock; breaking it when that run is dead."""

from pathlib import Path

import click

from notion_gitops.cli.connect import Where
from notion_gitops.cli.options import examples, workspace_option
from notion_gitops.cli.output import Format, format_option, say, show_report
from notion_gitops.cli.strict import Command
from notion_gitops.report.lock import lock_view
from notion_gitops.workflow.unlock import break_lock, find_lock
from notion_gitops.workflow.workspace import open_workspace


@click.command(
    "unlock",
    cls=Command,
    short_help="Show who holds the team's lock, or break it.",
    epilog=examples("notion-gitops unlock", "notion-gitops unlock 20261124T1421Z-7k3f"),
)
@workspace_option
@click.argument("run", required=False, metavar="[SYNC-ID]")
@format_option
def command(start: Path, run: str | None, form: Format) -> None:
    """Show the run that holds the lock on the git remote, or break its lock.

    A lock ends by itself, some fifteen minutes after its run was killed. Break it earlier only
    if you know that the run is dead: two that write at once can make a page twice.
    """
    workspace = open_workspace(start)
    lock = find_lock(workspace)
    if run is None:
        again = Where(sandbox=False, base_url=None).follow_up(start)
        show_report(lock_view(lock.remote, lock.run, again), form)
        return
    break_lock(workspace, lock, run)
    say(f"The lock of {run} on {lock.remote} is broken. The next apply looks at what it did.")
