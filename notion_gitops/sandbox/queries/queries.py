"""The query of a data source, and the search by title."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from notion_gitops.sandbox.basics.identity import parse_uuid
from notion_gitops.sandbox.basics.messages import (
    UNDEFINED,
    Json,
    failed_validation,
    object_in,
    text_in,
)
from notion_gitops.sandbox.basics.nouns import Capability, Page, Source
from notion_gitops.sandbox.basics.store import NO_TEMPLATE
from notion_gitops.sandbox.call import Call, listing, wrong_cursor
from notion_gitops.sandbox.queries.filters import compile_filter, only
from notion_gitops.sandbox.queries.sorts import compile_sorts
from notion_gitops.sandbox.values.cells import Cells
from notion_gitops.sandbox.values.richtext import plain_text
from notion_gitops.sandbox.values.shapes import shown_page, shown_pages, shown_source, shown_table
from notion_gitops.sandbox.weather.lag import Late
from notion_gitops.sandbox.world import page_of

if TYPE_CHECKING:
    from collections.abc import Callable

_REMEMBERED = 16  # results of queries kept, so that the next page need not compute them again

_NEWEST = (
    f"source_id=? AND in_trash=? AND is_archived=? AND {NO_TEMPLATE}"
    " ORDER BY created DESC, seq DESC"
)
_IDS = f"SELECT id FROM pages WHERE {_NEWEST}"  # noqa: S608  fixed text
_ROWS = f"SELECT * FROM pages WHERE {_NEWEST}"  # noqa: S608  fixed text
_Key = tuple[object, ...]


class QueryMemory:
    """The ids that recent queries found; void as soon as anything in the file changes."""

    def __init__(self) -> None:
        self._generation: object = None
        self._found: dict[_Key, list[str]] = {}

    def ids(self, generation: object, key: _Key, compute: Callable[[], list[str]]) -> list[str]:
        """What `compute` gives, or gave since the last change."""
        if generation != self._generation:
            self._found.clear()
            self._generation = generation
        if key not in self._found:
            if len(self._found) >= _REMEMBERED:
                self._found.pop(next(iter(self._found)))
            self._found[key] = compute()
        return self._found[key]


def query_source(call: Call, data_source_id: str, memory: QueryMemory) -> Json:
    """POST data_sources/{id}/query: newest first, a hundred at most, stopped at the cap."""
    call.require(Capability.READ)
    return _query(call, call.find_source(data_source_id), memory)


def query_table(call: Call, database_id: str, memory: QueryMemory) -> Json:
    """POST databases/{id}/query: the same, of the version in which a database is a table."""
    call.require(Capability.READ)
    return _query(call, call.only_source(call.find_database(database_id)), memory)


def _query(call: Call, source: Source, memory: QueryMemory) -> Json:
    call.only(
        "filter", "sorts", "start_cursor", "page_size", "result_type", "in_trash", "archived",
        "is_archived",
    )  # fmt: skip
    call.only_parameters("filter_properties")
    size, cursor = call.paging("body")
    ids = _matching(call, source, memory)
    start = _start(cursor, ids)
    end = min(start + size, call.result_cap)
    call.world.load_pages(ids[start:end])
    pages = [call.world.page(identity) for identity in ids[start:end]]
    shown = shown_pages(call, [page for page in pages if page is not None])
    capped = len(ids) > call.result_cap
    more = end < min(len(ids), call.result_cap)
    answer = listing(shown, _cursor(end, ids[end]) if more else None, _listed(call))
    if capped:
        answer["request_status"] = {
            "type": "incomplete",
            "incomplete_reason": "query_result_limit_reached",
        }
    return answer


def _listed(call: Call) -> str:
    """The type of a list of pages and what holds them."""
    return "page_or_database" if call.has_tables else "page_or_data_source"


def _matching(call: Call, source: Source, memory: QueryMemory) -> list[str]:
    trashed, archived = _partition(call)
    wanted = _result_type(call)
    cells = Cells(call)
    holds = compile_filter(call, source, cells, call.body.get("filter"))
    order = compile_sorts(source, cells, call.body.get("sorts"))

    def compute() -> list[str]:
        if wanted == "data_source":
            return []  # they lie among the pages of wikis only, and the sandbox has none
        arguments = (source.id, trashed, archived)
        if holds is None and order is None:
            rows = call.store.all(_IDS, arguments)
            return [row["id"] for row in rows]
        rows = call.store.all(_ROWS, arguments)
        pages = [page_of(row) for row in rows]
        for page in pages:
            call.world.keep_page(page)
        if holds is not None:
            pages = [page for page in pages if holds(page)]
        return [page.id for page in (order(pages) if order is not None else pages)]

    wish = json.dumps([call.body.get("filter"), call.body.get("sorts")], sort_keys=True)
    # "me", what is shared; "today"; relations that are read late for a while
    who = (call.token.bot.id, call.minute, call.world.lag.size())
    key = (source.id, trashed, archived, wanted, wish, who)
    return memory.ids(call.store.generation(), key, compute)


def _result_type(call: Call) -> object:
    wanted = call.body.get("result_type")
    if wanted not in (None, "page", "data_source"):
        raise failed_validation("body.result_type", '`"page"` or `"data_source"`', wanted)
    return wanted


def _partition(call: Call) -> tuple[bool, bool]:
    """Whether rows in the trash are asked for, and whether archived ones.

    Notion's documentation says that a query takes `is_archived` and not `in_trash`; its published
    types say `in_trash` and `archived`, and no `is_archived`. What either reading takes is taken,
    in every version, so that no client is refused what the real API may grant.
    """
    trashed = call.trash_wish() is True
    archived = call.body.get("is_archived", False)
    if not isinstance(archived, bool):
        raise failed_validation("body.is_archived", "a boolean or `undefined`", archived)
    return trashed, archived


def _cursor(position: int, following: str) -> str:
    """Opaque: it names the row that comes next, and where that was."""
    return f"s:{position:08x}-0000-4000-8000-{position ^ 0x5EED:012x}:{following}"


def _start(cursor: str | None, ids: list[str]) -> int:
    """Where to go on: at the row that the cursor names, wherever it now is."""
    if cursor is None:
        return 0
    parts = cursor.split(":")
    try:
        position = int(parts[1][:8], 16)
        following = parse_uuid(parts[2])
    except (IndexError, ValueError):
        raise wrong_cursor(cursor) from None
    if following is None or cursor != _cursor(position, following):
        raise wrong_cursor(cursor)
    if position < len(ids) and ids[position] == following:
        return position
    return ids.index(following) if following in ids else min(position, len(ids))


# Search


@dataclass(frozen=True, slots=True)
class _Index:
    """What the search looks for, in an index that may be late."""

    words: str
    trashed: bool
    late: dict[str, Any]  # by id: what the index still holds; None: nothing

    def has(self, identity: str, in_trash: bool, title: str) -> bool:
        """Whether the index has an object that is looked for, of which these are the truth."""
        if identity in self.late:
            held = self.late[identity]
            if held is None:
                return False
            in_trash, title = held["in_trash"], held["title"]
        return in_trash is self.trashed and self.words in title.casefold()


def search(call: Call) -> Json:
    """POST search: pages and data sources by title, last edited first."""
    call.require(Capability.READ)
    call.only("query", "sort", "filter", "start_cursor", "page_size")
    call.only_parameters()
    size, cursor = call.paging("body")
    found = _found(call)
    ids = [identity for _, identity, _ in found]
    if cursor is not None and cursor not in ids:
        raise wrong_cursor(cursor)
    start = ids.index(cursor) if cursor is not None else 0
    following = ids[start + size] if start + size < len(ids) else None
    shown = [_shown(call, one) for _, _, one in found[start : start + size]]
    return listing(shown, following, _listed(call))


def _shown(call: Call, found: Page | Source) -> Json:
    if isinstance(found, Page):
        return shown_page(call, found)
    return shown_table(call, found) if call.has_tables else shown_source(call, found)


def _found(call: Call) -> list[tuple[str, str, Page | Source]]:
    """What the search finds, with its time and id, in order."""
    holder = "database" if call.has_tables else "data_source"
    kind, trashed = _wanted(call, holder)
    words = (text_in(call.body, "query", "body") or "").casefold()
    index = _Index(words, trashed, call.world.lag.shown(Late.SEARCH))
    found: list[tuple[str, str, Page | Source]] = []
    if kind != holder:
        found += [(page.edited, page.id, page) for page in _pages_titled(call, index)]
    if kind != "page":
        found += [
            (source.doc["edited"], source.id, source)
            for source in _holders(call)
            if call.sees_source(source)
            and index.has(source.id, source.doc["in_trash"], plain_text(source.doc["title"]))
        ]
    return sorted(found, key=lambda one: one[:2], reverse=_newest_first(call))


def _wanted(call: Call, holder: str) -> tuple[str | None, bool]:
    """The type of object that a search is for, None for all; and whether in the trash.

    Args:
        call: the request.
        holder: how this version calls what holds rows.
    """
    given = object_in(call.body, "filter", "body")
    only(given, ("property", "value", "in_trash"), "body.filter")
    trashed = given.get("in_trash", False)
    if not isinstance(trashed, bool):
        raise failed_validation("body.filter.in_trash", "a boolean or `undefined`", trashed)
    if not given.keys() - {"in_trash"}:
        return None, trashed
    if given.get("property") != "object":
        name = given.get("property", UNDEFINED)
        raise failed_validation("body.filter.property", '`"object"`', name)
    kind = given.get("value", UNDEFINED)
    if kind not in ("page", holder):
        raise failed_validation("body.filter.value", f'`"page"` or `"{holder}"`', kind)
    return str(kind), trashed


def _newest_first(call: Call) -> bool:
    """The order of a search: by the time of the last edit; by relevance is no other one here."""
    sort = object_in(call.body, "sort", "body")
    if not sort or sort.get("property") == "relevance":
        return True
    if sort.get("timestamp") != "last_edited_time":
        given = sort.get("timestamp", UNDEFINED)
        raise failed_validation("body.sort.timestamp", '`"last_edited_time"`', given)
    direction = sort.get("direction", UNDEFINED)
    if direction not in ("ascending", "descending"):
        words = '`"ascending"` or `"descending"`'
        raise failed_validation("body.sort.direction", words, direction)
    return bool(direction == "descending")


def _holders(call: Call) -> list[Source]:
    """All data sources; for older clients those that are the only one of their database."""
    sources = call.world.sources()
    if not call.has_tables:
        return sources
    counts = Counter(source.database_id for source in sources if not source.doc["in_trash"])
    return [source for source in sources if counts[source.database_id] < 2]  # noqa: PLR2004  several


def _pages_titled(call: Call, index: _Index) -> list[Page]:
    cells = Cells(call)
    rows = call.store.all(f"SELECT * FROM pages WHERE {NO_TEMPLATE}")  # noqa: S608  fixed text
    pages = [page_of(row) for row in rows]
    return [p for p in pages if index.has(p.id, p.in_trash, cells.title(p)) and call.sees_page(p)]
