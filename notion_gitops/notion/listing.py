"""All pages of a data source, and whether they really are all."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise

from notion_gitops.notion.failures import Json, printable
from notion_gitops.notion.filters import Filter, created_from, created_until, narrowed
from notion_gitops.notion.packed import PackedPages

PAGE_SIZE = 100
"""The most that Notion gives in one answer of a list (its documentation, "Pagination")."""

_CAPPED = "query_result_limit_reached"
ONE_MINUTE = "more pages were created in one minute than Notion lists in one query"
_NOT_WHERE = "Notion says that there is more, but not where"
_NOT_WHETHER = "Notion does not say whether there is more"
_OLDEST_FIRST = [{"timestamp": "created_time", "direction": "ascending"}]


@dataclass(frozen=True, slots=True)
class Listing:
    """The pages that a query gave, oldest first, each once, none that is in the trash."""

    packed: PackedPages
    complete: bool  # False: a page that is missing here may still exist
    reason: str = ""  # why it is not complete

    @property
    def pages(self) -> tuple[Json, ...]:
        """The pages; of a large database rather take them one by one."""
        return tuple(self.packed.values())


@dataclass(frozen=True, slots=True)
class Reader:
    """How to ask."""

    query: Callable[[Json], Json]  # the body of one query -> its answer
    page: Callable[[str], Json]  # an id -> the page


@dataclass
class _Collected:
    pages: PackedPages = field(default_factory=PackedPages)
    edited: dict[str, object] = field(default_factory=dict)  # by id, when it says it was
    trashed: set[str] = field(default_factory=set)
    torn: set[str] = field(default_factory=set)  # came twice, differently
    latest: str | None = None  # when the last page that came was created

    def keep(self, page: Json) -> None:
        """Keep a page that came, unless it came before."""
        self.latest = page.get("created_time", self.latest)
        if page["id"] not in self.pages:
            self.set(page)
        elif self.edited[page["id"]] != page.get("last_edited_time"):
            self.torn.add(page["id"])  # edited while the list was read: which copy is newer?

    def set(self, page: Json) -> None:
        """Keep a page, whatever came before."""
        self.pages.add(page)
        self.edited[page["id"]] = page.get("last_edited_time")
        (self.trashed.add if page.get("in_trash") else self.trashed.discard)(page["id"])

    def join(self, other: "_Collected") -> None:
        """Take in what came of a later stretch of time."""
        self.torn |= other.torn
        for page_id, edited in other.edited.items():
            if page_id not in self.pages:
                self.pages.take(page_id, other.pages)
                self.edited[page_id] = edited
                self.trashed |= other.trashed & {page_id}
            elif self.edited[page_id] != edited:
                self.torn.add(page_id)


def list_pages(reader: Reader, filter_: Filter | None, bounds: Sequence[str] = ()) -> Listing:
    """List to the end.

    Args:
        reader: how to ask.
        filter_: Notion's own filter object.
        bounds: times of creation, in order, between which the listing is read in parts at once.
            Each part holds the minutes that it begins and ends with, so the parts overlap.
    """
    parts = _in_parts(reader, filter_, bounds) if bounds else [_part(reader, filter_)]
    found = parts[0].found
    for part in parts[1:]:
        found.join(part.found)
    for page_id in sorted(found.torn):
        found.set(reader.page(page_id))
    for page_id in found.trashed:
        found.pages.drop(page_id)
    reason = next((part.reason for part in parts if part.reason), "")
    return Listing(found.pages, complete=not reason, reason=reason)


@dataclass(frozen=True, slots=True)
class _Part:
    """The pages of one stretch of time."""

    found: _Collected
    reason: str  # why it is not complete


def _in_parts(reader: Reader, filter_: Filter | None, bounds: Sequence[str]) -> list[_Part]:
    """The parts, read at once: the requests are paced together, by whoever sends them."""
    with ThreadPoolExecutor(max_workers=len(bounds) + 1) as pool:
        spans = pairwise((None, *bounds, None))
        running = [pool.submit(_part, reader, filter_, *span) for span in spans]
        return [each.result() for each in running]


def _part(
    reader: Reader, filter_: Filter | None, since: str | None = None, until: str | None = None
) -> _Part:
    """The pages created in a stretch of time, to its end.

    Notion ends a query silently at 10,000 rows and says so only in `request_status` (its
    documentation, "Query a data source"). The rest is then asked for by time of creation,
    which no edit moves.
    """
    found = _Collected()
    end = [created_until(until)] if until else []
    while True:
        begin = [created_from(since)] if since else []
        reason = _collect(reader, narrowed(filter_, *begin, *end), found)
        if reason != _CAPPED:
            return _Part(found, reason)
        if found.latest == since:
            return _Part(found, ONE_MINUTE)
        since = found.latest


def _collect(reader: Reader, filter_: Filter | None, found: _Collected) -> str:
    """Collect one query to its end; why it is not complete, or nothing."""
    reason: str = ""
    more: object = None
    for answer in _answers(reader, filter_):
        for page in answer["results"]:
            if page.get("object") == "page":  # a wiki holds other things as well
                found.keep(page)
        reason, more = _shortfall(answer) or reason, answer.get("has_more")
    if more is False:
        return reason
    return reason or (_NOT_WHERE if more else _NOT_WHETHER)


def _answers(reader: Reader, filter_: Filter | None) -> Iterator[Json]:
    body: Json = {"sorts": _OLDEST_FIRST} | ({"filter": filter_} if filter_ else {})
    seen: set[str] = set()
    while True:
        answer = reader.query(body)
        yield answer
        cursor = answer.get("next_cursor")
        if not answer.get("has_more") or not cursor or cursor in seen:
            return
        seen.add(cursor)
        body = {**body, "start_cursor": cursor}


def _shortfall(answer: Json) -> str:
    """Why the answer is not all that there is, as `request_status` says; nothing if it is."""
    status = answer.get("request_status")
    if not status or (isinstance(status, dict) and status.get("type") == "complete"):
        return ""
    why = status.get("incomplete_reason") if isinstance(status, dict) else None
    return printable(str(why or "Notion says that the listing is incomplete"))
