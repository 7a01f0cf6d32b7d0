"""The three-way merge of one record: the decision table, and the operation that follows."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from notion_gitops.engine.advance import NOT_AS_SEEN
from notion_gitops.engine.bodies import as_in_file
from notion_gitops.engine.building import RecordView, build, key_is_wrong
from notion_gitops.engine.created import create_file, create_page
from notion_gitops.engine.deleted import deleted_in_git, trashed_in_notion
from notion_gitops.engine.difference import differences, identical
from notion_gitops.engine.fields import FieldMerge, Readings, merge_field, same
from notion_gitops.engine.holds import left_as_it_is, waits_as_a_whole
from notion_gitops.engine.restores import restore_fields, restore_record, why_not
from notion_gitops.engine.rules import Decider, Evidence
from notion_gitops.model.mapping import DatabaseMapping, Direction, Field, Mode, PropertyType
from notion_gitops.model.operations import (
    Action,
    Cause,
    Conflict,
    FieldChange,
    Kind,
    Operation,
    Write,
)
from notion_gitops.model.records import Absence, BaseRecord, Record, Side
from notion_gitops.model.restores import Restore, Unrestored
from notion_gitops.model.values import Fields


@dataclass(frozen=True, slots=True)
class Merged:
    """What is meant for a record, and what must be known to decide the rest."""

    operation: Operation | None  # None: nothing to do, not even to the base
    missing_times: frozenset[str] = frozenset()  # fields whose rules need the times of the edits
    not_restored: tuple[Unrestored, ...] = ()  # of what was asked for
    waits: bool = False  # as a whole, since one of its fields is on hold


UNTOUCHED = Merged(None)
WAITS = Merged(None, waits=True)


def merge_record(mapping: DatabaseMapping, view: RecordView) -> Merged:
    """Decide one record, with what is to come back into it."""
    match (view.restore, view.git, view.notion, view.base):
        case (None, _, _, _) | (_, Record(), Record(), BaseRecord()):
            return _merged(mapping, view)
        case (restore, None, None, None):
            operation, left = restore_record(mapping, view, restore)
            return Merged(operation, not_restored=left)
        case (restore, _, _, _):
            merged = _merged(mapping, view)
            told = why_not(mapping, view, restore, merged.operation)
            return replace(merged, not_restored=(told,))


def _merged(mapping: DatabaseMapping, view: RecordView) -> Merged:
    """The rows are those of the decision table in docs/semantics.md."""
    if waits_as_a_whole(mapping, view):
        return WAITS
    match (view.git, view.notion, view.base):
        case (Record(), Record(), _):
            return _both_present(mapping, view)
        case (Record() as git, None, None):
            return Merged(create_page(mapping, view, git))
        case (None, Record() as notion, None):
            return Merged(create_file(mapping, view, notion))
        case (None, Record() as notion, BaseRecord() as base):
            return Merged(deleted_in_git(mapping, view, notion, base))
        case (Record() as git, None, BaseRecord() as base):
            if view.absence is not Absence.TRASHED:
                return UNTOUCHED  # not in the listing, but not in the trash: frozen
            return Merged(trashed_in_notion(mapping, view, git, base))
        case (None, None, BaseRecord()):
            return Merged(build(mapping, view, Kind.FORGET)) if _is_gone(view) else UNTOUCHED
        case _:
            return UNTOUCHED


def _is_gone(view: RecordView) -> bool:
    """Whether a record that git deleted is gone in Notion as well, or out of reach for good."""
    return view.absence in (Absence.TRASHED, Absence.MOVED, Absence.UNREACHABLE)


# --- both sides hold the record ---------------------------------------------------------


def _both_present(mapping: DatabaseMapping, view: RecordView) -> Merged:
    decider = Decider(mapping, _evidence(view))
    readings = {spec.name: readings_of(view, spec) for spec in mapping.fields.values()}
    merges = {
        spec.name: left_as_it_is(readings[spec.name])
        if spec.name in view.held
        else merge_field(
            spec, direction_of(mapping, spec), readings[spec.name], decider.for_field(spec)
        )
        for spec in mapping.fields.values()
    }
    merges, left = restore_fields(mapping, view, readings, merges)
    return Merged(
        _from_fields(mapping, view, readings, merges),
        frozenset(decider.missing_times),
        left,
    )


def direction_of(mapping: DatabaseMapping, spec: Field) -> Direction:
    """The way a field's edits travel; in a mirror, everything comes from Notion."""
    return Direction.PULL if mapping.mode is Mode.MIRROR else spec.direction


def readings_of(view: RecordView, spec: Field) -> Readings:
    """One field as the base and both sides hold it."""
    name, base = spec.name, view.base
    known = base is not None and name in base.known
    at = Readings(
        known=known,
        base=base.fields.get(name) if base and known else None,
        stored=base.in_notion(name) if base and known else None,
        git=view.git.value(name) if view.git else None,
        notion=view.notion.value(name) if view.notion else None,
        merged=view.merged_texts.get(name),
    )
    return _as_files(at, view) if spec.type is PropertyType.BODY else at


def _as_files(at: Readings, view: RecordView) -> Readings:
    """The readings of a body, those of Notion in the form of the file."""
    notion = as_in_file(view.base, at.git, at.notion)
    return replace(at, stored=at.base, notion=notion)


def _evidence(view: RecordView) -> Evidence:
    return Evidence(
        key=view.key,
        git=view.git.fields if view.git else {},
        notion=view.notion.fields if view.notion else {},
        base=view.base.fields if view.base else {},
        times=view.times,
        answers=view.answers.fields if view.answers else {},
    )


def _from_fields(
    mapping: DatabaseMapping,
    view: RecordView,
    readings: Mapping[str, Readings],
    merges: Mapping[str, FieldMerge],
) -> Operation | None:
    agreed = {n: m.agreed for n, m in merges.items() if m.agreed is not None}
    key = key_is_wrong(mapping, view)
    updates = (
        Write(
            side,
            Action.UPDATE,
            _changes(readings, merges, side, view.restore),
            key and side is Side.NOTION,
        )
        for side in Side
    )
    writes = tuple(w for w in updates if w.changes or w.key_to_write)
    conflicts = tuple(m.conflict for m in merges.values() if m.conflict is not None)
    settled = frozenset(n for n, m in merges.items() if m.settled)
    if not writes and _base_holds(mapping, view, agreed, settled):
        if not conflicts:
            return None
        settled = frozenset()  # the question alone remains; the base stays as it is
    return build(
        mapping,
        view,
        _kind(view, writes, conflicts),
        agreed=agreed,
        writes=writes,
        conflicts=conflicts,
        settled=settled,
    )


def _changes(
    readings: Mapping[str, Readings],
    merges: Mapping[str, FieldMerge],
    side: Side,
    restore: Restore | None,
) -> tuple[FieldChange, ...]:
    causes = {
        name: cause
        for name, m in merges.items()
        if (cause := m.to_git if side is Side.GIT else m.to_notion) is not None
    }
    before = {n: readings[n].git if side is Side.GIT else readings[n].notion for n in causes}
    after = {n: merges[n].agreed for n in causes}
    changes = []
    for difference in differences(before, after):
        conflict = merges[difference.field].conflict
        rule, place = (conflict.rule, conflict.place) if conflict else ("", None)
        cause, sync = causes[difference.field], ""
        if cause is Cause.RESTORED and restore is not None:
            sync = restore.syncs[difference.field]
        changes.append(FieldChange(difference, cause, rule, place, sync))
    return tuple(changes)


def _base_holds(
    mapping: DatabaseMapping, view: RecordView, agreed: Fields, settled: frozenset[str]
) -> bool:
    """Whether the base says already what both sides hold, each as it reads there."""
    base, notion = view.base, view.notion
    if base is None or notion is None or view.renamed_from or not settled <= base.known:
        return False
    if base.seen in ("", NOT_AS_SEEN) and len(settled) == len(mapping.fields):
        return False  # once the digest of the page is in the base, it need not be looked at
    return all(
        identical(base.fields.get(n), agreed.get(n))
        and same(mapping.fields[n], notion.value(n), base.in_notion(n))
        for n in settled
    )


def _kind(view: RecordView, writes: tuple[Write, ...], conflicts: tuple[Conflict, ...]) -> Kind:
    if view.renamed_from:
        return Kind.RENAME
    sides = {w.side for w in writes}
    if sides == {Side.GIT, Side.NOTION}:
        return Kind.BOTH_WAYS
    if sides:
        return Kind.TO_GIT if Side.GIT in sides else Kind.TO_NOTION
    if any(c.open for c in conflicts):
        return Kind.OPEN
    return Kind.LINK if view.base is None or not view.base.known else Kind.ADOPT
