"""What stands in a block: read from requests, in the form that is kept and shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from notion_gitops.sandbox.basics.messages import (
    UNDEFINED,
    Json,
    complaint,
    failed_validation,
    invalid,
    text_in,
)
from notion_gitops.sandbox.blocks.languages import LANGUAGES, PLAIN
from notion_gitops.sandbox.blocks.media import (
    MEDIA_TYPES,
    URL_TYPES,
    media_content,
    url_content,
)
from notion_gitops.sandbox.blocks.store import Draft, seen_block
from notion_gitops.sandbox.call import checked_id
from notion_gitops.sandbox.values.icons import parse_icon
from notion_gitops.sandbox.values.richtext import (
    MAX_EQUATION,
    checked_color,
    limited,
    parse_rich_text,
)

if TYPE_CHECKING:
    from notion_gitops.sandbox.call import Call

MAX_CHILDREN = 100
MAX_BLOCKS = 1000  # in one request, at all depths
MAX_DEPTH = 2  # levels of children below the blocks of a request
_MIN_COLUMNS = 2
_LIST_FORMATS = ("numbers", "letters", "roman")

_HEADINGS = ("heading_1", "heading_2", "heading_3", "heading_4")
_WITH_TEXT = (
    "paragraph", "bulleted_list_item", "numbered_list_item", "quote", "to_do", "toggle", "callout",
    *_HEADINGS,
)  # fmt: skip
_WITH_CHILDREN = frozenset({
    *_WITH_TEXT, "template", "synced_block", "column_list", "column", "table",
})  # fmt: skip
_HOLDERS = {"table_row": "table", "column": "column_list"}
"""Types that stand in one type of block only, which holds nothing else."""

PAGE = "page"
TYPES = (
    "embed", "bookmark", "image", "video", "pdf", "file", "audio", "code", "equation", "divider",
    "breadcrumb", "table_of_contents", "link_to_page", "table_row", "table", "column_list",
    "column", *_HEADINGS, "paragraph", "bulleted_list_item", "numbered_list_item", "quote", "to_do",
    "toggle", "template", "callout", "synced_block",
)  # fmt: skip
"""The block types that a request may send, in the order in which Notion names them."""


def parse_blocks(call: Call, given: object, path: str, parent: str = PAGE) -> list[Draft]:
    """The blocks of a request.

    Args:
        call: the request.
        given: what it sends.
        path: where that stands.
        parent: the type of the block that they go into, or PAGE.

    Raises:
        ApiError: 400 with the place, for a wrong form, for too many blocks or levels, and for
            blocks that cannot stand there.
    """
    drafts = _children(call, given, path, MAX_DEPTH)
    _check_parent(drafts, path, parent)
    count = _count(drafts)
    if count > MAX_BLOCKS:
        raise invalid(f"The request holds {count} blocks; at most {MAX_BLOCKS} are allowed.")
    return drafts


def _check_parent(drafts: list[Draft] | tuple[Draft, ...], path: str, parent: str) -> None:
    """Refuse blocks whose type does not go into a parent of that type."""
    if drafts and parent != PAGE and parent not in _WITH_CHILDREN:
        raise invalid(f"Block of type {parent} does not support children.")
    for at, draft in enumerate(drafts):
        holder = _HOLDERS.get(draft.kind)
        wanted = next((inner for inner, outer in _HOLDERS.items() if outer == parent), None)
        if holder not in (None, parent):
            raise failed_validation(f"{path}[{at}].{draft.kind}", "not present", draft.content)
        if wanted not in (None, draft.kind):
            raise failed_validation(f"{path}[{at}].{wanted}", "defined", UNDEFINED)


def _count(drafts: list[Draft] | tuple[Draft, ...]) -> int:
    return sum(1 + _count(draft.children) for draft in drafts)


def _children(call: Call, given: object, path: str, depth: int) -> list[Draft]:
    if not isinstance(given, list):
        raise failed_validation(path, "an array", given)
    if len(given) > MAX_CHILDREN:
        raise failed_validation(f"{path}.length", f"≤ `{MAX_CHILDREN}`", len(given))
    return [_block(call, child, f"{path}[{at}]", depth) for at, child in enumerate(given)]


def _block(call: Call, given: object, path: str, depth: int) -> Draft:
    if not isinstance(given, dict):
        raise failed_validation(path, "an object", given)
    kind = _kind(given, path)
    inner = f"{path}.{kind}"
    content = given[kind]
    if not isinstance(content, dict):
        raise failed_validation(inner, "an object", content)
    children: list[Draft] = []
    if "children" in content:
        if kind not in _WITH_CHILDREN or depth == 0:
            raise failed_validation(f"{inner}.children", "not present", content["children"])
        children = _children(call, content["children"], f"{inner}.children", depth - 1)
    draft = Draft(kind, parse_content(call, kind, content, inner), tuple(children))
    _check_children(draft, inner)
    return draft


def _kind(given: Json, path: str) -> str:
    """The type of a block in a request.

    Raises:
        ApiError: 400, which names all types as Notion's does.
    """
    found = [kind for kind in TYPES if kind in given]
    kind = given.get("type", found[0] if found else None)
    if kind in TYPES and kind in found:
        for other in found:
            if other != kind:
                raise failed_validation(f"{path}.{other}", "not present", given[other])
        return str(kind)
    if kind in TYPES:
        raise failed_validation(f"{path}.{kind}", "defined", UNDEFINED)
    lines = [complaint(f"{path}.{one}", "defined", UNDEFINED) for one in TYPES]
    raise invalid("\n".join(["body failed validation. Fix one:", *lines]))


def _check_children(draft: Draft, path: str) -> None:
    """Refuse tables and columns that do not fit together."""
    _check_parent(draft.children, f"{path}.children", draft.kind)
    least = {"column_list": _MIN_COLUMNS, "table": 1}.get(draft.kind, 0)
    if len(draft.children) < least:
        raise failed_validation(f"{path}.children.length", f"≥ `{least}`", len(draft.children))
    if draft.kind == "table":
        for row in draft.children:
            check_width(row.content, draft.content["table_width"])


def check_width(row: Json, width: int) -> None:
    """Refuse (400) a row of a table that has more or fewer cells than the table."""
    if len(row["cells"]) != width:
        raise invalid(
            "Number of cells in table row must match the table width of the parent table."
        )


def parse_content(call: Call, kind: str, given: Json, path: str) -> Json:
    """What a request says about a block of one of TYPES, as kept and shown.

    Raises:
        ApiError: 400 with the place.
    """
    if kind in _WITH_TEXT or kind == "code":
        text = parse_rich_text(given.get("rich_text", UNDEFINED), f"{path}.rich_text")
        return block_content(kind, text, given, path, call)
    if kind in MEDIA_TYPES:
        return media_content(call, kind, given, path)
    if kind in URL_TYPES:
        return url_content(given, path)
    match kind:
        case "table" | "table_row":
            return _table_content(kind, given, path)
        case "synced_block":
            return {"synced_from": _original(call, given.get("synced_from"), path)}
        case "link_to_page":
            return _link(call, given, path)
        case _:
            return _small_content(kind, given, path)


def _small_content(kind: str, given: Json, path: str) -> Json:
    match kind:
        case "template":
            return {"rich_text": parse_rich_text(given.get("rich_text", []), f"{path}.rich_text")}
        case "equation":
            text = given.get("expression", UNDEFINED)
            return {"expression": limited(text, f"{path}.expression", MAX_EQUATION)}
        case "table_of_contents":
            return {"color": checked_color(given, path)}
        case "column" if given.get("width_ratio") is not None:
            ratio = given["width_ratio"]
            if isinstance(ratio, bool) or not isinstance(ratio, int | float):
                raise failed_validation(f"{path}.width_ratio", "a number or `undefined`", ratio)
            return {"width_ratio": ratio}
        case _:  # divider, breadcrumb, column_list, column
            return {}


def block_content(
    kind: str,
    text: list[Json],
    given: Json,
    path: str = "body.children",
    call: Call | None = None,
) -> Json:
    """What stands in a block of a type with text.

    Args:
        kind: the type.
        text: its rich text, as kept.
        given: what a request says beside it: `color`, `checked`, `is_toggleable`, ...
        path: where that stands, for messages.
        call: the request; without it, icons that are files are not taken.
    """
    if kind == "code":
        caption = parse_rich_text(given.get("caption", []), f"{path}.caption")
        return {"caption": caption, "rich_text": text, "language": _language(given, path)}
    content: Json = {"rich_text": text, "color": checked_color(given, path)}
    match kind:
        case "to_do":
            content["checked"] = _flag(given, "checked", path)
        case "paragraph" | "callout":
            content["icon"] = parse_icon(call, given.get("icon"), f"{path}.icon")
        case "numbered_list_item":
            content |= _numbering(given, path)
        case _ if kind in _HEADINGS:
            content["is_toggleable"] = _flag(given, "is_toggleable", path)
        case _:
            pass
    return content


def _numbering(given: Json, path: str) -> Json:
    """Where a numbered list begins, and how it counts, if it says so."""
    found: Json = {}
    start, form = given.get("list_start_index"), given.get("list_format")
    if start is not None:
        if isinstance(start, bool) or not isinstance(start, int):
            raise failed_validation(f"{path}.list_start_index", "a number or `undefined`", start)
        found["list_start_index"] = start
    if form is not None:
        if form not in _LIST_FORMATS:
            known = ", ".join(f'`"{one}"`' for one in _LIST_FORMATS)
            raise failed_validation(f"{path}.list_format", known, form)
        found["list_format"] = form
    return found


def _flag(given: Json, key: str, path: str) -> bool:
    value = given.get(key, False)
    if not isinstance(value, bool):
        raise failed_validation(f"{path}.{key}", "a boolean or `undefined`", value)
    return value


def _language(given: Json, path: str) -> str:
    language = text_in(given, "language", path) or PLAIN
    if language not in LANGUAGES:
        known = ", ".join(f'`"{one}"`' for one in LANGUAGES)
        raise failed_validation(f"{path}.language", known, language)
    return language


def _table_content(kind: str, given: Json, path: str) -> Json:
    if kind == "table_row":
        cells = given.get("cells", UNDEFINED)
        if not isinstance(cells, list):
            raise failed_validation(f"{path}.cells", "an array", cells)
        rows = [parse_rich_text(cell, f"{path}.cells[{at}]") for at, cell in enumerate(cells)]
        return {"cells": rows}
    width = given.get("table_width", UNDEFINED)
    if not isinstance(width, int) or isinstance(width, bool) or width < 1:
        raise failed_validation(f"{path}.table_width", "a number", width)
    return {
        "table_width": width,
        "has_column_header": _flag(given, "has_column_header", path),
        "has_row_header": _flag(given, "has_row_header", path),
    }


def _original(call: Call, given: Any, path: str) -> Json | None:
    """What a synced block shows: null for one that has its own content."""
    if given is None:
        return None
    identity = given.get("block_id", UNDEFINED) if isinstance(given, dict) else given
    place = f"{path}.synced_from.block_id"
    row = seen_block(call, checked_id(identity, place))
    if row is None or row["type"] != "synced_block":
        raise call.missing("block", checked_id(identity, place))
    return {"type": "block_id", "block_id": row["id"]}


def _link(call: Call, given: Json, path: str) -> Json:
    for key, find in (("page_id", call.find_page), ("database_id", call.find_database)):
        if key in given:
            find(given[key], f"{path}.{key}")
            return {"type": key, key: checked_id(given[key], f"{path}.{key}")}
    raise failed_validation(f"{path}.page_id", "defined", UNDEFINED)
