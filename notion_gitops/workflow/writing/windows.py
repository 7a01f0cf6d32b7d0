"""The windows of writes: from the last look at a page to the answer, an edit is seen by nobody.

No write of Notion's depends on what is there, so this cannot be closed, only kept short and told.
"""

from collections.abc import Callable
from typing import TypeVar

from notion_gitops.model.outcomes import Windows
from notion_gitops.notion.failures import AmbiguousWrite
from notion_gitops.workflow.writing.fresh import MAX_AGE
from notion_gitops.workflow.writing.run import Run

Answer = TypeVar("Answer")


def measured(run: Run, until: float, write: Callable[[float], Answer]) -> Answer:
    """The answer to a write, whose window is noted if it may have changed something.

    Args:
        run: the apply.
        until: until when the write may go out, that is `MAX_AGE` after the page was looked at.
        write: sends it, if it can go out by then.
    """
    looked = until - MAX_AGE
    try:
        answer = write(until)
    except AmbiguousWrite:
        _note(run, looked)
        raise
    _note(run, looked)
    return answer


def _note(run: Run, looked: float) -> None:
    run.windows.append(run.connection.gateway.moment() - looked)


def windows_of(run: Run) -> Windows:
    """The windows of all writes so far."""
    seconds = run.windows
    if not seconds:
        return Windows()
    mean = sum(seconds) / len(seconds)
    return Windows(len(seconds), round(max(seconds), 3), round(mean, 3))
