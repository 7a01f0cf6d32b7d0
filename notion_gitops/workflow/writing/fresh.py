"""Notion has no conditional write, so a page is written only on a reading of it that is young."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import CannotReachNotion
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.records import Record
from notion_gitops.model.values import Value
from notion_gitops.notion.filters import edited_from
from notion_gitops.notion.gateway import Gateway
from notion_gitops.notion.pages import mapped_property_ids
from notion_gitops.workflow.plan import Connection
from notion_gitops.workflow.reading.compare import Comparison
from notion_gitops.workflow.reading.databases import Database
from notion_gitops.workflow.reading.how_read import fresh_mark
from notion_gitops.workflow.reading.notion_side import decode_pages

MAX_AGE = 5.0  # seconds (design, section 7)


@dataclass
class FreshReadings:
    """What has moved in the written databases since the plan was made.

    One query "edited since" covers all records of a database. It is asked again when it has
    grown old, which only happens in long applies.
    """

    comparison: Comparison
    databases: Mapping[str, Database]
    connection: Connection
    _read_at: dict[str, float] = field(default_factory=dict)
    _mark: dict[str, datetime] = field(default_factory=dict)
    _moved: dict[str, dict[str, Record]] = field(default_factory=dict)

    def moved(self, mapping: str, page_id: str, gone: Collection[str] = ()) -> bool:
        """Whether somebody changed the page's own values since the plan read it.

        Args:
            mapping: of the page.
            page_id: of the page.
            gone: as for `same_own_values`.
        """
        self._refresh(mapping)
        now = self._moved[mapping].get(page_id)
        before = self.comparison.mappings[mapping].notion.pages.decoded.get(page_id)
        if now is None:
            return False
        if before is None:
            return True
        return not same_own_values(self.databases[mapping].mapping, before, now, gone)

    def _refresh(self, mapping: str) -> None:
        asked = self._read_at.get(mapping)
        if asked is not None and self.connection.monotonic() - asked <= MAX_AGE:
            return
        mark = self._mark.get(mapping, fresh_mark(self.comparison.at_notion))
        now, began = fresh_mark(self.connection.at_notion()), self.connection.monotonic()
        found = edited_since(
            self.connection.gateway, self.databases[mapping], self.comparison, mark
        )
        # Only now: a query that failed has told nothing, and is asked again for the next record.
        self._mark[mapping], self._read_at[mapping] = now, began
        self._moved.setdefault(mapping, {}).update(found)


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
