"""A workspace whose databases `schema apply` makes, on one page of a sandbox."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from notion_gitops.model.schema_plan import SchemaPlan, SchemaResult
from notion_gitops.notion.connect import Settings, open_gateway
from notion_gitops.notion.gateway import Gateway
from notion_gitops.notion.pacing import Clock
from notion_gitops.repository.repository import Repository
from notion_gitops.sandbox import DEFAULT_TOKEN, Sandbox, SandboxTransport
from notion_gitops.workflow.reading.schema_plan import PlannedSchema, plan_schema
from notion_gitops.workflow.schema_apply import apply_schema, require_applicable
from notion_gitops.workflow.workspace import Workspace, open_workspace

HEAD = """\
version: 1
name: {name}
notion: {{database: "${{{variable}}}"}}
git: {{path: state/records/{name}}}
fields:
  title: {{property: Name, type: title}}
"""


@dataclass
class Registry:
    """A workspace whose databases stand on one page of a sandbox, as far as they exist."""

    root: Path
    sandbox: Sandbox
    gateway: Gateway
    parent: str
    ids: dict[str, str] = field(default_factory=dict)
    waits: list[float] = field(default_factory=list)

    def mapping(self, name: str, fields: str = "", more: str = "") -> None:
        """Write a mapping with these further fields; its database is not there."""
        head = HEAD.format(name=name, variable=f"NOTION_{name.upper()}_DATABASE")
        lines = "".join(f"  {line}\n" for line in fields.splitlines())
        (self.root / "mappings" / f"{name}.yaml").write_text(head + lines + more, "utf-8")

    @property
    def workspace(self) -> Workspace:
        return open_workspace(self.root)

    def plan(self) -> PlannedSchema:
        workspace = self.workspace
        ids = {name: self.ids.get(name, "") for name in workspace.mappings}
        return plan_schema(workspace, self.gateway, ids, self.parent)

    def apply(self) -> SchemaResult:
        planned = self.plan()
        require_applicable(planned.plan)
        result = apply_schema(planned, self.gateway, self.waits.append)
        self.ids |= {new.mapping: new.id for new in result.created}
        return result

    def properties(self, name: str) -> dict[str, Any]:
        """The properties of a mapping's database, as Notion answers them."""
        source = self.gateway.database(self.ids[name])["data_sources"][0]["id"]
        found: dict[str, Any] = self.gateway.data_source(source)["properties"]
        return found

    def source(self, name: str) -> str:
        return str(self.gateway.database(self.ids[name])["data_sources"][0]["id"])

    def change(self, name: str, **properties: Any) -> None:
        """Change the schema as a colleague would."""
        self.gateway.change_properties(self.source(name), properties)


def open_registry(folder: Path) -> Registry:
    root = folder / "workspace"
    (root / "mappings").mkdir(parents=True)
    Repository.create(root)
    sandbox = Sandbox(folder / "notion.sqlite")
    clock = Clock(sleep=lambda seconds: None)
    settings = Settings(budget=None, clock=clock)
    transport = SandboxTransport(sandbox)
    gateway = open_gateway(DEFAULT_TOKEN, transport=transport, settings=settings)
    return Registry(root, sandbox, gateway, sandbox.create_root_page("Registry"))


def quiet(plan: SchemaPlan) -> bool:
    return not plan.steps and not plan.problems


def options_of_kind(registry: Registry) -> list[dict[str, Any]]:
    prop = registry.properties("tasks")["Kind"]
    found: list[dict[str, Any]] = prop[prop["type"]]["options"]
    return found
