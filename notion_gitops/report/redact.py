"""Sensitive fields become digests before anything is shown, in every form alike."""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import replace

from notion_gitops.model.backups import HeldNow, ShownBackup
from notion_gitops.model.branches import Collision
from notion_gitops.model.history import RecordHistory
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.operations import (
    Backup,
    Conflict,
    Difference,
    FieldChange,
    Operation,
    State,
    Write,
)
from notion_gitops.model.outcomes import SyncResult
from notion_gitops.model.plan import MappingPlan, Plan
from notion_gitops.model.story import Decision, FieldStory, Holding, Story
from notion_gitops.model.values import Fields, Unknown, Value, to_plain

_DIGITS = 8


def digest(value: Value) -> str:
    """``sha256:1234abcd``: tells whether two values are equal, and nothing else of them."""
    return _plain_digest(to_plain(value))


def _plain_digest(plain: object) -> str:
    text = json.dumps(plain, sort_keys=True)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]}"


def redact_plan(plan: Plan, mappings: Mapping[str, DatabaseMapping]) -> Plan:
    """The plan with the values of sensitive fields as digests; titles too, if they are."""
    return replace(plan, mappings=tuple(_mapping(m, mappings.get(m.name)) for m in plan.mappings))


def redact_sync(result: SyncResult, mappings: Mapping[str, DatabaseMapping]) -> SyncResult:
    """The sync with the values of sensitive fields as digests, in its plan and its backups."""
    hidden = {name: _sensitive(mapping) for name, mapping in mappings.items()}
    backups = tuple(_backup(b, hidden.get(b.mapping, frozenset())) for b in result.backups)
    return replace(result, plan=redact_plan(result.plan, mappings), backups=backups)


def redact_story(story: Story, mapping: DatabaseMapping) -> Story:
    """The story with the values of sensitive fields as digests; the title too, if it is one."""
    hidden = _sensitive(mapping)
    fields = {n: _field_story(f) if n in hidden else f for n, f in story.fields.items()}
    title = _digest_text(story.title) if mapping.title_field.name in hidden else story.title
    return replace(story, title=title, fields=fields)


def redact_history(history: RecordHistory, mapping: DatabaseMapping) -> RecordHistory:
    """The events of a record, with sensitive values replaced by digests."""
    hidden = _sensitive(mapping)
    events = tuple(
        replace(e, changes=tuple(_difference(change, hidden) for change in e.changes))
        for e in history.events
    )
    title = history.title
    if mapping.title_field.name in hidden:
        title = _digest_text(title)
    return replace(history, events=events, title=title)


def redact_shown(shown: ShownBackup, mapping: DatabaseMapping | None) -> ShownBackup:
    """A backup with the values of sensitive fields as digests.

    So are those of fields that the mapping has no more: nobody can say whether they are sensitive.
    """
    backup = shown.backup
    told = {n for n, f in mapping.fields.items() if not f.sensitive} if mapping else set()
    now = HeldNow(_plain_fields(shown.now.git, told), _plain_fields(shown.now.agreed, told))
    kept = replace(backup, fields=_plain_fields(backup.fields, told) or {})
    return ShownBackup(kept, now)


def _plain_fields(
    fields: Mapping[str, object] | None, told: Collection[str]
) -> Mapping[str, object] | None:
    if fields is None:
        return None
    return {n: v if n in told or v is None else _plain_digest(v) for n, v in fields.items()}


def redact_collisions(
    collisions: tuple[Collision, ...], mappings: Mapping[str, DatabaseMapping]
) -> tuple[Collision, ...]:
    """The collisions of two branches with the values of sensitive fields as digests."""
    return tuple(
        _collision(c) if c.field in _sensitive(mappings[c.mapping]) else c for c in collisions
    )


def _collision(each: Collision) -> Collision:
    return replace(each, base=_value(each.base), here=_value(each.here), there=_value(each.there))


def _field_story(field: FieldStory) -> FieldStory:
    """Reasons name the words that are refused, so they are not told either."""
    unsaid = field.fate.decision in (Decision.WAITS, Decision.LEFT_ALONE)
    reasons = ("not told, since the field is sensitive",) if unsaid else field.fate.reasons
    return replace(
        field,
        base=_holding(field.base),
        git=_holding(field.git),
        notion=_holding(field.notion),
        fate=replace(field.fate, reasons=reasons),
    )


def _holding(holding: Holding) -> Holding:
    missing = holding.missing.partition(": ")[0]
    return Holding(_value(holding.value), missing)


def _sensitive(mapping: DatabaseMapping) -> frozenset[str]:
    return frozenset(f.name for f in mapping.fields.values() if f.sensitive)


def _mapping(part: MappingPlan, mapping: DatabaseMapping | None) -> MappingPlan:
    hidden = frozenset[str]() if mapping is None else _sensitive(mapping)
    if mapping is None or not hidden:
        return part
    # A line of a file that cannot be read may hold any field.
    problems = tuple(replace(problem, source_line="") for problem in part.problems)
    operations = tuple(_operation(o, hidden) for o in part.operations)
    shown = replace(part, operations=operations, problems=problems)
    if mapping.title_field.name not in hidden:
        return shown
    return replace(
        shown,
        operations=tuple(replace(o, title=_digest_text(o.title)) for o in shown.operations),
        drafts=tuple(replace(d, title=_digest_text(d.title)) for d in part.drafts),
        unpaired_notion=tuple(map(_digest_text, part.unpaired_notion)),
    )


def _operation(operation: Operation, hidden: frozenset[str]) -> Operation:
    return replace(
        operation,
        agreed=_fields(operation.agreed, hidden),
        writes=tuple(_write(w, hidden) for w in operation.writes),
        conflicts=tuple(_conflict(c, hidden) for c in operation.conflicts),
        backups=tuple(_backup(b, hidden) for b in operation.backups),
    )


def _write(write: Write, hidden: frozenset[str]) -> Write:
    return replace(write, changes=tuple(_change(c, hidden) for c in write.changes))


def _change(change: FieldChange, hidden: frozenset[str]) -> FieldChange:
    return replace(change, difference=_difference(change.difference, hidden))


def _difference(difference: Difference, hidden: frozenset[str]) -> Difference:
    if difference.field not in hidden:
        return difference
    before, after = _value(difference.before), _value(difference.after)
    return Difference(difference.field, before, after)


def _conflict(conflict: Conflict, hidden: frozenset[str]) -> Conflict:
    if conflict.field is None:
        return replace(conflict, edits=tuple(_difference(d, hidden) for d in conflict.edits))
    if conflict.field not in hidden:
        return conflict
    return replace(
        conflict,
        base=_value(conflict.base),
        git=_value(conflict.git),
        notion=_value(conflict.notion),
    )


def _backup(backup: Backup, hidden: frozenset[str]) -> Backup:
    return replace(backup, fields=_fields(backup.fields, hidden))


def _fields(fields: Fields, hidden: frozenset[str]) -> Fields:
    return {name: _value(v) if name in hidden else v for name, v in fields.items()}


def _value(value: Value | State) -> Value:
    """A digest; what is no value (empty, unknown, a record's state) stays readable."""
    if isinstance(value, Unknown):  # the reason may name the word that is refused
        return Unknown("not told, since the field is sensitive")
    return value if value is None or isinstance(value, State) else digest(value)


def _digest_text(text: str) -> str:
    return digest(text) if text else text
