"""Time as Notion keeps it: floored to the minute, or in milliseconds on databases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from threading import RLock

    from notion_gitops.sandbox.basics.store import Store

EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
"""The clock of a sandbox is between these: expiries and the like are times as well."""

Clock = Callable[[], datetime]
"""Gives the present moment, with a zone."""


def utc_now() -> datetime:
    """The real time."""
    return datetime.now(UTC)


class SettableClock:
    """A clock for tests and demonstrations: it stands still until it is moved."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def __call__(self) -> datetime:
        """The moment at which the clock stands."""
        return self._now

    def set(self, now: datetime) -> None:
        """Put the clock to `now`, which must have a zone."""
        self._now = now

    def advance(self, by: timedelta) -> None:
        """Move the clock on by `by`."""
        self._now += by


@dataclass(frozen=True, slots=True)
class ClockSetting:
    """How far the clock of a sandbox is from the real one."""

    ahead: timedelta = timedelta(0)  # of the real time, while it runs
    stopped: datetime | None = None  # stands still there


class KeptClock:
    """The clock of a sandbox: the real one, unless somebody set it; kept in the sandbox's file."""

    _KEPT = "clock"

    def __init__(self, store: Store, lock: RLock, real: Clock) -> None:
        self._store = store
        self._lock = lock
        self._real = real

    def __call__(self) -> datetime:
        """The present in the sandbox."""
        setting = self.setting
        return setting.stopped or self._real() + setting.ahead

    @property
    def setting(self) -> ClockSetting:
        """How it was set, by whichever process."""
        with self._lock:
            kept = self._store.meta(self._KEPT)
        if kept is None:
            return ClockSetting()
        how, _, value = kept.partition(" ")
        if how == "stopped":
            return ClockSetting(stopped=datetime.fromisoformat(value))
        return ClockSetting(timedelta(seconds=float(value)))

    def set(self, now: datetime, *, stopped: bool = False) -> None:
        """Put it to `now`, which must have a zone; it runs on from there, or stands still.

        Raises:
            ValueError: it is not between EARLIEST and LATEST.
        """
        _require_possible(now)
        if stopped:
            self._keep(f"stopped {now.isoformat()}")
        else:
            self._keep(f"ahead {(now - self._real()).total_seconds()}")

    def advance(self, by: timedelta) -> None:
        """Move it on by `by`; it goes on running, or standing still.

        Raises:
            ValueError: that leads out of the years in which it can be.
        """
        setting = self.setting
        try:
            _require_possible(self() + by)
        except OverflowError:
            raise ValueError(f"{by} leads out of the calendar") from None
        if setting.stopped is not None:
            self.set(setting.stopped + by, stopped=True)
        else:
            self._keep(f"ahead {(setting.ahead + by).total_seconds()}")

    def reset(self) -> None:
        """Back to the real time."""
        self._keep("ahead 0")

    def _keep(self, text: str) -> None:
        with self._lock:
            self._store.set_meta(self._KEPT, text)


def _require_possible(now: datetime) -> None:
    if not EARLIEST <= now < LATEST:
        last = LATEST.year - 1
        raise ValueError(f"the clock can be between the years {EARLIEST.year} and {last}")


def minute(moment: datetime) -> str:
    """The form of times on pages, blocks and data sources: floored to the minute, `Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:00.000Z")


def millis(moment: datetime) -> str:
    """The form of times on databases: milliseconds and `+00:00`."""
    text = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{moment.microsecond // 1000:03d}+00:00"
