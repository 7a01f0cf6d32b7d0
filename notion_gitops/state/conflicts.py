"""Writing a conflict file, ``state/conflicts/MAPPING/KEY.yaml``: the question to a person.

The bytes of a question change only when one of the disagreeing values does, and what a person
wrote after ``resolution:`` is never rewritten before the next sync has carried it out.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from notion_gitops.model.asked import what_follows
from notion_gitops.model.operations import Conflict, ConflictFile, Difference, EditTime, State
from notion_gitops.model.values import DateValue, Fields, Unknown, Value, digest, to_plain
from notion_gitops.state.conflict_reading import Question, questions
from notion_gitops.state.conflict_tree import EDITED
from notion_gitops.state.reading import FORMAT_VERSION
from notion_gitops.state.writing import BLOCK, inline, moment, text_block
from notion_gitops.text.escape import visible

_ABOUT_FIELDS = """\
# Two people changed the same thing. Write your choice after "resolution:"
# and commit; on GitHub the pencil button is enough. Choices:
#   {choices}, or a value of your own such as  value: {example}
# The next sync carries it out and removes this file.
"""
_ABOUT_RECORD = """\
# {what} Write your choice
# after "resolution:" and commit; on GitHub the pencil button is enough.
#   git:    {git}
#   notion: {notion}
# The next sync carries it out and removes this file.
"""
_BEFORE = "# the answer before: "
_DO_NOT_EDIT = "do not edit; a newer edit on either side asks again"
_LONGEST_PADDING = 40  # values longer than this do not push the comments of the others away
_LONGEST_EDIT = 100  # characters of a value that an edit replaced, or brought
_GAP = 4
_SOME_VALUE = "something else"


@dataclass(frozen=True, slots=True)
class ConflictHeader:
    """What a conflict file says of its record, for the reader's sake."""

    record: str  # MAPPING/KEY
    title: str
    page_url: str  # "" if there is no page
    file: str  # path of the record's file; "" if there is none
    since: datetime  # when it was first asked


def dump_conflicts(
    conflicts: Sequence[Conflict],
    header: ConflictHeader,
    sensitive: frozenset[str] = frozenset(),
) -> str:
    """The text of the conflict file of one record.

    Args:
        conflicts: the open conflicts of that record; at least one.
        header: about the record.
        sensitive: fields of which digests are shown.
    """
    return _render(conflicts, header, sensitive, {}, {})


def update_conflict_file(
    old: str | None,
    conflicts: Sequence[Conflict],
    header: ConflictHeader,
    sensitive: frozenset[str] = frozenset(),
    waiting: frozenset[str] = frozenset(),
) -> str | None:
    """The text of the conflict file, given the one that is there (None: there is none).

    It is the old text as long as the same questions are open. Else those questions that are still
    the same keep their lines, with what a person wrote there, and the file keeps its `since`. Where
    a question is asked anew, a comment says what was answered before.

    Args:
        old: the text that is there.
        conflicts: the open conflicts of the record.
        header: about the record.
        sensitive: fields of which digests are shown.
        waiting: fields that cannot be decided now: what was asked about them stands as it is.

    Returns:
        None if nothing is asked any more.

    Raises:
        InvalidInput: the old text cannot be read.
    """
    if old is None:
        return dump_conflicts(conflicts, header, sensitive) if conflicts else None
    since, before = questions(old)
    now = {c.field: c.asked for c in conflicts}
    now |= {n: q.asked for n, q in before.items() if n in waiting and n not in now}
    if now == {name: question.asked for name, question in before.items()}:
        return old
    kept = {name: q for name, q in before.items() if now.get(name) == q.asked}
    earlier = {name: _earlier(q, hidden=name in sensitive) for name, q in before.items()}
    header = replace(header, since=since)
    return _render(conflicts, header, sensitive, kept, earlier) if now else None


def let_go(file: ConflictFile, text: str | None, done: Collection[str | None]) -> Fields:
    """The values of a person's own that are in the conflict file no more, and nowhere else.

    Args:
        file: as it was read.
        text: of the file that takes its place; None: there is none.
        done: fields about which the answer was carried out.
    """
    left = questions(text)[1] if text is not None else {}
    return {
        name: answer.value
        for name, answer in file.fields.items()
        if answer.has_value
        and name not in done
        and (name not in left or left[name].asked != answer.asked)
    }


def _render(
    conflicts: Sequence[Conflict],
    header: ConflictHeader,
    sensitive: frozenset[str],
    kept: Mapping[str | None, Question],
    earlier: Mapping[str | None, str],
) -> str:
    whole = next((c for c in conflicts if c.field is None), None)
    by_field = {c.field: c for c in conflicts if c.field is not None}
    texts = {name: question.text for name, question in kept.items() if name is not None}
    parts = [_about(whole, by_field), f"format_version: {FORMAT_VERSION}\n"]
    parts += [f"record: {header.record}\n", *_header_lines(header)]
    if whole is not None:
        asked = _question(whole, "", sensitive, earlier.get(None, ""))
        parts += ["\n", kept[None].text if None in kept else asked]
    names = sorted(by_field.keys() | texts.keys())
    if names:
        parts.append("\nfields:\n")
    for number, name in enumerate(names):
        parts.append("\n" if number else "")
        if name in texts:
            parts.append(texts[name])
        else:
            asked = _question(by_field[name], "    ", sensitive, earlier.get(name, ""))
            parts.append(f"  {inline(name)}:\n{asked}")
    return "".join(parts)


def _about(whole: Conflict | None, by_field: Mapping[str, Conflict]) -> str:
    if whole is None:
        first = min(by_field, default=None)
        example = _example(by_field[first]) if first is not None else _SOME_VALUE
        base = not by_field or any(c.agreed for c in by_field.values())
        choices = "git, notion, base" if base else "git, notion"
        return _ABOUT_FIELDS.format(choices=choices, example=example)
    edited = State.EDITED in (whole.git, whole.notion)
    what = "One side deleted this record" + (", and the other edited it." if edited else ".")
    return _ABOUT_RECORD.format(what=what, **what_follows(whole.git))


def _example(conflict: Conflict) -> str:
    """A value of the kind that is asked for."""
    value = conflict.notion if conflict.git is None else conflict.git
    if isinstance(value, bool):
        return "true"
    if isinstance(value, int | float):
        return "12"
    if isinstance(value, frozenset):
        return "[one, two]"
    return "2026-12-10" if isinstance(value, DateValue) else _SOME_VALUE


def _header_lines(header: ConflictHeader) -> list[str]:
    lines = {"title": header.title, "page": header.page_url, "file": header.file}
    shown = [f"{name}: {inline(value)}\n" for name, value in lines.items() if value]
    return [*shown, f"since: {moment(header.since)}\n"]


def _earlier(question: Question, *, hidden: bool) -> str:
    """The comment that says what was answered before, when other values were asked about."""
    if question.answer is None:
        lines = (line.strip() for line in question.text.splitlines())
        return next((line for line in lines if line.startswith(_BEFORE)), "")
    own = isinstance(question.answer, Mapping)
    shown = f"(digest {digest(json.dumps(question.answer))})" if own and hidden else ""
    return _BEFORE + (shown or inline(question.answer))


def _question(conflict: Conflict, indent: str, sensitive: frozenset[str], earlier: str = "") -> str:
    hidden = conflict.field in sensitive
    values = {
        "git": _shown(conflict.git, hidden=hidden),
        "notion": _shown(conflict.notion, hidden=hidden),
        "asked": conflict.asked,
    }
    comments = {
        "git": _git_comment(conflict),
        "notion": _notion_comment(conflict),
        "asked": _DO_NOT_EDIT,
    }
    width = max((len(v) for v in values.values() if len(v) <= _LONGEST_PADDING), default=0) + _GAP
    lines = {n: _line(n, values[n], comments[n], width) for n in values}
    if conflict.field is not None and conflict.agreed:
        lines["base"] = _line("base", _shown(conflict.base, hidden=hidden), "", width)
    if not hidden:
        lines |= _long_texts(conflict, comments, indent + "  ")
    lines["reason"] = _line("reason", inline(_reason(conflict)), "", width)
    ordered = [lines[n] for n in ("base", "git", "notion") if n in lines]
    ordered += [f"{EDITED}{_edit(each, sensitive)}" for each in conflict.edits]
    ordered += [lines["reason"], lines["asked"]]
    last = [earlier, "resolution:"] if earlier else ["resolution:"]
    return "".join(f"{indent}{line}\n" for line in [*ordered, *last])


def _edit(edit: Difference, sensitive: frozenset[str]) -> str:
    """``hours 6 -> 55``, on one line whatever the values are."""
    sides = (_told(v, hidden=edit.field in sensitive) for v in (edit.before, edit.after))
    return f"{inline(edit.field)} {' -> '.join(sides)}"


def _told(value: Value, *, hidden: bool) -> str:
    if isinstance(value, Unknown):
        return "(not known)"
    shown = _shown(value, hidden=hidden) or "(empty)"
    return shown if len(shown) <= _LONGEST_EDIT else f"{shown[:_LONGEST_EDIT]}..."


def _long_texts(conflict: Conflict, comments: Mapping[str, str], indent: str) -> dict[str, str]:
    """The values of several lines, each as a block of text with its comment on the first line."""
    values = {"base": conflict.base, "git": conflict.git, "notion": conflict.notion}
    blocks = {n: text_block(v, indent) for n, v in values.items() if type(v) is str}
    return {
        name: f"{_line(name, BLOCK, comments.get(name, ''), len(BLOCK) + _GAP)}\n{block}"
        for name, block in blocks.items()
        if block
    }


def _line(name: str, value: str, comment: str, width: int) -> str:
    parts = [part for part in ("" if value else "empty", comment) if part]
    if not parts:
        return f"{name + ':':<8}{value}"
    return f"{name + ':':<8}{value:<{width}}# {'; '.join(parts)}"


def _shown(value: Value | State, *, hidden: bool) -> str:
    if isinstance(value, State):
        return value.value
    if hidden and value is not None:
        return inline(f"(digest {digest(value)})")
    return inline(to_plain(value))


def _reason(conflict: Conflict) -> str:
    place = f" ({conflict.place.file}:{conflict.place.line})" if conflict.place else ""
    return conflict.reason + place


def _git_comment(conflict: Conflict) -> str:
    if conflict.times is None:
        return ""
    edit = conflict.times.git
    commit = f"commit {visible(edit.commit)}" if edit.commit else ""
    return ", ".join(part for part in (visible(edit.by), _when(edit), commit) if part)


def _notion_comment(conflict: Conflict) -> str:
    if conflict.times is None or not conflict.times.notion.told:
        return ""
    edit = conflict.times.notion
    who = f"page last edited by {visible(edit.by)}" if edit.by else "page last edited"
    return ", ".join(part for part in (who, _when(edit)) if part)


def _when(edit: EditTime) -> str:
    if edit.at is None:
        return visible(edit.reason)
    return edit.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M")
