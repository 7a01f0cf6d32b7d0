"""How long texts differ, in few lines."""

from collections.abc import Iterator
from difflib import unified_diff

from notion_gitops.model.values import Value
from notion_gitops.text.words import count, number

MOST_LINES = 12  # of a difference, where not everything is asked for
_AROUND = 1  # lines that are shown before and behind a change
_APART = "..."


def diff_lines(before: Value, after: Value, *, full: bool = False) -> tuple[str, ...]:
    """The lines that differ, as ``- old``, ``+ new``, with a line around them."""
    lines = tuple(_lines(before, after))
    left = len(lines) - MOST_LINES
    if full or left <= 1:
        return lines
    return (*lines[:MOST_LINES], f"... and {count(left, 'more line')}")


def diff_size(before: Value, after: Value) -> str:
    """How much changes: ``2 lines added, 1 removed``."""
    lines = tuple(_lines(before, after))
    added, removed = (sum(1 for line in lines if line.startswith(s)) for s in "+-")
    if not removed:
        return f"{count(added, 'line')} added"
    if not added:
        return f"{count(removed, 'line')} removed"
    return f"{count(added, 'line')} added, {number(removed)} removed"


def without_common(text: str, one: str, other: str) -> str:
    """The lines of a text that are not in both of two others, on one line; else all of them."""
    common = set(one.split("\n")) & set(other.split("\n"))
    left = [line.strip() for line in text.split("\n") if line not in common and line.strip()]
    return " / ".join(left) or "(without these lines)"


def _lines(before: Value, after: Value) -> Iterator[str]:
    old, new = (v.split("\n") if isinstance(v, str) else [] for v in (before, after))
    said = [line for line in old if line.strip()], [line for line in new if line.strip()]
    if said[0] != said[1]:  # else blank lines differ, of code
        old, new = said
    found = unified_diff(old, new, lineterm="", n=_AROUND)
    for at, line in enumerate(found):
        if at > 2:  # noqa: PLR2004  two lines name files, and one the first place
            yield _APART if line.startswith("@@") else f"{line[:1]} {line[1:]}".replace("\t", "  ")
