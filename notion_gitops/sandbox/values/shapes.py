"""The objects of answers: pages, data sources and databases, keys in the recorded order."""

from __future__ import annotations

from typing import Any

from notion_gitops.sandbox.basics.identity import decode_property_id, encode_property_id
from notion_gitops.sandbox.basics.messages import Json, invalid
from notion_gitops.sandbox.basics.nouns import Kind, Page, Property, Source
from notion_gitops.sandbox.call import VERSION, Call
from notion_gitops.sandbox.values.cells import Cells
from notion_gitops.sandbox.values.file_links import shown_file
from notion_gitops.sandbox.values.users import user_stub

SITE = "https://www.notion.so"


def page_url(identity: str) -> str:
    """The address of a page or database."""
    return f"{SITE}/{identity.replace('-', '')}"


def shown_pages(call: Call, pages: list[Page]) -> list[Json]:
    """Page objects, with the properties that `filter_properties` asks for (all if it is not sent).

    Raises:
        ApiError: 400 for a property that does not exist.
    """
    cells = Cells(call)
    by_source: dict[str, list[Page]] = {}
    for page in pages:
        if page.source_id is not None:
            by_source.setdefault(page.source_id, []).append(page)
    wanted: dict[str, list[Property]] = {}
    for identity, rows in by_source.items():
        source = call.world.source(identity)
        if source is not None:
            wanted[identity] = wanted_properties(call, source)
            cells.load(rows, source, wanted[identity])
    return [_shown_page(call, cells, page, wanted) for page in pages]


def shown_page(call: Call, page: Page) -> Json:
    """One page object."""
    return shown_pages(call, [page])[0]


def wanted_properties(call: Call, source: Source) -> list[Property]:
    """The properties that `filter_properties` names, by id (encoded or not) or name."""
    names = call.parameters("filter_properties")
    if not names:
        return list(source.properties)
    return [find_property(source, name) for name in dict.fromkeys(names)]


def find_property(source: Source, name: str) -> Property:
    """The property of a name, an id or an encoded id.

    Raises:
        ApiError: 400 if there is none.
    """
    found = look_up(source, name)
    if found is None:
        raise _no_property(name)
    return found


def _no_property(name: str) -> Exception:
    return invalid(f"Could not find property with name or id: {name}")


def look_up(source: Source, name: str) -> Property | None:
    """The property of a name, an id or an encoded id, if there is one."""
    return (
        source.by_id.get(name)
        or source.by_name.get(name)
        or source.by_id.get(decode_property_id(name))
    )


def _shown_page(call: Call, cells: Cells, page: Page, wanted: dict[str, list[Property]]) -> Json:
    properties: Json = {}
    source = call.world.source(page.source_id) if page.source_id is not None else None
    if source is None:
        properties = _plain_properties(call, cells, page)
    else:
        for prop in wanted[source.id]:
            properties[prop.name] = cells.shown_property(page, source, prop)
    shown: Json = {
        "object": "page",
        "id": page.id,
        "created_time": page.created,
        "last_edited_time": page.edited,
        "created_by": user_stub(page.created_by),
        "last_edited_by": user_stub(page.edited_by),
        "cover": shown_file(call, page.cover),
        "icon": shown_file(call, page.icon),
        "parent": shown_parent(call, page.parent),
        "in_trash": page.in_trash,
        "is_archived": page.is_archived,
        "is_locked": page.is_locked,
        "properties": properties,
        "url": page_url(page.id),
        "public_url": None,
    }
    return with_archived(call, shown)


def _plain_properties(call: Call, cells: Cells, page: Page) -> Json:
    """The properties of a page that is no row: its title.

    Raises:
        ApiError: 400 if `filter_properties` asks for another.
    """
    for name in call.parameters("filter_properties"):
        if name != "title":
            raise _no_property(name)
    title = cells.shown_texts(page.values.get("title", []))
    return {"title": {"id": "title", "type": "title", "title": title}}


def with_archived(call: Call, shown: Json) -> Json:
    """The object, with the last key `archived` for the versions that have it."""
    if call.version != VERSION:
        shown["archived"] = shown["in_trash"]
    return shown


def shown_parent(call: Call, parent: Json) -> Json:
    """The parent of a page: for clients that know no data sources, a row lies in its database."""
    if call.has_tables and parent["type"] == "data_source_id":
        return {"type": "database_id", "database_id": parent["database_id"]}
    return parent


def shown_source(call: Call, source: Source) -> Json:
    """A data source object."""
    doc, cells = source.doc, Cells(call)
    database = call.world.database(source.database_id) or {}
    shown: Json = {
        "object": "data_source",
        "id": source.id,
        "cover": shown_file(call, doc["cover"]),
        "icon": shown_file(call, doc["icon"]),
        "created_time": doc["created"],
        "created_by": user_stub(doc["created_by"]),
        "last_edited_by": user_stub(doc["edited_by"]),
        "last_edited_time": doc["edited"],
        "title": cells.shown_texts(doc["title"]),
        "description": cells.shown_texts(doc["description"]),
        "is_inline": database["is_inline"],
        "properties": {p.name: shown_config(call, source, p) for p in source.properties},
        "parent": {"type": "database_id", "database_id": source.database_id},
        "database_parent": database["parent"],
        "url": page_url(source.database_id),
        "public_url": None,
        "in_trash": doc["in_trash"],
    }
    return with_archived(call, shown)


def shown_database(call: Call, doc: Json) -> Json:
    """A database object."""
    cells = Cells(call)
    sources = [s for s in call.world.sources_of(doc["id"]) if not s.doc["in_trash"]]
    shown: Json = {
        "object": "database",
        "id": doc["id"],
        "title": cells.shown_texts(doc["title"]),
        "description": cells.shown_texts(doc["description"]),
        "parent": doc["parent"],
        "is_inline": doc["is_inline"],
        "in_trash": doc["in_trash"],
        "is_locked": doc["is_locked"],
        "created_time": doc["created"],
        "last_edited_time": doc["edited"],
        "data_sources": [{"id": s.id, "name": _title(s)} for s in sources],
        "icon": shown_file(call, doc["icon"]),
        "cover": shown_file(call, doc["cover"]),
        "url": page_url(doc["id"]),
        "public_url": None,
    }
    return with_archived(call, shown)


def shown_table(call: Call, source: Source) -> Json:
    """A database object of the version in which a database is a table.

    That version was not recorded of late: the keys are those of its documentation, in the order in
    which data sources have them now, and `archived` last, as the version after it has it.
    """
    database = call.world.the_database(source.database_id)
    shown = shown_source(call, source)
    shown |= {
        "object": "database",
        "id": database["id"],
        "parent": database["parent"],
        "in_trash": database["in_trash"] or source.doc["in_trash"],
    }
    del shown["database_parent"]
    return with_archived(call, shown)


def _title(source: Source) -> str:
    return "".join(item["plain_text"] for item in source.doc["title"])


def shown_config(call: Call, source: Source, prop: Property) -> Json:
    """The entry of a property in a data source object."""
    return {
        "id": encode_property_id(prop.id),
        "name": prop.name,
        "description": prop.description,
        "type": prop.kind.value,
        prop.kind.value: _config(call, source, prop),
    }


def _config(call: Call, source: Source, prop: Property) -> Any:
    match prop.kind:
        case Kind.RELATION:
            return _relation_config(call, prop)
        case Kind.ROLLUP:
            return _rollup_config(call, source, prop)
        case Kind.STATUS:
            return {"options": prop.config["options"], "groups": prop.config["groups"]}
        case _:
            return prop.config


def _relation_config(call: Call, prop: Property) -> Json:
    target = call.world.source(prop.config["data_source_id"])
    config: Json = {
        "database_id": target.database_id if target else prop.config["data_source_id"],
        "data_source_id": prop.config["data_source_id"],
    }
    if call.has_tables:
        del config["data_source_id"]
    synced = prop.config.get("synced_property_id")
    if synced is None:
        return {**config, "type": "single_property", "single_property": {}}
    other = target.by_id.get(synced) if target else None
    dual = {
        "synced_property_name": other.name if other else "",
        "synced_property_id": encode_property_id(synced),
    }
    return {**config, "type": "dual_property", "dual_property": dual}


def _rollup_config(call: Call, source: Source, prop: Property) -> Json:
    relation = source.relation_of(prop)
    target = call.world.source(relation.config["data_source_id"]) if relation else None
    rolled = target.by_id.get(prop.config["rollup_property_id"]) if target else None
    return {
        "rollup_property_name": rolled.name if rolled else "",
        "relation_property_name": relation.name if relation else "",
        "rollup_property_id": prop.config["rollup_property_id"],
        "relation_property_id": prop.config["relation_property_id"],
        "function": prop.config["function"],
    }
