"""Rich text: what a request may send, and the form in which it comes back."""

from __future__ import annotations

import re
from itertools import groupby
from typing import Any

from notion_gitops.sandbox.basics.identity import parse_uuid
from notion_gitops.sandbox.basics.messages import (
    UNDEFINED,
    Json,
    failed_validation,
    invalid,
    object_in,
    text_in,
)
from notion_gitops.sandbox.values.dates import parse_date

MAX_ITEMS = 100
MAX_TEXT = 2000
MAX_URL = 2000
MAX_EQUATION = 1000
_COLORS = (
    "default", "gray", "brown", "orange", "yellow", "green", "blue", "purple", "pink", "red",
)  # fmt: skip
_FLAGS = ("bold", "italic", "strikethrough", "underline", "code")
PLAIN: Json = {**dict.fromkeys(_FLAGS, False), "color": "default"}
"""How text looks that has no form of its own."""

# Where a link may lead. Field reports: others are refused (github.com/tryfabric/martian/issues/41).
_LINK = re.compile(r"[a-z][a-z0-9+.-]*:|[/#]", re.IGNORECASE)


def plain_text(items: list[Json]) -> str:
    """The text of rich text, without its formatting."""
    return "".join(item["plain_text"] for item in items)


def text_items(text: str) -> list[Json]:
    """Rich text of one plain run (several beyond 2,000 characters); none if `text` is empty."""
    return [_text_item(piece, None, PLAIN) for piece in item_texts(text)]


def retyped(items: list[Json], text: str) -> list[Json]:
    """`items` after a person typed in them until they read `text`.

    What stands before and behind the change keeps its form. What was typed takes the form of the
    text in front of it, as in an editor. Mentions and equations stay whole, or go.
    """
    units = _units(items)
    before, start = 0, 0
    while before < len(units) and text.startswith(units[before][0], start):
        start += len(units[before][0])
        before += 1
    behind, end = len(units), len(text)
    while behind > before and end - len(units[behind - 1][0]) >= start:
        if not text.endswith(units[behind - 1][0], start, end):
            break
        behind -= 1
        end -= len(units[behind][0])
    around = [*reversed(units[:before]), *units[before:]]
    model = next((item for _, item in around if item["type"] == "text"), None)
    model = model or _text_item("", None, PLAIN)
    typed = [(char, model) for char in text[start:end]]
    return _runs([*units[:before], *typed, *units[behind:]])


def _units(items: list[Json]) -> list[tuple[str, Json]]:
    """The characters of rich text, each with its run; what is no text is one unit."""
    units: list[tuple[str, Json]] = []
    for item in items:
        whole = item["type"] != "text"
        parts = [item["plain_text"]] if whole else item["plain_text"]
        units.extend((part, item) for part in parts)
    return units


def _runs(units: list[tuple[str, Json]]) -> list[Json]:
    """Rich text of such units."""
    runs: list[Json] = []
    for _, group in groupby(units, key=lambda u: id(u[1]) if u[1]["type"] == "text" else id(u)):
        members = list(group)
        item = members[0][1]
        if item["type"] != "text":
            runs.append(item)
            continue
        content = "".join(text for text, _ in members)
        look = item["annotations"]
        runs += [_text_item(piece, item["href"], look) for piece in item_texts(content)]
    return runs


def parse_rich_text(value: object, path: str) -> list[Json]:
    """Rich text as kept and shown, from the form that a request sends.

    Runs without text are left out, as nothing of them could be seen.

    Raises:
        ApiError: 400 with the place, for a wrong form or one over Notion's limits.
    """
    if not isinstance(value, list):
        raise failed_validation(path, "an array", value)
    if len(value) > MAX_ITEMS:
        raise failed_validation(f"{path}.length", f"≤ `{MAX_ITEMS}`", len(value))
    items = rich_text_of(value, path)
    wrong = sum(1 for item in items if item["href"] and not _LINK.match(item["href"]))
    if wrong:
        lines = ["Content creation Failed. Fix the following: ", *["Invalid URL for link."] * wrong]
        raise invalid("\n".join(lines))
    return items


def rich_text_of(value: list[Any], path: str) -> list[Json]:
    """Rich text as kept and shown, however many items it has and wherever its links lead.

    Raises:
        ApiError: 400 with the place, for an item of a wrong form or over Notion's limits.
    """
    items = [_item(item, f"{path}[{at}]") for at, item in enumerate(value)]
    return [item for item in items if item["type"] != "text" or item["plain_text"]]


def _item(item: object, path: str) -> Json:
    if not isinstance(item, dict):
        raise failed_validation(path, "an object", item)
    annotations = _annotations(object_in(item, "annotations", path), f"{path}.annotations")
    kind = item.get("type")
    if kind in ("text", "mention", "equation") and kind not in item:
        raise failed_validation(f"{path}.{kind}", "defined", UNDEFINED)
    if "mention" in item:
        return _mention_item(item["mention"], annotations, path)
    if "equation" in item:
        return _equation_item(item["equation"], annotations, path)
    text = item.get("text", UNDEFINED)
    if not isinstance(text, dict):
        raise failed_validation(f"{path}.text", "defined", text)
    content = limited(text.get("content", UNDEFINED), f"{path}.text.content", MAX_TEXT)
    return _text_item(content, _link(text.get("link"), path), annotations)


def _link(link: object, path: str) -> str | None:
    if link is None:
        return None
    url = link.get("url", UNDEFINED) if isinstance(link, dict) else link
    return limited(url, f"{path}.text.link.url", MAX_URL) or None


def limited(text: object, path: str, limit: int) -> str:
    """`text`, which must be a string of at most `limit` characters, as JavaScript counts them.

    Raises:
        ApiError: 400 with the place.
    """
    if not isinstance(text, str):
        raise failed_validation(path, "a string", text)
    length = len(text.encode("utf-16-le", "surrogatepass")) // 2
    if length > limit:
        raise failed_validation(f"{path}.length", f"≤ `{limit}`", length)
    return text


def item_texts(text: str) -> list[str]:
    """`text` in pieces that one item may hold."""
    found, start, used = [], 0, 0
    for at, char in enumerate(text):
        size = 1 if char <= "\uffff" else 2
        if used + size > MAX_TEXT:
            found.append(text[start:at])
            start, used = at, 0
        used += size
    return [*found, text[start:]] if text else []


def _text_item(content: str, link: str | None, annotations: Json) -> Json:
    return {
        "type": "text",
        "text": {"content": content, "link": None if link is None else {"url": link}},
        "annotations": annotations,
        "plain_text": content,
        "href": link,
    }


def _equation_item(equation: Any, annotations: Json, path: str) -> Json:
    given = equation.get("expression", UNDEFINED) if isinstance(equation, dict) else UNDEFINED
    expression = limited(given, f"{path}.equation.expression", MAX_EQUATION)
    return {
        "type": "equation",
        "equation": {"expression": expression},
        "annotations": annotations,
        "plain_text": expression,
        "href": None,
    }


def _mention_item(mention: Any, annotations: Json, path: str) -> Json:
    if not isinstance(mention, dict):
        raise failed_validation(f"{path}.mention", "an object", mention)
    for kind in ("user", "page", "database"):
        if isinstance(mention.get(kind), dict):
            identity = parse_uuid(str(mention[kind].get("id")))
            if identity is None:
                raise failed_validation(
                    f"{path}.mention.{kind}.id", "a valid uuid", mention[kind].get("id", UNDEFINED)
                )
            return _mention(kind, _target(kind, identity), annotations, identity)
    if "date" in mention:
        date = parse_date(mention["date"], f"{path}.mention.date")
        return _mention("date", date, annotations, None)
    raise invalid(f"body failed validation: {path}.mention should be defined.")


def _target(kind: str, identity: str) -> Json:
    return {"object": "user", "id": identity} if kind == "user" else {"id": identity}


def _mention(kind: str, target: Json, annotations: Json, identity: str | None) -> Json:
    # The real text of a mention is the name of what it names at the time of reading; it is put
    # in when the page is shown, where names are known.
    if kind == "date":
        text = target["start"] + (f" → {target['end']}" if target["end"] else "")
    else:
        text = f"@{identity}" if kind == "user" else "Untitled"
    href = f"https://www.notion.so/{identity.replace('-', '')}" if identity else None
    return {
        "type": "mention",
        "mention": {"type": kind, kind: target},
        "annotations": annotations,
        "plain_text": text,
        "href": None if kind == "user" else href,
    }


def _annotations(given: Json, path: str) -> Json:
    for flag in _FLAGS:
        value = given.get(flag)
        if value is not None and not isinstance(value, bool):
            raise failed_validation(f"{path}.{flag}", "a boolean or `undefined`", value)
    flags: Json = {flag: bool(given.get(flag)) for flag in _FLAGS}
    return {**flags, "color": checked_color(given, path)}


def checked_color(given: Json, path: str) -> str:
    """The colour under the key `color`; "default" if there is none.

    Raises:
        ApiError: 400 for one that Notion does not have.
    """
    color = text_in(given, "color", path) or "default"
    if color.removesuffix("_background") not in _COLORS:
        raise failed_validation(f"{path}.color", "a color that exists", color)
    return color
