"""Step 6: the records on the working branch, the base and the metadata on the state branch."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import uuid4

from notion_gitops.engine.advance import bury
from notion_gitops.engine.fields import same
from notion_gitops.mapping.fingerprints import fingerprint
from notion_gitops.model.mapping import BODY, DatabaseMapping
from notion_gitops.model.operations import Kind, Operation
from notion_gitops.model.outcomes import MappingHealth
from notion_gitops.model.records import BaseRecord, Record, Tombstone
from notion_gitops.model.values import Fields, files_of, with_digests
from notion_gitops.records.edits import FileEdits
from notion_gitops.records.reading import read_records
from notion_gitops.records.writing import change, edit_file
from notion_gitops.state.files import dump_files
from notion_gitops.state.index import IndexEntry, dump_index
from notion_gitops.state.stored import dump_stored
from notion_gitops.state.sync import (
    KEY_PROPERTY,
    FieldSeen,
    PendingRecord,
    SyncState,
    dump_schema,
    dump_sync,
)
from notion_gitops.state.writing import moment
from notion_gitops.text.bodies import body_digest
from notion_gitops.workflow.reading.bodies import MARKER
from notion_gitops.workflow.reading.compare import Compared
from notion_gitops.workflow.reading.state_branch import same_meaning
from notion_gitops.workflow.workspace import Workspace, mapping_files

Contents = Mapping[str, bytes | None]


@dataclass(frozen=True, slots=True)
class Moved:
    """How one mapping's base moves."""

    compared: Compared
    records: Mapping[str, BaseRecord]  # the new base of these keys
    refreshed: Mapping[str, str]  # keys whose derived values alone moved -> their new digest
    gone: Mapping[str, Operation]  # keys that are forgotten
    reworded: Mapping[str, str]  # keys whose file changed or moved, but no value -> its path
    contents: Mapping[str, bytes | None]  # record files as they are now, as far as known

    @property
    def mapping(self) -> DatabaseMapping:
        """The mapping."""
        return self.compared.mapping


@dataclass(frozen=True, slots=True)
class Facts:
    """What the metadata says of this sync besides the base."""

    sync_id: str
    at: datetime
    branch: str
    health: Mapping[str, MappingHealth]
    metrics: Mapping[str, int | float]
    pending: Mapping[str, tuple[PendingRecord, ...]] = field(default_factory=dict)


def base_changes(workspace: Workspace, moved: Moved, state: str) -> dict[str, bytes | None]:
    """The record files of the state branch that change: both sides agreed on other values now.

    They are the files of the work tree, byte for byte, except where a field is still in dispute
    or was not agreed: there the last agreed value stands.

    Args:
        workspace: the workspace.
        moved: how the base of one mapping moves.
        state: the commit of the state branch that it moves on from.
    """
    if moved.mapping.git.single_file:
        return _single_file(workspace, moved)
    changes = _moved_files(workspace, moved)
    kept = [e for e in moved.compared.recorded.index.entries.values() if e.file not in changes]
    return {**_readable_files(workspace, moved, kept, state), **changes}


def _moved_files(workspace: Workspace, moved: Moved) -> dict[str, bytes | None]:
    changes: dict[str, bytes | None] = {}
    entries = moved.compared.recorded.index.entries
    for key in [*moved.gone, *(r for r in _renamed_from(moved))]:
        if key in entries and entries[key].file:
            changes[entries[key].file] = None
    for key, base in moved.records.items():
        if key in entries and entries[key].file not in ("", base.file):
            changes[entries[key].file] = None
        content = moved.contents.get(base.file)
        if content is not None:
            changes[base.file] = _as_agreed(workspace, moved.mapping, base, content)
    paths = {**{k: entries[k].file for k in moved.refreshed}, **moved.reworded}
    for key, path in paths.items():
        content = moved.contents.get(path)
        if content is not None:
            if entries[key].file != path:
                changes[entries[key].file] = None
            changes[path] = _not_agreed_anew(workspace, moved, key, path, content)
    return changes


def _not_agreed_anew(
    workspace: Workspace, moved: Moved, key: str, path: str, content: bytes
) -> bytes:
    """The file of a record that nothing was agreed on but its wording and its derived values.

    What was edited in it and could not be sent (a value that is refused, a page that is out of
    reach) is no agreement: in the base stands what stood there.
    """
    if key not in moved.compared.inputs.candidates:
        return content  # nobody edited it
    base = replace(moved.compared.base.records[key], file=path)
    fields = moved.mapping.fields.items()
    refreshed = {n for n, f in fields if f.derived} if key in moved.refreshed else set()
    return _as_agreed(workspace, moved.mapping, base, content, frozenset(refreshed))


def _readable_files(
    workspace: Workspace, moved: Moved, kept: Iterable[IndexEntry], state: str
) -> dict[str, bytes]:
    """Files of the base that stay, without the fields that mean something else from now on.

    The base is read with today's mapping in the next run. A word that this one no longer knows
    would make the whole record unreadable there, and a first contact of every field.
    """
    before, mapping = moved.compared.recorded.mapping, moved.mapping
    changed = _changed_meaning(moved)
    if before is None or not changed:
        return {}
    keys = {e.file: e.key for e in kept if e.file}
    blobs = workspace.repository.list_tree(state, sorted(keys))
    contents = workspace.repository.read_blobs(blobs.values())
    readable: dict[str, bytes] = {}
    for path, blob in blobs.items():
        key, content = keys[path], contents[blob]
        if key in read_records(mapping, {path: content}, workspace.people).records:
            continue
        record = read_records(before, {path: content}, workspace.people).records.get(key)
        if record is not None:
            cleared: Fields = dict.fromkeys(changed & record.fields.keys())
            readable[path] = change(before, content, path, key, cleared)
    return readable


def _changed_meaning(moved: Moved) -> set[str]:
    """The fields that mean something else in today's mapping than when the base was written."""
    mapping, recorded = moved.mapping, moved.compared.recorded
    return {name for name in mapping.fields if not same_meaning(mapping, recorded, name)}


def _renamed_from(moved: Moved) -> Iterable[str]:
    renames = moved.compared.inputs.renames
    return (old for new, old in renames.items() if new in moved.records)


def _as_agreed(
    workspace: Workspace,
    mapping: DatabaseMapping,
    base: BaseRecord,
    content: bytes,
    spared: frozenset[str] = frozenset(),
) -> bytes:
    """A record's file with the agreed values in it, but for the fields that are spared."""
    reading = read_records(mapping, {base.file: content}, workspace.people)
    record = reading.records.get(base.key)
    if record is None:
        return content
    deviations = _deviations(mapping, record, base.fields).items()
    values = {name: value for name, value in deviations if name not in spared}
    return change(mapping, content, base.file, base.key, values) if values else content


def _deviations(mapping: DatabaseMapping, record: Record, agreed: Fields) -> Fields:
    fields = mapping.fields.items()
    return {
        n: agreed.get(n)
        for n, f in fields
        if not same(f, with_digests(record.value(n), {}), with_digests(agreed.get(n), {}))
    }


def _single_file(workspace: Workspace, moved: Moved) -> dict[str, bytes | None]:
    """One file holds all records: what is not agreed is taken out, what is agreed put back."""
    mapping, path = moved.mapping, moved.mapping.git.path
    content = moved.contents.get(path)
    target = _agreed_records(moved)
    if content is None:
        return {} if target else {path: None}
    reading = read_records(mapping, {path: content}, workspace.people)
    untouched = moved.compared.recorded.index.entries.keys() - moved.compared.inputs.candidates
    untouched |= moved.refreshed.keys()
    looked_at = {k: r for k, r in reading.records.items() if k not in untouched}
    deviating = {
        key: values
        for key, record in looked_at.items()
        if key in target and (values := _deviations(mapping, record, target[key]))
    }
    edits = FileEdits(
        changed=deviating,
        added={key: target[key] for key in sorted(target.keys() - reading.records.keys())},
        removed=frozenset(looked_at.keys() - target.keys()),
    )
    return {path: edit_file(mapping, content, path, edits) if edits.keys else content}


def _agreed_records(moved: Moved) -> dict[str, Fields]:
    """The values of all records that the base is to hold."""
    entries, before = moved.compared.recorded.index.entries, moved.compared.base.records
    target = {k: before[k].fields for k, e in entries.items() if e.file}
    for key in [*moved.gone, *_renamed_from(moved)]:
        target.pop(key, None)
    return {**target, **{key: base.fields for key, base in moved.records.items()}}


def metadata_changes(workspace: Workspace, moved: Moved, facts: Facts) -> dict[str, bytes | None]:
    """The metadata files of one mapping that change."""
    name, recorded = moved.mapping.name, moved.compared.recorded
    entries = _entries(moved)
    stones = {**recorded.index.tombstones, **_tombstones(moved)}
    stones = {k: t for k, t in stones.items() if k not in entries}
    pages = dump_index(entries.values(), stones.values())
    texts: dict[str, str | None] = {f"{name}/pages/{p}": t for p, t in pages.items()}
    old_pages = (p for p in recorded.blobs if p.startswith(f"{name}/pages/"))
    texts |= {p: None for p in old_pages if p not in texts}
    texts[f"{name}/schema.json"] = dump_schema(_schema(moved.compared))
    texts[f"{name}/sync.yaml"] = dump_sync(_sync_state(moved, facts))
    for key, base in moved.records.items():
        if base.stored:
            texts[f"{name}/notion/{key}.yaml"] = dump_stored(base.stored)
        elif key in recorded.stored:
            texts[f"{name}/notion/{key}.yaml"] = None
    attached = _attached(moved)
    if attached or recorded.files:
        texts[f"{name}/files.json"] = dump_files(attached) if attached else None
    gone = {*moved.gone, *_renamed_from(moved)} & recorded.stored.keys()
    texts |= {f"{name}/notion/{key}.yaml": None for key in gone}
    files = {p: t.encode() if t is not None else None for p, t in texts.items()}
    mapping = {f"{name}/{to}": text for to, text in mapping_files(workspace, name).items()}
    return {**files, **mapping}


def _attached(moved: Moved) -> dict[str, Mapping[str, str]]:
    """By key: the digests of the files in git that the agreed records name, by path."""
    attached = dict(moved.compared.recorded.files)
    for key in [*moved.gone, *_renamed_from(moved)]:
        attached.pop(key, None)
    for key, base in moved.records.items():
        refs = [r for value in base.fields.values() for r in files_of(value)]
        attached[key] = {r.path: r.digest for r in refs if r.path and r.digest}
    return {key: files for key, files in attached.items() if files}


def _entries(moved: Moved) -> dict[str, IndexEntry]:
    entries = _under_this_mapping(moved)
    for key in [*moved.gone, *_renamed_from(moved)]:
        entries.pop(key, None)
    for key, base in moved.records.items():
        unsettled = tuple(sorted(moved.mapping.fields.keys() - base.known))
        body = body_digest(_text(base)) if BODY in base.known and moved.mapping.body else ""
        entries[key] = IndexEntry(key, base.page_id, base.file, base.seen, unsettled, body)
    for key, path in moved.reworded.items():
        entries[key] = entries[key]._replace(file=path)
    for key, seen in moved.refreshed.items():
        entries[key] = entries[key]._replace(seen=seen)
    return {key: _with_reading(moved, entry) for key, entry in entries.items()}


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
    changed = _changed_meaning(moved)
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
        last_success=facts.at,
        sync_id=facts.sync_id,
        health=facts.health.get(name),
        metrics=facts.metrics,
        markers=_markers(moved, facts),
        pending=facts.pending.get(name, ()),
    )


def _markers(moved: Moved, facts: Facts) -> dict[str, str]:
    before = moved.compared.recorded.sync
    markers = dict(before.markers) if before else {}
    return {**markers, MARKER: moment(facts.at)} if moved.compared.bodies.full else markers


def forgets(operation: Operation) -> bool:
    """Whether the record leaves the base when the operation succeeds."""
    return operation.kind in {Kind.FORGET, Kind.DELETE_FILE, Kind.DELETE_PAGE}
