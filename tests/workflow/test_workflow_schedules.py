"""Any order of edits on both sides, of syncs, and of what holds syncs up: no edit is lost.

Every value that a person enters is entered once only, so that it can be told what became of it. In
the end it stands on a side, or in an open question, or a person who saw it wrote another over it.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notion_gitops.workflow.apply import carry_out, nothing_to_do
from notion_gitops.workflow.plan import PlanOptions, make_plan
from notion_gitops.workflow.workspace import open_workspace
from notion_gitops.workflow.writing.lock import only_one
from notion_gitops.workflow.writing.ready import require_committed
from tests.workflow.templates import Template, copied
from tests.workflow.workflow_world import REST, SILENT, World

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn

KEYS = ("dig", "lay", "test")
LONE = "test"
FIELDS = {"hours": "Hours", "note": "Note", "kind": "Kind"}
MOST_RUNS = 4  # until nothing is left to do


@dataclass
class Story:
    """A world, and who entered which value where."""

    world: World
    entered: dict[str, tuple[str, str]] = field(default_factory=dict)  # value -> record, field
    seen: set[str] = field(default_factory=set)  # written over by somebody who saw it

    def edit(self, side: str, key: str, name: str) -> None:
        """Somebody enters a value that nobody entered before."""
        if not self.is_there(side, key):
            return
        shown = self.shown(side, key, name)
        value = str(1000 + len(self.entered))
        self.entered[value] = (key, name)
        self.seen.add(shown)
        text = value if name == "hours" else f"w{value}"
        if side == "git":
            self.world.spell(f"tasks/{key}", **{name: text})
            self.world.commit()
        else:
            typed: Any = int(value) if name == "hours" else text
            self.world.in_notion(f"Tasks/{key}", **{FIELDS[name]: typed})

    def shown(self, side: str, key: str, name: str) -> str:
        """The value that stands on a side, as it was entered."""
        if not self.is_there(side, key):
            return ""
        if side == "git":
            found = self.world.record(f"tasks/{key}").get(name)
        else:
            found = self.world.page(f"Tasks/{key}")[FIELDS[name]]
        return str(found or "").removeprefix("w").replace("*", "")  # bold in the file

    def is_there(self, side: str, key: str) -> bool:
        if side == "git":
            return self.world.path(f"tasks/{key}").exists()
        return not self.world.raw_page(f"Tasks/{key}")["in_trash"]

    def delete(self, side: str) -> None:
        """Somebody deletes the one record that no other leads to, and has seen what it says."""
        if not self.is_there(side, LONE):
            return
        self.seen |= {self.shown(side, LONE, name) for name in FIELDS}
        if side == "git":
            self.world.remove(f"tasks/{LONE}")
        else:
            self.world.trash(f"Tasks/{LONE}")

    def restore(self) -> None:
        if not self.is_there("Notion", LONE):
            self.world.restore(f"Tasks/{LONE}")

    def archive(self, key: str, *, archived: bool) -> None:
        if not self.is_there("Notion", key):
            return
        page = self.world.page_id(f"Tasks/{key}")
        self.world.api("PATCH", f"pages/{page}", {"is_archived": archived})

    def allow_all(self) -> None:
        """Somebody adds the options that git's files say."""
        here = [key for key in KEYS if self.is_there("git", key)]
        said = {self.world.record(f"tasks/{key}").get("kind") for key in here}
        source = self.world.api("GET", f"data_sources/{self.world.source('Tasks')}")
        there = source["properties"]["Kind"]["select"]["options"]
        names = {option["name"] for option in there}
        new = [{"name": name} for name in sorted(said - names - {None, ""}, key=str)]
        self.world.schema("Tasks", {"Kind": {"select": {"options": [*there, *new]}}})

    def sync(self) -> bool:
        """Plan, and apply what there is; whether there was anything."""
        self.world.clock.advance(REST)
        workspace, connection = open_workspace(self.world.root), self.world.connection()
        with only_one(workspace.private):
            planned = make_plan(workspace, connection, PlanOptions())
            assert not require_committed(planned, commit_records=lambda _: False)
            if nothing_to_do(planned):
                return False
            carry_out(planned, connection, SILENT)
        return True

    def come_to_rest(self) -> None:
        """What held syncs up is gone, and nobody edits any more."""
        self.world.cut = None
        for key in KEYS:
            self.archive(key, archived=False)
        self.allow_all()
        runs = 0
        while self.sync():
            runs += 1
            assert runs < MOST_RUNS, "it does not come to rest"

    def check(self) -> None:
        """No value is lost, and where nothing is asked both sides are equal."""
        asked = "".join(
            (self.world.root / f"state/conflicts/{record}.yaml").read_text()
            for record in self.world.conflicts()
        )
        for value, (key, name) in self.entered.items():
            sides = {self.shown(side, key, name) for side in ("git", "Notion")}
            assert value in sides or value in self.seen or value in asked, (value, key, name)
        for key in KEYS:
            if f"tasks/{key}" not in self.world.conflicts():
                for name in FIELDS:
                    assert self.shown("git", key, name) == self.shown("Notion", key, name)


@st.composite
def steps(draw: DrawFn) -> list[tuple[str, ...]]:
    """What people do, and when it is synced."""
    key, name = st.sampled_from(KEYS), st.sampled_from(sorted(FIELDS))
    step = st.one_of(
        st.tuples(st.just("edit"), st.sampled_from(["git", "Notion"]), key, name),
        st.tuples(st.just("edit"), st.sampled_from(["git", "Notion"]), key, name),
        st.tuples(st.just("archive"), key),
        st.tuples(st.just("unarchive"), key),
        st.tuples(st.sampled_from(["cut", "whole", "allow", "restore"])),
        st.tuples(st.just("delete"), st.sampled_from(["git", "Notion"])),
        st.tuples(st.just("sync")),
        st.tuples(st.just("sync")),
    )
    return draw(st.lists(step, min_size=3, max_size=14))


def play(story: Story, schedule: list[tuple[str, ...]]) -> None:
    for what, *more in schedule:
        match what:
            case "edit":
                story.edit(*more)
            case "archive" | "unarchive":
                story.archive(*more, archived=what == "archive")
            case "delete":
                story.delete(*more)
            case "restore":
                story.restore()
            case "cut":
                story.world.cut = 1
            case "whole":
                story.world.cut = None
            case "allow":
                story.allow_all()
            case _:
                story.sync()


@pytest.fixture(scope="session")
def template(_synced: Template) -> Template:
    """A world that both sides agree on."""
    return _synced


def told(template: Template, schedule: list[tuple[str, ...]]) -> None:
    """Play a schedule in a world of its own, and see what became of every edit."""
    with (
        tempfile.TemporaryDirectory() as fresh,
        copied(template, Path(fresh) / "world") as world,
    ):
        story = Story(world)
        play(story, schedule)
        story.come_to_rest()
        story.check()


ANY = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@settings(ANY, max_examples=5, derandomize=True)
@given(schedule=steps())
def test_no_order_of_edits_and_syncs_loses_one(
    template: Template, schedule: list[tuple[str, ...]]
) -> None:
    """Holds D11, F091, I1, I4."""
    told(template, schedule)


@pytest.mark.slow
@ANY
@given(schedule=steps())
def test_no_order_of_edits_and_syncs_loses_one_in_a_long_search(
    template: Template, schedule: list[tuple[str, ...]]
) -> None:
    told(template, schedule)


def test_the_schedule_that_lost_an_edit(template: Template) -> None:
    """Of one record while it was archived, when another one was synced."""
    told(template, [
        ("archive", "dig"), ("edit", "git", "dig", "hours"), ("edit", "git", "lay", "note"),
        ("sync",), ("unarchive", "dig"), ("edit", "Notion", "dig", "note"), ("sync",),
    ])  # fmt: skip
