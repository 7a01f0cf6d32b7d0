"""A record file taken apart: which record stands where, whatever the format."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from notion_gitops.formats.csv_cells import cell_node
from notion_gitops.formats.csv_text import CsvTable, Row, parse_csv
from notion_gitops.formats.json_text import parse_json
from notion_gitops.formats.json_write import unwrap
from notion_gitops.formats.keys import key_problem
from notion_gitops.formats.nodes import (
    Entry,
    Items,
    Node,
    Scalar,
    Source,
    Table,
    kind,
    plain,
    problem,
)
from notion_gitops.formats.yaml_text import check_markers, decode_utf8, parse_yaml
from notion_gitops.model.diagnostics import Diagnostic, Place
from notion_gitops.model.errors import InvalidInput
from notion_gitops.model.mapping import DatabaseMapping, GitFormat

BOM = b"\xef\xbb\xbf"
_FENCE = re.compile(r"^(?:---|\.\.\.)[ \t]*\r?$", re.MULTILINE)
_KEY_FIELD = "id"  # of files that hold many records, unless the mapping names another


class Slot(NamedTuple):
    """One record in a file."""

    key: str | None  # None: it has none, or one that cannot be a key; see `problems`
    table: Table | None  # None: a file without a field
    place: Place
    node: Node | Row | None = None  # in a file of many records: what goes when the record goes
    problems: tuple[Diagnostic, ...] = ()


class Document(NamedTuple):
    """One file, parsed."""

    text: str  # whole, without a byte order mark
    root: Node | CsvTable | None
    slots: tuple[Slot, ...]
    front_end: int  # Markdown: where the closing fence starts; else the length of the text

    @property
    def body(self) -> tuple[int, int]:
        """Where the text below the front matter begins and ends, without blank lines around it."""
        start = self.text.find("\n", self.front_end) + 1 or len(self.text)
        below = self.text[start:]
        begin = start + len(below) - len(below.lstrip())
        begin = max(start, self.text.rfind("\n", start, begin) + 1)  # an indent belongs to it
        last = max(begin, start + len(below.rstrip()))
        end = self.text.find("\n", last)
        rest = self.text[last : end if end >= 0 else len(self.text)]  # blanks behind the last word
        return begin, last + len(rest.rstrip("\r")) if below.strip() else begin


def key_field(mapping: DatabaseMapping) -> str | None:
    """The field that holds the key in record files; None if the file's name is the key."""
    if mapping.key.field is None and mapping.git.single_file:
        return _KEY_FIELD
    return mapping.key.field


def parse_document(mapping: DatabaseMapping, content: bytes, path: str) -> Document:
    """Take a record file apart.

    Raises:
        InvalidInput: the file as a whole cannot be read.
    """
    text = decode_utf8(content, path)
    match mapping.git.format:
        case GitFormat.CSV:
            table = parse_csv(text, path)
            return Document(text, table, _csv_slots(mapping, table), len(text))
        case GitFormat.MARKDOWN:
            check_markers(Source(path, text))
            end = front_matter_end(text, path)
            root = parse_yaml(text[:end], path)
            return Document(text, root, (_file_slot(mapping, root, path),), end)
        case GitFormat.JSON:
            return _document(mapping, text, parse_json(text, path), path)
        case GitFormat.YAML:
            return _document(mapping, text, parse_yaml(text, path), path)


def _document(mapping: DatabaseMapping, text: str, root: Node | None, path: str) -> Document:
    if mapping.git.single_file:
        return Document(text, root, _many_slots(mapping, root), len(text))
    return Document(text, root, (_file_slot(mapping, root, path),), len(text))


def front_matter_end(text: str, path: str) -> int:
    """Where the closing line of a Markdown file's front matter starts.

    Raises:
        InvalidInput: there is no front matter.
    """
    fences = _FENCE.finditer(text)
    first = next(fences, None)
    if first is None or first.start() != 0:
        fix = "begin the file with a line ---, the fields, and a line ---"
        raise InvalidInput(Source(path, text).problem(0, "no front matter", fix=fix))
    closing = next(fences, None)
    if closing is None:
        what = "the front matter is never closed"
        raise InvalidInput(
            Source(path, text).problem(0, what, fix="end the fields with a line ---")
        )
    return closing.start()


def fields_of(mapping: DatabaseMapping, table: Table) -> tuple[Sequence[Entry], list[Diagnostic]]:
    """The entries of a record as the same values would stand in YAML, and what went wrong."""
    if mapping.git.format is GitFormat.YAML or mapping.git.format is GitFormat.MARKDOWN:
        return table.entries, []
    found: list[Entry] = []
    problems: list[Diagnostic] = []
    for key, value in table.entries:
        field = mapping.fields.get(key.text)
        if field is None:
            found.append(Entry(key, value))
        elif mapping.git.format is GitFormat.JSON:
            found.append(Entry(key, unwrap(value, field)))
        elif isinstance(value, Scalar):
            try:
                node = cell_node(value, field)
            except InvalidInput as error:
                problems.extend(error.diagnostics)
                continue
            found.append(Entry(key, value._replace(text="") if node is None else _at(node, value)))
    return found, problems


def _at(node: Node, cell: Scalar) -> Node:
    """The node with the place of its cell: JSON in a cell is counted from the cell's start."""
    match node:
        case Scalar():
            return node._replace(start=cell.start, end=cell.end, source=cell.source)
        case Items(nodes=nodes):
            inner = tuple(_at(n, cell) for n in nodes)
            return Items(inner, cell.start, cell.end, cell.source)
        case Table(entries=entries):
            pairs = tuple(Entry(cell._replace(text=k.text), _at(v, cell)) for k, v in entries)
            return Table(pairs, cell.start, cell.end, cell.source)


def _file_slot(mapping: DatabaseMapping, root: Node | None, path: str) -> Slot:
    stem = path.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    place = Place(path)
    if root is None or (isinstance(root, Scalar) and root.is_null):
        return _stem_slot(stem, None, place)
    if not isinstance(root, Table):
        fix = "write field: value, one a line"
        what = f"a record is a table of fields, not {kind(root)}"
        key = None if key_problem(stem) or mapping.key.field else stem
        return Slot(key, None, place, None, (problem(root, what, fix=fix),))
    node = root.get(mapping.key.field) if mapping.key.field else None
    if node is None or plain(node) is None:
        return _stem_slot(stem, root, place)
    key, problems = _key_of(node)
    return Slot(key, root, place, None, problems)


def _stem_slot(stem: str, table: Table | None, place: Place) -> Slot:
    fault = key_problem(stem)
    if not fault:
        return Slot(stem, table, place)
    what = f'the file\'s name "{stem}" cannot be a key: {fault}'
    return Slot(None, table, place, None, (Diagnostic(what, place, fix="rename the file"),))


def _key_of(node: Node) -> tuple[str | None, tuple[Diagnostic, ...]]:
    if not isinstance(node, Scalar):
        return None, (problem(node, f"a key is text, not {kind(node)}", fix="write one word"),)
    fault = key_problem(node.text)
    if fault:
        what = f'"{node.text}" cannot be a key: {fault}'
        return None, (problem(node, what, fix="choose another key, as project-1"),)
    return node.text, ()


def _many_slots(mapping: DatabaseMapping, root: Node | None) -> tuple[Slot, ...]:
    match root:
        case None:
            return ()
        case Scalar() if root.is_null:
            return ()
        case Items(nodes=nodes):
            return tuple(_member_slot(mapping, n, n) for n in nodes)
        case Table(entries=entries):
            return tuple(_keyed_slot(e) for e in entries)
        case Scalar():
            what = f"records are a list of tables, or a table by key, not {kind(root)}"
            raise InvalidInput(problem(root, what, fix="write a list of tables"))


def _keyed_slot(entry: Entry) -> Slot:
    key, problems = _key_of(entry.key)
    value = entry.value
    if isinstance(value, Table):
        return Slot(key, value, entry.key.place, entry.key, problems)
    if isinstance(value, Scalar) and value.is_null:
        return Slot(key, None, entry.key.place, entry.key, problems)
    what = f"a record is a table of fields, not {kind(value)}"
    return Slot(key, None, entry.key.place, entry.key, (*problems, problem(value, what)))


def _member_slot(mapping: DatabaseMapping, node: Node, whole: Node | Row) -> Slot:
    if not isinstance(node, Table):
        what = f"a record is a table of fields, not {kind(node)}"
        return Slot(None, None, node.place, whole, (problem(node, what),))
    name = key_field(mapping) or _KEY_FIELD
    key_node = node.get(name)
    if key_node is None or plain(key_node) in (None, ""):
        missing = problem(node, f'the key "{name}" is missing', fix=f"add {name}: with its key")
        return Slot(None, node, node.place, whole, (missing,))
    key, problems = _key_of(key_node)
    return Slot(key, node, node.place, whole, problems)


def _csv_slots(mapping: DatabaseMapping, table: CsvTable | None) -> tuple[Slot, ...]:
    if table is None:
        return ()
    name = key_field(mapping) or _KEY_FIELD
    header = table.header.cells
    if all(cell.text != name for cell in header):
        what = f'the column "{name}", which holds the keys, is missing'
        raise InvalidInput(problem(header[0], what, fix=f"add the column {name}"))
    return tuple(
        _member_slot(mapping, _row_table(header, row, table.source), row) for row in table.rows
    )


def _row_table(header: tuple[Scalar, ...], row: Row, source: Source) -> Table:
    entries = tuple(Entry(h, c) for h, c in zip(header, row.cells, strict=True))
    return Table(entries, row.start, row.end, source)
