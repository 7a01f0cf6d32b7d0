"""Codecs of the property types that hold one plain thing."""

import math
import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

from notion_gitops.model.mapping import PropertyType
from notion_gitops.model.values import DateValue, GeoPlace, Value, minute
from notion_gitops.notion.carrying import Context, NotCarried
from notion_gitops.notion.failures import Json
from notion_gitops.notion.inline_markdown import to_markdown
from notion_gitops.notion.inline_parser import from_markdown
from notion_gitops.notion.rich_text import (
    CUT_MENTIONS,
    MAX_ITEMS,
    PLAIN,
    pieces,
    plain_text,
    read_runs,
    reworded,
    write_runs,
)

_EXACT = 2**53  # beyond it, not every integer is a double
_LONGEST = {PropertyType.URL: 2000, PropertyType.EMAIL: 200, PropertyType.PHONE_NUMBER: 200}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def decode_title(prop: Json, _context: Context) -> Value:
    """A title: its text, without looks."""
    _whole_text(prop, prop["title"])
    return plain_text(prop["title"]) or None


def encode_title(value: Value, context: Context) -> list[Json]:
    """A title of plain text; what of the old one is not edited keeps its looks and links.

    Mentions in the old one would be lost, so they are refused.
    """
    old = (context.previous or {}).get("title") or []
    if any(item.get("type") != "text" for item in old):
        raise NotCarried(
            "the title in Notion holds a mention or an equation, which a file cannot keep",
            fix="Edit the title in Notion.",
        )
    runs = read_runs(old)
    if all(run.style == PLAIN for run in runs):
        return plain_items(_text(value))
    return write_runs(reworded(runs, _text(value)))


def plain_items(text: str) -> list[Json]:
    """Rich text without looks.

    Raises:
        NotCarried: it is longer than Notion takes.
    """
    items = [{"type": "text", "text": {"content": piece}} for piece in pieces(text)]
    if len(items) > MAX_ITEMS:
        raise NotCarried("the text is longer than Notion takes (200,000 characters)")
    return items


def decode_rich_text(prop: Json, _context: Context) -> Value:
    """Rich text: inline Markdown."""
    _whole_text(prop, prop["rich_text"])
    return to_markdown(read_runs(prop["rich_text"])) or None


def encode_rich_text(value: Value, _context: Context) -> list[Json]:
    """The rich text that inline Markdown stands for."""
    return write_runs(from_markdown(_text(value)))


def text_is_cut(prop: Json, items: list[Json]) -> bool:
    """Whether a page may have left out mentions of this text."""
    mentions = sum(1 for item in items if item.get("type") == "mention")
    return mentions >= CUT_MENTIONS and prop.get("has_more") is not False


def _whole_text(prop: Json, items: list[Json]) -> None:
    if text_is_cut(prop, items):
        raise NotCarried("Notion cut the text short", check="cut")


def decode_line(prop: Json, _context: Context) -> Value:
    """A URL, an e-mail address or a phone number."""
    return prop[prop["type"]] or None


def encode_line(value: Value, context: Context) -> str | None:
    """The same, or null."""
    text, most = _text(value), _LONGEST[context.field.type]
    if len(text) > most:
        raise NotCarried(f"it has {len(text)} characters, and Notion takes {most}")
    return text or None


def decode_number(prop: Json, _context: Context) -> Value:
    """A number; one without a fraction is an int."""
    return number(prop["number"])


def number(found: float | None) -> int | float | None:
    """A number in canonical form."""
    if found is None or isinstance(found, int):
        return found
    return int(found) if found.is_integer() and abs(found) <= _EXACT else found


def encode_number(value: Value, _context: Context) -> float | None:
    """The number as a double holds it."""
    match value:
        case None:
            return None
        case bool():
            raise _unfit(value, "a number")
        case int() if abs(value) > _EXACT:
            raise NotCarried(f"{value} is beyond 2^53, and Notion would round it")
        case int() | float() if math.isfinite(value):
            return value
        case _:
            raise _unfit(value, "a number")


def decode_checkbox(prop: Json, _context: Context) -> Value:
    """True or false; a checkbox is never empty."""
    return bool(prop["checkbox"])


def encode_checkbox(value: Value, _context: Context) -> bool:
    """Empty is false."""
    if value is None or isinstance(value, bool):
        return bool(value)
    raise _unfit(value, "true or false")


def decode_date(prop: Json, context: Context) -> Value:
    """A day, a time or a range."""
    return date_value(prop["date"], context.zone)


def date_value(found: Json | None, zone: ZoneInfo) -> DateValue | None:
    """A date as Notion gives it, in canonical form.

    Args:
        found: start, end, time_zone; or None.
        zone: what a time without an offset means, if `time_zone` does not say.

    Raises:
        NotCarried: it is no date that Python has.
    """
    if not found:
        return None
    try:
        named = ZoneInfo(found["time_zone"]) if found.get("time_zone") else zone
        start = _moment(found["start"], named)
        end = None if found.get("end") is None else _moment(found["end"], named)
    except (ValueError, OverflowError, KeyError) as error:
        raise NotCarried("Notion holds a date that cannot be read") from error
    return DateValue(start, end)


def _moment(text: str, zone: ZoneInfo) -> date | datetime:
    if _DAY.fullmatch(text):
        return date.fromisoformat(text)
    moment = datetime.fromisoformat(text)
    return minute(moment if moment.tzinfo else moment.replace(tzinfo=zone))


def encode_date(value: Value, context: Context) -> Json | None:
    """Times carry the offset of the mapping's time zone; Notion forgets the zone's name anyway."""
    if value is None:
        return None
    if not isinstance(value, DateValue):
        raise _unfit(value, "a date")
    end = None if value.end is None else _iso(value.end, context.zone)
    return {"start": _iso(value.start, context.zone), "end": end}


def _iso(moment: date | datetime, zone: ZoneInfo) -> str:
    if not isinstance(moment, datetime):
        return moment.isoformat()
    try:
        return moment.astimezone(zone).isoformat(timespec="seconds")
    except OverflowError as error:
        raise NotCarried("the time is at the end of the calendar") from error


def decode_place(prop: Json, _context: Context) -> Value:
    """A place on the map."""
    found = prop["place"]
    if not found:
        return None
    return GeoPlace(
        float(found["lat"]), float(found["lon"]), found.get("name"), found.get("address")
    )


def encode_place(value: Value, context: Context) -> Json | None:
    """The place; what map services call it stays, as long as it is the same spot."""
    if value is None:
        return None
    if not isinstance(value, GeoPlace):
        raise _unfit(value, "a place")
    old = (context.previous or {}).get("place") or {}
    same = (old.get("lat"), old.get("lon")) == (value.lat, value.lon)
    kept = {k: old[k] for k in ("aws_place_id", "google_place_id") if same and old.get(k)}
    return {
        "lat": value.lat,
        "lon": value.lon,
        "name": value.name,
        "address": value.address,
        **kept,
    }


def _text(value: Value) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    raise _unfit(value, "text")


def _unfit(value: Value, wanted: str) -> NotCarried:
    return NotCarried(f"{wanted} is expected, not {type(value).__name__}")
