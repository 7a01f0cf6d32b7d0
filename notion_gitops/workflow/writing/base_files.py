"""The record files of the state branch: the base, byte for byte as far as both sides agree."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from notion_gitops.engine.fields import same
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.records import BaseRecord, Record
from notion_gitops.model.values import Fields, with_digests
from notion_gitops.records.documents import parse_document
from notion_gitops.records.edits import FileEdits
from notion_gitops.records.reading import read_records
from notion_gitops.records.writing import change, edit_file
from notion_gitops.state.index import IndexEntry
from notion_gitops.workflow.workspace import Workspace
from notion_gitops.workflow.writing.moved import Moved


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
    entries = moved.compared.recorded.index.entries
    paths = {**{k: entries[k].file for k in moved.refreshed}, **moved.reworded}
    others = {k: path for k, path in paths.items() if moved.contents.get(path) is not None}
    places = {**{k: base.file for k, base in moved.records.items()}, **others}
    left = [k for k in (*moved.gone, *moved.renamed_from) if k in entries]
    left += [k for k, path in places.items() if k in entries and entries[k].file != path]
    # What is left goes first: two files may have swapped their places.
    changes: dict[str, bytes | None] = {entries[k].file: None for k in left if entries[k].file}
    for base in moved.records.values():
        content = moved.contents.get(base.file)
        if content is not None:
            changes[base.file] = _as_agreed(workspace, moved.mapping, base, content)
    for key, path in others.items():
        content = moved.contents[path] or b""
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
    return _as_agreed(workspace, moved.mapping, base, content, moved.taken_up(key))


def _readable_files(
    workspace: Workspace, moved: Moved, kept: Iterable[IndexEntry], state: str
) -> dict[str, bytes]:
    """Files of the base that stay, without the fields that mean something else from now on.

    The base is read with today's mapping in the next run. A word that this one no longer knows
    would make the whole record unreadable there, and a first contact of every field.
    """
    before, mapping = moved.compared.recorded.mapping, moved.mapping
    changed = moved.changed_meaning
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
    values = _deviations(mapping, record, base.fields, spared)
    return change(mapping, content, base.file, base.key, values) if values else content


def _deviations(
    mapping: DatabaseMapping, record: Record, agreed: Fields, spared: frozenset[str]
) -> Fields:
    fields = mapping.fields.items()
    return {
        n: agreed.get(n)
        for n, f in fields
        if n not in spared
        and not same(f, with_digests(record.value(n), {}), with_digests(agreed.get(n), {}))
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
    looked_at = {k: r for k, r in reading.records.items() if k not in untouched}
    deviating = {
        key: values
        for key, record in looked_at.items()
        if key in target
        and (values := _deviations(mapping, record, target[key], moved.taken_up(key)))
    }
    # Those that cannot be read are there all the same: nothing was agreed anew on them.
    lost = [each.key for each in reading.lost.values() if each.key is not None]
    twins = _twins(mapping, content, path) if lost else frozenset()
    deviating |= {
        key: {name: target[key].get(name) for name in mapping.fields}
        for key in sorted(set(lost) & target.keys() - twins)
    }
    there = {*reading.records, *lost} - twins
    edits = FileEdits(
        changed=deviating,
        added={key: target[key] for key in sorted(target.keys() - there)},
        removed=frozenset(twins | ({*looked_at, *lost} - target.keys())),
    )
    return {path: edit_file(mapping, content, path, edits) if edits.keys else content}


def _twins(mapping: DatabaseMapping, content: bytes, path: str) -> frozenset[str]:
    """The keys that a file holds more than once."""
    counts = Counter(slot.key for slot in parse_document(mapping, content, path).slots)
    return frozenset(key for key, count in counts.items() if key is not None and count > 1)


def _agreed_records(moved: Moved) -> dict[str, Fields]:
    """The values of all records that the base is to hold."""
    entries, before = moved.compared.recorded.index.entries, moved.compared.base.records
    target = {k: before[k].fields for k, e in entries.items() if e.file}
    for key in [*moved.gone, *moved.renamed_from]:
        target.pop(key, None)
    return {**target, **{key: base.fields for key, base in moved.records.items()}}
