"""What happened to one record, as it is shown: the latest first, old and new by field."""

from collections.abc import Iterator
from datetime import UTC, datetime

from notion_gitops.model.history import RecordEvent, RecordHistory
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.operations import Difference
from notion_gitops.report.document import Document, Item, Items, Paragraph, Section
from notion_gitops.report.redact import redact_history
from notion_gitops.report.reports import Report
from notion_gitops.report.show import cut_pair, short, value_text
from notion_gitops.report.story_sync import sync_text
from notion_gitops.text.words import count, moment

_VALUE = 200  # characters of a value
_NOTHING = "No commit and no sync tells of it."


def history_view(history: RecordHistory, mapping: DatabaseMapping) -> Report:
    """The events of a record.

    Args:
        history: of the record.
        mapping: its mapping; it says which fields are sensitive.
    """
    shown = redact_history(history, mapping)
    title = f"{shown.mapping}/{shown.key}" + (f'  "{shown.title}"' if shown.title else "")
    counted = f"{count(len(shown.events), 'event')}, the latest first; times in UTC"
    now = datetime.now(UTC)
    items = Items(tuple(_item(event, now) for event in shown.events))
    blocks = (items,) if shown.events else (Paragraph(_NOTHING),)
    notes = tuple(Section((Paragraph(note),)) for note in _notes(shown))
    document = Document(title, (Section(blocks, counted), *notes))
    return Report("record history", document, {"history": shown})


def _notes(history: RecordHistory) -> Iterator[str]:
    if history.more:
        yield "There are older events: -n shows more."
    if history.cut:
        yield "The clone is shallow: what came before it is not here."


def _item(event: RecordEvent, now: datetime) -> Item:
    if not event.commit:
        return Item(sync_text(event.sync, now) if event.sync else "")
    when = f"{moment(event.at, now)} UTC, {short(event.commit)}"
    who = f"{event.by}: {event.subject}" if event.by else event.subject
    return Item(f"{when}, {who}", tuple(_details(event, now)))


def _details(event: RecordEvent, now: datetime) -> Iterator[str]:
    if event.came:
        yield "the record is new"
    if event.went:
        yield "the record is gone"
    if event.key_before:
        yield f"another key; it was {event.key_before}"
    yield from map(_change, event.changes)
    if event.sync is not None:
        yield f"sync {sync_text(event.sync, now)}"


def _change(change: Difference) -> str:
    if change.before is None:
        return f"{change.field}: {cut_pair('', value_text(change.after), _VALUE)[1]}"
    before, after = cut_pair(value_text(change.before), value_text(change.after), _VALUE)
    return f"{change.field}: {before} -> {after}"
