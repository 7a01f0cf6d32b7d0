"""The operations of a plan as they are shown: record by record, equal changes folded into one."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from notion_gitops.model.mapping import DatabaseMapping, Field, PropertyType
from notion_gitops.model.operations import (
    Action,
    Cause,
    Conflict,
    FieldChange,
    Kind,
    Operation,
    State,
    Write,
)
from notion_gitops.model.records import Side
from notion_gitops.report.plan_decisions import edits_text
from notion_gitops.report.plan_view import FieldView, Mark, RecordView
from notion_gitops.report.restored import from_backups, is_restored, syncs_of
from notion_gitops.report.show import (
    cut,
    cut_pair,
    git_time,
    notion_time,
    page_url,
    place_text,
    value_text,
)
from notion_gitops.report.text_diff import diff_lines, diff_size
from notion_gitops.text.words import number

FULL_HINT = "--full lists them"
_FOLD = 8  # so many identical changes are shown as one
_KEPT = {Mark.CHANGED: 40, Mark.NEW: 5, Mark.GONE: 10}  # records that are shown of many
_VALUE = 60  # characters of a value, where not everything is asked for
_PREVIEW = 4  # values of a new record, besides its title
_OUT_OF_A_BACKUP = "restored from the backup of sync"
_NAMELESS = frozenset({PropertyType.SELECT, PropertyType.STATUS, PropertyType.RELATION})
_WHAT = {
    Kind.CREATE_PAGE: "new in git, new page in Notion",
    Kind.CREATE_FILE: "new in Notion, new file in git",
    Kind.TO_NOTION: "from git to Notion",
    Kind.TO_GIT: "from Notion to git",
    Kind.BOTH_WAYS: "both ways, different fields",
    Kind.DELETE_PAGE: "deleted in git, page to Notion's trash",
    Kind.DELETE_FILE: "in Notion's trash, file deleted in git",
    Kind.LINK: "in git and in Notion, linked",
    Kind.ADOPT: "equal on both sides",
    Kind.FORGET: "gone on both sides",
    Kind.OPEN: "waits for a decision",
}


@dataclass(frozen=True, slots=True)
class Scope:
    """What records are shown with: their mapping, the plan's time, and whether in full."""

    mapping: DatabaseMapping | None
    now: datetime
    full: bool

    @property
    def limit(self) -> int | None:
        """How many characters of a value are shown."""
        return None if self.full else _VALUE


def record_views(operations: Iterable[Operation], scope: Scope) -> tuple[RecordView, ...]:
    """Changed records first, then new ones, then those that go; folded unless in full."""
    views = [_record(operation, scope) for operation in operations]
    if scope.full:
        return tuple(sorted(views, key=lambda view: list(Mark).index(view.mark)))
    noun = scope.mapping.name if scope.mapping else "records"
    single, folded = _folded(views, noun)
    shortened = (view for mark in Mark for view in _shortened(single, mark, noun))
    return (*shortened, *folded)


def _record(operation: Operation, scope: Scope) -> RecordView:
    mark = _mark(operation)
    whole = mark is Mark.CHANGED or (mark is Mark.NEW and scope.full)
    fields = _fields(operation, scope) if whole else ()
    preview = () if whole else _preview(operation, mark, scope)
    return RecordView(
        name=operation.key,
        mark=mark,
        what=_what(operation),
        aside=operation.note,
        title=operation.title,
        url=page_url(operation.page_url),
        fields=fields,
        details=(
            *preview,
            *(() if mark is Mark.CHANGED else _decided_as_a_whole(operation)),
            *_key_note(operation, scope),
            *_came_back(operation),
        ),
    )


def _mark(operation: Operation) -> Mark:
    actions = {write.action for write in operation.writes}
    if Action.DELETE in actions:
        return Mark.GONE
    return Mark.NEW if Action.CREATE in actions else Mark.CHANGED


def _what(operation: Operation) -> str:
    if operation.writes and all(map(is_restored, operation.writes)):
        return "restored from a backup"
    if any(write.action is Action.RESTORE for write in operation.writes):
        return "back from Notion's trash"
    if operation.kind is Kind.RENAME:
        return f"renamed in git, was {operation.renamed_from}"
    twice = _on_both_sides(operation) if operation.kind is Kind.BOTH_WAYS else {}
    if not twice:
        return _WHAT[operation.kind]
    if set(twice.values()) != {Cause.RESOLVED}:
        return "both ways, merged"
    changes = [change for write in operation.writes for change in write.changes]
    if all(change.cause is Cause.RESOLVED for change in changes):
        return "on both sides, decided by a person"
    return "both ways, partly decided by a person"


def _on_both_sides(operation: Operation) -> dict[str, Cause]:
    """The fields that both sides get a new value of, and why."""
    causes = [{c.difference.field: c.cause for c in w.changes} for w in operation.writes]
    return {n: cause for n, cause in causes[0].items() if n in causes[1]} if causes[1:] else {}


def _fields(operation: Operation, scope: Scope) -> tuple[FieldView, ...]:
    both = len(operation.writes) > 1
    again, twice = _restored_in_git(operation), _on_both_sides(operation)
    views = [
        _field(
            change,
            write,
            operation,
            scope,
            towards=_towards(write.side, change, again, twice) if both else "",
        )
        for write in operation.writes
        for change in write.changes
        if not (write.side is Side.NOTION and change.difference.field in again)
    ]
    return tuple(_told_once(view, views[at + 1 :]) for at, view in enumerate(views))


def _told_once(view: FieldView, later: Sequence[FieldView]) -> FieldView:
    """The view without the notes that stand below it: of the same field, or of the same sync."""
    again = {
        note
        for other in later
        for note in other.notes
        if other.name == view.name or note.startswith(_OUT_OF_A_BACKUP)
    }
    return replace(view, notes=tuple(note for note in view.notes if note not in again))


def _restored_in_git(operation: Operation) -> frozenset[str]:
    """The fields that come back, which both sides get alike: they are told once."""
    write = operation.write(Side.GIT)
    changes = write.changes if write else ()
    return frozenset(c.difference.field for c in changes if c.cause is Cause.RESTORED)


def _towards(
    side: Side, change: FieldChange, restored: frozenset[str], twice: Collection[str]
) -> str:
    """Where the value goes, and where it is from if it is the other side's."""
    if change.cause is Cause.RESTORED:
        return "on both sides" if change.difference.field in restored else f"in {side.label}"
    if change.cause is Cause.RESOLVED and change.difference.field in twice:
        return f"in {side.label}"
    return f"{side.other.label} to {side.label}"


def _field(
    change: FieldChange, write: Write, operation: Operation, scope: Scope, *, towards: str
) -> FieldView:
    difference = change.difference
    spec = scope.mapping.fields.get(difference.field) if scope.mapping else None
    if spec is not None and spec.is_body:
        return _text_field(change, write.side, scope, towards=towards)
    old, new = value_text(difference.before), value_text(difference.after)
    old, new = cut_pair(old, new, scope.limit)
    decided = (c for c in operation.conflicts if c.field == difference.field and not c.open)
    kept = (_kept(c, write.side, scope) for c in decided)
    return FieldView(
        name=difference.field,
        old=old,
        new=new,
        added=tuple(cut(member, scope.limit) for member in difference.added),
        removed=tuple(cut(member, scope.limit) for member in difference.removed),
        towards=towards,
        notes=(*_why(change, write.side), *kept),
    )


def _text_field(change: FieldChange, side: Side, scope: Scope, *, towards: str) -> FieldView:
    texts = (change.difference.before, change.difference.after)
    return FieldView(
        name=change.difference.field,
        new=diff_size(*texts),
        towards=towards,
        notes=_why(change, side),
        lines=diff_lines(*texts, full=scope.full),
    )


def _why(change: FieldChange, side: Side) -> tuple[str, ...]:
    """Why the field gets this value, where that does not go without saying."""
    at = f", {place_text(change.place)}" if change.place else ""
    match change.cause:
        case Cause.EDIT | Cause.NEW:
            return ()
        case Cause.RULE:
            return (f'decided by rule "{change.rule}"{at}',)
        case Cause.MERGED:
            by = f' by rule "{change.rule}"{at}' if change.rule else ""
            return (f"both sides were edited; merged{by}",)
        case Cause.RESOLVED:
            return (f"decided by a person{at}",)
        case Cause.FIRST:
            return (f"first contact: {_first(change)}{at}",)
        case Cause.PUT_BACK:
            return (f"put back: edits of this field in {side.label} are not taken",)
        case Cause.REFRESH:
            return ("computed by Notion",)
        case Cause.DEFAULT:
            return ("as Notion has it, since the file leaves it empty",)
        case Cause.RESTORED:
            return (f"{_OUT_OF_A_BACKUP} {change.sync}",)
        case _:
            assert_never(change.cause)


def _first(change: FieldChange) -> str:
    if change.difference.before is None:
        return "a value wins over none"
    return 'decided by "initial" of the mapping'


def _kept(conflict: Conflict, side: Side, scope: Scope) -> str:
    """What became of the value that a decision overwrites."""
    lost = conflict.git if side is Side.GIT else conflict.notion
    had = f'{side.label} had "{cut(value_text(lost), scope.limit)}"'
    who = ""
    if conflict.times and side is Side.GIT:
        who = git_time(conflict.times.git, scope.now)
    elif conflict.times:
        who = notion_time(conflict.times.notion, scope.now)
    return f"({had}{': ' if who else ''}{who}; kept in the backup of this sync)"


def _decided_as_a_whole(operation: Operation) -> Iterator[str]:
    """That a person chose between one side's edit and the other's deletion, and what goes."""
    for conflict in operation.conflicts:
        if conflict.field is None and conflict.by_person:
            at = f", {place_text(conflict.place)}" if conflict.place else ""
            yield f"decided by a person{at}"
            if conflict.edits and any(w.action is Action.DELETE for w in operation.writes):
                side = Side.GIT if conflict.git is State.EDITED else Side.NOTION
                goes = f"{side.label}'s edit goes: {edits_text(conflict.edits)}"
                yield f"({goes}; kept in the backup of this sync)"


def _key_note(operation: Operation, scope: Scope) -> tuple[str, ...]:
    write = operation.write(Side.NOTION)
    if write is None or not write.key_to_write or write.action is Action.CREATE:
        return ()
    name = scope.mapping.key.property_name if scope.mapping else None
    return (f'the key is written to "{name}" of the page',) if name else ()


def _came_back(operation: Operation) -> tuple[str, ...]:
    """Where a record that is restored as a whole comes from."""
    write, syncs = operation.write(Side.NOTION), syncs_of(operation)
    if write is None or not syncs or write.action is Action.UPDATE:
        return ()
    page = "its page comes out of Notion's trash"
    if write.action is Action.CREATE:
        page = "a new page is made, since the old one is not in Notion's trash"
    return (f"restored {from_backups(syncs)}; {page}",)


def _preview(operation: Operation, mark: Mark, scope: Scope) -> tuple[str, ...]:
    """A new record in one line: ``Roof drawings v2 · todo · hall-b · due 2026-12-01``."""
    if mark is Mark.GONE or scope.mapping is None:
        return (f'"{operation.title}"',) if operation.title else ()
    fields = [f for f in scope.mapping.fields.values() if operation.agreed.get(f.name) is not None]
    others = [
        f for f in fields if f.type is not PropertyType.TITLE and not f.computed and not f.is_body
    ]
    shown = [_preview_part(f, operation, scope) for f in others[:_PREVIEW]]
    line = " · ".join([*filter(None, [operation.title]), *shown])
    return (line,) if line else ()


def _preview_part(field: Field, operation: Operation, scope: Scope) -> str:
    value = cut(value_text(operation.agreed.get(field.name)), scope.limit)
    return value if field.type in _NAMELESS else f"{field.name} {value}"


def _folded(views: Sequence[RecordView], noun: str) -> tuple[list[RecordView], list[RecordView]]:
    """The records that are shown singly, and one line for each change that many share."""
    groups: dict[RecordView, list[RecordView]] = {}
    for view in views:
        groups.setdefault(_change_of(view), []).append(view)
    many = {change: g for change, g in groups.items() if change.fields and len(g) >= _FOLD}
    single = [view for view in views if _change_of(view) not in many]
    return single, [
        replace(change, name=f"{number(len(group))} {noun}, the same change", aside=FULL_HINT)
        for change, group in many.items()
    ]


def _change_of(view: RecordView) -> RecordView:
    """What the view says without saying whose it is."""
    return replace(view, name="", title="", url="", aside="")


def _shortened(views: Sequence[RecordView], mark: Mark, noun: str) -> Iterable[RecordView]:
    same = [view for view in views if view.mark is mark]
    kept = _KEPT[mark]
    if len(same) < kept + 3:  # leaving out one or two saves no line
        return same
    left = same[kept:]
    whats = {view.what for view in left}
    what = whats.pop() if len(whats) == 1 else "in either direction"
    name = f"{number(len(left))} more {noun}"
    return [*same[:kept], RecordView(name=name, mark=mark, what=what, aside=FULL_HINT)]
