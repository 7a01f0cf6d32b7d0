"""What a record's operation is built from: the view of the record, and the builder."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from notion_gitops.model.mapping import DatabaseMapping, Mode
from notion_gitops.model.operations import (
    Action,
    Backup,
    Cause,
    Conflict,
    ConflictFile,
    EditTimes,
    Kind,
    Operation,
    Write,
)
from notion_gitops.model.records import Absence, BaseRecord, Record, Side, Tombstone
from notion_gitops.model.values import Fields


@dataclass(frozen=True, slots=True)
class RecordView:
    """Everything that is known of one record, on both sides and in the base."""

    key: str
    base: BaseRecord | None = None
    git: Record | None = None
    notion: Record | None = None
    absence: Absence | None = None  # why `notion` is None although the base has its page
    tombstone: Tombstone | None = None
    answers: ConflictFile | None = None
    # By field; None: of the record as a whole.
    times: Mapping[str | None, EditTimes] = field(default_factory=dict)
    renamed_from: str = ""
    # By field: texts that both sides edited, merged.
    merged_texts: Mapping[str, str] = field(default_factory=dict)


def build(
    mapping: DatabaseMapping,
    view: RecordView,
    kind: Kind,
    *,
    agreed: Fields | None = None,
    writes: tuple[Write, ...] = (),
    conflicts: tuple[Conflict, ...] = (),
    settled: frozenset[str] = frozenset(),
) -> Operation:
    """The operation for a record, with its names, places and backups filled in."""
    page = view.notion.page if view.notion else None
    file = view.git.file.path if view.git and view.git.file else ""
    return Operation(
        mapping=mapping.name,
        key=view.key,
        kind=kind,
        agreed=agreed or {},
        writes=writes,
        conflicts=conflicts,
        backups=_backups(mapping, view, writes),
        settled=settled,
        page_id=page.id if page else (view.base.page_id if view.base else ""),
        page_url=page.url if page else "",
        file=file or (view.base.file if view.base else ""),
        title=_title(view),
        renamed_from=view.renamed_from,
    )


def _backups(
    mapping: DatabaseMapping, view: RecordView, writes: tuple[Write, ...]
) -> tuple[Backup, ...]:
    """What the writes overwrite or delete: all of a deleted record, else the fields' old values."""
    kept = []
    for write in writes:
        record = view.git if write.side is Side.GIT else view.notion
        if record is None:
            continue
        if write.action is Action.DELETE:
            kept.append(Backup(mapping.name, view.key, write.side, record.fields, "deleted"))
            continue
        old = {
            c.difference.field: c.difference.before
            for c in write.changes
            if c.difference.before is not None and c.cause is not Cause.REFRESH
        }
        if old:
            kept.append(Backup(mapping.name, view.key, write.side, old, "overwritten"))
    return tuple(kept)


def _title(view: RecordView) -> str:
    for record in (view.git, view.notion):
        if record is not None and record.title:
            return record.title
    return ""


def key_is_wrong(mapping: DatabaseMapping, view: RecordView) -> bool:
    """Whether the page's key property must be written: it was edited there, or is to be filled."""
    page = view.notion.page if view.notion else None
    if page is None or mapping.key.property_name is None or mapping.mode is Mode.MIRROR:
        return False
    if page.key is None:
        # A renamed record's key can no longer be worked out from the page.
        return mapping.key.write_back or bool(view.renamed_from)
    return page.key != view.key
