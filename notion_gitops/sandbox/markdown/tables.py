"""The rows of tables in Markdown: as tags, and with pipes."""

from __future__ import annotations

import re

_ROW = re.compile(r"<tr\b[^>]*>(.*?)</tr>", re.DOTALL)
_CELL = re.compile(r"<td\b[^>]*>(.*?)</td>", re.DOTALL)
_SEPARATOR = re.compile(r"\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?")
_PIPE = re.compile(r"(?<!\\)\|")


def rows_of_tags(text: str) -> list[list[str]]:
    """The cells of each row of what stands in `<table>`."""
    rows = [_CELL.findall(row) for row in _ROW.findall(text)]
    return [[" ".join(cell.split("\n")).strip() for cell in row] for row in rows if row]


def is_separator(line: str) -> bool:
    """Whether a line is the one of dashes below the header of a table with pipes."""
    return "|" in line and _SEPARATOR.fullmatch(line) is not None


def cells_of_pipes(line: str) -> list[str]:
    """The cells of a row with pipes."""
    inner = line.strip().removeprefix("|")
    cells = _PIPE.split(inner)
    return [cell.strip() for cell in (cells[:-1] if inner.endswith("|") else cells)]
