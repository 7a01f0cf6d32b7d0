"""Block objects of answers, keys in the recorded order; pages and databases as blocks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from notion_gitops.sandbox.blocks.store import CHILD_DATABASE, CHILD_PAGE, rows_under
from notion_gitops.sandbox.call import VERSION
from notion_gitops.sandbox.values.cells import Cells
from notion_gitops.sandbox.values.file_links import shown_file
from notion_gitops.sandbox.values.richtext import plain_text
from notion_gitops.sandbox.values.shapes import shown_parent, with_archived
from notion_gitops.sandbox.values.users import user_stub

if TYPE_CHECKING:
    import sqlite3

    from notion_gitops.sandbox.basics.messages import Json
    from notion_gitops.sandbox.basics.nouns import Page
    from notion_gitops.sandbox.call import Call

_MEETING, _OLD_MEETING = "meeting_notes", "transcription"
"""One type, called otherwise before version 2026-03-11."""


def shown_row(call: Call, row: sqlite3.Row) -> Json:
    """A block of the file."""
    if row["type"] == CHILD_PAGE:
        return page_as_block(call, call.world.the_page(row["id"]))
    if row["type"] == CHILD_DATABASE:
        return database_as_block(call, call.world.the_database(row["id"]))
    kind = row["type"]
    if kind == _MEETING and call.version != VERSION:
        kind = _OLD_MEETING
    parent_kind = "page_id" if call.world.page(row["parent"]) is not None else "block_id"
    shown = {
        "object": "block",
        "id": row["id"],
        "parent": {"type": parent_kind, parent_kind: row["parent"]},
        "created_time": row["created"],
        "last_edited_time": row["edited"],
        "created_by": user_stub(row["created_by"]),
        "last_edited_by": user_stub(row["edited_by"]),
        "has_children": bool(rows_under(call, row["id"])),
        "in_trash": bool(row["in_trash"]),
        "type": kind,
        kind: _shown_content(call, json.loads(row["content"])),
    }
    return with_archived(call, shown)


def _shown_content(call: Call, content: Json) -> Json:
    """The content with the present names of what it mentions."""
    cells = Cells(call)
    shown = dict(content)
    for key in ("rich_text", "caption", "title"):
        if key in content:
            shown[key] = cells.shown_texts(content[key])
    if "cells" in content:
        shown["cells"] = [cells.shown_texts(cell) for cell in content["cells"]]
    if "icon" in content:
        shown["icon"] = shown_file(call, content["icon"])
    return shown_file(call, shown) or shown


def page_as_block(call: Call, page: Page) -> Json:
    """A page as it stands among the blocks of another one."""
    shown = {
        "object": "block",
        "id": page.id,
        "parent": shown_parent(call, page.parent),
        "created_time": page.created,
        "last_edited_time": page.edited,
        "created_by": user_stub(page.created_by),
        "last_edited_by": user_stub(page.edited_by),
        "has_children": bool(rows_under(call, page.id)),
        "in_trash": page.in_trash,
        "type": CHILD_PAGE,
        CHILD_PAGE: {"title": Cells(call).title(page)},
    }
    return with_archived(call, shown)


def database_as_block(call: Call, doc: Json) -> Json:
    """A database as it stands among the blocks of a page."""
    source = call.world.sources_of(doc["id"])[0].doc
    shown = {
        "object": "block",
        "id": doc["id"],
        "parent": doc["parent"],
        "created_time": source["created"],
        "last_edited_time": source["edited"],
        "created_by": user_stub(source["created_by"]),
        "last_edited_by": user_stub(source["edited_by"]),
        "has_children": False,
        "in_trash": doc["in_trash"],
        "type": CHILD_DATABASE,
        CHILD_DATABASE: {"title": plain_text(doc["title"])},
    }
    return with_archived(call, shown)
