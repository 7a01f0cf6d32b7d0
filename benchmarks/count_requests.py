"""What a sync costs in requests, counted by the sandbox, against the promised floor and forecast.

Two workspaces: the sample one, with its relations, rollups and formulas, and one plain database of
350 pages. For each: the first sync, a quiet plan, and edits on both sides. Prints what each
cost beside what it may cost; exits 1 if a figure is missed.
Run it as `python benchmarks/count_requests.py`.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import ceil
from pathlib import Path
from typing import Any

import yaml

from notion_gitops import samples
from notion_gitops.model.outcomes import SyncResult
from notion_gitops.notion.connect import Settings, open_gateway
from notion_gitops.sandbox import edits
from notion_gitops.sandbox.sandbox import Logged, Sandbox
from notion_gitops.sandbox.seeding import seed
from notion_gitops.sandbox.transport import SandboxTransport
from notion_gitops.workflow.apply import carry_out
from notion_gitops.workflow.plan import Connection, Planned, PlanOptions, make_plan
from notion_gitops.workflow.workspace import open_workspace
from notion_gitops.workflow.writing.run import Progress

HERE = Path(__file__).resolve().parent.parent
PAGE_SIZE = 100  # rows of one answer of a query, Notion's maximum
PLAIN = 350  # pages of the plain database
MAPPING = """\
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

    def check(self, what: str, counted: int, allowed: int, *, exactly: bool = False) -> None:
        good = counted == allowed if exactly else counted <= allowed
        ratio = counted / allowed if allowed else float(counted > 0)
        sign = "=" if exactly else "<="
        verdict = "" if good else "   MISSED"
        print(f"  {what:<46} {counted:>4} {sign:>2} {allowed:<4} ratio {ratio:.2f}{verdict}")
        if not good:
            self.missed.append(what)

    def git(self, *arguments: str) -> None:
        identity = {
            f"GIT_{who}_{what}": "bench@example.org"
            for who in ("AUTHOR", "COMMITTER")
            for what in ("NAME", "EMAIL")
        }
        command = ["git", "-C", str(self.root), *arguments]
        subprocess.run(command, check=True, capture_output=True, env=os.environ | identity)

    def replace_line(self, path: str, key: str, value: str) -> None:
        file = self.root / path
        lines = file.read_text().split("\n")
        file.write_text(
            "\n".join(f"{key}: {value}" if x.startswith(f"{key}:") else x for x in lines)
        )


def queries(log: list[Logged]) -> int:
    return sum(1 for each in log if each.method == "POST" and each.path.endswith("/query"))


def updates(log: list[Logged]) -> int:
    return sum(1 for each in log if each.method == "PATCH")


def creates(log: list[Logged]) -> int:
    return sum(1 for each in log if each.method == "POST" and each.path.endswith("/pages"))


def quiet_plan(bench: Bench) -> None:
    planned, log = bench.plan()
    floor = sum(max(1, ceil(m.in_notion / PAGE_SIZE)) for m in planned.plan.mappings)
    steps = len(planned.plan.steps)
    bench.check("a quiet plan: steps", steps, 0, exactly=True)
    bench.check("a quiet plan: queries, one per 100 pages", queries(log), floor)
    others = len(log) - queries(log)
    print(f"  {'  and to read schemas and users':<46} {others:>4}")


def sync(bench: Bench, what: str, *, pages: int | None = None, all_new: bool = False) -> None:
    """Plan and apply; `pages` is how many pages the update is meant to write."""
    planned, _ = bench.plan(all_new=all_new)
    result, log = bench.apply(planned)
    for outcome in result.outcomes:
        if outcome.detail:
            print(f"  {outcome}")
            bench.missed.append(what)
    if pages is not None:
        bench.check(f"{what}: writes, one per page", updates(log) + creates(log), pages)
    bench.check(
        f"{what}: requests forecast", len(log), planned.plan.forecast.requests, exactly=True
    )


def make(root: Path, files: Mapping[str, str], description: Mapping[str, Any]) -> Bench:
    sandbox = Sandbox(seed="bench")
    seed.load(sandbox, description)
    bench = Bench(root, sandbox)
    bench.git("init", "--quiet", "--initial-branch=main")
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    commit(bench, "Begin")
    return bench


def commit(bench: Bench, message: str) -> None:
    bench.git("add", "--all")
    bench.git("commit", "--quiet", f"--message={message}")


def samples_bench(root: Path) -> Bench:
    records = {
        str(file.relative_to(HERE)): file.read_text()
        for file in sorted((HERE / "state/records").rglob("*.*"))
    }
    bench = make(
        root, {**samples.workspace_files(), **records}, yaml.safe_load(samples.seed_text())
    )
    sync(bench, "first sync", all_new=True)
    quiet_plan(bench)
    tasks = sorted((root / "state/records/tasks").glob("*.yaml"))
    for file in tasks[:12]:  # hours are summed up in projects: those are listed again
        bench.replace_line(str(file.relative_to(root)), "hours", "77")
    commit(bench, "Hours")
    sync(bench, "12 edits in git, with rollups", pages=12)
    quiet_plan(bench)
    for file in sorted((root / "state/records/notes").glob("*.md"))[:7]:
        bench.replace_line(str(file.relative_to(root)), "kind", "handover")
    commit(bench, "Kinds")
    sync(bench, "7 edits in git, no rollups", pages=7)
    quiet_plan(bench)
    edits.edit(bench.sandbox, "tasks", tasks[3].stem, {"Signed off": True}, by="Ann Lee")
    bench.replace_line(str(tasks[3].relative_to(root)), "start", "2026-11-02")
    commit(bench, "Both")
    sync(bench, "one record on both sides", pages=1)
    quiet_plan(bench)
    return bench


def plain_bench(root: Path) -> Bench:
    name = {"Name": "title", "Part ID": "rich_text", "Stock": "number", "Place": "rich_text"}
    pages = [
        {"Name": f"Part {n}", "Part ID": f"part-{n}", "Stock": n, "edited": "2026-01-05T08:00:00Z"}
        for n in range(PLAIN)
    ]
    database = {"name": "Parts", "mapping": "parts", "properties": name, "pages": pages}
    bench = make(root, {"mappings/parts.yaml": MAPPING}, {"databases": [database]})
    sync(bench, "first sync, all into git", pages=0, all_new=True)
    quiet_plan(bench)
    folder = root / "state/records/parts"
    for file in sorted(folder.glob("*.yaml"))[:15]:
        bench.replace_line(str(file.relative_to(root)), "stock", "1000")
    commit(bench, "Stock")
    sync(bench, "15 edits in git", pages=15)
    for n in range(5):
        (folder / f"new-{n}.yaml").write_text(f"title: New {n}\n\nstock: {n}\n")
    commit(bench, "New parts")
    sync(bench, "5 new files in git", pages=5)
    quiet_plan(bench)
    return bench


def main() -> int:
    missed = []
    for what, run in (
        ("the sample workspace", samples_bench),
        (f"{PLAIN} plain pages", plain_bench),
    ):
        print(f"{what}: what the sandbox counted, and what it may")
        with tempfile.TemporaryDirectory() as folder:
            missed += run(Path(folder).resolve()).missed
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
