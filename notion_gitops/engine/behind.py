"""What waits behind each hold: what a plan would take up if it were not there."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from notion_gitops.engine.building import RecordView
from notion_gitops.engine.fields import same
from notion_gitops.engine.holds import Holds, waits_as_a_whole
from notion_gitops.engine.merge import merge_record, readings_of
from notion_gitops.model.holds import Change, Hold, OnHold, Waiting
from notion_gitops.model.mapping import DatabaseMapping, Field
from notion_gitops.model.records import Absence, Side
from notion_gitops.model.values import Unknown


def behind(
    mapping: DatabaseMapping,
    holds: Holds,
    views: Sequence[RecordView],
    unreadable: Collection[str],
) -> tuple[OnHold, ...]:
    """Each hold with what waits behind it, in the order of the holds.

    Args:
        mapping: whose holds they are.
        holds: those in force.
        views: the records that may differ; nothing waits of the others.
        unreadable: keys of the records in git that cannot be read.
    """
    named: dict[str, list[RecordView]] = {"": list(views)}
    for view in views if holds else ():
        for key in {view.key, view.renamed_from} - {""}:
            named.setdefault(key, []).append(view)
    return tuple(_behind(mapping, h, named.get(h.record, ()), unreadable) for h in holds.every)


def _behind(
    mapping: DatabaseMapping,
    hold: Hold,
    covered: Sequence[RecordView],
    unreadable: Collection[str],
) -> OnHold:
    lost: list[Waiting] = []
    if not hold.field:
        named = [k for k in (hold.record,) if k in unreadable] if hold.record else unreadable
        lost = [Waiting(key, Side.GIT, Change.UNREADABLE) for key in sorted(named)]
    found = (w for view in covered for w in _of_record(mapping, hold, view))
    return OnHold(hold, (*lost, *found), _questions(hold, covered))


def _questions(hold: Hold, views: Sequence[RecordView]) -> tuple[str, ...]:
    asked = ((v.key, v.answers.asked) for v in views if v.answers is not None)
    return tuple(key for key, fields in asked if not hold.field or hold.field in fields)


def _of_record(mapping: DatabaseMapping, hold: Hold, view: RecordView) -> Iterator[Waiting]:
    renamed = view.on_hold and bool(view.renamed_from) and bool(hold.record)
    names = frozenset(mapping.fields if renamed or not hold.field else {hold.field})
    in_part = bool(hold.field) and not renamed
    whole = not in_part or (hold.field in view.held and waits_as_a_whole(mapping, view))
    free = merge_record(mapping, replace(view, held=frozenset())).operation
    if free is None or not (free.writes or free.conflicts):
        return
    for side in Side:
        change = _change(view, side) if whole else None
        fields = _edited(mapping, view, side, names)
        if change is not None:
            yield Waiting(view.key, side, change, fields if change is Change.RENAMED else ())
        elif fields:
            yield Waiting(view.key, side, Change.EDITED, fields)


def _change(view: RecordView, side: Side) -> Change | None:
    """What a side did to the record as a whole; None if it did nothing but edit it."""
    here = view.git if side is Side.GIT else view.notion
    if view.renamed_from and side is Side.GIT:
        return Change.RENAMED
    if here is not None:
        there = view.notion if side is Side.GIT else view.git
        return Change.NEW if view.base is None and there is None else None
    if view.base is None:
        return None
    gone = side is Side.GIT or view.absence is Absence.TRASHED
    return Change.DELETED if gone else None


def _edited(
    mapping: DatabaseMapping, view: RecordView, side: Side, names: frozenset[str]
) -> tuple[str, ...]:
    """The fields in which a side has another value than was agreed, and than the other side."""
    record = view.git if side is Side.GIT else view.notion
    specs = [s for s in mapping.fields.values() if s.name in names and not s.derived]
    return tuple(s.name for s in specs if record is not None and _moved(view, side, s))


def _moved(view: RecordView, side: Side, spec: Field) -> bool:
    at = readings_of(view, spec)
    here, agreed = (at.git, at.base) if side is Side.GIT else (at.notion, at.stored)
    if isinstance(here, Unknown) or same(spec, here, agreed):
        return False
    both = view.git is not None and view.notion is not None
    return not (both and same(spec, at.git, at.notion))
