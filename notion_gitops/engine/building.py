"""What a record's operation is built from: the view of the record, and the builder."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from notion_gitops.engine.files import agreed_pairs, known_here
from notion_gitops.model.mapping import DatabaseMapping, Mode
from notion_gitops.model.operations import (
    Action,
    Backup,
    Cause,
    Conflict,
    ConflictFile,
    EditTimes,
    FieldChange,
    Kind,
    Operation,
    Write,
)
from notion_gitops.model.records import Absence, BaseRecord, Record, Side, Tombstone
from notion_gitops.model.restores import Restore
from notion_gitops.model.values import Fields, files_of

DELETED = "deleted"
OVERWRITTEN = "overwritten"
_OVER_EMPTY = frozenset({Cause.RULE, Cause.RESOLVED, Cause.PUT_BACK})  # that too was an edit
_WHY = {
    Cause.EDIT: "edited in {other}",
    Cause.MERGED: "merged with {other}",
    Cause.RULE: 'rule "{rule}"',
    Cause.RESOLVED: "a person decided",
    Cause.FIRST: "first contact",
    Cause.PUT_BACK: "put back: {side}'s edits are not taken",
    Cause.DEFAULT: "as {other} has it",
    Cause.NEW: "a new record",
    Cause.RESTORED: "restored from {sync}",
}


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
    restore: Restore | None = None  # what a person wants back out of the backups
    twin: str = ""  # another record's key, if it differs from this one in capitals alone
    held: frozenset[str] = frozenset()  # fields that are on hold
    on_hold: bool = False  # it is so as a whole: nothing of it is decided


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
        held=view.held,
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
        at = (mapping.name, view.key, write.side)
        if write.action is Action.DELETE:
            kept.append(Backup(*at, _by_path(mapping, view, record.fields), DELETED))
            continue
        lost = [c for c in write.changes if _is_lost(c)]
        old = {c.difference.field: c.difference.before for c in lost}
        why = {c.difference.field: why_overwritten(c, write.side) for c in lost}
        key = _key_put_back(view, record) if write.key_to_write else ""
        if old or key:
            kept.append(Backup(*at, _by_path(mapping, view, old), OVERWRITTEN, why, key))
    return tuple(kept)


def _by_path(mapping: DatabaseMapping, view: RecordView, fields: Fields) -> Fields:
    """The values with Notion's files by their paths in git, by which alone they can come back."""
    names = [n for n in fields if n in mapping.fields and files_of(fields[n])]
    if view.base is None or not names:
        return fields
    here = {n: view.base.fields.get(n) for n in names}
    pairs = {n: agreed_pairs(here[n], view.base.in_notion(n)) for n in names}
    return {**fields, **{n: known_here(fields[n], here[n], pairs[n]) for n in names}}


def _is_lost(change: FieldChange) -> bool:
    """Whether a change takes a value away, or the emptiness that a person meant."""
    if change.cause is Cause.REFRESH:
        return False
    return change.difference.before is not None or change.cause in _OVER_EMPTY


def why_overwritten(change: FieldChange, side: Side) -> str:
    """What overwrites a value on a side, in a few words."""
    words = {"side": side.label, "other": side.other.label}
    return _WHY[change.cause].format(rule=change.rule, sync=change.sync, **words)


def _key_put_back(view: RecordView, record: Record) -> str:
    """What a person wrote into a page's key property; "" if it holds what we wrote there."""
    key = record.page.key if record.page else None
    return "" if key is None or key in (view.key, view.renamed_from) else key


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
