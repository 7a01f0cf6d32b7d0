"""The text of a page or of a Markdown file: what of it has a meaning, and what is spacing.

Notion keeps a page as blocks and writes them one a line: a blank line between two blocks is gone
when they are read back, list items are numbered anew, bullets are hyphens, what is nested is
indented with tabs, languages of code have their full names, and characters are escaped that need
not be (recorded answers; Notion's documentation, "Enhanced Markdown"). None of that is an edit.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from notion_gitops.text.spelling import without_idle_escapes

_FENCE = re.compile(r"(`{3,}|~{3,})")
_BULLET = re.compile(r"^[*+-](?=[ \t])")
_NUMBER = re.compile(r"^\d{1,9}[.)](?=[ \t])")
_ALONE = re.compile(r"[*+-][ \t]|\d{1,9}[.)][ \t]|[|>\t ]|</?[A-Za-z]")  # stands close to its like
_TAB = 4
_IN_CODE = "\0"  # begins the meaning of a line of code, where every character counts
_DIGITS = 16
_LANGUAGES = {
    "": "plain text",
    "js": "javascript",
    "py": "python",
    "rb": "ruby",
    "rs": "rust",
    "sh": "shell",
    "text": "plain text",
    "ts": "typescript",
    "yml": "yaml",
}  # how code is marked here -> Notion's name of the language


class Line(NamedTuple):
    """One line with a meaning; inside of fenced code, a blank one too."""

    meaning: str  # the same for two lines that mean the same
    text: str  # as it is written
    gap: int  # how many blank lines stand before it

    @property
    def in_code(self) -> bool:
        """Whether it stands in fenced code, or ends it."""
        return self.meaning.startswith(_IN_CODE)

    @property
    def depth(self) -> int:
        """How deep it is nested."""
        return len(self.meaning) - len(self.meaning.lstrip("\t"))


def same_text(one: str, other: str) -> bool:
    """Whether two bodies mean the same: they differ in their spacing alone, if at all."""
    return one == other or meaning(one) == meaning(other)


def meaning(text: str) -> tuple[str, ...]:
    """What a body says, line by line: equal for bodies that mean the same."""
    return tuple(line.meaning for line in lines_of(text))


def body_digest(text: str | None) -> str:
    """Hex digits that stand for what a body says; an empty one has them too."""
    said = "\n".join(meaning(text or ""))
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]


def lines_of(text: str) -> list[Line]:
    """The lines of a body that have a meaning."""
    return list(_lines(text))


def joined(lines: list[Line]) -> str | None:
    """A body of these lines, each behind its gap; None if there are none."""
    parts = [f"{chr(10) * (line.gap if at else 0)}{line.text}" for at, line in enumerate(lines)]
    return "\n".join(parts) or None


def in_common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many lines two texts begin with in common."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def usual_gap(before: str, after: str) -> int:
    """How many blank lines people leave between two lines: none within a list, table or quote."""
    if before.startswith(("<", "\t", " ")) or after.startswith(("<", "\t", " ")):
        return 0
    return 0 if _ALONE.match(before) and _ALONE.match(after) else 1


def _lines(text: str) -> Iterator[Line]:
    gap = 0
    fence = ""  # what ends the code that we are in
    depths: list[int] = []
    for line in text.split("\n"):
        bare = line.strip()
        if fence:
            closes = bare.startswith(fence) and not bare.strip(fence[0])
            fence = "" if closes else fence
            yield Line(f"{_IN_CODE}{bare if closes else line}", line, 0)
            continue
        if not bare:
            gap += 1
            continue
        opening = _FENCE.match(bare)
        if opening is not None:
            fence = opening[1]
            word = bare[len(fence) :].strip().lower()
            yield Line(f"{_depth(line, depths)}```{_LANGUAGES.get(word, word)}", line, gap)
        else:
            yield Line(f"{_depth(line, depths)}{_plain(bare)}", line, gap)
        gap = 0
    if fence:  # code that is not ended reaches to the end of the text
        yield Line(f"{_IN_CODE}{fence}", fence, 0)


def _plain(line: str) -> str:
    plain = _NUMBER.sub("1.", _BULLET.sub("-", line, count=1), count=1) if line else line
    return without_idle_escapes(plain)


def _depth(line: str, depths: list[int]) -> str:
    """How deep a line is nested, by the indents of those before it, which are kept in `depths`."""
    lead = line[: len(line) - len(line.lstrip())].expandtabs(_TAB)
    while depths and depths[-1] >= len(lead):
        depths.pop()
    if lead:
        depths.append(len(lead))
    return "\t" * len(depths)
