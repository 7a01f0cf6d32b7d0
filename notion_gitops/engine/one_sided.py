"""Records that one side alone holds: created there, or deleted on the other side."""

from dataclasses import replace

from notion_gitops.engine.bodies import in_file_form
from notion_gitops.engine.building import RecordView, build, key_is_wrong
from notion_gitops.engine.difference import differences
from notion_gitops.engine.fields import same
from notion_gitops.model.mapping import (
    Carry,
    DatabaseMapping,
    Direction,
    Field,
    Mode,
    PropertyType,
    Take,
)
from notion_gitops.model.operations import (
    Action,
    Cause,
    Conflict,
    Difference,
    FieldChange,
    Kind,
    Operation,
    Resolution,
    State,
    Write,
)
from notion_gitops.model.records import Absence, BaseRecord, Record, Side, Tombstone
from notion_gitops.model.values import Fields, Unknown, Value, digest

# --- one side holds it, and nobody agreed on it before ----------------------------------


def create_page(mapping: DatabaseMapping, view: RecordView, git: Record) -> Operation | None:
    """A record that only git holds and nobody agreed on: a page is created, or restored."""
    stone = view.tombstone
    if mapping.mode is Mode.MIRROR or (stone is not None and is_kept(mapping, stone, Side.GIT)):
        return None
    if stone is not None and view.absence is Absence.TRASHED:
        return _bring_back(mapping, view, git, stone)
    if stone is not None and view.absence in (Absence.UNPROVEN, Absence.OUT_OF_SCOPE):
        return None  # its page may be alive: another one would be its twin
    write = Write(
        Side.NOTION,
        Action.CREATE,
        _all_new(_without(view.held, _writable(mapping, git))),
        key_to_write=mapping.key.property_name is not None,
    )
    return build(
        mapping,
        view,
        Kind.CREATE_PAGE,
        agreed=_without(view.held, _known(mapping, git)),
        writes=(write,),
        settled=_own(mapping) - git.unknown - view.held,
    )


def _bring_back(
    mapping: DatabaseMapping, view: RecordView, git: Record, stone: Tombstone
) -> Operation:
    """The page comes out of the trash as the file says; what the file has no more is cleared.

    Only what is written is settled: nobody has read what else the page holds.
    """
    given = _writable(mapping, git)
    cleared = {
        name: None
        for name, spec in mapping.fields.items()
        if name in stone.fields and name not in git.fields and _may_clear(spec)
    }
    gone = tuple(
        FieldChange(Difference(n, _plain_text(stone.fields[n]), None), Cause.NEW) for n in cleared
    )
    changes = (*_all_new(given), *gone)
    write = Write(
        Side.NOTION,
        Action.RESTORE,
        changes,
        key_to_write=mapping.key.property_name is not None,
    )
    operation = build(
        mapping,
        view,
        Kind.CREATE_PAGE,
        agreed=_known(mapping, git),
        writes=(write,),
        settled=frozenset(write.fields()),
    )
    return replace(operation, page_id=stone.page_id)


def create_file(mapping: DatabaseMapping, view: RecordView, notion: Record) -> Operation | None:
    """A page that no file holds and nobody agreed on: a file is created."""
    stone = view.tombstone
    same_page = stone is not None and stone.page_id == _page_id(notion)
    if stone is not None and same_page and is_kept(mapping, stone, Side.NOTION):
        return None
    given = {
        name: in_file_form(None, None, value) if mapping.fields[name].is_body else value
        for name, value in notion.fields.items()
        if not isinstance(value, Unknown) and name not in view.held and _enters_file(mapping, name)
    }
    writes = [Write(Side.GIT, Action.CREATE, _all_new(given))]
    if key_is_wrong(mapping, view):
        writes.append(Write(Side.NOTION, Action.UPDATE, key_to_write=True))
    return build(
        mapping,
        view,
        Kind.CREATE_FILE,
        agreed=given,
        writes=tuple(writes),
        settled=frozenset(mapping.fields) - notion.unknown - view.held,
    )


def is_kept(mapping: DatabaseMapping, stone: Tombstone, side: Side) -> bool:
    """Whether a record that the other side deleted stays on `side` since the mapping keeps it.

    Else the record that the tombstone is for, and that is there again, has come back.
    """
    by_git, by_notion = mapping.when_deleted_in_git, mapping.when_trashed_in_notion
    policy = by_git if side is Side.NOTION else by_notion
    return stone.side is side.other and policy is Carry.KEEP


def _own(mapping: DatabaseMapping) -> frozenset[str]:
    """The fields that do not follow from other records: those are read back after the writes."""
    return frozenset(n for n, spec in mapping.fields.items() if not spec.derived)


def _known(mapping: DatabaseMapping, git: Record) -> Fields:
    own = _own(mapping)
    return {n: v for n, v in git.fields.items() if n in own and not isinstance(v, Unknown)}


def _writable(mapping: DatabaseMapping, git: Record) -> Fields:
    """What git may say to Notion: nothing of a field that is only pulled."""
    known = _known(mapping, git)
    return {n: v for n, v in known.items() if mapping.fields[n].direction is not Direction.PULL}


def _without(held: frozenset[str], fields: Fields) -> Fields:
    return {name: value for name, value in fields.items() if name not in held}


def _may_clear(spec: Field) -> bool:
    return spec.direction is not Direction.PULL and spec.type is not PropertyType.STATUS


def _enters_file(mapping: DatabaseMapping, name: str) -> bool:
    """Whether a new file takes the field from its page: not what is only pushed.

    Required ones it does, since a file without them would be invalid.
    """
    spec = mapping.fields[name]
    pushed = spec.direction is Direction.PUSH and mapping.mode is Mode.TWO_WAY
    return not pushed or spec.required


def _plain_text(value: object) -> Value:
    """A tombstone's value to show; it is kept as plain data."""
    if isinstance(value, list):
        return ", ".join(str(member) for member in value)
    return value if isinstance(value, str | int | float | bool) else str(value)


def _all_new(given: Fields) -> tuple[FieldChange, ...]:
    return tuple(FieldChange(d, Cause.NEW) for d in differences({}, given))


def _page_id(record: Record) -> str:
    return record.page.id if record.page else ""


# --- one side deleted it ----------------------------------------------------------------


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
    content = content_digest(mapping, notion.fields)
    conflict = record_conflict(mapping, view.key, states, why, content)
    conflict = replace(conflict, times=view.times.get(None), edits=edited)
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
    content = content_digest(mapping, notion.fields)
    conflict = record_conflict(mapping, view.key, (State.DELETED, State.EDITED), why, content)
    conflict = replace(conflict, times=view.times.get(None), edits=edited)
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
    content = content_digest(mapping, git.fields)
    conflict = record_conflict(mapping, view.key, states, why, content)
    conflict = replace(conflict, times=view.times.get(None), edits=edited)
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
    return replace(_restore_page(mapping, view, git, base), conflicts=decided)


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


def _restore_page(
    mapping: DatabaseMapping, view: RecordView, git: Record, base: BaseRecord
) -> Operation:
    """The page comes out of the trash with git's edits.

    Only those are settled: what else was edited before the page was trashed is the next plan's.
    """
    given = {
        n: v for n, v in _writable(mapping, git).items() if _edited_in_git(mapping, base, n, v)
    }
    cleared = {
        name: None
        for name in base.fields
        if name in mapping.fields and name not in git.fields and _may_clear(mapping.fields[name])
    }
    after = _without(view.held, {**given, **cleared})
    before = {n: base.in_notion(n) for n in after}
    changes = tuple(FieldChange(d, Cause.RESOLVED) for d in differences(before, after))
    write = Write(Side.NOTION, Action.RESTORE, changes)
    return build(
        mapping,
        view,
        Kind.TO_NOTION,
        agreed=_known(mapping, git),
        writes=(write,),
        settled=frozenset(write.fields()),
    )


def _edited_in_git(mapping: DatabaseMapping, base: BaseRecord, name: str, value: Value) -> bool:
    return name not in base.known or not same(mapping.fields[name], value, base.fields.get(name))


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
    return digest(*(fields.get(name) for name in sorted(_own(mapping))))


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
