"""The documentation as the tests read it: fenced blocks, code, links, headings."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).resolve().parents[2]
PAGES = (
    *(ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").glob("*.md")),
    ROOT / "benchmarks/README.md",
)


@dataclass(frozen=True)
class Block:
    """One fenced block."""

    page: str
    line: int
    info: str  # what stands after the fence, e.g. "yaml record tasks"
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks(*infos: str) -> list[Block]:
    """All blocks of these kinds; a kind with " *" at its end stands for all that begin so."""
    starts = tuple(i.removesuffix("*") for i in infos if i.endswith(" *"))
    found = (b for page in PAGES for b in _blocks(page))
    return [b for b in found if b.info in infos or (starts and b.info.startswith(starts))]


def inline_code() -> list[tuple[str, str]]:
    """All code within text, with its page."""
    return [
        (page.name, child.content)
        for page in PAGES
        for token in _tokens(page)
        for child in token.children or ()
        if child.type == "code_inline"
    ]


def links() -> list[tuple[Path, str]]:
    """All links, with their pages."""
    return [
        (page, str(child.attrGet("href")))
        for page in PAGES
        for token in _tokens(page)
        for child in token.children or ()
        if child.type == "link_open"
    ]


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub gives the headings of a page."""
    tokens = _tokens(page)
    titles = [tokens[i + 1].content for i, t in enumerate(tokens) if t.type == "heading_open"]
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def commands(text: str) -> Iterator[str]:
    """The command lines of a console block."""
    for line in text.splitlines():
        if line.startswith("$ "):
            yield line.removeprefix("$ ")


def table(page: Path, heading: str) -> list[list[str]]:
    """The body rows of the first table below a heading."""
    text = page.read_text("utf-8").partition(f"{heading}\n")[2]
    rows = re.search(r"^\|.*\n\| ---.*\n((?:\|.*\n)+)", text, re.MULTILINE)
    assert rows is not None, f"{page.name} has no table below {heading}"
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[1].splitlines()]


def _blocks(page: Path) -> Iterator[Block]:
    for token in _tokens(page):
        if token.type == "fence" and token.map is not None:
            name = page.relative_to(ROOT).as_posix()
            yield Block(name, token.map[0] + 1, token.info.strip(), token.content)


@cache
def _tokens(page: Path) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(page.read_text("utf-8"))
