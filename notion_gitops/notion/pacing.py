"""When the next request may go out: a budget per minute, and one pause shared by all threads."""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

WINDOW = 60.0
"""Seconds; Notion counts requests per connection in windows of a minute (its documentation,
"Request limits": 180 on most plans, 600 on the larger ones; they may be spent in one burst)."""

DEFAULT_BUDGET = 180
LARGE_BUDGET = 600
_LEAST_BUDGET = 10
_STEPS = 10  # from nothing to the full budget
_TICK = 0.001
_LOOK = 0.02  # seconds until it is looked again whether an answer came that others wait for


class Stopped(Exception):  # noqa: N818  no failure: nothing may go out any more
    """The run is being stopped; the request was not sent."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Time, so that tests need not spend it. Seconds."""

    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] | None = None  # None: really, but no longer than the run goes on


@dataclass(frozen=True, slots=True)
class Slot:
    """A request that may go out now; whoever got it says when its answer came."""

    sent: float  # when, by the pacer's clock
    probe: bool = False  # it finds out whether the budget is the large one


@dataclass
class Pacer:
    """Lets requests go out as fast as the budget allows, and holds all of them back when asked.

    A request counts from when it goes out until a window after its answer came, since Notion may
    have counted it at any moment in between. So no window of Notion's ever holds more than the
    budget.

    Which budget a connection has is told nowhere. When the small one is spent, one request goes
    out alone: if it is answered, the budget is the large one. If not, the pause that Notion asks
    for is the one that would have been made anyway.

    Args:
        budget: requests per minute; None for no limit (the sandbox).
        clock: where time comes from.
        most: what the budget may turn out to be; None: it is what it is.
    """

    budget: int | None = DEFAULT_BUDGET
    clock: Clock = field(default_factory=Clock)
    most: int | None = None
    waited: float = 0.0  # seconds spent waiting, all threads together
    _answered: deque[float] = field(default_factory=deque)  # when, in the last window
    _out: int = 0  # requests whose answers have not come
    _paused_until: float = 0.0
    _full: int | None = field(init=False)  # what the budget grows back to
    _changed: float = float("-inf")  # when it last shrank or grew
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _stop: threading.Event = field(default_factory=threading.Event, repr=False)

    def __post_init__(self) -> None:
        self._full = self.budget

    def turn(self, until: float | None = None) -> Slot | None:
        """Wait until a request may go out, and count it; None if that is later than `until`.

        Raises:
            Stopped: nothing may go out any more.
        """
        while True:
            with self._lock:
                wait = self._wait(1)
                if wait <= 0 and (until is None or self.clock.monotonic() <= until):
                    return self._take()
            if until is not None and self.clock.monotonic() + wait > until:
                return None
            self.rest(max(wait, _TICK))  # a clock may be too coarse to show less

    def room(self, requests: int) -> float:
        """Wait until so many requests may go out at once; the moment, by the clock.

        Raises:
            Stopped: nothing may go out any more.
        """
        while True:
            with self._lock:
                wait = self._wait(requests)
            if wait <= 0:
                return self.clock.monotonic()
            self.rest(max(wait, _TICK))

    def pause_left(self) -> float:
        """The seconds for which nothing goes out, since Notion asked for it."""
        with self._lock:
            return max(0.0, self._paused_until - self.clock.monotonic())

    def ended(self, slot: Slot, *, answered: bool) -> None:
        """A request came to its end: with Notion's answer, or nobody knows how."""
        with self._lock:
            self._end()
            if slot.probe and answered and self.most is not None:
                self.budget, self._full, self.most = self.most, self.most, None

    def slowed(self, slot: Slot, seconds: float) -> bool:
        """A request was put off: nothing goes out for so long; whether that is news.

        The budget shrinks, once for all that were out together, since somebody else uses it too.
        It grows back by steps, one a minute in which nobody complains.
        """
        with self._lock:
            now = self._end()
            if slot.probe:
                self.most = None  # the budget was what it was taken for
            elif slot.sent > self._changed and self.budget is not None:
                self.budget = max(min(_LEAST_BUDGET, self.budget), self.budget * 3 // 4)
            self._changed = now
            longer = now + seconds > self._paused_until + 1
            self._paused_until = max(self._paused_until, now + seconds)
            return longer

    def rest(self, seconds: float) -> None:
        """One request waits before it is tried again; the others go on.

        Raises:
            Stopped: nothing may go out any more.
        """
        if self.clock.sleep is None:
            self._stop.wait(seconds)
        else:
            self.clock.sleep(seconds)
        with self._lock:
            self.waited += seconds
        if self._stop.is_set():
            raise Stopped

    def stop(self) -> None:
        """Let nothing go out any more; whoever waits here is woken."""
        self._stop.set()

    def _wait(self, requests: int) -> float:
        """The seconds until so many requests may go out."""
        if self._stop.is_set():
            raise Stopped
        now = self.clock.monotonic()
        if now < self._paused_until:
            return self._paused_until - now
        self._grow(now)
        while self._answered and self._answered[0] <= now - WINDOW:
            self._answered.popleft()
        lacking = self._lacking(requests)
        if lacking <= 0 or self._may_probe():
            return 0.0
        if lacking > len(self._answered):
            return _LOOK
        free = self._answered[lacking - 1] + WINDOW - now
        return min(free, _LOOK) if self._out else free

    def _lacking(self, requests: int) -> int:
        """How many requests must have left the window before so many may go out."""
        if self.budget is None:
            return 0
        wanted = min(requests, self.budget)
        return len(self._answered) + self._out + wanted - self.budget

    def _may_probe(self) -> bool:
        """Whether the budget is spent, may be larger than it is taken for, and all is quiet."""
        larger = self.most is not None and self.budget is not None and self.budget < self.most
        return larger and self.budget == self._full and not self._out

    def _take(self) -> Slot:
        probe = self._lacking(1) > 0
        self._out += 1
        return Slot(self.clock.monotonic(), probe)

    def _end(self) -> float:
        now = self.clock.monotonic()
        self._out -= 1
        self._answered.append(now)
        return now

    def _grow(self, now: float) -> None:
        """Take a tenth of the full budget back, if the last minute was quiet."""
        if self.budget is None or self._full is None or self.budget >= self._full:
            return
        if now - max(self._changed, self._paused_until) >= WINDOW:
            self.budget = min(self._full, self.budget + max(1, self._full // _STEPS))
            self._changed = now
