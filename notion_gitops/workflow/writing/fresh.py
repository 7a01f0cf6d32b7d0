"""Notion has no conditional write, so a page is written only on a reading of it that is young.

This is the one home of what must hold at the moment of a write. Whoever writes a page asks
`FreshReadings.require` first, and gives what it answers to the gateway: a request that cannot go
out by then is not sent at all, however long a pause of Notion's holds it back.
"""

import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import CannotReachNotion
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.outcomes import Status
from notion_gitops.model.records import Record
from notion_gitops.model.values import Value
from notion_gitops.notion.failures import TooLate
from notion_gitops.notion.filters import edited_from
from notion_gitops.notion.gateway import Gateway
from notion_gitops.notion.pages import mapped_property_ids
from notion_gitops.workflow.plan import Connection
from notion_gitops.workflow.reading.compared import Comparison
from notion_gitops.workflow.reading.databases import Database
from notion_gitops.workflow.reading.how_read import fresh_mark
from notion_gitops.workflow.reading.notion_side import decode_pages
from notion_gitops.workflow.writing.asking import NotWritten

Answer = TypeVar("Answer")

MAX_AGE = 5.0  # seconds (design, section 7)
ROUNDS = 6  # so often a page is read for one write, if each reading has grown old before it


def on_young_reading(
    gateway: Gateway, read: Callable[[], float], write: Callable[[float], Answer]
) -> Answer:
    """The answer to a write that goes out on a young reading, read again as often as need be.

    Args:
        gateway: that it goes out by.
        read: makes sure that the page is as it should be; until when that is young enough.
        write: sends the write, if it can go out by then.

    Raises:
        NotWritten: the page is not as it should be, or no reading stayed young.
    """
    for _ in range(ROUNDS):
        try:
            return write(read())
        except TooLate:
            gateway.ready()  # only then is it worth reading
    why = "Notion held the write back whenever its page had been read; the next apply sends it"
    raise NotWritten(Status.PENDING, why, unreachable=True)


@dataclass
class Queried:
    """What the queries "edited since" of one database told so far."""

    at: float | None = None  # when the last one was sent, by the gateway's clock
    mark: datetime | None = None  # from when on the next one asks
    moved: dict[str, Record] = field(default_factory=dict)  # by page id, as last told
    told: dict[str, float] = field(default_factory=dict)  # page id -> when it was last asked for
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass
class FreshReadings:
    """How the pages of the written databases are now, and how old it is that this run knows it.

    One query "edited since" covers all records of a database. It is asked again when it has
    grown old, which only happens in long applies. Threads may share it.
    """

    comparison: Comparison
    databases: Mapping[str, Database]
    connection: Connection
    gone: Collection[str] = frozenset()  # as for `same_own_values`
    _queried: dict[str, Queried] = field(default_factory=dict)
    _own: dict[str, tuple[float, Record]] = field(default_factory=dict)  # page id -> when, what

    def __post_init__(self) -> None:
        self._queried = {name: Queried() for name in self.databases}

    def require(self, mapping: str, page_id: str) -> float:
        """Make sure that nobody changed the page's own values since this run last saw them.

        Returns:
            Until when a write may go out on it, by the gateway's clock.

        Raises:
            NotWritten: somebody did.
            CannotReachNotion: it cannot be told.
        """
        own = self._own.get(page_id)
        if own is not None and self.connection.gateway.moment() <= own[0] + MAX_AGE:
            return own[0] + MAX_AGE
        queried = self._refreshed(mapping)
        before = own[1] if own else self._planned(mapping, page_id)
        now, at = queried.moved.get(page_id), queried.at or 0.0
        # A page that this run wrote was edited since: if it is not told, or otherwise than it
        # was answered, the index may only be late. The page itself tells.
        if own is not None and not (
            queried.told.get(page_id, own[0]) > own[0] and self._same(mapping, before, now)
        ):
            return self._read(mapping, page_id, before)
        if now is not None and not self._same(mapping, before, now):
            raise moved()
        return at + MAX_AGE

    def note(self, page_id: str, at: float, record: Record) -> None:
        """What a page is by an answer that is all this run's: to a write, or to a GET.

        Args:
            page_id: of the page.
            at: when it was asked for, by the gateway's clock.
            record: as decoded, relations by page id.
        """
        self._own[page_id] = (at, record)

    def read_back(self, mapping: str) -> dict[str, Record]:
        """What was edited in a database up to now, by page id; what this run wrote is among it.

        Raises:
            CannotReachNotion: it cannot be told.
        """
        queried = self._refreshed(mapping, anew=True)
        return {page: queried.moved[page] for page, at in queried.told.items() if at == queried.at}

    def known(self, mapping: str, page_id: str) -> Record | None:
        """The page as this run last saw it: by its own requests, else when the plan was made."""
        own = self._own.get(page_id)
        return own[1] if own else self._planned(mapping, page_id)

    def edited(self, mapping: str, page_id: str, now: Record) -> bool:
        """Whether somebody else changed the page since this run last saw it."""
        before = self.known(mapping, page_id)
        return before is not None and not self._same(mapping, before, now)

    def _planned(self, mapping: str, page_id: str) -> Record | None:
        return self.comparison.mappings[mapping].notion.pages.decoded.get(page_id)

    def _same(self, mapping: str, before: Record | None, now: Record | None) -> bool:
        if before is None or now is None:
            return before is now
        return same_own_values(self.databases[mapping].mapping, before, now, self.gone)

    def _read(self, mapping: str, page_id: str, before: Record | None) -> float:
        """The page by its own GET, which must be as it was before."""
        gateway, database = self.connection.gateway, self.databases[mapping]
        at = gateway.ready()
        page = gateway.page(page_id)
        now = decode_pages(gateway, database, self.comparison.people, (page,)).decoded.get(page_id)
        if page.get("in_trash") or not self._same(mapping, before, now):
            raise moved()
        if now is not None:
            self.note(page_id, at, now)
        return at + MAX_AGE

    def _refreshed(self, mapping: str, *, anew: bool = False) -> Queried:
        queried, gateway = self._queried[mapping], self.connection.gateway
        with queried.lock:
            young = queried.at is not None and gateway.moment() - queried.at <= MAX_AGE
            if young and not anew:
                return queried
            began = gateway.ready()
            mark = queried.mark or fresh_mark(self.comparison.at_notion)
            now = fresh_mark(self.connection.at_notion())
            found = edited_since(gateway, self.databases[mapping], self.comparison, mark)
            # Only now: a query that failed has told nothing, and is asked again.
            queried.mark, queried.at = now, began
            queried.moved.update(found)
            queried.told.update(dict.fromkeys(found, began))
            return queried


def moved() -> NotWritten:
    """Somebody changed a page, so what was planned for it is not written."""
    why = "edited in Notion since the plan was made"
    return NotWritten(Status.STALE, why)


def edited_since(
    gateway: Gateway, database: Database, comparison: Comparison, mark: datetime
) -> dict[str, Record]:
    """The pages of a database that were edited since, decoded, by page id.

    Raises:
        CannotReachNotion: it is not sure that these are all.
    """
    if database.schema is None:
        return {}
    wanted = mapped_property_ids(database.mapping, database.schema)
    listing = gateway.query(database.schema.data_source_id, edited_from(mark), wanted)
    if not listing.complete:
        raise CannotReachNotion(Diagnostic(
            f"Notion did not tell all that was edited lately: {listing.reason}",
            fix="Run the same command again later.",
        ))  # fmt: skip
    pages = decode_pages(gateway, database, comparison.people, listing.pages)
    return dict(pages.decoded)


def same_own_values(
    mapping: DatabaseMapping, before: Record, after: Record, gone: Collection[str] = ()
) -> bool:
    """Whether two readings of a page agree in all that people enter (derived values aside).

    Args:
        mapping: of the page.
        before: the older reading.
        after: the younger one.
        gone: ids of pages that this run has trashed: Notion takes them out of relations by itself.
    """
    trashed = frozenset(f"page:{page_id}" for page_id in gone)

    def entered(record: Record, name: str) -> Value:
        value = record.value(name)
        return (value - trashed or None) if isinstance(value, frozenset) else value

    own = (f.name for f in mapping.fields.values() if not f.derived)
    return all(entered(before, name) == entered(after, name) for name in own)
