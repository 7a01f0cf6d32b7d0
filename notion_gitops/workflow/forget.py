"""`state forget`: one mapping's base is dropped, so that it begins anew, as at first contact."""

from dataclasses import dataclass

from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import StateUnusable, UsageError
from notion_gitops.model.nearest import nearest
from notion_gitops.records.files import is_record_path
from notion_gitops.state.index import parse_index
from notion_gitops.state.reading import decode
from notion_gitops.text.words import listed
from notion_gitops.workflow.reading.newest_state import newest_state
from notion_gitops.workflow.workspace import Workspace
from notion_gitops.workflow.writing.state_ref import adopt_state, commit_state, next_serial

_NAMED = 5  # mappings


@dataclass(frozen=True, slots=True)
class Forgetting:
    """What is to be dropped from the state branch."""

    mapping: str
    state: str  # commit
    records: int  # that are agreed upon
    files: tuple[str, ...]  # all of the branch that go


def find_base(workspace: Workspace, name: str) -> Forgetting:
    """What the state branch holds of a mapping, which need not be one of this workspace any more.

    Raises:
        UsageError: it holds nothing of a mapping of that name.
        StateUnusable, Refused: as `newest_state`.
    """
    state = newest_state(workspace)
    # Records are in a folder of their own; no mapping can be called so, or have a / in its name.
    fits = state and "/" not in name and name != "state"
    ours = workspace.repository.list_tree(state, [name]) if fits else {}
    if not ours:
        raise UsageError(_nothing(workspace, name))
    files = _record_files(workspace, ours, name)
    there = workspace.repository.list_tree(state, sorted(files))
    return Forgetting(name, state, len(files), tuple(sorted({*ours, *there})))


def forget(workspace: Workspace, what: Forgetting) -> str:
    """Drop a mapping's base; the commit. Its history stays on the branch, and its backups."""
    adopt_state(workspace, what.state)
    message = (
        f"Forget the base of {what.mapping}\n\nSync-Records: {workspace.head.commit}\n"
        f"Sync-Serial: {next_serial(workspace, what.state)}\n"
    )
    return commit_state(workspace, what.state, dict.fromkeys(what.files), message)


def _record_files(workspace: Workspace, blobs: dict[str, str], name: str) -> set[str]:
    """The record files of the base: those that its index names, if it can be read."""
    pages = {p: b for p, b in blobs.items() if p.startswith(f"{name}/pages/")}
    contents = workspace.repository.read_blobs(pages.values())
    folder = f"{name}/pages/"
    try:
        texts = {p.removeprefix(folder): decode(contents[b], p) for p, b in pages.items()}
        files = set(parse_index(texts, f"{name}/pages").entries.files.values()) - {""}
    except StateUnusable:
        files = set()
    if name in workspace.mappings:
        files.add(workspace.mappings[name].git.path)
    others = [m for n, m in workspace.mappings.items() if n != name]
    return {f for f in files if not any(is_record_path(m, f) for m in others)}


def _nothing(workspace: Workspace, name: str) -> Diagnostic:
    known = sorted(workspace.mappings.keys() - {name})
    near = nearest(name, known)
    fix = f'Did you mean "{near}"?' if near else f"Other mappings: {listed(known, _NAMED)}."
    return Diagnostic(f'nothing was ever synced by a mapping "{name}"', fix=fix)
