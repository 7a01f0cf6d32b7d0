"""The records of both sides as they will stand, and deletes that others still point to."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from notion_gitops.engine.deleted import content_digest, record_conflict
from notion_gitops.model.mapping import DatabaseMapping, PropertyType
from notion_gitops.model.operations import Action, EditTimes, Kind, Operation, State
from notion_gitops.model.records import Record, Side
from notion_gitops.model.values import Fields

Id = tuple[str, str]  # mapping, key
Records = Mapping[str, Mapping[str, Record]]  # by mapping, by key

SHOWN = 5  # how many referring records a reason names


def merged_records(
    present: Records, operations: Iterable[Operation]
) -> dict[str, dict[str, Record]]:
    """All records as they stand once the operations are done.

    Args:
        present: the records as one side holds them; enough for those that no operation touches.
        operations: what is planned; their agreed values win, the deleted ones go.
    """
    merged = {name: dict(records) for name, records in present.items()}
    for operation in operations:
        records = merged.setdefault(operation.mapping, {})
        records.pop(operation.renamed_from, None)
        if deletes(operation) or operation.kind is Kind.FORGET:
            records.pop(operation.key, None)
        elif operation.agreed or operation.settled:
            was = records.get(operation.key) or Record(operation.key, {})
            title = operation.title or was.title
            fields = {**_asked_about(operation, was), **operation.agreed}
            records[operation.key] = replace(was, fields=fields, title=title)
    return merged


def _asked_about(operation: Operation, was: Record) -> Fields:
    """The values in dispute, as one side has them: what was never agreed upon is not empty."""
    names = {conflict.field for conflict in operation.conflicts if conflict.open}
    return {name: value for name, value in was.fields.items() if name in names}


def hold_referenced(
    mappings: Mapping[str, DatabaseMapping],
    operations: list[Operation],
    merged: Records,
    times: Mapping[tuple[str, str, str | None], EditTimes],
    waiting: Records = MappingProxyType({}),
) -> list[Operation]:
    """Turn each delete that surviving records relate to into an open conflict that lists them.

    A delete that a person decided in a conflict file goes through. A record whose own delete is
    held survives, so that what it points to is held as well.

    Args:
        mappings: by name.
        operations: what is planned.
        merged: all records as they will stand.
        times: by mapping, key and field (None: the record), who edited when, where it was fetched.
        waiting: relations that git holds and that are not sent now, by record.
    """
    doomed = {(o.mapping, o.key): o for o in operations if deletes(o)}
    referring: dict[Id, list[str]] = defaultdict(list)
    staying = {
        name: {key: record for key, record in records.items() if (name, key) not in doomed}
        for name, records in waiting.items()
    }
    found = _joined(_referring(mappings, every, doomed) for every in (merged, staying))
    while found:
        for target, names in found.items():
            referring[target] += names
        held = {t for t in found if not any(c.by_person for c in doomed[t].conflicts)}
        survivors = _as_deleted(doomed[t] for t in held)
        doomed = {t: o for t, o in doomed.items() if t not in held}
        found = _referring(mappings, survivors, doomed)
    return [
        _held(
            mappings[o.mapping],
            o,
            referring[(o.mapping, o.key)],
            times.get((o.mapping, o.key, None)),
        )
        if deletes(o) and (o.mapping, o.key) not in doomed
        else o
        for o in operations
    ]


def _joined(found: Iterable[Mapping[Id, list[str]]]) -> Mapping[Id, list[str]]:
    joined: dict[Id, list[str]] = defaultdict(list)
    for each in found:
        for target, names in each.items():
            joined[target] += names
    return joined


def _as_deleted(operations: Iterable[Operation]) -> dict[str, dict[str, Record]]:
    """The records that deletes were meant for, as the backups of those deletes hold them."""
    records: dict[str, dict[str, Record]] = {}
    for operation in operations:
        fields = _deleted_fields(operation)
        records.setdefault(operation.mapping, {})[operation.key] = Record(operation.key, fields)
    return records


def _deleted_fields(operation: Operation) -> Fields:
    return next((b.fields for b in operation.backups), {})


def deletes(operation: Operation) -> bool:
    """Whether the operation deletes the record on a side."""
    return any(w.action is Action.DELETE for w in operation.writes)


def _referring(
    mappings: Mapping[str, DatabaseMapping], merged: Records, doomed: Collection[Id]
) -> Mapping[Id, list[str]]:
    found: dict[Id, list[str]] = defaultdict(list)
    if not doomed:
        return found
    for name, records in merged.items():
        relations = [
            (f.name, f.to)
            for f in mappings[name].fields.values()
            if f.type is PropertyType.RELATION and f.to and not f.derived
        ]
        for key, record in records.items():
            for field, target in relations:
                value = record.value(field)
                for member in value if isinstance(value, frozenset) else ():
                    if (target, member) in doomed:
                        found[(target, member)].append(f"{name}/{key}")
    return found


def _held(
    mapping: DatabaseMapping, operation: Operation, referring: list[str], times: EditTimes | None
) -> Operation:
    in_git = any(w.side is Side.NOTION for w in operation.writes)  # deleted there
    deleted_first = (State.DELETED, State.UNCHANGED)
    states = deleted_first if in_git else (State.UNCHANGED, State.DELETED)
    referring = sorted(set(referring))
    names = ", ".join(referring[:SHOWN])
    more = f" and {len(referring) - SHOWN} more" if len(referring) > SHOWN else ""
    points = "points" if len(referring) == 1 else "point"
    why = f"deleted in {'git' if in_git else 'Notion'}, but {names}{more} still {points} to it"
    content = content_digest(mapping, _deleted_fields(operation))
    conflict = record_conflict(mapping, operation.key, states, why, content)
    conflict = replace(conflict, times=times)
    return replace(operation, kind=Kind.OPEN, writes=(), conflicts=(conflict,), backups=())
