"""Notion's rich text as runs: pieces of text that look alike."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from notion_gitops.notion.carrying import NotCarried
from notion_gitops.notion.failures import Json

MAX_CONTENT = 2000  # characters in one item (Notion's documentation, "Request limits")
MAX_ITEMS = 100  # items in one property, in one request
CUT_MENTIONS = 25  # a page shows no more mentions than these of one property


class Atom(StrEnum):
    """What a run is, if it is not text."""

    USER = "user"
    PAGE = "page"
    DATABASE = "database"
    DATE = "date"
    EQUATION = "equation"


MENTIONS = frozenset({Atom.USER, Atom.PAGE, Atom.DATABASE, Atom.DATE})


@dataclass(frozen=True, slots=True)
class Style:
    """How a run looks."""

    bold: bool = False
    italic: bool = False
    strikethrough: bool = False
    underline: bool = False
    code: bool = False
    color: str = "default"
    link: str | None = None


PLAIN = Style()


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text in one style; or an atom, whose `text` is an id, a date or an expression."""

    text: str
    style: Style = PLAIN
    atom: Atom | None = None


def read_runs(items: Iterable[Json]) -> list[Run]:
    """The runs of rich text as Notion gives it; neighbours that look alike are one.

    Raises:
        NotCarried: there is something in it that could not be written back.
    """
    return merged(_run(item) for item in items)


def merged(runs: Iterable[Run]) -> list[Run]:
    """The same text in the fewest runs; empty ones are left out."""
    joined: list[Run] = []
    for run in runs:
        if not run.text:
            continue
        last = joined[-1] if joined else None
        if last is not None and last.style == run.style and last.atom is run.atom is None:
            joined[-1] = replace(last, text=last.text + run.text)
        else:
            joined.append(run)
    return joined


def reworded(runs: Sequence[Run], text: str) -> list[Run]:
    """Runs of another text, in which what stands at either end as before looks as before.

    What is new looks like its neighbours if these look alike, else plain.

    Args:
        runs: of text alone, no atoms.
        text: what they are to say.
    """
    before = [(char, run.style) for run in runs for char in run.text]
    most = min(len(before), len(text))
    head = next((n for n in range(most) if before[n][0] != text[n]), most)
    ends = (n for n in range(most - head) if before[-n - 1][0] != text[-n - 1])
    tail = next(ends, most - head)
    kept, rest = before[:head], before[len(before) - tail :]
    around = {style for _, style in (*kept[-1:], *rest[:1])}
    look = around.pop() if len(around) == 1 else PLAIN
    new = [(char, look) for char in text[head : len(text) - tail]]
    return merged(Run(char, style) for char, style in (*kept, *new, *rest))


def write_runs(runs: Iterable[Run]) -> list[Json]:
    """The rich text to send.

    Raises:
        NotCarried: it is longer than Notion takes.
    """
    items = [item for run in runs for item in _items(run)]
    if len(items) > MAX_ITEMS:
        raise NotCarried(
            f"it has {len(items)} pieces of text, and Notion takes {MAX_ITEMS} at most",
            fix="Shorten it, or use less formatting.",
        )
    return items


def plain_text(items: Iterable[Json]) -> str:
    """The text without its looks."""
    return "".join(item.get("plain_text") or "" for item in items)


def _run(item: Json) -> Run:
    look = item.get("annotations") or {}
    style = Style(
        bold=bool(look.get("bold")),
        italic=bool(look.get("italic")),
        strikethrough=bool(look.get("strikethrough")),
        underline=bool(look.get("underline")),
        code=bool(look.get("code")),
        color=look.get("color") or "default",
    )
    match item:
        case {"type": "text", "text": {"content": str(text), **rest}}:
            link: Any = rest.get("link") or {}
            return Run(text, replace(style, link=link.get("url") or None))
        case {"type": "equation", "equation": {"expression": str(text)}}:
            return Run(text, style, Atom.EQUATION)
        case {"type": "mention", "mention": mention}:
            return _mention(mention, style)
        case _:
            raise NotCarried(f"its text holds a {item.get('type')}, which cannot be kept in git")


def _mention(mention: Json, style: Style) -> Run:
    match mention:
        case {"type": "user" | "page" | "database" as kind, **rest}:
            return Run(str(rest[kind]["id"]), style, Atom(kind))
        case {"type": "date", "date": {"start": str(start), **rest}} if not rest.get("time_zone"):
            end = rest.get("end")
            return Run(f"{start}/{end}" if end else start, style, Atom.DATE)
        case _:
            kind = mention.get("type")
            raise NotCarried(f"its text mentions a {kind}, which cannot be kept in git")


_FLAGS = ("bold", "italic", "strikethrough", "underline", "code")


def _items(run: Run) -> Iterator[Json]:
    look: dict[str, Any] = {f: True for f in _FLAGS if getattr(run.style, f)}
    if run.style.color != "default":
        look["color"] = run.style.color
    more = {"annotations": look} if look else {}
    match run.atom:
        case None:
            link = {"link": {"url": run.style.link}} if run.style.link else {}
            for piece in pieces(run.text):
                yield {"type": "text", "text": {"content": piece, **link}, **more}
        case Atom.EQUATION:
            yield {"type": "equation", "equation": {"expression": run.text}, **more}
        case Atom.DATE:
            start, _, end = run.text.partition("/")
            date = {"start": start, "end": end or None}
            yield {"type": "mention", "mention": {"type": "date", "date": date}, **more}
        case kind:
            target = {"type": str(kind), str(kind): {"id": run.text}}
            yield {"type": "mention", "mention": target, **more}


def pieces(text: str) -> Iterator[str]:
    """The text in pieces that Notion takes, whether it counts characters or UTF-16 units."""
    start = used = 0
    for at, char in enumerate(text):
        size = 1 if char <= "\uffff" else 2
        if used + size > MAX_CONTENT:
            yield text[start:at]
            start, used = at, 0
        used += size
    if text:
        yield text[start:]
