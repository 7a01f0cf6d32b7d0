"""The endpoints of pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notion_gitops.sandbox.async_tasks import accepted
from notion_gitops.sandbox.basics.messages import UNDEFINED, Json, failed_validation, invalid
from notion_gitops.sandbox.basics.nouns import Capability, Page, Source
from notion_gitops.sandbox.basics.store import dumps
from notion_gitops.sandbox.blocks.blocks import place_page
from notion_gitops.sandbox.blocks.store import insert_all
from notion_gitops.sandbox.blocks.templates import apply_template, chosen_template
from notion_gitops.sandbox.databases.parents import page_kinds, place_in
from notion_gitops.sandbox.databases.rows import (
    Flag,
    insert_page,
    insert_row,
    keep_found,
    set_flag,
    stamp_of,
    stamp_page,
    write_values,
)
from notion_gitops.sandbox.databases.sharing import join_share
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
    place = place_in(call, call.body.get("parent", UNDEFINED), *page_kinds(call))
    source = place.source
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
        page = _insert_plain_page(call, place.parent, properties)
    join_share(call, page.id, place.parent)
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


def _insert_plain_page(call: Call, parent: Json, properties: Json) -> Page:
    values = {"title": [], **_plain_values(properties)}
    page = insert_page(call, parent, values, call.store.new_uuid())
    if "page_id" in parent:
        stamp_page(call, parent["page_id"], stamp_of(call))
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
    call.require_live(trashed=page.in_trash)
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
