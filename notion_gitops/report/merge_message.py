"""The message of a merge commit: what was decided, and by which rule; never a value."""

from notion_gitops.model.branches import BranchUpdate, Collision
from notion_gitops.report.show import place_text
from notion_gitops.text.columns import wrap
from notion_gitops.text.escape import commit_line
from notion_gitops.text.words import count, number

_LINES = 40  # decisions that are told
_WIDTH = 72  # columns of a message, as is usual in git


def merge_message(update: BranchUpdate) -> str:
    """The whole message."""
    subject = f"Merge {commit_line(update.other)} into {commit_line(update.branch)}"
    lines = [subject]
    if update.merged:
        both = count(len(update.merged), "record file")
        lines += ["", f"{both} changed on both branches, merged field by field."]
    if update.decided:
        lines += ["", "Changed on both branches, and decided:"]
        lines += [line for c in update.decided[:_LINES] for line in _decision(c, update)]
    if len(update.decided) > _LINES:
        lines.append(f"  and {number(len(update.decided) - _LINES)} more")
    return "\n".join(lines) + "\n"


def decided_value(each: Collision, update: BranchUpdate) -> str:
    """Which value stands."""
    whose = {"here": update.branch, "there": update.other}.get(each.stands)
    return f"as in {whose}" if whose else "of both"


def decided_by(each: Collision) -> str:
    """What decided, and where it says so."""
    return f"{each.reason} ({place_text(each.place)})" if each.place else each.reason


def _decision(each: Collision, update: BranchUpdate) -> list[str]:
    what = f"{each.mapping}/{each.key}, {each.field}: {decided_value(each, update)}"
    return [
        *wrap(commit_line(what), _WIDTH, "  ", " " * 6),
        *wrap(commit_line(decided_by(each)), _WIDTH, " " * 6, " " * 6),
    ]
