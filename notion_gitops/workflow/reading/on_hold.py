"""What of a mapping is on hold now, and what that means for the records that relate to it."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime

from notion_gitops.engine.building import RecordView
from notion_gitops.engine.holds import Holds, in_force, waits_as_a_whole
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.records import Record
from notion_gitops.model.values import Unknown, Value
from notion_gitops.workflow.reading.changed_keys import Renames
from notion_gitops.workflow.reading.git_side import GitSide
from notion_gitops.workflow.reading.notion_side import NotionSide
from notion_gitops.workflow.workspace import Workspace


def holds_at(workspace: Workspace, name: str, moment: datetime) -> Holds:
    """What of a mapping is on hold on the day of a moment, in UTC."""
    return in_force(workspace.holds_of(name), moment.astimezone(UTC).date())


def without_pages(
    mapping: DatabaseMapping, holds: Holds, git: GitSide, there: Collection[str], renames: Renames
) -> dict[str, str]:
    """The records in git that are on hold and get no page for it: nothing can relate to them yet.

    Each with the key that its page has, if it was renamed, else "".

    Args:
        mapping: the mapping.
        holds: what of it is on hold.
        git: its records in git.
        there: keys of the records that have a page.
        renames: a page has the old key as long as its record is on hold.
    """
    if not holds:
        return {}
    found = dict(renames.held)
    for key in git.keys - set(there) - renames.found.keys():
        record = git.snapshot.records.get(key)
        held = holds.fields(mapping.fields, key)
        view = RecordView(key, git=record, held=held)
        if holds.record(key) is not None or waits_as_a_whole(mapping, view):
            found.setdefault(key, "")
    return found


def without_untold(
    mapping: DatabaseMapping, side: NotionSide, unread: Collection[str]
) -> NotionSide:
    """The Notion side without relations to pages that nobody knows the key of.

    They are in a database that is on hold and could not be read. By their ids they would come
    into the files as pages outside of the mapping.
    """
    specs = [f.name for f in mapping.fields.values() if f.to in unread]
    if not specs:
        return side
    records = {key: _told(record, specs) for key, record in side.snapshot.records.items()}
    return replace(side, snapshot=replace(side.snapshot, records=records))


def _told(record: Record, names: Collection[str]) -> Record:
    unknown: dict[str, Value] = {
        name: Unknown("it leads to a database that is on hold and could not be read")
        for name in names
        if isinstance(value := record.value(name), frozenset)
        and any(member.startswith("page:") for member in value)
    }
    return replace(record, fields={**record.fields, **unknown}) if unknown else record
