"""What becomes of the values of a column whose type is changed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from notion_gitops.sandbox.basics.nouns import TEXTS, Kind, Property, Source
from notion_gitops.sandbox.basics.store import dumps
from notion_gitops.sandbox.values.cells import Cells
from notion_gitops.sandbox.values.operands import as_text, number
from notion_gitops.sandbox.values.options import added_option, find_option
from notion_gitops.sandbox.values.richtext import text_items
from notion_gitops.sandbox.world import page_of

if TYPE_CHECKING:
    from notion_gitops.sandbox.basics.messages import Json
    from notion_gitops.sandbox.call import Call

_PLAIN = frozenset({Kind.URL, Kind.EMAIL, Kind.PHONE_NUMBER})


def retype_values(call: Call, source: Source, old: Property, new: Property) -> Property:
    """Bring every row's value of `old` into the type of `new`; what does not fit is lost.

    Returns the new property, with the options that its values needed.
    """
    cells = Cells(call)
    for row in call.store.all("SELECT * FROM pages WHERE source_id=?", (source.id,)):
        page = page_of(row)
        text = as_text(cells.operand(page, source, old))
        values = {key: value for key, value in page.values.items() if key != old.id}
        kept, new = _converted(call, text, new)
        if kept is not None:
            values[new.id] = kept
        call.store.write("UPDATE pages SET vals=? WHERE id=?", (dumps(values), page.id))
        call.world.forget_page(page.id)
    return new


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
            for name in text.split(","):
                option, new = _option(call, name.strip(), new)
                ids.append(option["id"])
            return ids, new
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
