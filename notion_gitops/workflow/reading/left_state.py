"""What is left of a state branch that cannot be used: what a rebuild can stand on."""

from dataclasses import dataclass, field, replace

from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import StateUnusable
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.state.index import Entries, Index
from notion_gitops.workflow.reading.newest_state import newest_state
from notion_gitops.workflow.reading.set_back import later_state
from notion_gitops.workflow.reading.state_branch import (
    Recorded,
    StateBranch,
    read_metadata,
    read_state,
)
from notion_gitops.workflow.workspace import NEWEST_REF, Workspace

_LOOKED_AT = 20  # commits of the state branch


@dataclass(frozen=True, slots=True)
class LeftState:
    """What is wrong with the state branch, and what there is of it."""

    problems: tuple[Diagnostic, ...]  # why it cannot be used; none: it can
    tip: str = ""  # the newest commit of it that is here: the next one stands on it
    remedy: str = ""  # of it: the commit that the branch is better put back to
    state: StateBranch = field(default_factory=lambda: StateBranch(""))  # for a plan to go by


def find_left(workspace: Workspace) -> LeftState:
    """What is left of the state branch.

    The pages that records are linked to, and of whom a mapping's base is, are taken from the newest
    commit in which they can be read. What was agreed upon is not: it counts as never agreed.

    Raises:
        Refused: the state branch here and the remote's went apart, which has a remedy of its own.
    """
    try:
        read_state(workspace)
    except StateUnusable as error:
        problems = error.diagnostics
    else:
        return LeftState(())
    there = _there(workspace)
    newest = workspace.repository.resolve(NEWEST_REF) or ""
    later = later_state(workspace, there) if there else newest
    tip = later or there or _last_known(workspace)
    remedy = later if later and _is_whole(workspace, later) else ""
    mappings = {name: _of_mapping(workspace, name, tip) for name in workspace.mappings}
    return LeftState(problems, tip, remedy, StateBranch(tip, mappings))


def _there(workspace: Workspace) -> str:
    try:
        return newest_state(workspace)
    except StateUnusable:
        return ""  # it is lost


def _last_known(workspace: Workspace) -> str:
    """The state that the last sync of HEAD was made on, if it is still in the repository."""
    for sync in workspace.repository.syncs_between("", workspace.head.commit):
        named = sync.trailers.get("Sync-Base", "")
        if named and sync.trailers.get("Sync-With") != "sandbox":
            return workspace.repository.resolve(named) or ""
    return ""


def _is_whole(workspace: Workspace, commit: str) -> bool:
    try:
        read_metadata(workspace, commit)
    except StateUnusable:
        return False
    return True


def _of_mapping(workspace: Workspace, name: str, tip: str) -> Recorded:
    """One mapping's part of the newest commit in which it can be read, with nothing agreed upon."""
    if not tip:
        return Recorded()
    mapping = workspace.mappings[name]
    alone = replace(workspace, mappings={name: mapping})
    blobs = workspace.repository.list_tree(tip, [name])
    for sync in workspace.repository.log_syncs(tip, _LOOKED_AT):
        try:
            recorded = read_metadata(alone, sync.commit)[name]
        except StateUnusable:
            continue
        return replace(_unsettled(recorded, mapping), blobs=blobs)
    return Recorded(blobs=blobs)


def _unsettled(recorded: Recorded, mapping: DatabaseMapping) -> Recorded:
    fields = tuple(sorted(mapping.fields))
    entries = Entries.of(
        entry._replace(seen="", unsettled=fields, body="", body_at="")
        for entry in recorded.index.entries.values()
    )
    index = Index(entries, recorded.index.tombstones)
    return replace(recorded, index=index, mapping=None, stored={}, files={}, reading=None)
