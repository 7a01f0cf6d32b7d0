"""The three-way merge of one record between two branches, by the rules of its mapping.

A branch is no side: a value on either may have come from Notion, in a sync's own commit, or from a
person's edit in git. Edits that do not collide need no rule. Of those that do, the rules see git
and Notion only where exactly one of the two values came from Notion.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from notion_gitops.engine.branch_rules import Sides, decide_in_git, sides_of
from notion_gitops.engine.fields import FieldMerge, Readings, merge_field, same, trimmed
from notion_gitops.engine.merge import direction_of
from notion_gitops.engine.rules import Decider
from notion_gitops.engine.texts import ThreeTexts, may_merge
from notion_gitops.model.branches import (
    Collision,
    Known,
    Origins,
    RecordMerge,
    TextMerge,
    Versions,
)
from notion_gitops.model.mapping import TEXTS, DatabaseMapping, Direction, Field, PropertyType
from notion_gitops.model.operations import Conflict
from notion_gitops.model.records import Record
from notion_gitops.model.values import Fields, Value

_NOTHING: Fields = {}


@dataclass(frozen=True, slots=True)
class _Three:
    """One field in all three versions."""

    base: Value
    here: Value
    there: Value


def merge_versions(mapping: DatabaseMapping, at: Versions, known: Known) -> RecordMerge:
    """Decide one record.

    Args:
        mapping: the record's.
        at: its three versions.
        known: what was found out about the fields that collide. Where it is needed and missing,
            the collision stays open; ask again with it (`colliding` names the fields).
    """
    if at.here is None or at.there is None:
        return _one_sided(mapping, at)
    fields: dict[str, Value] = {}
    collisions: list[Collision] = []
    for spec in mapping.fields.values():
        fields[spec.name], collision = _field(mapping, spec, at, known)
        if collision is not None:
            collisions.append(collision)
    return _with_sides(RecordMerge(at.key, _full(fields), tuple(collisions)), known.texts)


def colliding(mapping: DatabaseMapping, at: Versions) -> tuple[str, ...]:
    """The fields that both branches changed, and not to the same value."""
    if at.here is None or at.there is None:
        return ()
    return tuple(n for n, s in mapping.fields.items() if _collides(s, _three(at, s)))


def texts_to_merge(mapping: DatabaseMapping, at: Versions) -> dict[str, ThreeTexts]:
    """The texts that collide and that may be merged, by field; `git` is here, `notion` is there.

    Those of many lines are merged by lines, as git would have done, and others by words if a rule
    says so.
    """
    found: dict[str, ThreeTexts] = {}
    for name in colliding(mapping, at):
        spec, three = mapping.fields[name], _three(at, mapping.fields[name])
        values = (three.base, three.here, three.there)
        base, here, there = (t if isinstance(t, str) else "" for t in values)
        texts = ThreeTexts(base, here, there)
        if not here or not there:
            continue  # a text that one branch emptied has nothing to merge
        by_lines = spec.is_body or (spec.type in TEXTS and "\n" in f"{base}{here}{there}")
        if by_lines and texts.have_lines:
            found[name] = texts
        elif not by_lines and may_merge(mapping, spec):
            found[name] = texts.in_words()
    return found


# --- whole records ----------------------------------------------------------------------


def _one_sided(mapping: DatabaseMapping, at: Versions) -> RecordMerge:
    """A record that one branch at least does not have."""
    left = at.here or at.there
    if left is None:
        return RecordMerge(at.key, None)
    if at.base is None:
        return RecordMerge(at.key, left.fields)
    edited = at.unmapped or any(
        not _equal(s, left.value(n), at.base.value(n)) for n, s in mapping.fields.items()
    )
    if not edited:
        return RecordMerge(at.key, None)
    gone = "here" if at.here is None else "there"
    reason = "deleted on one branch, edited on the other: neither is carried out"
    collision = Collision(
        mapping.name, at.key, None, None, None, None, reason, open=True, deleted=gone
    )
    return RecordMerge(
        at.key,
        at.here.fields if at.here else None,
        (collision,),
        there=at.there.fields if at.there else None,
        base=at.base.fields,
    )


def _with_sides(merge: RecordMerge, texts: Mapping[str, TextMerge]) -> RecordMerge:
    """The merge with what the other branch and the base have of what is open."""
    if not merge.open:
        return merge
    here, there, base = (dict(merge.fields or {}) for _ in range(3))
    for each in merge.open:
        name, text = each.field or "", texts.get(each.field or "")
        here[name] = text.here if text else each.here
        there[name] = text.there if text else each.there
        base[name] = each.base
    return replace(merge, fields=_full(here), there=_full(there), base=_full(base))


def _full(fields: Mapping[str, Value]) -> Fields:
    return {name: value for name, value in fields.items() if value is not None}


# --- fields -----------------------------------------------------------------------------


def _three(at: Versions, spec: Field) -> _Three:
    base, here, there = (r.value(spec.name) if r else None for r in (at.base, at.here, at.there))
    return _Three(base, here, there)


def _equal(spec: Field, one: Value, other: Value) -> bool:
    """As `same`; of bodies the spacing counts as well, since it is an edit of the file."""
    return one == other if spec.is_body else same(spec, one, other)


def _collides(spec: Field, at: _Three) -> bool:
    pairs = ((at.here, at.there), (at.base, at.here), (at.base, at.there))
    return not any(_equal(spec, one, other) for one, other in pairs)


def _field(
    mapping: DatabaseMapping, spec: Field, at: Versions, known: Known
) -> tuple[Value, Collision | None]:
    """The value that stands, and the collision if there was one."""
    three = _three(at, spec)
    if not _collides(spec, three):
        edited_here = not _equal(spec, three.base, three.here)
        return (three.here if edited_here else three.there), None
    if spec.type is PropertyType.STATUS and (three.here is None or three.there is None):
        return three.here or three.there, None  # an empty status means: leave it
    if trimmed(spec, three.here, three.there):  # they differ in outer space alone
        return max(three.here, three.there, key=_length), None
    origins = known.origins.get(spec.name, Origins())
    text = known.texts.get(spec.name)
    if text is not None and text.clean is not None and not text.by_rule:
        merged = FieldMerge(text.clean)
        return text.clean, replace(_collision(mapping, spec, at, merged), origins=origins)
    sides = sides_of(origins, at)
    merge = _by_engine(mapping, spec, at, (sides, origins, text))
    collision = _collision(mapping, spec, at, merge)
    return merge.agreed, replace(collision, origins=origins)


def _length(text: Value) -> tuple[int, str]:
    return len(str(text or "")), str(text or "")


def _by_engine(
    mapping: DatabaseMapping,
    spec: Field,
    at: Versions,
    about: tuple[Sides | None, Origins, TextMerge | None],
) -> FieldMerge:
    """The sync's own decision, with the branches as its sides."""
    sides, origins, text = about
    git, notion = (sides.git, sides.notion) if sides else (at.here, at.there)
    base = at.base.value(spec.name) if at.base else None
    readings = Readings(
        known=True,
        base=base,
        stored=base,
        git=_value(git, spec),
        notion=_value(notion, spec),
        merged=text.clean if text else None,
    )
    if sides is None:
        decide = decide_in_git(mapping, spec, at, origins)
        return merge_field(spec, Direction.BOTH, readings, decide)
    decider = Decider(mapping, sides.evidence(at, spec.name))
    return merge_field(spec, direction_of(mapping, spec), readings, decider.for_field(spec))


def _value(record: Record | None, spec: Field) -> Value:
    return record.value(spec.name) if record else None


def _collision(mapping: DatabaseMapping, spec: Field, at: Versions, merge: FieldMerge) -> Collision:
    three = _three(at, spec)
    told = merge.conflict or _without_rule(mapping, spec, at)
    return Collision(
        mapping=mapping.name,
        key=at.key,
        field=spec.name,
        base=three.base,
        here=three.here,
        there=three.there,
        reason=told.reason,
        open=not merge.settled,
        stands=_stands(three, merge),
        rule=told.rule,
        place=told.place,
    )


def _stands(at: _Three, merge: FieldMerge) -> str:
    """Whose value was taken."""
    if not merge.settled or merge.agreed not in (at.here, at.there):
        return ""
    return "here" if merge.agreed == at.here else "there"


def _without_rule(mapping: DatabaseMapping, spec: Field, at: Versions) -> Conflict:
    """What is told of a collision that was none to the engine: it merged, or the direction says."""
    one_way = direction_of(mapping, spec) is not Direction.BOTH
    reason = f"direction: {direction_of(mapping, spec).value}" if one_way else "merged"
    return Conflict(mapping.name, at.key, spec.name, None, None, None, reason, place=spec.place)
