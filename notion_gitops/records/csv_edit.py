"""Edits of rows and cells of a CSV file; untouched rows keep their bytes."""

from collections.abc import Iterable, Mapping

from notion_gitops.formats.csv_cells import cell_node, cell_text
from notion_gitops.formats.csv_text import CsvTable, Row, csv_cell
from notion_gitops.formats.nodes import Scalar
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.values import Value
from notion_gitops.records.documents import Document, key_field
from notion_gitops.records.edits import Edit, FileEdits
from notion_gitops.records.table_edit import order_of, positions

Values = Mapping[str, Value]


def edit_rows(mapping: DatabaseMapping, document: Document, edits: FileEdits) -> list[Edit]:
    """The edits of rows and cells; a column that is missing is added to every row."""
    table = _table(document)
    columns = {cell.text: index for index, cell in enumerate(table.header.cells)}
    new = _new_columns(mapping, columns, [*edits.changed.values(), *edits.added.values()])
    found = [_longer(table.header, new)]
    before = table.header
    for slot, row in zip(document.slots, table.rows, strict=True):
        if slot.key in edits.removed:
            found.append(Edit(before.end, row.end, ""))
        else:
            values = edits.changed.get(slot.key or "", {})
            found += _row_edits(mapping, row, columns, values)
            found.append(_longer(row, [cell_text(values.get(n), mapping.fields[n]) for n in new]))
        before = row
    lines = (table.header, *table.rows)
    for key, at in positions(document, edits.added).items():
        row_text = _row(mapping, [*columns, *new], key, edits.added[key])
        end = lines[at].end
        found.append(Edit(end, end, table.newline + row_text))
    return found


def new_csv(mapping: DatabaseMapping, added: Mapping[str, Values]) -> str:
    """A file with a header of all fields and the rows in key order."""
    names = [key_field(mapping) or "id", *mapping.fields]
    header = ",".join(csv_cell(n) for n in names)
    rows = (_row(mapping, names, key, added[key]) for key in sorted(added))
    return "".join(f"{line}\n" for line in (header, *rows))


def _table(document: Document) -> CsvTable:
    if not isinstance(document.root, CsvTable):
        raise TypeError("this is no CSV file")
    return document.root


def _new_columns(
    mapping: DatabaseMapping, columns: Mapping[str, int], records: Iterable[Values]
) -> list[str]:
    # A checkbox that has no column is not ticked: it needs none.
    wanted = {n for r in records for n, v in r.items() if v is not None and v is not False}
    return [n for n in mapping.fields if n in wanted and n not in columns]


def _longer(row: Row, cells: list[str]) -> Edit:
    return Edit(row.end, row.end, "".join("," + csv_cell(c) for c in cells))


def _row_edits(
    mapping: DatabaseMapping, row: Row, columns: Mapping[str, int], values: Values
) -> list[Edit]:
    present = (n for n in values if n in columns)
    return [_cell_edit(mapping, row.cells[columns[n]], n, values[n]) for n in present]


def _cell_edit(mapping: DatabaseMapping, cell: Scalar, name: str, value: Value) -> Edit:
    field = mapping.fields[name]
    node = cell_node(cell, field)
    text = cell_text(value, field, order_of(node) if node is not None else ())
    quoted = cell.source.text[cell.start : cell.start + 1] == '"'
    new = '"' + text.replace('"', '""') + '"' if quoted and text else csv_cell(text)
    return Edit(cell.start, cell.end, new)


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
