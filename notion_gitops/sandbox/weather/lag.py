"""Indexes that lag behind: what they still show while a write has not reached them."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from notion_gitops.sandbox.basics.store import dumps
from notion_gitops.sandbox.weather.rules import Conditions, Lateness

if TYPE_CHECKING:
    from datetime import datetime

    from notion_gitops.sandbox.basics.store import Store


class Late(StrEnum):
    """What can lag."""

    SEARCH = "search"  # by id of a page or data source: its title and trash, null if unknown
    RELATION = "relation"  # by page and property: the links


class Lag:
    """What one request reads late, and what it makes late by writing."""

    def __init__(self, store: Store, now: datetime, weather: Conditions) -> None:
        self._store = store
        self._now = now.timestamp()
        self._number = int(store.meta("requests") or 0)
        self._lateness = {Late.SEARCH: weather.search_lag, Late.RELATION: weather.relation_lag}
        self._shown: dict[Late, dict[str, Any]] | None = None

    def stop(self) -> None:
        """Let all that is written from now on be seen at once."""
        self._lateness = {index: Lateness() for index in Late}

    def shown(self, index: Late) -> dict[str, Any]:
        """What the index still shows instead of the truth, by key."""
        if self._shown is None:
            self._shown = {each: {} for each in Late}
            for row in self._store.all(
                "SELECT * FROM late WHERE until>? OR until_request>=? ORDER BY seq DESC",
                (self._now, self._number),
            ):
                self._shown[Late(row["index_name"])][row["key"]] = json.loads(row["old"])
        return self._shown[index]

    def size(self) -> int:
        """How much is late; it gets less by time alone, without a write."""
        return sum(len(self.shown(index)) for index in Late)

    def keep(self, index: Late, key: str, old: Any) -> None:
        """Note what the index shows for a while, before the truth is changed."""
        lateness = self._lateness[index]
        if not lateness:
            return
        self._store.write(
            "DELETE FROM late WHERE until<=? AND until_request<?", (self._now, self._number)
        )
        self._store.write(
            "INSERT INTO late(index_name, key, old, until, until_request) VALUES(?,?,?,?,?)",
            (
                index.value, key, dumps(old), self._now + lateness.seconds,
                self._number + lateness.requests if lateness.requests else 0,
            ),
        )  # fmt: skip
        self._shown = None

    def settle(self, index: Late, key: str) -> None:
        """Show the truth of `key` again."""
        if key in self.shown(index):
            self._store.write("DELETE FROM late WHERE index_name=? AND key=?", (index.value, key))
            self._shown = None


def link_key(page: str, prop: str) -> str:
    """The key of a relation of a page, by the ids of both."""
    return f"{page} {prop}"
