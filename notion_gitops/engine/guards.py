"""Limits on what one apply may do: an emptied side is a danger, not a list of deletions."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from notion_gitops.model.mapping import DatabaseMapping, Limit
from notion_gitops.model.operations import Action, Cause, FieldChange, Operation, State
from notion_gitops.model.plan import Refusal, UnfitAccept
from notion_gitops.model.records import Base, Side
from notion_gitops.model.values import Value, to_plain

UNGUARDED = frozenset({Cause.FIRST, Cause.REFRESH, Cause.DEFAULT, Cause.NEW})
SAME_VALUE = Limit(share=0.25, count=None, floor=20)  # one field set to one value
MISSING = "missing"  # the guard against a listing that has shrunk
EMPTIED_COLUMN_FLOOR = 5  # so many records at least make a column worth guarding


def tripped(
    mapping: DatabaseMapping,
    base: Base,
    operations: Iterable[Operation],
    missing: Collection[str] = (),
) -> tuple[Refusal, ...]:
    """The guards of one mapping that trip, whether or not a person accepted their numbers.

    Args:
        mapping: the mapping, with its limits.
        base: its base; limits are shares of its size.
        operations: what is planned.
        missing: keys of pages that Notion's listing should have shown, and did not.
    """
    planned = tuple(operations)
    watched = {side: _Watched(mapping, base, planned, side) for side in Side}
    return (
        *_missing(watched[Side.GIT], missing),
        *(
            refusal
            for each in watched.values()
            for refusal in (*_deletes(each), *_updates(each), *_columns(each))
        ),
    )


Accepted = Mapping[str, Collection[int]]
"""Exact numbers that a person accepted, by ``MAPPING.WHAT``; each side may have one of its own."""


NONE_ACCEPTED: Accepted = MappingProxyType({})


def not_accepted(
    found: Iterable[Refusal], accepted: Accepted, begun: Accepted = NONE_ACCEPTED
) -> tuple[Refusal, ...]:
    """The guards that nobody accepted.

    Who accepts that pages are missing accepts that the files of those in the trash are deleted.

    Args:
        found: the guards that trip.
        accepted: the numbers given.
        begun: those under which an apply began that was cut short: given again, they let the rest
            of it pass.
    """
    trips = tuple(found)
    left = tuple(r for r in trips if not _passes(r, accepted, begun))
    gone = max((r.count for r in trips if r.what == MISSING and r not in left), default=0)
    return tuple(r for r in left if not _deletes_in_git(r) or r.count > gone)


def _deletes_in_git(refusal: Refusal) -> bool:
    return refusal.what == "deletes" and refusal.side is Side.GIT


def _passes(refusal: Refusal, accepted: Accepted, begun: Accepted) -> bool:
    name = _name(refusal)
    given = accepted.get(name, ())
    return refusal.count in given or any(
        refusal.count <= number for number in given if number in begun.get(name, ())
    )


def unfit(
    found: Iterable[Refusal], accepted: Accepted, begun: Accepted = NONE_ACCEPTED
) -> tuple[UnfitAccept, ...]:
    """The accepted numbers that are not those of a guard that tripped.

    Args: as for `not_accepted`; of a run that was cut short, nothing may be left to trip on.
    """
    counts: dict[str, list[int]] = defaultdict(list)
    for refusal in found:
        counts[_name(refusal)].append(refusal.count)
    return tuple(
        UnfitAccept(name, count, tuple(counts[name]))
        for name, given in accepted.items()
        for count in sorted(given)
        if count not in counts[name]
        and not (count in begun.get(name, ()) and all(left <= count for left in counts[name]))
    )


def _name(refusal: Refusal) -> str:
    return f"{refusal.mapping}.{refusal.what}"


@dataclass(frozen=True, slots=True)
class _Watched:
    """What is planned for one side of a mapping."""

    mapping: DatabaseMapping
    base: Base
    operations: tuple[Operation, ...]
    side: Side

    @property
    def size(self) -> int:
        """How many records the base has."""
        return len(self.base.records)

    def refusal(
        self, what: str, keys: list[str], limit: int, message: str, *, emptied: bool = False
    ) -> Refusal:
        """Of more than `limit` changes of a kind; `emptied`: nothing would be left."""
        safety, file = self.mapping.safety, self.mapping.place.file
        limits = {"deletes": safety.deletes, "updates": safety.updates, MISSING: safety.deletes}
        set_by = limits.get(what, SAME_VALUE)
        key = "deletes" if what == MISSING else what
        return Refusal(
            mapping=self.mapping.name,
            what=what,
            count=len(keys),
            limit=limit,
            side=self.side,
            message=message,
            keys=tuple(keys),
            fix=_mistake(self.side),
            place=set_by.place,
            rule=set_by.rule,
            to_set=f"safety.{key} in {file}" if what in limits else "",
            always=emptied,
        )


def _missing(watched: _Watched, missing: Collection[str]) -> Iterator[Refusal]:
    """A listing that lacks so many pages is no listing: nothing is decided by it."""
    size, name = watched.size, watched.mapping.name
    emptied = 0 < len(missing) == size
    limit = 0 if emptied else watched.mapping.safety.deletes.allowed(size)
    if len(missing) > limit:
        missed = f"lists none of the {size}" if emptied else f"leaves out {len(missing)} of {size}"
        message = f"Notion's listing {missed} {name}."
        refusal = watched.refusal(MISSING, sorted(missing), limit, message, emptied=emptied)
        yield replace(refusal, fix=_SHRUNKEN)


def _deletes(watched: _Watched) -> Iterator[Refusal]:
    side, size = watched.side, watched.size
    keys = [o.key for o in watched.operations if _does(o, side, Action.DELETE)]
    asked = sum(1 for o in watched.operations if _asks_about_delete(o, side))
    emptied = bool(keys) and len(keys) + asked >= size
    limit = 0 if emptied else watched.mapping.safety.deletes.allowed(size)
    if len(keys) > limit:
        which = f"every one of the {size}" if emptied else f"{len(keys)} of the {size}"
        which += f" {watched.mapping.name}"
        message = f"This plan moves {which} to Notion's trash."
        if side is Side.GIT:
            message = f"This plan deletes {which} in git."
        yield watched.refusal("deletes", keys, limit, message, emptied=emptied)


def _updates(watched: _Watched) -> Iterator[Refusal]:
    side, name = watched.side, watched.mapping.name
    keys = [o.key for o in watched.operations if _guarded_changes(o, side)]
    limit = watched.mapping.safety.updates.allowed(watched.size)
    if len(keys) > limit:
        message = f"This plan changes {len(keys)} of the {watched.size} {name} in {side.label}."
        yield watched.refusal("updates", keys, limit, message)


def _columns(watched: _Watched) -> Iterator[Refusal]:
    keys_of: dict[tuple[str, str], list[str]] = defaultdict(list)
    value_of: dict[tuple[str, str], Value] = {}
    for operation in watched.operations:
        for change in _guarded_changes(operation, watched.side):
            at = (change.difference.field, repr(to_plain(change.difference.after)))
            keys_of[at].append(operation.key)
            value_of[at] = change.difference.after
    filled = Counter(n for b in watched.base.records.values() for n in b.fields)
    for at, keys in sorted(keys_of.items()):
        name = at[0]
        emptied = value_of[at] is None and len(keys) >= max(filled[name], EMPTIED_COLUMN_FLOOR)
        limit = 0 if emptied else SAME_VALUE.allowed(watched.size)
        if len(keys) > limit:
            what = "empties" if emptied else "sets to one value"
            of_them = f"{len(keys)} {watched.mapping.name} in {watched.side.label}"
            message = f'This plan {what} "{name}" of {of_them}.'
            yield watched.refusal(name, keys, limit, message, emptied=emptied)


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


_SHRUNKEN = (
    "Run plan again: a listing may come cut short. If it stays so, look in Notion what became of "
    "these pages. Once accepted, each of them is read, and only what is in the trash is deleted."
)


def _mistake(side: Side) -> str:
    if side is Side.NOTION:
        return "Take the edits in git back that it comes from, with git revert COMMIT."
    return "Restore the pages in Notion: from the Trash, or from the page history."
