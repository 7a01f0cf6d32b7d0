"""What syncs overwrote and deleted: from the history of the state branch, and from journals."""

from collections.abc import Iterable, Iterator, Sequence

from notion_gitops.model.backups import KeptBackup, KeptSync, Synced
from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import StateUnusable, UsageError
from notion_gitops.model.nearest import nearest
from notion_gitops.report.follow_up import FollowUp
from notion_gitops.state.backups import BACKUPS, parse_backups
from notion_gitops.state.reading import decode
from notion_gitops.text.words import listed
from notion_gitops.workflow.reading.journal_lines import unfinished_syncs
from notion_gitops.workflow.reading.newest_state import KEPT, synced
from notion_gitops.workflow.workspace import Workspace

_NAMED = 5  # syncs in a message


def kept_syncs(workspace: Workspace, state: str) -> tuple[KeptSync, ...]:
    """All syncs that are known of, the latest first, also those that overwrote nothing.

    Git is asked three times for a branch, however long its history is.

    Args:
        workspace: the workspace.
        state: the state branch's commit; "" if there is none.

    A sync whose backups cannot be read says why, and does not keep those of the others back.
    """
    kept = workspace.repository.refs(f"refs/heads/{KEPT}*").values()
    tips = [state, *(() if workspace.sandbox else kept)] if state else ()
    recorded = {s.sync_id: s for tip in tips for s in _recorded(workspace, tip)}
    left = unfinished_syncs(workspace.private, workspace.state_ref)
    unfinished = (sync for sync in left if sync.sync_id not in recorded)
    every = (*recorded.values(), *unfinished)
    return tuple(sorted(every, key=lambda sync: sync.at, reverse=True))


def _recorded(workspace: Workspace, state: str) -> Iterator[KeptSync]:
    repository = workspace.repository
    # Other commits (an import's) leave the file as the sync before them wrote it.
    syncs = [s for s in repository.log_syncs(state) if "Sync-Id" in s.trailers]
    blobs = repository.file_in(BACKUPS, [s.commit for s in syncs])
    contents = repository.read_blobs(blobs.values())
    read = {blob: _parsed(content) for blob, content in contents.items()}
    for sync in syncs:
        backups, damage = read[blobs[sync.commit]] if sync.commit in blobs else ((), "")
        yield KeptSync(sync.trailers["Sync-Id"], sync.time, sync.commit, backups, damage)


def _parsed(content: bytes) -> tuple[tuple[KeptBackup, ...], str]:
    """The backups of one sync, or why they cannot be read."""
    try:
        return parse_backups(decode(content, BACKUPS)), ""
    except StateUnusable as error:
        return (), error.diagnostics[0].summary


def find_sync(workspace: Workspace, syncs: Sequence[KeptSync], word: str) -> KeptSync:
    """The sync that is meant: by its id, the beginning of one, or the letters at its end.

    Args:
        workspace: the workspace.
        syncs: all that are known of.
        word: what was typed.

    Raises:
        UsageError: there is none, or there are several.
        StateUnusable: its backups are damaged, or a newer version wrote them.
    """
    exact = [s for s in syncs if s.sync_id == word]
    found = exact or [s for s in syncs if word and _means(word, s.sync_id)]
    if len(found) == 1:
        if found[0].damage:
            raise StateUnusable(_damaged(found[0]))
        return found[0]
    if found:
        shown = listed([s.sync_id for s in found], _NAMED)
        raise UsageError(Diagnostic(f'"{word}" can be {shown}', fix="Write more of it."))
    raise UsageError(Diagnostic(f'there is no sync "{word}"', fix=_nearest(workspace, syncs, word)))


def _damaged(sync: KeptSync) -> Diagnostic:
    return Diagnostic(
        f"the backups of sync {sync.sync_id} cannot be read",
        detail=sync.damage,
        fix=f"git show {sync.commit}:{BACKUPS} shows them; a newer notion-gitops may read them.",
    )


def _means(word: str, sync_id: str) -> bool:
    return sync_id.casefold().startswith(word.casefold()) or _tail(sync_id) == word.casefold()


def _tail(sync_id: str) -> str:
    return sync_id.rpartition("-")[2]


def _nearest(workspace: Workspace, syncs: Iterable[KeptSync], word: str) -> str:
    names = {name: s.sync_id for s in syncs for name in (s.sync_id, _tail(s.sync_id))}
    near = nearest(word, names)
    if near:
        return f'Did you mean "{names[near]}"?'
    if not names and synced(workspace, "") is Synced.SANDBOX:
        return "Nothing was synced yet, but with the sandbox: for that add --sandbox."
    there = FollowUp(sandbox=workspace.sandbox).recorded("backups list")
    return f"{there} shows what there is; a shallow clone has only the last syncs."
