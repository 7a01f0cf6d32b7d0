"""The conflict files: what waits for a decision, and what was decided and waits for an apply."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from notion_gitops.model.asked import Asked, AskedRecord, Bulk, what_follows
from notion_gitops.report.document import Block, Document, Item, Items, Paragraph, Section, Tone
from notion_gitops.report.reports import Report
from notion_gitops.report.show import EMPTY, cut, cut_pair
from notion_gitops.report.text_diff import diff_lines
from notion_gitops.text.words import count, moment

_LONG = 160  # characters of a value that is shown by what differs
_SHORT = 60  # characters of a value in a list
_SENTENCES = re.compile(r"(?<=[.!?;:]) +")
_NONE_ANSWERED = "not answered yet"


def asked_list_view(records: Sequence[AskedRecord]) -> Report:
    """All conflict files, those with open questions first."""
    waiting = tuple(r for r in records if r.urgent)
    held = tuple(r for r in records if r not in waiting and any(q.held for q in r.questions))
    answered = tuple(r for r in records if r not in (*waiting, *held))
    title = f"{count(len(waiting), 'record')} with open conflicts."
    walk = Paragraph("One by one: notion-gitops conflicts walk")
    sections = (
        *_section(waiting, "To decide", Tone.ASK),
        *_section(answered, "Answered; the next apply carries it out", Tone.HEAD),
        *_section(held, "On hold; nothing is decided before that is over", Tone.HEAD),
        *((Section((walk,)),) if waiting else ()),
    )
    return Report("conflict-files", Document(title, sections), {"records": tuple(records)})


def asked_view(record: AskedRecord) -> Report:
    """One conflict file."""
    blocks: list[Block] = [Paragraph(f"In {record.file}:"), Items(tuple(_items(record)))]
    document = Document(asked_title(record), (Section(tuple(blocks)),))
    return Report("conflict-file", document, {"record": record})


def bulk_view(bulk: Bulk) -> Report:
    """What one answer to many questions is about to write, and what it leaves."""
    title = f"{_bulk_title(bulk)}."
    sections = (
        *_group(bulk.questions, "", _before_answer),
        *_group(bulk.standing, "Answered before, left as it is (--overwrite answers anew)", _line),
        *_group(bulk.unfit, f"Left open: {bulk.choice} is no answer to these", _line),
    )
    return Report("conflict-answers", Document(title, sections), {"bulk": bulk})


def asked_title(record: AskedRecord) -> str:
    """The record, with its title if it has one."""
    return f'{record.record}  "{record.title}"' if record.title else record.record


def about(asked: Asked) -> str:
    """What a question is about."""
    return asked.field or "the record"


def sides_of(asked: Asked) -> tuple[tuple[str, Any, str], ...]:
    """The name, the value, and who gave it when, of git and of Notion."""
    return (("git", asked.git, asked.git_edit), ("Notion", asked.notion, asked.notion_edit))


def value_shown(value: Any) -> str:
    """One value of a conflict file, as people read it."""
    match value:
        case None | "" | []:
            return EMPTY
        case bool():
            return "yes" if value else "no"
        case str():
            return value
        case list() if all(isinstance(member, str) for member in value):
            return ", ".join(value)
        case _:
            return json.dumps(value, ensure_ascii=False)


def is_long(asked: Asked) -> bool:
    """Whether the values are texts that are better told by what differs in them."""
    texts = [v for v in (asked.base, asked.git, asked.notion) if isinstance(v, str)]
    return any("\n" in text or len(text) > _LONG for text in texts)


def differences(asked: Asked) -> Mapping[str, tuple[str, ...]]:
    """What each side changed in a long text, line by line or, in one line, by its sentences."""
    base, git, notion = (_in_lines(v) for v in (asked.base, asked.git, asked.notion))
    if base is None:
        return {"from git to Notion": diff_lines(git, notion, full=True)}
    return {
        "git": diff_lines(base, git, full=True),
        "Notion": diff_lines(base, notion, full=True),
    }


def follows(asked: Asked) -> Mapping[str, str]:
    """What each answer to a question about a whole record does; nothing for a field."""
    return what_follows(asked.git) if asked.field is None else {}


def answer_shown(asked: Asked) -> str:
    """The answer that there is."""
    if not asked.answer:
        return _NONE_ANSWERED
    own = "value " if asked.own_value else ""
    when = "carried out once it is not on hold" if asked.held else "the next apply carries it out"
    return f"answered: {own}{asked.answer}; {when}"


def since_shown(since: str) -> str:
    """When something was first asked; "" if the file does not say it."""
    try:
        at = datetime.fromisoformat(since)
    except ValueError:
        return ""
    return f"since {moment(at)}"


def _in_lines(value: Any) -> str | None:
    if value is None:
        return None
    text = value_shown(value)
    return text if "\n" in text else _SENTENCES.sub("\n", text)


def _section(records: Sequence[AskedRecord], heading: str, tone: Tone) -> list[Section]:
    items = tuple(Item(r.record, tuple(map(_line, r.questions))) for r in records)
    return [Section((Items(items),), heading, tone)] if items else []


def _bulk_title(bulk: Bulk) -> str:
    noun = "question" if bulk.choice else "answer"
    if not bulk.questions:
        return f"No {noun} to {'answer' if bulk.choice else 'take back'}"
    many = f"{count(len(bulk.questions), noun)} of {count(bulk.records, 'record')}"
    own = bulk.choice.startswith("{")
    answer = bulk.choice.strip("{}") if own else bulk.choice
    return f"To be answered with {answer}: {many}" if bulk.choice else f"To be taken back: {many}"


def _group(
    pairs: Sequence[tuple[AskedRecord, Asked]], heading: str, line: Callable[[Asked], str]
) -> Iterator[Section]:
    records = dict.fromkeys(record.record for record, _ in pairs)
    items = tuple(
        Item(name, tuple(line(asked) for record, asked in pairs if record.record == name))
        for name in records
    )
    if items:
        yield Section((Items(items),), heading)


def _line(asked: Asked) -> str:
    held = f"; on hold: {asked.held}" if asked.held else ""
    if asked.answer:
        return f"{about(asked)}: answered, {cut(asked.answer, _SHORT)}{held}"
    return f"{about(asked)}: {_both(asked)}{held}"


def _before_answer(asked: Asked) -> str:
    was = f"; so far {cut(asked.answer, _SHORT)}" if asked.answer else ""
    return f"{about(asked)}: {_both(asked)}{was}"


def _both(asked: Asked) -> str:
    """Both values, cut so that the first difference of long ones is to be seen."""
    git, notion = (value_shown(v).replace("\n", " / ") for v in (asked.git, asked.notion))
    git, notion = cut_pair(git, notion, _SHORT)
    return f"git {git}, Notion {notion}"


def _items(record: AskedRecord) -> list[Item]:
    return [Item(about(asked), tuple(_details(asked))) for asked in record.questions]


def _details(asked: Asked) -> Iterator[str]:
    long = is_long(asked)
    if asked.takes_base and not long:
        yield f"last agreed: {value_shown(asked.base)}"
    for label, value, who in sides_of(asked):
        told = f"  ({who})" if who else ""
        yield f"{label}: {'a text' if long else value_shown(value)}{told}"
    for label, lines in differences(asked).items() if long else ():
        yield f"what {label} changed:" if label != "from git to Notion" else f"{label}:"
        yield from lines
    yield from (f"edited: {edit}" for edit in asked.edits)
    if asked.reason:
        yield f"asked: {asked.reason}"
    if asked.held:
        yield f"on hold: {asked.held}"
    for choice, effect in follows(asked).items():
        yield f"take {choice}: {effect}"
    yield answer_shown(asked)
