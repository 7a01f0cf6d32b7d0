"""What the steps of one run share, and what they make of a page as Notion answers it."""

from dataclasses import dataclass, field
from typing import Any

from notion_gitops.engine.identity import resolve_relations
from notion_gitops.model.operations import Operation
from notion_gitops.model.outcomes import Status
from notion_gitops.model.records import Record
from notion_gitops.notion.completing import complete_page
from notion_gitops.notion.pages import decode_page
from notion_gitops.notion.schema import Schema
from notion_gitops.workflow.reading.databases import Database
from notion_gitops.workflow.reading.notion_side import without_hidden
from notion_gitops.workflow.writing.asking import NotWritten, asked
from notion_gitops.workflow.writing.fresh import FreshReadings
from notion_gitops.workflow.writing.run import Id, Run

Json = dict[str, Any]


@dataclass
class Known:
    """The pages of one run. Steps only read it; it is added to when all of a group are done."""

    run: Run
    fresh: FreshReadings
    answers: dict[Id, Json] = field(default_factory=dict)  # the page as last answered
    ids: dict[str, dict[str, str]] = field(default_factory=dict)  # mapping -> key -> page id

    def page_id(self, at: Id) -> str:
        """The id of a record's page, if it has one by now."""
        return self.ids.get(at[0], {}).get(at[1], "")

    def database(self, operation: Operation) -> Database:
        """Where the record's page is."""
        return self.run.planned.databases[operation.mapping]

    def schema(self, operation: Operation) -> Schema:
        """The schema of the record's database.

        Raises:
            NotWritten: it could not be read.
        """
        schema = self.database(operation).schema
        if schema is None:
            raise NotWritten(Status.SKIPPED, "its database could not be read")
        return schema

    def previous(self, operation: Operation) -> Json | None:
        """The record's page as this run last saw it."""
        compared = self.run.planned.comparison.mappings[operation.mapping]
        at = (operation.mapping, operation.key)
        return self.answers.get(at) or compared.notion.pages.raw.get(operation.page_id)

    def whole(self, operation: Operation, page: Json) -> Json:
        """The page with the values whole that an answer shows only in part."""
        mapping, schema = self.database(operation).mapping, self.database(operation).schema
        if schema is None:
            return page
        return asked(lambda: complete_page(self.run.connection.gateway, page, mapping, schema))

    def decoded(self, operation: Operation, page: Json) -> Record:
        """The page's values, its relations by page id."""
        database, schema = self.database(operation), self.schema(operation)
        people = self.run.planned.comparison.people
        record = decode_page(self.whole(operation, page), database.mapping, schema, people).record
        return without_hidden(record, database)

    def resolved(self, operation: Operation, page: Json) -> Record:
        """The page's values, its relations by key."""
        keys = {name: {page: key for key, page in ids.items()} for name, ids in self.ids.items()}
        mapping = self.database(operation).mapping
        return resolve_relations(mapping, self.decoded(operation, page), keys)
