"""The blocks of the file: trees under pages, read and written.

Pages and databases in a page stand among its blocks: a row of the table `blocks` with their id
keeps their place. It is made when the page is first read after them, so that whoever makes, moves
or trashes pages need not know of blocks.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from notion_gitops.sandbox.basics.store import dumps
from notion_gitops.sandbox.call import checked_id
from notion_gitops.sandbox.databases.rows import stamp_of, stamp_page

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence

    from notion_gitops.sandbox.basics.messages import Json
    from notion_gitops.sandbox.basics.nouns import Page
    from notion_gitops.sandbox.call import Call

CHILD_PAGE = "child_page"
CHILD_DATABASE = "child_database"
UNKNOWN = "unknown"
"""What Markdown says of a block that it cannot show; no block in the file is of this type."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A block as a request describes it."""

    kind: str  # Notion's name of the type, or UNKNOWN
    content: Json  # what stands under that name, without children
    children: tuple[Draft, ...] = ()
    identity: str | None = None  # of what Markdown refers to: a page, a database, a block


@dataclass(frozen=True, slots=True)
class Node:
    """A block in the file, with all that is in it."""

    id: str
    place: float  # orders it among its siblings
    kind: str
    content: Json
    children: tuple[Node, ...]

    def all(self) -> Iterator[Node]:
        """The block and all that is in it, in order."""
        yield self
        for child in self.children:
            yield from child.all()


def block_row(call: Call, identity: str) -> sqlite3.Row | None:
    """The row of a block, in the trash or not; None for pages and databases."""
    row = call.store.one("SELECT * FROM blocks WHERE id=?", (identity,))
    return None if row is None or row["type"] in {CHILD_PAGE, CHILD_DATABASE} else row


def page_above(call: Call, row: sqlite3.Row) -> Page | None:
    """The page that a block lies in; None if it is gone from the file."""
    above = block_row(call, row["parent"])
    while above is not None:
        row, above = above, block_row(call, above["parent"])
    return call.world.page(row["parent"])


def lies_in_trash(call: Call, identity: str) -> bool:
    """Whether a page or block, or what a block lies in, is in the trash."""
    row = block_row(call, identity)
    while row is not None:
        if row["in_trash"]:
            return True
        identity = row["parent"]
        row = block_row(call, identity)
    page = call.world.page(identity)
    return page is None or page.in_trash


def seen_block(call: Call, text: str, place: str = "path.block_id") -> sqlite3.Row | None:
    """The row of a block whose page is shared with the token; None if there is no such block.

    Raises:
        ApiError: 400 for what is no id.
    """
    row = block_row(call, checked_id(text, place))
    page = page_above(call, row) if row is not None else None
    return row if page is not None and call.sees_page(page) else None


def rows_under(call: Call, parent: str) -> list[sqlite3.Row]:
    """The blocks directly in a page or block that are not in the trash, in order."""
    if call.world.page(parent) is not None:
        _take_in(call, parent)
    rows = call.store.all(
        "SELECT * FROM blocks WHERE parent=? AND in_trash=0 ORDER BY place, seq", (parent,)
    )
    return [row for row in rows if _is_there(call, row)]


def _is_there(call: Call, row: sqlite3.Row) -> bool:
    """Whether a page or database is still where its row says; any other block is."""
    if row["type"] == CHILD_PAGE:
        page = call.world.page(row["id"])
        return page is not None and not page.in_trash and _in_page(page.parent, row)
    if row["type"] == CHILD_DATABASE:
        doc = call.world.database(row["id"])
        return doc is not None and not doc["in_trash"] and _in_page(doc["parent"], row)
    return True


def _in_page(parent: Json, row: sqlite3.Row) -> bool:
    return bool(parent.get("page_id") == row["parent"])


def _take_in(call: Call, page: str) -> None:
    """Give a place at the end to pages and databases in the page that have none in it yet."""
    parent = dumps({"type": "page_id", "page_id": page})
    found = [
        (row["created"], CHILD_PAGE, row["id"])
        for row in call.store.all(
            "SELECT id, created FROM pages WHERE source_id IS NULL AND parent=?", (parent,)
        )
    ]
    found += [
        (row["created"], CHILD_DATABASE, row["id"])
        for row in call.store.all(
            "SELECT id, json_extract(doc, '$.created') AS created FROM databases"
            " WHERE json_extract(doc, '$.parent.page_id')=?",
            (page,),
        )
    ]
    for _, kind, identity in sorted(found):
        known = call.store.one("SELECT parent FROM blocks WHERE id=?", (identity,))
        if known is not None and known["parent"] == page:
            continue
        call.store.write("DELETE FROM blocks WHERE id=?", (identity,))
        place = last_place(call, page) + 1.0
        insert_draft(call, page, place, Draft(kind, {}, identity=identity))


def last_place(call: Call, parent: str) -> float:
    """The place of the last block in a page or block, the trash included; 0.0 in an empty one."""
    row = call.store.one("SELECT max(place) AS place FROM blocks WHERE parent=?", (parent,))
    return float(row["place"]) if row is not None and row["place"] is not None else 0.0


def nodes_under(call: Call, parent: str) -> tuple[Node, ...]:
    """All blocks in a page or block, with what is in them."""
    return tuple(node_of(call, row) for row in rows_under(call, parent))


def node_of(call: Call, row: sqlite3.Row) -> Node:
    """A block with all that is in it; pages and databases in the page are not looked into."""
    inner = () if row["type"] in {CHILD_PAGE, CHILD_DATABASE} else nodes_under(call, row["id"])
    return Node(row["id"], row["place"], row["type"], json.loads(row["content"]), inner)


def insert_draft(call: Call, parent: str, place: float, draft: Draft) -> str:
    """Add a block and all that is in it; its id."""
    stamp = stamp_of(call)
    of_its_own = draft.kind in {CHILD_PAGE, CHILD_DATABASE}
    identity = draft.identity if of_its_own and draft.identity else call.store.new_uuid()
    call.store.write(
        "INSERT INTO blocks(id, parent, place, type, content, created, created_by, edited,"
        " edited_by) VALUES(?,?,?,?,?,?,?,?,?)",
        (
            identity, parent, place, draft.kind, dumps(draft.content),
            stamp.time, stamp.user, stamp.time, stamp.user,
        ),
    )  # fmt: skip
    insert_all(call, identity, draft.children)
    return identity


def insert_all(call: Call, parent: str, drafts: Sequence[Draft]) -> list[str]:
    """Add blocks at the end of a page or block; their ids."""
    first = last_place(call, parent) + 1.0
    return [insert_draft(call, parent, first + at, draft) for at, draft in enumerate(drafts)]


def write_content(call: Call, identity: str, content: Json) -> None:
    """Replace what stands in a block."""
    stamp = stamp_of(call)
    call.store.write(
        "UPDATE blocks SET content=?, edited=?, edited_by=? WHERE id=?",
        (dumps(content), stamp.time, stamp.user, identity),
    )


def set_trashed(call: Call, identity: str, *, trashed: bool) -> None:
    """Move a block to the trash or back; what is in it goes along, being found through it."""
    call.store.write("UPDATE blocks SET in_trash=? WHERE id=?", (trashed, identity))


def stamp_above(call: Call, identity: str) -> None:
    """Note the edit of a page or block: on it, on the blocks that it lies in, and on the page."""
    stamp = stamp_of(call)
    row = block_row(call, identity)
    while row is not None:
        call.store.write(
            "UPDATE blocks SET edited=?, edited_by=? WHERE id=?",
            (stamp.time, stamp.user, row["id"]),
        )
        identity = row["parent"]
        row = block_row(call, identity)
    if call.world.page(identity) is not None:
        stamp_page(call, identity, stamp)
