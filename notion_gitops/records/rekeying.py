"""Another key for a record in its file: the key alone is rewritten, all else keeps its bytes."""

from typing import Any

from notion_gitops.formats.csv_text import csv_cell
from notion_gitops.formats.json_write import json_text
from notion_gitops.formats.nodes import Scalar, plain
from notion_gitops.formats.yaml_write import yaml_text
from notion_gitops.model.errors import InvalidInput
from notion_gitops.model.mapping import DatabaseMapping, GitFormat
from notion_gitops.records.documents import BOM, Document, Slot, key_field, parse_document
from notion_gitops.records.edits import Edit, apply_edits, cannot_edit


def rekeyed(mapping: DatabaseMapping, content: bytes, path: str, old: str, new: str) -> bytes:
    """A record file in which one record has another key.

    If the file's name is the key, nothing in it changes: it is the file that has to be moved.

    Args:
        mapping: the file's.
        content: of the file.
        path: of the file as it is, for messages.
        old: the key of one record in it.
        new: the key that it gets.

    Raises:
        CannotEdit: there is no such record, or the result would not read back as wanted.
        InvalidInput: the file cannot be read.
    """
    document = parse_document(mapping, content, path)
    slots = [slot for slot in document.slots if slot.key == old]
    if len(slots) != 1:
        why = "it is not in this file" if not slots else "it is in this file more than once"
        raise cannot_edit(path, old, why)
    key = _key_of(mapping, slots[0])
    if key is None:
        return content
    edit = Edit(key.start, key.end, _written(mapping, slots[0], key, new))
    bom = BOM if content.startswith(BOM) else b""
    result = bom + apply_edits(document.text, [edit]).encode()
    try:
        found = _said(mapping, parse_document(mapping, result, path))
    except InvalidInput as error:
        raise cannot_edit(path, old, f"the result would not be readable ({error})") from None
    if found != [(new if k == old else k, said) for k, said in _said(mapping, document)]:
        raise cannot_edit(path, old, "something else would change with its key")
    return result


def _key_of(mapping: DatabaseMapping, slot: Slot) -> Scalar | None:
    """Where the key of a record stands; None if it is the name of the file."""
    if mapping.git.single_file and isinstance(slot.node, Scalar):
        return slot.node  # of a table by key
    name = key_field(mapping)
    node = slot.table.get(name) if name is not None and slot.table is not None else None
    return node if isinstance(node, Scalar) and plain(node) is not None else None


def _written(mapping: DatabaseMapping, slot: Slot, key: Scalar, new: str) -> str:
    """The new key, quoted as the old one was."""
    old = key.source.text[key.start : key.end]
    if mapping.git.format is GitFormat.CSV:
        return f'"{new}"' if old.startswith('"') else csv_cell(new)
    if mapping.git.format is GitFormat.JSON:
        return json_text(new)
    flow = slot.table is not None and slot.table.flow
    return yaml_text(new, old[0] if old[0] in "'\"" else "", flow=flow)


def _said(mapping: DatabaseMapping, document: Document) -> list[tuple[str | None, Any]]:
    """What each record says besides its key, in the order of the file."""
    name = key_field(mapping)
    return [
        (slot.key, [(key.text, plain(value)) for key, value in entries if key.text != name])
        for slot in document.slots
        for entries in (slot.table.entries if slot.table is not None else (),)
    ]
