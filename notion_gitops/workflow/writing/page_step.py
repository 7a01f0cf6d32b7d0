"""Step 4, towards Notion: one step of a plan, for one page."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from notion_gitops.engine.read_back import holds
from notion_gitops.model.errors import TokenRefused
from notion_gitops.model.mapping import BODY
from notion_gitops.model.operations import Operation
from notion_gitops.model.outcomes import Status
from notion_gitops.model.plan import Finding, Step, StepKind
from notion_gitops.model.records import Side
from notion_gitops.model.values import Fields, Unknown, files_of
from notion_gitops.notion.failures import AmbiguousCreate, AmbiguousWrite
from notion_gitops.notion.pacing import Stopped
from notion_gitops.notion.pages import Target, encode_properties
from notion_gitops.workflow.writing.asking import NotWritten, asked
from notion_gitops.workflow.writing.fresh import MAX_AGE, on_young_reading
from notion_gitops.workflow.writing.keeping import overwritten
from notion_gitops.workflow.writing.lost_creates import LostCreates
from notion_gitops.workflow.writing.page_known import Known
from notion_gitops.workflow.writing.run import Id
from notion_gitops.workflow.writing.send_files import FileSender
from notion_gitops.workflow.writing.send_properties import PageWrite
from notion_gitops.workflow.writing.windows import measured
from notion_gitops.workflow.writing.write_bodies import BodyWriter, Text, apart

Json = dict[str, Any]


@dataclass
class PageStep:
    """Carries out one step. It changes nothing that other steps read: they may go on beside it."""

    known: Known
    bodies: BodyWriter
    files: FileSender
    step: Step
    operation: Operation
    left_out: dict[str, Finding] = field(default_factory=dict)  # fields not sent, and why
    otherwise: tuple[str, ...] = ()  # fields that Notion made something else of, by its answer

    def done(self) -> Json:
        """Do it; the page as Notion answers it.

        Raises:
            NotWritten: it was not done, or not all of it.
            TokenRefused: the token itself is refused: no other step has a chance.
            OSError: the journal could not be written.
        """
        match self.step.kind:
            case StepKind.CREATE_PAGE:
                page = self._create()
            case StepKind.UPDATE_PAGE:
                page = self._update_all()
            case StepKind.LINK_PAGE:
                page = self._update(self._values())
            case StepKind.RESTORE_PAGE:
                page = self._restore()
            case _:
                return self._trash()  # what such a page says is of no use any more
        page = self.known.whole(self.operation, page)
        self.otherwise = self.known.judged(self.step, self.operation, page, self.left_out)
        return page

    # --- the kinds of writes ---

    def _create(self) -> Json:
        run, operation = self.known.run, self.operation
        if self._at in run.open_creates:
            LostCreates(run).settle(self._at, operation)
        values, text = self._apart(self._values())
        properties = self._encoded(values, None, with_key=True)
        # A leading heading would become the title of a page that is sent without one.
        titled = values.get(self.known.database(operation).mapping.title_field.name) is not None
        along = self.bodies.for_new_page(text.value) if text and titled else ""
        page, clear = self._created(properties, along)
        if along:
            self.bodies.read_new(operation, page["id"], along, answered=clear)
        elif text:
            self._note_left(self.bodies.write_first(operation, page["id"], text.value))
        return page

    def _created(self, properties: Json, along: str) -> tuple[Json, bool]:
        """The new page, and whether that is the answer to its create and not to a look-up."""
        run, (mapping, key) = self.known.run, self._at
        what = PageWrite(self.known.schema(self.operation), properties)
        source, gateway, clear = what.schema.data_source_id, run.connection.gateway, True

        def about_to_send() -> None:
            run.journal.creating(mapping, key, run.connection.at_notion())

        began = gateway.moment()
        try:
            page = asked(
                lambda: self.known.sender.send(
                    what, lambda p: gateway.create_page(source, p, along, about_to_send)
                )
            )
        except AmbiguousCreate as unclear:
            page, clear = LostCreates(run).find_created(self.operation, unclear), False
        except (NotWritten, TokenRefused, Stopped):
            run.journal.note("not created", mapping=mapping, key=key)
            raise
        run.journal.note("created", mapping=mapping, key=key, page=page["id"])
        page = self.known.whole(self.operation, page)
        self.known.fresh.note(page["id"], began, self.known.decoded(self.operation, page))
        return page, clear

    def _update_all(self) -> Json:
        """Write a page's text, then its properties."""
        properties, text = self._apart(self._values())
        if text is None:
            return self._update(properties)
        write = self.operation.write(Side.NOTION)
        asked(self._require_fresh)
        left = self.bodies.write(self.operation, text.value)
        self._note_left(left)
        if properties or (write is not None and write.key_to_write):
            return self._update(properties)
        if left is not None:
            refused = self._at in self.bodies.refused
            raise NotWritten(
                Status.FAILED if refused else Status.SKIPPED, left.message, refused=refused
            )
        return self.known.previous(self.operation) or {}

    def _update(self, values: Fields) -> Json:
        write = self.operation.write(Side.NOTION)
        with_key = write is not None and write.key_to_write
        page_id = self.known.page_id(self._at)
        return self._put(page_id, values, self.known.previous(self.operation), with_key=with_key)

    def _put(self, page_id: str, values: Fields, previous: Json | None, *, with_key: bool) -> Json:
        properties = self._encoded(values, previous, with_key=with_key)
        what = PageWrite(self.known.schema(self.operation), properties, page_id)
        gateway = self.known.run.connection.gateway

        def done(page: Json) -> bool:
            now = self.known.resolved(self.operation, page)
            return all(holds(now.value(n), v) for n, v in values.items())

        return self._change(
            page_id,
            lambda: self.known.fresh.require(self.operation.mapping, page_id),
            lambda until: self.known.sender.send(
                what, lambda p: gateway.update_page(page_id, p, until)
            ),
            done,
        )

    def _restore(self) -> Json:
        """Bring the page back, then write what the file says otherwise than the page that came.

        Fields that the write does not name are left: somebody may have edited them before the
        page went into the trash, and the next plan takes that up.
        """
        operation, write = self.operation, self.operation.write(Side.NOTION)
        page = self._bring_back()
        held = self.known.resolved(operation, page)
        wanted, text = self._apart(write.fields() if write else {})
        if text is not None:
            self._note_left(self.bodies.write_restored(operation, page["id"], text.value))
        elif self._has_text():
            self.bodies.read(operation, page["id"])
        missing = {
            n: v
            for n, v in wanted.items()
            if not holds(held.value(n), v) and not isinstance(held.value(n), Unknown)
        }
        self.known.run.keep(overwritten(operation, {n: held.value(n) for n in missing}))
        return self._put(page["id"], missing, page, with_key=True) if missing else page

    def _bring_back(self) -> Json:
        """Take the page out of the trash, unless somebody did; over whatever was edited."""
        gateway, page_id = self.known.run.connection.gateway, self.operation.page_id
        page: Json = {}

        def read() -> float:
            nonlocal page
            at = gateway.ready()
            page = gateway.page(page_id)
            return at + MAX_AGE

        def write(until: float) -> Json:
            return gateway.restore_page(page_id, until) if page.get("in_trash") else page

        began = gateway.moment()
        back = self._change(
            page_id, read, write, lambda now: not now.get("in_trash"), over_edits=True
        )
        back = self.known.whole(self.operation, back)
        self.known.fresh.note(page_id, began, self.known.decoded(self.operation, back))
        return back

    def _trash(self) -> Json:
        operation, gateway = self.operation, self.known.run.connection.gateway
        page = self._change(
            operation.page_id,
            self._require_whole,
            lambda until: gateway.trash_page(operation.page_id, until),
            lambda page: bool(page.get("in_trash")),
        )
        now = self.known.decoded(operation, page)
        moved = self._has_text() and self.bodies.moved_at_last(operation)
        if moved or self.known.fresh.edited(operation.mapping, operation.page_id, now):
            self._bring_back()
            raise NotWritten(
                Status.STALE, "edited in Notion at the moment it was deleted; it was brought back"
            )
        return page

    # --- preconditions, and answers that are lost ---

    def _require_fresh(self) -> float:
        return self.known.fresh.require(self.operation.mapping, self.operation.page_id)

    def _require_whole(self) -> float:
        """Of a page that is to be trashed: its text as well as its properties."""
        until = self._require_fresh()
        if self._has_text():
            until = min(until, self.bodies.require_unmoved(self.operation).until)
        return until

    def _change(
        self,
        page_id: str,
        read: Callable[[], float],
        write: Callable[[float], Json],
        done: Callable[[Json], bool],
        *,
        over_edits: bool = False,
    ) -> Json:
        """Send a change. If its answer is lost, what the page says now tells whether it happened.

        It is sent once more if it did not happen and nobody else wrote meanwhile; `over_edits`:
        even if somebody did.
        """
        known, operation = self.known, self.operation
        gateway = known.run.connection.gateway
        send = write if over_edits else lambda until: measured(known.run, until, write)
        for _ in range(2):
            try:
                return asked(lambda: on_young_reading(gateway, read, send))
            except AmbiguousWrite:
                known.run.touched.add((*self._at, Side.NOTION))
            at = asked(gateway.ready)
            page = asked(lambda: gateway.page(page_id))
            if done(page):
                return page
            now = known.decoded(operation, page)
            if not over_edits and known.fresh.edited(operation.mapping, page_id, now):
                raise NotWritten(Status.STALE, "edited in Notion while it was written")
            if not over_edits:
                known.fresh.note(page_id, at, now)
        why = "Notion's answer was lost, again and again; the next plan sees what it did"
        raise NotWritten(Status.PENDING, why, unreachable=True)

    # --- what writes are made from ---

    @property
    def _at(self) -> Id:
        return self.step.mapping, self.step.key

    def _has_text(self) -> bool:
        """Whether the text of its page takes part in the sync."""
        return self.known.database(self.operation).mapping.body is not None

    def _apart(self, values: Fields) -> tuple[Fields, Text | None]:
        return apart(values, self.known.database(self.operation).mapping.body)

    def _note_left(self, left: Finding | None) -> None:
        if left is not None:
            self.left_out[BODY] = left

    def _values(self) -> Fields:
        write = self.operation.write(Side.NOTION)
        values = write.fields() if write else {}
        return {name: values[name] for name in self.step.fields}

    def _encoded(self, values: Fields, previous: Json | None, *, with_key: bool) -> Json:
        database, schema = self.known.database(self.operation), self.known.schema(self.operation)
        people = self.known.run.planned.comparison.people
        sent = self.files.sent(self.operation, values, self._held_files(previous, values))
        ids = self.known.ids
        target = Target(database.mapping, schema, people, ids, sent.uploads, sent.hosted)
        key = self.operation.key if with_key else None
        encoded = encode_properties(values, target, previous_page=previous, key=key)
        self.left_out.update(encoded.left_out)
        if values and encoded.left_out.keys() == values.keys():
            why = "; ".join(f.message for f in encoded.left_out.values())
            raise NotWritten(Status.SKIPPED, why)
        return encoded.properties

    def _held_files(self, page: Json | None, values: Fields) -> Fields:
        """What the page holds, if files of git are to be written to it."""
        local = any(ref.path for value in values.values() for ref in files_of(value))
        return self.known.decoded(self.operation, page).fields if page and local else {}
