"""Step 3: the conflict summary: what was decided, by which rule, and what is open."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from notion_gitops.model.mapping import DatabaseMapping, Take
from notion_gitops.model.operations import Conflict
from notion_gitops.model.plan import Plan
from notion_gitops.report.document import Document, Item, Items, Paragraph, Section, Tone
from notion_gitops.report.plan_decisions import conflict_file, question_view
from notion_gitops.report.redact import redact_plan
from notion_gitops.report.reports import Report
from notion_gitops.report.show import place_text
from notion_gitops.text.words import count

_TAKEN = {
    Take.GIT: "git's value",
    Take.NOTION: "Notion's value",
    Take.LATEST: "the latest edit",
    Take.MERGE: "both, merged",
    Take.MANUAL: "nothing yet",
}


def conflicts_view(plan: Plan, mappings: Mapping[str, DatabaseMapping]) -> Report:
    """Every conflict of a plan, the open ones first, with both values, times and authors."""
    shown = redact_plan(plan, mappings)
    conflicts = tuple(c for part in shown.mappings for c in part.conflicts)
    waiting = tuple(c for c in conflicts if c.open)
    decided = tuple(c for c in conflicts if not c.open)
    title = f"Conflicts: {len(waiting)} open, {len(decided)} decided"
    none = Section((Paragraph("git and Notion did not collide anywhere."),))
    sections = [
        *_section(f"{count(len(waiting), 'question')} open", waiting, shown.made, Tone.ASK),
        *_section(f"{len(decided)} decided", decided, shown.made, Tone.HEAD),
    ]
    document = Document(title, tuple(sections) or (none,))
    return Report("conflicts", document, {"open": waiting, "decided": decided})


def _section(
    heading: str, conflicts: Sequence[Conflict], now: datetime, tone: Tone
) -> list[Section]:
    items = tuple(_item(conflict, now) for conflict in conflicts)
    return [Section((Items(items),), heading, tone)] if items else []


def _item(conflict: Conflict, now: datetime) -> Item:
    question = question_view(conflict, now)
    sides = [f"{s.label}: {s.value}{f'  ({s.who})' if s.who else ''}" for s in question.sides]
    how = _open(conflict, question.asked) if conflict.open else (_decided(conflict),)
    name = f"{conflict.mapping}/{conflict.key}"
    return Item(f"{name}  {question.about}", (*sides, *how))


def _open(conflict: Conflict, asked: str) -> tuple[str, ...]:
    return (f"asked: {asked}", f"decide in {conflict_file(conflict.mapping, conflict.key)}")


def _decided(conflict: Conflict) -> str:
    at = f", {place_text(conflict.place)}" if conflict.place else ""
    if conflict.by_person:
        return f"a person decided: {_TAKEN[conflict.take]}{at}"
    by = f' by rule "{conflict.rule}"' if conflict.rule else ""
    return f"decided{by}{at}: {_TAKEN[conflict.take]} ({conflict.reason})"
