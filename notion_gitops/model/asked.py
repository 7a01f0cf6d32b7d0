"""What the conflict files ask, as people see it."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from notion_gitops.model.operations import State

_DELETED_IN_GIT = {
    "git": "as in git: the page goes to Notion's trash",
    "notion": "as in Notion: the file comes back",
}
_DELETED_IN_NOTION = {
    "git": "as in git: the page comes back from Notion's trash",
    "notion": "as in Notion: the file is deleted",
}


def what_follows(git: object) -> Mapping[str, str]:
    """What either answer to a question about a whole record does.

    Args:
        git: what git did to the record.
    """
    return _DELETED_IN_GIT if git == State.DELETED else _DELETED_IN_NOTION


@dataclass(frozen=True, slots=True)
class Asked:
    """One question; its values are plain data, as the file spells them."""

    field: str | None  # None: it is about the record as a whole
    base: Any
    git: Any
    notion: Any
    reason: str
    answer: str  # what a person wrote after `resolution:`; "" if nobody did
    own_value: bool = False  # whether the answer is a value, and not the name of a side
    git_edit: str = ""  # who gave git's value, and when; as the file says it
    notion_edit: str = ""  # the same of Notion's
    asked: str = ""  # digest of the values that it is about
    agreed: bool = True  # whether there is a last agreed value to return to
    edits: tuple[str, ...] = ()  # of a record as a whole: what was edited, ``hours 6 -> 55``
    held: str = dataclasses.field(default="", compare=False)  # why it waits, if it is on hold

    @property
    def takes_base(self) -> bool:
        """Whether ``base`` is an answer to it."""
        return self.field is not None and self.agreed


@dataclass(frozen=True, slots=True)
class AskedRecord:
    """One conflict file."""

    record: str  # MAPPING/KEY
    title: str
    file: str  # from the repository's root
    questions: tuple[Asked, ...]
    page_url: str = ""
    record_file: str = ""  # the record's own; "" if there is none
    since: str = ""  # when it was first asked, in ISO 8601

    @property
    def open(self) -> tuple[Asked, ...]:
        """The questions that nobody has answered."""
        return tuple(q for q in self.questions if not q.answer)

    @property
    def urgent(self) -> tuple[Asked, ...]:
        """Of these, those that are not on hold."""
        return tuple(q for q in self.open if not q.held)

    def only(self, questions: tuple[Asked, ...]) -> "AskedRecord":
        """The same with these questions alone."""
        return replace(self, questions=questions)


@dataclass(frozen=True, slots=True)
class Bulk:
    """What one answer to many questions does, and where it does nothing."""

    choice: str  # as it is written behind `resolution:`
    questions: tuple[tuple[AskedRecord, Asked], ...]  # that it answers
    standing: tuple[tuple[AskedRecord, Asked], ...] = ()  # answered already, and left so
    unfit: tuple[tuple[AskedRecord, Asked], ...] = ()  # it is no answer to these

    @property
    def records(self) -> int:
        """How many conflict files are written."""
        return len({record.record for record, _ in self.questions})
