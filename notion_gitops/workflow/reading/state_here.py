"""The state branch for those who only tell, also where no plan can be made on it."""

from typing import NamedTuple

from notion_gitops.model.errors import NotionGitopsError, Refused, StateUnusable
from notion_gitops.workflow.reading.newest_state import newest_state
from notion_gitops.workflow.reading.state_branch import StateBranch, read_metadata, read_state
from notion_gitops.workflow.workspace import Workspace

Trouble = NotionGitopsError | None


class StateHere(NamedTuple):
    """The commit of the state branch that is told of."""

    commit: str  # "" if nothing was ever synced
    trouble: Trouble = None  # why it is not said to be the newest


def state_here(workspace: Workspace) -> StateHere:
    """The newest state; if that cannot be said, the local one: what it tells is true all the same.

    Raises:
        StateUnusable: the state branch is gone.
    """
    try:
        return StateHere(newest_state(workspace))
    except (Refused, StateUnusable) as trouble:
        local = workspace.repository.refs(workspace.state_ref).get(workspace.state_ref)
        if local is None:
            raise
        return StateHere(local, trouble)


def read_state_here(workspace: Workspace) -> tuple[StateBranch, Trouble]:
    """The state; where no plan can be made on it, what it holds all the same, and why not.

    Raises:
        StateUnusable: the branch is gone, damaged, or newer than this program.
    """
    try:
        return read_state(workspace), None
    except (Refused, StateUnusable) as trouble:
        commit = state_here(workspace).commit
        return StateBranch(commit, read_metadata(workspace, commit)), trouble
