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
_LEAST_BUDGET = 10
_STEPS = 10  # from nothing to the full budget
_TICK = 0.001


@dataclass(frozen=True, slots=True)
class Clock:
    """Time, so that tests need not spend it. Seconds."""

    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


@dataclass
class Pacer:
    """Lets requests go out as fast as the budget allows, and holds all of them back when asked.

    Args:
        budget: requests per minute; None for no limit (the sandbox).
        clock: where time comes from.
    """

    budget: int | None = DEFAULT_BUDGET
    clock: Clock = field(default_factory=Clock)
    waited: float = 0.0  # seconds spent waiting, all threads together
    _sent: deque[float] = field(default_factory=deque)
    _paused_until: float = 0.0
    _most: int | None = field(init=False)  # what the budget grows back to
    _changed: float = 0.0  # when it last shrank or grew
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __post_init__(self) -> None:
        self._most = self.budget

    def turn(self) -> None:
        """Wait until a request may go out, and count it."""
        while (wait := self._claim()) > 0:
            wait = max(wait, _TICK)  # a clock may be too coarse to show less
            self.clock.sleep(wait)
            with self._lock:
                self.waited += wait

    def pause(self, seconds: float) -> None:
        """Nothing goes out for `seconds`; the budget shrinks, since somebody else uses it too.

        It grows back by steps, one a minute in which nobody complains.
        """
        with self._lock:
            until = self.clock.monotonic() + seconds
            self._paused_until = max(self._paused_until, until)
            if self.budget is not None:
                self.budget = max(min(_LEAST_BUDGET, self.budget), self.budget * 3 // 4)
            self._changed = until

    def rest(self, seconds: float) -> None:
        """One request waits before it is tried again; the others go on."""
        self.clock.sleep(seconds)
        with self._lock:
            self.waited += seconds

    def _claim(self) -> float:
        """0 if a request may go out now (it is then counted), else the seconds to wait."""
        with self._lock:
            now = self.clock.monotonic()
            if now < self._paused_until:
                return self._paused_until - now
            self._grow(now)
            while self._sent and self._sent[0] <= now - WINDOW:
                self._sent.popleft()
            if self.budget is not None and len(self._sent) >= self.budget:
                return self._sent[0] + WINDOW - now
            self._sent.append(now)
            return 0.0

    def _grow(self, now: float) -> None:
        """Take a tenth of the full budget back, if the last minute was quiet."""
        if self.budget is None or self._most is None or self.budget >= self._most:
            return
        if now - self._changed >= WINDOW:
            self.budget = min(self._most, self.budget + max(1, self._most // _STEPS))
            self._changed = now
