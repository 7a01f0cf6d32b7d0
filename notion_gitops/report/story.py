"""One record's story as it is shown: where it is, what becomes of it, and each of its fields."""

from collections.abc import Iterator
from datetime import datetime

from notion_gitops.model.backups import Synced
from notion_gitops.model.mapping import DatabaseMapping, Take
from notion_gitops.model.operations import EditTime, Kind
from notion_gitops.model.story import Decision, Fate, FieldStory, GitEdit, Holding, Ruling, Story
from notion_gitops.model.values import Value
from notion_gitops.report.document import (
    Command,
    Document,
    Facts,
    Section,
    Table,
    Tone,
)
from notion_gitops.report.follow_up import FollowUp
from notion_gitops.report.redact import redact_story
from notion_gitops.report.reports import Report
from notion_gitops.report.show import cut, notion_time, place_text, short, value_text
from notion_gitops.report.story_sync import sync_text
from notion_gitops.text.words import count, moment

_VALUE = 200  # characters of a value
_CELL = 40  # characters of a value in a table
_NEW = (Kind.CREATE_PAGE, Kind.CREATE_FILE)
_ASKING = (Decision.OPEN, Decision.WAITS, Decision.LEFT_ALONE, Decision.ON_HOLD)
_NEVER = {
    Synced.EVER: "never",
    Synced.NEVER: "never; nothing was synced yet",
    Synced.SANDBOX: "never; nothing was, but with the sandbox: for that add --sandbox",
}
_QUIET = (Decision.NOTHING, Decision.BASE)


def story_view(story: Story, mapping: DatabaseMapping, again: FollowUp) -> Report:
    """What people read of a record.

    Args:
        story: the record, with one of its fields or with all.
        mapping: its mapping; it says which fields are sensitive.
        again: how the commands that follow are typed.
    """
    shown = redact_story(story, mapping)
    one = len(shown.fields) == 1
    told = [f for f in shown.fields.values() if one or _is_told(f, shown)]
    rest = [f for f in shown.fields.values() if f not in told]
    title = f"{shown.mapping}/{shown.key}" + (f'  "{shown.title}"' if shown.title else "")
    sections = (
        Section((Facts(tuple(_record(shown))),)),
        *(Section((Facts(tuple(_field(f, shown))),), _heading(f), _tone(f.fate)) for f in told),
        *_rest(rest, shown),
        *_next(shown, again, one=one),
    )
    return Report("why", Document(title, sections), {"story": shown})


def _is_told(field: FieldStory, story: Story) -> bool:
    """Whether a field has more to tell than the record as a whole."""
    new = story.kind in _NEW and field.fate.decision is story.fate.decision
    if new or field.fate.decision in _QUIET:
        return False
    sides = (held.value for held in (field.git, field.notion) if not held.missing)
    moved = not field.base.missing and any(value != field.base.value for value in sides)
    return moved or field.fate != story.fate


def _record(story: Story) -> Iterator[tuple[str, str]]:
    if story.offline:
        yield "Offline", "Notion was not read: no drift, no conflicts."
    if story.renamed_from:
        yield "Renamed", f"in git; it was {story.renamed_from} when it was last agreed"
    yield "In git", _in_git(story)
    yield "In Notion", _in_notion(story)
    yield "Last sync", sync_text(story.sync, story.at) if story.sync else _NEVER[story.synced]
    label = "Plan now" if not story.held_back else "Meant"
    yield label, fate_text(story.fate)
    for why in story.held_back:
        yield "Held back", why
    if story.question:
        yield "Question", story.question


def _in_git(story: Story) -> str:
    if not story.in_git:
        return story.file
    gone = f": deleted by {git_edit(story.deleted, story.at)}" if story.deleted else ""
    return f"{story.in_git}{gone}{f' ({story.file})' if story.file else ''}"


def _in_notion(story: Story) -> str:
    where = story.page_url or (f"page {story.page_id}" if story.page_id else "")
    edited = f"page last edited by {_by_page(story.page_edit, story.at)}" if story.page_edit else ""
    return "; ".join(part for part in (story.in_notion, where, edited) if part)


def _by_page(edit: EditTime, now: datetime) -> str:
    return notion_time(edit, now).removeprefix("page last edited by ")


def _heading(field: FieldStory) -> str:
    return f"{field.name}: {field.fate.decision.value}"


def _tone(fate: Fate) -> Tone:
    return Tone.ASK if fate.decision in _ASKING else Tone.HEAD


def _field(field: FieldStory, story: Story) -> Iterator[tuple[str, str]]:
    yield "last agreed", _held(field.base, field)
    since = f"  ({git_edit(field.since, story.at)})" if field.since else ""
    yield "git", f"{_held(field.git, field)}{since}"
    edit = story.page_edit
    edited = f"  (page last edited by {_by_page(edit, story.at)})" if edit else ""
    yield "Notion", f"{_held(field.notion, field)}{edited}"
    ruling = field.ruling
    why = "; ".join(reason for reason in field.fate.reasons if reason != ruling.text)
    if why:
        yield "why", why
    at = f" ({place_text(ruling.place)})" if ruling.place else ""
    asked = field.fate.decision is Decision.OPEN and ruling.text in field.fate.reasons
    yield (
        "decided" if ruling.decided else "asked" if asked else "rule",
        f"{ruling.text}{at}{_stands(ruling)}",
    )


def _stands(ruling: Ruling) -> str:
    """Whose value a decision leaves, where its reason is not the answer itself."""
    whose = {Take.GIT: "git's", Take.NOTION: "Notion's"}.get(ruling.take or Take.MANUAL, "")
    return f": {whose} value stands" if whose and ruling.decided and ruling.rule else ""


def _held(holding: Holding, field: FieldStory) -> str:
    return holding.missing or _shown(holding.value, field)


def _shown(value: Value, field: FieldStory) -> str:
    text = value_text(value)
    lines = text.split("\n")
    if len(lines) == 1:
        return cut(text, _VALUE)
    same = [
        n for n, h in (("as last agreed", field.base),) if h.value == value and h is not field.base
    ]
    first = cut(next((line for line in lines if line.strip()), ""), _CELL)
    return f"{count(len(lines), 'line')}, the first: {first}{f' ({same[0]})' if same else ''}"


def _rest(fields: list[FieldStory], story: Story) -> Iterator[Section]:
    if not fields:
        return
    rows = tuple((f.name, *_cells(f, story)) for f in fields)
    both = not any((story.offline, story.in_git, story.in_notion))
    agreed = both and all(f.fate.decision in _QUIET for f in fields)
    heading = "Agreed on both sides" if agreed else "Fields"
    yield Section((Table(("field", "value", "in git since"), rows),), heading)


def _cells(field: FieldStory, story: Story) -> tuple[str, str]:
    held = next((h for h in (field.git, field.notion, field.base) if not h.missing), field.git)
    text = held.missing or _shown(held.value, field)
    since = git_edit(field.since, story.at, subject=False) if field.since else "-"
    return cut(text, _CELL), since


def _next(story: Story, again: FollowUp, *, one: bool) -> Iterator[Section]:
    asked = [f for f in story.fields.values() if f.fate.decision is Decision.OPEN]
    if story.question and asked:
        alone = asked[0].fate != story.fate  # else it is asked about the record as a whole
        field = f" --field {asked[0].name}" if alone else ""
        words = f"conflicts resolve {story.mapping}/{story.key}{field} --take git"
        yield Section((Command(again.offline(words)),), "To decide (or notion)")
    if not one:
        words = f"why {story.mapping} {story.key} FIELD"
        command = again.offline(words) if story.offline else again.command(words)
        yield Section((Command(command),), "One field, and the rule that decides")


def fate_text(fate: Fate) -> str:
    """A decision with its reasons."""
    reasons = "; ".join(fate.reasons)
    return f"{fate.decision.value}{f': {reasons}' if reasons else ''}"


def git_edit(edit: GitEdit, now: datetime, *, subject: bool = True) -> str:
    """Who gave git's value, in which commit, when; or why that is not known."""
    time = edit.time
    said = f' "{cut(edit.subject, _CELL)}"' if edit.subject and subject else ""
    commit = f"{short(time.commit)}{said}" if time.commit else ""
    when = f"{moment(time.at, now)} UTC" if time.at else time.reason
    return ", ".join(part for part in (time.by.strip("()"), commit, when) if part)
