"""A mapping held against the real schema: everything that does not fit, at once."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations

from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.mapping import (
    OPTIONS,
    DatabaseMapping,
    Direction,
    Field,
    PropertyType,
)
from notion_gitops.model.nearest import nearest
from notion_gitops.notion.property_configs import why_by_hand
from notion_gitops.notion.schema import PropertySchema, Schema

_SCHEMA_PLAN = "notion-gitops schema plan"
_KEY_TYPES = (PropertyType.RICH_TEXT, PropertyType.TITLE)


def check_schema(
    mapping: DatabaseMapping, schema: Schema, data_sources: Mapping[str, str]
) -> list[Diagnostic]:
    """All that keeps the mapping from being synced with that database.

    Args:
        mapping: what is wanted.
        schema: what is there.
        data_sources: mapping's name -> data source id, of all mappings.
    """
    problems = list(_key_problems(mapping, schema))
    for field in mapping.properties:
        prop = schema.properties.get(field.property_name)
        if prop is None:
            problems.append(_missing(field, schema))
        elif prop.type != field.type:
            problems.append(_other_type(field, prop))
        elif field.type is PropertyType.RELATION:
            problems += _relation_problems(field, prop, data_sources)
        elif field.type in OPTIONS:
            problems += _option_problems(field, prop)
    return [*problems, *_two_faces(mapping, schema)]


def _missing(field: Field, schema: Schema) -> Diagnostic:
    near = nearest(field.property_name, schema.properties)
    names = ", ".join(sorted(schema.properties))
    meant = f'Did you mean "{near}"? ' if near else ""
    return Diagnostic(
        f'The database "{schema.title}" has no property "{field.property_name}"',
        field.place,
        fix=f"{meant}Its properties are: {names}. {_how_to_add(field.type)}",
    )


def _how_to_add(type_: PropertyType) -> str:
    why = why_by_hand(type_)
    return f"Only in Notion can it be added: {why}." if why else f"To add it: {_SCHEMA_PLAN}."


def _other_type(field: Field, prop: PropertySchema) -> Diagnostic:
    if not prop.supported:
        return Diagnostic(
            f'The property "{prop.name}" is of the type {prop.type}, which cannot be synced',
            field.place,
            fix="Take the field out of the mapping; the property is left alone.",
        )
    return Diagnostic(
        f'The property "{prop.name}" is a {prop.type} in Notion, not a {field.type}',
        field.place,
        fix=f"Write `type: {prop.type}`, or change the property in Notion.",
    )


def _key_problems(mapping: DatabaseMapping, schema: Schema) -> Iterator[Diagnostic]:
    name = mapping.key.property_name
    if name is None:
        return
    prop = schema.properties.get(name)
    place = mapping.key.place or mapping.place
    if prop is None:
        near = nearest(name, schema.properties)
        meant = f'Did you mean "{near}"? Or add' if near else "Add"
        yield Diagnostic(
            f'The database "{schema.title}" has no property "{name}" for the key',
            place,
            fix=f'{meant} a text property "{name}" to it, as notion-gitops schema apply does.',
        )
    elif prop.type not in _KEY_TYPES:
        yield Diagnostic(
            f'The key property "{name}" is a {prop.type}, and a key needs a text',
            place,
            fix="Name a property of the type Text (or the title) under `key: property:`.",
        )


def _relation_problems(
    field: Field, prop: PropertySchema, data_sources: Mapping[str, str]
) -> Iterator[Diagnostic]:
    target = prop.relation_data_source
    wanted = data_sources.get(field.to or "")
    # A wanted mapping whose database could not be read has a problem of its own already.
    if target is None or wanted is None or wanted == target:
        return
    there = next((name for name, source in data_sources.items() if source == target), None)
    if there is None:
        yield Diagnostic(
            f'The relation "{prop.name}" leads to a database that no mapping covers',
            field.place,
            fix=f"Map the data source {target} and name that mapping under `to:`, "
            "or take the field out.",
        )
    else:
        yield Diagnostic(
            f'The relation "{prop.name}" leads to {there}, not to {field.to}',
            field.place,
            fix=f"Write `to: {there}`.",
        )


def _option_problems(field: Field, prop: PropertySchema) -> Iterator[Diagnostic]:
    if field.new_options and field.type is not PropertyType.STATUS:
        return
    for word, option in (field.values or {}).items():
        if prop.option_id(option) is not None:
            continue
        near = nearest(option, prop.options)
        listed = ", ".join(prop.options) or "none"
        meant = f'Did you mean "{near}"? ' if near else ""
        yield Diagnostic(
            f'"{word}" stands for "{option}", and "{prop.name}" has no such option',
            field.place,
            fix=f"{meant}Its options are: {listed}. To add it: {_SCHEMA_PLAN}.",
        )


def _two_faces(mapping: DatabaseMapping, schema: Schema) -> Iterator[Diagnostic]:
    """Both faces of a relation inside one database; across databases see `check_two_faces`."""
    return check_two_faces([(mapping, schema)])


def check_two_faces(pairs: Iterable[tuple[DatabaseMapping, Schema]]) -> Iterator[Diagnostic]:
    """Two-way relations of which more than one face would be written.

    They are one fact in Notion: writing one face changes the other.

    Args:
        pairs: mappings with their schemas; each relation of all of them is looked at.
    """
    faces = [
        (schema, field, prop)
        for mapping, schema in pairs
        for field in mapping.fields.values()
        if field.type is PropertyType.RELATION and field.direction is not Direction.PULL
        if (prop := schema.properties.get(field.property_name)) is not None
    ]
    for (schema, field, prop), (other_schema, other, face) in combinations(faces, 2):
        if (
            prop.relation_property_id == face.id
            and prop.relation_data_source == other_schema.data_source_id
            and face.relation_data_source == schema.data_source_id
        ):
            yield Diagnostic(
                f'"{prop.name}" and "{face.name}" are two faces of one relation, '
                "and both would be written",
                other.place,
                fix="Write `direction: pull` at one of them.",
                also=field.place,
            )
