"""A plan's first writes go alone: what fails for all of them is tried with no others.

A record that Notion refuses is that record's own matter, and the others go on. If the first
writes of a mapping all fail for the same cause, or all come to something else than was written,
it is not the records.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from notion_gitops.engine.read_back import CANARY
from notion_gitops.model.plan import Step

_OWN = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}|\"[^\"]*\"|`[^`]*`|'[^']*'|\d+")


@dataclass
class Canary:
    """What the first writes of each mapping came to, until one of them was as it should be."""

    proved: set[str] = field(default_factory=set)  # mappings of which a write succeeded
    given_up: dict[str, str] = field(default_factory=dict)  # mapping -> why no more of it is tried
    _causes: dict[str, list[str]] = field(default_factory=dict)  # of failures before that

    def worked(self, mapping: str, otherwise: Collection[str] = ()) -> None:
        """A write succeeded, so there is nothing wrong with all of them; unless it came to another.

        Args:
            mapping: of the record.
            otherwise: the fields that Notion made something else of.
        """
        if not otherwise:
            self.proved.add(mapping)
            return
        fields = ", ".join(otherwise)
        what = f"came to something else in {fields} than was written"
        self._count(mapping, f"otherwise: {fields}", what)

    def failed(self, mapping: str, why: str) -> None:
        """A write was refused."""
        self._count(mapping, cause(why), "all failed")

    def _count(self, mapping: str, why: str, what: str) -> None:
        if mapping in self.proved:
            return
        causes = self._causes.setdefault(mapping, [])
        causes.append(why)
        if len(causes) >= CANARY and len(set(causes[-CANARY:])) == 1:
            why = f"the first {CANARY} writes {what}, so the others were not tried"
            self.given_up[mapping] = why

    def read_back(self, mapping: str, changed: Sequence[Collection[str]]) -> None:
        """What the first pages say now. One alone may be somebody's edit; all of them are not.

        Args:
            mapping: of the records.
            changed: for each, the fields that were written and hold something else by now.
        """
        if len(changed) > 1 and all(changed):
            fields = ", ".join(sorted(set[str]().union(*changed)))
            self.given_up[mapping] = (
                f"{fields} of all that was written first was changed in Notion at once, so the "
                "others were not tried"
            )

    def first(self, steps: Sequence[Step]) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
        """Which of these writes may go now, and which wait for what becomes of them.

        Args:
            steps: independent of each other.
        """
        if not self.proved:
            return tuple(steps[:CANARY]), tuple(steps[CANARY:])
        going: list[Step] = []
        waiting: list[Step] = []
        counts: dict[str, int] = {}
        for step in steps:
            counts[step.mapping] = counts.get(step.mapping, 0) + 1
            may = step.mapping in self.proved or counts[step.mapping] <= CANARY
            (going if may else waiting).append(step)
        return tuple(going), tuple(waiting)


def cause(why: str) -> str:
    """What was said of a failure without what is the one record's: ids, numbers, quotations."""
    return _OWN.sub("…", why)
