"""What the next sync remembers of a schema, as the record step keeps it."""

from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.notion.schema import Schema
from notion_gitops.notion.schema_memory import Memory


def remember(schema: Schema, mapping: DatabaseMapping) -> Memory:
    """The memory of the mapped properties and the key's."""
    names = {f.property_name for f in mapping.properties} | {mapping.key.property_name}
    return {
        name: {"id": p.id, "type": p.type, "options": {i: n for n, i in p.records_options.items()}}
        for name, p in sorted(schema.properties.items())
        if name in names
    }
