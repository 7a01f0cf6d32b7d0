"""A conflict file on a terminal: git on the left, Notion on the right."""

from collections.abc import Iterable, Iterator
from itertools import zip_longest

from notion_gitops.model.asked import Asked, AskedRecord
from notion_gitops.report.asked import (
    about,
    answer_shown,
    asked_title,
    differences,
    follows,
    is_long,
    sides_of,
    since_shown,
    value_shown,
)
from notion_gitops.report.document import Tone
from notion_gitops.report.layout import BLANK, Line, paragraph, placed, printed
from notion_gitops.text.columns import pad, screen, wrap
from notion_gitops.text.escape import terminal

_INDENT = 2
_DEEPER = 4
_BAR = " | "
_NARROW = 50  # columns; below, the sides stand one below the other
_LABEL = 8


def asked_text(record: AskedRecord, *, colour: bool) -> str:
    """All questions of one record, and how to answer."""
    lines = [*_head(record)]
    for asked in record.questions:
        lines += [BLANK, *_question(asked)]
    lines += [BLANK, *_how(record)]
    return printed(lines, colour=colour)


def question_text(record: AskedRecord, asked: Asked, *, colour: bool) -> str:
    """One question of a record."""
    return printed([*_head(record), BLANK, *_question(asked)], colour=colour)


def _head(record: AskedRecord) -> Iterator[Line]:
    yield from paragraph(asked_title(record), tone=Tone.HEAD)
    told = {
        "page": record.page_url,
        "file": record.record_file,
        "asked": record.file,
        "open": since_shown(record.since),
    }
    for label, text in told.items():
        if text:
            yield from placed((_INDENT, label), (_INDENT + _LABEL, text))


def _question(asked: Asked) -> Iterator[Line]:
    tone = Tone.PLAIN if asked.answer else Tone.ASK
    yield from paragraph(about(asked), tone=tone)
    if is_long(asked):
        yield from _long(asked)
    else:
        if asked.takes_base:
            yield from paragraph(f"last agreed: {value_shown(asked.base)}", _INDENT, hang=_INDENT)
        yield from _sides(asked)
    for edit in asked.edits:
        yield from paragraph(f"Edited: {edit}", _INDENT, hang=_INDENT)
    if asked.reason:
        yield from paragraph(f"Asked: {asked.reason}", _INDENT, hang=_INDENT)
    if asked.held:
        yield from paragraph(f"On hold: {asked.held}", _INDENT, tone=Tone.ASK, hang=_INDENT)
    for choice, effect in follows(asked).items():
        yield from placed((_INDENT, f"take {choice}"), (_INDENT + 2 * _LABEL, effect))
    yield from paragraph(_sentence(answer_shown(asked)), _INDENT, hang=_INDENT)


def _sides(asked: Asked) -> Iterator[Line]:
    """Both values, with who gave them when: beside one another where there is room."""
    sides = [
        ((label, 0), (value_shown(value), _INDENT), (who, _INDENT))
        for label, value, who in sides_of(asked)
    ]
    if screen() < _NARROW:
        for parts in sides:
            for text, indent in parts:
                yield from paragraph(text, _INDENT + indent) if text else ()
        return
    room = (screen() - _INDENT - len(_BAR)) // 2
    for git, notion in zip(*sides, strict=True):
        pairs = zip_longest(_wrapped(git, room), _wrapped(notion, room), fillvalue="")
        for left, right in pairs:
            yield Line(f"{' ' * _INDENT}{pad(left, room)}{_BAR}{right}".rstrip())


def _wrapped(part: tuple[str, int], room: int) -> list[str]:
    text, indent = part
    return wrap(terminal(text), room, " " * indent) if text else []


def _long(asked: Asked) -> Iterator[Line]:
    """Texts: what either side changed, line by line."""
    who = {label: told for label, _, told in sides_of(asked)}
    for label, lines in differences(asked).items():
        heading = f"{label} changed" if label in who else "git has (-), Notion has (+)"
        said = f"{heading}   ({who[label]})" if who.get(label) else heading
        yield from paragraph(said, _INDENT, tone=Tone.HEAD)
        yield from _difference(lines)


def _difference(lines: Iterable[str]) -> Iterator[Line]:
    tones = {"+": Tone.NEW, "-": Tone.GONE}
    for line in lines:
        yield from paragraph(line, _DEEPER, tones.get(line[:1], Tone.PLAIN), hang=_INDENT)


def _how(record: AskedRecord) -> Iterator[Line]:
    asked = next(iter(record.open), record.questions[0])
    field = f" --field {asked.field}" if asked.field is not None else ""
    base = "or base, " if asked.takes_base else ""
    others = f"or notion, {base}or --value VALUE" if asked.field else "or notion"
    heading = "To decide" if record.open else "To decide otherwise"
    command = f"notion-gitops conflicts resolve {record.record}{field} --take git"
    yield from paragraph(f"{heading} for git ({others})", hang=_INDENT)
    yield from paragraph(command, _INDENT, hang=_DEEPER)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
