"""Step 4, towards Notion: the page writes of a plan, several at once, in its order."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from notion_gitops.engine.order import waves
from notion_gitops.engine.read_back import first_writes, to_read_back
from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import LockLost, TokenRefused
from notion_gitops.model.operations import Operation
from notion_gitops.model.outcomes import Status
from notion_gitops.model.plan import PAGE_WRITES, Finding, Step, StepKind
from notion_gitops.model.records import Side
from notion_gitops.workflow.writing.asking import NotWritten, asked
from notion_gitops.workflow.writing.canary import Canary
from notion_gitops.workflow.writing.confirm import Answered
from notion_gitops.workflow.writing.fresh import FreshReadings
from notion_gitops.workflow.writing.page_ids import page_ids
from notion_gitops.workflow.writing.page_known import Known
from notion_gitops.workflow.writing.page_step import PageStep
from notion_gitops.workflow.writing.pool import Pool
from notion_gitops.workflow.writing.run import Id, Run
from notion_gitops.workflow.writing.send_files import FileSender
from notion_gitops.workflow.writing.write_bodies import BodyWriter

Json = dict[str, Any]

GIVE_UP_AFTER = 3  # requests in a row to which Notion does not answer


@dataclass(frozen=True, slots=True)
class Tried:
    """What one step came to."""

    step: Step
    page: Json | None  # as answered; None if it was not written
    left_out: Mapping[str, Finding]  # fields not sent, and why
    otherwise: tuple[str, ...] = ()  # fields that Notion made something else of, by its answer
    failure: NotWritten | TokenRefused | LockLost | OSError | None = None


@dataclass
class PageWriter:
    """Carries out the page writes of one run and keeps Notion's answers."""

    run: Run
    fresh: FreshReadings
    left_out: dict[Id, dict[str, Finding]] = field(default_factory=dict)  # fields not sent, and why
    otherwise: dict[Id, set[str]] = field(default_factory=dict)  # fields, as in `Tried`
    denied: list[Diagnostic | None] = field(default_factory=list)  # by failure: what is not allowed
    known: Known = field(init=False)
    bodies: BodyWriter = field(init=False)
    files: FileSender = field(init=False)
    _canary: Canary = field(default_factory=Canary)
    _stopped: str = ""  # why nothing is written any more
    _full: str = ""  # why no page is created any more
    _silent: int = 0  # requests in a row that were not answered
    _done: int = 0

    def __post_init__(self) -> None:
        ids = page_ids(self.run.planned.comparison)
        self.known = Known(self.run, self.fresh, ids=ids)
        self.bodies = BodyWriter(self.run)
        self.files = FileSender(self.run)

    @property
    def answered(self) -> Answered:
        """What Notion made of the writes, by its answers."""
        known, bodies = self.known, self.bodies
        return Answered(
            known.answers, known.ids, bodies.texts, frozenset(bodies.respelled), self.otherwise
        )

    def write(self, steps: Iterable[Step]) -> None:
        """Do all page writes; go on past a record that fails, and note every outcome."""
        todo = [s for s in steps if s.kind in PAGE_WRITES]
        for mapping, key in self.run.open_creates:
            if self.known.page_id((mapping, key)):  # it was created after all
                self.run.journal.note("linked", mapping=mapping, key=key)
        mappings = {n: c.mapping for n, c in self.run.planned.comparison.mappings.items()}
        first = first_writes(mappings, self.run.operations, todo)
        if not first:
            self._canary.proved.update(step.mapping for step in todo)
        for group in waves(mappings, self.run.operations, todo):
            if group[0].kind is StepKind.TRASH_PAGE:  # Notion takes them out of relations by itself
                self.fresh.gone = frozenset(self._operation(s).page_id for s in group)
            waiting: Sequence[Step] = group
            while waiting:
                self.run.progress.step("Writing to Notion", self._done, len(todo))
                going, waiting = self._canary.first(waiting)
                self._write(going, len(todo))
                if going == first:
                    self._read_back(first)
        self.run.progress.step("Writing to Notion", len(todo), len(todo))

    def _write(self, steps: Sequence[Step], total: int) -> None:
        """Do steps that do not need one another."""
        sound = [s for s in steps if self.run.results.sound(s.mapping, s.key)]
        self._done += len(steps) - len(sound)  # an earlier step of theirs failed, which is noted
        going = [s for s in sound if not self._why_not(s)]

        def seen(tried: Tried) -> bool:
            self._done += 1
            self.run.progress.step("Writing to Notion", self._done, total)
            self._learn(tried)
            return not self._stopped

        gateway = self.run.connection.gateway
        pool: Pool[Tried] = Pool(gateway.in_flight, gateway.stop)
        results = pool.results([partial(self._try, s) for s in going], seen)
        tries = dict(zip(going, results, strict=True))
        for step in sound:
            tried = tries.get(step)
            if tried is None:
                self.run.results.note(step, Status.PENDING, self._why_not(step))
            else:
                self._take_up(tried)

    def _read_back(self, first: Sequence[Step]) -> None:
        """Ask what became of the first writes, before any other goes out."""
        done = [s for s in first if (s.mapping, s.key) in self.known.answers]
        for name in sorted(to_read_back(done)):
            try:
                now = asked(lambda: self.fresh.read_back(name))  # noqa: B023  called at once
            except (NotWritten, TokenRefused) as failure:
                why = failure.why if isinstance(failure, NotWritten) else told(failure)
                self._stopped = f"what was written first could not be read back: {why}"
                return
            wrote = [s for s in done if s.mapping == name and s.kind is not StepKind.TRASH_PAGE]
            changed = [self.known.changed_since(s, self._operation(s), now) for s in wrote]
            self._canary.read_back(name, changed)

    def _try(self, step: Step) -> Tried:
        """Do one step, in whatever thread; nothing that others read is changed."""
        if self._full and step.kind is StepKind.CREATE_PAGE:
            return Tried(step, None, {}, failure=NotWritten(Status.PENDING, self._full))
        one = PageStep(self.known, self.bodies, self.files, step, self._operation(step))
        try:
            page = one.done()
            return Tried(step, page, one.left_out, one.otherwise)
        except (NotWritten, TokenRefused, LockLost, OSError) as failure:
            return Tried(step, None, one.left_out, failure=failure)

    def _learn(self, tried: Tried) -> None:
        """What this one result says of the writes that are still to come."""
        name = tried.step.mapping
        match tried.failure:
            case None:
                self._silent = 0
                self._canary.worked(name, tried.otherwise)
            case NotWritten(unreachable=True):
                self._silent += 1
                if self._silent >= GIVE_UP_AFTER:
                    self._stopped = f"Notion did not answer {GIVE_UP_AFTER} times in a row"
            case NotWritten(status=Status.FAILED) as failure:
                self._silent = 0
                self._canary.failed(name, failure.why)
            case NotWritten() as failure:
                self._silent = 0
                self._full = failure.why if failure.no_blocks else self._full
            case TokenRefused() | LockLost() as denied:
                self._stopped = told(denied)
            case OSError() as full:  # of the journal: what cannot be noted is not sent
                self._stopped = f"the journal could not be written: {full}"

    def _take_up(self, tried: Tried) -> None:
        """Note what became of a step; in the order of the plan."""
        step, at = tried.step, (tried.step.mapping, tried.step.key)
        if tried.left_out:
            self.left_out.setdefault(at, {}).update(tried.left_out)
        if tried.otherwise:
            self.otherwise.setdefault(at, set()).update(tried.otherwise)
        match tried.failure:
            case None if tried.page is not None:
                self.known.answers[at] = tried.page
                self.known.ids.setdefault(step.mapping, {})[step.key] = tried.page["id"]
                self.run.results.note(step, Status.APPLIED)
            case NotWritten() as failure:
                self.denied.append(failure.denied)
                refused = failure.refused
                self.run.results.note(step, failure.status, failure.why, refused=refused)
            case TokenRefused() | LockLost():
                self.run.touched.add((*at, Side.NOTION))
                self.run.results.note(step, Status.PENDING, self._stopped)
            case _:
                self.run.results.note(step, Status.PENDING, self._stopped)

    def _why_not(self, step: Step) -> str:
        return self._stopped or self._canary.given_up.get(step.mapping, "")

    def _operation(self, step: Step) -> Operation:
        return self.run.operations[(step.mapping, step.key)]


def told(error: TokenRefused | LockLost) -> str:
    """An error in one line."""
    return error.diagnostics[0].summary
