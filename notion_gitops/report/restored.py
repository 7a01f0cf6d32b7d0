"""What comes back out of the backups, and what does not, as plans and syncs tell it."""

from collections.abc import Iterable, Iterator, Sequence

from notion_gitops.model.operations import Cause, Operation, Write
from notion_gitops.model.plan import Plan
from notion_gitops.model.restores import Unrestored
from notion_gitops.report.plan_view import NoteView
from notion_gitops.text.words import count, listed, number

_LISTED = 20
_SYNCS = 3  # named in a sentence


def is_restored(write: Write) -> bool:
    """Whether all that is written comes out of the backups."""
    return bool(write.changes) and all(c.cause is Cause.RESTORED for c in write.changes)


def syncs_of(operation: Operation) -> tuple[str, ...]:
    """The syncs out of whose backups an operation restores something."""
    changes = (c for w in operation.writes for c in w.changes if c.cause is Cause.RESTORED)
    return tuple(dict.fromkeys(c.sync for c in changes))


def from_backups(syncs: Iterable[str]) -> str:
    """``from the backup of sync 20261124T1421Z-7k3f``."""
    named = tuple(dict.fromkeys(syncs))
    return f"from the {'backup' if len(named) == 1 else 'backups'} of {_syncs(named)}"


def _syncs(named: Sequence[str]) -> str:
    return f"{'sync' if len(named) == 1 else 'syncs'} {listed(named, _SYNCS)}"


def unrestored_notes(plan: Plan) -> Iterator[NoteView]:
    """What was asked for and does not come back: why, and what to do; and what is there already."""
    left = plan.left_unrestored
    if left:
        shown = tuple(map(unrestored_sentence, left[:_LISTED]))
        yield NoteView(f"NOT RESTORED: {number(len(left))}", shown, len(left) - len(shown))
    there = [name_of(one) for one in plan.not_restored if one.unchanged]
    if there:
        yield NoteView(f"As in the backup already, nothing to restore: {listed(there, _LISTED)}")


def unrestored_sentence(one: Unrestored) -> str:
    """``tasks/pour-slab due: edited in git since the last sync. Run apply first.``."""
    fix = f". {one.fix[0].upper()}{one.fix[1:]}" if one.fix else ""
    return f"{name_of(one)}: {one.reason}{fix}"


def name_of(one: Unrestored) -> str:
    """The record, and the field if it is about one."""
    return " ".join(part for part in (f"{one.mapping}/{one.key}", one.field) if part)


def restored_fact(operations: Iterable[Operation]) -> str:
    """``2 records, from the backup of sync 20261124T1421Z-7k3f``; "" if nothing was restored."""
    found = [(o, syncs) for o in operations if (syncs := syncs_of(o))]
    if not found:
        return ""
    source = from_backups(sync for _, syncs in found for sync in syncs)
    return f"{count(len(found), 'record')}, {source}"
