"""What the conflict files ask, as people see it."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Asked:
    """One question; its values are plain data, as the file spells them."""

    field: str | None  # None: it is about the record as a whole
    base: Any
    git: Any
    notion: Any
    reason: str
    answer: str  # what a person wrote after `resolution:`; "" if nobody did


@dataclass(frozen=True, slots=True)
class AskedRecord:
    """One conflict file."""

    record: str  # MAPPING/KEY
    title: str
    file: str  # from the repository's root
    questions: tuple[Asked, ...]

    @property
    def open(self) -> tuple[Asked, ...]:
        """The questions that nobody has answered."""
        return tuple(q for q in self.questions if not q.answer)
