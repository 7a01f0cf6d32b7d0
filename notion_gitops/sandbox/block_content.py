"""What stands inside a block: the common types, from requests and as Markdown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from notion_gitops.sandbox.icons import parse_icon
from notion_gitops.sandbox.messages import Json, failed_validation, text_in
from notion_gitops.sandbox.richtext import checked_color, parse_rich_text, plain_text, text_items

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_HEADINGS = ("heading_1", "heading_2", "heading_3", "heading_4")
_WITH_TEXT = (
    "paragraph", "bulleted_list_item", "numbered_list_item", "to_do", "quote", "toggle", "code",
    "callout", *_HEADINGS,
)  # fmt: skip
TYPES = (*_WITH_TEXT, "divider")
"""The block types that the sandbox knows."""


def parse_block(given: object, path: str) -> tuple[str, Json]:
    """The type and the content of a block in a request, as kept and shown.

    Raises:
        ApiError: 400 for a type that the sandbox does not have, or a wrong text.
    """
    if not isinstance(given, dict):
        raise failed_validation(path, "an object", given)
    for kind in TYPES:
        if isinstance(given.get(kind), dict):
            return kind, _content(kind, given[kind], f"{path}.{kind}")
    raise failed_validation(f"{path}.type", "a block type that exists", given.get("type"))


def _content(kind: str, given: Json, path: str) -> Json:
    if kind == "divider":
        return {}
    text = parse_rich_text(given.get("rich_text", []), f"{path}.rich_text")
    return _with_text(kind, text, given)


def _with_text(kind: str, text: list[Json], given: Json) -> Json:
    content: Json = {"rich_text": text, "color": checked_color(given, "body.children")}
    match kind:
        case "code":
            language = text_in(given, "language", "body.children") or "plain text"
            return {"caption": [], "rich_text": text, "language": language}
        case "to_do":
            content["checked"] = bool(given.get("checked", False))
        case "paragraph" | "callout":
            content["icon"] = parse_icon(given.get("icon"), "body.children")
        case _ if kind in _HEADINGS:
            content["is_toggleable"] = bool(given.get("is_toggleable", False))
        case _:
            pass
    return content


# Markdown

_LINES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], tuple[str, Json]]], ...] = (
    (re.compile(r"(#{1,4}) +(.*)"), lambda m: (f"heading_{len(m[1])}", {"text": m[2]})),
    (re.compile(r"[-*+] \[([ xX])\] +(.*)"),
     lambda m: ("to_do", {"text": m[2], "checked": m[1] != " "})),
    (re.compile(r"[-*+] +(.*)"), lambda m: ("bulleted_list_item", {"text": m[1]})),
    (re.compile(r"\d+[.)] +(.*)"), lambda m: ("numbered_list_item", {"text": m[1]})),
    (re.compile(r"> ?(.*)"), lambda m: ("quote", {"text": m[1]})),
    (re.compile(r"-{3,}()"), lambda _: ("divider", {})),
)  # fmt: skip
_FENCE = "```"


def blocks_of_markdown(markdown: str) -> Iterator[tuple[str, Json]]:
    """The blocks of Markdown: one a line, fenced code one for all its lines; blank lines vanish."""
    lines = iter(markdown.splitlines())
    for line in lines:
        if line.startswith(_FENCE):
            code = []
            for inner in lines:
                if inner.startswith(_FENCE):
                    break
                code.append(inner)
            given = {"language": line[len(_FENCE) :].strip() or "plain text"}
            yield "code", _with_text("code", text_items("\n".join(code)), given)
        elif line.strip():
            yield _block_of_line(line.strip())


def _block_of_line(line: str) -> tuple[str, Json]:
    for pattern, read in _LINES:
        match = pattern.fullmatch(line)
        if match is not None:
            kind, given = read(match)
            if kind == "divider":
                return kind, {}
            return kind, _with_text(kind, text_items(given["text"]), given)
    return "paragraph", _with_text("paragraph", text_items(line), {})


def markdown_of_block(kind: str, content: Json, number: int) -> str | None:
    """The Markdown of a block, or None for a type that has none; `number` counts list items."""
    text = plain_text(content.get("rich_text", []))
    forms: dict[str, Any] = {
        "paragraph": text,
        "callout": text,
        "toggle": text,
        "bulleted_list_item": f"- {text}",
        "numbered_list_item": f"{number}. {text}",
        "quote": f"> {text}",
        "divider": "---",
    }
    if kind in _HEADINGS:
        return f"{'#' * int(kind[-1])} {text}"
    if kind == "to_do":
        return f"- [{'x' if content['checked'] else ' '}] {text}"
    if kind == "code":
        return f"{_FENCE}{content['language']}\n{text}\n{_FENCE}"
    found: str | None = forms.get(kind)
    return found
