"""Values as cells of a CSV file: lists joined with a comma, files and places as JSON.

Text that a spreadsheet would run as a formula (it begins with ``= @ + -`` or a tab) gets a
leading apostrophe, which reading removes.
"""

from dataclasses import replace

from notion_gitops.formats.dates import looks_like_date
from notion_gitops.formats.forms import Word, form_of
from notion_gitops.formats.json_text import parse_json
from notion_gitops.formats.json_write import json_text
from notion_gitops.formats.nodes import Items, Node, Scalar, read_boolean, read_number
from notion_gitops.model.errors import InvalidInput
from notion_gitops.model.mapping import COMPUTED, SETS, TEXTS, Field, PropertyType
from notion_gitops.model.values import Value

_FORMULA_STARTS = ("=", "@", "+", "-", "\t", "\r")
_WORDS = TEXTS | {PropertyType.SELECT, PropertyType.STATUS}
_UNTYPED = frozenset({PropertyType.FORMULA, PropertyType.ROLLUP})
_AS_JSON = frozenset({PropertyType.FILES, PropertyType.PLACE})


def cell_node(cell: Scalar, field: Field) -> Node | None:
    """What a cell says, as the same value would stand in YAML; None if it is empty.

    Raises:
        InvalidInput: what must be JSON is not; the place is the cell's.
    """
    text = cell.text
    if not text or not (text.strip() or field.type in _WORDS or field.type in COMPUTED):
        return None
    if field.type in _UNTYPED:
        return _untyped_node(cell)
    if field.type in SETS:
        return _set_node(cell)
    if field.type in _AS_JSON and text.lstrip().startswith(("[", "{")):
        return _json_node(cell)
    if field.type in _WORDS or field.type in COMPUTED or field.type in _AS_JSON:
        return cell._replace(text=unguarded(text), plain=False)
    return cell._replace(text=unguarded(text.strip()))


def cell_text(value: Value, field: Field, order: tuple[str, ...] = ()) -> str:
    """The text of a cell, before CSV's own quotes; empty for None."""
    form = form_of(value, order)
    match form:
        case None:
            return ""
        case Word(text=text):
            return text
        case bool() | int() | float():
            return json_text(form)
        case str():
            return _untyped_text(form) if field.type in _UNTYPED else guarded(form)
        case tuple():
            return _set_text(form)
        case list() | dict():
            return json_text(form)


def guarded(text: str) -> str:
    """The text with an apostrophe in front if a spreadsheet would run it."""
    return "'" + text if text.startswith(_FORMULA_STARTS) or unguarded(text) != text else text


def unguarded(text: str) -> str:
    """The text without the apostrophe that `guarded` put in front."""
    if text.startswith("'") and text[1:].startswith((*_FORMULA_STARTS, "'")):
        return text[1:]
    return text


def reanchored(error: InvalidInput, cell: Scalar) -> InvalidInput:
    """The error with the cell's own place: JSON inside a cell is counted from its start."""
    line = cell.source.line_at(cell.start)
    return InvalidInput(
        *(replace(d, place=cell.place, source_line=line) for d in error.diagnostics)
    )


def _untyped_node(cell: Scalar) -> Node:
    if cell.text.startswith("'"):
        return cell._replace(text=cell.text[1:], plain=False)
    return _json_node(cell) if cell.text.startswith("[") else cell


def _untyped_text(text: str) -> str:
    if text.startswith((*_FORMULA_STARTS, "'", "[")) or not text.strip():
        return "'" + text
    kinds = (read_number(text), read_boolean(text))
    ambiguous = any(k is not None for k in kinds) or looks_like_date(text)
    return "'" + text if ambiguous or text in {"null", "Null", "NULL", "~"} else text


def _set_node(cell: Scalar) -> Node:
    text = unguarded(cell.text)
    if text.lstrip().startswith("["):
        return _json_node(cell._replace(text=text))
    members = (m.strip() for m in text.split(","))
    nodes = tuple(cell._replace(text=m, plain=False) for m in members if m)
    return Items(nodes, cell.start, cell.end, cell.source)


def _set_text(members: tuple[str, ...]) -> str:
    joined = ", ".join(members)
    if joined.startswith("[") or any("," in t or t != t.strip() for t in members):
        return json_text(members)
    return guarded(joined)


def _json_node(cell: Scalar) -> Node:
    try:
        node = parse_json(cell.text, cell.source.file)
    except InvalidInput as error:
        raise reanchored(error, cell) from None
    return cell if node is None else node
