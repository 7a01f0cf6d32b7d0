"""Creates whose answer was lost: whether the page is there after all, told by its key."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from notion_gitops.model.operations import Operation
from notion_gitops.model.outcomes import Status
from notion_gitops.notion.by_id import asked_by_id
from notion_gitops.notion.failures import AmbiguousCreate, RejectedRequest
from notion_gitops.notion.filters import Filter
from notion_gitops.notion.schema import Schema
from notion_gitops.workflow.writing.asking import NotWritten, asked, looked_for, sent
from notion_gitops.workflow.writing.run import Id, Run

Json = dict[str, Any]

QUARANTINE = timedelta(minutes=2)  # a create without an answer is not sent again earlier


@dataclass(frozen=True, slots=True)
class LostCreates:
    """Looks for pages that may have been created, before they are sent again."""

    run: Run

    def settle(self, at: Id, operation: Operation) -> None:
        """An earlier run may have created the page: look before sending it again.

        Raises:
            NotWritten: it is there, or may still turn up.
        """
        earlier = self.run.open_creates[at]
        if self._is_there(earlier.page) or self._look_up(operation) is not None:
            why = "an earlier run created its page after all; the next plan links it"
            raise NotWritten(Status.STALE, why)
        if self.run.connection.at_notion() - earlier.at < QUARANTINE:
            why = "an earlier run may have created its page; it is sent again after two minutes"
            raise NotWritten(Status.PENDING, why)

    def _is_there(self, page_id: str) -> bool:
        """Whether a page that Notion said it created is alive; listings show it later."""
        if not page_id:
            return False
        return not asked(lambda: self.run.connection.gateway.page(page_id)).get("in_trash")

    def find_created(self, operation: Operation, unclear: AmbiguousCreate) -> Json:
        """The page of a create that was just sent.

        Raises:
            NotWritten: it is not to be seen.
        """
        if unclear.committed_id:
            committed = unclear.committed_id
            return asked(lambda: self.run.connection.gateway.page(committed))
        page = looked_for(lambda: self._look_up(operation), self._pause)
        if page is not None:
            return page
        why = "Notion's answer was lost and the page is not to be seen yet; it is looked up first"
        raise NotWritten(Status.PENDING, why, unreachable=True)

    def _pause(self, seconds: float) -> None:
        self.run.progress.wait(seconds, "looking for a page whose answer was lost")
        time.sleep(seconds)

    def _look_up(self, operation: Operation) -> Json | None:
        """The page that carries the record's key, if there is one that is no other record's.

        Raises:
            NotWritten: several do.
        """
        database = self.run.planned.databases[operation.mapping]
        name, schema = database.mapping.key.property_name, database.schema
        prop = schema.properties.get(name or "") if schema else None
        if name is None or schema is None or prop is None:
            return None
        found = self._asked(schema, {"property": name, prop.type: {"equals": operation.key}})
        others = self._of_others(operation)
        pages = [page for page in found if page["id"] not in others]
        if len(pages) > 1:
            why = f"{len(pages)} pages carry its key, which one is its own is not known"
            raise NotWritten(Status.PENDING, why)
        return pages[0] if pages else None

    def _asked(self, schema: Schema, wanted: Filter) -> Sequence[Json]:
        """The pages that a filter finds. If Notion does not take it, nothing is known of them."""
        gateway, source = self.run.connection.gateway, schema.data_source_id

        def ask(filter_: Filter | None) -> Sequence[Json]:
            return gateway.query(source, filter_).pages

        try:
            return sent(lambda: asked_by_id(schema, wanted, ask))
        except RejectedRequest as refused:  # the create itself was not refused: it may be there
            why = f"its page could not be looked for: {refused.message}"
            raise NotWritten(Status.PENDING, why) from refused

    def _of_others(self, operation: Operation) -> set[str]:
        """The pages of other records, whatever somebody typed into their key property.

        Those of deleted records among them: what a page was wins over what it says (T29).
        """
        base = self.run.planned.comparison.mappings[operation.mapping].base
        records = {key: record.page_id for key, record in base.records.items()}
        stones = {key: stone.page_id for key, stone in base.tombstones.items()}
        return {page for key, page in [*records.items(), *stones.items()] if key != operation.key}
