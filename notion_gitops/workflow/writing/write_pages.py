"""Step 4, towards Notion: the page writes of a plan, several at once, in its order."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from notion_gitops.engine.forecast import PAGE_WRITES
from notion_gitops.engine.order import waves
from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import LockLost, TokenRefused
from notion_gitops.model.operations import Operation
from notion_gitops.model.outcomes import Status
from notion_gitops.model.plan import Finding, Step, StepKind
from notion_gitops.model.records import Side
from notion_gitops.workflow.writing.asking import NotWritten
from notion_gitops.workflow.writing.canary import CANARY, Canary
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
    failure: NotWritten | TokenRefused | LockLost | OSError | None = None


@dataclass
class PageWriter:
    """Carries out the page writes of one run and keeps Notion's answers."""

    run: Run
    fresh: FreshReadings
    left_out: dict[Id, dict[str, Finding]] = field(default_factory=dict)  # fields not sent, and why
    denied: list[Diagnostic | None] = field(default_factory=list)  # by failure: what is not allowed
    known: Known = field(init=False)
    bodies: BodyWriter = field(init=False)
    files: FileSender = field(init=False)
    _canary: Canary = field(default_factory=Canary)
    _stopped: str = ""  # why nothing is written any more
    _hopeless: dict[str, str] = field(default_factory=dict)  # mapping -> why nothing of it is
    _full: str = ""  # why no page is created any more
    _silent: int = 0  # requests in a row that were not answered
    _done: int = 0

    def __post_init__(self) -> None:
        ids = page_ids(self.run.planned.comparison)
        self.known = Known(self.run, self.fresh, ids=ids)
        self.bodies = BodyWriter(self.run)
        self.files = FileSender(self.run)

    def write(self, steps: Iterable[Step]) -> None:
        """Do all page writes; go on past a record that fails, and note every outcome."""
        todo = [s for s in steps if s.kind in PAGE_WRITES]
        for mapping, key in self.run.open_creates:
            if self.known.page_id((mapping, key)):  # it was created after all
                self.run.journal.note("linked", mapping=mapping, key=key)
        if len(todo) <= CANARY:
            self._canary.proved.update(step.mapping for step in todo)
        mappings = {n: c.mapping for n, c in self.run.planned.comparison.mappings.items()}
        for group in waves(mappings, self.run.operations, todo):
            if group[0].kind is StepKind.TRASH_PAGE:  # Notion takes them out of relations by itself
                self.fresh.gone = frozenset(self._operation(s).page_id for s in group)
            waiting: Sequence[Step] = group
            while waiting:
                self.run.progress.step("Writing to Notion", self._done, len(todo))
                going, waiting = self._canary.first(waiting)
                self._write(going, len(todo))
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

    def _try(self, step: Step) -> Tried:
        """Do one step, in whatever thread; nothing that others read is changed."""
        if self._full and step.kind is StepKind.CREATE_PAGE:
            return Tried(step, None, {}, NotWritten(Status.PENDING, self._full))
        one = PageStep(self.known, self.bodies, self.files, step, self._operation(step))
        try:
            return Tried(step, one.done(), one.left_out)
        except (NotWritten, TokenRefused, LockLost, OSError) as failure:
            return Tried(step, None, one.left_out, failure)

    def _learn(self, tried: Tried) -> None:
        """What this one result says of the writes that are still to come."""
        name = tried.step.mapping
        match tried.failure:
            case None:
                self._silent = 0
                self._canary.worked(name)
            case NotWritten(unreachable=True):
                self._silent += 1
                if self._silent >= GIVE_UP_AFTER:
                    self._stopped = f"Notion did not answer {GIVE_UP_AFTER} times in a row"
            case NotWritten(status=Status.FAILED) as failure:
                self._silent = 0
                if self._canary.failed(name, failure.why):
                    why = f"the first {CANARY} writes all failed, so the others were not tried"
                    self._hopeless[name] = why
            case NotWritten() as failure:
                self._silent = 0
                self._full = failure.why if failure.no_blocks else self._full
            case TokenRefused() | LockLost() as denied:
                self._stopped = denied.diagnostics[0].summary
            case OSError() as full:  # of the journal: what cannot be noted is not sent
                self._stopped = f"the journal could not be written: {full}"

    def _take_up(self, tried: Tried) -> None:
        """Note what became of a step; in the order of the plan."""
        step, at = tried.step, (tried.step.mapping, tried.step.key)
        if tried.left_out:
            self.left_out.setdefault(at, {}).update(tried.left_out)
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
        return self._stopped or self._hopeless.get(step.mapping, "")

    def _operation(self, step: Step) -> Operation:
        return self.run.operations[(step.mapping, step.key)]
