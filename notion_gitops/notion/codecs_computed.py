"""Codecs of what Notion works out itself; these are read and never written."""

from collections.abc import Callable

from notion_gitops.model.values import DateValue, Value
from notion_gitops.notion.carrying import Context, NotCarried
from notion_gitops.notion.codecs_members import person
from notion_gitops.notion.codecs_simple import date_value, number
from notion_gitops.notion.failures import Json
from notion_gitops.notion.rich_text import plain_text

CUT_ROLLUP = 25
"""Notion works a rollup out over so many related pages at most where a page is shown, and does not
say so (its documentation, "Retrieve a page"); the property's own endpoint gives loose pieces."""


def decode_formula(prop: Json, context: Context) -> Value:
    """What a formula gives."""
    found = prop["formula"]
    match found.get("type"):
        case "string":
            return found["string"] or None
        case "number":
            return number(found["number"])
        case "boolean":
            value = found["boolean"]
            return None if value is None else bool(value)
        case "date":
            return date_value(found["date"], context.zone)
        case kind:
            raise NotCarried(f"Notion gives no value for this formula ({kind})")


def decode_rollup(prop: Json, context: Context) -> Value:
    """What a rollup gives; a list of anything is a list of texts."""
    found = prop["rollup"]
    match found.get("type"):
        case "number":
            return number(found["number"])
        case "date":
            return date_value(found["date"], context.zone)
        case "array":
            if len(found["array"]) == CUT_ROLLUP:
                raise NotCarried(
                    f"it gathers {CUT_ROLLUP} values, and Notion may have left out more",
                    fix="Let the rollup count or sum up, or take the field out of the mapping.",
                    check="cut",
                )
            texts = (item_text(item, context) for item in found["array"])
            return tuple(text for text in texts if text) or None
        case kind:
            raise NotCarried(f"Notion gives no value for this rollup ({kind})")


def item_text(item: Json, context: Context) -> str:
    """One element of a rollup, as text; nothing if it is empty.

    Raises:
        NotCarried: it is of a type that this program does not know.
    """
    kind = item.get("type", "")
    reader = _ITEMS.get(kind)
    if reader is None:
        raise NotCarried(f"it gathers values of the type {kind}, which cannot be kept in git")
    return reader(item[kind], item, context)


def _value_text(value: Value) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str() | int() | float() | DateValue():
            return str(value)
        case tuple():
            return ", ".join(str(part) for part in value)
        case _:
            raise NotCarried("it gathers values that cannot be kept in git")


def _date(content: Json | None, _item: Json, context: Context) -> str:
    return _value_text(date_value(content, context.zone))


_ITEMS: dict[str, Callable[..., str]] = {
    "title": lambda content, *_: plain_text(content),
    "rich_text": lambda content, *_: plain_text(content),
    "number": lambda content, *_: _value_text(number(content)),
    "checkbox": lambda content, *_: _value_text(bool(content)),
    "select": lambda content, *_: content["name"] if content else "",
    "status": lambda content, *_: content["name"] if content else "",
    "multi_select": lambda content, *_: ", ".join(option["name"] for option in content),
    "url": lambda content, *_: content or "",
    "email": lambda content, *_: content or "",
    "phone_number": lambda content, *_: content or "",
    "date": _date,
    "people": lambda content, _, context: ", ".join(person(u, context.people) for u in content),
    "created_by": lambda content, _, context: person(content, context.people),
    "last_edited_by": lambda content, _, context: person(content, context.people),
    "created_time": lambda content, _, context: _date({"start": content}, {}, context),
    "last_edited_time": lambda content, _, context: _date({"start": content}, {}, context),
    "relation": lambda content, *_: ", ".join(f"page:{page['id']}" for page in content),
    "files": lambda content, *_: ", ".join(file.get("name") or "" for file in content),
    "unique_id": lambda _, item, context: decode_unique_id(item, context) or "",
    "formula": lambda _, item, context: _value_text(decode_formula(item, context)),
    "rollup": lambda _, item, context: _value_text(decode_rollup(item, context)),
}


def decode_time(prop: Json, context: Context) -> Value:
    """When a page was created or last edited, to the minute."""
    return date_value({"start": prop[prop["type"]]}, context.zone)


def decode_person(prop: Json, context: Context) -> Value:
    """Who created or last edited a page."""
    return person(prop[prop["type"]], context.people)


def decode_unique_id(prop: Json, _context: Context) -> str | None:
    """``PRE-3``, or ``3`` without a prefix."""
    found = prop["unique_id"]
    if not found or found.get("number") is None:
        return None
    prefix = found.get("prefix")
    return f"{prefix}-{found['number']}" if prefix else str(found["number"])


def decode_verification(prop: Json, _context: Context) -> Value:
    """verified, unverified or expired."""
    found = prop["verification"]
    return found["state"] if found else None


def decode_button(_prop: Json, _context: Context) -> Value:
    """A button holds nothing."""
    return None
