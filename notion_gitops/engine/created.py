"""Records that one side alone holds and nobody agreed on: they were created there."""

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
)
from notion_gitops.model.operations import (
    Action,
    Cause,
    Difference,
    FieldChange,
    Kind,
    Operation,
    Write,
)
from notion_gitops.model.records import Absence, BaseRecord, Record, Side, Tombstone
from notion_gitops.model.values import Fields, Unknown, Value


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
        settled=own(mapping) - git.unknown - view.held,
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


def own(mapping: DatabaseMapping) -> frozenset[str]:
    """The fields that do not follow from other records: those are read back after the writes."""
    return frozenset(n for n, spec in mapping.fields.items() if not spec.derived)


def _known(mapping: DatabaseMapping, git: Record) -> Fields:
    entered = own(mapping)
    return {n: v for n, v in git.fields.items() if n in entered and not isinstance(v, Unknown)}


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


def restore_page(
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
