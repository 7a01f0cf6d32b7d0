"""Values in requests: checked in Notion's words, and brought into the form that is kept."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from notion_gitops.sandbox.basics.messages import (
    UNDEFINED,
    Json,
    complaint,
    failed_validation,
    invalid,
    not_one_of,
    text_in,
)
from notion_gitops.sandbox.basics.nouns import READ_ONLY, Kind, Property, Source
from notion_gitops.sandbox.call import Call, checked_id
from notion_gitops.sandbox.values.dates import is_day, parse_date
from notion_gitops.sandbox.values.file_links import file_name, upload_of_url
from notion_gitops.sandbox.values.file_uploads import attach
from notion_gitops.sandbox.values.options import added_option, find_option
from notion_gitops.sandbox.values.richtext import limited, parse_rich_text
from notion_gitops.sandbox.values.shapes import look_up

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_MEMBERS = 100
_MAX_URL = 2000
_MAX_SHORT = 200
_WRITABLE = (
    "title", "rich_text", "number", "url", "select", "multi_select", "people", "email",
    "phone_number", "date", "checkbox", "relation", "files", "status", "verification", "place",
)  # fmt: skip


@dataclass
class Parsed:
    """What a request writes to one page."""

    values: dict[str, Any] = field(default_factory=dict)  # property id -> kept form
    links: dict[str, list[str]] = field(default_factory=dict)  # property id -> page ids
    options: dict[str, list[Json]] = field(default_factory=dict)  # property id -> all options now


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a value stands, and what is needed to read it."""

    call: Call
    prop: Property
    path: str  # of the value itself, such as body.properties.Due.date
    parsed: Parsed


def parse_properties(call: Call, source: Source, given: object) -> Parsed:
    """The `properties` of a request, for a row of `source`.

    Raises:
        ApiError: 400 for the first property that is unknown, read-only or has a wrong value;
            404 for a relation to a page that does not exist or is not shared.
    """
    if not isinstance(given, dict):
        raise failed_validation("body.properties", "an object", given)
    parsed = Parsed()
    for name, entry in given.items():
        prop = look_up(source, name)
        if prop is None:
            raise invalid(f"{name} is not a property that exists.")
        value = _value_of(prop, name, entry)
        place = _Place(call, prop, f"body.properties.{name}.{prop.kind.value}", parsed)
        if prop.kind is Kind.RELATION:
            parsed.links[prop.id] = _links(place, value)
        else:
            parsed.values[prop.id] = _PARSERS[prop.kind](place, value)
    return parsed


def _value_of(prop: Property, name: str, entry: object) -> Any:
    """The value inside an entry such as `{"type": "number", "number": 2}`."""
    path = f"body.properties.{name}"
    if prop.kind in READ_ONLY:
        raise _fix_one(path, entry)
    if prop.kind in {Kind.TITLE, Kind.RICH_TEXT, Kind.RELATION} and isinstance(entry, list):
        return entry  # the short form, a bare array, is accepted
    if not isinstance(entry, dict):
        raise failed_validation(path, "an object", entry)
    if prop.kind.value in entry:
        return entry[prop.kind.value]
    if any(key in _WRITABLE for key in entry):
        raise invalid(f"{name} is expected to be {prop.kind.value}.")
    raise _fix_one(path, entry)


def _fix_one(path: str, entry: object) -> Exception:
    given = entry if isinstance(entry, dict) else {}
    return not_one_of(
        [
            complaint(f"{path}.{kind}", "defined", UNDEFINED)
            for kind in _WRITABLE
            if kind not in given
        ]
    )


def _rich_text(place: _Place, value: object) -> Any:
    return parse_rich_text(value, place.path)


def _number(place: _Place, value: object) -> Any:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise failed_validation(place.path, "a number or `null`", value)
    try:
        double = float(value)
    except OverflowError:
        double = math.inf
    if not math.isfinite(double):
        raise failed_validation(place.path, "a number or `null`", str(value))
    return int(double) if double == int(double) and abs(double) < 2**53 else double


def _checkbox(place: _Place, value: object) -> Any:
    if not isinstance(value, bool):
        raise failed_validation(place.path, "a boolean", value)
    return value


def _short_text(limit: int) -> Callable[[_Place, object], Any]:
    def parse(place: _Place, value: object) -> Any:
        if value is None:
            return None
        if not isinstance(value, str):
            raise failed_validation(place.path, "a string or `null`", value)
        return limited(value, place.path, limit) or None

    return parse


def _date(place: _Place, value: object) -> Any:
    return None if value is None else parse_date(value, place.path)


def _array(place: _Place, value: object) -> list[Any]:
    if not isinstance(value, list):
        raise failed_validation(place.path, "an array", value)
    if len(value) > MAX_MEMBERS:
        raise failed_validation(f"{place.path}.length", f"≤ `{MAX_MEMBERS}`", len(value))
    return value


def _choice(place: _Place, value: object, path: str) -> str:
    """The id of the option that a name or id means; an unknown name becomes an option."""
    if not isinstance(value, dict):
        raise failed_validation(path, "an object or `null`", value)
    options = place.parsed.options.get(place.prop.id)
    if options is None:
        options = place.prop.config["options"]
    found = find_option(options, value)
    if found is None:
        name = value.get("name", UNDEFINED)
        if not isinstance(name, str) or not name:
            raise failed_validation(f"{path}.name", "defined", name)
        found = added_option(place.call.store, name, value.get("color"), len(options))
        place.parsed.options[place.prop.id] = [*options, found]
    return str(found["id"])


def _select(place: _Place, value: object) -> Any:
    return None if value is None else _choice(place, value, place.path)


def _multi_select(place: _Place, value: object) -> Any:
    members = _array(place, value)
    return list(dict.fromkeys(
        _choice(place, member, f"{place.path}[{at}]") for at, member in enumerate(members)
    ))  # fmt: skip


def _status(place: _Place, value: object) -> Any:
    if value is None:
        return place.prop.default_option
    if not isinstance(value, dict):
        raise failed_validation(place.path, "an object or `null`", value)
    found = find_option(place.prop.config["options"], value)
    if found is None:
        named = value.get("name", value.get("id"))
        raise invalid(f'Invalid status option. Status option "{named}" does not exist".')
    return found["id"]


def _people(place: _Place, value: object) -> Any:
    found = []
    for at, member in enumerate(_array(place, value)):
        given = member.get("id", UNDEFINED) if isinstance(member, dict) else UNDEFINED
        identity = checked_id(given, f"{place.path}[{at}].id")
        if identity not in place.call.world.users():
            raise invalid(f"Could not find user with ID: {identity}.")
        found.append(identity)
    return list(dict.fromkeys(found))


def _links(place: _Place, value: object) -> list[str]:
    found = []
    for at, member in enumerate(_array(place, value)):
        given = member.get("id", UNDEFINED) if isinstance(member, dict) else UNDEFINED
        found.append(checked_id(given, f"{place.path}[{at}].id"))
    place.call.world.load_pages(found)
    for identity in found:
        page = place.call.world.page(identity)
        if page is None or not place.call.sees_page(page):
            raise place.call.missing("page", identity)
        if page.source_id != place.prop.config["data_source_id"]:
            raise invalid(
                f"Page with ID {identity} is not in the data source of the relation "
                f"{place.prop.name}."
            )
    return list(dict.fromkeys(found))


def _files(place: _Place, value: object) -> Any:
    members = enumerate(_array(place, value))
    return [_file(place.call, member, f"{place.path}[{at}]") for at, member in members]


def _file(call: Call, member: object, path: str) -> Json:
    if not isinstance(member, dict):
        raise failed_validation(path, "an object", member)
    if "file_upload" in member:
        upload = attach(call, member["file_upload"], path)
        name = text_in(member, "name", path) or file_name(call, upload["upload"])
        return {"name": name, "type": "file", "file": upload}
    for kind in ("external", "file"):
        if isinstance(member.get(kind), dict):
            url = limited(member[kind].get("url", UNDEFINED), f"{path}.{kind}.url", _MAX_URL)
            name = limited(member.get("name", UNDEFINED), f"{path}.name", _MAX_URL)
            hosted = upload_of_url(call, url) if kind == "file" else None
            kept: Json = {"url": url} if hosted is None else {"upload": hosted}
            if kind == "file" and hosted is None:
                given = text_in(member[kind], "expiry_time", f"{path}.{kind}")
                kept["expiry_time"] = given or call.minute
            return {"name": name, "type": kind, kind: kept}
    raise failed_validation(f"{path}.external", "defined", UNDEFINED)


def _verification(place: _Place, value: object) -> Any:
    state = value.get("state", UNDEFINED) if isinstance(value, dict) else UNDEFINED
    if state not in ("verified", "unverified") or not isinstance(value, dict):
        raise failed_validation(f"{place.path}.state", '`"verified"` or `"unverified"`', state)
    if state == "unverified":
        return None
    date = value.get("date")
    kept = None if date is None else parse_date(date, f"{place.path}.date")
    if kept is not None and is_day(kept["start"]):
        raise failed_validation(f"{place.path}.date.start", "a date with a time", kept["start"])
    return {"state": "verified", "date": kept, "verified_by": place.call.token.bot.id}


def _place(place: _Place, value: object) -> Any:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise failed_validation(place.path, "an object or `null`", value)
    for key in ("lat", "lon"):
        if isinstance(value.get(key), bool) or not isinstance(value.get(key), int | float):
            raise failed_validation(f"{place.path}.{key}", "a number", value.get(key, UNDEFINED))
    known = [key for key in ("address", "aws_place_id", "google_place_id") if key in value]
    texts = {key: text_in(value, key, place.path) for key in known}
    name = text_in(value, "name", place.path)
    return {"lat": value["lat"], "lon": value["lon"], "name": name, **texts}


_PARSERS: dict[Kind, Callable[[_Place, object], Any]] = {
    Kind.TITLE: _rich_text,
    Kind.RICH_TEXT: _rich_text,
    Kind.NUMBER: _number,
    Kind.SELECT: _select,
    Kind.MULTI_SELECT: _multi_select,
    Kind.STATUS: _status,
    Kind.DATE: _date,
    Kind.PEOPLE: _people,
    Kind.FILES: _files,
    Kind.CHECKBOX: _checkbox,
    Kind.URL: _short_text(_MAX_URL),
    Kind.EMAIL: _short_text(_MAX_SHORT),
    Kind.PHONE_NUMBER: _short_text(_MAX_SHORT),
    Kind.VERIFICATION: _verification,
    Kind.PLACE: _place,
}
