"""What is on hold as it is shown: what it is, why, since when, and what waits behind it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date

from notion_gitops.model.holds import Change, Hold, OnHold, Waiting
from notion_gitops.model.plan import Plan
from notion_gitops.model.records import Side
from notion_gitops.report.document import Document, Item, Items, Paragraph, Section
from notion_gitops.report.plan_view import NoteView
from notion_gitops.report.reports import Report
from notion_gitops.report.show import place_text
from notion_gitops.text.words import count, listed

HEADING = "On hold, and left as it is on both sides"
_NAMED = 3  # records that wait, by name
_NOUNS = {
    Change.EDITED: "edit",
    Change.NEW: "new record",
    Change.DELETED: "deletion",
    Change.RENAMED: "rename",
    Change.UNREADABLE: "unreadable file",
}


def holds_of(plan: Plan) -> tuple[OnHold, ...]:
    """All holds that are in force, by mapping."""
    return tuple(each for part in plan.mappings for each in part.on_hold)


def hold_notes(on_hold: Iterable[OnHold], *, full: bool) -> tuple[NoteView, ...]:
    """One for each hold; in full with every record that waits."""
    return tuple(NoteView(each.hold.name, _details(each, full=full)) for each in on_hold)


def hold_section(on_hold: Sequence[OnHold]) -> list[Section]:
    """The same as a section of a report."""
    items = tuple(Item(each.hold.name, _details(each, full=False)) for each in on_hold)
    return [Section((Items(items),), HEADING)] if items else []


def hold_text(hold: Hold) -> str:
    """Why, by whom, how long, and where that stands; on one line."""
    return f"{hold.reason} ({', '.join((*_who_and_when(hold), place_text(hold.place)))})"


def hold_list_view(holds: Sequence[Hold], today: date) -> Report:
    """All holds as they stand in files, those that are over last."""
    standing = tuple(h for h in holds if not h.is_over(today))
    over = tuple(h for h in holds if h.is_over(today))
    title = f"{count(len(standing), 'hold')}" if standing else "Nothing is on hold"
    waits = Paragraph("What waits behind them: notion-gitops plan")
    sections = (
        *hold_items(standing),
        *hold_items(over, "Over, and can be taken out"),
        *([Section((waits,))] if standing else []),
    )
    data = {"holds": standing, "ended": over}
    return Report("holds", Document(f"{title}.", sections), data)


def hold_items(holds: Sequence[Hold], heading: str = HEADING) -> list[Section]:
    """Holds with their reasons, as a section of a report."""
    items = tuple(Item(hold.name, (hold_text(hold),)) for hold in holds)
    return [Section((Items(items),), heading)] if items else []


def remove_command(hold: Hold) -> str:
    """What takes a hold out of `state/holds.yaml`."""
    field = f" --field {hold.field}" if hold.field else ""
    record = f" {hold.record}" if hold.record else ""
    return f"notion-gitops hold remove {hold.mapping}{record}{field}"


def any_waits(on_hold: Iterable[OnHold]) -> bool:
    """Whether anything would be planned if nothing were on hold, as far as is known."""
    return any(each.waiting or each.questions or each.untold for each in on_hold)


def _details(each: OnHold, *, full: bool) -> tuple[str, ...]:
    named = tuple(_named(w) for w in each.waiting) if full or _few(each) else ()
    return (hold_text(each.hold), _sentence(each), *named)


def _few(each: OnHold) -> bool:
    return not each.hold.record and len(each.waiting) <= _NAMED


def _who_and_when(hold: Hold) -> Iterable[str]:
    since = f"since {hold.since.astimezone(UTC).date()}" if hold.since is not None else ""
    until = f"through {hold.until}" if hold.until is not None else ""
    return (part for part in (hold.by, since, until) if part)


def _sentence(each: OnHold) -> str:
    """How much waits: ``2 edits in Notion and 1 edit in git wait``."""
    if each.untold:
        return f"What waits is not known: {each.untold}."
    parts = [_side(each.waiting, side) for side in (Side.NOTION, Side.GIT)]
    asked = count(len(each.questions), "question") if each.questions else ""
    told = [part for part in (*parts, asked) if part]
    if not told:
        return "Nothing waits."
    one = len(told) == 1 and told[0].startswith("1 ") and " and " not in told[0]
    return f"{listed(told, len(told))} {'waits' if one else 'wait'}."


def _side(waiting: Iterable[Waiting], side: Side) -> str:
    counts: Counter[Change] = Counter()
    for each in waiting:
        if each.side is side:
            edits = len(each.fields) if each.change is not Change.RENAMED else 1
            counts[each.change] += max(1, edits)
            if each.change is Change.RENAMED and each.fields:
                counts[Change.EDITED] += len(each.fields)
    told = [count(counts[change], noun) for change, noun in _NOUNS.items() if counts[change]]
    return f"{listed(told, len(told))} in {side.label}" if told else ""


def _named(waiting: Waiting) -> str:
    what = "" if waiting.change is Change.EDITED else f" {waiting.change.value}"
    fields = f": {', '.join(waiting.fields)}" if waiting.fields else ""
    return f"{waiting.key}{what} in {waiting.side.label}{fields}"
