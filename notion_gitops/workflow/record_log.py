"""`log MAPPING KEY`: what happened to one record, from the history of both branches."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, islice, pairwise

from notion_gitops.engine.difference import differences
from notion_gitops.model.history import RecordEvent, RecordHistory
from notion_gitops.model.records import Record
from notion_gitops.model.values import Fields, Unknown
from notion_gitops.records.keys import path_for_new
from notion_gitops.workflow.plan import Planned
from notion_gitops.workflow.reading.find_record import Words
from notion_gitops.workflow.reading.last_sync import syncs_of
from notion_gitops.workflow.reading.record_history import RecordFile, by_name
from notion_gitops.workflow.reading.seen_record import Seen, look_up

LONGEST = 200  # events that are told if nobody says how many


def record_history(planned: Planned, words: Words, limit: int = LONGEST) -> RecordHistory:
    """The events of the record that is meant, the latest first.

    Args:
        planned: an offline plan, with what it was computed from.
        words: which record is meant.
        limit: only so many events.

    Raises:
        UsageError: there is no such record, or the word fits several.
    """
    seen = look_up(planned.comparison, planned.plan, words)
    events = _events(seen, limit + 1)
    git = seen.sides.git
    return RecordHistory(
        mapping=seen.mapping.name,
        key=seen.key,
        title=git.title if git else "",
        file=seen.file.path,
        events=tuple(events[:limit]),
        more=len(events) > limit,
        cut=planned.comparison.workspace.repository.is_shallow(),
    )


def _events(seen: Seen, most: int) -> list[RecordEvent]:
    """Commits and syncs; a sync and the commit of its records are one event."""
    workspace, state = seen.comparison.workspace, seen.comparison.state.commit
    found = list(islice(_commits(_file(seen)), most))
    keys = dict.fromkeys((seen.key, seen.old, *(event.key_before for event, _ in found)))
    syncs = [
        sync
        for key in keys
        if key
        for sync in islice(syncs_of(workspace, state, seen.mapping.name, key), most)
    ]
    of_commit = {sync.records_commit: sync for sync in syncs if sync.records_commit}
    commits = [
        replace(event, sync=of_commit.get(event.commit) if by_sync else None)
        for event, by_sync in found
    ]
    told = {event.commit for event in commits if event.sync}
    alone = (RecordEvent(s.at, sync=s) for s in syncs if s.records_commit not in told)
    # Of one second, a sync comes after the commits that it is about.
    return sorted((*commits, *alone), key=lambda e: (e.at, not e.commit), reverse=True)


def _file(seen: Seen) -> RecordFile:
    """Where the record stands; where it stood, if it is gone and its key tells."""
    where, by_key = seen.file, seen.mapping.git.folder is None
    if where.path or not by_key:
        return where
    return replace(where, path=path_for_new(seen.mapping, seen.key, {}))


def _commits(where: RecordFile) -> Iterator[tuple[RecordEvent, bool]]:
    """The commits in which the record is another than in the one before, newest first.

    Returns:
        Each with whether a sync made it.
    """
    if not where.path:
        return
    for newer, older in pairwise(chain(where.versions(), (None,))):
        if newer is None:
            return
        commit, now = newer
        before = older[1] if older else None
        known = older is not None or not commit.at_boundary  # what was there before it
        event = RecordEvent(
            at=commit.time,
            by=commit.author,
            commit=commit.commit,
            subject=commit.subject,
            came=known and before is None and now is not None,
            went=before is not None and now is None,
            key_before=before.key if before and now and before.key != now.key else "",
            changes=differences(_fields(before), _fields(now)) if known and now else (),
        )
        if event.came or event.went or event.key_before or event.changes:
            yield event, commit.by_sync


def _fields(record: Record | None) -> Fields:
    """What a version says, without what could not be read of it."""
    if record is None:
        return {}
    return {n: v for n, v in by_name(record).fields.items() if not isinstance(v, Unknown)}
