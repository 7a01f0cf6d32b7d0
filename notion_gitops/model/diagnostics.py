"""What is wrong, where, and how to put it right."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a diagnostic or a finding matters."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A point in a file that a person can open. Lines and columns count from 1."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One problem, told once; the report package formats it for people and for machines."""

    summary: str  # one line: what is wrong
    place: Place | None = None  # where; None if the problem is not in a file
    fix: str = ""  # how to put it right, as an instruction
    detail: str = ""  # more lines, if the summary does not say it all
    source_line: str = ""  # the text of the line at `place`, shown with a caret
    also: Place | None = None  # the other place, of a duplicate
    severity: Severity = Severity.ERROR
    commands: tuple[str, ...] = ()  # to be copied as they are; `fix` says what they are for

    @property
    def remedy(self) -> str:
        """How to put it right in one line, with the commands."""
        return " ".join(part for part in (self.fix, " && ".join(self.commands)) if part)
