"""Fields that lead to a database which the connection does not see.

Notion shows such a relation as empty, and what is worked out from it as nothing (its documentation,
"Page properties"): that is not to say that they are empty.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from notion_gitops.model.diagnostics import Diagnostic, Severity
from notion_gitops.model.errors import CannotReachNotion, TokenRefused
from notion_gitops.model.mapping import DatabaseMapping, PropertyType
from notion_gitops.notion.failures import RejectedRequest
from notion_gitops.notion.gateway import Gateway
from notion_gitops.notion.schema import PropertySchema, Schema


@dataclass
class SourceLook:
    """Which data sources can be seen; each is asked for once in a run.

    Args:
        gateway: asks.
        seen: ids of those that were read already.
    """

    gateway: Gateway
    seen: set[str]
    unseen: set[str] = field(default_factory=set)

    def sees(self, data_source_id: str | None) -> bool:
        """Whether the data source answers; one that a relation does not even name does not."""
        if data_source_id is None or data_source_id in self.unseen:
            return False
        if data_source_id not in self.seen:
            try:
                self.gateway.data_source(data_source_id)
            except TokenRefused:
                raise
            except (CannotReachNotion, RejectedRequest):
                self.unseen.add(data_source_id)
                return False
            self.seen.add(data_source_id)
        return True


def hidden_fields(mapping: DatabaseMapping, schema: Schema, look: SourceLook) -> dict[str, str]:
    """The fields of which Notion does not show the values, and why, in words for people.

    At most one request for each database that a mapped field leads to and that is not mapped.
    """
    hidden = {}
    for spec in mapping.fields.values():
        prop = schema.properties.get(spec.property_name)
        dark = [r for r in _relations(prop, schema) if not look.sees(r.relation_data_source)]
        if prop is not None and dark:
            hidden[spec.name] = (
                f'"{dark[0].name}" leads to a database that the connection does not see'
            )
    return hidden


def told_of_hidden(mapping: DatabaseMapping, hidden: Mapping[str, str]) -> list[Diagnostic]:
    """What a person should do about them."""
    return [
        Diagnostic(
            f"{name} is left as it is on both sides: {why}",
            mapping.fields[name].place,
            fix="Share that database with the connection: open it in Notion, ••• > Connections. "
            "Or take the field out of the mapping.",
            detail="Notion shows such values as empty, which is not to say that they are.",
            severity=Severity.WARNING,
        )
        for name, why in hidden.items()
    ]


def _relations(
    prop: PropertySchema | None, schema: Schema, depth: int = 4
) -> Iterator[PropertySchema]:
    """The relations that the values of a property come through."""
    if prop is None or depth == 0:
        return
    match prop.type:
        case PropertyType.RELATION:
            yield prop
        case PropertyType.ROLLUP:
            through = schema.by_id(prop.reads) or schema.by_id(unquote(prop.reads))
            yield from _relations(through, schema, depth - 1)
        case PropertyType.FORMULA:
            for other in schema.properties.values():
                if other.id != prop.id and _mentions(prop.reads, other):
                    yield from _relations(other, schema, depth - 1)
        case _:
            return


def _mentions(expression: str, prop: PropertySchema) -> bool:
    """Whether a formula reads a property: by name as people write it, by id as Notion answers it.

    Rather too often than too seldom: then a value is left alone that could have been read.
    """
    tokens = (f"block_property:{i}:" for i in (prop.id, quote(prop.id, safe="")))
    return f'prop("{prop.name}")' in expression or any(t in expression for t in tokens)
