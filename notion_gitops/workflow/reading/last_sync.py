"""The syncs that touched a record, from the history of the state branch."""

from collections.abc import Iterator

from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.outcomes import LogEntry
from notion_gitops.model.story import RecordSync, SyncedConflict
from notion_gitops.repository.nouns import SyncCommit
from notion_gitops.state.log import Log, parse_log
from notion_gitops.state.reading import decode
from notion_gitops.workflow.workspace import Workspace

_LOG = "log.jsonl"


def last_sync(
    workspace: Workspace, state: str, mapping: DatabaseMapping, key: str, file: str
) -> RecordSync | None:
    """The newest sync that wrote the record, asked about it, or moved its base.

    Args:
        workspace: the workspace.
        state: the state branch's commit.
        mapping: the record's mapping.
        key: its key.
        file: the path of its file in the base; "" if it is not there.
    """
    if not state:
        return None
    logged = next(syncs_of(workspace, state, mapping.name, key), None)
    moved = None if mapping.git.single_file or not file else _moved(workspace, state, file)
    found = [each for each in (logged, moved) if each is not None]
    return max(found, key=lambda sync: sync.at, default=None)


def syncs_of(workspace: Workspace, state: str, mapping: str, key: str) -> Iterator[RecordSync]:
    """The commits whose logs name the record, the newest first; read as they are asked for.

    A log is replaced by the next, so the commit after it shows the same lines as taken away.

    Args:
        workspace: the workspace.
        state: the state branch's commit; "" if there is none.
        mapping: the record's mapping.
        key: its key, as the logs have it.
    """
    if not state:
        return
    literal = key.replace(".", "[.]")
    pattern = f'"mapping":"{mapping}","key":"{literal}"'
    for commit in workspace.repository.syncs_naming(state, _LOG, pattern):
        log = _read(workspace, commit.commit)
        steps = tuple(s for s in log.steps if (s.mapping, s.key) == (mapping, key))
        conflicts = tuple(
            SyncedConflict(c.field, c.take, c.reason, c.rule, c.rule_place)
            for c in log.conflicts
            if (c.mapping, c.key) == (mapping, key)
        )
        if steps or conflicts:
            yield _sync(commit, steps=steps, conflicts=conflicts)


def _moved(workspace: Workspace, state: str, file: str) -> RecordSync | None:
    """The newest commit that wrote the record's base."""
    newest = next(workspace.repository.first_parent_log(file, state), None)
    if newest is None:
        return None
    found = workspace.repository.log_syncs(newest.commit, limit=1)
    return _sync(found[0]) if found else None


def _read(workspace: Workspace, commit: str) -> Log:
    content = workspace.repository.read_file(commit, _LOG)
    return Log() if content is None else parse_log(decode(content, _LOG), _LOG)


def _sync(
    commit: SyncCommit,
    *,
    steps: tuple[LogEntry, ...] = (),
    conflicts: tuple[SyncedConflict, ...] = (),
) -> RecordSync:
    trailers = commit.trailers
    return RecordSync(
        sync_id=trailers.get("Sync-Id", ""),
        at=commit.time,
        commit=commit.commit,
        records_commit=trailers.get("Sync-Records", ""),
        steps=steps,
        conflicts=conflicts,
    )
