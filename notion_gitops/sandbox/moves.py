"""POST pages/{id}/move: a page goes to another place, and keeps what has a place there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from notion_gitops.sandbox.basics.messages import UNDEFINED, Json
from notion_gitops.sandbox.basics.nouns import CHOICES, READ_ONLY, Capability, Kind, Page, Source
from notion_gitops.sandbox.basics.store import dumps
from notion_gitops.sandbox.databases.parents import (
    Place,
    place_in,
    require_outside,
)
from notion_gitops.sandbox.databases.rows import (
    keep_found,
    new_values,
    stamp_of,
    stamp_page,
    unlink,
    write_values,
)
from notion_gitops.sandbox.databases.writing import Parsed, parse_properties
from notion_gitops.sandbox.values.options import find_option
from notion_gitops.sandbox.values.shapes import shown_page

if TYPE_CHECKING:
    from notion_gitops.sandbox.basics.nouns import Property
    from notion_gitops.sandbox.call import Call


def move_page(call: Call, page_id: str) -> Json:
    """POST pages/{id}/move; what has no column of its name and type there is lost."""
    call.require(Capability.UPDATE)
    call.only("parent")
    page = call.find_page(page_id)
    call.require_live(trashed=page.in_trash)
    table = "database_id" if call.has_tables else "data_source_id"
    place = place_in(call, call.body.get("parent", UNDEFINED), "page_id", table)
    require_outside(call, page.id, place.parent)
    if place.parent != page.parent:
        _move(call, page, place)
    stamp_page(call, page.id, stamp_of(call))
    return shown_page(call, call.world.the_page(page.id))


def _move(call: Call, page: Page, place: Place) -> None:
    old = call.world.source(page.source_id) if page.source_id else None
    title = page.values.get(old.title.id if old else "title", [])
    target = place.source
    values: Json = {"title": title}
    carried = Parsed()
    if target is not None:
        values = new_values(call, target, {target.title.id: title})
        carried = _carried(call, page, old, target) if old else carried
    keep_found(call, page)
    unlink(call, page, old)
    call.store.write(
        "UPDATE pages SET source_id=?, parent=?, vals=? WHERE id=?",
        (target.id if target else None, dumps(place.parent), dumps(values), page.id),
    )
    call.world.forget_page(page.id)
    if target is not None:
        write_values(call, target, call.world.the_page(page.id), carried)


def _carried(call: Call, page: Page, old: Source, target: Source) -> Parsed:
    """What a row takes along: the values of columns that the target has by name and type."""
    choices: Json = {}
    plain: dict[str, Any] = {}
    links: dict[str, list[str]] = {}
    for prop in old.properties:
        other = target.by_name.get(prop.name)
        if other is None or other.kind is not prop.kind or prop.kind in READ_ONLY | {Kind.TITLE}:
            continue
        if prop.kind is Kind.RELATION:
            if other.config["data_source_id"] == prop.config["data_source_id"]:
                linked = call.world.true_links(page.id, prop.id)
                links[other.id] = [one for one in linked if one != page.id]
        elif prop.id not in page.values:
            continue
        elif prop.kind in CHOICES:
            choices |= _chosen(prop, other, page.values[prop.id])
        else:
            plain[other.id] = page.values[prop.id]
    parsed = parse_properties(call, target, choices)  # makes the options that are not there
    parsed.values |= plain
    parsed.links |= links
    return parsed


def _chosen(prop: Property, other: Property, kept: Any) -> Json:
    """The entry that a request would set the same options with, by their names."""
    ids = kept if prop.kind is Kind.MULTI_SELECT else [kept] if kept is not None else []
    options = [option for one in ids if (option := prop.option(one)) is not None]
    named = [{"name": option["name"], "color": option["color"]} for option in options]
    if prop.kind is Kind.MULTI_SELECT:
        return {other.id: {"multi_select": named}}
    unknown = not named or find_option(other.config["options"], named[0]) is None
    if prop.kind is Kind.STATUS and unknown:
        return {}  # the default of the target stays
    return {other.id: {prop.kind.value: named[0] if named else None}}
