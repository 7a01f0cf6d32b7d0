"""Templates: pages of a data source that are no rows, but patterns of rows.

People make them in Notion; a request lists them and names one, whose body and values a page then
takes over ("Creating pages from templates", Notion's guides).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from notion_gitops.sandbox.basics.messages import (
    UNDEFINED,
    Json,
    failed_validation,
    invalid,
    object_in,
)
from notion_gitops.sandbox.basics.nouns import (
    READ_ONLY,
    Capability,
    Kind,
    Page,
    Source,
    empty_value,
)
from notion_gitops.sandbox.blocks.store import (
    CHILD_DATABASE,
    CHILD_PAGE,
    Draft,
    insert_all,
    rows_under,
)
from notion_gitops.sandbox.databases.rows import write_values
from notion_gitops.sandbox.databases.writing import Parsed
from notion_gitops.sandbox.values.cells import Cells

if TYPE_CHECKING:
    import sqlite3

    from notion_gitops.sandbox.basics.nouns import Property
    from notion_gitops.sandbox.call import Call

_BODIES = ("children", "content", "markdown")


def list_templates(call: Call, data_source_id: str) -> Json:
    """GET data_sources/{id}/templates: the default first, the others as they were made."""
    call.require(Capability.READ)
    call.only_parameters("name", "start_cursor", "page_size")
    source = call.find_source(data_source_id)
    named = (call.parameter("name") or "").casefold()
    cells = Cells(call)
    pages = [(page, is_default) for page, is_default in _templates(call, source)]
    titled = [(page, cells.title(page) or "Untitled", default) for page, default in pages]
    found = [one for one in titled if named in one[1].casefold()]
    window, following = call.window([page.id for page, _, _ in found])
    shown = [
        {"id": page.id, "name": name, "is_default": default}
        for page, name, default in found[window]
    ]
    return {"templates": shown, "has_more": following is not None, "next_cursor": following}


def make_template(call: Call, page: str, *, is_default: bool) -> None:
    """Turn a row into a template of its data source."""
    call.store.write("INSERT INTO templates(page, is_default) VALUES(?,?)", (page, is_default))
    call.world.forget_page(page)


def _templates(call: Call, source: Source) -> list[tuple[Page, bool]]:
    rows = call.store.all(
        "SELECT pages.id, is_default FROM templates JOIN pages ON pages.id = templates.page"
        " WHERE source_id=? AND in_trash=0 ORDER BY is_default DESC, pages.seq",
        (source.id,),
    )
    return [(call.world.the_page(row["id"]), bool(row["is_default"])) for row in rows]


def chosen_template(call: Call, source: Source | None) -> Page | None:
    """The page that `template` in a request names; None if it names none.

    Args:
        call: the request.
        source: the data source of the page that is made or changed; None if it is no row.

    Raises:
        ApiError: 400 for a template of a wrong form, one beside a body, or a default that is not
            there; 404 for a page that is not there.
    """
    template = object_in(call.body, "template", "body")
    kind = template.get("type", UNDEFINED)
    if call.body.get("template") is None or kind == "none":
        return None
    for key in _BODIES:
        if call.body.get(key) is not None:
            raise failed_validation(f"body.{key}", "not present", call.body[key])
    if kind == "template_id":
        place = "body.template.template_id"
        return call.find_page(template.get("template_id", UNDEFINED), place)
    if kind != "default":
        expected = '`"none"`, `"default"`, or `"template_id"`'
        raise failed_validation("body.template.type", expected, kind)
    for page, is_default in _templates(call, source) if source is not None else ():
        if is_default:
            return page
    raise invalid("There is no default template here.")


def apply_template(call: Call, page: Page, template: Page) -> None:
    """Merge what a template holds into a page: its body below, its values where none is yet.

    Pages and databases inside of the template are not copied.
    """
    insert_all(call, page.id, [_copy(call, row) for row in _copied(call, template.id)])
    if page.source_id is None or page.source_id != template.source_id:
        return
    source = call.world.the_source(page.source_id)
    values: dict[str, Any] = {}
    links: dict[str, list[str]] = {}
    for prop in source.properties:
        if prop.kind is Kind.RELATION and not call.world.true_links(page.id, prop.id):
            links[prop.id] = call.world.true_links(template.id, prop.id)
        elif _is_open(page, prop) and prop.id in template.values:
            values[prop.id] = template.values[prop.id]
    write_values(call, source, page, Parsed(values, links))


def _is_open(page: Page, prop: Property) -> bool:
    """Whether a value of the template may go there."""
    if prop.kind is Kind.RELATION or prop.kind in READ_ONLY:
        return False
    empty = prop.default_option if prop.kind is Kind.STATUS else empty_value(prop.kind)
    return bool(page.values.get(prop.id, empty) == empty)


def _copied(call: Call, parent: str) -> list[sqlite3.Row]:
    rows = rows_under(call, parent)
    return [row for row in rows if row["type"] not in {CHILD_PAGE, CHILD_DATABASE}]


def _copy(call: Call, row: sqlite3.Row) -> Draft:
    inner = tuple(_copy(call, below) for below in _copied(call, row["id"]))
    return Draft(row["type"], json.loads(row["content"]), inner)
