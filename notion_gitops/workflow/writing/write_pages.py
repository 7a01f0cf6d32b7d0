"""Step 4, towards Notion: the page writes of a plan, one by one, in its order."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from notion_gitops.engine.forecast import PAGE_WRITES
from notion_gitops.engine.identity import resolve_relations
from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import LockLost, TokenRefused
from notion_gitops.model.mapping import BODY
from notion_gitops.model.operations import Operation
from notion_gitops.model.outcomes import Status
from notion_gitops.model.plan import Finding, Step, StepKind
from notion_gitops.model.records import Record, Side
from notion_gitops.model.values import Fields, Unknown, files_of
from notion_gitops.notion.completing import complete_page
from notion_gitops.notion.failures import AmbiguousCreate, AmbiguousWrite
from notion_gitops.notion.pages import Target, decode_page, encode_properties
from notion_gitops.workflow.reading.databases import Database
from notion_gitops.workflow.writing.asking import NotWritten, asked
from notion_gitops.workflow.writing.fresh import FreshReadings, same_own_values
from notion_gitops.workflow.writing.keeping import overwritten
from notion_gitops.workflow.writing.lost_creates import LostCreates
from notion_gitops.workflow.writing.page_ids import page_ids
from notion_gitops.workflow.writing.run import Id, Run
from notion_gitops.workflow.writing.send_files import FileSender, holds
from notion_gitops.workflow.writing.write_bodies import BodyWriter, Text, apart

Json = dict[str, Any]

CANARY = 5  # so many writes go first; only if one of them succeeded, the others follow
GIVE_UP_AFTER = 3  # requests in a row to which Notion does not answer


@dataclass
class PageWriter:
    """Carries out the page writes of one run and keeps Notion's answers."""

    run: Run
    fresh: FreshReadings
    answers: dict[Id, Json] = field(default_factory=dict)  # the page as last answered
    left_out: dict[Id, dict[str, Finding]] = field(default_factory=dict)  # fields not sent, and why
    ids: dict[str, dict[str, str]] = field(default_factory=dict)  # mapping -> key -> page id
    gone: set[str] = field(default_factory=set)  # ids of the pages trashed so far
    denied: list[Diagnostic | None] = field(default_factory=list)  # by failure: what is not allowed
    bodies: BodyWriter = field(init=False)
    lost: LostCreates = field(init=False)
    files: FileSender = field(init=False)

    def __post_init__(self) -> None:
        self.bodies = BodyWriter(self.run)
        self.lost = LostCreates(self.run)
        self.files = FileSender(self.run)

    def write(self, steps: Iterable[Step]) -> None:
        """Do all page writes; go on past a record that fails, and note every outcome."""
        todo = [s for s in steps if s.kind in PAGE_WRITES]
        self.ids = page_ids(self.run.planned.comparison)
        for mapping, key in self.run.open_creates:
            if self.page_id((mapping, key)):  # it was created after all
                self.run.journal.note("linked", mapping=mapping, key=key)
        silent = refused = 0
        stopped = ""
        for number, step in enumerate(todo):
            self.run.progress.step("Writing to Notion", number, len(todo))
            if not stopped and number == CANARY and refused == CANARY:
                stopped = f"the first {CANARY} writes all failed, so the others were not tried"
            if stopped:
                self.run.results.note(step, Status.PENDING, stopped)
                continue
            try:
                self._one(step)
                silent = 0
            except NotWritten as failure:
                self.run.results.note(step, failure.status, failure.why)
                self.denied.append(failure.denied)
                refused += failure.status is Status.FAILED
                silent = silent + 1 if failure.unreachable else 0
                if silent >= GIVE_UP_AFTER:
                    stopped = f"Notion did not answer {GIVE_UP_AFTER} times in a row"
            except (TokenRefused, LockLost) as denied:
                stopped = denied.diagnostics[0].summary
                self.run.touched.add((step.mapping, step.key, Side.NOTION))
                self.run.results.note(step, Status.PENDING, stopped)
            except OSError as full:  # of the journal: what cannot be noted is not sent
                stopped = f"the journal could not be written: {full}"
                self.run.results.note(step, Status.PENDING, stopped)
        self.run.progress.step("Writing to Notion", len(todo), len(todo))

    def page_id(self, at: Id) -> str:
        """The id of a record's page, if it has one by now."""
        return self.ids.get(at[0], {}).get(at[1], "")

    def _one(self, step: Step) -> None:
        operation = self.run.operations[(step.mapping, step.key)]
        if not self.run.results.sound(step.mapping, step.key):
            return  # an earlier step of this record failed, which is noted
        match step.kind:
            case StepKind.CREATE_PAGE:
                page = self._create(step, operation)
            case StepKind.UPDATE_PAGE:
                self._require_fresh(operation)
                page = self._update_all(operation, self._values(operation, step))
            case StepKind.LINK_PAGE:
                page = self._update(operation, self._values(operation, step))
            case StepKind.RESTORE_PAGE:
                page = self._restore(operation)
            case _:
                self._require_fresh(operation)
                if self._has_text(operation):
                    self.bodies.require_unmoved(operation)
                page = self._trash(operation)
                self.gone.add(page["id"])
        trashed = step.kind is StepKind.TRASH_PAGE  # what such a page says is of no use any more
        whole = page if trashed else self._whole(operation, page)
        self.answers[(step.mapping, step.key)] = whole
        self.ids.setdefault(step.mapping, {})[step.key] = page["id"]
        self.run.results.note(step, Status.APPLIED)

    # --- the kinds of writes ---

    def _create(self, step: Step, operation: Operation) -> Json:
        at = (step.mapping, step.key)
        if at in self.run.open_creates:
            self.lost.settle(at, operation)
        values, text = self._apart(operation, self._values(operation, step))
        properties = self._encoded(operation, values, None, with_key=True)
        # A leading heading would become the title of a page that is sent without one.
        titled = values.get(self._database(operation).mapping.title_field.name) is not None
        along = self.bodies.for_new_page(text.value) if text and titled else ""
        source = self._database(operation).schema
        if source is None:
            raise NotWritten(Status.SKIPPED, "its database could not be read")
        connection, clear = self.run.connection, True

        def about_to_send() -> None:
            self.run.journal.creating(step.mapping, step.key, connection.at_notion())

        gateway, identity = connection.gateway, source.data_source_id
        try:
            page = asked(lambda: gateway.create_page(identity, properties, along, about_to_send))
        except AmbiguousCreate as unclear:
            page, clear = self.lost.find_created(operation, unclear), False
        except (NotWritten, TokenRefused):
            self.run.journal.note("not created", mapping=step.mapping, key=step.key)
            raise
        self.run.journal.note("created", mapping=step.mapping, key=step.key, page=page["id"])
        if along:
            self.bodies.read_new(operation, page["id"], along, answered=clear)
        elif text:
            self._note_left(operation, self.bodies.write_first(operation, page["id"], text.value))
        return page

    def _update_all(self, operation: Operation, values: Fields) -> Json:
        """Write a page's text, then its properties."""
        properties, text = self._apart(operation, values)
        if text is None:
            return self._update(operation, properties)
        write, left = operation.write(Side.NOTION), self.bodies.write(operation, text.value)
        self._note_left(operation, left)
        if properties or (write is not None and write.key_to_write):
            return self._update(operation, properties)
        if left is not None:
            raise NotWritten(Status.SKIPPED, left.message)
        return self._previous(operation) or {}

    def _apart(self, operation: Operation, values: Fields) -> tuple[Fields, Text | None]:
        return apart(values, self._database(operation).mapping.body)

    def _note_left(self, operation: Operation, left: Finding | None) -> None:
        if left is not None:
            self.left_out.setdefault((operation.mapping, operation.key), {})[BODY] = left

    def _update(self, operation: Operation, values: Fields) -> Json:
        write = operation.write(Side.NOTION)
        with_key = write is not None and write.key_to_write
        return self._put(operation, values, self._previous(operation), with_key=with_key)

    def _put(
        self, operation: Operation, values: Fields, previous: Json | None, *, with_key: bool
    ) -> Json:
        page_id = self.page_id((operation.mapping, operation.key))
        properties = self._encoded(operation, values, previous, with_key=with_key)
        gateway = self.run.connection.gateway

        def done(page: Json) -> bool:
            now = self._resolved(operation, page)
            return all(holds(now.value(n), v) for n, v in values.items())

        return self._change(operation, lambda: gateway.update_page(page_id, properties), done)

    def _change(
        self,
        operation: Operation,
        send: Callable[[], Json],
        done: Callable[[Json], bool],
        *,
        over_edits: bool = False,
    ) -> Json:
        """Send a change. If its answer is lost, what the page says now tells whether it happened.

        It is sent once more if it did not happen and nobody else wrote meanwhile; `over_edits`:
        even if somebody did.
        """
        try:
            return asked(send)
        except AmbiguousWrite:
            self.run.touched.add((operation.mapping, operation.key, Side.NOTION))
            page_id = self.page_id((operation.mapping, operation.key)) or operation.page_id
            page = asked(lambda: self.run.connection.gateway.page(page_id))
        if done(page):
            return page
        if not over_edits and self._edited(operation, page):
            raise NotWritten(Status.STALE, "edited in Notion while it was written") from None
        try:
            return asked(send)
        except AmbiguousWrite as unclear:
            why = "Notion's answer was lost, again and again; the next plan sees what it did"
            raise NotWritten(Status.PENDING, why, unreachable=True) from unclear

    def _edited(self, operation: Operation, page: Json) -> bool:
        """Whether somebody else changed the page since it was read, or last written here."""
        answer = self.answers.get((operation.mapping, operation.key))
        before = self._read_before(operation)
        if answer is not None:
            before = self._decoded(operation, answer)
        mapping, now = self._database(operation).mapping, self._decoded(operation, page)
        return before is not None and not same_own_values(mapping, before, now, self.gone)

    def _restore(self, operation: Operation) -> Json:
        """Bring the page back, then write what the file says otherwise than the page that came.

        Fields that the write does not name are left: somebody may have edited them before the
        page went into the trash, and the next plan takes that up.
        """
        write = operation.write(Side.NOTION)
        page = self._bring_back(operation)
        self.ids.setdefault(operation.mapping, {})[operation.key] = page["id"]
        self.answers[(operation.mapping, operation.key)] = page
        held = self._resolved(operation, page)
        wanted, text = self._apart(operation, write.fields() if write else {})
        if text is not None:
            left = self.bodies.write_restored(operation, page["id"], text.value)
            self._note_left(operation, left)
        elif self._has_text(operation):
            self.bodies.read(operation, page["id"])
        missing = {
            n: v
            for n, v in wanted.items()
            if not holds(held.value(n), v) and not isinstance(held.value(n), Unknown)
        }
        self.run.keep(overwritten(operation, {n: held.value(n) for n in missing}))
        return self._put(operation, missing, page, with_key=True) if missing else page

    def _bring_back(self, operation: Operation) -> Json:
        gateway = self.run.connection.gateway
        return self._change(
            operation,
            lambda: gateway.restore_page(operation.page_id),
            lambda page: not page.get("in_trash"),
            over_edits=True,
        )

    def _trash(self, operation: Operation) -> Json:
        gateway = self.run.connection.gateway
        page = self._change(
            operation,
            lambda: gateway.trash_page(operation.page_id),
            lambda page: bool(page.get("in_trash")),
        )
        moved = self._has_text(operation) and self.bodies.moved_at_last(operation)
        if moved or self._edited(operation, page):
            self._bring_back(operation)
            raise NotWritten(
                Status.STALE, "edited in Notion at the moment it was deleted; it was brought back"
            )
        return page

    # --- what writes are made from ---

    def _values(self, operation: Operation, step: Step) -> Fields:
        write = operation.write(Side.NOTION)
        values = write.fields() if write else {}
        return {name: values[name] for name in step.fields}

    def _encoded(
        self, operation: Operation, values: Fields, previous: Json | None, *, with_key: bool
    ) -> Json:
        database = self._database(operation)
        if database.schema is None:
            raise NotWritten(Status.SKIPPED, "its database could not be read")
        people = self.run.planned.comparison.people
        held = self._held_files(operation, previous, values)
        sent = self.files.sent(operation, values, held)
        target = Target(
            database.mapping, database.schema, people, self.ids, sent.uploads, sent.hosted
        )
        key = operation.key if with_key else None
        encoded = encode_properties(values, target, previous_page=previous, key=key)
        at = (operation.mapping, operation.key)
        self.left_out.setdefault(at, {}).update(encoded.left_out)
        if values and encoded.left_out.keys() == values.keys():
            why = "; ".join(f.message for f in encoded.left_out.values())
            raise NotWritten(Status.SKIPPED, why)
        return encoded.properties

    def _held_files(self, operation: Operation, page: Json | None, values: Fields) -> Fields:
        """What the page holds, if files of git are to be written to it."""
        local = any(ref.path for value in values.values() for ref in files_of(value))
        return self._decoded(operation, page).fields if page and local else {}

    def _require_fresh(self, operation: Operation) -> None:
        if asked(lambda: self.fresh.moved(operation.mapping, operation.page_id, self.gone)):
            why = "edited in Notion since the plan was made; the next plan takes it up"
            raise NotWritten(Status.STALE, why)

    def _has_text(self, operation: Operation) -> bool:
        """Whether the text of its page takes part in the sync."""
        return self._database(operation).mapping.body is not None

    def _database(self, operation: Operation) -> Database:
        return self.run.planned.databases[operation.mapping]

    def _previous(self, operation: Operation) -> Json | None:
        compared = self.run.planned.comparison.mappings[operation.mapping]
        at = (operation.mapping, operation.key)
        return self.answers.get(at) or compared.notion.pages.raw.get(operation.page_id)

    def _read_before(self, operation: Operation) -> Record | None:
        compared = self.run.planned.comparison.mappings[operation.mapping]
        return compared.notion.pages.decoded.get(operation.page_id)

    def _decoded(self, operation: Operation, page: Json) -> Record:
        database = self._database(operation)
        if database.schema is None:
            raise NotWritten(Status.SKIPPED, "its database could not be read")
        people = self.run.planned.comparison.people
        return decode_page(
            self._whole(operation, page), database.mapping, database.schema, people
        ).record

    def _whole(self, operation: Operation, page: Json) -> Json:
        """The page with the values whole that an answer shows only in part."""
        mapping, schema = self._database(operation).mapping, self._database(operation).schema
        if schema is None:
            return page
        return asked(lambda: complete_page(self.run.connection.gateway, page, mapping, schema))

    def _resolved(self, operation: Operation, page: Json) -> Record:
        """The page's values, its relations by key."""
        keys = {name: {page: key for key, page in ids.items()} for name, ids in self.ids.items()}
        mapping = self._database(operation).mapping
        return resolve_relations(mapping, self._decoded(operation, page), keys)
