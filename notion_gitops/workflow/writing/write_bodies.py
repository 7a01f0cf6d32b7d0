"""The texts of pages: each written on a reading that is seconds old, and held against its answer.

A text is changed piece by piece, so that all other blocks keep their ids and their comments.
Nothing here ever allows Notion to delete a page or database that stands inside of a page.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from notion_gitops.engine.bodies import as_in_file, in_notion_form
from notion_gitops.model.diagnostics import Severity
from notion_gitops.model.mapping import BODY, Field
from notion_gitops.model.operations import Operation
from notion_gitops.model.outcomes import Status
from notion_gitops.model.plan import Finding
from notion_gitops.model.records import Side
from notion_gitops.model.values import Fields, Unknown, Value
from notion_gitops.notion.bodies import Command, blocks_that_are_lost, body_of, replacing
from notion_gitops.notion.failures import AmbiguousWrite, Json, RejectedRequest, TooLate
from notion_gitops.text.bodies import same_text
from notion_gitops.workflow.reading.compared import Compared
from notion_gitops.workflow.writing.asking import NotWritten, asked, sent
from notion_gitops.workflow.writing.fresh import MAX_AGE, ROUNDS
from notion_gitops.workflow.writing.keeping import overwritten
from notion_gitops.workflow.writing.run import Id, Run
from notion_gitops.workflow.writing.windows import measured

STALE = "its text was edited in Notion since the plan was made"
PART = "only a part of its text was written; the next plan takes up the rest"
NOT_TAKEN = "Notion did not take its text; the next plan tries again"


class Reading(NamedTuple):
    """The text of a page, and until when something may be written on it."""

    text: Value
    until: float  # by the gateway's clock


@dataclass
class BodyWriter:
    """Writes the texts of one run's pages and keeps what Notion has for them afterwards."""

    run: Run
    texts: dict[Id, Value] = field(default_factory=dict)  # as Notion has them, after the writes
    respelled: set[Id] = field(default_factory=set)  # of new pages: read otherwise than sent
    refused: set[Id] = field(default_factory=set)  # by Notion, as they are

    def require_unmoved(self, operation: Operation) -> Reading:
        """The text of a page as it is now, which must be the one that was planned upon.

        Raises:
            NotWritten: it is another, or it cannot be read.
        """
        now, planned = self._read(operation.page_id), self._planned(operation)
        if not _same(now.text, planned):
            raise NotWritten(Status.STALE, STALE)
        return now

    def moved_at_last(self, operation: Operation) -> bool:
        """Whether a page that was just trashed has another text than the one planned upon.

        It is not known whether Notion gives the text of such a page: if not, nothing tells.
        """
        try:
            now = self._read(operation.page_id)
        except NotWritten:
            return False
        return not _same(now.text, self._planned(operation))

    def write(self, operation: Operation, wanted: Value) -> Finding | None:
        """Give a page its text; why it was left as it is, if Notion does not take it.

        Raises:
            NotWritten: the text moved, or it is not known whether Notion has it.
        """
        now = self.require_unmoved(operation)
        if isinstance(now.text, Unknown):
            return self._left(operation, now.text.reason)
        return self._put(operation, operation.page_id, now, wanted)

    def write_restored(self, operation: Operation, page_id: str, wanted: Value) -> Finding | None:
        """Give a page that came out of the trash its text, unless it has another one.

        What it holds may have been edited before it was trashed: that is the next plan's.
        """
        now = self._read(page_id)
        held = self.texts[(operation.mapping, operation.key)] = now.text
        if _same(held, wanted):
            return None
        if held is not None and not _same(held, self._agreed(operation)):
            return self._left(operation, "the page that came back has another text")
        gateway = self.run.connection.gateway
        lost = asked(lambda: blocks_that_are_lost(gateway, page_id)) if held is not None else ""
        if lost:
            return self._left(operation, f"its page holds {lost}, which would be lost")
        self.run.keep(overwritten(operation, {BODY: self._as_file(operation, held)}))
        return self._put(operation, page_id, now, wanted)

    def read(self, operation: Operation, page_id: str) -> None:
        """Take up the text that a page came back with."""
        self.texts[(operation.mapping, operation.key)] = self._read(page_id).text

    def read_new(self, operation: Operation, page_id: str, wrote: str, *, answered: bool) -> None:
        """Take up what a new page has for the text that was sent with it.

        Args:
            operation: of its record.
            page_id: the page.
            wrote: the text that was sent.
            answered: whether the answer came. If it was lost, somebody may have edited the page
                while it was looked for: another text is not taken for a spelling of this one.
        """
        at, text = (operation.mapping, operation.key), self._read(page_id).text
        if not _same(text, wrote):
            if answered:
                self.respelled.add(at)
            else:
                text = Unknown("its answer was lost, and it reads otherwise now")
        self.texts[at] = text

    def for_new_page(self, wanted: Value) -> str:
        """A text as it goes with a new page."""
        return in_notion_form(None, None, wanted)

    def write_first(self, operation: Operation, page_id: str, wanted: Value) -> Finding | None:
        """Give a page that was just made its text, if it could not go with it."""
        new = Reading(None, self.run.connection.gateway.moment() + MAX_AGE)
        return self._put(operation, page_id, new, wanted)

    def _put(
        self, operation: Operation, page_id: str, now: Reading, wanted: Value
    ) -> Finding | None:
        before = now.text if isinstance(now.text, str) else ""
        target = in_notion_form(now.text, self._as_file(operation, now.text), wanted)
        command = replacing(before, target)
        at = (operation.mapping, operation.key, Side.NOTION)
        self.run.touched.add(at)
        try:
            text = self._sent(page_id, command, Reading(before or None, now.until))
        except RejectedRequest as refused:
            self.run.touched.discard(at)
            self.refused.add((operation.mapping, operation.key))
            return self._left(operation, f"Notion refused it: {refused.message}")
        except NotWritten as failure:
            if not failure.no_blocks:
                raise
            self.run.touched.discard(at)
            return self._left(operation, failure.why)
        self.texts[(operation.mapping, operation.key)] = text
        return None

    def _sent(self, page_id: str, command: Command, before: Reading) -> Value:
        """Send the change; if its answer is lost, what the page says then tells what happened."""
        gateway, now, lost = self.run.connection.gateway, before, 0

        def write(until: float) -> Json:
            return gateway.update_markdown(page_id, command.body, until)

        for _ in range(ROUNDS):
            until = now.until
            try:
                answer = sent(lambda: measured(self.run, until, write))  # noqa: B023  called at once
                return _taken(command, before.text, answer)
            except TooLate:
                pass  # it is read again, as it would be if the answer had been lost
            except AmbiguousWrite:
                lost += 1
            now = self._read(page_id)
            if _same(now.text, command.after or None):
                return now.text
            if not _same(now.text, before.text):
                raise NotWritten(Status.PENDING, PART) if lost else NotWritten(Status.STALE, STALE)
            if lost > 1:
                break
        raise NotWritten(Status.PENDING, NOT_TAKEN)

    def _read(self, page_id: str) -> Reading:
        gateway = self.run.connection.gateway
        at = asked(gateway.ready)
        return Reading(body_of(asked(lambda: gateway.markdown(page_id))), at + MAX_AGE)

    def _compared(self, operation: Operation) -> Compared:
        return self.run.planned.comparison.mappings[operation.mapping]

    def _planned(self, operation: Operation) -> Value:
        key = operation.renamed_from or operation.key
        record = self._compared(operation).notion.unresolved.get(key)
        return record.value(BODY) if record else None

    def _agreed(self, operation: Operation) -> Value:
        key = operation.renamed_from or operation.key
        before = self._compared(operation).base.records.get(key)
        return before.in_notion(BODY) if before else None

    def _as_file(self, operation: Operation, now: Value) -> Value:
        compared, key = self._compared(operation), operation.renamed_from or operation.key
        git = compared.inputs.git.records.get(operation.key)
        base = compared.base.records.get(key)
        return as_in_file(base, git.value(BODY) if git else None, now)

    def _left(self, operation: Operation, why: str) -> Finding:
        return Finding(
            check="page text",
            severity=Severity.ERROR,
            mapping=operation.mapping,
            keys=(operation.key,),
            message=f"its text is not written to Notion: {why}",
            why="The text is left as it is on both sides; the other fields go on.",
        )


def _taken(command: Command, before: Value, answer: Json) -> Value:
    """The text that a page has by the answer to a change, which must have happened."""
    text = body_of(answer)
    if _same(text, command.after or None):
        return text
    if _same(text, before):
        raise NotWritten(Status.PENDING, NOT_TAKEN)
    if command.happened(before if isinstance(before, str) else "", text):
        return text
    raise NotWritten(Status.PENDING, PART)


def _same(one: Value, other: Value) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        return same_text(one, other)
    return one == other


class Text(NamedTuple):
    """The text that a page is to have; None for an empty one."""

    value: Value


def apart(values: Fields, body: Field | None) -> tuple[Fields, Text | None]:
    """The properties among some values, and the text of the page if it is among them."""
    if body is None or body.name not in values:
        return values, None
    return {n: v for n, v in values.items() if n != body.name}, Text(values[body.name])
