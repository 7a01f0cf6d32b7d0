"""What a shell offers at the Tab key. Notion is never asked, and nothing is ever said.

A shell waits for the answer at its prompt: a message has no place there, and neither has an error.
"""

from collections.abc import Callable, Iterable
from pathlib import Path

import click

from notion_gitops.records.files import list_files
from notion_gitops.workflow.conflicts import open_conflicts
from notion_gitops.workflow.reading.state_branch import read_metadata
from notion_gitops.workflow.workspace import Workspace, open_workspace

MOST = 500  # words

_Look = Callable[[Workspace, click.Context], Iterable[str]]
_Offer = Callable[[click.Context, click.Parameter, str], list[str]]


def _offering(look: _Look) -> _Offer:
    """The words that begin as what was typed; none if they cannot be found out."""

    def offer(ctx: click.Context, _param: click.Parameter, typed: str) -> list[str]:
        try:
            start = Path(ctx.params.get("start") or ".")
            workspace = open_workspace(start, sandbox=bool(ctx.params.get("sandbox")))
            found = sorted({word for word in look(workspace, ctx) if word.startswith(typed)})
        except Exception:  # noqa: BLE001  whatever is wrong here, a command will tell it
            return []
        return found[:MOST]

    return offer


def _mappings(workspace: Workspace, _ctx: click.Context) -> Iterable[str]:
    return workspace.mappings


def _keys(workspace: Workspace, name: str) -> set[str]:
    """The keys of the base, and those that file names tell."""
    mapping = workspace.mappings[name]
    state = workspace.repository.resolve(workspace.state_ref)
    known = read_metadata(workspace, state)[name].index.entries.keys() if state else ()
    files = [] if mapping.git.single_file else list_files(workspace.root, mapping)
    return {*known, *(path.rpartition("/")[2].rpartition(".")[0] for path in files)}


def _keys_of_mapping(workspace: Workspace, ctx: click.Context) -> Iterable[str]:
    return _keys(workspace, ctx.params["mapping"])


def _words(workspace: Workspace, ctx: click.Context) -> Iterable[str]:
    """Of ``[MAPPING] KEY [FIELD]``: what comes next."""
    match ctx.params.get("words") or ():
        case ():
            return workspace.mappings
        case (name,):
            return _keys(workspace, name)
        case (name, _):
            return workspace.mappings[name].fields
        case _:
            return ()


def _syncs(workspace: Workspace, _ctx: click.Context) -> Iterable[str]:
    syncs = workspace.repository.log_syncs(workspace.state_ref, MOST)
    return (s.trailers["Sync-Id"] for s in syncs if "Sync-Id" in s.trailers)


def _asked(workspace: Workspace, _ctx: click.Context) -> Iterable[str]:
    return open_conflicts(workspace)


mappings, keys, words = _offering(_mappings), _offering(_keys_of_mapping), _offering(_words)
syncs, asked = _offering(_syncs), _offering(_asked)
