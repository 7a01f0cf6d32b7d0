"""`init` from live databases: what was taken, what was left out and why, what is to decide."""

from collections.abc import Sequence

from notion_gitops.model.survey import Survey, Verdict
from notion_gitops.report.document import (
    Block,
    Command,
    Document,
    Facts,
    Item,
    Items,
    Paragraph,
    Section,
    Table,
    Tone,
)
from notion_gitops.report.follow_up import FollowUp
from notion_gitops.report.reports import Report
from notion_gitops.text.words import count, listed, number

_LEFT = {
    Verdict.COMPUTED: ("computed", "Notion works them out; files would change that nobody edited"),
    Verdict.OTHER_FACE: ("read back", "the other sides of relations that are taken"),
    Verdict.NOT_MAPPED: ("not mapped", "to databases without a mapping"),
    Verdict.NOT_SYNCED: ("not synced", "of types that no sync carries; they are left untouched"),
    Verdict.NOT_NAMEABLE: ("not taken", "a mapping cannot hold their names"),
}
_SHOWN = 12


def survey_view(surveys: Sequence[Survey], next_steps: Sequence[str]) -> Report:
    """The report of one `init`.

    Args:
        surveys: a database each.
        next_steps: commands for a person to type.
    """
    sections = [section for survey in surveys for section in _sections(survey)]
    steps = tuple(Command(step) for step in next_steps)
    sections.append(Section(steps, "Next"))
    pages = sum(survey.pages for survey in surveys)
    title = f"Read {count(len(surveys), 'database')} with {count(pages, 'page')}. "
    title += "Nothing was written to Notion."
    return Report("init", Document(title, tuple(sections)), {"databases": tuple(surveys)})


def _sections(survey: Survey) -> list[Section]:
    taken = survey.of(Verdict.TAKEN, Verdict.KEY)
    left = len(survey.properties) - len(taken)
    told = count(len(survey.properties), "property")
    facts = [("taken", listed([p.name for p in survey.of(Verdict.TAKEN)], _SHOWN))]
    facts += [("key", p.name) for p in survey.of(Verdict.KEY)]
    for verdict, (label, why) in _LEFT.items():
        names = [f"{p.name} ({p.type})" for p in survey.of(verdict)]
        if names:
            facts.append((label, f"{listed(names, _SHOWN)}: {why}"))
    facts.append(("texts", "of the pages: left out; `body: pull` takes them, in Markdown files"))
    facts.append(("written", f"{survey.file}, {count(survey.lines, 'line')}"))
    head = f'"{survey.title}": {count(survey.pages, "page")}, {told}: {number(len(taken))} taken, '
    blocks: tuple[Block, ...] = (Facts(tuple(facts)),)
    sections = [Section(blocks, f"{head}{number(left)} left out", Tone.NEW)]
    if survey.decisions:
        items = Items(tuple(Item(decision) for decision in survey.decisions))
        sections.append(Section((items,), f"To decide in {survey.mapping}", Tone.ASK))
    return sections


def databases_view(databases: Sequence[tuple[str, str]], then: FollowUp) -> Report:
    """The databases that the connection sees.

    Args:
        databases: title and id of each.
        then: how the next command is typed.
    """
    rows = tuple(sorted(databases))
    title = f"The connection sees {count(len(rows), 'database')}."
    missing = "If one is missing, add the connection to it in Notion (•••, Connections)."
    hint = Paragraph(f"{'' if then.sandbox else f'{missing} '}A mapping for one of them:")
    sections = (
        *((Section((Table(("database", "id"), rows),)),) if rows else ()),
        Section((hint, Command(then.command("init --database ID")))),
    )
    data = {"databases": [{"title": title_, "id": identity} for title_, identity in rows]}
    return Report("databases", Document(title, sections), data)
