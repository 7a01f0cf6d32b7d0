"""A written file read back, and held against what was wanted."""

from collections.abc import Mapping
from dataclasses import dataclass

from notion_gitops.formats.nodes import Node, Scalar, Table
from notion_gitops.formats.values import ValueReader
from notion_gitops.model.errors import InvalidInput
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.people import People, Person
from notion_gitops.model.values import Value
from notion_gitops.records.documents import BOM, Document, Slot, fields_of, parse_document
from notion_gitops.records.edits import CannotEdit, cannot_edit

Values = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Expected:
    """What an edit of one file was to do."""

    mapping: DatabaseMapping
    before: bytes  # the file; empty if it is new
    path: str
    changes: Mapping[str, Values]  # by key: the fields that change, or all of a new record
    removed: str = ""  # the key that goes

    def failed(self, key: str, why: str) -> CannotEdit:
        """The error, for one record."""
        return cannot_edit(self.path, key or self.removed or next(iter(self.changes), ""), why)


def checked(text: str, expected: Expected) -> bytes:
    """The new text as bytes, if it reads as wanted and all else as before.

    Raises:
        CannotEdit: it does not.
    """
    mapping, before = expected.mapping, expected.before
    try:
        after = (BOM if before.startswith(BOM) else b"") + text.encode()
        new = parse_document(mapping, after, expected.path)
    except (InvalidInput, UnicodeEncodeError) as error:
        raise expected.failed("", f"the result would not be readable ({error})") from None
    slots = {s.key: s for s in new.slots if s.key is not None}
    if before.strip():
        _check_others(parse_document(mapping, before, expected.path), new, slots, expected)
    elif slots.keys() != expected.changes.keys() or len(new.slots) != len(slots):
        raise expected.failed("", "it would not be the only record of its file")
    for key, values in expected.changes.items():
        _check_values(slots[key], values, expected)
    return after


def _check_others(
    old: Document, new: Document, slots: Mapping[str, Slot], expected: Expected
) -> None:
    known = {s.key for s in old.slots if s.key is not None}
    gain = len(expected.changes.keys() - known) - (1 if expected.removed else 0)
    wanted = (known - {expected.removed}) | expected.changes.keys()
    if slots.keys() != wanted or len(new.slots) != len(old.slots) + gain:
        raise expected.failed("", "other records would appear or disappear")
    if old.text[old.front_end :] != new.text[new.front_end :]:
        raise expected.failed("", "the text below the fields would change")
    for slot in old.slots:
        if slot.key is not None and slot.key != expected.removed:
            changed = expected.changes.get(slot.key, {})
            if _rest(slot, changed) != _rest(slots[slot.key], changed):
                raise expected.failed(slot.key, "other fields would change")


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
        for name, value in values.items():
            read = reader.read(found.get(name), mapping.fields[name])
            if read != value or isinstance(read, bool) is not isinstance(value, bool):
                raise expected.failed(key, f"{name} would read back otherwise")
    except InvalidInput as error:
        raise expected.failed(key, f"it would not be valid: {error}") from None
