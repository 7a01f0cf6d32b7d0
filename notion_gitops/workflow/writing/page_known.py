"""What the steps of one run share, and what they make of a page as Notion answers it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from notion_gitops.engine.identity import resolve_relations
from notion_gitops.engine.read_back import changed_since, not_as_meant, not_taken
from notion_gitops.model.operations import Operation
from notion_gitops.model.outcomes import Status
from notion_gitops.model.plan import Step
from notion_gitops.model.records import Record, Side
from notion_gitops.model.values import Fields
from notion_gitops.notion.completing import complete_page
from notion_gitops.notion.pages import decode_page
from notion_gitops.notion.schema import Schema
from notion_gitops.workflow.reading.databases import Database
from notion_gitops.workflow.reading.notion_side import without_hidden
from notion_gitops.workflow.writing.asking import NotWritten, asked
from notion_gitops.workflow.writing.fresh import FreshReadings
from notion_gitops.workflow.writing.run import Id, Run
from notion_gitops.workflow.writing.send_properties import PropertySender

Json = dict[str, Any]


@dataclass
class Known:
    """The pages of one run. Steps only read it; it is added to when all of a group are done."""

    run: Run
    fresh: FreshReadings
    answers: dict[Id, Json] = field(default_factory=dict)  # the page as last answered
    ids: dict[str, dict[str, str]] = field(default_factory=dict)  # mapping -> key -> page id
    sender: PropertySender = field(init=False)

    def __post_init__(self) -> None:
        self.sender = PropertySender(self.run.connection.gateway)

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

    def judged(
        self, step: Step, operation: Operation, page: Json, left_out: Collection[str]
    ) -> tuple[str, ...]:
        """The fields of a write that Notion made something else of, by its answer.

        Args:
            step: the write.
            operation: what it is a step of.
            page: the answer.
            left_out: fields that were not sent.

        Raises:
            NotWritten: Notion did not take all members of the sets that were written; a relation
                to a page in the trash may be such.
        """
        sent = self._sent(step, operation, left_out)
        if not sent:
            return ()
        mapping, answered = self.database(operation).mapping, self.resolved(operation, page)
        lacking = not_taken(mapping, sent, answered)
        if lacking:
            self.run.touched.add((step.mapping, step.key, Side.NOTION))
            fields = "; ".join(f"{', '.join(keys)} in {name}" for name, keys in lacking.items())
            raise NotWritten(Status.FAILED, f"Notion did not take {fields}", refused=True)
        return not_as_meant(mapping, sent, answered)

    def _sent(self, step: Step, operation: Operation, left_out: Collection[str]) -> Fields:
        """What a step has written."""
        write = operation.write(Side.NOTION)
        names = set(step.fields) - set(left_out)
        return {n: v for n, v in write.fields().items() if n in names} if write else {}

    def changed_since(
        self, step: Step, operation: Operation, now: Mapping[str, Record]
    ) -> tuple[str, ...]:
        """The fields of a written page that hold something else by now; none if it is not told.

        Args:
            step: the write.
            operation: what it is a step of.
            now: pages as they are read afterwards, by id.
        """
        page = self.answers[(step.mapping, step.key)]
        told, body = now.get(page["id"]), self.database(operation).mapping.body
        names = set(step.fields) - ({body.name} if body else set())
        return changed_since(names, self.decoded(operation, page), told) if told else ()
