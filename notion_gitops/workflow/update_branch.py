"""`update-branch`: another branch merged into the one that is checked out, records by fields.

1. Find the other branch; fetch it if there is a remote.
2. Let git merge, and commit nothing.
3. Merge the record files that both branches changed anew, field by field.
4. Commit if nothing is left to a person; else leave the merge in progress, as git does.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from notion_gitops.model.branches import BranchUpdate, Collision, Outcome
from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import Refused, UsageError
from notion_gitops.records.versions import Contents
from notion_gitops.report.merge_message import merge_message
from notion_gitops.repository.merging import Stages
from notion_gitops.repository.nouns import ChangeKind, GitFailed, NotText
from notion_gitops.repository.trees import REGULAR
from notion_gitops.text.markers import Marking
from notion_gitops.text.words import count, listed
from notion_gitops.workflow.reading.merged_file import (
    REST_OPEN,
    Desk,
    MergedFile,
    mapping_of,
    merge_records,
)
from notion_gitops.workflow.reading.value_origins import Historian, Tips
from notion_gitops.workflow.workspace import Workspace, require_writable

_HEADS = "refs/heads/"
_FILES = 3  # names in a message
_BASE, _HERE, _THERE = 1, 2, 3  # git's stages of a file in conflict


@dataclass(frozen=True, slots=True)
class Target:
    """The branch that is merged."""

    ref: str  # full name
    name: str  # as people write it
    commit: str
    fetched: bool


def update_branch(workspace: Workspace, wanted: str) -> BranchUpdate:
    """Bring the branch that is checked out up to date.

    Args:
        workspace: its mappings, as this branch has them, say which files are records.
        wanted: the other branch; "" for the remote's default branch.

    Raises:
        StateUnusable: no branch is checked out, or a merge or the like is in progress.
        Refused: files differ from HEAD, or git would not begin; nothing was changed.
        UsageError: there is no such branch.
    """
    require_writable(workspace)
    _require_clean(workspace)
    target = find_target(workspace, wanted)
    repository, before = workspace.repository, workspace.head.commit
    update = BranchUpdate(
        branch=workspace.head.branch,
        other=target.name,
        other_commit=target.commit,
        fetched=target.fetched,
        before=before,
        outcome=Outcome.UP_TO_DATE,
        commit=before,
    )
    if repository.is_ancestor(target.commit, before):
        return update
    if repository.is_ancestor(before, target.commit):
        repository.fast_forward(target.ref)
        return replace(update, outcome=Outcome.FORWARDED, commit=target.commit)
    alike = not _may_mistake(workspace, target)
    repository.begin_merge(target.ref, target.name, renames=alike)
    try:
        return _finish(workspace, _merge_records(workspace, target, update))
    except BaseException:
        if workspace.repository.head().operation_in_progress == "merge":
            repository.abort_merge()
        raise


def find_target(workspace: Workspace, wanted: str) -> Target:
    """The branch that is meant, freshly fetched where the remote has it.

    Raises:
        UsageError: there is no such branch, or none is named and there is no remote.
        GitFailed: the remote cannot be reached.
    """
    repository = workspace.repository
    remote = repository.default_remote(workspace.head.branch)
    name = wanted.removeprefix(f"{remote}/") if remote else wanted
    if remote:
        name = name or repository.default_branch(remote)
        commit = repository.fetch(remote, [_HEADS + name]).get(_HEADS + name) if name else None
        if commit is not None:
            ref = f"refs/remotes/{remote}/{name}"
            return Target(ref, f"{remote}/{name}", commit, fetched=True)
    here = repository.resolve(_HEADS + name) if name else None
    if here is not None:
        return Target(_HEADS + name, name, here, fetched=False)
    raise UsageError(_no_branch(remote, name))


def push_branch(workspace: Workspace, update: BranchUpdate) -> BranchUpdate:
    """Push what was merged to the remote of the branch; why not, if it cannot be."""
    if update.outcome in (Outcome.LEFT, Outcome.UP_TO_DATE):
        return update
    repository, ref = workspace.repository, workspace.head.ref
    remote = repository.default_remote(workspace.head.branch)
    if not remote:
        return replace(update, not_pushed="there is no remote")
    try:
        there = repository.remote_refs(remote, [ref]).get(ref, "")
        pushed = repository.push_atomic(remote, {ref: update.commit}, {ref: there})
    except GitFailed as error:
        return replace(update, not_pushed=error.diagnostics[0].summary)
    if pushed.ok:
        return replace(update, pushed=remote)
    return replace(update, not_pushed=pushed.rejected.get(ref, pushed.reason))


# --- before anything is changed -----------------------------------------------------------


def _require_clean(workspace: Workspace) -> None:
    changed = workspace.repository.status(["."]).changed
    tracked = sorted(p for p, kind in changed.items() if kind is not ChangeKind.UNTRACKED)
    if tracked:
        differ = "differs" if len(tracked) == 1 else "differ"
        files = f"{count(len(tracked), 'file')} of this work tree {differ}"
        raise Refused(
            Diagnostic(
                f"{files} from the last commit: {listed(tracked, _FILES)}",
                fix="Commit them, or put them aside with git stash, then run this again. "
                "Nothing was changed.",
            )
        )


def _no_branch(remote: str, name: str) -> Diagnostic:
    if not name:
        what = f"the remote {remote} names no default branch" if remote else "there is no remote"
        return Diagnostic(
            f"which branch to merge is not said, and {what}",
            fix="Name it: notion-gitops update-branch BRANCH",
        )
    where = f"on the remote {remote}, nor in this clone" if remote else "in this clone"
    return Diagnostic(f'there is no branch "{name}" {where}', fix="git branch -a lists them.")


def _may_mistake(workspace: Workspace, target: Target) -> bool:
    """Whether git could take one record for another.

    It does where a branch deleted one and added another that is alike: what the other branch edited
    in the one would land in the other.
    """
    repository, tips = workspace.repository, (workspace.head.commit, target.commit)
    paths = [m.git.path for m in workspace.mappings.values() if not m.git.single_file]
    bases = repository.merge_bases(*tips) if paths else []
    return any(repository.replaces_files(base, tip, paths) for base in bases for tip in tips)


# --- the record files ---------------------------------------------------------------------


def _merge_records(workspace: Workspace, target: Target, update: BranchUpdate) -> BranchUpdate:
    """Merge by fields what both branches changed, and put it where git merged it as text."""
    unmerged = workspace.repository.unmerged()
    stages = {**_both_changed(workspace, target), **_whole(workspace, unmerged)}
    marking = Marking(there=target.name, with_base=workspace.repository.marks_base())
    desk = Desk(workspace.repository, lambda: marking, workspace.people)
    historian = Historian(workspace, lambda: Tips(workspace.head.commit, target.commit))
    merged = {}
    for path, each in stages.items():
        with suppress(NotText):  # which is left as git leaves it
            merged[path] = _merge(desk, historian, path, each)
    contents = {path: m.content for path, m in merged.items()}
    conflicts = {path: stages[path] for path, m in merged.items() if not m.clean}
    if contents:
        workspace.repository.put_merged(contents, conflicts)
    by_fields = {path: m for path, m in merged.items() if m.reason is None}
    return replace(
        update,
        merged=tuple(sorted(by_fields)),
        collisions=tuple(_collisions(by_fields.values())),
        as_text={p: m.reason for p, m in sorted(merged.items()) if m.reason is not None},
        files={f"{c.mapping}/{c.key}": p for p, m in by_fields.items() for c in m.collisions},
        left=_left(workspace, update, by_fields),
        half_deleted=tuple(p for p, s in sorted(unmerged.items()) if (_HERE in s) != (_THERE in s)),
    )


def _left(
    workspace: Workspace, update: BranchUpdate, merged: Mapping[str, MergedFile]
) -> dict[str, str]:
    """The files that are in conflict still."""
    found = {}
    for path, stages in sorted(workspace.repository.unmerged().items()):
        if path in merged:
            found[path] = REST_OPEN if merged[path].rest_open else ""
        elif {_HERE, _THERE} <= stages.keys():
            found[path] = ""
        else:
            here = _HERE in stages
            edited, deleted = update.branch, update.other
            edited, deleted = (edited, deleted) if here else (deleted, edited)
            found[path] = f"deleted on {deleted}, edited on {edited}"
    return found


def _collisions(merged: Iterable[MergedFile]) -> Iterable[Collision]:
    found = (c for each in merged for c in each.collisions)
    return sorted(found, key=lambda c: (c.mapping, c.key, c.field or ""))


def _both_changed(workspace: Workspace, target: Target) -> dict[str, Stages]:
    """The record files that both branches changed since their one common ancestor.

    If there are several, it is git that makes one of them, and only of files in conflict.
    """
    repository, here = workspace.repository, workspace.head.commit
    bases = repository.merge_bases(here, target.commit)
    if len(bases) != 1:
        return {}
    paths = [m.git.path for m in workspace.mappings.values()]
    changed = repository.differing(bases[0], here, paths)
    changed &= repository.differing(bases[0], target.commit, paths)
    changed &= repository.differing(here, target.commit, paths)
    found = {p: repository.stages(p, bases[0], here, target.commit) for p in sorted(changed)}
    return _whole(workspace, found)


def _whole(workspace: Workspace, found: Mapping[str, Stages]) -> dict[str, Stages]:
    """Those that are record files, and no symbolic links, which both branches have."""
    return {
        path: stages
        for path, stages in found.items()
        if {_HERE, _THERE} <= stages.keys()
        and mapping_of(workspace.mappings, path) is not None
        and all(entry.mode in REGULAR for entry in stages.values())
    }


def _merge(desk: Desk, historian: Historian, path: str, stages: Stages) -> MergedFile:
    mapping = mapping_of(historian.workspace.mappings, path)
    if mapping is None:
        raise ValueError(f"{path} is no record file")
    blobs = desk.repository.read_blobs(entry.blob for entry in stages.values())
    base = stages.get(_BASE)
    contents = Contents(
        blobs[base.blob] if base else b"", blobs[stages[_HERE].blob], blobs[stages[_THERE].blob]
    )
    return merge_records(desk, historian, mapping, path, contents)


def _finish(workspace: Workspace, update: BranchUpdate) -> BranchUpdate:
    if update.left:
        return replace(update, outcome=Outcome.LEFT, commit="")
    done = replace(update, outcome=Outcome.MERGED)
    commit = workspace.repository.conclude_merge(merge_message(done))
    return replace(done, commit=commit)
