"""What stands in a cell as the fields of a form, and a sent form as a plain value.

Both ways meet: the fields of a cell give the value of that cell, so that a form which was opened
and saved changes nothing.
"""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Any

from notion_gitops.sandbox.basics.nouns import Kind
from notion_gitops.sandbox.face.messages import first
from notion_gitops.sandbox.face.views import Control
from notion_gitops.sandbox.values.dates import instant
from notion_gitops.sandbox.values.richtext import plain_text

if TYPE_CHECKING:
    from notion_gitops.sandbox.basics.messages import Json
    from notion_gitops.sandbox.face.messages import Form

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TIME = re.compile(r"\d{2}:\d{2}", re.ASCII)
_ZONE = re.compile(r"[+-]\d{2}:\d{2}", re.ASCII)
UTC = "+00:00"


class FormError(Exception):
    """What a person typed cannot stand in that cell; the text says how to write it."""


def control_of(kind: Kind) -> Control:
    """How cells of a type are edited."""
    match kind:
        case Kind.TITLE | Kind.RICH_TEXT:
            return Control.TEXT
        case Kind.NUMBER:
            return Control.NUMBER
        case Kind.SELECT | Kind.STATUS | Kind.VERIFICATION | Kind.CHECKBOX:
            return Control.ONE
        case Kind.MULTI_SELECT | Kind.PEOPLE | Kind.RELATION:
            return Control.MANY
        case Kind.DATE:
            return Control.DATE
        case Kind.FILES:
            return Control.FILES
        case Kind.PLACE:
            return Control.PLACE
        case _:
            return Control.LINE


# From a cell


def filled(kind: Kind, value: Any) -> Form:
    """The form of what stands in a cell.

    Args:
        kind: the type of the cell.
        value: as answers show it.
    """
    match control_of(kind):
        case Control.TEXT:
            return {"text": [plain_text(value)]}
        case Control.ONE:
            return {"value": [_one(kind, value)]}
        case Control.MANY:
            key = "name" if kind is Kind.MULTI_SELECT else "id"
            return {"value": [member[key] for member in value]}
        case Control.DATE:
            return _filled_date(value)
        case Control.FILES:
            return {"value": [json.dumps(member, ensure_ascii=False) for member in value]}
        case Control.PLACE:
            return _filled_place(value)
        case Control.LINE | Control.NUMBER:
            return {"text": ["" if value is None else str(value)]}


def _one(kind: Kind, value: Any) -> str:
    match kind:
        case Kind.CHECKBOX:
            return "true" if value else ""
        case Kind.VERIFICATION:
            return str(value["state"])
        case _:
            return "" if value is None else str(value["name"])


def _filled_date(value: Json | None) -> Form:
    form: Form = {}
    for part in ("start", "end"):
        text = (value or {}).get(part) or ""
        day, _, rest = text.partition("T")
        form[f"{part}_day"] = [day]
        form[f"{part}_time"] = [rest[:5]]
        form[f"{part}_zone"] = [rest[-6:] if _ZONE.fullmatch(rest[-6:]) else UTC]
    return form


def _filled_place(value: Json | None) -> Form:
    fields: Form = {name: [str((value or {}).get(name) or "")] for name in ("name", "lat", "lon")}
    return {**fields, "kept": [json.dumps(value)]}


# To a value


def plain(kind: Kind, form: Form) -> Any:
    """The plain value that a form means, as `notion_gitops.sandbox.edits` takes it.

    Raises:
        FormError: a field cannot be understood.
    """
    match control_of(kind):
        case Control.TEXT:
            return first(form, "text")
        case Control.LINE:
            return first(form, "text").strip() or None
        case Control.NUMBER:
            return _number(first(form, "text").strip().replace("\N{MINUS SIGN}", "-"))
        case Control.ONE:
            chosen = first(form, "new").strip() or first(form, "value")
            return chosen == "true" if kind is Kind.CHECKBOX else chosen or None
        case Control.MANY:
            return _members(form.get("value", []), first(form, "new"))
        case Control.DATE:
            return _date(form)
        case Control.FILES:
            return _files(form)
        case Control.PLACE:
            return _place(form)


def _members(chosen: list[str], added: str) -> list[str]:
    names = [name.strip() for name in added.split(",")]
    return list(dict.fromkeys(name for name in [*chosen, *names] if name))


def _number(text: str) -> int | float | None:
    if not text:
        return None
    if not _NUMBER.fullmatch(text) or not math.isfinite(float(text)):
        raise FormError(f"“{text}” is not a number. Write digits and a point, such as 1234.5.")
    number = float(text)
    return int(number) if number.is_integer() else number


def _date(form: Form) -> Json | None:
    start, end = (_moment(form, part) for part in ("start", "end"))
    if start is None:
        if end is not None:
            raise FormError("There is an end and no start. Give the start, or empty both.")
        return None
    if end is None:
        return {"start": start}
    if ("T" in start) is not ("T" in end):
        raise FormError("Give a time to both start and end, or to neither.")
    if instant(end) < instant(start):
        raise FormError("The end is before the start.")
    return {"start": start, "end": end}


def _moment(form: Form, part: str) -> str | None:
    day, time, zone = (first(form, f"{part}_{name}").strip() for name in ("day", "time", "zone"))
    if not day:
        if time:
            raise FormError(f"There is a time of the {part} and no day. Give the day as well.")
        return None
    text = f"{day}T{time}:00.000{zone or UTC}" if time else day
    fits = _DAY.fullmatch(day) and (not time or _TIME.fullmatch(time))
    if not fits or not _is_moment(text):
        shown = f"{day} {time}".strip()
        raise FormError(f"“{shown}” is not a date. Write 2026-12-05, and a time as 09:30.")
    return text


def _is_moment(text: str) -> bool:
    try:
        instant(text)
    except (ValueError, OverflowError):
        return False
    return True


def _files(form: Form) -> list[Any]:
    try:
        kept = [json.loads(value) for value in form.get("value", [])]
    except ValueError:
        raise FormError("The list of files is damaged. Open the cell again.") from None
    added = first(form, "new").split()
    for url in added:
        if not url.lower().startswith(("http://", "https://")):
            raise FormError(f"“{url}” is not an address. Write it with https:// in front.")
    return [*kept, *added]


def _place(form: Form) -> Json | None:
    name, lat, lon = (first(form, field).strip() for field in ("name", "lat", "lon"))
    if not (name or lat or lon):
        return None
    if not (lat and lon):
        raise FormError("A place needs its latitude and longitude, such as 52.52 and 13.405.")
    told = {"name": name or None, "lat": _number(lat), "lon": _number(lon)}
    kept = _kept_place(first(form, "kept"))
    moved = any(kept.get(key) != told[key] for key in ("lat", "lon"))
    return told if moved else {**kept, **told}


def _kept_place(text: str) -> Json:
    """What else was known of the place, such as its address; it holds until the place moves."""
    try:
        kept = json.loads(text or "null")
    except ValueError:
        return {}
    return kept if isinstance(kept, dict) else {}
