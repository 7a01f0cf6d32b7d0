"""What a sync costs in requests, counted by the sandbox, against the least possible.

The floor of a scenario is the reading of schemas, one query for each hundred pages that have to be
read, one write for each page that changes, and for each written database two queries, before and
after. Prints requests, floor and ratio of each scenario, plan and apply together. Exits with 1 if
one takes more than 1.05 times its floor, or another number of requests than its plan forecast. The
one look at the first five of many writes (design, decision 41) is above the floor; where that is so
low that one request is more than its twentieth part, that one is allowed.
Run it as `python benchmarks/count_requests.py`.
"""

import sys
import tempfile
from dataclasses import dataclass
from math import ceil
from pathlib import Path

import yaml
from common.bench_world import HERE, PAGE_SIZE, PARTS, Bench, make, parts

from notion_gitops import samples
from notion_gitops.sandbox import edits
from notion_gitops.sandbox.sandbox import Logged

ALLOWED = 1.05
FIRST_LOOK = 1  # request: the first five writes are read back before any other goes out
SMALL, LARGE, FEW = 1_000, 10_000, 10
SCHEMA, FIRST_SCHEMA = 1, 2  # requests: at first also the database that holds the data source
BEFORE_AND_AFTER = 2  # queries for each written database


@dataclass(frozen=True)
class Cost:
    """The floor of one scenario, by what it is for."""

    schemas: int
    listing: int
    writes: int = 0
    checks: int = 0

    @property
    def floor(self) -> int:
        """All of it."""
        return self.schemas + self.listing + self.writes + self.checks


def answers(pages: int) -> int:
    """Queries for so many pages."""
    return max(1, ceil(pages / PAGE_SIZE))


def measured(bench: Bench, what: str, cost: Cost, *, all_new: bool = False) -> None:
    """Plan and apply; hold the requests against the floor and the forecast."""
    planned, log = bench.plan(all_new=all_new)
    forecast, written = planned.plan.forecast.requests, list[Logged]()
    if planned.plan.steps:
        result, written = bench.apply(planned)
        failed = [o for o in result.outcomes if o.detail]
        bench.missed += [f"{what}: {o}" for o in failed]
    counted = len(log) + len(written)
    most = max(cost.floor * ALLOWED, cost.floor + (FIRST_LOOK if cost.writes else 0))
    verdict = "" if counted <= most else "   MISSED"
    print(f"  {what:<44} {counted:>6} {cost.floor:>6} {counted / cost.floor:>6.2f}{verdict}")
    if verdict:
        bench.missed.append(what)
    if len(written) != forecast:
        print(f"    the plan had forecast {forecast} for the apply, which took {len(written)}")
        bench.missed.append(f"{what}: forecast")


def edit_git(bench: Bench, numbers: range) -> None:
    for path in (bench.parts()[n] for n in numbers):
        bench.replace_line(path, "stock", "123456")
    bench.commit("Stock")


def edit_notion(bench: Bench, numbers: range) -> None:
    for n in numbers:
        edits.edit(bench.sandbox, "parts", f"part-{n}", {"Stock": 654321}, by="Ann Lee")


def changes(bench: Bench, rows: int, listing: int, wanted: int) -> None:
    """A quiet run, and runs with a few edits on either side.

    Args:
        bench: in step.
        rows: how many pages there are.
        listing: queries that show what was edited in Notion.
        wanted: queries that show the pages of edited files besides.
    """
    of = f"of {rows:,}"
    measured(bench, f"quiet, {rows:,} rows", Cost(SCHEMA, listing))
    edit_git(bench, range(FEW))
    there = Cost(SCHEMA, listing + wanted, FEW, BEFORE_AND_AFTER)
    measured(bench, f"{FEW} {of} edited in git", there)
    edit_notion(bench, range(rows - FEW, rows))
    measured(bench, f"{FEW} {of} edited in Notion", Cost(SCHEMA, listing))
    edit_git(bench, range(FEW, 2 * FEW))
    edit_notion(bench, range(rows - 2 * FEW, rows - FEW))
    measured(bench, f"{FEW} {of} edited in git, {FEW} in Notion", there)


def small(root: Path) -> Bench:
    bench = make(root, {"mappings/parts.yaml": PARTS}, parts(SMALL))
    pull = Cost(FIRST_SCHEMA, answers(SMALL))
    measured(bench, f"first pull of {SMALL:,}", pull, all_new=True)
    changes(bench, SMALL, answers(SMALL), 0)
    return bench


def first_push(root: Path) -> Bench:
    files = {
        f"state/records/parts/part-{n}.yaml": f"title: Part {n}\n\nstock: {n}\n"
        for n in range(SMALL)
    }
    bench = make(root, {"mappings/parts.yaml": PARTS, **files}, parts(0))
    push = Cost(FIRST_SCHEMA, 1, SMALL, answers(SMALL))
    measured(bench, f"first push of {SMALL:,}", push, all_new=True)
    return bench


def large(root: Path) -> Bench:
    """More than 2,000 rows: what was edited is read, and not all pages."""
    bench = make(root, {"mappings/parts.yaml": PARTS}, parts(LARGE))
    pull = Cost(FIRST_SCHEMA, answers(LARGE))
    measured(bench, f"first pull of {LARGE:,}", pull, all_new=True)
    changes(bench, LARGE, 1, 1)
    return bench


def sample_workspace(root: Path) -> Bench:
    """The sample mappings, whose rollups and formulas are read again after writes."""
    records = {
        str(file.relative_to(HERE)): file.read_text()
        for file in sorted((HERE / "state/records").rglob("*.*"))
    }
    files = {**samples.workspace_files(), **records}
    bench = make(root, files, yaml.safe_load(samples.seed_text()))
    sync(bench, "first sync", all_new=True)
    tasks = sorted((root / "state/records/tasks").glob("*.yaml"))
    for file in tasks[:12]:  # hours are summed up in projects: those are listed again
        bench.replace_line(str(file.relative_to(root)), "hours", "77")
    bench.commit("Hours")
    sync(bench, "12 edits in git, with rollups", pages=12)
    for file in sorted((root / "state/records/notes").glob("*.md"))[:7]:
        bench.replace_line(str(file.relative_to(root)), "kind", "handover")
    bench.commit("Kinds")
    sync(bench, "7 edits in git, no rollups", pages=7)
    edits.edit(bench.sandbox, "tasks", tasks[3].stem, {"Signed off": True}, by="Ann Lee")
    bench.replace_line(str(tasks[3].relative_to(root)), "start", "2026-11-02")
    bench.commit("Both")
    sync(bench, "one record on both sides", pages=1)
    planned, log = bench.plan()
    listing = sum(answers(m.in_notion) for m in planned.plan.mappings)
    queries = sum(1 for each in log if each.path.endswith("/query"))
    bench.told("a quiet plan: queries, one per 100 pages", queries, listing)
    return bench


def sync(bench: Bench, what: str, *, pages: int | None = None, all_new: bool = False) -> None:
    """Plan and apply; `pages` is how many pages the update is meant to write."""
    planned, _ = bench.plan(all_new=all_new)
    result, log = bench.apply(planned)
    bench.missed += [f"{what}: {o}" for o in result.outcomes if o.detail]
    if pages is not None:
        bench.told(f"{what}: writes, one per page", _writes(log), pages)
    forecast = planned.plan.forecast.requests
    bench.told(f"{what}: requests forecast", len(log), forecast, exactly=True)


def _writes(log: list[Logged]) -> int:
    creates = sum(1 for each in log if each.method == "POST" and each.path.endswith("/pages"))
    return creates + sum(1 for each in log if each.method == "PATCH")


def main() -> int:
    missed: list[str] = []
    print(f"  {'plan and apply':<44} {'sent':>6} {'floor':>6} {'ratio':>6}")
    for run in (small, first_push, large):
        with tempfile.TemporaryDirectory() as folder:
            missed += run(Path(folder).resolve()).missed
    print("the sample workspace: what the sandbox counted, and what it may")
    with tempfile.TemporaryDirectory() as folder:
        missed += sample_workspace(Path(folder).resolve()).missed
    for what in missed:
        print(f"MISSED {what}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
