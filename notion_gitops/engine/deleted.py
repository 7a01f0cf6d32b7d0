"""Records that both sides agreed on, and one of them deleted."""

from dataclasses import replace

from notion_gitops.engine.building import RecordView, build
from notion_gitops.engine.created import create_file, own, restore_page
from notion_gitops.engine.difference import differences
from notion_gitops.engine.fields import same
from notion_gitops.model.mapping import (
    Carry,
    DatabaseMapping,
    Field,
    Mode,
    PropertyType,
    Take,
)
from notion_gitops.model.operations import (
    Action,
    Conflict,
    Difference,
    Kind,
    Operation,
    Resolution,
    State,
    Write,
)
from notion_gitops.model.records import BaseRecord, Record, Side
from notion_gitops.model.values import Fields, Unknown, Value, digest


def deleted_in_git(
    mapping: DatabaseMapping, view: RecordView, notion: Record, base: BaseRecord
) -> Operation | None:
    """The file is gone: the page follows, unless edited or the mapping says otherwise."""
    if notion.page is not None and notion.page.in_trash:
        return _gone_twice(mapping, view, notion, base)
    if mapping.mode is Mode.MIRROR:
        return create_file(mapping, view, notion)
    edited = _edits(mapping, base, notion, Side.NOTION)
    why = "deleted in git, edited in Notion" if edited else "deleted in git; the mapping asks"
    states = (State.DELETED, State.EDITED if edited else State.UNCHANGED)
    conflict = _conflict(mapping, view, states, why, notion, edited=edited)
    answer = _fresh_answer(view, conflict)
    if answer is None:
        if edited or mapping.when_deleted_in_git is Carry.ASK:
            return _ask(mapping, view, conflict)
        if mapping.when_deleted_in_git is Carry.KEEP:
            return build(mapping, view, Kind.FORGET)
        return _trash(mapping, view)
    decided = (_by_person(conflict, answer),)
    if answer.take is Take.GIT:
        return replace(_trash(mapping, view), conflicts=decided)
    created = create_file(mapping, replace(view, tombstone=None), notion)
    return None if created is None else replace(created, conflicts=decided)


def _gone_twice(
    mapping: DatabaseMapping, view: RecordView, notion: Record, base: BaseRecord
) -> Operation | None:
    """The file is gone and the page is in the trash: an edit that went with it is asked about."""
    edits = _edits(mapping, base, notion, Side.NOTION)
    edited = tuple(d for d in edits if not _only_fewer(mapping, d))
    if mapping.mode is Mode.MIRROR or not edited:
        return build(mapping, view, Kind.FORGET)
    why = "deleted in git, edited in Notion before its page came into the trash"
    conflict = _conflict(mapping, view, (State.DELETED, State.EDITED), why, notion, edited=edited)
    answer = _fresh_answer(view, conflict)
    if answer is None:
        return _ask(mapping, view, conflict)
    decided = (_by_person(conflict, answer),)
    if answer.take is Take.GIT:
        return build(mapping, view, Kind.FORGET, conflicts=decided)
    created = create_file(mapping, replace(view, tombstone=None), notion)
    if created is None:
        return None
    back = Write(Side.NOTION, Action.RESTORE)
    return replace(created, writes=(back, *created.writes), conflicts=decided)


def _only_fewer(mapping: DatabaseMapping, difference: Difference) -> bool:
    """Whether a relation has lost members: Notion takes pages in the trash out by itself."""
    relation = mapping.fields[difference.field].type is PropertyType.RELATION
    return relation and bool(difference.removed) and not difference.added


def trashed_in_notion(
    mapping: DatabaseMapping, view: RecordView, git: Record, base: BaseRecord
) -> Operation | None:
    """The page is in the trash: the file follows, unless edited or the mapping says otherwise."""
    edited = _edits(mapping, base, git, Side.GIT) if mapping.mode is Mode.TWO_WAY else ()
    why = "edited in git, trashed in Notion" if edited else "trashed in Notion; the mapping asks"
    states = (State.EDITED if edited else State.UNCHANGED, State.DELETED)
    conflict = _conflict(mapping, view, states, why, git, edited=edited)
    answer = _fresh_answer(view, conflict)
    if answer is None:
        if edited or mapping.when_trashed_in_notion is Carry.ASK:
            return _ask(mapping, view, conflict)
        if mapping.when_trashed_in_notion is Carry.KEEP:
            return build(mapping, view, Kind.FORGET)
        return _delete_file(mapping, view)
    decided = (_by_person(conflict, answer),)
    if answer.take is Take.NOTION:
        return replace(_delete_file(mapping, view), conflicts=decided)
    if mapping.mode is Mode.MIRROR:  # nothing goes to Notion: the file alone stays
        return build(mapping, view, Kind.FORGET, conflicts=decided)
    return replace(restore_page(mapping, view, git, base), conflicts=decided)


def _edits(
    mapping: DatabaseMapping, base: BaseRecord, record: Record, side: Side
) -> tuple[Difference, ...]:
    """The edits of a person that would be lost if the record went.

    A value that cannot be read, or cannot be sent, may be one: somebody is asked then.
    """

    def agreed(name: str) -> Value:
        return base.fields.get(name) if side is Side.GIT else base.in_notion(name)

    def moved(name: str, spec: Field) -> bool:
        value = record.value(name)
        if isinstance(value, Unknown):
            return not value.everywhere
        return not same(spec, value, agreed(name))

    own = {name: spec for name, spec in mapping.fields.items() if not spec.derived}
    edited = {name: record.value(name) for name, spec in own.items() if moved(name, spec)}
    untold = {name: value for name, value in edited.items() if isinstance(value, Unknown)}
    told = {name: value for name, value in edited.items() if name not in untold}
    return (
        *differences({name: agreed(name) for name in told}, told),
        *(Difference(name, agreed(name), value) for name, value in untold.items()),
    )


def _trash(mapping: DatabaseMapping, view: RecordView) -> Operation:
    return build(mapping, view, Kind.DELETE_PAGE, writes=(Write(Side.NOTION, Action.DELETE),))


def _delete_file(mapping: DatabaseMapping, view: RecordView) -> Operation:
    return build(mapping, view, Kind.DELETE_FILE, writes=(Write(Side.GIT, Action.DELETE),))


def _conflict(
    mapping: DatabaseMapping,
    view: RecordView,
    states: tuple[State, State],
    why: str,
    held: Record,
    *,
    edited: tuple[Difference, ...],
) -> Conflict:
    """A record that one side holds, with edits perhaps, against the delete of the other."""
    content = content_digest(mapping, held.fields)
    conflict = record_conflict(mapping, view.key, states, why, content)
    return replace(conflict, times=view.times.get(None), edits=edited)


def record_conflict(
    mapping: DatabaseMapping, key: str, states: tuple[State, State], why: str, content: str
) -> Conflict:
    """An open conflict about the record as a whole.

    Args:
        mapping: the record's mapping.
        key: the record's key.
        states: what git and what Notion did.
        why: for the person who is to decide.
        content: digest of the record that is left: when it moves, a person is asked again.
    """
    git, notion = states
    return Conflict(mapping.name, key, None, None, git, notion, why, content=content)


def content_digest(mapping: DatabaseMapping, fields: Fields) -> str:
    """Stands for what a record says of itself: what Notion computes moves by itself."""
    return digest(*(fields.get(name) for name in sorted(own(mapping))))


def _fresh_answer(view: RecordView, conflict: Conflict) -> Resolution | None:
    answer = view.answers.record if view.answers else None
    if answer is None or answer.asked != conflict.asked:
        return None
    return answer if answer.take in (Take.GIT, Take.NOTION) else None


def _by_person(conflict: Conflict, answer: Resolution) -> Conflict:
    take = Take.GIT if answer.take is Take.GIT else Take.NOTION
    what = f"a person chose {'git' if take is Take.GIT else 'Notion'}"
    return replace(conflict, take=take, reason=what, place=answer.place, by_person=True)


def _ask(mapping: DatabaseMapping, view: RecordView, conflict: Conflict) -> Operation:
    return build(mapping, view, Kind.OPEN, conflicts=(conflict,))
