"""Sending one request: paced, counted, and tried again only where that cannot do harm."""

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from notion_client import Client

from notion_gitops.notion.calls import Call, Counts, Nature, check_size
from notion_gitops.notion.failures import (
    Failure,
    Json,
    Kind,
    TooLate,
    failure_of,
)
from notion_gitops.notion.final_errors import final_error, gave_up
from notion_gitops.notion.pacing import Pacer, Slot

TRIES = 6
"""How often one request is sent at most (Notion's documentation, "Request limits")."""

LONGEST_PAUSE = 900.0
"""Seconds; if one request has to wait longer in all, the run goes on without it and says so."""

_LONGEST_BACKOFF = 30.0


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
        check_size(call)
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
                raise gave_up(call.about, why)
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
            raise gave_up(about, f"it asks to wait {left / 60:.0f} minutes")

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
        error = final_error(failure, call)
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
