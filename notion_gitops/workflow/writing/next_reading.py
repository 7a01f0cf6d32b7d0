"""What a sync leaves to the next reading of a large database, which need not list all of it."""

from collections.abc import Iterator, Mapping

from notion_gitops.engine.advance import seen_digest
from notion_gitops.model.people import People
from notion_gitops.model.records import Absence, Record
from notion_gitops.notion.schema import Schema
from notion_gitops.state.index import IndexEntry
from notion_gitops.state.readings import LastReading
from notion_gitops.workflow.reading.how_read import bounds_of, fingerprint_of, is_large
from notion_gitops.workflow.writing.moved import Moved


def next_reading(
    moved: Moved, entries: Mapping[str, IndexEntry], people: People
) -> LastReading | None:
    """From when on edits are to be read, and what has to be looked at whatever its time says.

    None for a small mapping, and as long as there was no listing of all pages that is whole.
    """
    compared = moved.compared
    schema, pages, last = compared.database.schema, compared.notion.pages, compared.recorded.reading
    if schema is None or not is_large(len(entries)):
        return None
    if not pages.complete:
        return last
    if pages.since is None:
        last = _full(moved, schema, people)
    if last is None:
        return None
    absent = {k: why for k, why in compared.inputs.notion.absent.items() if k in entries}
    return LastReading(
        marker=moved.read_at,
        full=last.full,
        fingerprint=last.fingerprint,
        bounds=last.bounds,
        watched=frozenset(_watched(moved, entries, absent)),
        absent=absent,
    )


def _full(moved: Moved, schema: Schema, people: People) -> LastReading:
    pages = moved.compared.notion.pages
    created = (record.page.created for record in pages.decoded.values() if record.page)
    meaning = fingerprint_of(moved.mapping, schema, people)
    return LastReading(moved.planned_at, moved.planned_at, meaning, bounds_of(created))


def _watched(
    moved: Moved, entries: Mapping[str, IndexEntry], absent: Mapping[str, Absence]
) -> Iterator[str]:
    """The ids of the pages that say something which the base does not have, as last read.

    Such are drafts, copies of records, edits that wait for a person, and those that somebody made
    while the sync ran.
    """
    known = {entry.page_id: entry for entry in entries.values()}
    buried = {stone.page_id for stone in moved.compared.base.tombstones.values()}
    readings: dict[str, Record] = {**moved.compared.notion.pages.decoded, **moved.read_back}
    for page_id, record in readings.items():
        entry = known.get(page_id)
        says = seen_digest(moved.mapping, record.fields)
        if (page_id not in buried) if entry is None else entry.seen not in ("", says):
            yield page_id
    yield from (entries[key].page_id for key, why in absent.items() if why is Absence.UNPROVEN)
