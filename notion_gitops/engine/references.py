"""The records of both sides as they will stand, and deletes that others still point to."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from notion_gitops.engine.one_sided import record_conflict
from notion_gitops.model.mapping import DatabaseMapping, PropertyType
from notion_gitops.model.operations import Action, Kind, Operation, State
from notion_gitops.model.records import Record, Side

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
        if deletes(operation) or operation.kind is Kind.FORGET:
            records.pop(operation.key, None)
        elif operation.agreed:
            was = records.get(operation.key) or Record(operation.key, {})
            title = operation.title or was.title
            records[operation.key] = replace(was, fields=operation.agreed, title=title)
    return merged


def hold_referenced(
    mappings: Mapping[str, DatabaseMapping], operations: list[Operation], merged: Records
) -> list[Operation]:
    """Turn each delete that surviving records relate to into an open conflict that lists them.

    A delete that a person decided in a conflict file goes through.
    """
    doomed = {(o.mapping, o.key) for o in operations if deletes(o)}
    if not doomed:
        return operations
    referring = _referring(mappings, merged, doomed)
    return [
        _held(mappings[o.mapping], o, referring[(o.mapping, o.key)])
        if referring.get((o.mapping, o.key)) and not any(c.by_person for c in o.conflicts)
        else o
        for o in operations
    ]


def deletes(operation: Operation) -> bool:
    """Whether the operation deletes the record on a side."""
    return any(w.action is Action.DELETE for w in operation.writes)


def _referring(
    mappings: Mapping[str, DatabaseMapping], merged: Records, doomed: set[tuple[str, str]]
) -> Mapping[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
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


def _held(mapping: DatabaseMapping, operation: Operation, referring: list[str]) -> Operation:
    in_git = any(w.side is Side.NOTION for w in operation.writes)  # deleted there
    states = (State.DELETED, State.EDITED) if in_git else (State.EDITED, State.DELETED)
    names = ", ".join(sorted(referring)[:SHOWN])
    more = f" and {len(referring) - SHOWN} more" if len(referring) > SHOWN else ""
    why = f"deleted in {'git' if in_git else 'Notion'}, but {names}{more} still point to it"
    conflict = record_conflict(mapping, operation.key, *states, why)
    return replace(operation, kind=Kind.OPEN, writes=(), conflicts=(conflict,), backups=())
