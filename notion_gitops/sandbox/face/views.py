"""What the templates print: plain frozen values, with nothing left to look up."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the workspace."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a cell: its text, or one of its options, people or pages."""

    text: str
    color: str | None = None  # of an option, by Notion's name
    href: str | None = None  # a page of this site, or an address elsewhere


class Look(StrEnum):
    """How the pieces of a cell are shown."""

    TEXT = "text"
    NUMBER = "number"
    CHIPS = "chips"
    NAMES = "names"
    CHECK = "check"


@dataclass(frozen=True, slots=True)
class CellView:
    """One cell."""

    id: str  # of the element, unique on the page
    name: str  # of its property
    look: Look
    pieces: tuple[Piece, ...]
    address: str | None  # where it is edited; None: it cannot be
    checked: bool = False

    @property
    def linked(self) -> bool:
        """Whether all of its pieces lead somewhere."""
        return bool(self.pieces) and all(piece.href for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class RowView:
    """One row; the first cell is its title."""

    id: str
    title: str
    cells: tuple[CellView, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One column."""

    name: str
    look: Look
    computed: bool


@dataclass(frozen=True, slots=True)
class TableView:
    """One database, as far as one screen goes."""

    id: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[RowView, ...]
    words: str  # that titles must contain
    trash: bool  # whether it shows what is in the trash
    found: int  # rows that fit
    trashed: int  # rows in the trash
    number: int  # of this screen, from 1
    screens: int

    @property
    def address(self) -> str:
        """Where it is."""
        return f"/databases/{self.id}"


@dataclass(frozen=True, slots=True)
class PageView:
    """One row on a page of its own."""

    id: str
    title: str
    database: str
    database_id: str
    cells: tuple[CellView, ...]
    body: str  # Markdown
    created: str
    created_by: str
    edited: str
    edited_by: str
    in_trash: bool
    is_archived: bool


class Control(StrEnum):
    """How a cell is edited."""

    TEXT = "text"
    LINE = "line"
    NUMBER = "number"
    ONE = "one"
    MANY = "many"
    DATE = "date"
    FILES = "files"
    PLACE = "place"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the values to choose among."""

    value: str
    text: str
    color: str | None = None
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class EditorView:
    """The form that edits one cell."""

    address: str
    page_id: str
    title: str  # of the page
    name: str  # of the property
    control: Control
    form: dict[str, list[str]]  # what it is filled with
    was: str  # stands for the value that it began with
    choices: tuple[Choice, ...] = ()
    open: bool = False  # whether a name that is no choice may be added
    searched: bool = False  # whether the choices are found by a search
    left_out: int = 0  # choices that were found and are not shown
    error: str | None = None
    notes: tuple[str, ...] = field(default=())

    def value(self, name: str) -> str:
        """What a field is filled with."""
        return next(iter(self.form.get(name, [])), "")
