"""A workspace and a sandbox to count requests in; imported by the scripts beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from common.bench_git import commit, make_repository

from notion_gitops.model.outcomes import SyncResult
from notion_gitops.notion.connect import Settings, open_gateway
from notion_gitops.sandbox.sandbox import Logged, Sandbox
from notion_gitops.sandbox.seeding import seed
from notion_gitops.sandbox.transport import SandboxTransport
from notion_gitops.workflow.apply import carry_out
from notion_gitops.workflow.plan import Connection, Planned, PlanOptions, make_plan
from notion_gitops.workflow.workspace import open_workspace
from notion_gitops.workflow.writing.run import Progress

HERE = Path(__file__).resolve().parents[2]
PAGE_SIZE = 100  # rows of one answer of a query, Notion's maximum
PARTS = """\
version: 1
name: parts
notion: {database: "${NOTION_PARTS_DATABASE}"}
git: {path: state/records/parts, format: yaml}
key: {property: Part ID}
fields:
  title: {property: Name, type: title, required: true}
  stock: {property: Stock, type: number}
  place: {property: Place, type: rich_text}
"""


@dataclass
class Bench:
    """One workspace with its sandbox, and what was missed so far."""

    root: Path
    sandbox: Sandbox
    missed: list[str] = field(default_factory=list)

    def connection(self) -> Connection:
        gateway = open_gateway(
            "sandbox-token",
            transport=SandboxTransport(self.sandbox),
            settings=Settings(budget=None),
        )
        find = self.sandbox.find_data_source
        return Connection(gateway, lambda m: find(m.name) or "", lambda: datetime.now(UTC))

    def plan(self, *, all_new: bool = False) -> tuple[Planned, list[Logged]]:
        before = self.sandbox.requests
        workspace = open_workspace(self.root, sandbox=True)
        planned = make_plan(workspace, self.connection(), PlanOptions(all_new=all_new))
        return planned, self.sandbox.log[before:]

    def apply(self, planned: Planned) -> tuple[SyncResult, list[Logged]]:
        before = self.sandbox.requests
        silent = Progress(lambda *_: None, lambda *_: None)
        result = carry_out(planned, self.connection(), silent)
        return result, self.sandbox.log[before:]

    def told(self, what: str, counted: int, allowed: float, *, exactly: bool = False) -> None:
        """Print what was counted beside what it may be, and note it if that is missed."""
        good = counted == allowed if exactly else counted <= allowed
        ratio = counted / allowed if allowed else float(counted > 0)
        sign = "=" if exactly else "<="
        verdict = "" if good else "   MISSED"
        print(f"  {what:<46} {counted:>4} {sign:>2} {allowed:<4} ratio {ratio:.2f}{verdict}")
        if not good:
            self.missed.append(what)

    def commit(self, message: str) -> None:
        commit(self.root, message)

    def replace_line(self, path: str, key: str, value: str) -> None:
        file = self.root / path
        lines = file.read_text().split("\n")
        file.write_text(
            "\n".join(f"{key}: {value}" if x.startswith(f"{key}:") else x for x in lines)
        )

    def parts(self) -> list[str]:
        """The paths of the parts' files."""
        files = sorted((self.root / "state/records/parts").glob("*.yaml"))
        return [str(file.relative_to(self.root)) for file in files]


def make(root: Path, files: Mapping[str, str], description: Mapping[str, Any]) -> Bench:
    """A workspace with these files in one commit, and a sandbox with this content."""
    sandbox = Sandbox(seed="bench")
    seed.load(sandbox, description)
    make_repository(root, files)
    return Bench(root, sandbox)


def parts(count: int) -> dict[str, Any]:
    """The description of a database with so many plain pages, that nobody edited lately."""
    name = {"Name": "title", "Part ID": "rich_text", "Stock": "number", "Place": "rich_text"}
    pages = [
        {"Name": f"Part {n}", "Part ID": f"part-{n}", "Stock": n, "edited": "2026-01-05T08:00:00Z"}
        for n in range(count)
    ]
    database = {"name": "Parts", "mapping": "parts", "properties": name, "pages": pages}
    return {"users": [{"name": "Ann Lee"}], "databases": [database]}
