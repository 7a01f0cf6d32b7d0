"""The shipped schemas: valid, explained throughout, and in step with the nouns."""

from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from notion_gitops.mapping.schemas import defaults_schema, mapping_schema, people_schema
from notion_gitops.model.mapping import CheckKind, Direction, GitFormat, Mode, PropertyType, Take

SCHEMAS = {"mapping": mapping_schema(), "defaults": defaults_schema(), "people": people_schema()}


def properties(schema: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every key that a schema speaks of, with what it says of it."""
    if isinstance(schema, dict):
        for name, found in schema.get("properties", {}).items():
            yield f"{path}/{name}", found
        for key, found in schema.items():
            yield from properties(found, f"{path}/{key}")
    elif isinstance(schema, list):
        for found in schema:
            yield from properties(found, path)


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_valid_and_explains_every_key(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])
    found = dict(properties(SCHEMAS[name]))
    assert len(found) >= 5
    unexplained = {p for p, s in found.items() if not {"title", "description"} <= s.keys()}
    assert unexplained == set()


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_takes_no_unknown_keys(name: str) -> None:
    tables = [s for s in objects(SCHEMAS[name]) if "properties" in s]
    assert [s for s in tables if s.get("additionalProperties") is not False] == []


def objects(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        if schema.get("type") == "object":
            yield schema
        for found in schema.values():
            yield from objects(found)
    elif isinstance(schema, list):
        for found in schema:
            yield from objects(found)


def test_the_words_of_the_schema_are_those_of_the_nouns() -> None:
    schema = mapping_schema()
    top, defs = schema["properties"], schema["$defs"]
    assert set(defs["field"]["properties"]["type"]["enum"]) == set(PropertyType) - {
        PropertyType.BODY
    }
    assert set(defs["field"]["properties"]["direction"]["enum"]) == set(Direction)
    assert set(defs["rule"]["properties"]["take"]["enum"]) == set(Take)
    assert set(top["conflicts"]["properties"]["otherwise"]["enum"]) == set(Take) - {Take.MERGE}
    assert set(top["git"]["properties"]["format"]["enum"]) == set(GitFormat)
    assert set(top["mode"]["enum"]) == set(Mode)
    assert set(defs["check"]["properties"]) == {*CheckKind, "severity"}


def test_defaults_do_not_have_what_is_a_mapping_s_own() -> None:
    top = defaults_schema()["properties"]
    assert {"name", "fields"} & set(top) == set()
    assert "database" not in top["notion"]["properties"]
    assert "path" not in top["git"]["properties"]
    assert mapping_schema()["required"] == ["version", "name", "notion", "git", "fields"]
