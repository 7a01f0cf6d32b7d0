"""A merged record file: the decided values in the text of a person's file, all else as it was.

The decided values are first written into all three versions of the file. What then still differs
between them is what no field covers (comments, further keys, the order, the spelling), and that is
merged as text. Whatever comes out is read back: unless it says what was decided, and keeps what
either branch wrote besides, it is not taken.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from notion_gitops.model.branches import RecordMerge
from notion_gitops.model.errors import InvalidInput
from notion_gitops.model.mapping import DatabaseMapping, PropertyType
from notion_gitops.model.people import People
from notion_gitops.model.records import Record
from notion_gitops.model.values import Fields, Value, with_digests
from notion_gitops.records.documents import BOM
from notion_gitops.records.edits import FileEdits
from notion_gitops.records.transplant import transplanted
from notion_gitops.records.versions import (
    Contents,
    FileVersions,
    Version,
    read_version,
    rest_is_kept,
)
from notion_gitops.records.writing import edit_file
from notion_gitops.text.markers import Marking, with_markers

MergeText = Callable[[Contents], tuple[bytes, bool]]
"""Merges three texts line by line; whether it came out clean, else with conflict markers."""

Merges = Mapping[str, RecordMerge]


@dataclass(frozen=True, slots=True)
class Task:
    """The merge of one file."""

    mapping: DatabaseMapping
    path: str
    people: People
    at: FileVersions
    merges: Merges  # by key, of all records of all versions
    merge_text: MergeText

    @property
    def wanted(self) -> dict[str, Fields]:
        """What the records are to say; what is open says what this branch says."""
        return {k: m.fields for k, m in self.merges.items() if m.fields is not None}

    @property
    def asked(self) -> frozenset[str]:
        """The records that one branch deleted and the other edited."""
        return frozenset(k for k, m in self.merges.items() if any(c.deleted for c in m.open))


def merged_file(task: Task, marking: Callable[[], Marking]) -> tuple[bytes, bool]:
    """The merged file, and whether it is clean; what is open stands between markers.

    Raises:
        CannotEdit: a version of the file is written so that values cannot be put into it.
    """
    found = next((v for c in _candidates(task) if (v := _if_right(task, c)) is not None), None)
    if found is None:
        return _text_left(task, marking)
    if not any(merge.open for merge in task.merges.values()):
        return found.content, True
    return _marked(task, found, marking()), False


# --- the text that holds what was decided ------------------------------------------------


def _candidates(task: Task) -> Iterator[bytes]:
    """What the file may become, the most faithful first."""
    base, here, there = (_towards(task, v, task.wanted, task.at.here) for v in _versions(task))
    if there in (base, here):
        yield here
        return
    if base == here:
        yield there
        return
    yield from _clean(task, Contents(base, here, there))
    yield here
    yield there
    yield from _clean(task, Contents(*(_spelled_alike(task, v) for v in _versions(task))))


def _clean(task: Task, contents: Contents) -> Iterator[bytes]:
    merged, clean = task.merge_text(contents)
    if clean:
        yield merged


def _versions(task: Task) -> tuple[Version, Version, Version]:
    return task.at.base, task.at.here, task.at.there


def _towards(task: Task, version: Version, wanted: Mapping[str, Fields], chosen: Version) -> bytes:
    """The version with the records that are wanted; only the lines of what changes differ.

    Records that are open as a whole stand as in the version that is chosen, to the letter.
    """
    edits = FileEdits(
        changed={
            key: changed
            for key, fields in wanted.items()
            if (record := version.records.get(key)) is not None
            and (changed := _changed(task.mapping, record, fields))
        },
        added={key: fields for key, fields in wanted.items() if key not in version.records},
        removed=frozenset(version.records.keys() - wanted.keys()),
    )
    content = _edited(task, version.content, edits)
    whole = task.asked & wanted.keys() & chosen.records.keys() if version is not chosen else ()
    return transplanted(task.mapping, task.path, whole, content, chosen.content)


def _edited(task: Task, content: bytes, edits: FileEdits) -> bytes:
    if not edits.keys:
        return content
    return edit_file(task.mapping, content or None, task.path, edits) or b""


def _changed(mapping: DatabaseMapping, record: Record, fields: Fields) -> dict[str, Value]:
    names = mapping.fields
    before, after = _said(mapping, record.fields), _said(mapping, fields)
    return {n: fields.get(n) for n in names if before.get(n) != after.get(n)}


def _said(mapping: DatabaseMapping, fields: Fields) -> dict[str, object]:
    """What fields say, to be compared: a box that is not ticked says nothing.

    What is in a file that is named is not said either. Python takes True and 1 for equal.
    """
    return {
        name: (isinstance(value, bool), with_digests(value, {}))
        for name, value in fields.items()
        if value is not False or mapping.fields[name].type is not PropertyType.CHECKBOX
    }


def _spelled_alike(task: Task, version: Version) -> bytes:
    """The version with what both branches changed written anew, so that it reads alike in all.

    Else two lists with the same members in another order, or the same value in other quotes, would
    be in each other's way as text.
    """
    again = frozenset(k for k in task.wanted if k not in task.at.base.records)
    before = {k: fields for k, fields in task.wanted.items() if k not in again}
    cleared = {key: _without(task, key, fields) for key, fields in before.items()}
    content = _towards(task, version, cleared, task.at.here)
    step = read_version(task.mapping, task.path, content, task.people)
    return _towards(task, step, task.wanted, task.at.here)


def _without(task: Task, key: str, fields: Fields) -> Fields:
    """The fields without those that both branches changed."""
    base, here, there = (v.records.get(key) for v in _versions(task))
    if base is None or here is None or there is None:
        return fields
    return {n: v for n, v in fields.items() if base.value(n) in (here.value(n), there.value(n))}


def _if_right(task: Task, content: bytes) -> Version | None:
    """A text, read, if it says exactly what was decided and keeps what no field covers."""
    try:
        found = read_version(task.mapping, task.path, content, task.people)
    except InvalidInput:
        return None
    said = {key: _said(task.mapping, r.fields) for key, r in found.records.items()}
    wanted = {key: _said(task.mapping, fields) for key, fields in task.wanted.items()}
    return found if said == wanted and rest_is_kept(task.at, found, task.asked) else None


# --- what is left to a person ------------------------------------------------------------


def _marked(task: Task, now: Version, marking: Marking) -> bytes:
    """The text with both versions of what is open, between markers."""
    there = _towards(task, now, _with(task, lambda merge: merge.there), task.at.there)
    base = _towards(task, now, _with(task, lambda merge: merge.base), task.at.base)
    return _all_marked(Contents(base, now.content, there), marking)


def _all_marked(contents: Contents, marking: Marking) -> bytes:
    texts = (contents.here, contents.base, contents.there)
    here, ancestor, other = (c.removeprefix(BOM).decode() for c in texts)
    bom = BOM if contents.here.startswith(BOM) else b""
    return bom + with_markers(here, ancestor, other, marking).encode()


def _with(task: Task, side: Callable[[RecordMerge], Fields | None]) -> dict[str, Fields]:
    """The records with one side's values of what is open."""
    chosen = {k: side(m) if m.open else m.fields for k, m in task.merges.items()}
    return {key: fields for key, fields in chosen.items() if fields is not None}


def _text_left(task: Task, marking: Callable[[], Marking]) -> tuple[bytes, bool]:
    """What no field covers is in each other's way: the rest as decided, and git marks that.

    Where git sees nothing in the way, as where either branch added the same key in another place,
    all that differs is marked.
    """
    at = task.at
    here = _towards(task, at.here, task.wanted, at.here)
    there = _towards(task, at.there, _with(task, lambda merge: merge.there), at.there)
    base = _towards(task, at.base, _with(task, lambda merge: merge.base), at.base)
    contents = Contents(base, here, there)
    merged, clean = task.merge_text(contents)
    return (_all_marked(contents, marking()) if clean else merged), False
