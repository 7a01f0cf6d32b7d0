"""What a plan means to do with one record and its fields, and why: read off the plan itself."""

from dataclasses import dataclass

from notion_gitops.engine.fields import same
from notion_gitops.engine.merge import direction_of
from notion_gitops.model.mapping import DatabaseMapping, Direction, Field
from notion_gitops.model.operations import Action, Cause, Conflict, FieldChange, Kind, Operation
from notion_gitops.model.records import Absence, BaseRecord, Record, Side
from notion_gitops.model.story import Decision, Fate
from notion_gitops.model.values import Unknown
from notion_gitops.text.words import listed

_KINDS = {
    Kind.CREATE_PAGE: (Decision.TO_NOTION, "new in git: a page is created"),
    Kind.CREATE_FILE: (Decision.TO_GIT, "new in Notion: a file is made"),
    Kind.DELETE_PAGE: (Decision.TO_NOTION, "deleted in git: the page goes to Notion's trash"),
    Kind.DELETE_FILE: (Decision.TO_GIT, "in Notion's trash: the file is deleted"),
    Kind.FORGET: (Decision.BASE, "gone on both sides: the base forgets it"),
    Kind.LINK: (Decision.BASE, "it is in git and in Notion, and the two are linked"),
    Kind.ADOPT: (Decision.BASE, "both sides are equal: the base takes it up"),
    Kind.OPEN: (Decision.OPEN, ""),
    Kind.RENAME: (Decision.BASE, ""),
}
_ENDS = (Kind.CREATE_PAGE, Kind.CREATE_FILE, Kind.DELETE_PAGE, Kind.DELETE_FILE)
_NAMED = 5  # fields in a reason
_CAUSES = {
    Cause.EDIT: "edited in {other} alone",
    Cause.NEW: "part of a new record",
    Cause.MERGED: "both sides were edited; merged",
    Cause.RULE: "decided by rule",
    Cause.RESOLVED: "decided by a person",
    Cause.FIRST: "first contact, with no value agreed before",
    Cause.PUT_BACK: "put back: edits of this field in {side} are not taken",
    Cause.REFRESH: "computed by Notion",
    Cause.DEFAULT: "as Notion has it, since the file leaves it empty",
    Cause.RESTORED: "restored from the backups, as a person asked",
}
_ABSENT = {
    Absence.OUT_OF_SCOPE: "the page is archived, or the mapping's filter leaves it out",
    Absence.MOVED: "the page is in another database now",
    Absence.UNREACHABLE: "the page cannot be seen: it is not shared any more, or deleted for good",
    Absence.UNPROVEN: "the page is not in Notion's listing, which is not proven whole",
}


@dataclass(frozen=True, slots=True)
class Sides:
    """One record as it was read."""

    mapping: DatabaseMapping
    git: Record | None = None  # as the file has it
    sent: Record | None = None  # as it was planned upon: what Notion has no place for is unknown
    notion: Record | None = None
    base: BaseRecord | None = None
    absence: Absence | None = None

    def edited_in_git(self, spec: Field) -> bool:
        """Whether git has another value than was agreed, and one that is for Notion."""
        if self.git is None or direction_of(self.mapping, spec) is Direction.PULL or spec.derived:
            return False
        if self.base is None or spec.name not in self.base.known:
            return self.git.value(spec.name) is not None
        return not same(spec, self.git.value(spec.name), self.base.fields.get(spec.name))


def record_fate(sides: Sides, operation: Operation | None) -> Fate:
    """What becomes of the record as a whole."""
    if operation is None:
        return _untouched(sides)
    conflict = next((c for c in operation.conflicts if c.field is None), None)
    if conflict is not None and conflict.open:
        return Fate(Decision.OPEN, (conflict.reason, "neither side is written until it is decided"))
    told = (conflict.reason,) if conflict is not None else ()
    written = {w.side for w in operation.writes}
    if any(w.action is Action.RESTORE for w in operation.writes):
        return Fate(Decision.TO_NOTION, ("the page comes back from Notion's trash", *told))
    decision, reason = _KINDS.get(operation.kind, (Decision.BOTH, ""))
    if written and operation.kind not in _ENDS:
        decision = _towards(written, Decision.BOTH)
    asked = [c.field for c in operation.open_conflicts if c.field is not None]
    reasons = (
        f"the key was {operation.renamed_from} before" if operation.renamed_from else "",
        reason,
        f"a person has to decide about {listed(asked, _NAMED)}" if asked else "",
    )
    return Fate(decision, (*filter(None, reasons), *told))


def field_fate(sides: Sides, spec: Field, operation: Operation | None, whole: Fate) -> Fate:
    """What becomes of one field; `whole` is what becomes of its record."""
    about = _of_field(spec.name, operation)
    if about.conflict is not None and about.conflict.open:
        return Fate(Decision.OPEN, (about.conflict.reason,))
    if about.changes:
        written = {side for side, _ in about.changes}
        merged = any(change.cause is Cause.MERGED for _, change in about.changes)
        decision = Decision.MERGED if merged else _towards(written, Decision.MERGED)
        return Fate(decision, _reasons(about))
    if operation is not None and _ends(operation):
        return whole
    unread = _unread(sides, spec)
    if unread is not None:
        return unread
    if operation is None:
        return _beside(sides, spec, whole)
    moves = operation.settled and spec.name in operation.settled and _base_moves(sides, spec)
    why = "both sides hold it already"
    return Fate(Decision.BASE, (why,)) if moves else Fate(Decision.NOTHING)


@dataclass(frozen=True, slots=True)
class _About:
    """What an operation says of one field."""

    conflict: Conflict | None = None
    changes: tuple[tuple[Side, FieldChange], ...] = ()


def _of_field(name: str, operation: Operation | None) -> _About:
    if operation is None:
        return _About()
    changes = (
        (write.side, change)
        for write in operation.writes
        for change in write.changes
        if change.difference.field == name
    )
    return _About(next((c for c in operation.conflicts if c.field == name), None), tuple(changes))


def _reasons(about: _About) -> tuple[str, ...]:
    told = (
        _CAUSES[change.cause].format(side=side.label, other=side.other.label)
        for side, change in about.changes
        if about.conflict is None or change.cause not in (Cause.RULE, Cause.RESOLVED)
    )
    reason = (about.conflict.reason,) if about.conflict is not None else ()
    return tuple(dict.fromkeys((*told, *reason)))


def _ends(operation: Operation) -> bool:
    """Whether the record goes, or waits for a decision, as a whole."""
    gone = any(write.action is Action.DELETE for write in operation.writes)
    asked = any(c.field is None and c.open for c in operation.conflicts)
    return gone or asked or operation.kind is Kind.FORGET


def _untouched(sides: Sides) -> Fate:
    if sides.absence in _ABSENT and sides.base is not None:
        out = sides.absence is Absence.OUT_OF_SCOPE
        decision = Decision.OUT_OF_SCOPE if out else Decision.LEFT_ALONE
        return Fate(decision, (_ABSENT[sides.absence], "both sides stay as they are"))
    return Fate(Decision.NOTHING)


def _beside(sides: Sides, spec: Field, whole: Fate) -> Fate:
    """A field of a record that no operation touches."""
    frozen = whole.decision in (Decision.OUT_OF_SCOPE, Decision.LEFT_ALONE, Decision.WAITS)
    if not frozen or whole.decision is Decision.WAITS:
        return whole
    if not sides.edited_in_git(spec):
        return whole
    decision = whole.decision if whole.decision is Decision.OUT_OF_SCOPE else Decision.WAITS
    return Fate(decision, (*whole.reasons, "the edit in git is sent when that is over"))


def _unread(sides: Sides, spec: Field) -> Fate | None:
    """A value that cannot be sent, or could not be read: nothing is done with the field."""
    sent = sides.sent.value(spec.name) if sides.sent else None
    there = sides.notion.value(spec.name) if sides.notion else None
    unknown = next((v for v in (sent, there) if isinstance(v, Unknown)), None)
    if unknown is None:
        return None
    waits = sides.edited_in_git(spec)
    more = "the edit in git is sent when that is put right" if waits else ""
    reasons = (unknown.reason, *((more,) if more else ()))
    return Fate(Decision.WAITS if waits else Decision.LEFT_ALONE, reasons)


def _base_moves(sides: Sides, spec: Field) -> bool:
    if sides.base is None or spec.name not in sides.base.known:
        return sides.git is not None and sides.git.value(spec.name) is not None
    now = sides.git.value(spec.name) if sides.git else None
    return not same(spec, now, sides.base.fields.get(spec.name))


def _towards(written: set[Side], both: Decision) -> Decision:
    if len(written) > 1:
        return both
    return Decision.TO_GIT if Side.GIT in written else Decision.TO_NOTION
