"""Edits of rows and cells of a CSV file; untouched rows keep their bytes."""

from collections.abc import Mapping

from notion_gitops.formats.csv_cells import cell_node, cell_text
from notion_gitops.formats.csv_text import CsvTable, Row, csv_cell
from notion_gitops.formats.nodes import Scalar
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.values import Value
from notion_gitops.records.documents import Document, key_field
from notion_gitops.records.edits import Edit, after_break, apply_edits
from notion_gitops.records.table_edit import order_of

Values = Mapping[str, Value]


def change_rows(mapping: DatabaseMapping, document: Document, changes: Mapping[str, Values]) -> str:
    """The text with cells replaced; a column that is missing is added to every row."""
    table = _table(document)
    columns = {cell.text: index for index, cell in enumerate(table.header.cells)}
    new = _new_columns(mapping, columns, changes)
    edits = [_longer(table.header, new)] if new else []
    for slot, row in zip(document.slots, table.rows, strict=True):
        values = changes.get(slot.key or "", {})
        for name, value in values.items():
            if name in columns:
                edits += _cell_edit(mapping, row.cells[columns[name]], name, value)
        if new:
            texts = [cell_text(values.get(n), mapping.fields[n]) for n in new]
            edits.append(_longer(row, texts))
    return apply_edits(document.text, edits)


def add_row(mapping: DatabaseMapping, document: Document, key: str, values: Values) -> str:
    """The text with a row more, in key order if the rows are, else as the last."""
    if document.root is None:
        return new_csv(mapping, key, values)
    table = _table(document)
    columns = {cell.text: i for i, cell in enumerate(table.header.cells)}
    missing = _new_columns(mapping, columns, {key: values})
    edits = [_longer(table.header, missing)] if missing else []
    if missing:
        edits += [_longer(row, [""] * len(missing)) for row in table.rows]
    keys = [s.key or "" for s in document.slots]
    at = sum(1 for k in keys if k < key) if keys == sorted(keys) else len(keys)
    end = (table.header, *table.rows)[at].end
    row = _row(mapping, [*columns, *missing], key, values)
    return apply_edits(document.text, [*edits, Edit(end, end, table.newline + row)])


def remove_row(document: Document, at: int) -> str:
    """The text without one row."""
    table, text = _table(document), document.text
    row = table.rows[at]
    before = table.rows[at - 1] if at else table.header
    if row.end == len(text):  # no line break at the end: the one before the row goes
        return text[: before.end]
    return text[: row.start] + text[after_break(text, row.end) :]


def new_csv(mapping: DatabaseMapping, key: str, values: Values) -> str:
    """A file with a header of all fields and one row."""
    names = [key_field(mapping) or "id", *mapping.fields]
    header = ",".join(csv_cell(n) for n in names)
    return f"{header}\n{_row(mapping, names, key, values)}\n"


def _table(document: Document) -> CsvTable:
    if not isinstance(document.root, CsvTable):
        raise TypeError("this is no CSV file")
    return document.root


def _new_columns(
    mapping: DatabaseMapping, columns: Mapping[str, int], changes: Mapping[str, Values]
) -> list[str]:
    wanted = {n for values in changes.values() for n, v in values.items() if v is not None}
    return [n for n in mapping.fields if n in wanted and n not in columns]


def _longer(row: Row, cells: list[str]) -> Edit:
    return Edit(row.end, row.end, "".join("," + csv_cell(c) for c in cells))


def _cell_edit(mapping: DatabaseMapping, cell: Scalar, name: str, value: Value) -> list[Edit]:
    field = mapping.fields[name]
    node = cell_node(cell, field)
    text = cell_text(value, field, order_of(node) if node is not None else ())
    quoted = cell.source.text[cell.start : cell.start + 1] == '"'
    new = '"' + text.replace('"', '""') + '"' if quoted and text else csv_cell(text)
    return [Edit(cell.start, cell.end, new)]


def _row(mapping: DatabaseMapping, names: list[str], key: str, values: Values) -> str:
    key_name = key_field(mapping) or "id"
    cells = []
    for name in names:
        if name == key_name:
            cells.append(csv_cell(key))
        elif name in mapping.fields:
            cells.append(csv_cell(cell_text(values.get(name), mapping.fields[name])))
        else:
            cells.append("")
    return ",".join(cells)
