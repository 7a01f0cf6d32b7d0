"""Time as Notion keeps it: floored to the minute, or in milliseconds on databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

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


def minute(moment: datetime) -> str:
    """The form of times on pages, blocks and data sources: floored to the minute, `Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:00.000Z")


def millis(moment: datetime) -> str:
    """The form of times on databases: milliseconds and `+00:00`."""
    text = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{moment.microsecond // 1000:03d}+00:00"
