"""What goes wrong on purpose: error answers, lost connections, delays, rate limits.

Rules are asked in the order in which they were added; all that match a request apply.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from notion_gitops.sandbox.messages import ApiError, Code, Json, Request

_WINDOW = timedelta(seconds=60)


class Effect(StrEnum):
    """What a rule does to a request."""

    ANSWER = "answer"  # answer with an error; the request has no effect
    ANSWER_AFTER = "answer after"  # the request takes effect, and is answered with an error
    DROP_BEFORE = "drop before"  # the connection ends; the request has no effect
    DROP_AFTER = "drop after"  # the request takes effect, and the connection ends
    DELAY = "delay"  # wait first


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of weather, for the requests that match."""

    effect: Effect
    method: str | None = None  # None: any
    path: str = ""  # a regular expression that is searched in the path
    nth: int | None = None  # only the nth matching request, from 1; None: each
    status: int = 503  # of an answer
    body: Json | str | None = None  # None: Notion's error of that status; a text is sent as HTML
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0  # of a delay

    def matches(self, request: Request) -> bool:
        """Whether the rule is about that request, whichever number it has."""
        same = self.method is None or self.method == request.method
        return same and re.search(self.path, request.path) is not None


@dataclass(frozen=True, slots=True)
class RateLimit:
    """A budget of requests per connection in windows of 60 seconds."""

    requests: int
    reason: str = "public_api_request_rate_limit"


class Weather:
    """The rules in force, with what each has seen so far."""

    def __init__(self) -> None:
        self._rules: list[tuple[Rule, list[int]]] = []  # the rule, and a counter of one number
        self._limit: RateLimit | None = None
        self._windows: dict[str, tuple[datetime, int]] = {}

    def add(self, rule: Rule) -> None:
        """Put a rule into force; it counts requests from now on."""
        self._rules.append((rule, [0]))

    def limit(self, limit: RateLimit | None) -> None:
        """Set the budget of every connection, or lift it; a new window begins."""
        self._limit = limit
        self._windows.clear()

    def clear(self) -> None:
        """Fair weather."""
        self._rules.clear()
        self.limit(None)

    def effects(self, request: Request) -> list[Rule]:
        """The rules that apply to this request; counts it."""
        found = []
        for rule, seen in self._rules:
            if rule.matches(request):
                seen[0] += 1
                if rule.nth is None or rule.nth == seen[0]:
                    found.append(rule)
        return found

    def spend(self, connection: str, now: datetime) -> int | None:
        """Take one request from the budget of a connection; the seconds to wait if it is spent."""
        if self._limit is None:
            return None
        start, spent = self._windows.get(connection, (now, 0))
        if now - start >= _WINDOW:
            start, spent = now, 0
        self._windows[connection] = (start, spent + 1)
        if spent < self._limit.requests:
            return None
        remaining = _WINDOW - (now - start)
        return max(1, -int(-remaining.total_seconds() // 1))

    def rate_limited(self, seconds: int) -> ApiError:
        """The 429 for a spent budget."""
        reason = self._limit.reason if self._limit else ""
        data = {"rate_limit_reason": reason, "retry_after": str(seconds)}
        text = "You have been rate limited. Please try again later."
        return ApiError(429, Code.RATE_LIMITED, text, data)


_ERRORS = {
    409: (Code.CONFLICT_ERROR, "Conflict occurred while saving. Please try again."),
    429: (Code.RATE_LIMITED, "You have been rate limited. Please try again later."),
    500: (Code.INTERNAL_SERVER_ERROR, "Unexpected error occurred."),
    502: (Code.BAD_GATEWAY, "Bad gateway."),
    503: (Code.SERVICE_UNAVAILABLE, "Notion is unavailable, please try again later."),
    504: (Code.GATEWAY_TIMEOUT, "Gateway timeout."),
    529: (Code.SERVICE_OVERLOAD, "Notion is overloaded, please try again later."),
}
_SAVED = (
    "The change was saved, but the response could not be built in time. "
    "Read the object again to confirm."
)


def error_of(rule: Rule, committed: Json | None) -> ApiError:
    """Notion's error of a rule's status; `committed` is what the answer would have been."""
    code, message = _ERRORS.get(rule.status, (Code.INTERNAL_SERVER_ERROR, "Unexpected error."))
    if code is Code.SERVICE_UNAVAILABLE and committed is not None:
        data = {
            "retry_guidance": [
                "Read the object again to confirm the saved change.",
                "Do not repeat the write.",
            ],
            "deadline_ms": "55000",
            "elapsed_ms": "55012",
        }
        return ApiError(503, code, _SAVED, {**data, **committed})
    return ApiError(rule.status, code, message)
