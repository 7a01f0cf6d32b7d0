"""The JSON Schemas that are shipped beside this module."""

import copy
import json
from functools import cache
from importlib.resources import files
from typing import Any

_NOT_A_DEFAULT = ("name", "fields")


@cache
def mapping_schema() -> dict[str, Any]:
    """The form of a mapping file. Shared: do not change it."""
    return _read("mapping.schema.json")


def mapping_schema_text() -> str:
    """The same as a file for editors."""
    return json.dumps(mapping_schema(), indent=2, ensure_ascii=False) + "\n"


@cache
def defaults_schema() -> dict[str, Any]:
    """The form of `_defaults.yaml`: a mapping's, all of it optional, less what is its own."""
    schema = copy.deepcopy(mapping_schema())
    schema["required"] = ["version"]
    properties = schema["properties"]
    for name in _NOT_A_DEFAULT:
        del properties[name]
    for section, own in (("notion", "database"), ("git", "path")):
        del properties[section]["required"]
        del properties[section]["properties"][own]
    return schema


@cache
def people_schema() -> dict[str, Any]:
    """The form of `state/people.yaml`. Shared: do not change it."""
    return _read("people.schema.json")


@cache
def holds_schema() -> dict[str, Any]:
    """The form of `state/holds.yaml`. Shared: do not change it."""
    return _read("holds.schema.json")


def _read(name: str) -> dict[str, Any]:
    text = files("notion_gitops.mapping").joinpath("schemas", name).read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema
