"""Whether a saved plan still is what an apply of it would do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from notion_gitops.report.document import Command, Document, Item, Items, Section, Tone
from notion_gitops.report.follow_up import FollowUp
from notion_gitops.report.reports import Report
from notion_gitops.text.words import count, moment


@dataclass(frozen=True, slots=True)
class Freshness:
    """What of a saved plan an apply would carry out now."""

    made: datetime
    until: datetime  # it counts no longer after that
    operations: int  # of the plan
    stale: Mapping[tuple[str, str], str] = field(default_factory=dict)  # by record: why not

    @property
    def fresh(self) -> bool:
        """Whether it would be carried out as a whole, and nothing else."""
        return not self.stale


def freshness_view(found: Freshness, again: FollowUp) -> Report:
    """What is fresh, or which records would be left out, and why.

    Args:
        found: what was compared.
        again: how the plan is applied, and made anew.
    """
    planned = count(found.operations, "operation")
    until = f"counts until {moment(found.until)} UTC"
    data = {
        "fresh": found.fresh,
        "made": found.made,
        "until": found.until,
        "operations": found.operations,
        "stale": [
            {"mapping": mapping, "key": key, "why": why}
            for (mapping, key), why in found.stale.items()
        ],
    }
    if found.fresh:
        title = f"Fresh: {planned} as reviewed; {until}."
        return Report("plan check", Document(title, (_commands(again.apply),)), data)
    title = f"Stale: {count(len(found.stale), 'record')} would be left out, of {planned}; {until}."
    records = Items(tuple(Item(f"{m}/{k}", (why,)) for (m, k), why in found.stale.items()))
    return Report(
        "plan check",
        Document(
            title,
            (
                Section((records,), "Not as reviewed", Tone.ASK),
                _commands(again.apply, "The rest, as it was reviewed"),
            ),
        ),
        data,
    )


def _commands(command: str, heading: str = "Apply it") -> Section:
    return Section((Command(command),), heading)
