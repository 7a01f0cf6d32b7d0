"""Step 6: the metadata of a sync, as the state branch keeps it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from notion_gitops.engine.advance import NOT_AS_SEEN, bury
from notion_gitops.mapping.fingerprints import fingerprint
from notion_gitops.model.mapping import BODY
from notion_gitops.model.outcomes import MappingHealth
from notion_gitops.model.people import People
from notion_gitops.model.records import BaseRecord, Tombstone
from notion_gitops.model.values import files_of
from notion_gitops.state.files import dump_files
from notion_gitops.state.index import IndexEntry, dump_index
from notion_gitops.state.readings import dump_reading
from notion_gitops.state.stored import dump_stored
from notion_gitops.state.sync import (
    KEY_PROPERTY,
    REBUILT,
    FieldSeen,
    PendingRecord,
    SyncState,
    dump_schema,
    dump_sync,
)
from notion_gitops.state.writing import moment
from notion_gitops.text.bodies import body_digest
from notion_gitops.workflow.reading.bodies import MARKER
from notion_gitops.workflow.reading.compared import Compared
from notion_gitops.workflow.workspace import Workspace, mapping_files
from notion_gitops.workflow.writing.moved import Moved
from notion_gitops.workflow.writing.next_reading import next_reading


@dataclass(frozen=True, slots=True)
class Facts:
    """What the metadata says of this sync besides the base."""

    sync_id: str
    at: datetime
    branch: str
    health: Mapping[str, MappingHealth]
    metrics: Mapping[str, int | float]
    people: People
    pending: Mapping[str, tuple[PendingRecord, ...]] = field(default_factory=dict)
    renamed: frozenset[str] = frozenset()  # mappings with records whose key changed
    rebuilt: bool = False  # it is no sync, but a rebuild


def metadata_changes(workspace: Workspace, moved: Moved, facts: Facts) -> dict[str, bytes | None]:
    """The metadata files of one mapping that change."""
    name, recorded = moved.mapping.name, moved.compared.recorded
    entries = _entries(moved, facts.renamed)
    stones = {**recorded.index.tombstones, **_tombstones(moved)}
    stones = {k: t for k, t in stones.items() if k not in entries}
    pages = dump_index(entries.values(), stones.values())
    texts: dict[str, str | None] = {f"{name}/pages/{p}": t for p, t in pages.items()}
    old_pages = (p for p in recorded.blobs if p.startswith(f"{name}/pages/"))
    texts |= {p: None for p in old_pages if p not in texts}
    texts[f"{name}/schema.json"] = dump_schema(_schema(moved.compared))
    texts[f"{name}/sync.yaml"] = dump_sync(_sync_state(moved, facts))
    reading = None if facts.rebuilt else next_reading(moved, entries, facts.people)
    if reading or recorded.reading:
        texts[f"{name}/reading.json"] = dump_reading(reading) if reading else None
    for key, base in moved.records.items():
        if base.stored:
            texts[f"{name}/notion/{key}.yaml"] = dump_stored(base.stored)
        elif key in recorded.stored:
            texts[f"{name}/notion/{key}.yaml"] = None
    attached = _attached(moved)
    if attached or recorded.files:
        texts[f"{name}/files.json"] = dump_files(attached) if attached else None
    gone = {*moved.gone, *moved.renamed_from} & recorded.stored.keys()
    texts |= {f"{name}/notion/{key}.yaml": None for key in gone}
    files = {p: t.encode() if t is not None else None for p, t in texts.items()}
    mapping = {f"{name}/{to}": text for to, text in mapping_files(workspace, name).items()}
    return {**files, **mapping}


def _attached(moved: Moved) -> dict[str, Mapping[str, str]]:
    """By key: the digests of the files in git that the agreed records name, by path."""
    attached = dict(moved.compared.recorded.files)
    for key in [*moved.gone, *moved.renamed_from]:
        attached.pop(key, None)
    for key, base in moved.records.items():
        refs = [r for value in base.fields.values() for r in files_of(value)]
        attached[key] = {r.path: r.digest for r in refs if r.path and r.digest}
    return {key: files for key, files in attached.items() if files}


def _entries(moved: Moved, renamed: frozenset[str]) -> dict[str, IndexEntry]:
    entries = _under_this_mapping(moved)
    for key in [*moved.gone, *moved.renamed_from]:
        entries.pop(key, None)
    for key, base in moved.records.items():
        unsettled = tuple(sorted(moved.mapping.fields.keys() - base.known))
        body = body_digest(_text(base)) if BODY in base.known and moved.mapping.body else ""
        entries[key] = IndexEntry(key, base.page_id, base.file, base.seen, unsettled, body)
    for key, path in moved.reworded.items():
        entries[key] = entries[key]._replace(file=path)
    for key, seen in moved.refreshed.items():
        entries[key] = entries[key]._replace(seen=seen)
    for key in _naming_old_keys(moved, renamed) & entries.keys():
        entries[key] = entries[key]._replace(seen=NOT_AS_SEEN)
    return {key: _with_reading(moved, entry) for key, entry in entries.items()}


def _naming_old_keys(moved: Moved, renamed: frozenset[str]) -> frozenset[str]:
    """Records whose files may name a record by the key that it had before this sync.

    Nothing changed in them when they come back: out of the trash, into the filter, off hold.
    """
    notion, fields = moved.compared.notion, moved.mapping.fields.values()
    related = any(field.to in renamed for field in fields)
    absent = notion.snapshot.absent.keys() if related else ()
    return frozenset({*notion.outdated, *absent}) - moved.records.keys()


def _text(base: BaseRecord) -> str | None:
    text = base.in_notion(BODY)
    return text if isinstance(text, str) else None


def _with_reading(moved: Moved, entry: IndexEntry) -> IndexEntry:
    """The entry with the time that its page's text was read at, if that is still the text."""
    if not entry.body:
        return entry
    renames = moved.compared.inputs.renames
    key = renames.get(entry.key, entry.key)
    before = moved.compared.recorded.index.entries.get(key)
    kept = before.body_at if before is not None and before.body == entry.body else ""
    if key in moved.compared.bodies.read:
        kept = moved.compared.bodies.trusted_at(key, entry.body)
    return entry._replace(body_at=kept)


def _under_this_mapping(moved: Moved) -> dict[str, IndexEntry]:
    """What the base held, without the fields that mean something else in today's mapping."""
    changed = moved.changed_meaning
    entries = dict(moved.compared.recorded.index.entries)
    if not changed:
        return entries
    return {
        key: e._replace(unsettled=tuple(sorted({*e.unsettled, *changed})), seen="")
        for key, e in entries.items()
    }


def _tombstones(moved: Moved) -> dict[str, Tombstone]:
    before, in_git = moved.compared.base.records, moved.compared.git.keys
    gone = (k for k in moved.gone if k in before)
    return {k: bury(moved.mapping, before[k], in_git=k in in_git) for k in gone}


def _schema(compared: Compared) -> dict[str, FieldSeen]:
    schema, mapping = compared.database.schema, compared.mapping
    seen = {}
    for name, spec in mapping.fields.items():
        prop = schema.properties.get(spec.property_name) if schema else None
        if spec.is_body:
            seen[name] = FieldSeen("", spec.type, fingerprint(spec))
        if prop is not None:
            seen[name] = FieldSeen(prop.id, prop.type, fingerprint(spec), prop.records_options)
    key = schema.properties.get(mapping.key.property_name or "") if schema else None
    if key is not None:
        seen[KEY_PROPERTY] = FieldSeen(key.id, key.type)
    return seen


def _sync_state(moved: Moved, facts: Facts) -> SyncState:
    name, before = moved.mapping.name, moved.compared.recorded.sync
    schema = moved.compared.database.schema
    return SyncState(
        mapping=name,
        lineage=before.lineage if before else str(uuid4()),
        serial=before.serial + 1 if before else 1,
        branch=facts.branch,
        database=schema.database_id if schema else "",
        data_source=schema.data_source_id if schema else "",
        last_success=before.last_success if before and facts.rebuilt else facts.at,
        sync_id=before.sync_id if before and facts.rebuilt else facts.sync_id,
        health=facts.health.get(name),
        metrics=facts.metrics,
        markers=_markers(moved, facts),
        pending=facts.pending.get(name, ()),
    )


def _markers(moved: Moved, facts: Facts) -> dict[str, str]:
    before = moved.compared.recorded.sync
    markers = dict(before.markers) if before else {}
    if facts.rebuilt:
        markers[REBUILT] = moment(facts.at)
    elif REBUILT in markers and not any(
        e.unsettled for e in _entries(moved, facts.renamed).values()
    ):
        del markers[REBUILT]
    return {**markers, MARKER: moment(facts.at)} if moved.compared.bodies.full else markers
