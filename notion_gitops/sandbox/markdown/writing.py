"""Blocks as Notion's enhanced Markdown; `markdown_reading` reads it back.

Some blocks are shown in a form that reads back as another block, and some not at all, as observed:
a table of contents is `[TOC]`, of a synced block only what is in it is seen, and a bookmark, an
embed or a link to a page is an `<unknown>` tag whose block id is listed beside the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from notion_gitops.sandbox.blocks.store import CHILD_DATABASE, CHILD_PAGE, Node
from notion_gitops.sandbox.markdown.pieces import attribute, color_name, escaped
from notion_gitops.sandbox.markdown.reading import EMPTY
from notion_gitops.sandbox.markdown.text import written_text, written_url
from notion_gitops.sandbox.values.cells import Cells
from notion_gitops.sandbox.values.file_links import shown_file
from notion_gitops.sandbox.values.richtext import plain_text
from notion_gitops.sandbox.values.shapes import page_url

if TYPE_CHECKING:
    from collections.abc import Sequence

    from notion_gitops.sandbox.basics.messages import Json
    from notion_gitops.sandbox.call import Call

_TAB = "\t"
_LOOKS_LIKE_BLOCK = re.compile(r"#{1,6}(?= |$)|[-+](?= |$)|(?:-{3,}|_{3,})$")
_LOOKS_LIKE_NUMBER = re.compile(r"(\d{1,9})[.)](?: |$)")
_MARKERS = {"bulleted_list_item": "-", "quote": ">"}
_ALT = {"link_to_page": "alias"}
_MEDIA = ("audio", "file", "pdf", "video")


@dataclass(frozen=True, slots=True)
class Written:
    """The Markdown of blocks."""

    markdown: str
    truncated: bool  # there were more blocks than are shown
    unknown: tuple[str, ...]  # ids of the blocks that stand as `<unknown>`


def written(call: Call, nodes: Sequence[Node]) -> Written:
    """The Markdown of blocks; what is over the limit stands as `<unknown>`, not looked into."""
    writer = _Writer(call)
    writer.nodes(nodes, "")
    return Written("\n".join(writer.lines), writer.truncated, tuple(writer.unknown))


class _Writer:
    """Writes line after line."""

    def __init__(self, call: Call) -> None:
        self.lines: list[str] = []
        self.unknown: list[str] = []
        self.truncated = False
        self._call = call
        self._records = 0

    def nodes(self, nodes: Sequence[Node], tabs: str) -> None:
        number = 0
        for node in nodes:
            number = number + 1 if node.kind == "numbered_list_item" else 0
            self._records += 1
            if self._records > self._call.markdown_cap:
                self.truncated = True
                self._unknown(node, tabs)
            else:
                self._node(node, tabs, number)

    def _node(self, node: Node, tabs: str, number: int) -> None:
        content = node.content
        match node.kind:
            case "toggle" | "callout" | "column_list" | "column" | "synced_block":
                self._container(node, tabs)
            case "code":
                self._code(content, tabs)
            case "equation":
                self._say(tabs, "$$", *content["expression"].split("\n"), "$$")
            case "divider":
                self._say(tabs, "---")
            case "table_of_contents":
                self._say(tabs, "[TOC]")
            case "table":
                self._table(node, tabs)
            case "table_row":
                self._row(node, tabs)
            case "meeting_notes":
                title = self._text(content["title"]) or EMPTY
                self._say(tabs, "<meeting-notes>", _TAB + title, "</meeting-notes>")
            case _ if "rich_text" in content and node.kind != "template":
                self._say(tabs, self._line(node, number))
                self.nodes(node.children, tabs + _TAB)
            case _:
                self._reference(node, tabs)

    def _say(self, tabs: str, *lines: str) -> None:
        self.lines += [tabs + line if line else "" for line in lines]

    def _text(self, items: Sequence[Json]) -> str:
        return written_text(items, self._name)

    def _name(self, kind: str, identity: str) -> str:
        """What a mention of a user, page or database shows."""
        if kind == "user":
            return self._call.world.user(identity).name or "Anonymous"
        if kind == "database":
            doc = self._call.world.database(identity)
            seen = doc is not None and self._call.sees_database(identity)
            return plain_text(doc["title"]) if doc is not None and seen else ""
        page = self._call.world.page(identity)
        seen = page is not None and self._call.sees_page(page)
        return Cells(self._call).title(page) if page is not None and seen else ""

    def _line(self, node: Node, number: int) -> str:
        content = node.content
        text = self._text(content["rich_text"])
        given = _color(content)
        match node.kind:
            case "paragraph":
                marker, text = "", _not_a_block(text) or EMPTY
            case "numbered_list_item":
                marker = f"{number}."
            case "to_do":
                marker = f"- [{'x' if content['checked'] else ' '}]"
            case kind if kind.startswith("heading_"):
                marker = "#" * int(kind[-1])
                given = attribute("toggle", "true") + given if content["is_toggleable"] else given
            case kind:
                marker = _MARKERS[kind]
        shown = f"{marker} {text}".strip(" ")
        return f"{shown} {{{given.strip()}}}" if given and shown != EMPTY else shown

    def _code(self, content: Json, tabs: str) -> None:
        text = plain_text(content["rich_text"])
        runs = re.findall(r"^[ \t]*(`{3,})", text, re.MULTILINE)
        fence = max(runs, key=len) + "`" if runs else "```"
        self._say(tabs, f"{fence}{content['language']}", *re.split(r"\r\n|\r|\n", text), fence)

    def _container(self, node: Node, tabs: str) -> None:
        given = _color(node.content)
        match node.kind:
            case "synced_block":
                self.nodes(node.children, tabs)
            case "toggle":
                title = self._text(node.content["rich_text"])
                self._say(tabs, f"<details{given}>", f"<summary>{title}</summary>")
                self.nodes(node.children, tabs + _TAB)
                self._say(tabs, "</details>")
            case "callout":
                self._callout(node, tabs, given)
            case kind:
                name = "columns" if kind == "column_list" else "column"
                self._say(tabs, f"<{name}>")
                self.nodes(node.children, tabs + _TAB)
                self._say(tabs, f"</{name}>")

    def _callout(self, node: Node, tabs: str, given: str) -> None:
        icon = node.content["icon"] or {}
        shown = icon.get("emoji") or (icon.get("external") or {}).get("url")
        self._say(tabs, f"<callout{attribute('icon', shown) if shown else ''}{given}>")
        text = _not_a_block(self._text(node.content["rich_text"]))
        if text or node.children:
            self._say(tabs + _TAB, text or EMPTY)
        self.nodes(node.children, tabs + _TAB)
        self._say(tabs, "</callout>")

    def _table(self, node: Node, tabs: str) -> None:
        given = attribute("header-row", "true") if node.content["has_column_header"] else ""
        given += attribute("header-column", "true") if node.content["has_row_header"] else ""
        self._say(tabs, f"<table{given}>")
        self.nodes(node.children, tabs)
        self._say(tabs, "</table>")

    def _row(self, node: Node, tabs: str) -> None:
        cells = [f"<td>{self._text(cell)}</td>" for cell in node.content["cells"]]
        self._say(tabs, "<tr>", *cells, "</tr>")

    def _reference(self, node: Node, tabs: str) -> None:
        """A block that is shown by what it leads to, or not at all."""
        content = node.content
        if node.kind == CHILD_DATABASE and not self._call.sees_database(node.id):
            self._unknown(node, tabs)
        elif node.kind == CHILD_PAGE:
            title = escaped(self._name("page", node.id))
            self._say(tabs, f'<page url="{page_url(node.id)}">{title}</page>')
        elif node.kind == CHILD_DATABASE:
            doc = self._call.world.the_database(node.id)
            inline = attribute("inline", "true" if doc["is_inline"] else "false")
            title = escaped(plain_text(doc["title"]))
            self._say(tabs, f'<database url="{page_url(node.id)}"{inline}>{title}</database>')
        elif node.kind == "image":
            caption = self._text(content["caption"])
            self._say(tabs, f"![{caption}]({written_url(self._source(content))})")
        elif node.kind in _MEDIA:
            source = attribute("src", self._source(content))
            caption = self._text(content["caption"])
            self._say(tabs, f"<{node.kind}{source}>{caption}</{node.kind}>")
        else:
            self._unknown(node, tabs)

    def _source(self, content: Json) -> str:
        """The address of a file; that of an upload is another at every reading."""
        shown = shown_file(self._call, content) or content
        url: str = shown[content["type"]]["url"]
        return url

    def _unknown(self, node: Node, tabs: str) -> None:
        self.unknown.append(node.id)
        alt = node.content.get("block_type") or _ALT.get(node.kind, node.kind)
        self._say(tabs, f'<unknown url="{page_url(node.id)}"{attribute("alt", alt)}/>')


def _color(content: Json) -> str:
    color = content.get("color", "default")
    return "" if color == "default" else attribute("color", color_name(color))


def _not_a_block(text: str) -> str:
    """The text of a paragraph, with a backslash where its beginning looks like another block."""
    if _LOOKS_LIKE_BLOCK.match(text):
        return f"\\{text}"
    number = _LOOKS_LIKE_NUMBER.match(text)
    return f"{number[1]}\\{text[number.end(1) :]}" if number else text
