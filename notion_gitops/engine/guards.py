"""Limits on what one apply may do: an emptied side is a danger, not a list of deletions."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from notion_gitops.model.mapping import DatabaseMapping, Limit
from notion_gitops.model.operations import Action, Cause, FieldChange, Operation, State
from notion_gitops.model.plan import Refusal
from notion_gitops.model.records import Base, Side
from notion_gitops.model.values import Value, to_plain

UNGUARDED = frozenset({Cause.FIRST, Cause.REFRESH, Cause.DEFAULT, Cause.NEW})
SAME_VALUE = Limit(share=0.25, count=None, floor=20)  # one field set to one value
EMPTIED_COLUMN_FLOOR = 5  # so many records at least make a column worth guarding


def guard(
    mapping: DatabaseMapping,
    base: Base,
    operations: Iterable[Operation],
    accepted: Mapping[str, int],
) -> tuple[Refusal, ...]:
    """The refusals for one mapping.

    Args:
        mapping: the mapping, with its limits.
        base: its base; limits are shares of its size.
        operations: what is planned.
        accepted: exact numbers that a person accepted, by ``MAPPING.WHAT``.
    """
    planned = list(operations)
    found = [
        refusal
        for side in Side
        for refusal in (
            *_deletes(mapping, base, planned, side),
            *_updates(mapping, base, planned, side),
            *_columns(mapping, base, planned, side),
        )
    ]
    return tuple(r for r in found if accepted.get(f"{r.mapping}.{r.what}") != r.count)


def _deletes(
    mapping: DatabaseMapping, base: Base, operations: list[Operation], side: Side
) -> list[Refusal]:
    keys = [o.key for o in operations if _does(o, side, Action.DELETE)]
    size = len(base.records)
    asked = sum(1 for o in operations if _asks_about_delete(o, side))
    emptied = bool(keys) and len(keys) + asked >= size
    limit = 0 if emptied else mapping.safety.deletes.allowed(size)
    if len(keys) <= limit:
        return []
    target = "to Notion's trash" if side is Side.NOTION else "out of git"
    what = f"every one of the {size}" if emptied else f"{len(keys)} of the {size}"
    return [
        Refusal(
            mapping=mapping.name,
            what="deletes",
            count=len(keys),
            limit=limit,
            side=side,
            message=f"This plan moves {what} {mapping.name} {target}.",
            keys=tuple(keys),
            fix=_mistake(side),
            place=mapping.safety.deletes.place or mapping.place,
        )
    ]


def _updates(
    mapping: DatabaseMapping, base: Base, operations: list[Operation], side: Side
) -> list[Refusal]:
    keys = [o.key for o in operations if _guarded_changes(o, side)]
    size = len(base.records)
    limit = mapping.safety.updates.allowed(size)
    if len(keys) <= limit:
        return []
    return [
        Refusal(
            mapping=mapping.name,
            what="updates",
            count=len(keys),
            limit=limit,
            side=side,
            message=f"This plan changes {len(keys)} of the {size} {mapping.name} in {side.label}.",
            keys=tuple(keys),
            fix=_mistake(side),
            place=mapping.safety.updates.place or mapping.place,
        )
    ]


def _columns(
    mapping: DatabaseMapping, base: Base, operations: list[Operation], side: Side
) -> list[Refusal]:
    keys_of: dict[tuple[str, str], list[str]] = defaultdict(list)
    value_of: dict[tuple[str, str], Value] = {}
    for operation in operations:
        for change in _guarded_changes(operation, side):
            at = (change.difference.field, repr(to_plain(change.difference.after)))
            keys_of[at].append(operation.key)
            value_of[at] = change.difference.after
    filled = Counter(n for b in base.records.values() for n in b.fields)
    refusals = []
    for at, keys in sorted(keys_of.items()):
        name = at[0]
        emptied = value_of[at] is None and len(keys) >= max(filled[name], EMPTIED_COLUMN_FLOOR)
        limit = 0 if emptied else SAME_VALUE.allowed(len(base.records))
        if len(keys) > limit:
            refusals.append(_column(mapping, name, keys, limit, side))
    return refusals


def _column(
    mapping: DatabaseMapping, name: str, keys: list[str], limit: int, side: Side
) -> Refusal:
    what = "empties" if limit == 0 else "sets to one value"
    return Refusal(
        mapping=mapping.name,
        what=name,
        count=len(keys),
        limit=limit,
        side=side,
        message=f'This plan {what} "{name}" of {len(keys)} {mapping.name} in {side.label}.',
        keys=tuple(keys),
        fix=_mistake(side),
        place=mapping.fields[name].place,
    )


def _guarded_changes(operation: Operation, side: Side) -> list[FieldChange]:
    write = operation.write(side)
    if write is None or write.action is not Action.UPDATE:
        return []
    return [c for c in write.changes if c.cause not in UNGUARDED]


def _does(operation: Operation, side: Side, action: Action) -> bool:
    write = operation.write(side)
    return write is not None and write.action is action


def _asks_about_delete(operation: Operation, side: Side) -> bool:
    """Whether the record is gone on the other side, and a person is asked about this one."""
    states = [c.notion if side is Side.GIT else c.git for c in operation.open_conflicts]
    return State.DELETED in states


def _mistake(side: Side) -> str:
    if side is Side.NOTION:
        return "Revert the commit in git that it comes from (git revert COMMIT)."
    return "Restore the pages in Notion: from the Trash, or from the page history."
