"""A run that writes, as it announces itself to the other machines of a team."""

from dataclasses import dataclass, field
from datetime import datetime

from notion_gitops.model.creates import OpenCreates


@dataclass(frozen=True, slots=True)
class AnnouncedRun:
    """What stands in the run file on the git remote. Times are by Notion's clock, which all ask."""

    run: str  # the id of its sync
    who: str  # where it runs, for people
    since: datetime
    until: datetime  # its lease: it sends no write after this moment, unless it renewed it
    held: bool = True  # False: it has ended, and left creates that may yet turn up
    creates: OpenCreates = field(default_factory=dict)  # the pages that it creates, or may have
