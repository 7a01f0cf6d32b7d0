"""Holds that somebody took out, and did not commit: what was on hold does not go on for it."""

from datetime import date

from notion_gitops.engine.holds import loosened
from notion_gitops.formats.yaml_text import decode_utf8
from notion_gitops.mapping.holds import load_holds
from notion_gitops.model.diagnostics import Diagnostic, Place
from notion_gitops.model.errors import InvalidInput
from notion_gitops.model.holds import Hold
from notion_gitops.text.words import listed
from notion_gitops.workflow.plan import Planned
from notion_gitops.workflow.workspace import HOLDS, Workspace

_NAMED = 5  # holds in a message


def released_uncommitted(planned: Planned) -> Diagnostic | None:
    """Holds of the last commit that the work tree does not have any more.

    A hold only makes a sync do less, so one counts from when it is written. Going on with what
    was on hold is for everybody, as a change of a mapping is: it takes a commit.
    """
    workspace, today = planned.comparison.workspace, planned.comparison.at.date()
    try:
        released = _released(workspace, today)
    except InvalidInput:
        what = f"{HOLDS} cannot be read in the last commit, and is not committed as it is now"
        return Diagnostic(what, Place(HOLDS), fix="Commit it first: it says what is on hold.")
    if not released:
        return None
    names = listed([hold.name for hold in released], _NAMED)
    return Diagnostic(
        f"a hold was taken out of {HOLDS} or shortened, and that is not committed: {names}",
        fix=f"Commit it first (git commit {HOLDS}), or put it back (git checkout HEAD -- {HOLDS}).",
    )


def waits_for_a_commit(workspace: Workspace, today: date) -> bool:
    """Whether apply refuses, for what was taken out of the file, until that is in a commit."""
    try:
        return bool(_released(workspace, today))
    except InvalidInput:
        return True


def _released(workspace: Workspace, today: date) -> tuple[Hold, ...]:
    every = [h for name in workspace.mappings for h in workspace.holds_of(name)]
    return tuple(loosened(_committed(workspace), every, today))


def _committed(workspace: Workspace) -> tuple[Hold, ...]:
    """What the last commit puts on hold, whether or not the work tree says otherwise.

    Git's status does not tell: it passes by what a sparse checkout leaves out, or a person had it
    skip.

    Raises:
        InvalidInput: it cannot be read.
    """
    content = workspace.repository.read_file(workspace.head.commit, HOLDS)
    if content is None:
        return ()
    return load_holds(decode_utf8(content, HOLDS), HOLDS, workspace.mappings)
