"""Edits inside of braces and brackets: JSON, and YAML's flow style."""

import re
from collections.abc import Collection

from notion_gitops.formats.nodes import Items, Table
from notion_gitops.records.edits import Edit, removals

_SPACE = re.compile(r"[ \t\r\n]*")
_COLON = re.compile(r"[ \t\r\n]*:")


def set_entry(table: Table, index: int, value: str) -> Edit | None:
    """Replace the value of the entry at `index`; None if there is no colon to put it behind."""
    key, old = table.entries[index]
    if old.end > old.start:
        return Edit(old.start, old.end, value)
    colon = _COLON.match(table.source.text, key.end)
    return Edit(colon.end(), colon.end(), " " + value) if colon else None


def insert(container: Table | Items, index: int, member: str) -> Edit:
    """Put a member (an item, or a key with its value) in, so that it becomes number `index`."""
    members = spans(container)
    text = container.source.text
    if not members:
        return Edit(container.start + 1, container.end - 1, member)
    space = _SPACE.match(text, container.start + 1)
    lead = space[0] if space and "\n" in space[0] else " "
    if index == 0:
        return Edit(members[0][0], members[0][0], f"{member},{lead}")
    end = members[index - 1][1]
    return Edit(end, end, f",{lead}{member}")


def delete(container: Table | Items, gone: Collection[int]) -> list[Edit]:
    """Take members out, each with one comma."""
    members = spans(container)
    if len(members) == len(gone):
        return [Edit(container.start + 1, container.end - 1, "")]
    return removals([s for s, _ in members], [e for _, e in members], gone)


def spans(container: Table | Items) -> list[tuple[int, int]]:
    """Where each member begins and ends."""
    if isinstance(container, Items):
        return [(n.start, n.end) for n in container.nodes]
    return [(k.start, max(k.end, v.end)) for k, v in container.entries]
