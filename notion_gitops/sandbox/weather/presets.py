"""Weather that has a name."""

from __future__ import annotations

from notion_gitops.sandbox.weather.rules import (
    CALM,
    Conditions,
    Effect,
    Fault,
    Lateness,
    RateLimit,
    Rule,
    Scope,
)

BUSY = Conditions(
    latency=0.1,
    longest_latency=0.4,
    limits=(RateLimit(180),),
    search_lag=Lateness(seconds=3),
    relation_lag=Lateness(seconds=3),
)
"""An ordinary afternoon on a plan with 180 requests a minute."""

STORM = Conditions(
    latency=0.05,
    longest_latency=0.3,
    limits=(RateLimit(180), RateLimit(600, Scope.WORKSPACE, 120)),
    search_lag=Lateness(seconds=10),
    relation_lag=Lateness(seconds=5),
    rules=(
        Rule(Effect.ANSWER, fault=Fault.OVERLOAD, probability=0.03, retry_after=1),
        Rule(Effect.ANSWER, "POST", "/query$", fault=Fault.QUERY_POOL, probability=0.05),
        Rule(Effect.ANSWER, fault=Fault.BAD_GATEWAY_PAGE, probability=0.03),
        Rule(Effect.ANSWER, "PATCH", fault=Fault.CONFLICT, probability=0.03),
        Rule(Effect.DROP_BEFORE, probability=0.02),
        Rule(Effect.DROP_AFTER, "POST", "/pages$", probability=0.05),
        Rule(Effect.ANSWER_AFTER, "POST", "/pages$", fault=Fault.UNAVAILABLE, probability=0.05),
        Rule(Effect.ANSWER_AFTER, "PATCH", fault=Fault.GATEWAY_TIMEOUT, probability=0.03),
        Rule(Effect.CUT, probability=0.02, seconds=0.2),
        Rule(Effect.DELAY, probability=0.02, seconds=1, longest=3),
    ),
)
"""Everything that has been seen to go wrong, now and then; about one request in six."""

OUTAGE = Conditions(
    rules=(
        Rule(Effect.ANSWER, fault=Fault.BAD_GATEWAY_PAGE, probability=0.3),
        Rule(Effect.ANSWER, fault=Fault.DATABASE_UNAVAILABLE, probability=0.5),
        Rule(Effect.ANSWER, fault=Fault.UNAVAILABLE),
    ),
)
"""Nothing is answered."""

PRESETS = {"calm": CALM, "busy": BUSY, "storm": STORM, "outage": OUTAGE}
SAYINGS = {
    "calm": "everything is answered at once",
    "busy": "0.1 to 0.4 s a request, 180 requests a minute, indexes 3 s late",
    "storm": "about one request in six goes wrong, in every way that has been seen",
    "outage": "nothing is answered but errors",
}
"""What each is, in a line."""
