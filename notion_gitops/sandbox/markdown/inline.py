"""Rich text from Notion's enhanced Markdown.

The forms are those of Notion's documentation, "Enhanced markdown format". What it leaves open is
as observed: `$x$` stays text, `$$x$$` within a line is an equation, a bare address is a link.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from notion_gitops.sandbox.basics.identity import parse_uuid
from notion_gitops.sandbox.markdown.pieces import (
    MARKS,
    Piece,
    Style,
    attributes,
    color_of,
    items_of,
)

if TYPE_CHECKING:
    from notion_gitops.sandbox.basics.messages import Json

_MOST_NESTED = 20  # spans within spans; deeper ones stay text
_CODE = r"(?<!`)(`+)(?!`)((?:.|\n)*?[^`])\1(?!`)"
_PAIRS = re.compile(rf"\\.|{_CODE}|(?P<bracket>[\[\]])|(?P<open><span\b[^>]*>)|(?P<close></span>)")
_PLAIN = re.compile(r"[^\\`$*~\[<h]+|h(?!ttps?://)")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_MATH = re.compile(r"\$`((?:[^`]|`(?!\$)){1,1000})`\$|\$\$([^$\s](?:[^$]{0,998}[^$\s])?)\$\$")
_CODE_SPAN = re.compile(_CODE)
_MARK = re.compile(r"\*+|~+")
_BREAK = re.compile(r"<br ?/?>")
_MENTION = re.compile(
    r"<mention-(user|page|database|date)((?: [\w-]+=\"[^\"]*\")*) ?"
    r"(?:/>|>(?:(?!</mention-)(?:.|\n)){0,2000}</mention-\1>)"
)
_SPAN = re.compile(r"<span\b([^>]*)>")
_URL = r"(?:[^\s()<>]|\([^\s()<>]*\))*"
_TARGET = re.compile(rf"\(\s*<?({_URL})>?(?:\s+\"[^\"]*\")?\s*\)")
_IN_URL = r"\s<>\\\[\]*~`{}|^\"$"
_ADDRESS = re.compile(
    rf"<(https?://[^\s<>]+)>|(?<!\w)(https?://[^{_IN_URL}]*[^{_IN_URL}.,;:!?'()])"
)
_ID = re.compile(r"(?=([0-9a-f]{32})(?![0-9a-f]))")
_FLAG_OF = {mark: flag for flag, mark in MARKS.items()}


def read_rich_text(text: str, path: str) -> list[Json]:
    """The rich text that one line of Markdown stands for, as kept and shown.

    Raises:
        ApiError: 400 for a link that is too long, or a mention of what is no id.
    """
    return items_of(_Reader(text.strip(" \t"), 0).pieces(), path)


@dataclass(frozen=True, slots=True)
class _Mark:
    """Stars or tildes that may begin or end a format."""

    flag: str
    opens: bool
    closes: bool


class _Reader:
    """Reads one stretch of Markdown from its beginning to its end."""

    def __init__(self, text: str, depth: int, *, in_link: bool = False) -> None:
        self._text = text
        self._depth = depth
        self._in_link = in_link
        self._at = 0
        self._ends = _matching(text)
        self._out: list[Piece | _Mark] = []

    def pieces(self) -> list[Piece]:
        steps = (
            self._plain, self._escape, self._math, self._code, self._mark, self._break,
            self._mention, self._link, self._span, self._address,
        )  # fmt: skip
        while self._at < len(self._text):
            if not any(step() for step in steps):
                self._say(self._text[self._at])
                self._at += 1
        return _resolved(self._out)

    def _say(self, text: str, style: Style | None = None) -> None:
        self._out.append(Piece(text, style or Style()))

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        match = pattern.match(self._text, self._at)
        if match is not None:
            self._at = match.end()
        return match

    def _plain(self) -> bool:
        match = self._take(_PLAIN)
        if match is not None:
            self._say(match[0])
        return match is not None

    def _escape(self) -> bool:
        match = self._take(_ESCAPE)
        if match is not None:
            self._say(match[1])
        return match is not None

    def _math(self) -> bool:
        match = self._take(_MATH)
        if match is not None:
            self._out.append(Piece(match[1] or match[2], is_equation=True))
        return match is not None

    def _code(self) -> bool:
        match = self._take(_CODE_SPAN)
        if match is None:
            return False
        text = _BREAK.sub("\n", match[2])
        if len(match[1]) > 1 and len(text) > 1 and text[0] == text[-1] == " ":
            text = text[1:-1]
        self._say(text, Style(code=True))
        return True

    def _mark(self) -> bool:
        start = self._at
        match = self._take(_MARK)
        if match is None:
            return False
        before = self._text[start - 1 : start] or " "
        after = self._text[self._at : self._at + 1] or " "
        marks = {"***": ("**", "*")}.get(match[0], (match[0],))
        if all(mark in _FLAG_OF for mark in marks):
            opens, closes = not after.isspace(), not before.isspace()
            self._out += [_Mark(_FLAG_OF[mark], opens, closes) for mark in marks]
        else:
            self._say(match[0])
        return True

    def _break(self) -> bool:
        match = self._take(_BREAK)
        if match is not None:
            self._say("\n")
        return match is not None

    def _mention(self) -> bool:
        match = _MENTION.match(self._text, self._at)
        mention = _mention(match[1], attributes(match[2])) if match is not None else None
        if match is None or mention is None:
            return False
        self._at = match.end()
        self._out.append(Piece("", mention=mention))
        return True

    def _link(self) -> bool:
        end = self._ends.get(self._at)
        target = _TARGET.match(self._text, end + 1) if end is not None else None
        if end is None or target is None or self._in_link or self._text[self._at] != "[":
            return False
        inner = _Reader(self._text[self._at + 1 : end], self._depth, in_link=True).pieces()
        link = target[1] or None
        self._out += [
            replace(piece, style=replace(piece.style, link=link)) if piece.is_text else piece
            for piece in inner
        ]
        self._at = target.end()
        return True

    def _span(self) -> bool:
        match = _SPAN.match(self._text, self._at)
        end = self._ends.get(self._at)
        if match is None or end is None or self._depth >= _MOST_NESTED:
            return False
        inner = _Reader(self._text[match.end() : end], self._depth + 1, in_link=self._in_link)
        given = attributes(match[1])
        for piece in inner.pieces():
            style = piece.style
            if given.get("underline") == "true":
                style = replace(style, underline=True)
            if "color" in given and style.color == "default":
                style = replace(style, color=color_of(given["color"]))
            self._out.append(replace(piece, style=style))
        self._at = end + len("</span>")
        return True

    def _address(self) -> bool:
        if self._in_link:
            return False
        match = self._take(_ADDRESS)
        if match is not None:
            url = match[1] or match[2]
            self._say(url, Style(link=url))
        return match is not None


def _matching(text: str) -> dict[int, int]:
    """Where brackets and spans that begin in the text end: place to place."""
    ends: dict[int, int] = {}
    open_at: dict[str, list[int]] = {"[": [], "<": []}
    for match in _PAIRS.finditer(text):
        if match["bracket"] == "[" or match["open"]:
            open_at[match[0][0]].append(match.start())
        elif match["bracket"] or match["close"]:
            stack = open_at["[" if match["bracket"] else "<"]
            if stack:
                ends[stack.pop()] = match.start()
    return ends


def _resolved(tokens: list[Piece | _Mark]) -> list[Piece]:
    """The pieces with the formats that marks give them; a mark without its match is text."""
    matched = _pairs(tokens)
    active: set[str] = set()
    out = []
    for at, token in enumerate(tokens):
        if isinstance(token, Piece):
            style = replace(token.style, flags=token.style.flags | active)
            out.append(replace(token, style=style))
        elif at in matched:
            active ^= {token.flag}
        else:
            out.append(Piece(MARKS[token.flag], Style(flags=frozenset(active))))
    return out


def _pairs(tokens: list[Piece | _Mark]) -> set[int]:
    open_at: dict[str, int] = {}
    matched: set[int] = set()
    for at, token in enumerate(tokens):
        if isinstance(token, Piece):
            continue
        if token.flag in open_at and token.closes:
            matched |= {open_at.pop(token.flag), at}
        elif token.flag not in open_at and token.opens:
            open_at[token.flag] = at
    return matched


def _mention(kind: str, given: dict[str, str]) -> Json | None:
    if kind == "date":
        return _date(given)
    identity = id_in(given.get("url", ""))
    return None if identity is None else {kind: {"id": identity}}


def _date(given: dict[str, str]) -> Json | None:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", given.get("start", "")):
        return None
    moments = {
        key: given[key] + (f"T{given[f'{key}Time']}" if f"{key}Time" in given else "")
        for key in ("start", "end")
        if key in given
    }
    return {"date": {**moments, "time_zone": given.get("timeZone")}}


def id_in(url: str) -> str | None:
    """The id in an address of Notion's, in the fragment if it has one; None if there is none."""
    digits = _ID.findall(url.replace("-", "").lower())
    return parse_uuid(digits[-1]) if digits else None
