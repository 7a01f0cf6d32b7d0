"""Replacing parts of a text, and leaving all else as it is."""

from collections.abc import Iterable
from typing import NamedTuple

from notion_gitops.model.diagnostics import Diagnostic, Place
from notion_gitops.model.errors import NotionGitopsError


class CannotEdit(NotionGitopsError):  # noqa: N818  named for what it is, as its siblings
    """A change could not be written so that it reads back exactly; nothing was written."""


class Edit(NamedTuple):
    """One replacement; `start` equals `end` where something is put in."""

    start: int
    end: int
    text: str


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """The text with all replacements made; they must not overlap."""
    parts, at = [], 0
    for edit in sorted(edits, key=lambda e: (e.start, e.end)):
        if edit.start < at:
            raise ValueError(f"two edits overlap at {edit.start}")
        parts += [text[at : edit.start], edit.text]
        at = edit.end
    return "".join([*parts, text[at:]])


def cannot_edit(path: str, key: str, why: str) -> CannotEdit:
    """The error for one record."""
    return CannotEdit(
        Diagnostic(
            f"{key} could not be written: {why}",
            Place(path) if path else None,
            fix="make this edit by hand, or simplify the way the record is written",
        )
    )


def line_start(text: str, offset: int) -> int:
    """Where the line of a character starts."""
    return text.rfind("\n", 0, offset) + 1


def line_end(text: str, offset: int) -> int:
    """Where the line of a character ends, before its line break."""
    end = text.find("\n", offset)
    if end < 0:
        return len(text)
    return end - 1 if end > offset and text[end - 1] == "\r" else end


def after_break(text: str, offset: int) -> int:
    """What follows the line break that stands at an offset, if one does."""
    for newline in ("\r\n", "\n"):
        if text.startswith(newline, offset):
            return offset + len(newline)
    return offset


def before_break(text: str, offset: int) -> int:
    """Where the line break starts that ends at an offset, if one does."""
    for newline in ("\r\n", "\n"):
        if text.endswith(newline, 0, offset):
            return offset - len(newline)
    return offset


def newline_of(text: str) -> str:
    """The line break that a text uses, by its first one."""
    end = text.find("\n")
    return "\r\n" if end > 0 and text[end - 1] == "\r" else "\n"


def column_of(text: str, offset: int) -> int:
    """How many characters stand before a character on its line."""
    return offset - line_start(text, offset)
