"""What the checks of a mapping name: fields of a type, other mappings, expressions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from notion_gitops.formats.nodes import Scalar
from notion_gitops.formats.schema import suggestion
from notion_gitops.mapping.body import with_body
from notion_gitops.mapping.conditions import compile_at, record_names, words_of
from notion_gitops.mapping.fields import FieldSet, known_field
from notion_gitops.mapping.problems import Problems
from notion_gitops.model.expressions import Expression
from notion_gitops.model.mapping import TEXTS, Field, PropertyType

_WORKED_OUT = frozenset({PropertyType.FORMULA, PropertyType.ROLLUP})
NUMBERS = frozenset({PropertyType.NUMBER}) | _WORKED_OUT
DATES = (
    frozenset({PropertyType.DATE, PropertyType.CREATED_TIME, PropertyType.LAST_EDITED_TIME})
    | _WORKED_OUT
)
RELATIONS = frozenset({PropertyType.RELATION})
PLAIN_TEXTS = TEXTS | {PropertyType.BODY}
WORDS = (
    TEXTS
    | {PropertyType.SELECT, PropertyType.STATUS, PropertyType.MULTI_SELECT}
    | {PropertyType.PEOPLE, PropertyType.UNIQUE_ID}
    | _WORKED_OUT
)
_SAID = {DATES: "a date", NUMBERS: "a number", RELATIONS: "a relation", PLAIN_TEXTS: "a text"}

Read = tuple[tuple[str, ...], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class World:
    """What a check can refer to: the fields of every mapping, one of them its own."""

    name: str
    file: str
    fields_of: Mapping[str, FieldSet]  # of the mappings whose fields could be read
    names: frozenset[str]  # of all mappings
    problems: Problems
    body: Field | None = None  # of this mapping, if it syncs the texts below the fields

    @property
    def own(self) -> FieldSet:
        """The fields of the mapping that declares the check."""
        return self.fields_of[self.name]

    @property
    def own_with_body(self) -> FieldSet:
        """The same, and the text below them, for checks that read it."""
        return with_body(self.own, self.body)


def mapping_at(name: Scalar | None, world: World) -> tuple[str | None, FieldSet | None]:
    """The mapping that is named, and its fields if they could be read."""
    if name is None:
        return None, None
    if name.text not in world.names:
        fix = suggestion(name.text, sorted(world.names))
        world.problems.at(name, f'unknown mapping "{name.text}"', fix)
    return name.text, world.fields_of.get(name.text)


def typed(
    name: Scalar | None,
    owner: FieldSet | None,
    types: frozenset[PropertyType],
    problems: Problems,
) -> str | None:
    """The name of a field that exists and has one of these types."""
    if owner is None:
        return None
    known = known_field(name, owner, problems)
    kind = None if known is None else owner.type_of(known)
    if name is not None and kind is not None and kind not in types:
        wanted = _SAID.get(types, "of a type that this check is for")
        fitting = [n for n, f in owner.fields.items() if f.type in types]
        fix = suggestion(name.text, fitting) or f"name a field that is {wanted}"
        problems.at(name, f'"{name.text}" is of type {kind.value}, not {wanted}', fix)
    return known


def pointing_here(name: Scalar | None, owner: FieldSet | None, world: World) -> str | None:
    """The name of a relation that leads to this mapping."""
    known = typed(name, owner, RELATIONS, world.problems)
    field = owner.fields.get(known) if owner is not None and known is not None else None
    if name is not None and field is not None and field.to not in (None, world.name):
        fix = f"name a relation that leads to {world.name}"
        world.problems.at(name, f'"{name.text}" leads to {field.to}, not here', fix)
    return known


def condition(
    source: Scalar | None, owner: FieldSet | None, problems: Problems
) -> Expression | None:
    """A condition over one record of these fields."""
    if owner is None:
        return None
    words = words_of(owner.fields)
    return compile_at(source, problems, record_names(owner.names), words=words)
