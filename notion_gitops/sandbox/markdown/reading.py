"""Blocks from Notion's enhanced Markdown: one a line, children indented, the rest as tags.

As Notion's documentation describes the format ("Enhanced markdown format"). Blank lines mean
nothing, each line is a block of its own, and what is not understood is a paragraph.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from notion_gitops.sandbox.blocks.content import block_content
from notion_gitops.sandbox.blocks.languages import language_of
from notion_gitops.sandbox.blocks.media import external_file
from notion_gitops.sandbox.blocks.store import CHILD_DATABASE, CHILD_PAGE, UNKNOWN, Draft
from notion_gitops.sandbox.markdown.inline import id_in, read_rich_text
from notion_gitops.sandbox.markdown.pieces import attributes, color_of
from notion_gitops.sandbox.markdown.tables import cells_of_pipes, is_separator, rows_of_tags
from notion_gitops.sandbox.values.icons import is_emoji
from notion_gitops.sandbox.values.richtext import MAX_URL, limited, text_items

if TYPE_CHECKING:
    from notion_gitops.sandbox.basics.messages import Json

PATH = "body.markdown"
EMPTY = "<empty-block/>"
_TAB = 4  # columns
_DEEPEST = 30  # levels; deeper lines stand beside their parent
_LINE_END = re.compile(r"\r\n|\r|\n")
_TRAILER = re.compile(r'(?<!\\)((?:\\\\)*) ?\{((?:(?:color|toggle)="[^"]*" ?)+)\}$')
_FENCE = re.compile(r"(`{3,})([^`]*)")
_HEADING = re.compile(r"(#{1,6})(?: +(.*))?")
_TO_DO = re.compile(r"[-*+] \[([ xX])\](?: +(.*))?")
_BULLET = re.compile(r"[-*+](?: +(.*))?")
_NUMBER = re.compile(r"\d{1,9}[.)](?: +(.*))?")
_QUOTE = re.compile(r">(?: ?(.*))")
_DIVIDER = re.compile(r"-{3,}|\*{3,}|_{3,}")
_PICTURE = re.compile(r"!\[((?:\\.|[^\\])*)\]\(([^\s]+)\)")
_TAG = re.compile(r"<([a-z][\w-]*)((?: [\w-]+=\"[^\"]*\")*) ?(/?)>(?:(.*)</\1>)?")
_SUMMARY = re.compile(r"<summary>(.*)</summary>")
_HIGHEST = 4  # headings beyond are of this level
_CONTAINERS = (
    "details", "callout", "columns", "column", "synced_block", "synced_block_reference",
    "meeting-notes",
)  # fmt: skip
_MEDIA = ("audio", "file", "pdf", "video")
_INDENT_OF_CHILDREN = {"bulleted_list_item": 2, "numbered_list_item": 2, "to_do": 2}  # columns
_CHILDLESS = frozenset({
    "heading_1", "heading_2", "heading_3", "heading_4", "divider", "code", "equation", "image",
    "table",
})  # fmt: skip


def drafts_of(markdown: str) -> tuple[Draft, ...]:
    """The blocks that Markdown stands for.

    Raises:
        ApiError: 400 for what cannot be kept: a link that is too long, a mention of no id.
    """
    return tuple(_Reader(markdown).blocks(0, 0))


@dataclass(frozen=True, slots=True)
class _Line:
    indent: int  # columns
    text: str  # without spaces at its edges
    raw: str


def _line(raw: str) -> _Line:
    text = raw.lstrip(" \t")
    before = raw[: len(raw) - len(text)]
    return _Line(len(before.expandtabs(_TAB)), text.rstrip(" \t"), raw)


class _Reader:
    """Reads lines from the first to the last; no line is read twice."""

    def __init__(self, markdown: str) -> None:
        self._lines = [_line(raw) for raw in _LINE_END.split(markdown)]
        self._at = 0
        self._closing: list[str] = []  # the ends of the tags that are open

    def blocks(self, least: int, depth: int) -> list[Draft]:
        """The blocks from here on that are indented by `least` columns or more."""
        out: list[Draft] = []
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if not line.text:
                self._at += 1
            elif line.indent < least or line.text in self._closing:
                break
            else:
                out += self._block(line, depth)
        return out

    def _block(self, line: _Line, depth: int) -> list[Draft]:
        self._at += 1
        tag = _TAG.fullmatch(line.text)
        if tag is not None and not tag[3] and tag[4] is None and tag[1] in _CONTAINERS:
            return self._container(tag, depth)
        whole = self._whole(line, tag)
        if whole is not None:
            return [whole]
        text, given = _trailer(line.text)
        kind, content = _of_line(text, given)
        toggle = given.get("toggle") == "true" and kind.startswith("heading")
        children: list[Draft] = []
        if (toggle or kind not in _CHILDLESS) and depth < _DEEPEST:
            step = _INDENT_OF_CHILDREN.get(kind, _TAB)
            children = self.blocks(line.indent + step, depth + 1)
        return [Draft(kind, content, tuple(children))]

    def _whole(self, line: _Line, tag: re.Match[str] | None) -> Draft | None:
        """A block whose extent is marked, or which is a tag of one line."""
        fence = _FENCE.fullmatch(line.text)
        if fence is not None:
            text = self._until(line, re.compile(rf"`{{{len(fence[1])},}}"))
            given = {"language": language_of(fence[2].strip())}
            return Draft("code", block_content("code", text_items(text), given))
        if line.text == "$$":
            text = self._until(line, re.compile(r"\$\$"))
            return Draft("equation", {"expression": text})
        if tag is not None and tag[1] == "table":
            rows = rows_of_tags(self._until(line, re.compile(r"</table>")))
            given = attributes(tag[2])
            header, column = given.get("header-row"), given.get("header-column")
            return _table(rows, header=header == "true", column=column == "true")
        if line.text.startswith("|") and self._is_next(is_separator):
            return self._pipes(line)
        return _of_tag(tag[1], attributes(tag[2]), tag[4] or "") if tag is not None else None

    def _is_next(self, test: object) -> bool:
        following = self._lines[self._at] if self._at < len(self._lines) else None
        return following is not None and callable(test) and bool(test(following.text))

    def _pipes(self, line: _Line) -> Draft:
        """A table as GitHub writes it: a header, a line of dashes, rows."""
        rows = [cells_of_pipes(line.text)]
        self._at += 1
        while self._is_next(lambda text: text.startswith("|")):
            rows.append(cells_of_pipes(self._lines[self._at].text))
            self._at += 1
        return _table(rows, header=True, column=False)

    def _until(self, opening: _Line, closing: re.Pattern[str]) -> str:
        """The text up to the line that closes, without the indentation of the opening one."""
        out = []
        while self._at < len(self._lines):
            line = self._lines[self._at]
            self._at += 1
            if closing.fullmatch(line.text):
                break
            out.append(_dedented(line.raw, opening.indent))
        return "\n".join(out)

    def _container(self, tag: re.Match[str], depth: int) -> list[Draft]:
        name, given = tag[1], attributes(tag[2])
        summary = None
        if name == "details" and self._at < len(self._lines):
            summary = _SUMMARY.fullmatch(self._lines[self._at].text)
            self._at += summary is not None
        self._closing.append(f"</{name}>")
        inner = self.blocks(0, depth + 1) if depth < _DEEPEST else []
        self._closing.pop()
        if self._at < len(self._lines) and self._lines[self._at].text == f"</{name}>":
            self._at += 1
        return _contained(name, given, summary[1] if summary else "", inner)


def _dedented(raw: str, columns: int) -> str:
    at, width = 0, 0
    while width < columns and at < len(raw) and raw[at] in " \t":
        width += _TAB if raw[at] == "\t" else 1
        at += 1
    return raw[at:]


def _trailer(text: str) -> tuple[str, dict[str, str]]:
    """A line without the attributes at its end, and those attributes."""
    match = _TRAILER.search(text)
    if match is None:
        return text, {}
    return (text[: match.start()] + match[1]).rstrip(" \t"), attributes(match[2])


def _of_line(text: str, given: dict[str, str]) -> tuple[str, Json]:
    """The type and content of a block of one line."""
    about: Json = {"color": color_of(given.get("color", ""))}
    if _DIVIDER.fullmatch(text):
        return "divider", {}
    if text == EMPTY:
        return _text("paragraph", "", about)
    if match := _HEADING.fullmatch(text):
        kind = f"heading_{min(len(match[1]), _HIGHEST)}"
        return _text(kind, match[2], {**about, "is_toggleable": given.get("toggle") == "true"})
    if match := _TO_DO.fullmatch(text):
        return _text("to_do", match[2], {**about, "checked": match[1] != " "})
    if match := _PICTURE.fullmatch(text):
        return "image", _media("image", match[2], match[1])
    for kind, pattern in (
        ("bulleted_list_item", _BULLET),
        ("numbered_list_item", _NUMBER),
        ("quote", _QUOTE),
    ):
        if match := pattern.fullmatch(text):
            return _text(kind, match[1], about)
    return _text("paragraph", text, about)


def _text(kind: str, text: str | None, given: Json) -> tuple[str, Json]:
    return kind, block_content(kind, read_rich_text(text or "", PATH), given)


def _media(kind: str, url: str, caption: str) -> Json:
    return external_file(kind, limited(url, PATH, MAX_URL), read_rich_text(caption, PATH))


def _of_tag(name: str, given: dict[str, str], inner: str) -> Draft | None:
    """A block that is one tag; None for a tag that is no block."""
    match name:
        case "page" | "database":
            kind = CHILD_PAGE if name == "page" else CHILD_DATABASE
            url = given.get("url", "")
            return Draft(kind, {"url": url}, identity=id_in(url) or url)
        case "unknown":
            url = given.get("url", "")
            content = {"url": url, "alt": given.get("alt", "")}
            return Draft(UNKNOWN, content, identity=id_in(url) or url)
        case "table_of_contents":
            return Draft("table_of_contents", {"color": color_of(given.get("color", ""))})
        case _ if name in _MEDIA and "src" in given:
            return Draft(name, _media(name, given["src"], inner))
        case _:
            return None


def _contained(name: str, given: dict[str, str], title: str, inner: list[Draft]) -> list[Draft]:
    """The block of a tag around others."""
    about: Json = {"color": color_of(given.get("color", ""))}
    children = tuple(inner)
    match name:
        case "details":
            return [Draft(*_text("toggle", title, about), children)]
        case "callout":
            return [_callout(given, about, children)]
        case "columns":
            columns = tuple(child for child in children if child.kind == "column")
            return [Draft("column_list", {}, columns)] if columns else list(children)
        case "column":
            return [Draft("column", {}, children)]
        case "meeting-notes":
            first = children[0].content.get("rich_text", []) if children else []
            return [Draft("meeting_notes", {"title": first})]
        case _:
            return [Draft("synced_block", {"synced_from": None}, children)]


def _callout(given: dict[str, str], about: Json, children: tuple[Draft, ...]) -> Draft:
    icon = given.get("icon", "")
    shown: Json | None = None  # also of what is neither an address nor an emoji
    if icon.startswith(("http://", "https://")):
        shown = {"external": {"url": icon}}
    elif is_emoji(icon):
        shown = {"emoji": icon}
    first = children[0] if children else None
    text: list[Json] = []
    if first is not None and first.kind == "paragraph" and not first.children:
        text, children = first.content["rich_text"], children[1:]
    content = block_content("callout", text, {**about, "icon": shown})
    return Draft("callout", content, children)


def _table(rows: list[list[str]], *, header: bool, column: bool) -> Draft:
    width = max((len(row) for row in rows), default=1)
    content = {"table_width": width, "has_column_header": header, "has_row_header": column}
    shown = []
    for row in rows:
        texts = [read_rich_text(cell, PATH) for cell in row]
        shown.append(Draft("table_row", {"cells": texts + [[]] * (width - len(row))}))
    return Draft("table", content, tuple(shown))
