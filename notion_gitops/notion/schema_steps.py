"""What a mapping needs and its database does not have: worked out, nothing asked or written."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from notion_gitops.model.diagnostics import Diagnostic, Severity
from notion_gitops.model.mapping import OPTIONS, DatabaseMapping, Direction, Field, PropertyType
from notion_gitops.model.nearest import nearest
from notion_gitops.model.schema_plan import SchemaStep, SchemaStepKind, WantedProperty
from notion_gitops.notion.property_configs import (
    NOT_BY_API,
    database_title,
    plain_properties,
    wanted,
    wanted_key,
    why_by_hand,
)
from notion_gitops.notion.schema import PropertySchema, Schema

_STATUS_NOTE = (
    "Notion puts new options of a status into its first group; move them in Notion if they "
    "belong to another. If Notion refuses them, add them there by hand"
)


@dataclass(frozen=True, slots=True)
class World:
    """All mappings with what is there for each of them."""

    mappings: Mapping[str, DatabaseMapping]
    schemas: Mapping[str, Schema]  # of the databases that are there

    def source(self, name: str) -> str:
        """The id of a mapping's data source; a stand-in if it is to be created."""
        known = self.schemas.get(name)
        return f"new:{name}" if known is None else known.data_source_id


@dataclass
class Draft:
    """What is missing for one mapping."""

    steps: list[SchemaStep] = field(default_factory=list)
    by_hand: list[Diagnostic] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)
    covered: set[str] = field(default_factory=set)  # properties that steps or a person will add


def missing(name: str, world: World) -> Draft:
    """What is to be added for one mapping, what a person has to add, and what cannot stand."""
    mapping, schema = world.mappings[name], world.schemas.get(name)
    draft = Draft(problems=list(_bad_options(mapping)))
    if schema is None:
        _new_database(mapping, draft)
    else:
        _new_properties(mapping, schema, draft)
    for spec in mapping.properties:
        there = None if schema is None else schema.properties.get(spec.property_name)
        if spec.type is PropertyType.RELATION:
            _relation(spec, there, (mapping, world), draft)
        elif there is None and spec.type in NOT_BY_API:
            draft.covered.add(spec.property_name)
            draft.by_hand.append(_computed(spec))
        elif there is not None and spec.type in OPTIONS and there.type == spec.type:
            _options(spec, there, name, draft)
    return draft


def _new_database(mapping: DatabaseMapping, draft: Draft) -> None:
    properties = tuple(p for p in plain_properties(mapping) if not _apart(p))
    title = database_title(mapping)
    step = SchemaStep(mapping.name, SchemaStepKind.DATABASE, properties, title)
    draft.steps.append(step)
    _add_apart(mapping.name, [p for p in plain_properties(mapping) if _apart(p)], draft)
    draft.covered |= {p.name for p in plain_properties(mapping)}


def _new_properties(mapping: DatabaseMapping, schema: Schema, draft: Draft) -> None:
    lacking: list[WantedProperty] = []
    for prop in plain_properties(mapping):
        if prop.name in schema.properties or prop.type is PropertyType.TITLE:
            continue
        twin = next((n for n in schema.properties if n.casefold() == prop.name.casefold()), None)
        if twin is None:
            lacking.append(prop)
        else:
            draft.problems.append(_differs_by_case(mapping, prop.name, twin))
        draft.covered.add(prop.name)
    together = tuple(p for p in lacking if not _apart(p))
    if together:
        notes = tuple(filter(None, (_resembles(p.name, schema, mapping) for p in together)))
        step = SchemaStep(mapping.name, SchemaStepKind.PROPERTIES, together, notes=notes)
        draft.steps.append(step)
    _add_apart(mapping.name, [p for p in lacking if _apart(p)], draft)


def _apart(prop: WantedProperty) -> bool:
    """Whether it goes in a request of its own, since Notion may refuse it."""
    return prop.type is PropertyType.STATUS and bool(prop.options)


def _add_apart(name: str, properties: list[WantedProperty], draft: Draft) -> None:
    draft.steps += [
        SchemaStep(name, SchemaStepKind.PROPERTIES, (prop,), notes=(_STATUS_NOTE,))
        for prop in properties
    ]


def _resembles(name: str, schema: Schema, mapping: DatabaseMapping) -> str:
    named = {f.property_name for f in mapping.properties}
    near = nearest(name, [n for n in schema.properties if n not in named])
    return f'Notion has "{near}": is "{name}" really another one?' if near else ""


def _differs_by_case(mapping: DatabaseMapping, name: str, twin: str) -> Diagnostic:
    spec = next((f for f in mapping.properties if f.property_name == name), None)
    return Diagnostic(
        f'"{name}" is "{twin}" in Notion, which differs in small and capital letters alone',
        mapping.key.place if spec is None else spec.place,
        fix=f"Write `property: {twin}`, or rename it in Notion.",
    )


def _computed(spec: Field) -> Diagnostic:
    why = why_by_hand(spec.type)
    return Diagnostic(
        f'The {spec.type.value} "{spec.property_name}" is not there, and {why}',
        spec.place,
        fix="Add it in Notion, or take the field out of the mapping.",
        severity=Severity.WARNING,
    )


# Options


def _options(spec: Field, there: PropertySchema, name: str, draft: Draft) -> None:
    by_case = {option.casefold() for option in there.options}
    lacking = tuple(
        option
        for option in (spec.values or {}).values()
        if there.option_id(option) is None and option.casefold() not in by_case
    )
    if not lacking:
        return
    prop = WantedProperty(there.name, spec.type, lacking, id=there.id)
    notes = [_STATUS_NOTE] if spec.type is PropertyType.STATUS else []
    used = set((spec.values or {}).values())
    for option in lacking:
        near = nearest(option, [o for o in there.options if o not in used])
        if near:
            notes.append(f'Notion has "{near}": is "{option}" really another one?')
    draft.steps.append(SchemaStep(name, SchemaStepKind.OPTIONS, (prop,), notes=tuple(notes)))


def _bad_options(mapping: DatabaseMapping) -> Iterator[Diagnostic]:
    """Names that Notion takes for no option, or for the same one."""
    for spec in mapping.properties:
        seen: dict[str, str] = {}
        for option in (spec.values or {}).values():
            if "," in option and spec.type is not PropertyType.STATUS:
                summary = f'"{option}" holds a comma, and names of options may not'
                yield Diagnostic(summary, spec.place, fix="Choose another name.")
            twin = seen.setdefault(option.casefold(), option)
            if twin != option:
                summary = f'"{twin}" and "{option}" are one option to Notion'
                fix = "Options that differ in small and capital letters alone cannot both be there."
                yield Diagnostic(summary, spec.place, fix=fix)


# Relations

_At = tuple[DatabaseMapping, World]


def _relation(spec: Field, there: PropertySchema | None, at: _At, draft: Draft) -> None:
    if there is not None:
        return
    draft.covered.add(spec.property_name)
    mapping, world = at
    pair = _pair(spec, at)
    if spec.direction is Direction.PULL and pair.owners:
        why = pair.unclear or _why_not(spec, pair.owners[0], at)
        if why:
            draft.by_hand.append(_by_hand(spec, why))
        return  # else it comes with the relation that is written
    face = ""
    if spec.direction is not Direction.PULL and pair.faces and not pair.unclear:
        other = world.schemas.get(spec.to or "")
        known = None if other is None else other.properties.get(pair.faces[0].property_name)
        if known is not None and known.relation_data_source == world.source(mapping.name):
            draft.by_hand.append(_under_another_name(spec, known, at))
            return
        face = "" if known is not None else pair.faces[0].property_name
    prop = replace(wanted(spec), face=face)
    draft.steps.append(SchemaStep(mapping.name, SchemaStepKind.RELATION, (prop,)))


@dataclass(frozen=True, slots=True)
class _Pair:
    """The relations between two mappings that can be the two faces of one."""

    owners: tuple[Field, ...]  # written
    faces: tuple[Field, ...]  # pulled

    @property
    def unclear(self) -> str:
        """Why it cannot be told which belongs to which; "" if it can."""
        if len(self.owners) == 1 and len(self.faces) == 1:
            return ""
        names = ", ".join(f'"{f.property_name}"' for f in (*self.owners, *self.faces))
        return f"which of {names} belong together cannot be told"


def _pair(spec: Field, at: _At) -> _Pair:
    """What `spec` may be one face of."""
    mapping, world = at
    other = world.mappings.get(spec.to or "")
    if other is None:
        return _Pair((), ())
    if spec.direction is Direction.PULL:
        return _Pair(_between(other, mapping, pulled=False), _between(mapping, other, pulled=True))
    return _Pair(_between(mapping, other, pulled=False), _between(other, mapping, pulled=True))


def _between(mapping: DatabaseMapping, to: DatabaseMapping, *, pulled: bool) -> tuple[Field, ...]:
    return tuple(
        f
        for f in mapping.properties
        if f.type is PropertyType.RELATION
        and f.to == to.name
        and (f.direction is Direction.PULL) is pulled
    )


def _why_not(spec: Field, owner: Field, at: _At) -> str:
    """Why the read face of a relation cannot be added; "" if it comes with the relation."""
    mapping, world = at
    schema, own = world.schemas.get(spec.to or ""), world.schemas.get(mapping.name)
    prop = None if schema is None else schema.properties.get(owner.property_name)
    if prop is None:
        return ""
    if prop.relation_property_id is None:
        return f'"{owner.property_name}" of {spec.to} is a one-way relation'
    face = None if own is None else own.by_id(prop.relation_property_id)
    called = "another name" if face is None else f'the name "{face.name}"'
    return f"it stands there under {called}"


def _by_hand(spec: Field, why: str) -> Diagnostic:
    return Diagnostic(
        f'"{spec.property_name}" is the read face of a two-way relation, and {why}',
        spec.place,
        fix=f"In Notion, make the relation of {spec.to} two-way and name its other side "
        f'"{spec.property_name}"; or name the property that it is in the mapping.',
        severity=Severity.WARNING,
    )


def _under_another_name(spec: Field, face: PropertySchema, at: _At) -> Diagnostic:
    mapping, world = at
    own = world.schemas.get(mapping.name)
    there = own.by_id(face.relation_property_id or "") if own else None
    called = f'"{there.name}"' if there else "without its other side"
    return Diagnostic(
        f'"{spec.property_name}" is not there, and its other face "{face.name}" is: it is {called}',
        spec.place,
        fix="Rename it in Notion, or write its name in the mapping.",
        severity=Severity.WARNING,
    )


# What will be there


def as_it_will_be(name: str, world: World, draft: Draft) -> Schema:
    """The schema once all steps are done, and a person did the rest."""
    mapping, schema = world.mappings[name], world.schemas.get(name)
    if schema is None:
        schema = Schema(world.source(name), "", database_title(mapping), "", {})
    properties = dict(schema.properties)
    for spec in mapping.properties:
        if spec.property_name in draft.covered and spec.property_name not in properties:
            target = world.source(spec.to) if spec.to else None
            properties[spec.property_name] = _stand_in(wanted(spec), target)
    key = wanted_key(mapping)
    if key is not None and key.name in draft.covered:
        properties.setdefault(key.name, _stand_in(key, None))
    for step in draft.steps:
        if step.kind is SchemaStepKind.OPTIONS:
            _with_options(properties, step.properties[0])
    return replace(schema, properties=properties)


def _stand_in(prop: WantedProperty, target: str | None) -> PropertySchema:
    return PropertySchema(
        id=f"new:{prop.name}",
        name=prop.name,
        type=prop.type.value,
        options={option: f"new:{option}" for option in prop.options},
        relation_data_source=target,
    )


def _with_options(properties: dict[str, PropertySchema], added: WantedProperty) -> None:
    for name, prop in properties.items():
        if prop.id == added.id:
            new = {option: f"new:{option}" for option in added.options}
            properties[name] = replace(prop, options={**prop.options, **new})
