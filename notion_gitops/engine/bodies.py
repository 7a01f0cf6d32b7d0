"""Bodies between a file and Notion: one side's edit, told in the other side's own lines.

A file and its page mean the same and are written differently: people put blank lines between
blocks, and Notion has none. So an edit is found by what the lines mean, and carried over into the
text that is there, where all other lines stay as they are.
"""

from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import pairwise
from typing import NamedTuple

from notion_gitops.model.mapping import BODY, DatabaseMapping, Direction, Mode
from notion_gitops.model.records import BaseRecord
from notion_gitops.model.values import Unknown, Value
from notion_gitops.text.bodies import Line, joined, lines_of, meaning, same_text, usual_gap

_NOTION_INDENT = "\t"


class TextMerge(NamedTuple):
    """Three texts of a body that both sides edited, all in the file's form."""

    base: str
    git: str
    notion: str


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
    return _carried(ours, base, notion, _Spacing.of(lines_of(ours)))


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
    return _carried(_text(notion), _text(as_file), _text(wanted), tight) or ""


def text_to_merge(
    mapping: DatabaseMapping, base: BaseRecord, git: Value, notion: Value
) -> TextMerge | None:
    """The three texts of a body that both sides edited; None if nothing is to be merged.

    Args:
        mapping: the record's mapping.
        base: its base.
        git: the body in git.
        notion: the body in Notion, as Notion has it.
    """
    body = mapping.body
    if body is None or body.name not in base.known or mapping.mode is Mode.MIRROR:
        return None
    if body.direction is not Direction.BOTH or isinstance(git, Unknown | None):
        return None
    file, theirs = base.fields.get(body.name), as_in_file(base, git, notion)
    if isinstance(theirs, Unknown | None) or file is None:
        return None
    texts = TextMerge(str(file), str(git), str(theirs))
    equal = (same_text(texts.base, s) for s in (texts.git, texts.notion))
    return None if any(equal) or same_text(texts.git, texts.notion) else texts


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


def _text(value: Value) -> str:
    return value if isinstance(value, str) else ""


def _carried(ours: str, base: str, theirs: str, spacing: _Spacing) -> str | None:
    """Our text with what changed from `base` to `theirs`; where both changed, theirs stands."""
    parts = list(_parts(lines_of(ours), lines_of(base), lines_of(theirs), spacing.indent))
    result = joined(_spaced(parts, lines_of(ours), spacing))
    if meaning(result or "") == tuple(part.line.meaning for part in parts):
        return result
    # How deep a line is nested depends on those before it: then theirs stands as a whole.
    whole = lines_of(theirs)
    return joined(whole if spacing.airy else [line._replace(gap=0) for line in whole])


def _parts(ours: list[Line], base: list[Line], theirs: list[Line], indent: str) -> Iterator[_Part]:
    here, there = _matches(base, ours, alike=True), _matches(base, theirs)
    last = (0, 0, 0)
    anchors = [(b, here[b], there[b]) for b in range(len(base)) if b in here and b in there]
    for at in (*anchors, (len(base), len(ours), len(theirs))):
        old, new = base[last[0] : at[0]], theirs[last[2] : at[2]]
        if [x.meaning for x in old] == [x.meaning for x in new]:
            yield from (_Part(ours[i], i) for i in range(last[1], at[1]))
        else:
            for number, line in enumerate(new, last[1]):
                yield _Part(_nested(line, indent), number if number < at[1] else None)
        if at[0] < len(base):
            yield _Part(ours[at[1]], at[1])
        last = (at[0] + 1, at[1] + 1, at[2] + 1)


def _matches(one: list[Line], other: list[Line], *, alike: bool = False) -> dict[int, int]:
    """The lines that mean the same, in order: number in `one` -> number in `other`.

    If the texts are `alike` as wholes, as many lines in the same place are the same as well:
    written otherwise on that side.
    """
    texts = [x.meaning for x in one], [x.meaning for x in other]
    found: dict[int, int] = {}
    for what, a, a_end, b, b_end in SequenceMatcher(None, *texts, autojunk=False).get_opcodes():
        if what == "equal" or (alike and what == "replace" and a_end - a == b_end - b):
            found |= zip(range(a, a_end), range(b, b_end), strict=True)
    return found


def _nested(line: Line, indent: str) -> Line:
    if line.in_code or not line.depth or not indent:
        return line
    return line._replace(text=indent * line.depth + line.text.lstrip())


def _spaced(parts: list[_Part], ours: list[Line], spacing: _Spacing) -> list[Line]:
    """The lines, each as far from the one before it as in our text, or as is usual there."""
    lines: list[Line] = []
    before: _Part | None = None
    for part in parts:
        line, place = part
        if before is None or line.in_code:
            gap = 0
        elif place is not None and before.place == place - 1:
            gap = ours[place].gap
        else:
            gap = usual_gap(before.line.text, line.text) if spacing.airy else 0
        lines.append(line._replace(gap=gap))
        before = part
    return lines
