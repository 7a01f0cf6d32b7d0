"""What `init` found in a database, and what it made of it: the nouns of its report."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What became of a property."""

    TAKEN = "taken"
    KEY = "key"
    COMPUTED = "computed"  # Notion works it out: files would change that nobody edited
    OTHER_FACE = "other face"  # of a two-way relation that is taken
    NOT_MAPPED = "not mapped"  # a relation to a database without a mapping
    NOT_SYNCED = "not synced"  # of a type that no sync carries
    NOT_NAMEABLE = "not nameable"  # a mapping cannot hold its name


@dataclass(frozen=True, slots=True)
class SurveyedProperty:
    """One property of a database."""

    name: str  # in Notion
    type: str  # Notion's word
    verdict: Verdict
    field: str  # its name in record files; also of one that was left out, as the comment has it
    why: str = ""  # why it was left out
    empty: int = 0  # pages in which it says nothing


@dataclass(frozen=True, slots=True)
class Survey:
    """One database that became a mapping."""

    mapping: str
    title: str
    file: str  # the mapping, from the repository's root
    lines: int
    pages: int
    complete: bool  # whether the pages are all there are
    properties: tuple[SurveyedProperty, ...]
    decisions: tuple[str, ...]  # what a person has to decide, most important first

    def of(self, *verdicts: Verdict) -> tuple[SurveyedProperty, ...]:
        """The properties of which that became."""
        return tuple(p for p in self.properties if p.verdict in verdicts)
