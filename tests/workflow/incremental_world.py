"""A workspace whose mappings count as large, so that only what was edited is read."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from notion_gitops.model.plan import Plan, ReadCost
from notion_gitops.sandbox import edits
from notion_gitops.sandbox.sandbox import Logged
from notion_gitops.workflow.apply import carry_out, nothing_to_do
from notion_gitops.workflow.plan import Planned, PlanOptions, make_plan
from notion_gitops.workflow.workspace import open_workspace
from notion_gitops.workflow.writing.lock import only_one
from tests.workflow.workflow_samples import USERS
from tests.workflow.workflow_views import part
from tests.workflow.workflow_world import SILENT, World

BOXES = """\
version: 1
name: boxes
notion: {database: "${NOTION_BOXES}"}
git: {path: state/records/boxes, format: yaml}
key: {property: Key}
fields:
  title: {property: Name, type: title, required: true}
  size: {property: Size, type: number}
"""
PARTS = """\
version: 1
name: parts
notion: {database: "${NOTION_PARTS}"}
git: {path: state/records/parts, format: yaml}
key: {property: Key}
fields:
  title: {property: Name, type: title, required: true}
  stock: {property: Stock, type: number}
  note: {property: Note, type: rich_text}
  box: {property: Box, type: relation, to: boxes}
checks:
  - {unique: [title]}
"""
MAPPINGS = {"boxes": BOXES, "parts": PARTS}
BEGIN = "2026-01-02T08:00"


def databases(parts: int = 8) -> dict[str, Any]:
    """A seed with two boxes, and parts that are in them."""
    text = {"Name": "title", "Key": "rich_text"}
    boxes = [{"Name": f"Box {n}", "Key": f"b{n}", "Size": n, "created": BEGIN} for n in range(2)]
    pages = [
        {"Name": f"Part {n}", "Key": f"p{n}", "Stock": n, "Box": [f"b{n % 2}"], "created": BEGIN}
        for n in range(parts)
    ]
    return {
        "workspace": {"name": "Acme"},
        "users": USERS,
        "databases": [
            {"name": "Boxes", "mapping": "boxes", "properties": {**text, "Size": "number"},
             "pages": boxes},
            {"name": "Parts", "mapping": "parts",
             "properties": {**text, "Stock": "number", "Note": "rich_text",
                            "Box": {"type": "relation", "to": "Boxes"}},
             "pages": pages},
        ],
    }  # fmt: skip


def read_of(world: World, name: str = "parts") -> tuple[Planned, int | None]:
    """A plan at once, and how many pages of a mapping it read; None: it listed all of them."""
    planned = world.plan(rest=timedelta())
    pages = planned.comparison.mappings[name].notion.pages
    return planned, None if pages.since is None else len(pages.raw)


def told(planned: Planned) -> Plan:
    """The plan without what its own reading cost."""
    plan = planned.plan
    forecast = replace(plan.forecast, seconds=0.0)
    return replace(plan, cost=ReadCost(), notes=(), forecast=forecast)


@contextmanager
def requests(world: World) -> Iterator[list[Logged]]:
    """The requests of what is done meanwhile."""
    before, log = world.sandbox.requests, list[Logged]()
    yield log
    log += world.sandbox.log[before:]


@dataclass
class Walk:
    """Two people who edit at random, and syncs in between; nobody deletes anything."""

    world: World
    seed: int
    steps: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)  # noqa: S311  a reproducible walk
        self.made = 0

    def go(self) -> None:
        """One step, and some seconds: often so few that the minute is the same."""
        acts = [self.edit_page, self.edit_page, self.edit_file, self.add_page, self.add_file,
                self.sync, self.sync]  # fmt: skip
        act = self.random.choice(acts)
        self.world.clock.advance(timedelta(seconds=self.random.choice([0, 7, 20, 61, 150, 900])))
        self.steps.append(f"{self.world.clock():%d %H:%M:%S} {act.__name__}")
        act()

    def edit_page(self) -> None:
        name = self.random.choice(["Stock", "Note", "Name"])
        value: Any = self.random.randrange(5) if name == "Stock" else f"N{self.random.randrange(9)}"
        found = self._pages()
        page = self.random.choice(found)
        edits.edit(self.world.sandbox, "parts", page, {name: value}, by="Eva Lind")

    def edit_file(self) -> None:
        files = sorted(self.world.path("parts/x").parent.glob("*.yaml"))
        key = self.random.choice(files).stem
        self.world.spell(f"parts/{key}", stock=str(self.random.randrange(5)))
        self._commit()

    def add_page(self) -> None:
        self.made += 1
        more = {"Key": f"made{self.made}"} if self.random.random() < 0.5 else {}
        if self.random.random() < 0.2:
            more = {"Key": "p1"}  # a copy, which no plan takes in
        values = {"Name": f"Made {self.made}", "Box": ["b0"], **more}
        edits.add_page(self.world.sandbox, "parts", values, by="Eva Lind")

    def add_file(self) -> None:
        self.made += 1
        self.world.spell(f"parts/new{self.made}", title=f"New {self.made}", box="[b1]")
        self._commit()

    def sync(self) -> None:
        workspace, connection = open_workspace(self.world.root), self.world.connection()
        with only_one(workspace.private):
            planned = make_plan(workspace, connection, PlanOptions())
            if not nothing_to_do(planned):
                carry_out(planned, connection, SILENT)

    def _commit(self) -> None:
        self.world.git("add", "-A")
        if self.world.git("status", "--porcelain"):
            self.world.git("commit", "-q", "-m", "Edit")

    def _pages(self) -> list[str]:
        source = self.world.source("parts")
        answer = self.world.api("POST", f"data_sources/{source}/query", {"page_size": 100})
        return sorted(page["id"] for page in answer["results"])


def in_notion(planned: Planned) -> int:
    """How many parts the plan says that there are."""
    return part(planned, "parts").in_notion
