"""Blocks: the bodies of pages, one level deep, and pages and databases seen as blocks."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from notion_gitops.sandbox.block_content import (
    blocks_of_markdown,
    markdown_of_block,
    parse_block,
)
from notion_gitops.sandbox.call import Call, checked_id, listing, wrong_cursor
from notion_gitops.sandbox.cells import Cells
from notion_gitops.sandbox.messages import Json, failed_validation, object_in, text_in
from notion_gitops.sandbox.nouns import Capability, Page
from notion_gitops.sandbox.richtext import plain_text
from notion_gitops.sandbox.rows import Flag, set_flag, stamp_of, stamp_page
from notion_gitops.sandbox.shapes import with_archived
from notion_gitops.sandbox.store import dumps
from notion_gitops.sandbox.users import user_stub

if TYPE_CHECKING:
    import sqlite3

MAX_CHILDREN = 100


@dataclass(frozen=True, slots=True)
class Position:
    """Where new blocks go among the children of their parent: at the end if nothing is said."""

    after: str | None = None  # the id of a child
    at_start: bool = False


END = Position()


def retrieve_block(call: Call, block_id: str) -> Json:
    """GET blocks/{id}; a page or database is a block too."""
    call.require(Capability.READ)
    identity = checked_id(block_id, "path.block_id")
    row = _row(call, identity)
    if row is not None:
        return _shown_block(call, row)
    page = call.world.page(identity)
    if page is not None and call.sees_page(page):
        return _page_as_block(call, page)
    doc = call.world.database(identity)
    if doc is None or not call.sees_database(identity):
        raise call.missing("block", identity)
    return _database_as_block(call, doc)


def delete_block(call: Call, block_id: str) -> Json:
    """DELETE blocks/{id}: to the trash, pages and databases too."""
    call.require(Capability.UPDATE)
    identity = checked_id(block_id, "path.block_id")
    shown = retrieve_block(call, identity)
    page = call.world.page(identity)
    if _row(call, identity) is not None:
        call.store.write("UPDATE blocks SET in_trash=1 WHERE id=?", (identity,))
    elif page is not None:
        set_flag(call, page, Flag.IN_TRASH, value=True)
        stamp_page(call, identity, stamp_of(call))
    else:
        doc = {**(call.world.database(identity) or {}), "in_trash": True}
        call.store.write("UPDATE databases SET doc=? WHERE id=?", (dumps(doc), identity))
    trashed = {**shown, "in_trash": True}
    return {**trashed, "archived": True} if "archived" in shown else trashed


def list_children(call: Call, block_id: str) -> Json:
    """GET blocks/{id}/children."""
    call.require(Capability.READ)
    parent = _parent_id(call, block_id)
    size, cursor = call.paging("query")
    children = [_shown_block(call, row) for row in _children(call, parent)]
    children += [_database_as_block(call, doc) for doc in _databases_on(call, parent)]
    ids = [child["id"] for child in children]
    if cursor is not None and cursor not in ids:
        raise wrong_cursor(cursor)
    start = ids.index(cursor) if cursor is not None else 0
    following = ids[start + size] if start + size < len(ids) else None
    return listing(children[start : start + size], following, "block")


def append_to_block(call: Call, block_id: str) -> Json:
    """PATCH blocks/{id}/children; after another block, its following siblings come back too."""
    call.require(Capability.INSERT)
    call.only("children", "position", "after")
    parent = _parent_id(call, block_id)
    position = object_in(call.body, "position", "body")
    after_block = object_in(position, "after_block", "body.position")
    after = text_in(call.body, "after", "body") or text_in(after_block, "id", "body.position")
    place = Position(after, at_start=position.get("type") == "start")
    first = append_children(call, parent, call.body.get("children"), "body.children", place)
    stamp_page(call, parent, stamp_of(call))
    shown = [_shown_block(call, row) for row in _children(call, parent) if row["place"] >= first]
    return listing(shown, None, "block")


def append_children(
    call: Call, parent: str, children: Any, path: str, position: Position = END
) -> float:
    """Add blocks to a page or block; the place of the first one.

    Raises:
        ApiError: 400 for a wrong form or too many; 404 for a block to stand after that is no child.
    """
    if not isinstance(children, list):
        raise failed_validation(path, "an array", children)
    if len(children) > MAX_CHILDREN:
        raise failed_validation(f"{path}.length", f"≤ `{MAX_CHILDREN}`", len(children))
    blocks = [parse_block(child, f"{path}[{at}]") for at, child in enumerate(children)]
    places = [row["place"] for row in _children(call, parent)]
    before, behind = _gap(call, parent, places, position)
    step = 1.0 if behind is None else (behind - before) / (len(blocks) + 1)
    for at, (kind, content) in enumerate(blocks, 1):
        _insert(call, parent, before + at * step, kind, content)
    return before + step


def _gap(
    call: Call, parent: str, places: list[float], position: Position
) -> tuple[float, float | None]:
    """The places between which new blocks go; nothing behind them: None."""
    if position.at_start:
        return (places[0] - 2.0, places[0]) if places else (0.0, None)
    if position.after is None:
        return (places[-1], None) if places else (0.0, None)
    row = _row(call, checked_id(position.after, "body.position.after_block.id"))
    if row is None or row["parent"] != parent:
        raise call.missing("block", position.after)
    behind = [place for place in places if place > row["place"]]
    return row["place"], behind[0] if behind else None


def append_markdown(call: Call, page: str, markdown: str) -> None:
    """Add the blocks of Markdown to a page."""
    for at, (kind, content) in enumerate(blocks_of_markdown(markdown), 1):
        _insert(call, page, float(at), kind, content)


def erase_content(call: Call, page: str) -> None:
    """Take all blocks away from a page."""
    call.store.write("UPDATE blocks SET in_trash=1 WHERE parent=?", (page,))


def retrieve_markdown(call: Call, page_id: str) -> Json:
    """GET pages/{id}/markdown."""
    call.require(Capability.READ)
    page = call.find_page(page_id)
    lines: list[str] = []
    number = 0
    for row in _children(call, page.id):
        number = number + 1 if row["type"] == "numbered_list_item" else 0
        line = markdown_of_block(row["type"], json.loads(row["content"]), number)
        lines.append(line or "")
    return {
        "object": "page_markdown",
        "id": page.id,
        "markdown": "\n".join(lines),
        "truncated": False,
        "unknown_block_ids": [],
    }


def _insert(call: Call, parent: str, place: float, kind: str, content: Json) -> None:
    stamp = stamp_of(call)
    call.store.write(
        "INSERT INTO blocks(id, parent, place, type, content, created, created_by, edited,"
        " edited_by) VALUES(?,?,?,?,?,?,?,?,?)",
        (
            call.store.new_uuid(), parent, place, kind, dumps(content),
            stamp.time, stamp.user, stamp.time, stamp.user,
        ),
    )  # fmt: skip


def _row(call: Call, identity: str) -> sqlite3.Row | None:
    return call.store.one("SELECT * FROM blocks WHERE id=?", (identity,))


def _children(call: Call, parent: str) -> list[sqlite3.Row]:
    return call.store.all(
        "SELECT * FROM blocks WHERE parent=? AND in_trash=0 ORDER BY place, seq", (parent,)
    )


def _databases_on(call: Call, page: str) -> list[Json]:
    """The databases that stand on a page, oldest first."""
    rows = call.store.all(
        "SELECT doc FROM databases WHERE json_extract(doc, '$.parent.page_id')=? ORDER BY seq",
        (page,),
    )
    docs = [json.loads(row["doc"]) for row in rows]
    return [doc for doc in docs if not doc["in_trash"] and call.sees_database(doc["id"])]


def _parent_id(call: Call, text: str) -> str:
    identity = checked_id(text, "path.block_id")
    if _row(call, identity) is not None:
        return identity
    page = call.world.page(identity)
    if page is None or not call.sees_page(page):
        raise call.missing("block", identity)
    return identity


def _shown_block(call: Call, row: sqlite3.Row) -> Json:
    inner = call.store.one("SELECT 1 FROM blocks WHERE parent=? AND in_trash=0", (row["id"],))
    parent_kind = "page_id" if call.world.page(row["parent"]) is not None else "block_id"
    shown = {
        **_head(row["id"], {"type": parent_kind, parent_kind: row["parent"]}),
        "created_time": row["created"],
        "last_edited_time": row["edited"],
        "created_by": user_stub(row["created_by"]),
        "last_edited_by": user_stub(row["edited_by"]),
        "has_children": inner is not None,
        "in_trash": bool(row["in_trash"]),
        "type": row["type"],
        row["type"]: json.loads(row["content"]),
    }
    return with_archived(call, shown)


def _head(identity: str, parent: Json) -> Json:
    return {"object": "block", "id": identity, "parent": parent}


def _page_as_block(call: Call, page: Page) -> Json:
    shown = {
        **_head(page.id, page.parent),
        "created_time": page.created,
        "last_edited_time": page.edited,
        "created_by": user_stub(page.created_by),
        "last_edited_by": user_stub(page.edited_by),
        "has_children": bool(_children(call, page.id)),
        "in_trash": page.in_trash,
        "type": "child_page",
        "child_page": {"title": Cells(call).title(page)},
    }
    return with_archived(call, shown)


def _database_as_block(call: Call, doc: Json) -> Json:
    source = call.world.sources_of(doc["id"])[0].doc
    shown = {
        **_head(doc["id"], doc["parent"]),
        "created_time": source["created"],
        "last_edited_time": source["edited"],
        "created_by": user_stub(source["created_by"]),
        "last_edited_by": user_stub(source["edited_by"]),
        "has_children": False,
        "in_trash": doc["in_trash"],
        "type": "child_database",
        "child_database": {"title": plain_text(doc["title"])},
    }
    return with_archived(call, shown)
