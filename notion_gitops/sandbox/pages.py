"""The endpoints of pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from notion_gitops.sandbox.async_tasks import accepted
from notion_gitops.sandbox.basics.messages import (
    UNDEFINED,
    Json,
    complaint,
    failed_validation,
    invalid,
    not_one_of,
)
from notion_gitops.sandbox.basics.nouns import Capability, Page, Source
from notion_gitops.sandbox.basics.store import dumps
from notion_gitops.sandbox.blocks.blocks import place_page
from notion_gitops.sandbox.blocks.store import insert_all
from notion_gitops.sandbox.blocks.templates import apply_template, chosen_template
from notion_gitops.sandbox.databases.rows import (
    Flag,
    insert_page,
    insert_row,
    keep_found,
    next_number,
    row_parent,
    set_flag,
    stamp_of,
    stamp_page,
    write_values,
)
from notion_gitops.sandbox.databases.writing import parse_properties
from notion_gitops.sandbox.markdown.bodies import erase_content, new_body
from notion_gitops.sandbox.markdown.edits import checked_flag
from notion_gitops.sandbox.values.icons import parse_cover, parse_icon
from notion_gitops.sandbox.values.richtext import parse_rich_text
from notion_gitops.sandbox.values.shapes import look_up, shown_page

if TYPE_CHECKING:
    from notion_gitops.sandbox.call import Call


def create_page(call: Call) -> Json:
    """POST pages."""
    call.require(Capability.INSERT)
    call.only(
        "parent", "properties", "icon", "cover", "children", "content", "markdown", "template",
        "position", "allow_async",
    )  # fmt: skip
    checked_flag(call.body, "allow_async", "body")
    if call.body.get("allow_async") is True and call.body.get("markdown") is not None:
        return accepted(call, "POST /v1/pages", lambda: _create(call))
    return _create(call)


def _create(call: Call) -> Json:
    source = _parent_source(call, call.body.get("parent", UNDEFINED))
    template = chosen_template(call, source)
    body = new_body(call)
    properties = _given_properties(call)
    drafts = body.drafts
    if body.heading is not None and not _names_title(source, properties):
        title = source.title.name if source else "title"
        properties, drafts = {**properties, title: {"title": body.heading}}, drafts[1:]
    if source is not None:
        page = insert_row(call, source, parse_properties(call, source, properties))
    else:
        page = _insert_plain_page(call, properties)
    _write_extras(call, page)
    insert_all(call, page.id, drafts)
    place_page(call, page)
    return _answered(call, page, template)


def _answered(call: Call, page: Page, template: Page | None) -> Json:
    """The page as the answer shows it: a template takes effect after that, as in Notion."""
    shown = shown_page(call, call.world.the_page(page.id))
    if template is not None:
        apply_template(call, call.world.the_page(page.id), template)
    return shown


def _given_properties(call: Call) -> Json:
    """The `properties` of the body; empty if it has none.

    Raises:
        ApiError: 400 if they are no object.
    """
    given = call.body.get("properties")
    if given is not None and not isinstance(given, dict):
        raise failed_validation("body.properties", "an object or `undefined`", given)
    return given or {}


def _names_title(source: Source | None, properties: Json) -> bool:
    """Whether a request sets the title."""
    if source is None:
        return "title" in properties
    return any(look_up(source, name) == source.title for name in properties)


def _parent_source(call: Call, parent: Any) -> Source | None:
    """The data source that a new page goes into; None if it is no row."""
    if not isinstance(parent, dict):
        raise failed_validation("body.parent", "defined", parent)
    if "data_source_id" in parent and not call.has_tables:
        source = call.find_source(parent["data_source_id"], "body.parent.data_source_id")
        return _live(source)
    if "database_id" in parent:
        database = call.find_database(parent["database_id"], "body.parent.database_id")
        return _live(call.only_source(database))
    return None


def _live(source: Source) -> Source:
    if source.doc["in_trash"]:
        raise invalid("Can't create pages in a data source that is in the trash.")
    return source


def _insert_plain_page(call: Call, properties: Json) -> Page:
    parent = call.body["parent"]
    if "page_id" in parent:
        above = call.find_page(parent["page_id"], "body.parent.page_id")
        kept: Json = {"type": "page_id", "page_id": above.id}
    elif parent.get("workspace") is True:
        kept = {"type": "workspace", "workspace": True}
    else:
        kinds = ("page_id", "database_id", "data_source_id", "workspace")
        raise not_one_of([complaint(f"body.parent.{k}", "defined", UNDEFINED) for k in kinds])
    values = {"title": [], **_plain_values(properties)}
    page = insert_page(call, kept, values, call.store.new_uuid())
    if "page_id" in kept:
        stamp_page(call, kept["page_id"], stamp_of(call))
    return page


def _plain_values(properties: Json) -> Json:
    """What a request writes to a page that is no row: it has a title, and nothing else.

    Raises:
        ApiError: 400 for any other property.
    """
    for name in properties:
        if name != "title":
            raise invalid(f"{name} is not a property that exists.")
    if "title" not in properties:
        return {}
    entry = properties["title"]
    items = entry.get("title", UNDEFINED) if isinstance(entry, dict) else entry
    return {"title": parse_rich_text(items, "body.properties.title.title")}


def _write_extras(call: Call, page: Page) -> None:
    if "icon" in call.body:
        icon = parse_icon(call, call.body["icon"], "body.icon")
        call.store.write("UPDATE pages SET icon=? WHERE id=?", (dumps(icon), page.id))
    if "cover" in call.body:
        cover = parse_cover(call, call.body["cover"], "body.cover")
        call.store.write("UPDATE pages SET cover=? WHERE id=?", (dumps(cover), page.id))
    call.world.forget_page(page.id)


def retrieve_page(call: Call, page_id: str) -> Json:
    """GET pages/{id}; pages in the trash too."""
    call.require(Capability.READ)
    call.only_parameters("filter_properties")
    return shown_page(call, call.find_page(page_id))


def update_page(call: Call, page_id: str) -> Json:
    """PATCH pages/{id}."""
    call.require(Capability.UPDATE)
    call.only(
        "properties", "icon", "cover", "is_locked", "template", "erase_content", "in_trash",
        "is_archived",
    )  # fmt: skip
    page = call.find_page(page_id)
    template = chosen_template(call, call.world.source(page.source_id) if page.source_id else None)
    checked_flag(call.body, "erase_content", "body")
    trash = call.trash_wish()
    if page.in_trash and trash is not False and call.body.get("properties"):
        raise invalid("Can't edit a page that is in the trash. You must restore the page first.")
    _write_properties(call, page)
    for flag in (Flag.IS_ARCHIVED, Flag.IS_LOCKED):
        if flag in call.body:
            _set(call, page, flag, call.body[flag])
    if trash is not None:
        _set(call, page, Flag.IN_TRASH, trash)
    if call.body.get("erase_content") is True:
        erase_content(call, page.id)
    _write_extras(call, page)
    if call.body:
        stamp_page(call, page.id, stamp_of(call))
    return _answered(call, page, template)


def _set(call: Call, page: Page, flag: Flag, value: object) -> None:
    if not isinstance(value, bool):
        raise failed_validation(f"body.{flag}", "a boolean or `undefined`", value)
    set_flag(call, page, flag, value)
    above = page.parent.get("page_id")
    if flag is Flag.IN_TRASH and above is not None:
        stamp_page(call, above, stamp_of(call))


def _write_properties(call: Call, page: Page) -> None:
    given = _given_properties(call)
    if not given:
        return
    source = call.world.source(page.source_id) if page.source_id else None
    if source is not None:
        write_values(call, source, page, parse_properties(call, source, given))
        return
    values = {**page.values, **_plain_values(given)}
    keep_found(call, page)
    call.store.write("UPDATE pages SET vals=? WHERE id=?", (dumps(values), page.id))
    call.world.forget_page(page.id)


def move_page(call: Call, page_id: str) -> Json:
    """POST pages/{id}/move; values go along where the new source has the column."""
    call.require(Capability.UPDATE)
    call.only("parent")
    page = call.find_page(page_id)
    parent = call.body.get("parent", UNDEFINED)
    source = _parent_source(call, parent)
    if source is not None:
        stays = source.id == page.source_id
        values = _carried(call, page, source) | ({} if stays else next_number(call, source))
        kept = row_parent(source)
    else:
        above = call.find_page(parent.get("page_id", UNDEFINED), "body.parent.page_id")
        kept, values = {"type": "page_id", "page_id": above.id}, _only_title(call, page)
    call.store.write(
        "UPDATE pages SET source_id=?, parent=?, vals=? WHERE id=?",
        (kept.get("data_source_id"), dumps(kept), dumps(values), page.id),
    )
    call.store.write("DELETE FROM links WHERE page=? OR target=?", (page.id, page.id))
    stamp_page(call, page.id, stamp_of(call))
    return shown_page(call, call.world.the_page(page.id))


def _only_title(call: Call, page: Page) -> Json:
    source = call.world.source(page.source_id) if page.source_id else None
    return {"title": page.values.get(source.title.id if source else "title", [])}


def _carried(call: Call, page: Page, target: Source) -> Json:
    """The values that fit a column of the same name and type, and the title."""
    values = {target.title.id: _only_title(call, page)["title"]}
    source = call.world.source(page.source_id) if page.source_id else None
    for prop in source.properties if source else ():
        other = target.by_name.get(prop.name)
        plain = other is not None and other.kind is prop.kind and "options" not in prop.config
        if other is not None and plain and prop.id in page.values:
            values[other.id] = page.values[prop.id]
    return values
