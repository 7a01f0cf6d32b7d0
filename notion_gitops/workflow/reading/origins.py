"""Where a refused change comes from: the commits in git that made it, and whose they are."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from notion_gitops.model.operations import Operation
from notion_gitops.model.plan import Refusal
from notion_gitops.model.records import Side
from notion_gitops.repository.nouns import CommitInfo
from notion_gitops.text.words import count, moment
from notion_gitops.workflow.reading.compare import Comparison

LOOKED_AT = 100  # records of one refusal; each costs git a look into a file's history
TOLD = 3  # commits


def with_origin(
    comparison: Comparison, refusal: Refusal, operations: Mapping[str, Operation]
) -> Refusal:
    """The refusal with the commits that the edits in git come from; Notion keeps no such thing."""
    if refusal.side is not Side.NOTION:
        return refusal
    looked_at = refusal.keys[:LOOKED_AT]
    paths = [operations[key].file for key in looked_at if operations[key].file]
    newest = Counter(_newest(comparison, path) for path in paths)
    told = [
        f"{count(number, 'file')} by {_told(commit)}" for commit, number in newest.most_common(TOLD)
    ]
    if len(newest) > TOLD:
        told.append(f"and {count(len(newest) - TOLD, 'more commit', 'more commits')}")
    if len(refusal.keys) > LOOKED_AT:
        told.append(f"(the first {LOOKED_AT} of {len(refusal.keys)} were looked at)")
    return replace(refusal, origin=tuple(told))


def _newest(comparison: Comparison, path: str) -> CommitInfo | None:
    """The newest commit that touched the file; None if its change is not committed."""
    if path in comparison.changes.dirty:
        return None
    workspace = comparison.workspace
    return next(workspace.repository.first_parent_log(path, workspace.head.commit), None)


def _told(commit: CommitInfo | None) -> str:
    if commit is None:
        return "an edit that is not committed"
    return f'{commit.commit[:7]} "{commit.subject}", {commit.author}, {moment(commit.time)} UTC'
