"""From snapshots to operations: every record of every mapping decided, then looked at together."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain

from notion_gitops.engine.behind import behind
from notion_gitops.engine.building import RecordView
from notion_gitops.engine.guards import NONE_ACCEPTED, Accepted, not_accepted, tripped, unfit
from notion_gitops.engine.holds import NO_HOLDS, Holds
from notion_gitops.engine.merge import Merged, merge_record
from notion_gitops.engine.references import hold_referenced, merged_records
from notion_gitops.engine.restores import twins
from notion_gitops.model.holds import OnHold
from notion_gitops.model.mapping import DatabaseMapping, PropertyType
from notion_gitops.model.operations import ConflictFile, EditTimes, Operation
from notion_gitops.model.plan import Refusal, UnfitAccept
from notion_gitops.model.records import Base, Record, Snapshot
from notion_gitops.model.restores import Restore, Unrestored
from notion_gitops.model.values import Fields

FieldOf = tuple[str, str, str | None]  # mapping, key, field; None: the record as a whole


@dataclass(frozen=True, slots=True)
class Inputs:
    """What one mapping's part of a plan is computed from."""

    mapping: DatabaseMapping
    base: Base
    git: Snapshot  # at least the candidates
    notion: Snapshot  # all records that were listed, by key
    candidates: frozenset[str]  # keys that may differ; all others are known to be unchanged
    answers: Mapping[str, ConflictFile] = field(default_factory=dict)  # by key
    renames: Mapping[str, str] = field(default_factory=dict)  # new key -> old: `find_renames`
    pending: frozenset[str] = frozenset()  # keys that an earlier run could not send: go first
    # By key and field: texts that both sides edited, merged.
    merged_texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    unpaired: bool = False  # first contact and nothing links the sides: only list
    restores: Mapping[str, Restore] = field(default_factory=dict)  # by key: asked for by a person
    holds: Holds = NO_HOLDS
    held_renames: Mapping[str, str] = field(default_factory=dict)  # likewise, of held records
    missing: frozenset[str] = frozenset()  # keys of pages that the listing should have shown
    # By key: records whose pages were not read since nobody edited them, as the base has them; as
    # far as somebody looks at them. Nothing is decided about them.
    unlisted: Mapping[str, Record] = field(default_factory=dict)
    waiting: Mapping[str, Fields] = field(default_factory=dict)  # by key: relations in git that are
    # not sent now; they are unknown in `git`


@dataclass(frozen=True, slots=True)
class Decided:
    """All operations, by mapping, and what must be known to decide the rest."""

    operations: Mapping[str, tuple[Operation, ...]]
    refusals: Mapping[str, tuple[Refusal, ...]]
    merged: Mapping[str, Mapping[str, Record]]  # all records as they will stand
    missing_times: frozenset[FieldOf] = frozenset()
    unfit: tuple[UnfitAccept, ...] = ()  # accepted numbers that let nothing pass
    not_restored: tuple[Unrestored, ...] = ()  # of what was asked for
    on_hold: Mapping[str, tuple[OnHold, ...]] = field(default_factory=dict)  # what waits, by hold
    held: Mapping[str, frozenset[str]] = field(default_factory=dict)  # keys left alone as a whole


@dataclass(frozen=True, slots=True)
class _Part:
    """What is decided of one mapping, before it is looked at together with the others."""

    operations: tuple[Operation, ...]
    missing_times: frozenset[FieldOf]
    not_restored: tuple[Unrestored, ...]
    on_hold: tuple[OnHold, ...]
    held: frozenset[str]


def decide(
    inputs: Mapping[str, Inputs],
    times: Mapping[FieldOf, EditTimes],
    accepted: Accepted,
    begun: Accepted = NONE_ACCEPTED,
) -> Decided:
    """Decide every record.

    Args:
        inputs: by mapping name.
        times: the times of edits in conflict, as far as they were fetched.
        accepted: numbers that a person accepted past the guards, by ``MAPPING.WHAT``.
        begun: those of an apply that was cut short.
    """
    parts = {name: _part(each, times) for name, each in inputs.items()}
    operations = [operation for part in parts.values() for operation in part.operations]
    mappings = {name: each.mapping for name, each in inputs.items()}
    present = {name: _present(each) for name, each in inputs.items()}
    standing = merged_records(present, operations)
    waiting = {
        name: {key: Record(key, fields) for key, fields in each.waiting.items()}
        for name, each in inputs.items()
    }
    operations = hold_referenced(mappings, operations, standing, times, waiting)
    by_mapping = {n: tuple(o for o in operations if o.mapping == n) for n in inputs}
    found = {
        n: tripped(each.mapping, each.base, by_mapping[n], each.missing)
        for n, each in inputs.items()
    }
    return Decided(
        operations=by_mapping,
        refusals={name: not_accepted(trips, accepted, begun) for name, trips in found.items()},
        merged=merged_records(present, operations),
        missing_times=frozenset(chain.from_iterable(part.missing_times for part in parts.values())),
        unfit=unfit(chain.from_iterable(found.values()), accepted, begun),
        not_restored=tuple(chain.from_iterable(part.not_restored for part in parts.values())),
        on_hold={name: part.on_hold for name, part in parts.items()},
        held={name: part.held for name, part in parts.items()},
    )


def _part(each: Inputs, times: Mapping[FieldOf, EditTimes]) -> _Part:
    """Decide every record of one mapping by itself."""
    name, views = each.mapping.name, _views(each, times)
    merged = {v.key: merge_record(each.mapping, v) for v in views if not v.on_hold}
    left = chain.from_iterable(m.not_restored for m in merged.values())
    return _Part(
        operations=tuple(m.operation for m in merged.values() if m.operation is not None),
        missing_times=frozenset(
            (name, key, f) for key, m in merged.items() for f in m.missing_times
        ),
        not_restored=(*_beside(each, views), *left),
        on_hold=behind(each.mapping, each.holds, views, each.git.unreadable),
        held=_left_alone(each, views, merged),
    )


def left_out(mappings: Mapping[str, DatabaseMapping], stopped: Mapping[str, str]) -> dict[str, str]:
    """The mappings that take no part, and why: those that are stopped and all that relate to them.

    Args:
        mappings: all mappings.
        stopped: why, for those that a guard, a changed schema or Notion itself stops.
    """
    out = dict(stopped)
    while True:
        more = {
            name: f'it relates to "{to}", which is left out'
            for name, mapping in mappings.items()
            if name not in out and (to := _related(mapping, out))
        }
        if not more:
            return out
        out |= more


def _related(mapping: DatabaseMapping, out: Mapping[str, str]) -> str:
    targets = (f.to for f in mapping.fields.values() if f.type is PropertyType.RELATION)
    return next((to for to in targets if to and to in out), "")


def _present(each: Inputs) -> dict[str, Record]:
    """The records as one side holds them: Notion's, else git's (frozen or not yet pushed)."""
    return {**each.unlisted, **each.git.records, **each.notion.records}


def _views(each: Inputs, times: Mapping[FieldOf, EditTimes]) -> list[RecordView]:
    name, base = each.mapping.name, each.base
    frozen = each.git.unreadable.keys() | each.notion.unreadable.keys()
    views = []
    known: dict[str, dict[str | None, EditTimes]] = {}
    for (mapping, key, spec), both in times.items():
        if mapping == name:
            known.setdefault(key, {})[spec] = both
    renames = {**each.renames, **each.held_renames}
    alike = _alike(each)
    keys = each.candidates - frozen - set(renames.values())
    for key in sorted(keys, key=lambda key: (key not in each.pending, key)):
        view = RecordView(
            key=key,
            base=base.records.get(key),
            git=each.git.records.get(key),
            notion=each.notion.records.get(key),
            absence=each.notion.absent.get(key),
            tombstone=base.tombstones.get(key),
            answers=each.answers.get(key),
            times=known.get(key, {}),
            merged_texts=each.merged_texts.get(key, {}),
            restore=each.restores.get(key),
            twin=alike.get(key, ""),
        )
        if key in renames:
            view = _renamed(each, view, renames[key])
        view = _with_holds(each, view)
        if each.unpaired and (view.git is None or view.notion is None) and view.base is None:
            continue  # first contact: nothing is created until somebody says what is new
        views.append(view)
    return views


def _alike(each: Inputs) -> dict[str, str]:
    """The keys that come back as no others may be called; with those others."""
    whole = {key for key, restore in each.restores.items() if restore.whole}
    sides = (each.git.records, each.git.unreadable, each.notion.records, each.base.records)
    return twins(whole, chain.from_iterable(sides)) if whole else {}


def _left_alone(
    each: Inputs, views: Iterable[RecordView], merged: Mapping[str, Merged]
) -> frozenset[str]:
    """The keys of the records that are left alone as a whole, since something is on hold."""
    whole = {v.key for v in views if v.on_hold} | {k for k, m in merged.items() if m.waits}
    lost = {key for key in each.git.unreadable if each.holds.record(key) is not None}
    return frozenset({*whole, *lost, *each.held_renames.values()})


def _beside(each: Inputs, views: Iterable[RecordView]) -> Iterator[Unrestored]:
    """What is to come back into records at which nobody looks."""
    going = {view.key for view in views if not view.on_hold}
    for key in sorted(each.restores.keys() - going):
        reason, fix = "it takes no part in this plan", "See what the plan says of it."
        now = next((new for new, old in each.renames.items() if old == key), "")
        if now:
            reason, fix = f"its key is {now} now", "Run apply first; then restore."
        elif each.holds.record(key) is not None:
            reason, fix = "it is on hold", "End the hold first; then restore."
        elif key in each.git.unreadable:
            reason, fix = "its file cannot be read", "Put the file right; then restore."
        elif key in each.notion.unreadable:
            reason, fix = "its page cannot be read", "Put the page right; then restore."
        yield Unrestored(each.mapping.name, key, "", reason, fix)


def _with_holds(each: Inputs, view: RecordView) -> RecordView:
    if not each.holds:
        return view
    keys = (view.key, view.renamed_from)
    on_hold = each.holds.record(*keys) is not None or view.key in each.held_renames
    return replace(view, held=each.holds.fields(each.mapping.fields, *keys), on_hold=on_hold)


def _renamed(each: Inputs, view: RecordView, old: str) -> RecordView:
    notion = each.notion.records.get(old)
    return replace(
        view,
        base=replace(each.base.records[old], key=view.key),
        notion=None if notion is None else replace(notion, key=view.key),
        absence=each.notion.absent.get(old),
        renamed_from=old,
    )
