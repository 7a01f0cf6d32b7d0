"""Databases for clients of the version 2022-06-28, in which a database is a table.

They see the one data source of a database as the database; one with several is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from notion_gitops.sandbox.basics.messages import UNDEFINED, Json
from notion_gitops.sandbox.basics.nouns import Capability
from notion_gitops.sandbox.databases.databases import (
    common_of,
    insert_database,
    insert_source,
    parent_of,
    update_doc,
)
from notion_gitops.sandbox.databases.rows import save_source_doc
from notion_gitops.sandbox.databases.schema import change_schema
from notion_gitops.sandbox.values.richtext import parse_rich_text
from notion_gitops.sandbox.values.shapes import shown_table

if TYPE_CHECKING:
    from notion_gitops.sandbox.basics.nouns import Source
    from notion_gitops.sandbox.call import Call


def create_table(call: Call) -> Json:
    """POST databases: with columns."""
    call.require(Capability.INSERT)
    call.only("parent", "title", "description", "is_inline", "properties", "icon", "cover")
    place = parent_of(call)
    title = parse_rich_text(call.body.get("title", []), "body.title")
    identity = insert_database(call, call.store.new_uuid(), place.parent, title)
    properties = call.body.get("properties", UNDEFINED)
    source = insert_source(call, identity, call.store.new_uuid(), title, properties)
    return _changed(call, source)


def retrieve_table(call: Call, database_id: str) -> Json:
    """GET databases/{id}: with columns."""
    call.require(Capability.READ)
    return shown_table(call, call.only_source(call.find_database(database_id)))


def update_table(call: Call, database_id: str) -> Json:
    """PATCH databases/{id}: what the database and its data source have now, and the columns."""
    call.require(Capability.UPDATE)
    call.only("title", "description", "is_inline", "properties", "icon", "cover", "in_trash")
    source = call.only_source(call.find_database(database_id))
    call.require_live(trashed=source.doc["in_trash"])
    if "properties" in call.body:
        source = change_schema(call, source, call.body["properties"])
    return _changed(call, source)


def _changed(call: Call, source: Source) -> Json:
    """Bring the rest of the body into the database and into its data source; the table."""
    update_doc(call, source.database_id)
    fresh = call.world.the_source(source.id)
    stamp: Json = {"edited": call.minute, "edited_by": call.token.bot.id}
    if call.trash_wish() is False:
        stamp["trashed_alone"] = False
    save_source_doc(call, fresh, {**fresh.doc, **common_of(call), **stamp})
    return shown_table(call, call.world.the_source(source.id))
