"""Reading a large database by what was edited since the last sync, and nothing by what is absent.

The pages that a decision may be about are read in any case, whatever their times say. Where one of
them is not what it was (in the trash, moved, out of sight), the database is listed in full instead.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from math import ceil
from typing import Any

from notion_gitops.engine.advance import LOOK_AGAIN
from notion_gitops.model.errors import CannotReachNotion, NotShared, TokenRefused
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.records import Absence
from notion_gitops.notion.absence import absence_of
from notion_gitops.notion.by_id import asked_by_id
from notion_gitops.notion.failures import RejectedRequest
from notion_gitops.notion.filters import Filter, any_of, edited_from, narrowed
from notion_gitops.notion.gateway import Gateway
from notion_gitops.notion.ids import dashed
from notion_gitops.notion.listing import PAGE_SIZE
from notion_gitops.notion.pages import mapped_property_ids
from notion_gitops.notion.schema import Schema
from notion_gitops.workflow.reading.git_side import GitSide
from notion_gitops.workflow.reading.state_branch import Recorded

Json = dict[str, Any]

_UNSEEN = frozenset({"", LOOK_AGAIN})
ALTERNATIVES = 100  # conditions in one filter; Notion bounds its lists by a hundred


@dataclass(frozen=True, slots=True)
class Wanted:
    """The pages that must be read, edited or not."""

    keys: Mapping[str, str]  # page id -> key, of records of the base
    buried: Mapping[str, str] = field(default_factory=dict)  # the same of deleted ones
    others: frozenset[str] = frozenset()  # ids of pages that are no records of the base


@dataclass(frozen=True, slots=True)
class Changed:
    """What an incremental reading found."""

    pages: tuple[Json, ...]
    absent: Mapping[str, Absence]  # by key: why a page is not there, as at the last full listing


def wanted(recorded: Recorded, git: GitSide, asked_for: Iterable[str], *, bodies: bool) -> Wanted:
    """What a decision may be about although nobody edited its page.

    1. Records that git changed or deleted, and deleted ones that are back in git.
    2. Records of which the base does not know all that their pages said, or their texts.
    3. Those that a person answered or asked about.
    4. Pages that were no records at the last sync, or said something that was not taken up.
    """
    entries, stones = recorded.index.entries, recorded.index.tombstones
    columns = entries.columns
    keys = {*git.snapshot.records, *(entries.keys() - git.keys), *asked_for}
    keys |= {key for key, seen in zip(columns.keys, columns.seen, strict=True) if seen in _UNSEEN}
    if bodies:
        keys |= {key for key, at in zip(columns.keys, columns.bodies_at, strict=True) if not at}
    watched = recorded.reading.watched if recorded.reading else frozenset()
    ours = {i: key for i, key in zip(columns.page_ids, columns.keys, strict=True) if i in watched}
    return Wanted(
        {entries[key].page_id: key for key in keys if key in entries} | ours,
        {stones[k].page_id: k for k in (git.keys | keys) & stones.keys() if k not in entries},
        watched - ours.keys(),
    )


@dataclass(frozen=True, slots=True)
class ChangedReader:
    """Reads what was edited in one database, and what is wanted besides."""

    gateway: Gateway
    mapping: DatabaseMapping
    schema: Schema
    recorded: Recorded

    def read(self, since: datetime, pages: Wanted) -> Changed | None:
        """The pages; None if only a listing of all of them can tell what is wanted.

        Raises:
            CannotReachNotion: Notion did not answer.
        """
        edited = self._query(narrowed(self.mapping.notion.filter, edited_from(since)))
        if edited is None:
            return None
        found = edited
        keyed = {i: key for i, key in pages.keys.items() if i not in found}
        if self._key_property is not None and ceil(len(keyed) / PAGE_SIZE) <= self._dear:
            more = self._by_key(keyed)
            found |= {i: page for i, page in more.items() if i in keyed}
        rest = {*pages.keys, *pages.buried, *pages.others} - found.keys()
        if len(rest) + ceil(len(keyed) / PAGE_SIZE) > self._dear:
            return None
        return self._one_by_one(found, pages, sorted(rest))

    @property
    def _dear(self) -> int:
        """As many requests as a listing of all pages takes."""
        return ceil(len(self.recorded.index.entries) / PAGE_SIZE)

    @property
    def _known_absent(self) -> dict[str, Absence]:
        """Why pages are not listed, as far as that was found out at the last sync."""
        last = self.recorded.reading.absent if self.recorded.reading else {}
        entries = self.recorded.index.entries
        return {k: why for k, why in last.items() if k in entries and why is not Absence.UNPROVEN}

    @property
    def _key_property(self) -> tuple[str, str] | None:
        """Its name in the mapping, and its type."""
        name = self.mapping.key.property_name or ""
        prop = self.schema.properties.get(name)
        return (name, prop.type) if prop is not None else None

    def _query(self, filter_: Filter | None) -> dict[str, Json] | None:
        ids, source = mapped_property_ids(self.mapping, self.schema), self.schema.data_source_id
        listing = asked_by_id(
            self.schema, filter_, lambda by_id: self.gateway.query(source, by_id, ids)
        )
        return {dashed(p["id"]): p for p in listing.pages} if listing.complete else None

    def _by_key(self, keyed: Mapping[str, str]) -> dict[str, Json]:
        """Pages by what their key property holds, a hundred at once; not all of them have one."""
        prop = self._key_property
        left, found = iter(keyed.values()), dict[str, Json]()
        while prop is not None and (some := list(islice(left, ALTERNATIVES))):
            either = ({"property": prop[0], prop[1]: {"equals": key}} for key in some)
            filter_ = any_of(self.mapping.notion.filter, either)
            found |= (self._query(filter_) or {}) if filter_ is not None else {}
        return found

    def _one_by_one(
        self, found: dict[str, Json], pages: Wanted, rest: Iterable[str]
    ) -> Changed | None:
        filtered = self.mapping.notion.filter is not None
        known, entries = self._known_absent, self.recorded.index.entries
        absent = {k: why for k, why in known.items() if entries[k].page_id not in found}
        for page_id in rest:
            page = self._page(page_id)
            why = Absence.UNREACHABLE
            if page is not None:
                why = absence_of(page, self.schema, filtered=filtered)
            key = pages.keys.get(page_id)
            if page is not None and why is Absence.UNPROVEN:
                found[page_id] = page  # it is there, and has not been edited
                absent.pop(key or "", None)
            elif page_id in pages.buried:
                absent[pages.buried[page_id]] = why
            elif key is not None and known.get(key) is not why:
                return None
            elif key is None and why is Absence.OUT_OF_SCOPE:
                return None  # whether the filter lets it through now, only a listing tells
        return Changed(tuple(found.values()), absent)

    def _page(self, page_id: str) -> Json | None:
        """One page; None if Notion does not show it."""
        ids = mapped_property_ids(self.mapping, self.schema)
        try:
            return self.gateway.page(page_id, ids)
        except NotShared:
            return None
        except TokenRefused:
            raise
        except RejectedRequest as error:
            raise CannotReachNotion(*error.diagnostics) from None
