"""A written file read back, and held against what was wanted."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from notion_gitops.formats.nodes import Node, Scalar, Table
from notion_gitops.formats.values import ValueReader
from notion_gitops.model.errors import InvalidInput
from notion_gitops.model.mapping import BODY, DatabaseMapping
from notion_gitops.model.people import People, Person
from notion_gitops.model.values import Value, canonical_body, with_digests
from notion_gitops.records.documents import BOM, Document, Slot, fields_of, parse_document
from notion_gitops.records.edits import CannotEdit, FileEdits, cannot_edit

Values = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Expected:
    """What an edit of one file was to do."""

    mapping: DatabaseMapping
    path: str
    edits: FileEdits
    before: bytes  # the file; empty if it is new
    document: Document | None  # the same, parsed

    def failed(self, key: str, why: str) -> CannotEdit:
        """The error, for one record."""
        return cannot_edit(self.path, key or self.edits.keys[0], why)


def checked(text: str, expected: Expected) -> bytes:
    """The new text as bytes, if it reads as wanted and all else as before.

    Raises:
        CannotEdit: it does not.
    """
    mapping, old, edits = expected.mapping, expected.document, expected.edits
    try:
        after = (BOM if expected.before.startswith(BOM) else b"") + text.encode()
        new = parse_document(mapping, after, expected.path)
    except (InvalidInput, UnicodeEncodeError) as error:
        raise expected.failed("", f"the result would not be readable ({error})") from None
    found = _by_key(new.slots)
    stay = {k: s for k, s in _by_key(old.slots if old else ()).items() if k not in edits.removed}
    counts = {key: len(slots) for key, slots in stay.items()} | dict.fromkeys(edits.added, 1)
    if {key: len(slots) for key, slots in found.items()} != counts:
        raise expected.failed("", "other records would appear or disappear")
    _check_text(old, new, expected)
    for key, slots in stay.items():
        for before, now in zip(slots, found[key], strict=True):
            _check_rest(before, now, expected)
    for key, values in {**edits.changed, **edits.added}.items():
        _check_values(found[key][0], values, expected)
    return after


def _by_key(slots: Iterable[Slot]) -> dict[str | None, list[Slot]]:
    """The records by key, those that have the same one in their order; None: those without."""
    found: dict[str | None, list[Slot]] = defaultdict(list)
    for slot in slots:
        found[slot.key].append(slot)
    return dict(found)


def _check_text(old: Document | None, new: Document, expected: Expected) -> None:
    """The text below the fields is as before, or as it was to become."""
    body, edits = expected.mapping.body, expected.edits
    written = [v for v in (*edits.changed.values(), *edits.added.values()) if body and BODY in v]
    if written:
        begin, end = new.body
        read = canonical_body(new.text[begin:end])
        if any(read != values[BODY] for values in written):
            raise expected.failed("", "the text below the fields would read back otherwise")
    elif old and old.text[old.front_end :] != new.text[new.front_end :]:
        raise expected.failed("", "the text below the fields would change")


def _check_rest(old: Slot, new: Slot, expected: Expected) -> None:
    changed = expected.edits.changed.get(old.key or "", {})
    if _rest(old, changed) != _rest(new, changed):
        raise expected.failed(old.key or "", "other fields would change")


def _rest(slot: Slot, changed: Values) -> dict[str, object]:
    """What the fields say that were not to change; empty ones count for nothing."""
    entries = slot.table.entries if slot.table is not None else ()
    shapes = {k.text: _shape(v) for k, v in entries if k.text not in changed}
    return {name: shape for name, shape in shapes.items() if shape is not None}


def _shape(node: Node) -> object:
    match node:
        case Scalar():
            return None if node.is_null else (node.text, node.plain)
        case Table(entries=entries):
            return tuple((k.text, _shape(v)) for k, v in entries)
        case _:
            return [_shape(n) for n in node.nodes]


def _check_values(slot: Slot, values: Values, expected: Expected) -> None:
    mapping, key = expected.mapping, slot.key or ""
    members = {m for v in values.values() if isinstance(v, frozenset) for m in v}
    names = members | {v for v in values.values() if isinstance(v, str)}
    # Whoever is named is known: who people are was settled before the value was written.
    reader = ValueReader(mapping.timezone, People({n: Person(n, n) for n in names}))
    try:
        entries = fields_of(mapping, slot.table)[0] if slot.table else ()
        found = {k.text: v for k, v in entries}
        for field in mapping.properties:
            if field.name not in values:
                continue
            # What is in a file that is named is not written, so it is not read back either.
            name, value = field.name, with_digests(values[field.name], {})
            read = reader.read(found.get(name), field)
            if read is None and value is False:
                continue  # a checkbox that is absent is not ticked
            if read != value or isinstance(read, bool) is not isinstance(value, bool):
                raise expected.failed(key, f"{name} would read back otherwise")
    except InvalidInput as error:
        raise expected.failed(key, f"it would not be valid: {error}") from None
