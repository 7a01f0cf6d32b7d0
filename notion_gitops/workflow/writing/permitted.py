"""A connection that may not write at all: a run that comes to nothing leaves no commit."""

from collections.abc import Sequence
from dataclasses import replace

from notion_gitops.engine.read_back import CANARY
from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import NotPermitted
from notion_gitops.model.outcomes import Status
from notion_gitops.model.plan import StepKind
from notion_gitops.workflow.writing.conflict_changes import conflict_changes
from notion_gitops.workflow.writing.run import Run

_FILES = frozenset({StepKind.WRITE_FILE, StepKind.DELETE_FILE})


def require_permitted(run: Run, denied: Sequence[Diagnostic | None]) -> None:
    """End the run if every write was refused for want of a capability, and git gets nothing either.

    Args:
        run: with all page writes behind it.
        denied: by failure what the connection may not do; None for a failure of another kind.

    Raises:
        NotPermitted: nothing was written on either side, so there is nothing to commit.
    """
    statuses = {entry.status for entry in run.results.entries}
    cut_short = Status.PENDING in statuses and len(denied) < CANARY
    if not denied or Status.APPLIED in statuses or cut_short:
        return
    files = any(step.kind in _FILES for step in run.planned.plan.steps)
    first = denied[0]
    if first is None or None in denied or files or conflict_changes(run.planned, run.results.sound):
        return
    run.journal.end(())
    what = f"{first.summary}: every write was refused, and nothing was written on either side"
    raise NotPermitted(replace(first, summary=what))
