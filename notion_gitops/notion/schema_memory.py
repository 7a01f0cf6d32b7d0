"""What a schema was at the last sync, so that renames in Notion are followed by id."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from notion_gitops.model.diagnostics import Diagnostic, Place, Severity
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.notion.schema import PropertySchema, Schema

Memory = Mapping[str, Mapping[str, Any]]
"""Property as the mapping names it -> its id, type, and options (id -> name as records know it).

Plain data, fit for JSON.
"""


@dataclass(frozen=True, slots=True)
class Followed:
    """A schema in which what was renamed is found under the names that the mapping uses."""

    schema: Schema
    hints: tuple[Diagnostic, ...] = ()  # what was renamed
    drift: tuple[Diagnostic, ...] = ()  # what keeps the mapping from being synced


def follow(schema: Schema, mapping: DatabaseMapping, memory: Memory) -> Followed:
    """Find again, by id, what was renamed in Notion since `memory` was taken.

    Also if two properties swapped their names, or if another one has the old name now. A property
    that was deleted and made anew, or that changed its type, is drift: its values in Notion are
    not what they were.
    """
    followed: dict[str, PropertySchema] = {}  # by the name that the mapping uses
    hints: list[Diagnostic] = []
    drift: list[Diagnostic] = []
    used = {f.property_name: frozenset(f.values.values()) for f in mapping.properties if f.values}
    for name, place in _named(mapping).items():
        known = memory.get(name)
        if known is None:
            continue
        found, here = schema.by_id(known["id"]), schema.properties.get(name)
        if found is None:
            drift += _replaced(schema, name, here)
        elif found.type != known["type"]:
            drift.append(_retyped(schema, found, known["type"]))
        else:
            if found.name != name:
                hints.append(_renamed(name, place, found.name, here))
            words = used.get(name)
            followed[name] = replace(found, former=_former(found, known["options"], words))
            hints += _renamed_options(place, followed[name])
    ids = {prop.id for prop in followed.values()}
    others = {name: prop for name, prop in schema.properties.items() if prop.id not in ids}
    properties = {**others, **followed}
    return Followed(replace(schema, properties=properties), tuple(hints), tuple(drift))


def _named(mapping: DatabaseMapping) -> dict[str, Place]:
    """The properties that a mapping names, the key's too, and where it does so."""
    named = {f.property_name: f.place for f in mapping.properties}
    if mapping.key.property_name is not None:
        named.setdefault(mapping.key.property_name, mapping.key.place or mapping.place)
    return named


def _former(
    prop: PropertySchema, known: Mapping[str, str], used: frozenset[str] | None
) -> dict[str, str]:
    """The names that options had, of those that have another one now.

    Args:
        prop: the property as it is.
        known: the names that the options had at the last sync, by id.
        used: the names that the mapping's `values:` say; None if it says none. Where they say the
            new name by now, that is the option's name.
    """
    names = {identity: name for name, identity in prop.options.items()}
    return {
        name: identity
        for identity, name in known.items()
        if identity in names
        and names[identity] != name
        and (used is None or (name in used and names[identity] not in used))
    }


def _replaced(schema: Schema, name: str, here: PropertySchema | None) -> list[Diagnostic]:
    if here is None:
        return []  # the check against the mapping says that it is missing
    return [Diagnostic(
        f'The property "{name}" of "{schema.title}" was deleted in Notion and made anew',
        fix="Its values there are not those of before. Restore the old property from the page "
        "history, or rename the field in the mapping so that it starts afresh.",
    )]  # fmt: skip


def _retyped(schema: Schema, prop: PropertySchema, before: str) -> Diagnostic:
    return Diagnostic(
        f'The property "{prop.name}" of "{schema.title}" was {before} and is {prop.type} now',
        fix="Change it back in Notion, or change `type:` in the mapping.",
    )


def _renamed(before: str, place: Place, now: str, here: PropertySchema | None) -> Diagnostic:
    other = f'Another property is called "{before}" now; it is not this one.' if here else ""
    return Diagnostic(
        f'The property "{before}" is called "{now}" in Notion now',
        place,
        fix=f"Write `property: {now}`. Until then it is followed by its id.",
        detail=other,
        severity=Severity.INFO,
    )


def _renamed_options(place: Place, prop: PropertySchema) -> list[Diagnostic]:
    now = {identity: name for name, identity in prop.options.items()}
    renamed = [f'"{name}" is "{now[identity]}" now' for name, identity in prop.former.items()]
    if not renamed:
        return []
    return [Diagnostic(
        f'Options of "{prop.name}" were renamed in Notion: {", ".join(renamed)}',
        place,
        fix="Nothing: records keep the names that they use, and the options are followed by id.",
        severity=Severity.INFO,
    )]  # fmt: skip
