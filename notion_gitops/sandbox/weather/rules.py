"""What goes wrong on purpose: error answers, lost connections, delays, limits, late indexes.

These are the nouns. `weather_force` says which of them hit a request, `weather_answers` what it is
then answered with, and `weather_form` reads and writes them as text.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from notion_gitops.sandbox.basics.messages import Json, Request


class Effect(StrEnum):
    """What a rule does to a request."""

    ANSWER = "answer"  # answer with an error; the request has no effect
    ANSWER_AFTER = "answer-after"  # the request takes effect, and is answered with an error
    DROP_BEFORE = "drop-before"  # the connection ends; the request has no effect
    DROP_AFTER = "drop-after"  # the request takes effect, and the connection ends
    CUT = "cut"  # the request takes effect, and half way through the answer the connection ends
    DELAY = "delay"  # wait first


class Fault(StrEnum):
    """The answers that Notion gives when something is wrong with it, not with the request."""

    CONFLICT = "conflict"
    RATE_LIMIT = "rate-limit"
    WORKSPACE_LIMIT = "workspace-limit"
    ENDPOINT_LIMIT = "endpoint-limit"
    BLOCKED = "blocked"
    INTERNAL_ERROR = "internal-error"
    BAD_GATEWAY = "bad-gateway"
    UNAVAILABLE = "unavailable"
    DATABASE_UNAVAILABLE = "database-unavailable"
    QUERY_POOL = "query-pool"
    GATEWAY_TIMEOUT = "gateway-timeout"
    OVERLOAD = "overload"
    BAD_GATEWAY_PAGE = "bad-gateway-page"
    EDGE_BLOCK = "edge-block"
    NOT_JSON = "not-json"


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of weather, for the requests that match."""

    effect: Effect
    method: str | None = None  # None: any
    path: str = ""  # a regular expression that is searched in the path
    nth: int | None = None  # only the nth matching request, from 1; None: each
    status: int = 503  # of an answer that names no fault
    body: Json | str | None = None  # None: Notion's error of that status; a text is sent as HTML
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0  # of a delay, or between the halves of a cut answer
    fault: Fault | None = None  # what is answered; goes before `status`
    longest: float | None = None  # the delay is drawn between `seconds` and this
    probability: float = 1.0  # of hitting a request that matches, drawn from the weather's seed
    count: int | None = None  # hits so many requests at most; None: no end
    token: str | None = None  # only requests with that token, or of the connection of that name
    retry_after: int | None = None  # seconds that a 429, 503 or 529 tells; None: as usual for it

    def matches(self, request: Request) -> bool:
        """Whether the rule is about that method and path, whichever number the request has."""
        same = self.method is None or self.method == request.method
        return same and re.search(self.path, request.path) is not None


class Scope(StrEnum):
    """Who shares a budget of requests."""

    CONNECTION = "connection"  # one token
    WORKSPACE = "workspace"  # all tokens together
    ENDPOINT = "endpoint"  # one token, on some paths


@dataclass(frozen=True, slots=True)
class RateLimit:
    """A budget of requests in windows; what is left over at the end of a window is lost."""

    requests: int
    scope: Scope = Scope.CONNECTION
    seconds: int = 60  # length of a window; a workspace may have to wait for more than a minute
    path: str = ""  # a regular expression: the requests that count

    def counts(self, path: str) -> bool:
        """Whether a request to that path is taken from the budget."""
        return re.search(self.path, path) is not None


@dataclass(frozen=True, slots=True)
class Lateness:
    """How far an index lags behind: it is late while either has not passed."""

    seconds: float = 0.0  # by the sandbox's clock
    requests: int = 0  # of any kind, after the one that wrote

    def __bool__(self) -> bool:
        return self.seconds > 0 or self.requests > 0


@dataclass(frozen=True, slots=True)
class Conditions:
    """The whole weather."""

    seed: int = 0  # of all that is drawn: the same seed and requests give the same storm
    latency: float = 0.0  # seconds that each request takes at least
    longest_latency: float | None = None  # the latency is drawn up to this; None: always the same
    limits: tuple[RateLimit, ...] = ()
    search_lag: Lateness = Lateness()  # the search goes by what titles were
    relation_lag: Lateness = Lateness()  # the other side of a two-way relation reads as it was
    rules: tuple[Rule, ...] = ()  # asked in this order; all that match a request apply


CALM = Conditions()
"""Fair weather."""


@dataclass(frozen=True, slots=True)
class Stroke:
    """What a rule does to one request."""

    rule: Rule
    seconds: float  # of the delay


def draw(seed: int, *what: object) -> float:
    """A number from 0 to below 1 that follows from the seed and from what it is drawn for."""
    return random.Random(f"{seed} {what}").random()  # noqa: S311  weather, no secret


def between(shortest: float, longest: float | None, drawn: float) -> float:
    """The seconds of a range at a drawn number; the shortest where there is no range."""
    return shortest if longest is None else shortest + (longest - shortest) * drawn
