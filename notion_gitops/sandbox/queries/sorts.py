"""Sorts of a query."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from notion_gitops.sandbox.basics.messages import UNDEFINED, Json, failed_validation, invalid
from notion_gitops.sandbox.basics.nouns import Kind, Page, Property, Source
from notion_gitops.sandbox.queries.filters import only
from notion_gitops.sandbox.values.dates import instant
from notion_gitops.sandbox.values.operands import Operand, When, as_text, is_number
from notion_gitops.sandbox.values.shapes import look_up

if TYPE_CHECKING:
    from notion_gitops.sandbox.values.cells import Cells

Order = Callable[[list[Page]], list[Page]]
_SortKey = tuple[int, float, str]  # rank of the type, number, text

_MAX_SORTS = 100
_DIRECTIONS = ("ascending", "descending")


def compile_sorts(source: Source, cells: Cells, given: object) -> Order | None:
    """What puts pages into the order that `sorts` asks for, or None if it asks for none.

    Rows that are equal stay newest first; empty values come last either way.

    Raises:
        ApiError: 400 with the place of what is wrong.
    """
    if given is None or given == []:
        return None
    if not isinstance(given, list):
        raise failed_validation("body.sorts", "an array or `undefined`", given)
    if len(given) > _MAX_SORTS:
        raise failed_validation("body.sorts.length", f"≤ `{_MAX_SORTS}`", len(given))
    steps = [
        (_key(source, cells, one, f"body.sorts[{at}]"), _descending(one, f"body.sorts[{at}]"))
        for at, one in enumerate(given)
    ]

    def order(pages: list[Page]) -> list[Page]:
        for key, descending in reversed(steps):
            keyed = [(key(page), page) for page in pages]
            filled = [pair for pair in keyed if pair[0] is not None]
            filled.sort(key=lambda pair: pair[0] or (0, 0.0, ""), reverse=descending)
            pages = [page for _, page in filled] + [page for found, page in keyed if found is None]
        return pages

    return order


def _descending(given: Any, path: str) -> bool:
    direction = given.get("direction", UNDEFINED)
    if direction not in _DIRECTIONS:
        words = '`"ascending"` or `"descending"`'
        raise failed_validation(f"{path}.direction", words, direction)
    return bool(direction == "descending")


def _key(source: Source, cells: Cells, given: Any, path: str) -> Callable[[Page], _SortKey | None]:
    if not isinstance(given, dict):
        raise failed_validation(path, "an object", given)
    only(given, ("property", "timestamp", "direction"), path)
    if "timestamp" in given:
        only(given, ("timestamp", "direction"), path)
        return _by_time(given["timestamp"], f"{path}.timestamp")
    name = given.get("property", UNDEFINED)
    if not isinstance(name, str):
        raise failed_validation(f"{path}.property", "a string", name)
    prop = look_up(source, name)
    if prop is None:
        raise invalid(f"Could not find sort property with name or id: {name}")
    if prop.kind in {Kind.SELECT, Kind.STATUS}:
        return _by_option(prop)
    return lambda page: _sortable(cells.operand(page, source, prop))


def _by_time(name: object, path: str) -> Callable[[Page], _SortKey | None]:
    match name:
        case "created_time":
            return lambda page: _sortable(When(page.created))
        case "last_edited_time":
            return lambda page: _sortable(When(page.edited))
        case _:
            raise failed_validation(path, '`"created_time"` or `"last_edited_time"`', name)


def _by_option(prop: Property) -> Callable[[Page], _SortKey | None]:
    """Options sort in the order in which they stand in the schema."""
    options: list[Json] = prop.config["options"]
    places = {option["id"]: float(at) for at, option in enumerate(options)}

    def key(page: Page) -> _SortKey | None:
        option = prop.chosen(page.values.get(prop.id))
        return None if option is None else (0, places[option["id"]], "")

    return key


def _sortable(value: Operand) -> _SortKey | None:
    match value:
        case None | "" | []:
            return None
        case When(start):
            return 0, instant(start).timestamp(), ""
        case int() | float() if is_number(value) or isinstance(value, bool):
            return 0, float(value), ""
        case _:
            return 1, 0.0, as_text(value).casefold()
