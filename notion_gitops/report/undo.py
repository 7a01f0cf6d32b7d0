"""How a sync is undone: from git, since a revert there is an edit like any other.

What came from Notion is in the sync's own commit. What went to Notion is in the commits that made
the edits. Values that were put back, and those that Notion computes, are nobody's to revert.
"""

from notion_gitops.model.operations import Action, Cause, Kind, Operation, Write
from notion_gitops.model.outcomes import Status, SyncResult
from notion_gitops.model.plan import StepKind
from notion_gitops.model.records import Side
from notion_gitops.report.follow_up import FollowUp
from notion_gitops.report.restored import is_restored
from notion_gitops.report.show import short

_FILES = frozenset({StepKind.WRITE_FILE, StepKind.DELETE_FILE})
_NO_EDIT = frozenset({Cause.PUT_BACK, Cause.REFRESH, Cause.DEFAULT})
_THEIRS = "the commits that made the edits"


def undo_sentence(result: SyncResult, again: FollowUp) -> str:
    """What to type to undo a sync; nothing if no edit was carried anywhere."""
    apply = again.command("apply")
    own = again.git(f"revert {short(result.record_commit)}") if result.record_commit else ""
    came, went = _carried(result, Side.GIT) and bool(own), _carried(result, Side.NOTION)
    theirs = f"{again.git('revert')} {_THEIRS}"
    match came, went:
        case True, True:
            return f"what came from Notion: {own}; what went there: {theirs}; then {apply}"
        case True, False:
            return f"{own}, then {apply}"
        case False, True if own and _same_files(result):
            return f"{own} and {_THEIRS}, then {apply}"
        case False, True:
            return f"{theirs}, then {apply}"
        case _:
            return ""


def undo_lines(result: SyncResult) -> list[str]:
    """The same in the message of the sync's commit on the working branch."""
    came, went = _carried(result, Side.GIT), _carried(result, Side.NOTION)
    own, then = "git revert this commit", ", then apply."
    match came, went:
        case True, True:
            return [
                f"To undo what came from Notion: {own}.",
                f"To undo what went to Notion: git revert {_THEIRS}.",
                "Then apply.",
            ]
        case True, False:
            return [f"To undo: {own}{then}"]
        case False, True if _same_files(result):
            return [f"To undo: {own} and {_THEIRS}{then}"]
        case False, True:
            return [f"To undo: git revert {_THEIRS}{then}"]
        case _:
            return []


def _carried(result: SyncResult, side: Side) -> bool:
    """Whether edits of people were written to a side."""
    written = {
        (entry.mapping, entry.key)
        for entry in result.log
        if entry.status is Status.APPLIED and _is_on(entry.step, side)
    }
    operations = result.plan.operations
    return any(_is_edit(operations[at], side) for at in written if at in operations)


def _is_on(step: StepKind, side: Side) -> bool:
    if step is StepKind.MOVE_BASE:
        return False
    return (step in _FILES) is (side is Side.GIT)


def _is_edit(operation: Operation, side: Side) -> bool:
    write = operation.write(side)
    if write is None or (side is Side.NOTION and is_restored(write)):
        return False  # what was restored is undone in git, where both sides get it from
    return operation.kind is Kind.RENAME or _carries_edits(write)


def _carries_edits(write: Write) -> bool:
    if write.action is not Action.UPDATE:
        return True
    return any(change.cause not in _NO_EDIT for change in write.changes)


def _same_files(result: SyncResult) -> bool:
    """Whether the sync's commit and the edits that it sent are in the same files."""
    sent = {at for at, o in result.plan.operations.items() if o.write(Side.NOTION)}
    return any((one.mapping, one.key) in sent for one in result.refreshed)
