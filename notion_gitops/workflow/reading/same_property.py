"""Which property a field was at the last sync: told by its id, whatever it is called now."""

from collections.abc import Mapping
from typing import Any

from notion_gitops.mapping.fingerprints import fingerprint
from notion_gitops.model.mapping import DatabaseMapping, Field
from notion_gitops.notion.schema import Schema
from notion_gitops.notion.schema_memory import Memory
from notion_gitops.state.sync import KEY_PROPERTY, FieldSeen
from notion_gitops.workflow.reading.state_branch import Recorded, StateBranch


def memory_of(mapping: DatabaseMapping, recorded: Recorded, schema: Schema) -> Memory:
    """What the schema was at the last sync, by property; of fields that have the same one still.

    Also of those whose `values:` changed in the mapping since: the options of Notion are the same.
    """
    memory = {
        spec.property_name: _remembered(recorded.schema[spec.name])
        for spec in mapping.properties
        if _has_its_property(spec, recorded, schema)
    }
    name, before = mapping.key.property_name, recorded.mapping
    seen = recorded.schema.get(KEY_PROPERTY)
    if name and seen and (before is None or before.key.property_name == name):
        memory.setdefault(name, _remembered(seen))
    return memory


def followed_fields(mapping: DatabaseMapping, recorded: Recorded, schema: Schema) -> frozenset[str]:
    """The fields whose property has the id that it had at the last sync.

    Whatever it is called in the mapping by now: what was agreed on of them still stands.
    """
    return frozenset(s.name for s in mapping.properties if _has_its_id(s, recorded, schema))


def following(
    state: StateBranch,
    mappings: Mapping[str, DatabaseMapping],
    schemas: Mapping[str, Schema],
) -> StateBranch:
    """The state branch, knowing of each mapping which fields are the same by their id."""
    return state.following(
        {
            name: followed_fields(mappings[name], state.of(name), schema)
            for name, schema in schemas.items()
        }
    )


def _has_its_property(spec: Field, recorded: Recorded, schema: Schema) -> bool:
    """Whether a field of the mapping is the property that it was at the last sync."""
    seen, before = recorded.schema.get(spec.name), recorded.mapping
    if seen is None or seen.type != spec.type:
        return False
    if before is None or spec.name not in before.fields:
        return seen.fingerprint == fingerprint(spec)
    named_alike = before.fields[spec.name].property_name == spec.property_name
    return named_alike or _has_its_id(spec, recorded, schema)


def _has_its_id(spec: Field, recorded: Recorded, schema: Schema) -> bool:
    """Whether the property that a field names has the id of the one that it named before."""
    seen, prop = recorded.schema.get(spec.name), schema.properties.get(spec.property_name)
    return seen is not None and prop is not None and seen.property_id == prop.id


def _remembered(seen: FieldSeen) -> Mapping[str, Any]:
    options = {identity: name for name, identity in seen.options.items()}
    return {"id": seen.property_id, "type": seen.type, "options": options}
