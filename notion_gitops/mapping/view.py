"""A table of a mapping file as the builders read it: what has its form, and nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from notion_gitops.formats.nodes import Entry, Items, Node, Scalar, Table, plain
from notion_gitops.mapping.problems import Problems

HOLD = "hold"
MERGED = frozenset({"notion", "git", "key", "conflicts", "deletes", "safety"})


@dataclass(frozen=True, slots=True)
class View:
    """A table that may be missing. What the schema refused reads as if it were not there."""

    table: Table | None
    problems: Problems

    def __bool__(self) -> bool:
        return self.table is not None

    def node(self, key: str) -> Node | None:
        """The value of a key, None if there is none or it has not its form."""
        found = None if self.table is None else self.table.get(key)
        return found if found is not None and self.problems.well_formed(found) else None

    def scalar(self, key: str) -> Scalar | None:
        """A single value with its place."""
        found = self.node(key)
        return found if isinstance(found, Scalar) else None

    def text(self, key: str) -> str | None:
        """A single value as it was written."""
        found = self.scalar(key)
        return None if found is None else found.text

    def value(self, key: str) -> Any:
        """A value as plain data."""
        return plain(self.node(key))

    def scalars(self, key: str) -> tuple[Scalar, ...]:
        """A list of single values with their places."""
        found = self.node(key)
        nodes = found.nodes if isinstance(found, Items) else ()
        return tuple(node for node in nodes if isinstance(node, Scalar))

    def view(self, key: str) -> "View":
        """A table below this one; its well-formed parts can be read even if others are not."""
        found = None if self.table is None else self.table.get(key)
        return View(found if isinstance(found, Table) else None, self.problems)

    def views(self, key: str) -> tuple["View", ...]:
        """A list of tables."""
        found = None if self.table is None else self.table.get(key)
        nodes = found.nodes if isinstance(found, Items) else ()
        return tuple(View(node, self.problems) for node in nodes if isinstance(node, Table))

    def entries(self) -> Iterator[Entry]:
        """The keys and values that have their form."""
        for entry in () if self.table is None else self.table.entries:
            if self.problems.well_formed(entry.key):
                yield entry


def with_defaults(own: Table, defaults: Table | None) -> Table:
    """The table with what it does not say itself taken from the defaults.

    Sections such as `safety` are joined key by key; lists are taken as a whole, but for that of
    holds: one more makes a sync do less, and is not taken out by the way. An empty list does.
    """
    if defaults is None:
        return own
    joined = tuple(_joined(entry, defaults.get(entry.key.text)) for entry in own.entries)
    present = {entry.key.text for entry in own.entries}
    added = tuple(entry for entry in defaults.entries if entry.key.text not in present)
    return own._replace(entries=joined + added)


def _joined(entry: Entry, default: Node | None) -> Entry:
    value = entry.value
    if entry.key.text in MERGED and isinstance(value, Table) and isinstance(default, Table):
        return entry._replace(value=with_defaults(value, default))
    if entry.key.text == HOLD and isinstance(value, Items) and value.nodes:
        return entry._replace(value=value._replace(nodes=(*value.nodes, *_holds(default))))
    return entry


def _holds(default: Node | None) -> tuple[Node, ...]:
    """The holds of the defaults as a list; a reason alone is one of the mapping as a whole."""
    if isinstance(default, Scalar):
        reason = Scalar("reason", True, default.start, default.start, default.source)
        return (Table((Entry(reason, default),), default.start, default.end, default.source),)
    return default.nodes if isinstance(default, Items) else ()
