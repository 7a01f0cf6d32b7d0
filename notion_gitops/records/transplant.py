"""A record in the very text of another version of its file: comments and further keys as well."""

from collections.abc import Collection, Mapping
from typing import Any

from notion_gitops.formats.csv_text import CsvTable, Row
from notion_gitops.formats.nodes import Items, Table, plain
from notion_gitops.model.errors import InvalidInput
from notion_gitops.model.mapping import DatabaseMapping, GitFormat
from notion_gitops.records import braced_edit
from notion_gitops.records.documents import BOM, Document, Slot, parse_document
from notion_gitops.records.edits import Edit, apply_edits, cannot_edit, newline_of
from notion_gitops.records.yaml_records import record_spans

_EMPTY = (None, "")  # of a CSV file: what a cell says that has no text, and one that is not there


def transplanted(
    mapping: DatabaseMapping, path: str, keys: Collection[str], content: bytes, source: bytes
) -> bytes:
    """A file of many records with some of them as they stand in another version of it.

    Args:
        mapping: the file's.
        path: of the file, for messages.
        keys: of the records; both versions have them.
        content: the file.
        source: the other version.

    Raises:
        CannotEdit: the two are written so differently that the result would not read alike.
    """
    if not keys:
        return content
    into, other = (parse_document(mapping, c, path) for c in (content, source))
    edits = [_edit(mapping, key, into, other) for key in sorted(keys)]
    bom = BOM if content.startswith(BOM) else b""
    result = bom + apply_edits(into.text, edits).encode()
    wanted = _said(into) | {key: said for key, said in _said(other).items() if key in keys}
    try:
        found = _said(parse_document(mapping, result, path))
    except InvalidInput as error:
        raise cannot_edit(path, min(keys), f"the result would not be readable ({error})") from None
    if found != wanted:
        raise cannot_edit(path, min(keys), "either branch writes the file in another way")
    return result


def spans_by_key(mapping: DatabaseMapping, document: Document) -> dict[str, tuple[int, int]]:
    """Where each record of a file of many begins and ends, with the comments above it."""
    root = document.root
    match root:
        case CsvTable(rows=rows):
            spans = [(row.start, row.end) for row in rows]
        case Table() | Items() if mapping.git.format is GitFormat.JSON:
            spans = braced_edit.spans(root)
        case Table() | Items():
            spans = record_spans(root, document.text)
        case _:
            spans = []
    pairs = zip(document.slots, spans, strict=False)
    return {slot.key: span for slot, span in pairs if slot.key is not None}


def _edit(mapping: DatabaseMapping, key: str, into: Document, other: Document) -> Edit:
    start, end = spans_by_key(mapping, into)[key]
    return Edit(start, end, _text(mapping, key, into, other))


def _text(mapping: DatabaseMapping, key: str, into: Document, other: Document) -> str:
    """The text of a record, as it may stand in another version of the file."""
    if isinstance(into.root, CsvTable) and isinstance(other.root, CsvTable):
        return _row(into.root, other.root, _row_of(key, other))
    start, end = spans_by_key(mapping, other)[key]
    lines = other.text[start:end].replace("\r\n", "\n")
    return lines.replace("\n", newline_of(into.text))


def _row_of(key: str, document: Document) -> Row:
    return next(s.node for s in document.slots if s.key == key and isinstance(s.node, Row))


def _row(into: CsvTable, other: CsvTable, row: Row) -> str:
    """The cells of a row, below the columns of another version."""
    names = [cell.text for cell in other.header.cells]
    cells = {n: other.source.text[c.start : c.end] for n, c in zip(names, row.cells, strict=True)}
    return ",".join(cells.get(column.text, "") for column in into.header.cells)


def _said(document: Document) -> dict[str, Mapping[str, Any]]:
    """What every record says; of a row only the cells that are not empty."""
    cells = isinstance(document.root, CsvTable)
    return {slot.key: _of(slot, cells) for slot in document.slots if slot.key is not None}


def _of(slot: Slot, cells: bool) -> dict[str, Any]:
    entries = slot.table.entries if slot.table is not None else ()
    values = {key.text: plain(value) for key, value in entries}
    return {n: v for n, v in values.items() if not cells or v not in _EMPTY}
