"""Creates of which no commit tells yet what became of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class OpenCreate:
    """A page that may exist although the base does not know it: sent again, it could be a twin."""

    at: datetime  # by Notion's clock: until then it may have been sent
    page: str = ""  # the page's id, if Notion answered; "": the answer never came


OpenCreates = Mapping[tuple[str, str], OpenCreate]
"""By mapping and key."""


def joined(*known: OpenCreates) -> dict[tuple[str, str], OpenCreate]:
    """What several journals know: of one record the page if one is known, and the latest time."""
    every: dict[tuple[str, str], OpenCreate] = {}
    for creates in known:
        for at, create in creates.items():
            other = every.get(at, create)
            latest = max(create.at, other.at)
            every[at] = OpenCreate(latest, create.page or other.page)
    return every
