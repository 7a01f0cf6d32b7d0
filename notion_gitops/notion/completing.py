"""Values that a page shows only in part, read whole."""

from collections.abc import Iterator

from notion_gitops.model.errors import CannotReachNotion, TokenRefused
from notion_gitops.model.mapping import DatabaseMapping, PropertyType
from notion_gitops.notion.codecs_members import people_are_cut
from notion_gitops.notion.codecs_simple import text_is_cut
from notion_gitops.notion.failures import Json, RejectedRequest
from notion_gitops.notion.gateway import Gateway
from notion_gitops.notion.pages import name_on
from notion_gitops.notion.schema import PropertySchema, Schema


def complete_page(gateway: Gateway, page: Json, mapping: DatabaseMapping, schema: Schema) -> Json:
    """The page with the mapped values whole that Notion cut short; the same page if none is.

    Each such value costs a request per hundred members. Those that are complete say
    ``has_more: false``, which is how the codecs know. What cannot be read whole stays as it is,
    cut, and is no value then.
    """
    whole = {
        name: complete
        for name, prop in _cut(page, mapping, schema)
        if (complete := _whole(gateway, page["id"], prop, page["properties"][name])) is not None
    }
    return {**page, "properties": {**page["properties"], **whole}} if whole else page


def _cut(
    page: Json, mapping: DatabaseMapping, schema: Schema
) -> Iterator[tuple[str, PropertySchema]]:
    """The properties that are cut short, each with the name that the page has for it."""
    for field in mapping.fields.values():
        prop = schema.properties.get(field.property_name)
        name = name_on(page, prop) if prop else None
        if prop is not None and name is not None and _is_cut(page["properties"][name]):
            yield name, prop


def _is_cut(found: Json) -> bool:
    match found.get("type"):
        case PropertyType.RELATION:
            return bool(found.get("has_more"))
        case PropertyType.PEOPLE:
            return people_are_cut(found)
        case PropertyType.TITLE | PropertyType.RICH_TEXT as kind:
            return text_is_cut(found, found[kind])
        case _:
            return False


def _whole(gateway: Gateway, page_id: str, prop: PropertySchema, found: Json) -> Json | None:
    try:
        items = gateway.property_items(page_id, prop.id)
    except TokenRefused:
        raise
    except (CannotReachNotion, RejectedRequest):
        return None
    if not all(isinstance(item.get(prop.type), dict) for item in items):
        return None
    return {**found, prop.type: [item[prop.type] for item in items], "has_more": False}
