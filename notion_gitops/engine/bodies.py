"""Bodies between a file and Notion: one side's edit, told in the other side's own lines.

A file and its page mean the same and are written differently: people put blank lines between
blocks, and Notion has none. So an edit is found by what the lines mean, and carried over into the
text that is there, where all other lines stay as they are.
"""

from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from itertools import count, pairwise
from typing import NamedTuple

from notion_gitops.model.mapping import BODY
from notion_gitops.model.records import BaseRecord
from notion_gitops.model.values import Unknown, Value
from notion_gitops.text.bodies import (
    Line,
    in_common,
    joined,
    lines_of,
    meaning,
    same_text,
    usual_gap,
)

_NOTION_INDENT = "\t"


def in_file_form(file: Value, stored: Value, notion: Value) -> Value:
    """Notion's text of a body as the file would have it: its edits, in the file's own lines.

    Args:
        file: the body in the file, None for an empty one.
        stored: how Notion holds just that text.
        notion: what Notion holds now.
    """
    if isinstance(notion, Unknown) or not isinstance(notion, str):
        return notion
    ours, base = _text(file), _text(stored)
    if same_text(base, notion):
        return file
    parts = _parts(lines_of(ours), lines_of(base), lines_of(notion), glued=False)
    return _carried(parts, ours, notion, _Spacing.of(lines_of(ours)))


def as_in_file(base: BaseRecord | None, git: Value, notion: Value) -> Value:
    """Notion's text of a record's body in the form of the file that both sides agreed on.

    Without such a one, in the form of the file that is there.
    """
    if base is None or BODY not in base.known:
        return in_file_form(git, git, notion)
    return in_file_form(base.fields.get(BODY), base.in_notion(BODY), notion)


def in_notion_form(notion: Value, as_file: Value, wanted: Value) -> str:
    """A file's text as Notion is to hold it: what is not edited stands as Notion has it.

    Args:
        notion: what Notion holds now.
        as_file: the same as `in_file_form` gave it.
        wanted: what it is to hold, in the file's form.
    """
    tight = _Spacing(airy=False, indent=_NOTION_INDENT)
    ours, base, theirs = _text(notion), _text(as_file), _text(wanted)
    parts = _parts(lines_of(ours), lines_of(base), lines_of(theirs), glued=True)
    return _carried(parts, ours, theirs, tight) or ""


class _Spacing(NamedTuple):
    """How a text sets its blocks apart, and what it nests them with."""

    airy: bool  # blank lines between blocks
    indent: str  # of one level; "" if nothing is nested yet

    @classmethod
    def of(cls, lines: list[Line]) -> "_Spacing":
        pairs = list(pairwise(lines))
        usual = [b.gap for a, b in pairs if not b.in_code and usual_gap(a.text, b.text)]
        nested = (x.text[: len(x.text) - len(x.text.lstrip())] for x in lines if x.depth == 1)
        return cls(airy=not usual or any(usual), indent=next(nested, ""))


class _Part(NamedTuple):
    """A line of the result, and the line of our text whose place it takes; None: of none."""

    line: Line
    place: int | None
    new: bool = False  # it does not stand in our text


def _text(value: Value) -> str:
    return value if isinstance(value, str) else ""


def _carried(changed: Iterable[_Part], ours: str, theirs: str, spacing: _Spacing) -> str | None:
    """Our text with what changed; spaced and nested as it is."""
    parts = [part._replace(line=_nested(part, spacing.indent)) for part in changed]
    result = joined(_spaced(parts, lines_of(ours), spacing))
    if meaning(result or "") == tuple(part.line.meaning for part in parts):
        return result
    # How deep a line is nested depends on those before it: then theirs stands as a whole.
    whole = lines_of(theirs)
    return joined(whole if spacing.airy else [line._replace(gap=0) for line in whole])


def _parts(
    ours: list[Line], base: list[Line], theirs: list[Line], *, glued: bool
) -> Iterator[_Part]:
    """Our lines with what changed from `base` to `theirs`; where both changed, theirs stand.

    Args:
        ours: the lines that are changed.
        base: those of which ours are another spelling.
        theirs: what became of those.
        glued: lines of theirs with no blank line between them may be one block.
    """
    last = _Anchor(0, 0, 0, 0, 0, 0)
    for at in _anchors(ours, base, theirs, glued=glued):
        old, new = base[last.base_end : at.base], theirs[last.theirs_end : at.theirs]
        if [x.meaning for x in old] == [x.meaning for x in new]:
            yield from (_Part(ours[i], i) for i in range(last.ours_end, at.ours))
        else:
            for number, line in enumerate(new, last.ours_end):
                yield _Part(line, number if number < at.ours else None, new=True)
        yield from (_Part(ours[i], i) for i in range(at.ours, at.ours_end))
        last = at


class _Anchor(NamedTuple):
    """Lines that stand in all three texts, spelled otherwise in ours perhaps."""

    base: int
    base_end: int
    ours: int
    ours_end: int
    theirs: int
    theirs_end: int


def _anchors(
    ours: list[Line], base: list[Line], theirs: list[Line], *, glued: bool
) -> Iterator[_Anchor]:
    there = dict(_equal_lines(base, theirs))
    reached = 0
    for start, end, mine, mine_end in _alike(base, ours):
        if start == end:  # a comment, say, which only our text has: it stays with its neighbours
            reached = there[start - 1] + 1 if start - 1 in there else there.get(start, reached)
            yield _Anchor(start, end, mine, mine_end, reached, reached)
            continue
        places = [there.get(line, -1) for line in range(start, end)]
        first = places[0]
        stays = first >= 0 and places == list(range(first, first + len(places)))
        if stays and glued and end - start != mine_end - mine:
            stays = not _grew(theirs, first, first + len(places), set(there.values()))
        if stays:
            reached = first + len(places)
            yield _Anchor(start, end, mine, mine_end, first, reached)
    yield _Anchor(len(base), len(base), len(ours), len(ours), len(theirs), len(theirs))


def _grew(theirs: list[Line], first: int, end: int, known: set[int]) -> bool:
    """Whether a block of several lines has new ones at its edges, like a row below a table."""
    above = first > 0 and first - 1 not in known and theirs[first].gap == 0
    below = end < len(theirs) and end not in known and theirs[end].gap == 0
    return above or below


def _equal_lines(one: list[Line], other: list[Line]) -> Iterator[tuple[int, int]]:
    """The lines that mean the same, in order: number in `one`, number in `other`."""
    for what, start, end, there, _ in _differences(one, other):
        if what == "equal":
            yield from zip(range(start, end), count(there), strict=False)


def _alike(one: list[Line], other: list[Line]) -> Iterator[tuple[int, int, int, int]]:
    """Two texts that are the same as wholes, in pieces: from and to in `one`, and in `other`.

    Pieces are single lines where they can be told apart; what is written in more lines there than
    here, like a table, is one piece.
    """
    for _, start, end, there, there_end in _differences(one, other):
        if end - start == there_end - there:
            for line, its in zip(range(start, end), range(there, there_end), strict=True):
                yield line, line + 1, its, its + 1
        else:
            yield start, end, there, there_end


def _differences(one: list[Line], other: list[Line]) -> Iterator[tuple[str, int, int, int, int]]:
    """As `SequenceMatcher` tells them, for what is between the equal beginnings and ends.

    It looks for the longest equal run first, wherever that is: in texts that repeat themselves,
    one edited line would then look like many.
    """
    mine, its = [x.meaning for x in one], [x.meaning for x in other]
    head = in_common(mine, its)
    tail = in_common(mine[head:][::-1], its[head:][::-1])
    middle = mine[head : len(mine) - tail], its[head : len(its) - tail]
    yield "equal", 0, head, 0, head
    for what, *at in SequenceMatcher(None, *middle, autojunk=False).get_opcodes():
        start, end, there, there_end = (number + head for number in at)
        yield what, start, end, there, there_end
    yield "equal", len(mine) - tail, len(mine), len(its) - tail, len(its)


def _nested(part: _Part, indent: str) -> Line:
    line = part.line
    if not part.new or line.in_code or not line.depth or not indent:
        return line
    return line._replace(text=indent * line.depth + line.text.lstrip())


def _spaced(parts: list[_Part], ours: list[Line], spacing: _Spacing) -> list[Line]:
    """The lines, each as far from the one before it as in our text, or as is usual there."""
    lines: list[Line] = []
    before: _Part | None = None
    for part in parts:
        line, place = part.line, part.place
        if before is None or line.in_code:
            gap = 0
        elif place is not None and before.place == place - 1:
            gap = ours[place].gap
        else:
            gap = usual_gap(before.line.text, line.text) if spacing.airy else 0
        lines.append(line._replace(gap=gap))
        before = part
    return lines
