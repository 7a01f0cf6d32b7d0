"""The three-way decision for one field: the heart of the merge.

Everything here looks at one field of one record, relative to the base. `merge_field` is the
decision table; each branch is one situation of it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from notion_gitops.engine.difference import identical
from notion_gitops.engine.files import agreed_pairs, known_here
from notion_gitops.model.mapping import (
    SETS,
    TEXTS,
    Direction,
    Field,
    Initial,
    PropertyType,
    Take,
)
from notion_gitops.model.operations import Cause, Conflict
from notion_gitops.model.values import Unknown, Value
from notion_gitops.text.bodies import same_text


@dataclass(frozen=True, slots=True)
class Readings:
    """One field as the base and both sides hold it."""

    known: bool  # whether the base ever held it; False: first contact
    base: Value  # as the file reads
    stored: Value  # the base as Notion reads it back
    git: Value
    notion: Value
    merged: Value = None  # a text that both sides edited, merged; None: it does not merge


@dataclass(frozen=True, slots=True)
class FieldMerge:
    """What becomes of one field."""

    agreed: Value
    settled: bool = True  # the base moves to `agreed`
    to_git: Cause | None = None  # not None: git gets `agreed`, because of this
    to_notion: Cause | None = None
    conflict: Conflict | None = None  # decided or open


Decide = Callable[[Readings, str], FieldMerge]
"""Settles a conflict: given the readings and why they collide, says what becomes of the field."""


def same(field: Field, one: Value, other: Value) -> bool:
    """Whether two values mean the same; a checkbox that is absent is not ticked.

    Bodies mean the same if they differ in their spacing alone.
    """
    if field.type is PropertyType.CHECKBOX:
        return bool(one) == bool(other)
    if field.type is PropertyType.BODY and isinstance(one, str) and isinstance(other, str):
        return same_text(one, other)
    return identical(one, other)


def trimmed(field: Field, one: Value, other: Value) -> bool:
    """Whether two texts differ in outer space alone, which Notion trims from what it is sent."""
    return field.type in TEXTS and str(one or "").strip() == str(other or "").strip()


def respelled(field: Field, at: Readings) -> bool:
    """Whether both sides hold one text, but for the space that Notion may have trimmed.

    The file keeps its spelling. Else a write whose base was never recorded would come back as an
    edit in Notion, against git's. Whether Notion trims each line is not known: where it may have,
    since both sides moved, that counts as one text; where one side alone moved, it is an edit.
    """
    if trimmed(field, at.git, at.notion):
        return True
    moved = not at.known or not (same(field, at.git, at.base) or same(field, at.notion, at.stored))
    return moved and same_but_space(field, at.git, at.notion)


def same_but_space(field: Field, one: Value, other: Value) -> bool:
    """Whether two texts are one, but for space around their lines."""
    return field.type in TEXTS and _lines(one) == _lines(other)


def _lines(value: Value) -> list[str]:
    return [line.strip() for line in str(value or "").strip().splitlines()]


def merge_field(field: Field, direction: Direction, at: Readings, decide: Decide) -> FieldMerge:
    """Decide one field.

    Args:
        field: the field.
        direction: the way its edits travel in this mapping (a mirror only pulls).
        at: the three readings.
        decide: settles what neither the base nor the direction settles.
    """
    if isinstance(at.git, Unknown) or isinstance(at.notion, Unknown):
        return FieldMerge(at.base, settled=False)
    if field.type is PropertyType.FILES:
        at = _by_path(at)
    if same(field, at.git, at.notion) or respelled(field, at):
        return FieldMerge(at.git)
    if _emptied_required(field, direction, at):
        merge = decide(at, "a required field was emptied in Notion")
        return replace(merge, to_notion=None) if direction is Direction.PULL else merge
    match direction:
        case Direction.PULL:
            return _pulled(field, at)
        case Direction.PUSH:
            return _pushed(field, at)
        case Direction.BOTH:
            return _both(field, at, decide)


def _both(field: Field, at: Readings, decide: Decide) -> FieldMerge:
    if field.type is PropertyType.STATUS and at.git is None:
        return FieldMerge(at.notion, to_git=Cause.DEFAULT)  # an empty status means: leave it
    if not at.known:
        return _first_contact(at, decide)
    git_edited = not same(field, at.git, at.base)
    notion_edited = not same(field, at.notion, at.stored)
    if git_edited and notion_edited:
        if at.merged is not None and field.is_body:
            return _merged_text(field, at)
        if field.type not in SETS:
            return decide(at, "both sides changed it")
        merge = _merged_set(at)
        if field.required and merge.agreed is None:
            return decide(at, "both sides' changes together would empty a required field")
        return merge
    if git_edited:
        return FieldMerge(at.git, to_notion=Cause.EDIT)
    if notion_edited:
        return FieldMerge(at.notion, to_git=Cause.EDIT)
    return FieldMerge(at.base)  # unchanged: they only read differently (`stored`)


def _first_contact(at: Readings, decide: Decide) -> FieldMerge:
    if at.git is None:
        return FieldMerge(at.notion, to_git=Cause.FIRST)
    if at.notion is None or at.notion is False:
        return FieldMerge(at.git, to_notion=Cause.FIRST)
    return decide(at, "first contact: both sides have a value")


def _merged_set(at: Readings) -> FieldMerge:
    base, stored = _members(at.base), _members(at.stored)
    git, notion = _members(at.git), _members(at.notion)
    removed = (base - git) | (stored - notion)
    merged = (base - removed) | (git - base) | (notion - stored)
    agreed = merged or None
    return FieldMerge(
        agreed,
        to_git=None if merged == git else Cause.MERGED,
        to_notion=None if merged == notion else Cause.MERGED,
    )


def _merged_text(field: Field, at: Readings) -> FieldMerge:
    return FieldMerge(
        at.merged,
        to_git=None if same(field, at.merged, at.git) else Cause.MERGED,
        to_notion=None if same(field, at.merged, at.notion) else Cause.MERGED,
    )


def _members(value: Value) -> frozenset[str]:
    return value if isinstance(value, frozenset) else frozenset()


def _pulled(field: Field, at: Readings) -> FieldMerge:
    """Only Notion's edits count; an edit in git is put back."""
    if not at.known:
        return _first_pull(field, at)
    git_edited = not same(field, at.git, at.base)
    notion_edited = not same(field, at.notion, at.stored)
    if git_edited:
        back = at.notion if notion_edited else at.base
        return FieldMerge(back, to_git=None if same(field, back, at.git) else Cause.PUT_BACK)
    if notion_edited:
        return FieldMerge(at.notion, to_git=Cause.REFRESH if field.derived else Cause.EDIT)
    return FieldMerge(at.base)


def _first_pull(field: Field, at: Readings) -> FieldMerge:
    if at.notion is None and not field.derived:
        return FieldMerge(at.git)  # a value wins over empty, and this one cannot travel
    refresh = field.derived and at.git is None
    return FieldMerge(at.notion, to_git=Cause.REFRESH if refresh else Cause.FIRST)


def _pushed(field: Field, at: Readings) -> FieldMerge:
    """Only git's edits count; an edit in Notion is put back."""
    if field.type is PropertyType.STATUS and at.git is None:
        return FieldMerge(at.notion, to_git=Cause.DEFAULT)  # an empty status means: leave it
    if not at.known:
        # a value wins over empty, and Notion's cannot travel
        return FieldMerge(at.git, to_notion=None if at.git is None else Cause.FIRST)
    if not same(field, at.notion, at.stored):
        return FieldMerge(at.git, to_notion=Cause.PUT_BACK)
    if not same(field, at.git, at.base):
        return FieldMerge(at.git, to_notion=Cause.EDIT)
    return FieldMerge(at.base)


def _by_path(at: Readings) -> Readings:
    """The readings with Notion's files by their paths in git, where git keeps them."""
    pairs = agreed_pairs(at.base, at.stored)
    return replace(
        at,
        notion=known_here(at.notion, at.git, pairs),
        stored=known_here(at.stored, at.base, pairs),
    )


def _emptied_required(field: Field, direction: Direction, at: Readings) -> bool:
    return (
        field.required
        and not field.derived
        and field.type is not PropertyType.CHECKBOX  # not ticked is a value
        and direction is not Direction.PUSH
        and at.known
        and at.notion is None
        and at.stored is not None
        and at.git is not None
    )


def settle(
    field: Field, at: Readings, conflict: Conflict, value: Value, cause: Cause
) -> FieldMerge:
    """The outcome of a conflict that was decided: `value` stands on both sides."""
    if value is None and field.type is PropertyType.STATUS:
        value = at.notion if at.notion is not None else at.git  # no status can be emptied
    return FieldMerge(
        value,
        to_git=None if same(field, value, at.git) else cause,
        to_notion=None if same(field, value, at.notion) else cause,
        conflict=conflict,
    )


def leave_open(at: Readings, conflict: Conflict) -> FieldMerge:
    """The outcome of a conflict that stays open: nobody's value changes, the base stays."""
    return FieldMerge(at.base, settled=False, conflict=conflict)


def initial_take(initial: Initial) -> Take:
    """What the mapping's `initial` says of two different values at first contact."""
    return {Initial.GIT: Take.GIT, Initial.NOTION: Take.NOTION, Initial.ASK: Take.MANUAL}[initial]
