"""What comes back out of the backups: only where nobody's edit since would be overwritten."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain

from notion_gitops.engine.bodies import as_in_file, in_file_form
from notion_gitops.engine.building import RecordView
from notion_gitops.engine.created import create_page
from notion_gitops.engine.difference import differences
from notion_gitops.engine.fields import FieldMerge, Readings, same
from notion_gitops.model.mapping import DatabaseMapping, Direction, Field, Mode, PropertyType
from notion_gitops.model.operations import Action, Cause, FieldChange, Kind, Operation, Write
from notion_gitops.model.records import Absence, Record, Side
from notion_gitops.model.restores import Restore, Unrestored
from notion_gitops.model.values import Fields, Unknown, Value

_APPLY = "Run apply first; then restore."
_END_HOLD = "End the hold first; then restore."
_DECIDE = "Decide it first (notion-gitops conflicts resolve); then restore."
_GONE = (
    "If it was deleted, restore it whole, from the backup of the sync that deleted it. "
    "If it has another key now, set the value there: backups show tells it."
)
_MAY_BE_ALIVE = (Absence.UNPROVEN, Absence.OUT_OF_SCOPE)  # another page would be a twin
_ABSENT = {
    Absence.OUT_OF_SCOPE: "its page is archived, or out of the mapping's filter",
    Absence.MOVED: "its page was moved to another place in Notion",
    Absence.UNREACHABLE: "its page cannot be seen: not shared any more, or deleted for good",
    Absence.UNPROVEN: "its page is not in Notion's listing, which is not proven whole",
}


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is to come back into a record of a mapping."""

    mapping: DatabaseMapping
    key: str
    restore: Restore
    held: frozenset[str] = frozenset()  # fields that are on hold

    def not_restored(self, name: str, reason: str, fix: str = "") -> Unrestored:
        """A field that does not come back; "" for the record."""
        return Unrestored(self.mapping.name, self.key, name, reason, fix)


# --- fields of a record that both sides hold -----------------------------------------------


def restore_fields(
    mapping: DatabaseMapping,
    view: RecordView,
    readings: Mapping[str, Readings],
    merges: Mapping[str, FieldMerge],
) -> tuple[dict[str, FieldMerge], tuple[Unrestored, ...]]:
    """The merges with the values that come back; and what does not, with the reasons.

    A field comes back only if both sides hold what was last agreed. Any other is left as the
    ordinary plan has it.
    """
    if view.restore is None:
        return dict(merges), ()
    asked = _Asked(mapping, view.key, view.restore, view.held)
    found, told = dict(merges), []
    for name, value in view.restore.values.items():
        spec = mapping.fields.get(name)
        left = _unfit(asked, name, value)
        if left is None and spec is not None:
            wanted = _in_these_lines(asked, view, spec, value)
            left = _coming(asked, spec, merges[name], wanted)
            left = left or _unsettled(asked, spec, readings[name], merges[name])
            found[name] = merges[name] if left else _given(spec, readings[name], wanted)
        told += [left] if left is not None else []
    return found, tuple(told)


def _in_these_lines(asked: _Asked, view: RecordView, spec: Field, value: Value) -> Value:
    """A page's text, if it was kept as Notion spells it, in the lines of the file that is there."""
    spelled_there = asked.restore.whole and asked.restore.side is Side.NOTION
    if not spec.is_body or not spelled_there or view.git is None:
        return value
    return as_in_file(view.base, view.git.value(spec.name), value)


def _coming(asked: _Asked, spec: Field, merge: FieldMerge, value: Value) -> Unrestored | None:
    """That both sides hold it already, or do after this plan: an apply of it was interrupted."""
    if not merge.settled or not same(spec, value, merge.agreed):
        return None
    why = "both sides hold it already"
    if merge.to_git is not None or merge.to_notion is not None:
        why = "the ordinary sync brings it"
    return replace(asked.not_restored(spec.name, why), unchanged=True)


def _given(spec: Field, at: Readings, value: Value) -> FieldMerge:
    """The field with its old value, on those sides that do not hold it."""
    return FieldMerge(
        value,
        to_git=None if same(spec, value, at.git) else Cause.RESTORED,
        to_notion=None if same(spec, value, at.notion) else Cause.RESTORED,
    )


def _unfit(asked: _Asked, name: str, value: Value) -> Unrestored | None:
    """Why a value can never come back into the mapping as it is."""
    mapping, spec = asked.mapping, asked.mapping.fields.get(name)
    if name in asked.held:
        return asked.not_restored(name, "it is on hold", _END_HOLD)
    if mapping.mode is Mode.MIRROR:
        fix = "Edit it in Notion."
        return asked.not_restored(name, "in a mirror all values come from Notion", fix)
    if spec is None:
        fix = "backups show tells its value; the mapping has to name the field again."
        return asked.not_restored(name, "the mapping has no such field", fix)
    if spec.derived:
        return asked.not_restored(name, "Notion computes it", "Edit what it is computed from.")
    if spec.direction is Direction.PULL:
        return asked.not_restored(name, "edits of it come from Notion alone", "Edit it in Notion.")
    if isinstance(value, Unknown):
        return asked.not_restored(name, value.reason, asked.restore.fixes.get(name, ""))
    if value is None and spec.type is PropertyType.STATUS:
        return asked.not_restored(name, "it was empty, and a status cannot be emptied")
    if value is None and spec.required:
        return asked.not_restored(name, "it was empty, and it is required now")
    return None


def _unsettled(asked: _Asked, spec: Field, at: Readings, merge: FieldMerge) -> Unrestored | None:
    """Why a field is not what both sides last agreed on."""
    unknown = next((v for v in (at.git, at.notion) if isinstance(v, Unknown)), None)
    if unknown is not None:
        why = "its value cannot be read, or not be sent"
        reason = why if spec.sensitive else f"{why}: {unknown.reason}"
        return asked.not_restored(spec.name, reason, "Put that right first; then restore.")
    if merge.conflict is not None and merge.conflict.open:
        return asked.not_restored(spec.name, "a decision about it is open", _DECIDE)
    if not at.known:
        reason = "git and Notion never agreed on it"
        return asked.not_restored(spec.name, reason, _APPLY)
    quiet = merge.settled and merge.to_git is None and merge.to_notion is None
    if quiet and same(spec, merge.agreed, at.base):
        return None
    return asked.not_restored(spec.name, f"{_edited(spec, at)} since the last sync", _APPLY)


def _edited(spec: Field, at: Readings) -> str:
    in_git = not same(spec, at.git, at.base)
    in_notion = not same(spec, at.notion, at.stored)
    if in_git and in_notion:
        return "edited in git and in Notion"
    return "edited in git" if in_git else "edited in Notion"


# --- a whole record ------------------------------------------------------------------------


def may_come_back(
    mapping: DatabaseMapping, restore: Restore, held: Collection[str], absence: Absence | None
) -> bool:
    """Whether a record that is gone on both sides comes back, so that others may relate to it.

    Args:
        mapping: the mapping.
        restore: what is asked for.
        held: its fields that are on hold.
        absence: why its page is not listed, if there was one.
    """
    in_the_way = mapping.mode is Mode.MIRROR or bool(restore.values.keys() & set(held))
    return restore.whole and not in_the_way and absence not in _MAY_BE_ALIVE


def twins(wanted: Collection[str], there: Iterable[str]) -> dict[str, str]:
    """The keys that are wanted and differ in capitals alone from one that is there; with that one.

    Of two that are wanted alike, neither is: which of them is meant is for a person to say.
    """
    alike: dict[str, set[str]] = {key.casefold(): set() for key in wanted}
    for key in chain(wanted, there):
        alike.get(key.casefold(), set()).add(key)
    others = {key: alike[key.casefold()] - {key} for key in wanted}
    return {key: min(found) for key, found in others.items() if found}


def restore_record(
    mapping: DatabaseMapping, view: RecordView, restore: Restore
) -> tuple[Operation | None, tuple[Unrestored, ...]]:
    """A record that is gone on both sides: a file is made, and its page restored or created.

    Its page comes out of the trash if it is there.
    """
    asked = _Asked(mapping, view.key, restore)
    if mapping.mode is Mode.MIRROR:
        return None, (asked.not_restored("", "in a mirror all records come from Notion"),)
    if not restore.whole:
        return None, (asked.not_restored("", "no record has that key any more", _GONE),)
    held = sorted(view.held & restore.values.keys())
    if held:  # without it, it would be taken for emptied once the hold ends
        return None, (asked.not_restored("", f"{held[0]} is on hold", _END_HOLD),)
    if view.twin:
        why = f"its key differs from {view.twin} in capitals alone"
        fix = f"No two keys may: give {view.twin} another one first; then restore."
        return None, (asked.not_restored("", why, fix),)
    values, told = _whole(asked, view)
    title = values.get(mapping.title_field.name)
    git = Record(view.key, values, title=title if isinstance(title, str) else "")
    page = create_page(mapping, _wanted_back(view), git)
    if page is None:
        why = _ABSENT.get(view.absence or Absence.UNPROVEN, "its page may be there")
        return None, (asked.not_restored("", why, "Bring its page back in Notion, then apply."),)
    return _both_sides(asked, page, git), told


def _wanted_back(view: RecordView) -> RecordView:
    """The record as if git had deleted it: what the mapping keeps is not what a person wants."""
    stone = view.tombstone
    return view if stone is None else replace(view, tombstone=replace(stone, side=Side.GIT))


def _whole(asked: _Asked, view: RecordView) -> tuple[Fields, tuple[Unrestored, ...]]:
    """The values that the record comes back with, and those that it comes back without."""
    values: dict[str, Value] = {}
    told: list[Unrestored] = []
    trashed = view.tombstone is not None and view.absence is Absence.TRASHED
    for name, value in asked.restore.values.items():
        spec, left = asked.mapping.fields.get(name), _unfit(asked, name, value)
        pulled = spec is not None and spec.direction is Direction.PULL
        if spec is not None and spec.derived:
            continue  # it is computed anew
        if left is None or (trashed and pulled and not isinstance(value, Unknown)):
            values[name] = _in_file(asked, spec, value)
        else:
            told.append(left)
    return {n: v for n, v in values.items() if v is not None}, tuple(told)


def _in_file(asked: _Asked, spec: Field | None, value: Value) -> Value:
    """A value as the new file has it: a page's text was kept as Notion spells it."""
    from_page = asked.restore.side is Side.NOTION
    return in_file_form(None, None, value) if from_page and spec and spec.is_body else value


def _both_sides(asked: _Asked, page: Operation, git: Record) -> Operation:
    """The operation that makes the page, with the file; all of it out of the backup."""
    syncs = asked.restore.syncs
    file = Write(Side.GIT, Action.CREATE, tuple(_new(git.fields, syncs)))
    writes = (
        replace(w, changes=tuple(_restored(c, syncs) for c in w.changes)) for w in page.writes
    )
    return replace(page, kind=Kind.BOTH_WAYS, title=git.title, writes=(file, *writes))


def _new(fields: Fields, syncs: Mapping[str, str]) -> list[FieldChange]:
    return [_restored(FieldChange(d, Cause.NEW), syncs) for d in differences({}, fields)]


def _restored(change: FieldChange, syncs: Mapping[str, str]) -> FieldChange:
    sync = syncs.get(change.difference.field, next(iter(syncs.values()), ""))
    return replace(change, cause=Cause.RESTORED, sync=sync)


# --- records to which nothing of it can be done --------------------------------------------


def why_not(
    mapping: DatabaseMapping, view: RecordView, restore: Restore, operation: Operation | None
) -> Unrestored:
    """Why nothing comes back into a record that one side alone holds, or that is not synced.

    Args:
        mapping: the mapping.
        view: the record.
        restore: what was asked for.
        operation: what is meant for the record without it.
    """
    asked = _Asked(mapping, view.key, restore)
    if operation is not None and operation.open_conflicts:
        return asked.not_restored("", "a decision about it is open", _DECIDE)
    if view.notion is None and view.absence not in (None, Absence.TRASHED):
        told = _ABSENT[view.absence] if view.absence else ""
        return asked.not_restored("", told, "Bring the page back first; then restore.")
    sides = [s.label for s, r in ((Side.GIT, view.git), (Side.NOTION, view.notion)) if r is None]
    if view.base is None:
        return asked.not_restored("", "it is new, and was not synced yet", _APPLY)
    return asked.not_restored("", f"it was deleted in {' and in '.join(sides)} meanwhile", _APPLY)
