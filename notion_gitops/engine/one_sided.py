"""Records that one side alone holds: created there, or deleted on the other side."""

from dataclasses import replace

from notion_gitops.engine.building import RecordView, build, key_is_wrong
from notion_gitops.engine.difference import differences
from notion_gitops.engine.fields import same
from notion_gitops.engine.rules import asked_digest
from notion_gitops.model.mapping import Carry, DatabaseMapping, Mode, Take
from notion_gitops.model.operations import (
    Action,
    Cause,
    Conflict,
    FieldChange,
    Kind,
    Operation,
    Resolution,
    State,
    Write,
)
from notion_gitops.model.records import Absence, BaseRecord, Record, Side
from notion_gitops.model.values import Fields, Unknown, Value

# --- one side holds it, and nobody agreed on it before ----------------------------------


def create_page(mapping: DatabaseMapping, view: RecordView, git: Record) -> Operation | None:
    """A record that only git holds and nobody agreed on: a page is created, or restored."""
    if mapping.mode is Mode.MIRROR:
        return None
    given = {n: v for n, v in git.fields.items() if not mapping.fields[n].derived}
    restored = view.tombstone is not None and view.absence is Absence.TRASHED
    write = Write(
        Side.NOTION,
        Action.RESTORE if restored else Action.CREATE,
        _all_new(given),
        key_to_write=mapping.key.property_name is not None,
    )
    page_id = view.tombstone.page_id if view.tombstone and restored else ""
    operation = build(
        mapping,
        view,
        Kind.CREATE_PAGE,
        agreed=given,
        writes=(write,),
        settled=frozenset(mapping.fields),
    )
    return replace(operation, page_id=page_id)


def create_file(mapping: DatabaseMapping, view: RecordView, notion: Record) -> Operation | None:
    """A page that no file holds and nobody agreed on: a file is created."""
    if view.tombstone is not None and view.tombstone.page_id == _page_id(notion):
        return None  # deleted in git, and the mapping says that the page stays
    given = {n: v for n, v in notion.fields.items() if not isinstance(v, Unknown)}
    unknown = {n for n, v in notion.fields.items() if isinstance(v, Unknown)}
    writes = [Write(Side.GIT, Action.CREATE, _all_new(given))]
    if key_is_wrong(mapping, view):
        writes.append(Write(Side.NOTION, Action.UPDATE, key_to_write=True))
    return build(
        mapping,
        view,
        Kind.CREATE_FILE,
        agreed=given,
        writes=tuple(writes),
        settled=frozenset(mapping.fields) - unknown,
    )


def _all_new(given: Fields) -> tuple[FieldChange, ...]:
    return tuple(FieldChange(d, Cause.NEW) for d in differences({}, given))


def _page_id(record: Record) -> str:
    return record.page.id if record.page else ""


# --- one side deleted it ----------------------------------------------------------------


def deleted_in_git(
    mapping: DatabaseMapping, view: RecordView, notion: Record, base: BaseRecord
) -> Operation | None:
    """The file is gone: the page follows, unless edited or the mapping says otherwise."""
    if mapping.mode is Mode.MIRROR:
        return create_file(mapping, view, notion)
    edited = _edited(mapping, base, notion, Side.NOTION)
    why = "deleted in git, edited in Notion" if edited else "deleted in git; the mapping asks"
    conflict = record_conflict(mapping, view.key, State.DELETED, State.EDITED, why)
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


def trashed_in_notion(
    mapping: DatabaseMapping, view: RecordView, git: Record, base: BaseRecord
) -> Operation | None:
    """The page is in the trash: the file follows, unless edited or the mapping says otherwise."""
    edited = mapping.mode is Mode.TWO_WAY and _edited(mapping, base, git, Side.GIT)
    why = "edited in git, trashed in Notion" if edited else "trashed in Notion; the mapping asks"
    conflict = record_conflict(mapping, view.key, State.EDITED, State.DELETED, why)
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
    return replace(_restore_page(mapping, view, git, base), conflicts=decided)


def _edited(mapping: DatabaseMapping, base: BaseRecord, record: Record, side: Side) -> bool:
    """Whether a person's edit would be lost if the record went."""

    def agreed(name: str) -> Value:
        return base.fields.get(name) if side is Side.GIT else base.in_notion(name)

    return any(
        not same(spec, record.value(name), agreed(name))
        for name, spec in mapping.fields.items()
        if not spec.derived and not isinstance(record.value(name), Unknown)
    )


def _trash(mapping: DatabaseMapping, view: RecordView) -> Operation:
    return build(mapping, view, Kind.DELETE_PAGE, writes=(Write(Side.NOTION, Action.DELETE),))


def _delete_file(mapping: DatabaseMapping, view: RecordView) -> Operation:
    return build(mapping, view, Kind.DELETE_FILE, writes=(Write(Side.GIT, Action.DELETE),))


def _restore_page(
    mapping: DatabaseMapping, view: RecordView, git: Record, base: BaseRecord
) -> Operation:
    given = {n: v for n, v in git.fields.items() if not mapping.fields[n].derived}
    stored = {n: base.in_notion(n) for n in base.known if not mapping.fields[n].derived}
    changes = tuple(FieldChange(d, Cause.RESOLVED) for d in differences(stored, given))
    return build(
        mapping,
        view,
        Kind.TO_NOTION,
        agreed=given,
        writes=(Write(Side.NOTION, Action.RESTORE, changes),),
        settled=frozenset(mapping.fields),
    )


def record_conflict(
    mapping: DatabaseMapping, key: str, git: State, notion: State, why: str
) -> Conflict:
    """An open conflict about the record as a whole."""
    return Conflict(mapping.name, key, None, None, git, notion, why, place=mapping.place)


def _fresh_answer(view: RecordView, conflict: Conflict) -> Resolution | None:
    answer = view.answers.record if view.answers else None
    if answer is None or answer.asked != asked_digest(conflict):
        return None
    return answer


def _by_person(conflict: Conflict, answer: Resolution) -> Conflict:
    take = answer.take or Take.NOTION
    what = f"a person chose {'git' if take is Take.GIT else 'Notion'}"
    return replace(conflict, take=take, reason=what, place=answer.place, by_person=True)


def _ask(mapping: DatabaseMapping, view: RecordView, conflict: Conflict) -> Operation:
    return build(mapping, view, Kind.OPEN, conflicts=(conflict,))
