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
    failure_of,
)
from notion_gitops.notion.pacing import Pacer

TRIES = 6
"""How often one request is sent at most (Notion's documentation, "Request limits")."""

LONGEST_PAUSE = 900.0
"""Seconds; if Notion asks for a longer pause, the run ends instead and says so."""

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
    _counts: Counts = field(default_factory=Counts)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

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
            AmbiguousWrite, AmbiguousCreate: a write may or may not have happened.
            CannotReachNotion: anything else, after at most `TRIES` tries.
        """
        _check_size(call)
        attempt = 0
        while True:
            self.pacer.turn()
            answer = self._once(call) if call.nature is Nature.READ else self._write(call)
            if not isinstance(answer, Failure):
                return answer
            attempt += 1
            if not self._may_repeat(answer, call.nature):
                raise _final(answer, call)
            if attempt >= TRIES or (answer.wait or 0) > LONGEST_PAUSE:
                raise _gave_up(answer, call, attempt)
            self._wait(answer, attempt)

    @contextmanager
    def under(self, permit: Callable[[], None]) -> Iterator[None]:
        """Call `permit` just before and just after each write is sent; it may raise."""
        self._permit = permit
        try:
            yield
        finally:
            self._permit = _permitted

    def _write(self, call: Call) -> Json | Failure:
        self._permit()
        if call.announce is not None:
            call.announce()
        answer = self._once(call)
        self._permit()
        return answer

    def _once(self, call: Call) -> Json | Failure:
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

    def _wait(self, failure: Failure, attempt: int) -> None:
        backoff = min(_LONGEST_BACKOFF, 2.0 ** (attempt - 1)) * (0.5 + self.jitter() / 2)
        seconds = backoff if failure.wait is None else failure.wait
        self.on_wait(seconds, failure.message)
        with self._lock:
            self._counts = replace(self._counts, retries=self._counts.retries + 1)
        if failure.kind is Kind.SLOW_DOWN:
            self.pacer.pause(seconds)
        else:
            self.pacer.rest(seconds)


def _check_size(call: Call) -> None:
    if call.body is None:
        return
    # As the HTTP client writes it.
    text = json.dumps(call.body, ensure_ascii=False, separators=(",", ":"))
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > LARGEST_BODY:
        raise TooLarge(size, LARGEST_BODY)


def _gave_up(failure: Failure, call: Call, attempts: int) -> Exception:
    if failure.wait is not None and failure.wait > LONGEST_PAUSE:
        why = f"it asks to wait {failure.wait / 60:.0f} minutes"
    else:
        why = f"tried {attempts} times; the last time: {failure.message}"
    return CannotReachNotion(Diagnostic(
        f"Notion could not be asked about {call.about}: {why}",
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
