"""Cells as people see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from notion_gitops.sandbox.basics.nouns import READ_ONLY, Kind
from notion_gitops.sandbox.face.views import CellView, Column, Look, Piece
from notion_gitops.sandbox.values.cells import Cells
from notion_gitops.sandbox.values.file_links import PREFIX, base_url
from notion_gitops.sandbox.values.richtext import plain_text

if TYPE_CHECKING:
    from notion_gitops.sandbox.basics.messages import Json
    from notion_gitops.sandbox.basics.nouns import Page, Property, Source
    from notion_gitops.sandbox.call import Call

UNTITLED = "Untitled"
SOMEBODY = "Somebody who left"

_SIGNS = {"dollar": "$", "euro": "€", "pound": "£", "yen": "¥", "rupee": "₹"}
_HERE = base_url("")
OWN_FILES = f"{_HERE}{PREFIX}"
"""How the address of a file begins that the sandbox itself keeps, when no request names a host."""

_SAFE = ("http://", "https://")  # other addresses, such as javascript:, are text


class Showing:
    """Shows the cells of one request."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self.cells = Cells(call)

    def title(self, page: Page) -> str:
        """The title of a page, or a word in its place."""
        return self.cells.title(page) or UNTITLED

    def cell(self, page: Page, source: Source, prop: Property, *, editable: bool) -> CellView:
        """One cell of a row."""
        value = self.cells.shown(page, source, prop)
        writable = editable and prop.kind not in READ_ONLY
        return CellView(
            id=f"c-{page.id}-{prop.id}",
            name=prop.name,
            look=look_of(prop.kind),
            pieces=tuple(p for p in self._pieces(prop, value) if p.text),
            address=cell_address(page.id, prop) if writable else None,
            checked=value is True,
        )

    def _pieces(self, prop: Property, value: Any) -> list[Piece]:
        if prop.kind is Kind.NUMBER and value is not None:
            return [Piece(_amount(value, prop.config.get("format", "number")))]
        return self.pieces(prop.kind.value, value)

    def pieces(self, kind: str, value: Any) -> list[Piece]:
        """The parts of a value of a property, a rollup or a formula.

        Args:
            kind: the type by Notion's name.
            value: as answers show it.
        """
        if value is None or value == []:
            return []
        if isinstance(value, list):
            return [piece for piece in self._listed(kind, value) if piece.text]
        if isinstance(value, dict):
            return self._structured(kind, value)
        return [_plain(kind, value)]

    def _listed(self, kind: str, value: list[Any]) -> list[Piece]:
        match kind:
            case Kind.TITLE | Kind.RICH_TEXT:
                return [Piece(plain_text(value))]
            case Kind.MULTI_SELECT:
                return [_option(one) for one in value]
            case Kind.PEOPLE:
                return [_person(one) for one in value]
            case Kind.RELATION:
                return [self._related(one["id"]) for one in value]
            case Kind.FILES:
                return [_file(one) for one in value]
            case _:  # a rollup that shows the values of other cells
                parts = [self.pieces(one["type"], one.get(one["type"])) for one in value]
                return [piece for part in parts for piece in part]

    def _structured(self, kind: str, value: Json) -> list[Piece]:
        match kind:
            case Kind.SELECT | Kind.STATUS:
                return [_option(value)]
            case Kind.DATE:
                return [Piece(span(value))]
            case Kind.ROLLUP | Kind.FORMULA:
                return self.pieces(value["type"], value.get(value["type"]))
            case Kind.CREATED_BY | Kind.LAST_EDITED_BY:
                return [_person(value)]
            case Kind.UNIQUE_ID:
                return [Piece(_numbered(value))]
            case Kind.VERIFICATION:
                return [Piece("Verified")] if value["state"] == "verified" else []
            case Kind.PLACE:
                return [Piece(str(value.get("name") or f"{value['lat']}, {value['lon']}"))]
            case "unsupported":
                return [Piece("cannot be computed here")]
            case _:
                return []

    def _related(self, identity: str) -> Piece:
        page = self._call.world.page(identity)
        return Piece(self.title(page) if page else UNTITLED, href=page_address(identity))


def look_of(kind: Kind) -> Look:
    """How cells of a type are shown."""
    match kind:
        case Kind.SELECT | Kind.MULTI_SELECT | Kind.STATUS:
            return Look.CHIPS
        case Kind.PEOPLE | Kind.RELATION | Kind.FILES | Kind.CREATED_BY | Kind.LAST_EDITED_BY:
            return Look.NAMES
        case Kind.NUMBER:
            return Look.NUMBER
        case Kind.CHECKBOX:
            return Look.CHECK
        case _:
            return Look.TEXT


def columns_of(source: Source) -> tuple[Property, ...]:
    """The properties in the order of the columns: the title goes first."""
    title = source.title
    return (title, *(prop for prop in source.properties if prop is not title))


def column(prop: Property) -> Column:
    """The head of a column."""
    return Column(prop.name, look_of(prop.kind), prop.kind in READ_ONLY)


def page_address(identity: str) -> str:
    """Where a row is shown."""
    return f"/pages/{identity}"


def cell_address(page: str, prop: Property) -> str:
    """Where a cell is edited."""
    return f"{page_address(page)}/cells/{quote(prop.id, safe='')}"


def moment(text: str) -> str:
    """A time as people read it: `2026-07-01 09:30`, with its offset unless that is UTC."""
    day, _, rest = text.partition("T")
    if not rest:
        return day
    zone = rest[5:].lstrip(":0123456789.")
    return f"{day} {rest[:5]}" + ("" if zone in ("Z", "", "+00:00") else f" {zone}")


def span(value: Json) -> str:
    """A date as people read it, with its end."""
    start, end = moment(value["start"]), value.get("end")
    return f"{start} → {moment(end)}" if end else start


def _plain(kind: str, value: Any) -> Piece:
    if isinstance(value, bool):
        return Piece("Yes" if value else "No")
    if isinstance(value, int | float):
        return Piece(_amount(value, "number"))
    text = str(value)
    match kind:
        case Kind.CREATED_TIME | Kind.LAST_EDITED_TIME:
            return Piece(moment(text))
        case Kind.URL if text.lower().startswith(_SAFE):
            return Piece(text, href=text)
        case _:
            return Piece(text)


def _amount(value: float, form: str) -> str:
    if form == "percent":
        return f"{value * 100:.10g}%"
    sign = _SIGNS.get(form, "")
    shown = f"{abs(value):,}" if sign or "comma" in form else f"{abs(value)}"
    return ("\N{MINUS SIGN}" if value < 0 else "") + sign + shown


def _option(option: Json) -> Piece:
    return Piece(str(option["name"]), color=str(option["color"]))


def _person(user: Json) -> Piece:
    return Piece(user.get("name") or SOMEBODY)


def _file(entry: Json) -> Piece:
    url = str(entry.get(entry.get("type", ""), {}).get("url", ""))
    if url.startswith(OWN_FILES):  # a file that this sandbox keeps, at whatever port it is served
        return Piece(entry["name"], href=url.removeprefix(_HERE))
    return Piece(entry["name"], href=url if url.lower().startswith(_SAFE) else None)


def _numbered(value: Json) -> str:
    if value["number"] is None:
        return ""
    return f"{value['prefix']}-{value['number']}" if value["prefix"] else str(value["number"])
