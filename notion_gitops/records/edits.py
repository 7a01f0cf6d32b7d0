"""Replacing parts of a text, and leaving all else as it is."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from notion_gitops.model.diagnostics import Diagnostic, Place
from notion_gitops.model.errors import NotionGitopsError
from notion_gitops.model.values import Value


class CannotEdit(NotionGitopsError):  # noqa: N818  named for what it is, as its siblings
    """A change could not be written so that it reads back exactly; nothing was written."""


class Edit(NamedTuple):
    """One replacement; `start` equals `end` where something is put in."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class FileEdits:
    """What is to happen to the records of one file, by key; each key in one place alone."""

    changed: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)  # these fields alone
    added: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    removed: frozenset[str] = frozenset()

    @property
    def keys(self) -> tuple[str, ...]:
        """All keys that are concerned."""
        return (*self.changed, *self.added, *sorted(self.removed))


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """The text with all replacements made; they must not overlap."""
    parts, at = [], 0
    for edit in sorted(edits, key=lambda e: (e.start, e.end)):
        if edit.start < at:
            raise ValueError(f"two edits overlap at {edit.start}")
        parts += [text[at : edit.start], edit.text]
        at = edit.end
    return "".join([*parts, text[at:]])


def removals(begins: Sequence[int], ends: Sequence[int], gone: Collection[int]) -> list[Edit]:
    """The edits that take some members of a sequence out, each with one separator.

    Args:
        begins: where each member begins, behind the separator before it.
        ends: where each member ends, before the separator behind it.
        gone: the numbers of those that go; not all of them.
    """
    first_kept = next(i for i in range(len(ends)) if i not in gone)
    return [
        Edit(begins[i], begins[i + 1], "") if i < first_kept else Edit(ends[i - 1], ends[i], "")
        for i in sorted(gone)
    ]


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
