"""Sending one request: paced, counted, and tried again only where that cannot do harm."""

import json
import random
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from notion_client import Client

from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import (
    CannotReachNotion,
    NoBlocksLeft,
    NobodyListens,
    NotPermitted,
    NotShared,
    TokenRefused,
)
from notion_gitops.notion.failures import (
    AmbiguousCreate,
    AmbiguousWrite,
    Failure,
    Json,
    Kind,
    RejectedRequest,
    RejectedWrite,
    TooLarge,
    TooLate,
    failure_of,
)
from notion_gitops.notion.pacing import Pacer, Slot

TRIES = 6
"""How often one request is sent at most (Notion's documentation, "Request limits")."""

LONGEST_PAUSE = 900.0
"""Seconds; if one request has to wait longer in all, the run goes on without it and says so."""

LARGEST_BODY = 500_000
"""Bytes of one request (Notion's documentation, "Request limits": 500 KB)."""

_LONGEST_BACKOFF = 30.0

Query = Mapping[str, str | Sequence[str]]


class Nature(StrEnum):
    """What sending a request twice would do."""

    READ = "read"  # nothing
    CHANGE = "change"  # nothing, if nobody else wrote in between
    CREATE = "create"  # a twin


@dataclass(frozen=True, slots=True)
class Call:
    """One request of the API."""

    nature: Nature
    method: str
    path: str  # below /v1/, percent-encoded
    about: str  # what it concerns, for people: "the page 1234…"
    query: Query | None = None
    body: Json | None = None
    form: Mapping[str, Any] | None = None  # sent as multipart/form-data instead of a body
    announce: Callable[[], None] | None = None  # called each time, just before it is sent
    until: float | None = None  # it goes out by then, by the pacer's clock, or not at all


@dataclass(frozen=True, slots=True)
class Counts:
    """What was sent so far. A request that was tried again counts each time."""

    reads: int = 0
    writes: int = 0
    retries: int = 0
    seconds_waited: float = 0.0

    @property
    def requests(self) -> int:
        """All requests that were sent."""
        return self.reads + self.writes

    def since(self, earlier: "Counts") -> "Counts":
        """What was sent after `earlier` was taken."""
        return Counts(
            self.reads - earlier.reads,
            self.writes - earlier.writes,
            self.retries - earlier.retries,
            self.seconds_waited - earlier.seconds_waited,
        )


def no_word(seconds: float, why: str) -> None:
    """Nobody wants to know about waits."""


def _permitted() -> None:
    """Nobody says no."""


@dataclass
class Sender:
    """Sends requests through a client that itself never tries anything again.

    Args:
        client: made with `retry=False`.
        pacer: shared by all threads.
        on_wait: told of each wait: seconds, and why.
        jitter: a number from 0 to 1, so that two runs do not knock in step.
        hide: blots the token out of a text, should an answer repeat it.
    """

    client: Client = field(repr=False)
    pacer: Pacer
    on_wait: Callable[[float, str], None] = no_word
    jitter: Callable[[], float] = random.random
    hide: Callable[[str], str] = str
    _permit: Callable[[], None] = field(default_factory=lambda: _permitted, init=False)
    _permit_lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _counts: Counts = field(default_factory=Counts)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _blocked: Exception | None = None  # since Notion said that asking again makes it worse
    _denied: Exception | None = None  # since a write was told that the token counts no more

    @property
    def counts(self) -> Counts:
        """What was sent so far."""
        with self._lock:
            return replace(self._counts, seconds_waited=self.pacer.waited)

    def send(self, call: Call) -> Json:
        """Notion's answer.

        Raises:
            RejectedRequest: 400; for a write, RejectedWrite.
            TooLarge: it was not sent, since Notion would not take it.
            TooLate: it was not sent, since it could not go out in time.
            AmbiguousWrite, AmbiguousCreate: a write may or may not have happened.
            CannotReachNotion: anything else, after at most `TRIES` tries.
            Stopped: nothing may go out any more.
        """
        _check_size(call)
        attempt, waited = 0, 0.0
        while True:
            self._require_patience(call.about, waited)
            if self._denied is not None and call.nature is not Nature.READ:
                raise self._denied
            slot = self.pacer.turn(call.until)
            if slot is None:
                raise TooLate
            answer = self._once(call, slot)
            if not isinstance(answer, Failure):
                return answer
            attempt += 1
            pause = self._pause(answer, attempt)
            news = True
            if answer.kind is Kind.SLOW_DOWN:  # for everybody, whatever becomes of this request
                news = self.pacer.slowed(slot, pause)
            if not self._may_repeat(answer, call.nature):
                raise self._final(answer, call)
            if attempt >= TRIES:
                why = f"tried {TRIES} times; the last time: {answer.message}"
                raise _gave_up(call.about, why)
            waited += pause
            self._put_off(answer, pause, tell=news)

    @contextmanager
    def under(self, permit: Callable[[], None]) -> Iterator[None]:
        """Call `permit` just before and just after each write is sent; it may raise.

        Threads call it one after the other.
        """
        self._permit = permit
        try:
            yield
        finally:
            self._permit = _permitted

    def ready(self, requests: int, about: str) -> float:
        """Wait until so many requests may go out at once; the moment, by the pacer's clock.

        Raises:
            CannotReachNotion: Notion asks for a pause that is too long.
            Stopped: nothing may go out any more.
        """
        self._require_patience(about, 0.0)
        return self.pacer.room(requests)

    def stop(self) -> None:
        """Let nothing go out any more; what waits for its turn ends with `Stopped`."""
        self.pacer.stop()

    def _require_patience(self, about: str, waited: float) -> None:
        if self._blocked is not None:
            raise self._blocked
        left = self.pacer.pause_left()
        if waited + left > LONGEST_PAUSE:
            raise _gave_up(about, f"it asks to wait {left / 60:.0f} minutes")

    def _once(self, call: Call, slot: Slot) -> Json | Failure:
        """One try; unless Notion puts it off, its slot has come to its end."""
        answer: Json | Failure = Failure(Kind.UNCLEAR, "")
        try:
            answer = self._asked(call) if call.nature is Nature.READ else self._write(call)
        finally:
            if not isinstance(answer, Failure):
                self.pacer.ended(slot, answered=True)
            elif answer.kind is not Kind.SLOW_DOWN:
                self.pacer.ended(slot, answered=answer.kind is Kind.REJECTED)
        return answer

    def _write(self, call: Call) -> Json | Failure:
        self._may_write()
        if call.until is not None and self.pacer.clock.monotonic() > call.until:
            raise TooLate  # to ask took so long
        if call.announce is not None:
            call.announce()
        answer = self._asked(call)
        self._may_write()
        return answer

    def _may_write(self) -> None:
        with self._permit_lock:
            self._permit()

    def _asked(self, call: Call) -> Json | Failure:
        try:
            answer: Any = self.client.request(
                call.path,
                call.method,
                query=None if call.query is None else dict(call.query),
                body=call.body,
                form_data=None if call.form is None else dict(call.form),
            )
        except Exception as error:  # noqa: BLE001  failure_of raises what it does not know
            failure = failure_of(error, self.hide)
            if failure.kind not in {Kind.UNSENT, Kind.NOBODY}:
                self._count(call)
            return failure
        self._count(call)
        return answer if isinstance(answer, dict) else Failure(Kind.UNCLEAR, "no JSON object came")

    def _may_repeat(self, failure: Failure, nature: Nature) -> bool:
        match failure.kind:
            case Kind.SLOW_DOWN | Kind.UNSENT:
                return True  # it was not carried out
            case Kind.NOBODY:
                return self.counts.requests > 0  # it was there before, and may come back
            case Kind.UNCLEAR:
                return nature is Nature.READ
            case _:
                return False

    def _count(self, call: Call) -> None:
        with self._lock:
            if call.nature is Nature.READ:
                self._counts = replace(self._counts, reads=self._counts.reads + 1)
            else:
                self._counts = replace(self._counts, writes=self._counts.writes + 1)

    def _pause(self, failure: Failure, attempt: int) -> float:
        """Seconds: what Notion asks for in full, and never less than we would wait by ourselves."""
        backoff = min(_LONGEST_BACKOFF, 2.0 ** (attempt - 1)) * (0.5 + self.jitter() / 2)
        return max(failure.wait or 0.0, backoff)

    def _final(self, failure: Failure, call: Call) -> Exception:
        error = _final(failure, call)
        if failure.kind is Kind.BLOCKED:
            self._blocked = error
        if failure.kind is Kind.DENIED and call.nature is not Nature.READ:
            self._denied = error
        return error

    def _put_off(self, failure: Failure, pause: float, *, tell: bool) -> None:
        if tell:
            self.on_wait(pause, failure.message)
        with self._lock:
            self._counts = replace(self._counts, retries=self._counts.retries + 1)
        if failure.kind is not Kind.SLOW_DOWN:
            self.pacer.rest(pause)


def _check_size(call: Call) -> None:
    if call.body is None:
        return
    # As the HTTP client writes it.
    text = json.dumps(call.body, ensure_ascii=False, separators=(",", ":"))
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > LARGEST_BODY:
        raise TooLarge(size, LARGEST_BODY)


def _gave_up(about: str, why: str) -> CannotReachNotion:
    return CannotReachNotion(Diagnostic(
        f"Notion could not be asked about {about}: {why}",
        fix="Run the same command again later; nothing is lost.",
    ))  # fmt: skip


def _final(failure: Failure, call: Call) -> Exception:
    """The error for a failure that is not tried again."""
    match failure.kind:
        case Kind.REJECTED:
            reading = call.nature is Nature.READ
            return (RejectedRequest if reading else RejectedWrite)(failure.message)
        case Kind.UNCLEAR | Kind.TOO_LARGE if call.nature is Nature.CREATE:
            return AmbiguousCreate(failure.message, failure.committed_id)
        case Kind.UNCLEAR | Kind.TOO_LARGE if call.nature is Nature.CHANGE:
            return AmbiguousWrite(failure.message)
        case Kind.NOBODY:
            return NobodyListens(Diagnostic(
                f"There is no Notion to ask: {failure.message}",
                fix="Is `notion-gitops sandbox serve` running, and is that the address that it "
                "printed? See --base-url and NOTION_GITOPS_BASE_URL.",
            ))  # fmt: skip
        case Kind.MISSING:
            return NotShared(Diagnostic(
                f"Notion does not show {call.about} to this connection",
                fix="Open it in Notion, choose ••• > Connections, and add the connection there. "
                "If it was deleted, take its id out of the mapping.",
                detail=failure.message,
            ))  # fmt: skip
        case Kind.DENIED:
            return TokenRefused(Diagnostic(
                "Notion does not accept the token",
                fix="Set NOTION_TOKEN to the secret of your connection "
                "(notion.so/profile/integrations); it may have been revoked or copied in part.",
                detail=failure.message,
            ))  # fmt: skip
        case Kind.NO_BLOCKS:
            return NoBlocksLeft(Diagnostic(
                "The workspace has reached its limit of blocks, so nothing can be added",
                fix="Pages can still be edited. Deleting does not free blocks: upgrade the "
                "workspace's plan in Notion, then run this again.",
                detail=failure.message,
            ))  # fmt: skip
        case Kind.FORBIDDEN:
            return NotPermitted(Diagnostic(
                f"The connection may not do this with {call.about}",
                fix="In notion.so/profile/integrations, give the connection the capability "
                "to read, insert or update content, or to read user information.",
                detail=failure.message,
            ))  # fmt: skip
        case _:
            return CannotReachNotion(_other(failure, call))


def _other(failure: Failure, call: Call) -> Diagnostic:
    match failure.kind:
        case Kind.REDIRECTED:
            return Diagnostic(
                f"Notion's answer about {call.about} leads to another address, "
                "and the token is not sent there",
                fix="Check the network: a proxy or a login page may answer instead of Notion.",
            )
        case Kind.BLOCKED:
            return Diagnostic(
                "Notion blocks the requests of this connection",
                fix="Wait, and ask Notion's support; trying again makes it worse.",
                detail=failure.message,
            )
        case _:
            return Diagnostic(
                f"Notion's answer about {call.about} cannot be used: {failure.message}",
                fix="Run the same command again later; nothing was written.",
            )
