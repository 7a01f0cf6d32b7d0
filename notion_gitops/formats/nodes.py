"""What a YAML, JSON or CSV text says, as a tree whose every node knows where it stands.

The nodes are named tuples and not dataclasses, since ten thousand files make half a million of
them and a frozen dataclass takes four times as long to build. Places are worked out on demand.
"""

import re
from bisect import bisect_right
from typing import Any, NamedTuple

from notion_gitops.model.diagnostics import Diagnostic, Place, Severity

_LINE_BREAK = re.compile(r"\r\n?|\n")
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE = frozenset({"true", "True", "TRUE"})
_FALSE = frozenset({"false", "False", "FALSE"})
JSON_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")


class Source:
    """The text of one file, and the places in it."""

    __slots__ = ("_line_starts", "file", "text")

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self._line_starts: list[int] | None = None

    def _line(self, offset: int) -> int:
        if self._line_starts is None:
            self._line_starts = [0, *(m.end() for m in _LINE_BREAK.finditer(self.text))]
        return bisect_right(self._line_starts, offset)

    def place(self, offset: int) -> Place:
        """The place of a character, by its offset from 0."""
        line = self._line(offset)
        starts = self._line_starts or [0]
        return Place(self.file, line, offset - starts[line - 1] + 1)

    def line_at(self, offset: int) -> str:
        """The whole line that a character stands in, without its line break."""
        line = self._line(offset)
        starts = self._line_starts or [0]
        end = starts[line] if line < len(starts) else len(self.text)
        return self.text[starts[line - 1] : end].rstrip("\r\n")

    def problem(self, offset: int, summary: str, *, fix: str = "", detail: str = "") -> Diagnostic:
        """A diagnostic that points at a character of this text."""
        place, line = self.place(offset), self.line_at(offset)
        return Diagnostic(summary, place, fix=fix, detail=detail, source_line=line)


class Scalar(NamedTuple):
    """A single value. What kind it is follows from `text` and `plain`, see `plain`."""

    text: str  # after unquoting and unescaping
    plain: bool  # unquoted, so that it may be a number, a boolean or null
    start: int  # offsets in characters into the source; the quotes are inside
    end: int
    source: Source

    @property
    def place(self) -> Place:
        """Where it starts."""
        return self.source.place(self.start)

    @property
    def is_null(self) -> bool:
        """Whether it says nothing: left empty, ``~`` or ``null``."""
        return self.plain and self.text in _NULL


class Entry(NamedTuple):
    """One key of a table with its value."""

    key: Scalar
    value: "Node"


class Table(NamedTuple):
    """A YAML mapping or JSON object, in the order of the text; keys are unique."""

    entries: tuple[Entry, ...]
    start: int
    end: int  # of the last value, not of the blank lines and comments that follow
    source: Source

    @property
    def place(self) -> Place:
        """Where it starts."""
        return self.source.place(self.start)

    @property
    def flow(self) -> bool:
        """Whether it is written in braces."""
        return self.source.text[self.start : self.start + 1] == "{"

    def get(self, key: str) -> "Node | None":
        """The value of a key; None if there is no such key."""
        return next((e.value for e in self.entries if e.key.text == key), None)

    def entry(self, key: str) -> Entry | None:
        """The entry of a key; None if there is no such key."""
        return next((e for e in self.entries if e.key.text == key), None)


class Items(NamedTuple):
    """A YAML sequence or JSON array."""

    nodes: tuple["Node", ...]
    start: int
    end: int  # of the last member
    source: Source

    @property
    def place(self) -> Place:
        """Where it starts."""
        return self.source.place(self.start)

    @property
    def flow(self) -> bool:
        """Whether it is written in brackets."""
        return self.source.text[self.start : self.start + 1] == "["


Node = Scalar | Table | Items


def problem(
    node: Node, summary: str, *, fix: str = "", detail: str = "", also: Node | None = None
) -> Diagnostic:
    """A diagnostic that points at a node, and at a second one if there are two to compare."""
    return Diagnostic(
        summary,
        node.place,
        fix=fix,
        detail=detail,
        source_line=node.source.line_at(node.start),
        also=None if also is None else also.place,
    )


def warning(node: Node, summary: str, *, fix: str = "") -> Diagnostic:
    """Like `problem`, but it keeps nothing from going on."""
    line = node.source.line_at(node.start)
    return Diagnostic(summary, node.place, fix, source_line=line, severity=Severity.WARNING)


def kind(node: Node) -> str:
    """What a person would call the node: table, list, number, true or false, nothing, text."""
    match node:
        case Table():
            return "a table"
        case Items():
            return "a list"
        case Scalar(plain=False):
            return "text"
        case Scalar() if node.is_null:
            return "nothing"
        case Scalar(text=text) if text in _TRUE or text in _FALSE:
            return "true or false"
        case Scalar(text=text):
            return "a number" if JSON_NUMBER.fullmatch(text) else "text"


def plain(node: Node | None) -> Any:
    """The node as JSON-like data, its places lost.

    Only ``null``, ``true``, ``false`` and JSON's own numbers are more than text: dates, ``no``,
    ``on``, ``012``, ``0x1F`` and ``12:30`` stay the text that they are.
    """
    match node:
        case None:
            return None
        case Table(entries=entries):
            return {e.key.text: plain(e.value) for e in entries}
        case Items(nodes=nodes):
            return [plain(n) for n in nodes]
        case Scalar(text=text, plain=True):
            return _plain_scalar(text)
        case Scalar(text=text):
            return text


def _plain_scalar(text: str) -> Any:
    if text in _NULL:
        return None
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    number = read_number(text)
    return text if number is None else number


def read_boolean(text: str) -> bool | None:
    """The boolean that an unquoted text stands for; None if it stands for none."""
    if text in _TRUE:
        return True
    return False if text in _FALSE else None


def read_number(text: str) -> int | float | None:
    """The number that an unquoted text stands for; None if it stands for none.

    An integral float becomes an int, as far as a float tells integers apart (2**53). A number
    too large for a float is none.
    """
    match = JSON_NUMBER.fullmatch(text)
    if match is None:
        return None
    if match[1] is None and match[2] is None:
        return int(text) if len(text) <= _MOST_DIGITS else None
    number = float(text)
    if number in (float("inf"), float("-inf")):
        return None
    if number.is_integer() and abs(number) <= EXACT:
        return int(number)
    return number


EXACT = 2**53  # up to here a float, which is what Notion stores, tells integers apart
_MOST_DIGITS = 400  # more than the largest float; Python's int() takes quadratic time
