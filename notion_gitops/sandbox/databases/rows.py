"""Changing pages and data sources in the file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from notion_gitops.sandbox.basics.nouns import Kind, Page, Property, Source
from notion_gitops.sandbox.basics.store import NO_TEMPLATE, dumps
from notion_gitops.sandbox.values.richtext import plain_text
from notion_gitops.sandbox.weather.lag import Late, link_key
from notion_gitops.sandbox.world import page_of

if TYPE_CHECKING:
    from notion_gitops.sandbox.basics.messages import Json
    from notion_gitops.sandbox.call import Call
    from notion_gitops.sandbox.databases.writing import Parsed


class Flag(StrEnum):
    """What is true or false of a page."""

    IN_TRASH = "in_trash"
    IS_ARCHIVED = "is_archived"
    IS_LOCKED = "is_locked"


_FLAG_UPDATES = {
    Flag.IN_TRASH: "UPDATE pages SET in_trash=? WHERE id=?",
    Flag.IS_ARCHIVED: "UPDATE pages SET is_archived=? WHERE id=?",
    Flag.IS_LOCKED: "UPDATE pages SET is_locked=? WHERE id=?",
}


@dataclass(frozen=True, slots=True)
class Stamp:
    """When and by whom something was made or edited."""

    time: str  # as shown, floored to the minute
    user: str


def stamp_of(call: Call) -> Stamp:
    """Now, by the integration that asks."""
    return Stamp(call.minute, call.token.bot.id)


def row_parent(source: Source) -> Json:
    """The parent of a row."""
    return {
        "type": "data_source_id",
        "data_source_id": source.id,
        "database_id": source.database_id,
    }


def insert_row(call: Call, source: Source, parsed: Parsed, identity: str | None = None) -> Page:
    """Add a row to a data source; the page as it then is."""
    keep_options(call, source, parsed)
    values = new_values(call, source, parsed.values)
    page = insert_page(
        call, row_parent(source), values, identity or call.store.new_page_uuid(source.id)
    )
    _keep_links(call, source, page, parsed)
    return call.world.the_page(page.id)


def insert_page(call: Call, parent: Json, values: Json, identity: str) -> Page:
    """Add a page, made now by the integration that asks."""
    stamp = stamp_of(call)
    call.world.lag.keep(Late.SEARCH, identity, None)
    call.store.write(
        "INSERT INTO pages(id, source_id, parent, created, created_by, edited, edited_by, vals)"
        " VALUES(?,?,?,?,?,?,?,?)",
        (
            identity, parent.get("data_source_id"), dumps(parent), stamp.time, stamp.user,
            stamp.time, stamp.user, dumps(values),
        ),
    )  # fmt: skip
    call.world.forget_page(identity)
    return call.world.the_page(identity)


def new_values(call: Call, source: Source, given: Json) -> Json:
    """What a row has that comes to a data source: what is given, where it stands, its number."""
    started = {p.id: p.default_option for p in source.properties if p.kind is Kind.STATUS}
    return {**started, **given, **next_number(call, source)}


def number_rows(call: Call, source: Source, prop: Property) -> None:
    """Number the rows of a data source in the order of their creation, trashed ones too."""
    rows = call.store.all(
        f"SELECT * FROM pages WHERE source_id=? AND {NO_TEMPLATE} ORDER BY created, seq",  # noqa: S608  fixed text
        (source.id,),
    )
    for at, page in enumerate(map(page_of, rows), 1):
        values = dumps({**page.values, prop.id: at})
        call.store.write("UPDATE pages SET vals=? WHERE id=?", (values, page.id))
        call.world.forget_page(page.id)
    call.store.write("UPDATE data_sources SET last_number=? WHERE id=?", (len(rows), source.id))


def next_number(call: Call, source: Source) -> Json:
    """The value of the unique id of a row that comes to a data source, if it has such a column."""
    prop = next((p for p in source.properties if p.kind is Kind.UNIQUE_ID), None)
    if prop is None:
        return {}
    call.store.write("UPDATE data_sources SET last_number=last_number+1 WHERE id=?", (source.id,))
    row = call.store.one("SELECT last_number FROM data_sources WHERE id=?", (source.id,))
    return {prop.id: int(row["last_number"]) if row else 0}


def write_values(call: Call, source: Source, page: Page, parsed: Parsed) -> None:
    """Write properties of a row; what is not named stays. The caller stamps the edit."""
    keep_options(call, source, parsed)
    values = {**page.values, **parsed.values}
    keep_found(call, page)
    call.store.write("UPDATE pages SET vals=? WHERE id=?", (dumps(values), page.id))
    call.world.forget_page(page.id)
    _keep_links(call, source, page, parsed)


def keep_found(call: Call, page: Page) -> None:
    """Let the search find a page as it is now, for as long as its index is late."""
    source = None if page.source_id is None else call.world.source(page.source_id)
    title = page.values.get(source.title.id if source else "title", [])
    found = {"title": plain_text(title), "in_trash": page.in_trash}
    call.world.lag.keep(Late.SEARCH, page.id, found)


def stamp_page(call: Call, identity: str, stamp: Stamp) -> None:
    """Note the edit of a page."""
    call.store.write(
        "UPDATE pages SET edited=?, edited_by=? WHERE id=?", (stamp.time, stamp.user, identity)
    )
    call.world.forget_page(identity)


def set_flag(call: Call, page: Page, flag: Flag, value: bool) -> None:
    """Set one of the flags of a page."""
    keep_found(call, page)
    call.store.write(_FLAG_UPDATES[flag], (value, page.id))
    call.world.forget_page(page.id)


# Relations


def _keep_links(call: Call, source: Source, page: Page, parsed: Parsed) -> None:
    for identity, targets in parsed.links.items():
        _set_links(call, page.id, source.by_id[identity], targets)


def _set_links(call: Call, page: str, prop: Property, targets: list[str]) -> None:
    """Replace the links of a relation; the other side of a two-way one follows."""
    old = call.world.true_links(page, prop.id)
    call.world.lag.settle(Late.RELATION, link_key(page, prop.id))
    call.store.write("DELETE FROM links WHERE page=? AND property=?", (page, prop.id))
    _insert_links(call, [(page, prop.id, target) for target in targets])
    synced = prop.config.get("synced_property_id")
    if synced is not None:
        gone = [target for target in old if target not in targets]
        for target in {*old} ^ {*targets}:
            key = link_key(target, synced)
            call.world.lag.keep(Late.RELATION, key, call.world.true_links(target, synced))
        for target in gone:
            call.store.write(
                "DELETE FROM links WHERE page=? AND property=? AND target=?",
                (target, synced, page),
            )
        _insert_links(call, [(target, synced, page) for target in targets if target not in old])
    for identity in {page, *old, *targets}:
        call.world.forget_page(identity)


def unlink(call: Call, page: Page, source: Source | None) -> None:
    """Take away the links of a page that leaves its data source, and those that lead to it."""
    for prop in source.properties if source is not None else ():
        if prop.kind is Kind.RELATION:
            _set_links(call, page.id, prop, [])
    rows = call.store.all("SELECT DISTINCT page FROM links WHERE target=?", (page.id,))
    call.store.write("DELETE FROM links WHERE target=?", (page.id,))
    for row in rows:
        call.world.forget_page(row["page"])


def _insert_links(call: Call, links: list[tuple[str, str, str]]) -> None:
    call.store.write_many("INSERT INTO links(page, property, target) VALUES(?,?,?)", links)


# Data sources


def keep_options(call: Call, source: Source, parsed: Parsed) -> None:
    """Add to the schema the options that a page write made."""
    if not parsed.options:
        return
    changed = tuple(
        replace(p, config={**p.config, "options": parsed.options[p.id]})
        if p.id in parsed.options
        else p
        for p in source.properties
    )
    save_properties(call, source, changed)


def save_properties(call: Call, source: Source, properties: tuple[Property, ...]) -> None:
    """Replace the schema of a data source."""
    call.store.write(
        "UPDATE data_sources SET properties=? WHERE id=?",
        (dumps([p.to_json() for p in properties]), source.id),
    )
    call.world.forget_source(source.id)


def save_source_doc(call: Call, source: Source, doc: Json) -> None:
    """Replace what a data source has beside its schema."""
    found = {"title": plain_text(source.doc["title"]), "in_trash": source.doc["in_trash"]}
    call.world.lag.keep(Late.SEARCH, source.id, found)
    call.store.write("UPDATE data_sources SET doc=? WHERE id=?", (dumps(doc), source.id))
    call.world.forget_source(source.id)
