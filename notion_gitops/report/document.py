"""A small report as sections of paragraphs, facts, tables and lists; unescaped strings only."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from notion_gitops.text.columns import Align


class Tone(StrEnum):
    """What a line is, for colours; a tone never carries what the words do not say."""

    PLAIN = "plain"
    HEAD = "head"
    NEW = "new"
    GONE = "gone"
    ASK = "ask"
    FAINT = "faint"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text."""

    text: str
    kind: Literal["paragraph"] = "paragraph"


@dataclass(frozen=True, slots=True)
class Facts:
    """Labels, each with what is to be said under it."""

    rows: tuple[tuple[str, str], ...]
    kind: Literal["facts"] = "facts"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings; `more` rows were left out."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: frozenset[int] = frozenset()  # columns of numbers
    more: int = 0
    kind: Literal["table"] = "table"

    def align(self, column: int) -> Align:
        """How a column's texts stand in it."""
        return Align.RIGHT if column in self.right else Align.LEFT


@dataclass(frozen=True, slots=True)
class Item:
    """One thing of a list, with lines that belong to it."""

    text: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Items:
    """A list; `more` items were left out."""

    items: tuple[Item, ...]
    more: int = 0
    kind: Literal["items"] = "items"


@dataclass(frozen=True, slots=True)
class Command:
    """A command to type."""

    text: str
    kind: Literal["command"] = "command"


Block = Paragraph | Facts | Table | Items | Command


@dataclass(frozen=True, slots=True)
class Section:
    """Blocks under a heading; without a heading they stand by themselves."""

    blocks: tuple[Block, ...]
    heading: str = ""
    tone: Tone = Tone.HEAD


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report."""

    title: str
    sections: tuple[Section, ...]
