"""What becomes of the values of a column whose type is changed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from notion_gitops.sandbox.basics.nouns import CHOICES, TEXTS, Kind, Page, Property, Source
from notion_gitops.sandbox.basics.store import dumps
from notion_gitops.sandbox.values.cells import Cells
from notion_gitops.sandbox.values.operands import Operand, as_text, number
from notion_gitops.sandbox.values.options import added_option, find_option
from notion_gitops.sandbox.values.richtext import text_items
from notion_gitops.sandbox.world import page_of

if TYPE_CHECKING:
    from notion_gitops.sandbox.basics.messages import Json
    from notion_gitops.sandbox.call import Call

_REFERRING = frozenset({
    Kind.PEOPLE, Kind.CREATED_BY, Kind.LAST_EDITED_BY, Kind.RELATION, Kind.ROLLUP,
})  # fmt: skip
_PLAIN = frozenset({Kind.URL, Kind.EMAIL, Kind.PHONE_NUMBER})


def retype_values(call: Call, source: Source, old: Property, new: Property) -> Property:
    """Bring every row's value of `old` into the type of `new`; what does not fit is lost.

    Returns the new property, with the options that its values needed.
    """
    cells = Cells(call)
    for row in call.store.all("SELECT * FROM pages WHERE source_id=?", (source.id,)):
        page = page_of(row)
        values = {key: value for key, value in page.values.items() if key != old.id}
        if {old.kind, new.kind} <= CHOICES:
            kept = _chosen(page, old, new)
        else:
            kept, new = _converted(call, _text(call, cells, page, (source, old)), new)
        if kept is not None:
            values[new.id] = kept
        call.store.write("UPDATE pages SET vals=? WHERE id=?", (dumps(values), page.id))
        call.world.forget_page(page.id)
    return new


def _chosen(page: Page, old: Property, new: Property) -> Any:
    """What a row that had options has of those of the new type; a single choice is the first."""
    if old.kind is Kind.MULTI_SELECT:
        ids = page.values.get(old.id, [])
    else:
        option = old.chosen(page.values.get(old.id))
        ids = [] if option is None else [option["id"]]
    ids = [identity for identity in ids if new.option(identity) is not None]
    return ids if new.kind is Kind.MULTI_SELECT else next(iter(ids), None)


def _text(call: Call, cells: Cells, page: Page, column: tuple[Source, Property]) -> str:
    """The value of a cell as people read it."""
    source, prop = column
    value = cells.operand(page, source, prop)
    return as_text(_named(call, cells, value) if prop.kind in _REFERRING else value)


def _named(call: Call, cells: Cells, value: Operand) -> Operand:
    """The value with names in place of the ids of people, and titles in place of those of pages."""
    if isinstance(value, list):
        return [_named(call, cells, one) for one in value]
    if not isinstance(value, str):
        return value
    if value in call.world.users():
        return call.world.user(value).name or "Anonymous"
    page = call.world.page(value)
    return value if page is None else cells.title(page) or "Untitled"


def _converted(call: Call, text: str, new: Property) -> tuple[Any, Property]:
    if not text:
        return None, new
    if new.kind in TEXTS:
        return text_items(text), new
    if new.kind in _PLAIN:
        return text, new
    match new.kind:
        case Kind.NUMBER:
            return _number(text), new
        case Kind.SELECT:
            option, new = _option(call, text, new)
            return option["id"], new
        case Kind.MULTI_SELECT:
            ids = []
            for name in filter(None, map(str.strip, text.split(","))):
                option, new = _option(call, name, new)
                ids.append(option["id"])
            return list(dict.fromkeys(ids)), new
        case Kind.STATUS:  # gets no options from values; the default stands in for an unknown one
            known = find_option(new.config["options"], {"name": text})
            return None if known is None else known["id"], new
        case _:
            return None, new


def _number(text: str) -> float | None:
    try:
        return number(float(text))
    except ValueError:
        return None


def _option(call: Call, name: str, prop: Property) -> tuple[Json, Property]:
    name = name.replace(",", " ")
    options = prop.config["options"]
    found = find_option(options, {"name": name})
    if found is not None:
        return found, prop
    found = added_option(call.store, name, None, len(options))
    return found, replace(prop, config={**prop.config, "options": [*options, found]})
