"""The endpoints of blocks: the bodies of pages, and pages and databases seen as blocks."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from notion_gitops.sandbox.basics.messages import (
    UNDEFINED,
    Json,
    failed_validation,
    in_trash,
    invalid,
    object_in,
    text_in,
)
from notion_gitops.sandbox.basics.nouns import Capability
from notion_gitops.sandbox.blocks.content import (
    PAGE,
    TYPES,
    check_width,
    parse_blocks,
    parse_content,
)
from notion_gitops.sandbox.blocks.shapes import database_as_block, page_as_block, shown_row
from notion_gitops.sandbox.blocks.store import (
    CHILD_DATABASE,
    block_row,
    insert_draft,
    last_place,
    lies_in_trash,
    rows_under,
    seen_block,
    set_trashed,
    stamp_above,
    write_content,
)
from notion_gitops.sandbox.call import VERSION, Call, checked_id, listing
from notion_gitops.sandbox.databases.databases import trash_database
from notion_gitops.sandbox.databases.rows import Flag, set_flag, stamp_of, stamp_page

if TYPE_CHECKING:
    import sqlite3

    from notion_gitops.sandbox.basics.nouns import Page

_FIXED = frozenset({"table_width", "synced_from", "children"})
"""What a block is made with, and an update cannot change."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where new blocks go among the children of their parent: at the end if nothing is said."""

    after: str | None = None  # the id of a child
    at_start: bool = False


END = Position()


def retrieve_block(call: Call, block_id: str) -> Json:
    """GET blocks/{id}; a page or database is a block too, and so is what lies in the trash."""
    call.require(Capability.READ)
    return _shown(call, checked_id(block_id, "path.block_id"))


def _shown(call: Call, identity: str) -> Json:
    row = seen_block(call, identity)
    if row is not None:
        return shown_row(call, row)
    page = call.world.page(identity)
    if page is not None and call.sees_page(page):
        return page_as_block(call, page)
    doc = call.world.database(identity)
    if doc is None or not call.sees_database(identity):
        raise call.missing("block", identity)
    return database_as_block(call, doc)


def update_block(call: Call, block_id: str) -> Json:
    """PATCH blocks/{id}: what stands in it, or its way to the trash and back."""
    call.require(Capability.UPDATE)
    identity = checked_id(block_id, "path.block_id")
    call.only("type", "in_trash", *TYPES)
    shown = _shown(call, identity)
    trash = call.trash_wish()
    given = [kind for kind in TYPES if kind in call.body]
    row = seen_block(call, identity)
    if given and row is None:
        raise invalid(f"A {shown['type']} block is changed through the endpoint of its own.")
    if given and row is not None:
        if (row["in_trash"] and trash is not False) or lies_in_trash(call, row["parent"]):
            raise in_trash()
        _update_content(call, row, given[0])
    if trash is not None:
        _set_trash(call, identity, trashed=trash)
    return _shown(call, identity)


def _update_content(call: Call, row: sqlite3.Row, kind: str) -> None:
    path = f"body.{kind}"
    if kind != row["type"]:
        raise failed_validation(f"body.{row['type']}", "defined", UNDEFINED)
    given = call.body[kind]
    if not isinstance(given, dict):
        raise failed_validation(path, "an object", given)
    for key in _FIXED.intersection(given):
        raise failed_validation(f"{path}.{key}", "not present", given[key])
    old = json.loads(row["content"])
    kept = {key: value for key, value in old.items() if value is not None}
    content = parse_content(call, kind, {**kept, **given}, path)
    above = block_row(call, row["parent"])
    if kind == "table_row" and above is not None:
        check_width(content, json.loads(above["content"])["table_width"])
    write_content(call, row["id"], content)
    stamp_above(call, row["id"])


def delete_block(call: Call, block_id: str) -> Json:
    """DELETE blocks/{id}: to the trash, pages and databases too."""
    call.require(Capability.UPDATE)
    identity = checked_id(block_id, "path.block_id")
    _shown(call, identity)
    _set_trash(call, identity, trashed=True)
    return _shown(call, identity)


def _set_trash(call: Call, identity: str, *, trashed: bool) -> None:
    row = block_row(call, identity)
    page = call.world.page(identity)
    if row is not None:
        if not row["in_trash"] and lies_in_trash(call, row["parent"]):
            raise in_trash()
        set_trashed(call, identity, trashed=trashed)
        stamp_above(call, identity)
    elif page is not None:
        set_flag(call, page, Flag.IN_TRASH, value=trashed)
        stamp_page(call, identity, stamp_of(call))
        if "page_id" in page.parent:
            stamp_page(call, page.parent["page_id"], stamp_of(call))
    else:
        trash_database(call, identity, trashed=trashed)


def list_children(call: Call, block_id: str) -> Json:
    """GET blocks/{id}/children."""
    call.require(Capability.READ)
    parent = _parent_id(call, block_id)
    rows = [row for row in rows_under(call, parent) if _is_seen(call, row)]
    window, following = call.window([row["id"] for row in rows])
    shown = [shown_row(call, row) for row in rows[window]]
    return listing(shown, following, "block")


def _is_seen(call: Call, row: sqlite3.Row) -> bool:
    return row["type"] != CHILD_DATABASE or call.sees_database(row["id"])


def append_to_block(call: Call, block_id: str) -> Json:
    """PATCH blocks/{id}/children; after another block, its following siblings come back too."""
    call.require(Capability.INSERT)
    call.only("children", "position" if call.version == VERSION else "after")
    parent = _parent_id(call, block_id)
    if lies_in_trash(call, parent):
        raise in_trash()
    place = _position(call)
    children = call.body.get("children", UNDEFINED)
    first = append_children(call, parent, children, "body.children", place)
    stamp_above(call, parent)
    shown = [shown_row(call, row) for row in rows_under(call, parent) if row["place"] >= first]
    return listing(shown, None, "block")


def _position(call: Call) -> Position:
    """Where a request wants new blocks: `position`, or `after` on older versions."""
    if call.version != VERSION:
        return Position(text_in(call.body, "after", "body"))
    position = object_in(call.body, "position", "body")
    kind = position.get("type", "end")
    if kind not in ("after_block", "start", "end"):
        expected = '`"after_block"`, `"start"`, or `"end"`'
        raise failed_validation("body.position.type", expected, kind)
    if kind != "after_block":
        return Position(at_start=kind == "start")
    after = object_in(position, "after_block", "body.position").get("id", UNDEFINED)
    return Position(checked_id(after, "body.position.after_block.id"))


def append_children(
    call: Call, parent: str, children: Any, path: str, position: Position = END
) -> float:
    """Add blocks to a page or block; the place of the first one.

    Raises:
        ApiError: 400 for a wrong form or too many; 404 for a block to stand after that is no child.
    """
    above = block_row(call, parent)
    drafts = parse_blocks(call, children, path, PAGE if above is None else above["type"])
    for draft in drafts:
        if draft.kind == "table_row" and above is not None:
            check_width(draft.content, json.loads(above["content"])["table_width"])
    before, behind = _gap(call, parent, position)
    step = 1.0 if behind is None else (behind - before) / (len(drafts) + 1)
    for at, draft in enumerate(drafts, 1):
        insert_draft(call, parent, before + at * step, draft)
    return before + step


def place_page(call: Call, page: Page) -> None:
    """Put a new page where `position` in the request wants it among the blocks of its parent.

    Raises:
        ApiError: 400 for a wrong position; 404 for a block to stand after that is not there.
    """
    position = object_in(call.body, "position", "body")
    if not position:
        return
    parent = page.parent.get("page_id")
    if parent is None:
        raise failed_validation("body.position", "not present", position)
    kind = position.get("type")
    if kind not in ("page_start", "page_end", "after_block"):
        expected = '`"page_start"`, `"page_end"`, or `"after_block"`'
        raise failed_validation("body.position.type", expected, kind)
    if kind == "page_end":
        return
    after = object_in(position, "after_block", "body.position").get("id", UNDEFINED)
    place = "body.position.after_block.id"
    wanted = Position(at_start=True)
    if kind == "after_block":
        wanted = Position(checked_id(after, place))
    before, behind = _gap(call, parent, wanted)
    middle = before + 1.0 if behind is None else (before + behind) / 2
    call.store.write("UPDATE blocks SET place=? WHERE id=?", (middle, page.id))


def _gap(call: Call, parent: str, position: Position) -> tuple[float, float | None]:
    """The places between which new blocks go; nothing behind them: None."""
    places = [row["place"] for row in rows_under(call, parent)]
    if position.at_start and places:
        return places[0] - 2.0, places[0]
    if position.after is None:
        return last_place(call, parent), None
    rows = {row["id"]: row for row in rows_under(call, parent)}
    row = rows.get(checked_id(position.after, "body.after"))
    if row is None:
        raise call.missing("block", position.after)
    behind = [place for place in places if place > row["place"]]
    return row["place"], behind[0] if behind else None


def _parent_id(call: Call, text: str) -> str:
    """The id of a page or block that can have children.

    Raises:
        ApiError: 404 for any other.
    """
    identity = checked_id(text, "path.block_id")
    if seen_block(call, identity) is not None:
        return identity
    page = call.world.page(identity)
    if page is None or not call.sees_page(page):
        raise call.missing("block", identity)
    return identity
