"""The sandbox of a workspace: made on first use, filled from the seed, completed from mappings."""

from pathlib import Path
from typing import Any

import httpx
import yaml
from notion_client import Client

from notion_gitops import samples
from notion_gitops.model.mapping import OPTIONS, DatabaseMapping, Field, PropertyType
from notion_gitops.notion.connect import VERSION
from notion_gitops.sandbox import seed
from notion_gitops.sandbox.sandbox import DEFAULT_TOKEN, Sandbox
from notion_gitops.sandbox.transport import SandboxTransport
from notion_gitops.workflow.workspace import PRIVATE, Workspace

SANDBOX_FILE = "sandbox.sqlite"


def sandbox_path(root: Path) -> Path:
    """The file that holds a workspace's sandbox."""
    return root / PRIVATE / SANDBOX_FILE


def open_sandbox(workspace: Workspace) -> Sandbox:
    """The workspace's sandbox, with a database for every mapping.

    A new one is filled from the shipped seed. A mapping that has no database in it gets an empty
    one, made from the mapping.
    """
    sandbox = open_file(workspace.root)
    missing = [m for m in workspace.mappings.values() if not sandbox.find_data_source(m.name)]
    for mapping in missing:
        sandbox.create_database_for(mapping.name, mapping.name.title(), _first(mapping))
    for mapping in missing:
        _complete(sandbox, mapping)
    return sandbox


def open_file(root: Path) -> Sandbox:
    """The sandbox of the repository at `root`; a new one is filled from the shipped seed."""
    path = sandbox_path(root)
    fresh = not path.exists()
    path.parent.mkdir(exist_ok=True)
    sandbox = Sandbox(path)
    if fresh:
        seed.load(sandbox, yaml.safe_load(samples.seed_text()))
    return sandbox


_PLACEHOLDERS = {
    PropertyType.FORMULA: {"expression": '""'},  # a mapping does not say what is worked out
    PropertyType.NUMBER: {"format": "number"},
}


def _first(mapping: DatabaseMapping) -> dict[str, Any]:
    """The properties that need no other database."""
    properties = {
        f.property_name: {f.type.value: _config(f)}
        for f in mapping.fields.values()
        if f.type not in (PropertyType.RELATION, PropertyType.ROLLUP)
    }
    key = mapping.key.property_name
    if key is not None and key not in properties:
        properties[key] = {"rich_text": {}}
    return properties


def _config(spec: Field) -> dict[str, Any]:
    if spec.values and spec.type in OPTIONS:
        return {"options": [{"name": name} for name in spec.values.values()]}
    return dict(_PLACEHOLDERS.get(spec.type, {}))


def _complete(sandbox: Sandbox, mapping: DatabaseMapping) -> None:
    """Add the relations, now that all databases are there.

    Rollups are left to a person: a mapping does not say what they count.
    """
    relations = {
        f.property_name: {"relation": {"data_source_id": target, "single_property": {}}}
        for f in mapping.fields.values()
        if f.type is PropertyType.RELATION
        and f.to is not None
        and (target := sandbox.find_data_source(f.to)) is not None
    }
    source = sandbox.find_data_source(mapping.name)
    if relations and source is not None:
        http = httpx.Client(transport=SandboxTransport(sandbox))
        client = Client(auth=DEFAULT_TOKEN, client=http, notion_version=VERSION)
        client.data_sources.update(source, properties=relations)
        client.close()
