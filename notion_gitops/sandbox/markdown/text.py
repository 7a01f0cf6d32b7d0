"""Rich text as Notion's enhanced Markdown; `markdown_inline` reads it back."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING
from urllib.parse import quote

from notion_gitops.sandbox.markdown.pieces import (
    MARKS,
    Piece,
    attribute,
    color_name,
    escaped,
    pieces_of,
)
from notion_gitops.sandbox.values.dates import is_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from notion_gitops.sandbox.basics.messages import Json

Naming = Callable[[str, str], str]
"""Gives the present name of a "user", "page" or "database" of an id."""

_BALANCED = re.compile(r"(?:[^\s()<>\"]|\([^\s()<>\"]*\))+")
_EDGES = re.compile(r"(\s*)((?:.|\n)*?)(\s*)\Z")
_URL_SAFE = "!#$%&'*+,-./:;=?@[]_~|^{}`\\"


def written_text(items: Iterable[Json], naming: Naming) -> str:
    """Rich text in one line of Markdown, without spaces at its edges."""
    out = ""
    for (link, underline, color), group in groupby(pieces_of(items), _frame):
        inner = _marked(list(group), naming)
        if link is not None:
            out = _no_picture(out)
            inner = f"[{inner}]({written_url(link)})"
        given = attribute("color", color_name(color)) if color != "default" else ""
        given += attribute("underline", "true") if underline else ""
        out += f"<span{given}>{inner}</span>" if given else inner
    return out.strip(" \t")


def _frame(piece: Piece) -> tuple[str | None, bool, str]:
    """What is written around a stretch of pieces, not as marks within it."""
    return piece.style.link, piece.style.underline, piece.style.color


def _no_picture(before: str) -> str:
    """`!` before a link would make it a picture."""
    return f"{before[:-1]}\\!" if before.endswith("!") and not before.endswith("\\!") else before


def written_url(url: str) -> str:
    """An address as it may stand in parentheses."""
    return url if _BALANCED.fullmatch(url) else quote(url, safe=_URL_SAFE)


def _marked(pieces: Sequence[Piece], naming: Naming) -> str:
    """Pieces that differ in bold, italic and strikethrough only."""
    parts = [part for piece in pieces for part in _parts(piece, naming)]
    out, active = "", frozenset[str]()
    for at, (text, own) in enumerate(parts):
        flags = own & active & _next_flags(parts, at) if text.isspace() else own
        out += "".join(MARKS[flag] for flag in MARKS if flag in active ^ flags) + text
        active = flags
    return out + "".join(MARKS[flag] for flag in MARKS if flag in active)


def _next_flags(parts: list[tuple[str, frozenset[str]]], at: int) -> frozenset[str]:
    following = (flags for text, flags in parts[at + 1 :] if not text.isspace())
    return next(following, frozenset())


def _parts(piece: Piece, naming: Naming) -> list[tuple[str, frozenset[str]]]:
    """The text of a piece, spaces at its edges apart: no mark may stand beside a space."""
    flags = piece.style.flags
    if piece.mention is not None:
        return [(_mention(piece.mention, naming), flags)]
    if piece.is_equation:
        return [(f"$`{piece.text.replace(chr(10), ' ')}`$", flags)]
    if piece.style.code:
        return [(_code(piece.text), flags)]
    match = _EDGES.match(piece.text)
    edges = match.groups() if match is not None else (piece.text,)
    return [(escaped(part), flags) for part in edges if part]


def _code(text: str) -> str:
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if longest else ""
    return f"{fence}{pad}{re.sub(chr(13) + '?' + chr(10), '<br>', text)}{pad}{fence}"


def _mention(mention: Json, naming: Naming) -> str:
    match mention["type"]:
        case "user":
            identity = mention["user"]["id"]
            name = escaped(naming("user", identity))
            return f'<mention-user url="user://{identity}">{name}</mention-user>'
        case "date":
            return f"<mention-date{_date(mention['date'])}/>"
        case kind:
            identity = mention[kind]["id"]
            url = f"https://www.notion.so/{identity.replace('-', '')}"
            return f'<mention-{kind} url="{url}">{escaped(naming(kind, identity))}</mention-{kind}>'


def _date(date: Json) -> str:
    out, timed = "", False
    for key in ("start", "end"):
        if date[key] is None:
            continue
        if is_day(date[key]):
            out += attribute(key, date[key])
            continue
        moment = datetime.fromisoformat(date[key]).astimezone(UTC)
        out += attribute(key, moment.date().isoformat())
        out += attribute(f"{key}Time", moment.strftime("%H:%M"))
        timed = True
    return out + (attribute("timeZone", "UTC") if timed else "")
