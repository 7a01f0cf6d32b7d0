"""What time it is at Notion: each answer says so, and this machine's clock may be wrong."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime


@dataclass
class ServerTime:
    """The time of the last answer (its `Date`, RFC 9110, section 6.6.1), which goes on from there.

    It is never ahead of Notion's own: an answer is dated before it arrives, to the second below.

    Args:
        monotonic: seconds, from anywhere.
    """

    monotonic: Callable[[], float]
    _told: tuple[datetime, float] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def note(self, date: str | None) -> None:
        """Take in the `Date` of an answer; one that is missing or no date tells nothing."""
        try:
            moment = parsedate_to_datetime(date or "").astimezone(UTC)
        except (TypeError, ValueError, OverflowError):
            return
        with self._lock:
            self._told = (moment, self.monotonic())

    def now(self) -> datetime | None:
        """The present at Notion, in UTC; None if no answer told it."""
        with self._lock:
            if self._told is None:
                return None
            moment, at = self._told
        return moment + timedelta(seconds=self.monotonic() - at)
