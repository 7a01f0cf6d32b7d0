"""A plan's first writes go alone: what fails for all of them is tried with no others.

A record that Notion refuses is that record's own matter, and the others go on. If the first
writes of a mapping all fail for the same cause, it is not the records.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from notion_gitops.model.plan import Step

CANARY = 5  # so many writes go first (design, decision 41)

_OWN = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}|\"[^\"]*\"|`[^`]*`|'[^']*'|\d+")


@dataclass
class Canary:
    """What the first writes of each mapping came to, until one of them succeeded."""

    proved: set[str] = field(default_factory=set)  # mappings of which a write succeeded
    _causes: dict[str, list[str]] = field(default_factory=dict)  # of failures before that

    def worked(self, mapping: str) -> None:
        """A write succeeded, so there is nothing wrong with all of them."""
        self.proved.add(mapping)

    def failed(self, mapping: str, why: str) -> bool:
        """A write was refused; whether the mapping's others are better not tried."""
        if mapping in self.proved:
            return False
        causes = self._causes.setdefault(mapping, [])
        causes.append(cause(why))
        return len(causes) >= CANARY and len(set(causes[-CANARY:])) == 1

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
