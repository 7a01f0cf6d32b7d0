"""CSV as RFC 4180 has it, every cell with its place, so that one cell can be replaced."""

import re
from typing import NamedTuple

from notion_gitops.formats.nodes import Scalar, Source
from notion_gitops.formats.yaml_text import check_markers
from notion_gitops.model.errors import InvalidInput

_QUOTED = re.compile(r'"((?:[^"]|"")*)"')
_BARE = re.compile(r"[^,\r\n]*")
_BREAK = re.compile(r"\r\n?|\n")
_NEEDS_QUOTES = re.compile(r'[",\r\n]|^\s|\s$')


class Row(NamedTuple):
    """One line of the table; a quoted cell may span several lines of the text."""

    cells: tuple[Scalar, ...]  # all unquoted and `plain`: quotes say nothing about kinds in CSV
    start: int
    end: int  # without the line break


class CsvTable(NamedTuple):
    """A header and the rows below it."""

    header: Row
    rows: tuple[Row, ...]
    newline: str  # the line break of the header's line; "\\n" if there is none
    source: Source


def parse_csv(text: str, file: str) -> CsvTable | None:
    """The table in a text; None if the text is empty. Empty lines are skipped.

    Args:
        text: without a byte order mark.
        file: named in the places.

    Raises:
        InvalidInput: a quote is not closed, or followed by more than a comma; a column stands
            twice or has no name; a row has more or fewer cells than the header. All rows are
            reported at once.
    """
    source = Source(file, text)
    check_markers(source)
    rows, at = [], 0
    while at < len(text):
        row, following = _row(source, at)
        if row.end > row.start:
            rows.append(row)
        at = following
    if not rows:
        return None
    header = rows[0]
    after = _BREAK.match(text, header.end)
    table = CsvTable(header, tuple(rows[1:]), after[0] if after else "\n", source)
    _check(table)
    return table


def csv_cell(text: str) -> str:
    """A cell's text as it is written, quoted only if it must be."""
    if _NEEDS_QUOTES.search(text):
        return '"' + text.replace('"', '""') + '"'
    return text


def _row(source: Source, start: int) -> tuple[Row, int]:
    text, at = source.text, start
    cells = []
    while True:
        cell = _cell(source, at)
        cells.append(cell)
        at = cell.end
        if text[at : at + 1] != ",":
            break
        at += 1
    line_break = _BREAK.match(text, at)
    if line_break is None and at < len(text):
        raise InvalidInput(
            source.problem(
                at,
                "not CSV: only a comma may follow a closing quote",
                fix='double the quotes inside a quoted cell: ""',
            )
        )
    return Row(tuple(cells), start, at), line_break.end() if line_break else at


def _cell(source: Source, at: int) -> Scalar:
    text = source.text
    if text[at : at + 1] != '"':
        match = _BARE.match(text, at)
        end = match.end() if match else at
        return Scalar(text[at:end], True, at, end, source)
    quoted = _QUOTED.match(text, at)
    if quoted is None:
        raise InvalidInput(
            source.problem(at, "not CSV: this quote is never closed", fix="close the quote")
        )
    return Scalar(quoted[1].replace('""', '"'), True, at, quoted.end(), source)


def _check(table: CsvTable) -> None:
    problems, source = [], table.source
    seen: dict[str, Scalar] = {}
    for cell in table.header.cells:
        if not cell.text:
            problems.append(source.problem(cell.start, "a column has no name", fix="name it"))
        elif cell.text in seen:
            fix = "rename or remove one of the two columns"
            problems.append(
                source.problem(cell.start, f'the column "{cell.text}" is here twice', fix=fix)
            )
        seen[cell.text] = cell
    width = len(table.header.cells)
    for row in table.rows:
        if len(row.cells) != width:
            what = f"{len(row.cells)} cells, where the header has {width}"
            fix = "add or remove commas; put a cell that holds a comma in quotes"
            problems.append(source.problem(row.start, what, fix=fix))
    if problems:
        raise InvalidInput(*problems)
