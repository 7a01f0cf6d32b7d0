"""The endpoints of databases and data sources, but for the query."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notion_gitops.sandbox.basics.clock import millis
from notion_gitops.sandbox.basics.messages import (
    UNDEFINED,
    Json,
    failed_validation,
    in_trash,
    invalid,
)
from notion_gitops.sandbox.basics.nouns import Capability, Kind, Source
from notion_gitops.sandbox.basics.store import dumps
from notion_gitops.sandbox.databases.parents import (
    Place,
    named_parent,
    place_in,
    require_outside,
)
from notion_gitops.sandbox.databases.rows import row_parent, save_source_doc
from notion_gitops.sandbox.databases.schema import change_schema
from notion_gitops.sandbox.databases.sharing import join_share
from notion_gitops.sandbox.values.icons import parse_cover, parse_icon
from notion_gitops.sandbox.values.richtext import parse_rich_text
from notion_gitops.sandbox.values.shapes import shown_database, shown_source
from notion_gitops.sandbox.weather.lag import Late

if TYPE_CHECKING:
    from notion_gitops.sandbox.call import Call


def create_database(call: Call) -> Json:
    """POST databases."""
    call.require(Capability.INSERT)
    call.only("parent", "title", "description", "is_inline", "initial_data_source", "icon", "cover")
    place = parent_of(call)
    title = parse_rich_text(call.body.get("title", []), "body.title")
    properties = _initial_columns(call)
    identity = insert_database(call, call.store.new_uuid(), place.parent, title)
    insert_source(call, identity, call.store.new_uuid(), title, properties)
    update_doc(call, identity)
    return shown_database(call, call.world.the_database(identity))


def _initial_columns(call: Call) -> object:
    """The columns of the first data source; a title alone if the request names none."""
    initial = call.body.get("initial_data_source", {})
    if not isinstance(initial, dict):
        raise failed_validation("body.initial_data_source", "an object or `undefined`", initial)
    for key, value in initial.items():
        if key != "properties":
            raise failed_validation(f"body.initial_data_source.{key}", "not present", value)
    given = initial.get("properties", {})
    return {"Name": {"title": {}}} if given == {} else given


def insert_database(call: Call, identity: str, parent: Json, title: list[Json]) -> str:
    """Add a database without a data source; its id."""
    moment = millis(call.now)
    doc: Json = {
        "id": identity, "title": title, "description": [], "parent": parent, "icon": None,
        "cover": None, "is_inline": False, "is_locked": False, "in_trash": False,
        "created": moment, "edited": moment,
    }  # fmt: skip
    call.store.write("INSERT INTO databases(id, doc) VALUES(?,?)", (identity, dumps(doc)))
    join_share(call, identity, parent)
    return identity


def insert_source(
    call: Call,
    database: str,
    identity: str,
    title: list[Json],
    properties: object,
) -> Source:
    """Add a data source with these columns to a database."""
    doc: Json = {
        "title": title, "description": [], "icon": None, "cover": None, "in_trash": False,
        "created": call.minute, "edited": call.minute,
        "created_by": call.token.bot.id, "edited_by": call.token.bot.id,
    }  # fmt: skip
    call.world.lag.keep(Late.SEARCH, identity, None)
    call.store.write(
        "INSERT INTO data_sources(id, database_id, doc, properties) VALUES(?,?,?,?)",
        (identity, database, dumps(doc), "[]"),
    )
    call.world.forget_source(identity)
    source = call.world.the_source(identity)
    changed = change_schema(call, source, properties)
    if not any(p.kind is Kind.TITLE for p in changed.properties):
        raise invalid("Title is not provided")
    return changed


def retrieve_database(call: Call, database_id: str) -> Json:
    """GET databases/{id}."""
    call.require(Capability.READ)
    return shown_database(call, call.find_database(database_id))


def update_database(call: Call, database_id: str) -> Json:
    """PATCH databases/{id}."""
    call.require(Capability.UPDATE)
    call.only(
        "parent", "title", "description", "is_inline", "icon", "cover", "in_trash", "is_locked"
    )
    doc = call.find_database(database_id)
    call.require_live(trashed=doc["in_trash"])
    update_doc(call, doc["id"])
    return shown_database(call, call.world.the_database(doc["id"]))


def update_doc(call: Call, identity: str) -> None:
    """Bring into a database what the body says of it."""
    doc = {**call.world.the_database(identity), **common_of(call), "edited": millis(call.now)}
    for key in ("is_inline", "is_locked"):
        if key in call.body:
            doc[key] = _boolean(call.body[key], f"body.{key}")
    if "parent" in call.body:
        doc["parent"] = parent_of(call).parent
        require_outside(call, identity, doc["parent"])
        join_share(call, identity, doc["parent"])
    call.store.write("UPDATE databases SET doc=? WHERE id=?", (dumps(doc), identity))
    wish = call.trash_wish()
    if wish is not None:
        trash_database(call, identity, trashed=wish)


def trash_database(call: Call, identity: str, *, trashed: bool) -> None:
    """Move a database to the trash, or back; its data sources go along.

    Those that were put in the trash by themselves stay there.
    """
    doc = {**call.world.the_database(identity), "in_trash": trashed}
    call.store.write("UPDATE databases SET doc=? WHERE id=?", (dumps(doc), identity))
    for source in call.world.sources_of(identity):
        gone = trashed or source.doc.get("trashed_alone", False)
        save_source_doc(call, source, {**source.doc, "in_trash": gone})


def common_of(call: Call) -> Json:
    """What databases and data sources have in common, from the body."""
    changes: Json = {}
    for key in ("title", "description"):
        if key in call.body:
            changes[key] = parse_rich_text(call.body[key], f"body.{key}")
    if "icon" in call.body:
        changes["icon"] = parse_icon(call, call.body["icon"], "body.icon")
    if "cover" in call.body:
        changes["cover"] = parse_cover(call, call.body["cover"], "body.cover")
    wish = call.trash_wish()
    if wish is not None:
        changes["in_trash"] = wish
    return changes


def _boolean(value: object, path: str) -> bool:
    if not isinstance(value, bool):
        raise failed_validation(path, "a boolean or `undefined`", value)
    return value


def parent_of(call: Call) -> Place:
    """The parent that a request gives a database.

    Raises:
        ApiError: 400 for none, 404 for a page that is not there.
    """
    return place_in(call, call.body.get("parent", UNDEFINED), "page_id", "workspace")


# Data sources


def create_source(call: Call) -> Json:
    """POST data_sources."""
    call.require(Capability.INSERT)
    call.only("parent", "properties", "title", "icon")
    database = _holder(call)
    title = parse_rich_text(call.body.get("title", []), "body.title")
    identity = call.store.new_page_uuid(database["id"])
    properties = call.body.get("properties", UNDEFINED)
    source = insert_source(call, database["id"], identity, title, properties)
    save_source_doc(call, source, {**source.doc, **common_of(call)})
    return shown_source(call, call.world.the_source(identity))


def retrieve_source(call: Call, data_source_id: str) -> Json:
    """GET data_sources/{id}."""
    call.require(Capability.READ)
    return shown_source(call, call.find_source(data_source_id))


def update_source(call: Call, data_source_id: str) -> Json:
    """PATCH data_sources/{id}."""
    call.require(Capability.UPDATE)
    call.only("parent", "title", "icon", "properties", "in_trash")
    source = call.find_source(data_source_id)
    call.require_live(trashed=source.doc["in_trash"])
    if "parent" in call.body:
        source = _moved(call, source)
    if "properties" in call.body:
        source = change_schema(call, source, call.body["properties"])
    doc = {**source.doc, **common_of(call), "edited": call.minute, "edited_by": call.token.bot.id}
    wish = call.trash_wish()
    if wish is not None:
        doc["trashed_alone"] = wish
    save_source_doc(call, source, doc)
    return shown_source(call, call.world.the_source(source.id))


def _holder(call: Call) -> Json:
    """The database that a request wants a data source to be in."""
    _, identity = named_parent(call.body.get("parent", UNDEFINED), "database_id")
    database = call.find_database(identity, "body.parent.database_id")
    if database["in_trash"]:
        raise in_trash()
    return database


def _moved(call: Call, source: Source) -> Source:
    """The data source after its move to another database; its rows go along."""
    database = _holder(call)
    require_outside(call, source.id, {"database_id": database["id"]})
    call.store.write(
        "UPDATE data_sources SET database_id=? WHERE id=?", (database["id"], source.id)
    )
    parent = row_parent(source) | {"database_id": database["id"]}
    call.store.write("UPDATE pages SET parent=? WHERE source_id=?", (dumps(parent), source.id))
    call.world.forget_source(source.id)
    return call.world.the_source(source.id)
