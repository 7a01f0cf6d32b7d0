"""Text in columns: how wide it is on a terminal, cut, padded and wrapped by that width.

All of these expect text that is already escaped for the terminal.
"""

import unicodedata
from collections.abc import Iterator
from contextvars import ContextVar
from enum import StrEnum

ELLIPSIS = "…"
COLUMNS = 80  # what every text for people keeps to, where the screen is no narrower
_LEAST = 20  # below it, nothing can be laid out

_SCREEN = ContextVar("screen", default=COLUMNS)


class Align(StrEnum):
    """On which side of its column a text stands."""

    LEFT = "left"
    RIGHT = "right"


def screen() -> int:
    """The columns that texts for people may take."""
    return _SCREEN.get()


def use_screen(columns: int) -> None:
    """Keep to a screen of so many columns from now on; a wider one than 80 counts as 80."""
    _SCREEN.set(max(_LEAST, min(COLUMNS, columns)))


def width(text: str) -> int:
    """Terminal columns that the text takes (Unicode Standard Annex 11, "East Asian Width")."""
    if text.isascii():
        return len(text)
    return sum(map(_char_width, text))


def fit(text: str, columns: int) -> str:
    """The text, cut with an ellipsis if it is wider than `columns`."""
    if width(text) <= columns:
        return text
    return _head(text, columns - 1) + ELLIPSIS if columns > 0 else ""


def pad(text: str, columns: int, align: Align = Align.LEFT) -> str:
    """The text filled with blanks to `columns`; wider text stays as it is."""
    blanks = " " * (columns - width(text))
    return text + blanks if align is Align.LEFT else blanks + text


def wrap(
    text: str, columns: int | None = None, first: str = "", rest: str | None = None
) -> list[str]:
    """The text in lines of at most `columns`, broken at blanks, inside words if it must be.

    Args:
        text: one line of text; runs of blanks inside a line stay.
        columns: the limit, with the indentation counted; the screen's by default.
        first: what the first line begins with.
        rest: what the other lines begin with; as many blanks as `first` is wide by default.
    """
    limit = screen() if columns is None else columns
    hanging = " " * width(first) if rest is None else rest
    lines: list[str] = []
    indent, line = first, ""
    for piece in _pieces(text, max(1, limit - max(width(first), width(hanging)))):
        if line.strip() and width(indent) + width(line + piece.rstrip()) > limit:
            lines.append((indent + line).rstrip())
            indent, line = hanging, ""
        line += piece if line or not lines else piece.lstrip()
    return [*lines, (indent + line).rstrip()]


def _pieces(text: str, columns: int) -> Iterator[str]:
    """Words, each with the blanks before it, none wider than `columns`."""
    start = 0
    for position in [*_breaks(text), len(text)]:
        piece = text[start:position]
        start = position
        while width(piece) > columns:
            head = _head(piece, columns) or piece[0]
            yield head
            piece = piece[len(head) :]
        if piece:
            yield piece


def _breaks(text: str) -> Iterator[int]:
    """Where a line may be broken: before each run of blanks."""
    for position in range(1, len(text)):
        if text[position] == " " and text[position - 1] != " ":
            yield position


def _head(text: str, columns: int) -> str:
    """As much of the text as `columns` hold."""
    taken = 0
    for position, char in enumerate(text):
        taken += _char_width(char)
        if taken > columns:
            return text[:position]
    return text


def _char_width(char: str) -> int:
    if unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
