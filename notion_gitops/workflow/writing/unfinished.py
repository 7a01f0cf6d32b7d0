"""An error after the first write is never told as one before it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import ExitCode, NotionGitopsError, NotPermitted, Unfinished
from notion_gitops.notion.gateway import Gateway
from notion_gitops.workflow.workspace import Workspace
from notion_gitops.workflow.writing.journal import files_written

_BROKE_OFF = Diagnostic(
    "this broke off after it had begun to write",
    fix="Run the same command again: it finds what was written, and goes on from there.",
)
_RECORDED = Diagnostic(
    "the sync itself is done and recorded; what follows it broke off",
    fix="Run apply again: it pushes and reports what is left.",
)


def writing(workspace: Workspace, gateway: Gateway) -> Callable[[], bool]:
    """Tells whether a page, a record file or a ref may have been written since now."""
    branches = ("refs/heads/", workspace.state_ref)
    sent, commits = gateway.counts.writes, workspace.repository.refs(*branches)
    left = files_written(workspace.private)  # by a run that was killed

    def begun() -> bool:
        filed = files_written(workspace.private)
        if gateway.counts.writes > sent or (filed and filed != left):
            return True
        return workspace.repository.refs(*branches) != commits

    return begun


@contextmanager
def told_as_unfinished(begun: Callable[[], bool] | None = None) -> Iterator[None]:
    """Let errors pass as they are until something is written.

    Args:
        begun: whether something may have been written; None: all of it was, and recorded.

    Raises:
        Unfinished: from the error, whatever it is; its exit code says that the next run goes on.
    """
    try:
        yield
    except Exception as error:
        if _tells_itself(error) or (begun is not None and not begun()):
            raise
        raise Unfinished(_RECORDED if begun is None else _BROKE_OFF) from error


def _tells_itself(error: Exception) -> bool:
    """Of NotPermitted itself: every single write was refused, so nothing is written."""
    own = isinstance(error, NotionGitopsError) and error.exit_code is ExitCode.PARTLY_APPLIED
    return own or type(error) is NotPermitted
