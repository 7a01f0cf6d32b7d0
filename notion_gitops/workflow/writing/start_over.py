"""A sync that others were faster than: what it recorded is taken back, and all is computed anew.

The commits of a rejected push are this machine's alone. Both branches go to what the remote has,
never by a merge of texts, and what was edited there counts like any other edit. The pages that were
written stay as they are: the next plan finds them equal, or finds an edit against them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from notion_gitops.model.creates import OpenCreate
from notion_gitops.model.errors import NotionGitopsError
from notion_gitops.model.operations import Kind
from notion_gitops.model.outcomes import Status, SyncResult
from notion_gitops.workflow.plan import Planned
from notion_gitops.workflow.reading.journal_lines import LEFT, lines
from notion_gitops.workflow.reading.state_branch import read_metadata
from notion_gitops.workflow.workspace import NEWEST_REF
from notion_gitops.workflow.writing.journal import Journal
from notion_gitops.workflow.writing.share import Remote


@dataclass(frozen=True, slots=True)
class _Ahead:
    """What the remote has by now."""

    branch: str
    state: str  # the newer one of the remote's and what the sync was planned on


def start_over(planned: Planned, result: SyncResult, remote: Remote) -> bool:
    """Put both branches to what the remote has, if somebody else pushed while the sync ran.

    The caller holds the workspace's lock. Until the next sync is recorded, the journal has the
    creates and the backups of this one.

    Returns:
        Whether it was done. It is not if the remote is where it was, if this branch has commits of
        people that the remote lacks, or if a file of the work tree is in the way.

    Raises:
        GitFailed: the remote cannot be reached.
    """
    workspace = planned.comparison.workspace
    ahead = _ahead(planned, remote) if result.state_commit else None
    if ahead is None:
        return False
    repository = workspace.repository
    ours = result.record_commit or workspace.head.commit
    journal = _journal(planned, result)
    for path, content in _changed(planned, ours, ahead.branch).items():
        journal.about_to_write(path, content)
    try:
        repository.move_work_tree(ours, ahead.branch)
    except NotionGitopsError:
        journal.end(_recorded(result))
        return False
    newest = repository.resolve(NEWEST_REF) or ""
    repository.update_refs(
        {
            workspace.head.ref: (ahead.branch, ours),
            workspace.state_ref: (ahead.state, result.state_commit),
            NEWEST_REF: (ahead.state, newest),
        }
    )
    return True


def forget_overtaken(private: Path, sync_id: str) -> None:
    """Drop what was kept of a sync that others were faster than: a later one has recorded it."""
    for path in private.glob(LEFT.format("*")):
        begun = (line.get("sync") for line in lines(path) if line.get("what") == "begin")
        if sync_id in begun:
            path.unlink()


def _ahead(planned: Planned, remote: Remote) -> _Ahead | None:
    """Where the branches are to go; None: nobody was faster, or they cannot go there."""
    workspace, base = planned.comparison.workspace, planned.comparison.state.commit
    repository = workspace.repository
    refs = (workspace.head.ref, workspace.state_ref)
    there = repository.fetch(remote.name, refs)
    branch, state = (there.get(ref, "") for ref in refs)
    unmoved = (branch, state) == (remote.branch, remote.state)
    if unmoved or not branch or not repository.is_ancestor(workspace.head.commit, branch):
        return None
    if not state or (base and repository.is_ancestor(state, base)):
        return _Ahead(branch, base)
    return _Ahead(branch, state) if not base or repository.is_ancestor(base, state) else None


def _journal(planned: Planned, result: SyncResult) -> Journal:
    workspace = planned.comparison.workspace
    recorded = read_metadata(workspace, result.state_commit)
    creates = {
        (mapping, key): OpenCreate(result.finished, recorded[mapping].index.entries[key].page_id)
        for mapping, key in _recorded(result)
        if result.plan.operations[mapping, key].kind is Kind.CREATE_PAGE
        and key in recorded[mapping].index.entries
    }
    journal = Journal.begin(workspace.private, result.sync_id, workspace.state_ref, creates)
    journal.keep(result.backups)
    return journal


def _recorded(result: SyncResult) -> set[tuple[str, str]]:
    return {(o.mapping, o.key) for o in result.outcomes if o.status is Status.APPLIED}


def _changed(planned: Planned, before: str, after: str) -> Mapping[str, bytes | None]:
    """The files that differ between two commits, as the second one has them."""
    repository = planned.comparison.workspace.repository
    paths = sorted(repository.differing(before, after, ["."]))
    blobs = repository.list_tree(after, paths)
    contents = repository.read_blobs(blobs.values())
    return {path: contents[blobs[path]] if path in blobs else None for path in paths}
