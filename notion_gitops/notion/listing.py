"""All pages of a data source, and whether they really are all."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from notion_gitops.notion.failures import Json, printable

Filter = Mapping[str, Any]

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

    pages: tuple[Json, ...]
    complete: bool  # False: a page that is missing here may still exist
    reason: str = ""  # why it is not complete


@dataclass(frozen=True, slots=True)
class Reader:
    """How to ask."""

    query: Callable[[Json], Json]  # the body of one query -> its answer
    page: Callable[[str], Json]  # an id -> the page


@dataclass
class _Collected:
    pages: dict[str, Json] = field(default_factory=dict)
    torn: set[str] = field(default_factory=set)  # came twice, differently
    latest: str | None = None  # when the last page that came was created


def list_pages(reader: Reader, filter_: Filter | None) -> Listing:
    """List to the end.

    Notion ends a query silently at 10,000 rows and says so only in `request_status` (its
    documentation, "Query a data source"). The rest is then asked for by time of creation,
    which no edit moves.
    """
    found = _Collected()
    since: str | None = None
    while True:
        reason = _collect(reader, _windowed(filter_, since), found)
        if reason != _CAPPED:
            break
        if found.latest == since:
            reason = ONE_MINUTE
            break
        since = found.latest
    for page_id in found.torn:
        found.pages[page_id] = reader.page(page_id)
    alive = tuple(page for page in found.pages.values() if not page.get("in_trash"))
    return Listing(alive, complete=not reason, reason=reason)


def _collect(reader: Reader, filter_: Filter | None, found: _Collected) -> str:
    """Collect one query to its end; why it is not complete, or nothing."""
    reason: str = ""
    more: object = None
    for answer in _answers(reader, filter_):
        for page in answer["results"]:
            if page.get("object") == "page":  # a wiki holds other things as well
                _keep(found, page)
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


def _keep(found: _Collected, page: Json) -> None:
    found.latest = page.get("created_time", found.latest)
    known = found.pages.setdefault(page["id"], page)
    if known.get("last_edited_time") != page.get("last_edited_time"):
        found.torn.add(page["id"])  # edited while the list was read: which copy is newer?


def _windowed(filter_: Filter | None, since: str | None) -> Filter | None:
    """The filter, from a time of creation on. Notion nests filters two levels deep at most."""
    if since is None:
        return filter_
    window = {"timestamp": "created_time", "created_time": {"on_or_after": since}}
    match filter_:
        case None:
            return window
        case {"or": [*parts]}:
            return {"or": [_and(part, window) for part in _alternatives(parts)]}
        case _:
            return _and(filter_, window)


def _and(filter_: Filter, window: Filter) -> Filter:
    match filter_:
        case {"and": [*parts]}:
            return {"and": [*parts, window]}
        case _:
            return {"and": [filter_, window]}


def _alternatives(parts: Iterable[Filter]) -> Iterator[Filter]:
    """The parts of an `or`, with those of one inside of it among them."""
    for part in parts:
        match part:
            case {"or": [*inner]}:
                yield from inner
            case _:
                yield part
