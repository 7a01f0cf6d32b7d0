"""The weather in force: kept in the sandbox's file, so that all processes are under one sky."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from notion_gitops.sandbox.basics.store import dumps
from notion_gitops.sandbox.weather.answers import rate_limited
from notion_gitops.sandbox.weather.form import from_json, to_json
from notion_gitops.sandbox.weather.rules import (
    CALM,
    Conditions,
    Effect,
    RateLimit,
    Rule,
    Scope,
    Stroke,
    between,
    draw,
)

if TYPE_CHECKING:
    from threading import RLock

    from notion_gitops.sandbox.basics.messages import ApiError, Request
    from notion_gitops.sandbox.basics.store import Store

_KEPT = "weather"
_COUNTED = "weather of "  # begins the name of everything that is counted under one weather


@dataclass(frozen=True, slots=True)
class Struck:
    """What a rule has seen since it is in force."""

    matched: int
    hit: int


class Weather:
    """The conditions of one sandbox, with what each rule and limit has seen so far."""

    def __init__(self, store: Store, lock: RLock) -> None:
        self._store = store
        self._lock = lock
        self._text: str | None = None
        self._conditions = CALM

    @property
    def conditions(self) -> Conditions:
        """What is in force, whichever process set it."""
        with self._lock:
            text = self._store.meta(_KEPT)
        if text != self._text:
            self._conditions = CALM if text is None else from_json(json.loads(text))
            self._text = text
        return self._conditions

    def set(self, conditions: Conditions) -> None:
        """Replace the whole weather; counting begins anew."""
        with self._lock, self._store.transaction():
            self._store.forget_meta(_COUNTED)
            self._store.set_meta(_KEPT, dumps(to_json(conditions)))

    def clear(self) -> None:
        """Fair weather."""
        self.set(CALM)

    def add(self, rule: Rule) -> None:
        """Put one more rule into force; it counts requests from now on."""
        with self._lock:
            now = self.conditions
            text = dumps(to_json(replace(now, rules=(*now.rules, rule))))
            self._store.set_meta(_KEPT, text)

    def limit(self, limit: RateLimit | None) -> None:
        """Set the only budget that there is, or lift all; new windows begin."""
        self.set(replace(self.conditions, limits=() if limit is None else (limit,)))

    def seen(self) -> list[Struck]:
        """What each rule has seen, in their order."""
        with self._lock:
            return [
                Struck(self._counted(at, "matched"), self._counted(at, "hit"))
                for at in range(len(self.conditions.rules))
            ]

    def _counted(self, rule: int, what: str) -> int:
        return int(self._store.meta(f"{_COUNTED}{rule} {what}") or 0)

    # What hits a request

    def latency(self) -> float:
        """The seconds that this request takes at least; counts it."""
        now = self.conditions
        if now.longest_latency is None:
            return now.latency
        drawn = draw(now.seed, "latency", self._store.count(f"{_COUNTED}latency"))
        return between(now.latency, now.longest_latency, drawn)

    def strokes(self, request: Request) -> list[Stroke]:
        """What the rules do to this request; counts it."""
        found = []
        for at, rule in enumerate(self.conditions.rules):
            if rule.matches(request) and self._is_from(request, rule.token):
                stroke = self._stroke(at, rule)
                if stroke is not None:
                    found.append(stroke)
        return found

    def _stroke(self, at: int, rule: Rule) -> Stroke | None:
        number = self._store.count(f"{_COUNTED}{at} matched")
        seed = self.conditions.seed
        if rule.nth not in (None, number) or draw(seed, at, number) >= rule.probability:
            return None
        if rule.count is not None and self._counted(at, "hit") >= rule.count:
            return None
        self._store.count(f"{_COUNTED}{at} hit")
        drawn = draw(seed, at, number, "seconds")
        return Stroke(rule, between(rule.seconds, rule.longest, drawn))

    def _is_from(self, request: Request, wanted: str | None) -> bool:
        """Whether the request comes from the token, or the connection, that a rule names."""
        if wanted is None:
            return True
        sent = request.headers.get("authorization", "").partition(" ")[2].strip()
        named = self._store.one(
            "SELECT 1 FROM tokens JOIN users ON users.id=tokens.bot WHERE token=? AND name=?",
            (sent, wanted),
        )
        return sent == wanted or named is not None

    # Budgets

    def spend(self, path: str, connection: str, now: datetime) -> ApiError | None:
        """Take one request from each budget that it counts in; the 429 if one is spent.

        Args:
            path: of the request.
            connection: the id of who asks.
            now: by the sandbox's clock.
        """
        with self._lock, self._store.transaction():
            waits = [
                (limit.scope, wait)
                for at, limit in enumerate(self.conditions.limits)
                if limit.counts(path)
                and (wait := self._wait(at, limit, connection, now)) is not None
            ]
        return rate_limited(*max(waits, key=lambda one: one[1])) if waits else None

    def _wait(self, at: int, limit: RateLimit, connection: str, now: datetime) -> int | None:
        """The seconds until the window of a budget ends, if the budget is spent."""
        who = "all" if limit.scope is Scope.WORKSPACE else connection
        key = f"{_COUNTED}limit {at} {who}"
        start, spent = self._window(key, now)
        window = timedelta(seconds=limit.seconds)
        if not timedelta(0) <= now - start < window:  # over, or the clock was put back
            start, spent = now, 0
        self._store.set_meta(key, f"{start.isoformat()} {spent + 1}")
        if spent < limit.requests:
            return None
        return max(1, -int(-(window - (now - start)).total_seconds() // 1))

    def _window(self, key: str, now: datetime) -> tuple[datetime, int]:
        kept = self._store.meta(key)
        if kept is None:
            return now, 0
        start, _, spent = kept.partition(" ")
        return datetime.fromisoformat(start), int(spent)


def delay_of(strokes: list[Stroke]) -> float:
    """The seconds for which a request is held up before anything is done with it."""
    return sum(one.seconds for one in strokes if one.rule.effect is Effect.DELAY)
