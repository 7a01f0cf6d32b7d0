"""A request of the API, before it is sent, and the count of those that were."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from notion_gitops.notion.failures import Json, TooLarge

LARGEST_BODY = 500_000
"""Bytes of one request (Notion's documentation, "Request limits": 500 KB)."""

Query = Mapping[str, str | Sequence[str]]


class Nature(StrEnum):
    """What sending a request twice would do."""

    READ = "read"  # nothing
    CHANGE = "change"  # nothing, if nobody else wrote in between
    CREATE = "create"  # a twin


@dataclass(frozen=True, slots=True)
class Call:
    """One request of the API."""

    nature: Nature
    method: str
    path: str  # below /v1/, percent-encoded
    about: str  # what it concerns, for people: "the page 1234…"
    query: Query | None = None
    body: Json | None = None
    form: Mapping[str, Any] | None = None  # sent as multipart/form-data instead of a body
    announce: Callable[[], None] | None = None  # called each time, just before it is sent
    until: float | None = None  # it goes out by then, by the pacer's clock, or not at all


@dataclass(frozen=True, slots=True)
class Counts:
    """What was sent so far. A request that was tried again counts each time."""

    reads: int = 0
    writes: int = 0
    retries: int = 0
    seconds_waited: float = 0.0

    @property
    def requests(self) -> int:
        """All requests that were sent."""
        return self.reads + self.writes

    def since(self, earlier: "Counts") -> "Counts":
        """What was sent after `earlier` was taken."""
        return Counts(
            self.reads - earlier.reads,
            self.writes - earlier.writes,
            self.retries - earlier.retries,
            self.seconds_waited - earlier.seconds_waited,
        )


def check_size(call: Call) -> None:
    """Refuse a request that Notion would not take.

    Raises:
        TooLarge: it is larger than `LARGEST_BODY`.
    """
    if call.body is None:
        return
    # As the HTTP client writes it.
    text = json.dumps(call.body, ensure_ascii=False, separators=(",", ":"))
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > LARGEST_BODY:
        raise TooLarge(size, LARGEST_BODY)
