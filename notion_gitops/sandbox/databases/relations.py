"""Columns that are relations: where they lead, and their other sides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notion_gitops.sandbox.basics.messages import UNDEFINED, Json, text_in
from notion_gitops.sandbox.basics.nouns import Kind, Property, Source
from notion_gitops.sandbox.call import Call, checked_id
from notion_gitops.sandbox.databases.rows import save_properties
from notion_gitops.sandbox.values.richtext import plain_text

if TYPE_CHECKING:
    from notion_gitops.sandbox.databases.entries import Wish


def new_relation(wish: Wish) -> Json:
    """The config of a new relation; the other side of a two-way one is made with it.

    Raises:
        ApiError: 400 or 404 for a data source that is not there.
    """
    target = _target(wish)
    if "dual_property" not in wish.given:
        return {"data_source_id": target.id}
    path = f"{wish.path}.dual_property"
    other = text_in(wish.given["dual_property"], "synced_property_name", path) or (
        f"Related to {plain_text(wish.source.doc['title'])} ({wish.name})"
    )
    call, synced = wish.call, wish.call.store.new_property_id()
    partner = Property(
        synced, _free_name(target, other), Kind.RELATION,
        {"data_source_id": wish.source.id, "synced_property_id": wish.identity},
    )  # fmt: skip
    save_properties(call, target, (*target.properties, partner))
    call.store.write(
        "INSERT INTO links(page, property, target)"
        " SELECT target, ?, page FROM links WHERE property=? ORDER BY seq",
        (synced, wish.identity),
    )
    return {"data_source_id": target.id, "synced_property_id": synced}


def changed_relation(wish: Wish, prop: Property) -> Json:
    """The config of a relation after a change; led elsewhere it loses its links.

    Raises:
        ApiError: as `new_relation`.
    """
    target = _target(wish).id
    if target != prop.config["data_source_id"]:
        drop_partner(wish.call, prop)
        wish.call.store.write("DELETE FROM links WHERE property=?", (prop.id,))
        return new_relation(wish)
    dual, was_dual = "dual_property" in wish.given, "synced_property_id" in prop.config
    if dual and not was_dual:
        return new_relation(wish)
    if was_dual and not dual:
        drop_partner(wish.call, prop)
        return {"data_source_id": target}
    return prop.config


def drop_partner(call: Call, prop: Property) -> None:
    """Take away the other side of a two-way relation; nothing for any other column."""
    synced = prop.config.get("synced_property_id") if prop.kind is Kind.RELATION else None
    target = call.world.source(prop.config["data_source_id"]) if synced else None
    if target is not None:
        call.store.write("DELETE FROM links WHERE property=?", (synced,))
        rest = tuple(p for p in target.properties if p.id != synced)
        save_properties(call, target, rest)


def _target(wish: Wish) -> Source:
    """The data source that a relation leads to; older clients name its database."""
    call, given = wish.call, wish.given
    if call.has_tables:
        place = f"{wish.path}.database_id"
        database = call.find_database(given.get("database_id", UNDEFINED), place)
        return call.only_source(database)
    place = f"{wish.path}.data_source_id"
    identity = checked_id(given.get("data_source_id", UNDEFINED), place)
    own = wish.source
    return own if identity == own.id else call.find_source(identity, place)


def _free_name(source: Source, wished: str) -> str:
    name, number = wished, 0
    while name in source.by_name:
        number += 1
        name = f"{wished} {number}"
    return name
