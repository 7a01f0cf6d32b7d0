"""Stretches of rich text in one style: what the reader and the writer of Markdown share."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from notion_gitops.sandbox.values.richtext import item_texts, rich_text_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from notion_gitops.sandbox.basics.messages import Json

MARKS = {"bold": "**", "italic": "*", "strikethrough": "~~"}
"""Formats that are written as a mark on both sides."""

_SPECIAL = re.compile(r"([\\*~`$\[\]<>{}|^])")  # as Notion's documentation lists them
_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
_BACKGROUND, _SHORT = "_background", "_bg"


@dataclass(frozen=True, slots=True)
class Style:
    """How a stretch of text looks, and where it leads."""

    flags: frozenset[str] = frozenset()  # of "bold", "italic", "strikethrough"
    underline: bool = False
    code: bool = False
    color: str = "default"
    link: str | None = None

    def with_flag(self, flag: str) -> Style:
        """The same with one more flag."""
        return replace(self, flags=self.flags | {flag})


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text, an equation, or a mention."""

    text: str  # of a text or an equation
    style: Style = Style()
    mention: Json | None = None  # as a request sends it
    is_equation: bool = False

    @property
    def is_text(self) -> bool:
        """Whether it is neither an equation nor a mention."""
        return self.mention is None and not self.is_equation


def merged(pieces: Iterable[Piece]) -> list[Piece]:
    """The pieces, with neighbours of one style put together."""
    out: list[Piece] = []
    for piece in pieces:
        last = out[-1] if out else None
        if last and last.is_text and piece.is_text and last.style == piece.style:
            out[-1] = replace(last, text=last.text + piece.text)
        elif piece.text or not piece.is_text:
            out.append(piece)
    return out


def items_of(pieces: Iterable[Piece], path: str) -> list[Json]:
    """Rich text as kept and shown, in items of at most 2,000 characters.

    Raises:
        ApiError: 400 for a link that is too long, or an id that is none.
    """
    sent = []
    for piece in merged(pieces):
        if piece.mention is not None:
            bodies: list[Json] = [{"mention": piece.mention}]
        elif piece.is_equation:
            bodies = [{"equation": {"expression": piece.text}}]
        else:
            link = None if piece.style.link is None else {"url": piece.style.link}
            texts = item_texts(piece.text)
            bodies = [{"text": {"content": text, "link": link}} for text in texts]
        sent += [{**body, "annotations": _annotations(piece.style)} for body in bodies]
    return rich_text_of(sent, path)


def _annotations(style: Style) -> Json:
    flags = dict.fromkeys(style.flags, True)
    return {**flags, "underline": style.underline, "code": style.code, "color": style.color}


def pieces_of(items: Iterable[Json]) -> list[Piece]:
    """The pieces of rich text as kept."""
    return merged(_piece(item) for item in items)


def _piece(item: Json) -> Piece:
    notes = item["annotations"]
    style = Style(
        frozenset(flag for flag in MARKS if notes[flag]),
        notes["underline"],
        notes["code"] and item["type"] == "text",
        notes["color"],
    )
    match item["type"]:
        case "mention":
            return Piece(item["plain_text"], style, item["mention"])
        case "equation":
            return Piece(item["equation"]["expression"], style, is_equation=True)
        case _:
            text = item["text"]
            link = text["link"]["url"] if text["link"] else None
            return Piece(text["content"], replace(style, link=link))


def escaped(text: str) -> str:
    """Text with a backslash before what means something; line ends as `<br>`."""
    shown = _SPECIAL.sub(r"\\\1", text)
    return shown.replace("\r\n", "<br>").replace("\n", "<br>").replace("\r", "<br>")


def attributes(text: str) -> dict[str, str]:
    """The attributes of a tag or of a block: name to value."""
    return dict(_ATTRIBUTE.findall(text))


def attribute(name: str, value: str) -> str:
    """One attribute with a space before it, its value made harmless."""
    return f' {name}="{value.replace(chr(34), "%22").replace(chr(10), " ")}"'


def color_name(color: str) -> str:
    """The name that Markdown has for a colour: `gray_bg` for `gray_background`."""
    return color.removesuffix(_BACKGROUND) + _SHORT if color.endswith(_BACKGROUND) else color


def color_of(name: str) -> str:
    """The colour of that name in Markdown; the default for one that Notion does not have."""
    from_short = name.removesuffix(_SHORT)
    plain = from_short.removesuffix(_BACKGROUND)
    if plain not in _COLORS:
        return "default"
    return plain if name == plain else plain + _BACKGROUND


_COLORS = ("gray", "brown", "orange", "yellow", "green", "blue", "purple", "pink", "red")
