"""GET pages/{id}/properties/{property}: the whole value of one property.

Lists come in pages of single items: texts, people, relations, and what a rollup takes together
(Notion's documentation, "Property item object"). A rollup that computes something is `incomplete`
until the last page of its relation, which tells the result; one that shows its values lists them,
and tells an empty array.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from notion_gitops.sandbox.basics.identity import encode_property_id
from notion_gitops.sandbox.basics.nouns import Capability, Kind, Page, Property
from notion_gitops.sandbox.call import Call, wrong_cursor
from notion_gitops.sandbox.values.cells import Cells
from notion_gitops.sandbox.values.file_links import api_url
from notion_gitops.sandbox.values.rollups import Function, result_type
from notion_gitops.sandbox.values.shapes import look_up

if TYPE_CHECKING:
    from notion_gitops.sandbox.basics.messages import Json
    from notion_gitops.sandbox.basics.nouns import Source

_LISTED = frozenset({Kind.TITLE, Kind.RICH_TEXT, Kind.PEOPLE, Kind.RELATION})


def retrieve_property(call: Call, page_id: str, property_id: str) -> Json:
    """GET pages/{id}/properties/{property}, in pages of 100 where it is a list.

    Raises:
        ApiError: 404 for a page or property that is not there; 400 for a wrong cursor.
    """
    call.require(Capability.READ)
    call.only_parameters("start_cursor", "page_size")
    page = call.find_page(page_id)
    source = call.world.source(page.source_id) if page.source_id else None
    if source is None:
        if property_id != "title":
            raise call.missing("property", property_id)
        title = Property("title", "title", Kind.TITLE, {})
        return _listing(call, page, title, _items(title, page.values.get("title", [])))
    prop = look_up(source, property_id)
    if prop is None:
        raise call.missing("property", property_id)
    if prop.kind is Kind.ROLLUP:
        return _rollup(call, page, source, prop)
    value = Cells(call).shown(page, source, prop)
    if prop.kind in _LISTED:
        return _listing(call, page, prop, _items(prop, value))
    return {**_item(prop), prop.kind.value: value}


def _item(prop: Property) -> Json:
    return {
        "object": "property_item",
        "type": prop.kind.value,
        "id": encode_property_id(prop.id),
    }


def _items(prop: Property, values: list[Any]) -> list[Json]:
    return [{**_item(prop), prop.kind.value: value} for value in values]


def _rollup(call: Call, page: Page, source: Source, prop: Property) -> Json:
    value = Cells(call).shown(page, source, prop)
    function = Function(prop.config["function"])
    if result_type(function) == "array":
        items = [one for cell in value["array"] for one in _opened(prop, cell)]
        told = {"type": "array", "array": [], "function": function.value}
        return _listing(call, page, prop, items, told)
    relation = source.relation_of(prop)
    related = Cells(call).related(page, relation) if relation else []
    items = [{**_item(prop), "type": "relation", "relation": {"id": other.id}} for other in related]
    return _listing(call, page, prop, items, value)


def _opened(prop: Property, cell: Json) -> list[Json]:
    """The items of one related cell, lists of texts, people and relations taken apart."""
    kind = cell["type"]
    head = {**_item(prop), "type": kind}
    if kind in _LISTED:
        return [{**head, kind: one} for one in cell[kind]]
    return [{**head, kind: cell[kind]}]


def _listing(
    call: Call, page: Page, prop: Property, items: list[Json], rollup: Json | None = None
) -> Json:
    """One page of the list; `rollup` is the result that the last page tells."""
    size, cursor = call.paging("query")
    start = 0 if cursor is None else _position(cursor, len(items))
    end = start + size
    following = _cursor(end) if end < len(items) else None
    encoded = encode_property_id(prop.id)
    path = f"/v1/pages/{page.id}/properties/{encoded}"
    url = f"{api_url(call.host)}{path}?start_cursor={following}"
    told: Json = {}
    if rollup is not None:
        told = rollup
        if following is not None and rollup["type"] != "array":
            told = {"type": "incomplete", "incomplete": {}, "function": rollup["function"]}
    return {
        "object": "list",
        "results": items[start:end],
        "next_cursor": following,
        "has_more": following is not None,
        "type": "property_item",
        "property_item": {
            "id": encoded,
            "next_url": None if following is None else url,
            "type": prop.kind.value,
            prop.kind.value: told,
        },
    }


def _cursor(position: int) -> str:
    """An opaque cursor for a place in a list; `_position` reads it."""
    return f"{position:08x}-0000-4000-8000-{position ^ 0x5EED:012x}"


def _position(cursor: str, length: int) -> int:
    try:
        position = int(cursor[:8], 16)
    except ValueError:
        raise wrong_cursor(cursor) from None
    if cursor != _cursor(position) or position > length:
        raise wrong_cursor(cursor)
    return position
