"""`update-branch`: bring a conflicting pull request up to date."""

import gc
from datetime import UTC, datetime
from pathlib import Path

import click

from notion_gitops.cli.options import examples, workspace_option
from notion_gitops.cli.output import Format, format_option, show_report
from notion_gitops.cli.strict import Command
from notion_gitops.model.branches import BranchUpdate, Outcome
from notion_gitops.model.errors import ExitCode
from notion_gitops.report.branch_update import branch_update_view
from notion_gitops.workflow.update_branch import push_branch, update_branch
from notion_gitops.workflow.workspace import open_workspace


@click.command(
    "update-branch",
    cls=Command,
    short_help="Merge another branch into this one, field by field.",
    epilog=examples(
        "notion-gitops update-branch",
        "notion-gitops update-branch release --push",
    ),
)
@workspace_option
@click.argument("branch", default="")
@click.option("--push", is_flag=True, help="Push the branch, if nothing is left to decide.")
@format_option
def command(start: Path, branch: str, push: bool, form: Format) -> ExitCode:
    """Merge BRANCH into the branch that is checked out, records field by field.

    BRANCH is the remote's default branch if it is not said; it is fetched first. Edits of
    different fields merge, sets by their members, and where two edits collide the rules of the
    mapping decide. If nothing is left open, one merge commit is made. Else nothing is committed:
    the merge is left in progress, as git leaves it, with only the open fields marked.

    Ends with 3 if decisions are left to you. No hook of git is run.
    """
    gc.disable()  # a large file is a million tuples without a cycle, looked through in vain
    workspace = open_workspace(start)
    update = update_branch(workspace, branch)
    if push:
        update = push_branch(workspace, update)
    show_report(branch_update_view(update, workspace.mappings, datetime.now(UTC)), form)
    return _exit_code(update)


def _exit_code(update: BranchUpdate) -> ExitCode:
    if update.outcome is Outcome.LEFT:
        return ExitCode.DECISIONS_REMAIN
    return ExitCode.PARTLY_APPLIED if update.not_pushed else ExitCode.DONE
