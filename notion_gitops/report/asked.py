"""The conflict files: what waits for a decision, and what was decided and waits for an apply."""

import json
from collections.abc import Sequence
from typing import Any

from notion_gitops.model.asked import Asked, AskedRecord
from notion_gitops.report.document import Block, Document, Item, Items, Paragraph, Section, Tone
from notion_gitops.report.reports import Report
from notion_gitops.text.words import count

_SIDES = (("last agreed", "base"), ("git", "git"), ("Notion", "notion"))


def asked_list_view(records: Sequence[AskedRecord]) -> Report:
    """All conflict files, those with open questions first."""
    waiting = tuple(r for r in records if r.open)
    answered = tuple(r for r in records if not r.open)
    title = f"{count(len(waiting), 'record')} with open conflicts."
    sections = (
        *_section(waiting, "To decide", Tone.ASK),
        *_section(answered, "Answered; the next apply carries it out", Tone.HEAD),
    )
    return Report("conflict-files", Document(title, sections), {"records": tuple(records)})


def asked_view(record: AskedRecord) -> Report:
    """One conflict file."""
    blocks: list[Block] = [Paragraph(f"In {record.file}:"), Items(tuple(_items(record)))]
    title = f'{record.record}  "{record.title}"' if record.title else record.record
    return Report("conflict-file", Document(title, (Section(tuple(blocks)),)), {"record": record})


def _section(records: Sequence[AskedRecord], heading: str, tone: Tone) -> list[Section]:
    items = tuple(Item(r.record, tuple(map(_line, r.questions))) for r in records)
    return [Section((Items(items),), heading, tone)] if items else []


def _line(asked: Asked) -> str:
    name = asked.field or "the record"
    if asked.answer:
        return f"{name}: answered, {asked.answer}"
    return f"{name}: git {_shown(asked.git)}, Notion {_shown(asked.notion)}"


def _items(record: AskedRecord) -> list[Item]:
    return [Item(asked.field or "the record", _details(asked)) for asked in record.questions]


def _details(asked: Asked) -> tuple[str, ...]:
    sides = tuple(f"{label}: {_shown(getattr(asked, name))}" for label, name in _SIDES)
    why = (f"asked: {asked.reason}",) if asked.reason else ()
    answer = f"answered: {asked.answer}; the next apply carries it out"
    return (*sides, *why, answer if asked.answer else "not answered yet")


def _shown(value: Any) -> str:
    if value is None:
        return "(empty)"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
