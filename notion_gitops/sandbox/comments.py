"""Comments on pages and blocks, in discussions."""

from __future__ import annotations

import json
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
from notion_gitops.sandbox.basics.nouns import Capability, Page, UserKind
from notion_gitops.sandbox.basics.store import dumps
from notion_gitops.sandbox.call import Call, checked_id, listing
from notion_gitops.sandbox.databases.parents import named_parent
from notion_gitops.sandbox.markdown.inline import read_rich_text
from notion_gitops.sandbox.values.cells import Cells
from notion_gitops.sandbox.values.file_links import file_name, file_type, signed
from notion_gitops.sandbox.values.file_uploads import attach
from notion_gitops.sandbox.values.richtext import limited, parse_rich_text
from notion_gitops.sandbox.values.users import user_stub

if TYPE_CHECKING:
    import sqlite3

MOST_ATTACHMENTS = 3
_LONGEST_NAME = 100


def create_comment(call: Call) -> Json:
    """POST comments: on a page or block, or in a discussion that is there."""
    call.require(Capability.INSERT_COMMENTS)
    call.only(
        "parent", "discussion_id", "rich_text", "markdown", "attachments", "display_name"
    )  # fmt: skip
    parent, discussion = _where(call)
    _require_live(call, parent)
    text = _text(call)
    attachments = _attachments(call)
    name = _display_name(call)
    identity = call.store.new_uuid()
    call.store.write(
        "INSERT INTO comments(id, parent, discussion, created, created_by, edited, text, extras)"
        " VALUES(?,?,?,?,?,?,?,?)",
        (
            identity, dumps(parent), discussion, call.minute, call.token.bot.id, call.minute,
            dumps(text), dumps({"display_name": name, "attachments": attachments}),
        ),
    )  # fmt: skip
    # A token that may not read comments is told the id alone.
    if Capability.READ_COMMENTS not in call.token.capabilities:
        return {"object": "comment", "id": identity}
    return _shown(call, _row(call, identity))


def _where(call: Call) -> tuple[Json, str]:
    """The parent of a new comment, and its discussion."""
    given = call.body.get("discussion_id")
    parent = object_in(call.body, "parent", "body")
    if given is not None and parent:
        raise failed_validation("body.parent", "not present", parent)
    if given is not None:
        identity = checked_id(given, "body.discussion_id")
        row = call.store.one("SELECT parent FROM comments WHERE discussion=?", (identity,))
        if row is None or not _seen(call, json.loads(row["parent"])):
            raise call.missing("discussion", identity)
        return json.loads(row["parent"]), identity
    if not parent:
        raise failed_validation("body.parent", "defined", UNDEFINED)
    kind, value = named_parent(parent, "page_id", "block_id")
    return _commented(call, value, f"body.parent.{kind}"), call.store.new_uuid()


def _commented(call: Call, text: object, place: str) -> Json:
    """The parent that an id names, as comments show it: a page, or a block of a page.

    Raises:
        ApiError: 404 if there is none that the token sees.
    """
    identity = checked_id(text, place)
    page = call.world.page(identity)
    if page is not None and call.sees_page(page):
        return {"type": "page_id", "page_id": page.id}
    above = _page_of_block(call, identity)
    if above is None or not call.sees_page(above):
        raise call.missing("page" if place.endswith("page_id") else "block", identity)
    return {"type": "block_id", "block_id": identity}


def _page_of_block(call: Call, identity: str) -> Page | None:
    """The page that a block lies in, however deep."""
    row = call.store.one("SELECT parent FROM blocks WHERE id=? AND in_trash=0", (identity,))
    if row is None:
        return None
    return call.world.page(row["parent"]) or _page_of_block(call, row["parent"])


def _page_of(call: Call, parent: Json) -> Page | None:
    """The page that comments with that parent are on."""
    identity = parent[parent["type"]]
    return call.world.page(identity) or _page_of_block(call, identity)


def _require_live(call: Call, parent: Json) -> None:
    page = _page_of(call, parent)
    if page is not None and page.in_trash:
        raise in_trash()


def _seen(call: Call, parent: Json) -> bool:
    page = _page_of(call, parent)
    return page is not None and call.sees_page(page)


def _text(call: Call) -> list[Json]:
    """The text of a request, as rich text or as Markdown, but not as both."""
    markdown, rich = text_in(call.body, "markdown", "body"), call.body.get("rich_text")
    if markdown is not None and rich is not None:
        raise failed_validation("body.markdown", "not present", markdown)
    if markdown is not None:
        return read_rich_text(markdown, "body.markdown")
    if rich is None:
        raise failed_validation("body.rich_text", "defined", UNDEFINED)
    return parse_rich_text(rich, "body.rich_text")


def _attachments(call: Call) -> list[Json]:
    given = call.body.get("attachments")
    if given is None:
        return []
    if not isinstance(given, list):
        raise failed_validation("body.attachments", "an array", given)
    if len(given) > MOST_ATTACHMENTS:
        raise failed_validation("body.attachments.length", f"≤ `{MOST_ATTACHMENTS}`", len(given))
    return [_attachment(call, one, f"body.attachments[{at}]") for at, one in enumerate(given)]


def _attachment(call: Call, given: Any, path: str) -> Json:
    identity = given.get("file_upload_id", UNDEFINED) if isinstance(given, dict) else UNDEFINED
    if not isinstance(identity, str):
        raise failed_validation(f"{path}.file_upload_id", "defined", identity)
    return attach(call, {"id": identity}, path)


def _display_name(call: Call) -> Json:
    """What a comment's author is called: the integration, unless the request says otherwise."""
    given = object_in(call.body, "display_name", "body")
    match given.get("type", "integration"):
        case "integration":
            return {"type": "integration", "resolved_name": call.token.bot.name}
        case "user":
            owner = next(
                (u for u in call.world.users().values() if u.kind is UserKind.PERSON), None
            )
            return {"type": "user", "resolved_name": owner.name if owner else None}
        case "custom":
            custom = object_in(given, "custom", "body.display_name")
            name = limited(
                custom.get("name", UNDEFINED), "body.display_name.custom.name", _LONGEST_NAME
            )
            return {"type": "custom", "resolved_name": name}
        case other:
            wanted = '`"integration"` or `"user"` or `"custom"`'
            raise failed_validation("body.display_name.type", wanted, other)


def list_comments(call: Call) -> Json:
    """GET comments: those on one page or block, the oldest first."""
    call.require(Capability.READ_COMMENTS)
    given = call.parameter("block_id")
    if given is None:
        raise failed_validation("query.block_id", "defined", UNDEFINED)
    parent = _commented(call, given, "query.block_id")
    rows = call.store.all(
        "SELECT * FROM comments WHERE parent=? AND deleted=0 ORDER BY seq", (dumps(parent),)
    )
    window, following = call.window([row["id"] for row in rows])
    shown = [_shown(call, row) for row in rows[window]]
    return listing(shown, following, "comment")


def retrieve_comment(call: Call, comment_id: str) -> Json:
    """GET comments/{id}."""
    call.require(Capability.READ_COMMENTS)
    return _shown(call, _found(call, comment_id))


def update_comment(call: Call, comment_id: str) -> Json:
    """PATCH comments/{id}: another text; of the connection's own comments alone."""
    row = _own(call, comment_id)
    call.only("rich_text", "markdown")
    call.store.write(
        "UPDATE comments SET text=?, edited=? WHERE id=?",
        (dumps(_text(call)), call.minute, row["id"]),
    )
    return _shown(call, _row(call, row["id"]))


def delete_comment(call: Call, comment_id: str) -> Json:
    """DELETE comments/{id}: of the connection's own comments alone; what it was is answered."""
    row = _own(call, comment_id)
    call.store.write("UPDATE comments SET deleted=1 WHERE id=?", (row["id"],))
    return _shown(call, row)


def _own(call: Call, text: str) -> sqlite3.Row:
    call.require(Capability.INSERT_COMMENTS)
    row = _found(call, text)
    if row["created_by"] != call.token.bot.id:
        raise invalid("Comments of other users cannot be changed.")
    _require_live(call, json.loads(row["parent"]))
    return row


def _found(call: Call, text: str) -> sqlite3.Row:
    identity = checked_id(text, "path.comment_id")
    row = call.store.one("SELECT * FROM comments WHERE id=? AND deleted=0", (identity,))
    if row is None or not _seen(call, json.loads(row["parent"])):
        raise call.missing("comment", identity)
    return row


def _row(call: Call, identity: str) -> sqlite3.Row:
    row = call.store.one("SELECT * FROM comments WHERE id=?", (identity,))
    if row is None:
        raise KeyError(identity)
    return row


def _shown(call: Call, row: sqlite3.Row) -> Json:
    extras = json.loads(row["extras"])
    shown: Json = {
        "object": "comment",
        "id": row["id"],
        "parent": json.loads(row["parent"]),
        "discussion_id": row["discussion"],
        "created_time": row["created"],
        "last_edited_time": row["edited"],
        "created_by": user_stub(row["created_by"]),
        "rich_text": Cells(call).shown_texts(json.loads(row["text"])),
        "display_name": extras["display_name"],
    }
    if extras["attachments"]:
        shown["attachments"] = [_shown_attachment(call, one) for one in extras["attachments"]]
    return shown


def _shown_attachment(call: Call, kept: Json) -> Json:
    identity = kept["upload"]
    kind = file_type(call, identity)
    main = kind.partition("/")[0]
    if main in {"audio", "image", "video"}:
        category = main
    else:
        category = "pdf" if kind == "application/pdf" else "productivity"
    return {"category": category, "file": signed(call, identity, file_name(call, identity))}
