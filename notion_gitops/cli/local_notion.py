"""The sandbox of a workspace: made on first use, filled from the seed, completed from mappings."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import yaml
from notion_client import Client

from notion_gitops import samples
from notion_gitops.mapping.database import database_id
from notion_gitops.model.mapping import DatabaseMapping, PropertyType
from notion_gitops.notion.connect import VERSION
from notion_gitops.notion.property_configs import (
    NOT_BY_API,
    configs,
    database_title,
    plain_properties,
    wanted,
)
from notion_gitops.sandbox.sandbox import DEFAULT_TOKEN, Sandbox
from notion_gitops.sandbox.seeding import seed
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
    missing = [m for m in workspace.mappings.values() if not source_of(sandbox, m)]
    for mapping in missing:
        sandbox.create_database_for(mapping.name, database_title(mapping), _first(mapping))
    for mapping in missing:
        _complete(sandbox, mapping, workspace.mappings)
    return sandbox


def source_of(sandbox: Sandbox, mapping: DatabaseMapping) -> str | None:
    """The data source of a mapping: by the id that it names, else by the mapping's name."""
    named = database_id(mapping.notion.database)
    for one in sandbox.databases() if named else ():
        if named in {one.database_id, one.data_source_id}:
            return one.data_source_id
    return sandbox.find_data_source(mapping.name)


def by_title(sandbox: Sandbox, name: str) -> str:
    """The id of the database with that title, as `init --list` says it; else the name itself."""
    source = sandbox.find_data_source(name)
    sources = {one.data_source_id: one.database_id for one in sandbox.databases()}
    if source is None or source not in sources:
        return name
    alone = [*sources.values()].count(sources[source]) == 1
    return sources[source] if alone else source


def open_file(root: Path) -> Sandbox:
    """The sandbox of the repository at `root`; a new one is filled from the shipped seed."""
    path = sandbox_path(root)
    fresh = not path.exists()
    path.parent.mkdir(parents=True, exist_ok=True)
    sandbox = Sandbox(path)
    if fresh:
        seed.load(sandbox, yaml.safe_load(samples.seed_text()))
    return sandbox


def _first(mapping: DatabaseMapping) -> dict[str, Any]:
    """The properties that need no other database."""
    made = configs(tuple(plain_properties(mapping)), {})
    apart = (f for f in mapping.properties if f.type in NOT_BY_API - {PropertyType.ROLLUP})
    # A mapping does not say what a formula works out.
    formula = {"expression": '""'}
    return made | {
        f.property_name: {f.type.value: formula if f.type is PropertyType.FORMULA else {}}
        for f in apart
    }


def _complete(
    sandbox: Sandbox, mapping: DatabaseMapping, mappings: Mapping[str, DatabaseMapping]
) -> None:
    """Add the relations, now that all databases are there.

    Rollups are left to a person: a mapping does not say what they count.
    """
    relations = {
        name: config
        for f in mapping.properties
        if f.type is PropertyType.RELATION
        and f.to is not None
        and (target := source_of(sandbox, mappings[f.to])) is not None
        for name, config in configs([wanted(f)], {f.to: target}).items()
    }
    source = source_of(sandbox, mapping)
    if relations and source is not None:
        http = httpx.Client(transport=SandboxTransport(sandbox))
        client = Client(auth=DEFAULT_TOKEN, client=http, notion_version=VERSION)
        client.data_sources.update(source, properties=relations)
        client.close()
