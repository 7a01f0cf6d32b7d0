"""A mapping's fields as configurations of properties: what a request that creates them says."""

from collections.abc import Iterator, Mapping, Sequence

from notion_gitops.model.mapping import OPTIONS, DatabaseMapping, Field, PropertyType
from notion_gitops.model.schema_plan import WantedProperty
from notion_gitops.notion.failures import Json

NOT_BY_API = frozenset(
    {PropertyType.FORMULA, PropertyType.ROLLUP, PropertyType.BUTTON, PropertyType.VERIFICATION}
)
"""What a mapping says too little about (formula, rollup), or Notion's API does not create."""


def why_by_hand(type_: PropertyType) -> str:
    """Why only a person can add a property of that type; empty if a request can."""
    if type_ not in NOT_BY_API:
        return ""
    return {
        PropertyType.FORMULA: "a mapping does not say what it works out",
        PropertyType.ROLLUP: "a mapping does not say what it counts",
    }.get(type_, "Notion's API creates none")


def wanted(spec: Field) -> WantedProperty:
    """The property that a field is, with the options that its words stand for."""
    options = tuple((spec.values or {}).values()) if spec.type in OPTIONS else ()
    return WantedProperty(spec.property_name, spec.type, options, spec.to or "")


def wanted_key(mapping: DatabaseMapping) -> WantedProperty | None:
    """The property of the key, if it is not a field's as well."""
    name = mapping.key.property_name
    if name is None or any(f.property_name == name for f in mapping.properties):
        return None
    return WantedProperty(name, PropertyType.RICH_TEXT)


def plain_properties(mapping: DatabaseMapping) -> Iterator[WantedProperty]:
    """The properties that can be created and need no other database, in the mapping's order."""
    key = wanted_key(mapping)
    for spec in mapping.properties:
        if spec.type is not PropertyType.RELATION and spec.type not in NOT_BY_API:
            yield wanted(spec)
        if spec.type is PropertyType.TITLE and key is not None:
            yield key


def database_title(mapping: DatabaseMapping) -> str:
    """The title of the database that is made for a mapping."""
    words = mapping.name.replace("_", " ").replace("-", " ")
    return words[:1].upper() + words[1:]


def configs(properties: Sequence[WantedProperty], sources: Mapping[str, str]) -> Json:
    """What a request says to create these properties.

    Args:
        properties: what is wanted.
        sources: mapping's name -> id of its data source; of all that relations lead to.
    """
    return {p.name: {p.type.value: _config(p, sources)} for p in properties}


def _config(prop: WantedProperty, sources: Mapping[str, str]) -> Json:
    if prop.type is PropertyType.RELATION:
        target = {"data_source_id": sources[prop.to]}
        if prop.face:
            return {**target, "dual_property": {"synced_property_name": prop.face}}
        return {**target, "single_property": {}}
    if prop.type is PropertyType.NUMBER:
        return {"format": "number"}
    if prop.options:
        return {"options": [{"name": name} for name in prop.options]}
    return {}
