"""Where a refused change comes from: the commits in git that made it, and whose they are."""

import shlex
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from notion_gitops.model.operations import Operation
from notion_gitops.model.plan import Refusal
from notion_gitops.model.records import Side
from notion_gitops.repository.nouns import CommitInfo
from notion_gitops.text.words import count, moment
from notion_gitops.workflow.reading.compared import Comparison

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
    newest = {path: _newest(comparison, path) for path in paths}
    commits = Counter(newest.values())
    told = [
        f"{count(number, 'file')} by {_told(commit)}"
        for commit, number in commits.most_common(TOLD)
    ]
    if len(commits) > TOLD:
        told.append(f"and {count(len(commits) - TOLD, 'more commit', 'more commits')}")
    if len(refusal.keys) > LOOKED_AT:
        told.append(f"(the first {LOOKED_AT} of {len(refusal.keys)} were looked at)")
    folder = comparison.workspace.mappings[refusal.mapping].git.path
    return _with_way_back(replace(refusal, origin=tuple(told)), newest, folder)


def _with_way_back(
    refusal: Refusal, newest: Mapping[str, CommitInfo | None], folder: str
) -> Refusal:
    """The refusal with what takes the edits back, the newest first; as it is if nobody can tell.

    Args:
        refusal: of edits in git.
        newest: by file the commit that the edit comes from; None if it is not committed.
        folder: where the mapping's files are.
    """
    commits = {commit for commit in newest.values() if commit is not None}
    if not newest or len(commits) > TOLD or any(commit.at_boundary for commit in commits):
        return refusal
    ordered = sorted(commits, key=lambda commit: commit.time, reverse=True)
    edited = [path for path, commit in newest.items() if commit is None]
    if not edited:
        return replace(refusal, fix="", takes_back=tuple(map(_revert, ordered)))
    few = len(edited) <= TOLD and len(newest) == len(refusal.keys)
    more = "" if few else f"that takes back all edits in {folder} that are not committed"
    paths = " ".join(map(shlex.quote, edited if few else [folder]))
    restore = f"restore --staged --worktree {paths}"
    return replace(refusal, fix=more, takes_back=(restore, *map(_revert, ordered)))


def _revert(commit: CommitInfo) -> str:
    mainline = "-m 1 " if commit.is_merge else ""
    return f"revert {mainline}{commit.commit[:7]}"


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
