"""The rules of the state machine: what people, the weather, time and two engines may do."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from notion_gitops.sandbox.weather.rules import Effect, Fault
from tests.machine.machine_files import BODY
from tests.machine.machine_ground import CLONES, KEYS
from tests.machine.machine_making import Template, a_world
from tests.machine.machine_stage import Moment, Process
from tests.machine.machine_views import Page
from tests.machine.machine_world import Ran, World

ENGINES = st.sampled_from(["a", "b"])
PLACES = st.sampled_from(CLONES)
FIELD = st.sampled_from(["title", "note", "spot", "hours", "tags", "tags", BODY, BODY])
KEY = st.sampled_from([*KEYS, "tasks/dog", "tasks/north"])
TARGET = st.sampled_from(["tasks/ant", "tasks/cat", "teams/red", "teams/blue", "teams/blue", ""])
NUMBER = st.integers(0, 9)
WRITES = ("POST", "/pages$"), ("PATCH", "/pages/")
READS = ("POST", "/query$"), ("GET", "/pages/"), ("GET", "/data_sources/")

WEATHER = st.one_of(
    st.tuples(st.sampled_from(WRITES), st.integers(1, 3), st.sampled_from([
        (Effect.DROP_BEFORE, None), (Effect.DROP_AFTER, None), (Effect.CUT, None),
        (Effect.ANSWER, Fault.RATE_LIMIT), (Effect.ANSWER, Fault.OVERLOAD),
        (Effect.ANSWER, Fault.CONFLICT), (Effect.ANSWER_AFTER, Fault.UNAVAILABLE),
        (Effect.ANSWER_AFTER, Fault.GATEWAY_TIMEOUT), (Effect.ANSWER, Fault.BAD_GATEWAY_PAGE),
    ])),
    st.tuples(st.sampled_from(READS), st.integers(1, 4), st.sampled_from([
        (Effect.DROP_BEFORE, None), (Effect.ANSWER, Fault.INTERNAL_ERROR),
        (Effect.ANSWER, Fault.RATE_LIMIT), (Effect.ANSWER, Fault.QUERY_POOL),
    ])),
)  # fmt: skip
WHEN = st.one_of(
    st.tuples(st.just("request"), st.integers(1, 12), st.booleans()),
    st.tuples(st.just("git"), st.integers(1, 55), st.booleans()),
    st.tuples(st.just("file"), st.integers(1, 24), st.just(value=False)),
)
WHAT = st.one_of(
    st.just(("killed",)),
    st.just(("killed",)),
    st.just(("killed, and its disk lost",)),
    st.tuples(st.just("time jumps"), st.sampled_from([5, 45, 700])),
    st.tuples(st.just("edit in Notion"), NUMBER, FIELD),
    st.tuples(st.just("edit in Notion"), NUMBER, FIELD),
    st.tuples(st.just("edit in git"), KEY, FIELD),
    st.tuples(st.just("trash in Notion"), NUMBER),
    st.just(("the other engine",)),
)
LOST_DISK = ("killed, and its disk lost",)
MOSTLY = st.sampled_from([True, True, True, False])
IN_GIT = st.sampled_from(["edit"] * 5 + ["create", "delete", "delete", "rename", "revert"])
IN_NOTION = st.sampled_from(
    ["edit"] * 6
    + [
        "create",
        "trash",
        "trash",
        "restore",
        "duplicate",
        "archive",
        "move",
        "rename property",
        "rename option",
    ]
)
OF_SERVERS = st.sampled_from(
    ["lag", "no lag", "cut", "whole", "unshare", "share", "share", "set back", "set back"]
)


def act_of(world: World, name: str, what: tuple[Any, ...]) -> Callable[[Process], None]:
    """What happens in the middle of a run of the clone `name`."""

    def act(process: Process) -> None:
        with world.stage.people():
            match what:
                case ("time jumps", seconds):
                    world.runs[-1].jumped = process.sending
                    world.advance(timedelta(seconds=seconds))
                case ("edit in Notion", number, field):
                    world.edit_page(pick(world, number), field)
                case ("trash in Notion", number):
                    world.trash(pick(world, number))
                case ("edit in git", key, field):
                    world.pull("desk")
                    world.write("desk", key, field)
                    world.publish("desk")
                case ("the other engine",):
                    other = "b" if name == "a" else "a"
                    world.pull(other)
                    world.apply(other)
        if what[0].startswith("killed"):
            process.kill()

    return act


def pick(world: World, number: int) -> Page:
    pages = world.pages()
    return pages[number % len(pages)]


class Machine(RuleBasedStateMachine):
    """One story: both sides agree, then everything happens."""

    template: Template
    stories: list[list[str]]
    tally: Any

    def __init__(self) -> None:
        super().__init__()
        self._world = a_world(self.template)
        self.world = self._world.__enter__()
        self.failed = False

    @contextmanager
    def noted(self) -> Iterator[None]:
        """What fails tells the story."""
        try:
            yield
        except Exception as error:
            self.failed = True
            error.add_note("\n".join(self.world.story))
            raise

    # --- the product ---

    @rule(name=ENGINES, pull=MOSTLY)
    def sync(self, name: str, pull: bool) -> None:
        self._sync(name, pull=pull)

    @rule(name=ENGINES, pull=MOSTLY, when=WHEN, what=WHAT)
    def sync_and_something_happens(self, name: str, pull: bool, when: Any, what: Any) -> None:
        moment = Moment(when[0], when[1], when[2], what[0], act_of(self.world, name, what))
        ran = self._sync(name, moment, pull=pull)
        if ran.killed and what == LOST_DISK:
            self.world.lose_disk(name)

    @rule(name=ENGINES, storm=WEATHER, more=st.one_of(st.none(), WEATHER))
    def sync_in_a_storm(self, name: str, storm: Any, more: Any) -> None:
        for (method, path), nth, (effect, fault) in filter(None, (storm, more)):
            self.world.weather(effect, method, path, nth, fault)
        self._sync(name, pull=True)
        self.world.sandbox.weather.clear()

    def _sync(self, name: str, *moments: Moment, pull: bool) -> Ran:
        with self.noted():
            if pull:
                self.world.pull(name)
            ran = self.world.apply(name, moments=list(moments))
            self.world.follow_advice(name, ran)
            return ran

    @rule(name=ENGINES)
    def look(self, name: str) -> None:
        with self.noted():
            self.world.look(name, "plan")

    @rule(name=ENGINES, pull=MOSTLY)
    def saved_plan(self, name: str, pull: bool) -> None:
        """A plan is saved, or the one that was saved before is applied."""
        with self.noted():
            if name in self.world.saved:
                self.world.apply_saved(name)
                return
            if pull:
                self.world.pull(name)
            self.world.save_plan(name)

    # --- people ---

    @rule(name=PLACES, what=IN_GIT, key=KEY, field=FIELD, number=NUMBER, push=MOSTLY)
    def in_git(  # noqa: PLR0917
        self, name: str, what: str, key: str, field: str, number: int, push: bool
    ) -> None:
        world = self.world
        done = {
            "edit": lambda: world.write(name, key, field),
            "create": lambda: world.create(name, key),
            "delete": lambda: world.delete(name, key),
            "rename": lambda: world.rename(name, key, f"{key}-{number}"),
            "revert": lambda: world.revert(name, number % 4),
        }[what]()
        if done and push:
            world.publish(name)

    @rule(
        name=PLACES,
        key=KEY,
        field=FIELD,
        git=st.sampled_from(["edit", "edit", "edit", "delete", "rename"]),
        notion=st.sampled_from(["edit", "edit", "edit", "trash", "trash", "archive"]),
    )
    def both_sides(self, name: str, key: str, field: str, git: str, notion: str) -> None:
        """Two people at one record; two who pick by chance seldom meet."""
        self.world.pull(name)
        self.in_git(name, git, key, field, number=7, push=True)
        for number, page in enumerate(self.world.pages()):
            if page.key == key:
                self.in_notion(notion, number, field)
                return

    @rule(name=ENGINES, key=KEY, to=TARGET, number=NUMBER, in_git=st.booleans())
    def point(self, name: str, key: str, to: str, number: int, in_git: bool) -> None:
        """A record points to another one, or to none any more."""
        world = self.world
        if in_git:
            world.pull(name)
            if world.point(name, key, to):
                world.publish(name)
            return
        led_to = next((p for p in world.pages() if p.key == to), None)
        world.point_page(pick(world, number), led_to)

    @rule(name=PLACES, mine=st.booleans())
    def pull(self, name: str, mine: bool) -> None:
        self.world.pull(name, mine=mine)

    @rule(name=PLACES, number=NUMBER, choice=st.sampled_from(["git", "notion", "base"]))
    def answer(self, name: str, number: int, choice: str) -> None:
        self.world.pull(name)
        asked = sorted(self.world.questions(name))
        if asked and self.world.answer(name, asked[number % len(asked)], choice):
            self.world.publish(name)

    @rule(what=IN_NOTION, number=NUMBER, field=FIELD)
    def in_notion(self, what: str, number: int, field: str) -> None:
        world, page = self.world, pick(self.world, number)
        match what:
            case "edit":
                world.edit_page(page, field)
            case "create":
                world.add_page()
            case "trash":
                world.trash(page)
            case "restore":
                for trashed in [p for p in world.pages() if p.in_trash][: 1 + number % 2]:
                    world.restore(trashed)
            case "duplicate":
                world.duplicate(page)
            case "archive":
                world.archive(page, archived=not page.archived)
            case "move":
                world.move(page, back=page.id in world.moved)
            case "rename option":
                world.rename_option("site" if number % 2 else "urgent")
            case _:
                world.rename_property(field)
        world.clock.advance(timedelta(seconds=number * 10))

    # --- weather and time ---

    @rule(minutes=st.sampled_from([0.5, 3, 10, 60]))
    def time_passes(self, minutes: float) -> None:
        self.world.advance(timedelta(minutes=minutes))

    @rule(what=OF_SERVERS)
    def servers(self, what: str) -> None:
        match what:
            case "lag" | "no lag":
                self.world.lag = timedelta(seconds=120 if what == "lag" else 0)
            case "cut" | "whole":
                self.world.cut(short=what == "cut")
            case "set back":
                self.world.set_back()
            case _:
                self.world.share(shared=what == "share")

    # --- the end ---

    def teardown(self) -> None:
        try:
            if not self.failed:
                with self.noted():
                    self.world.come_to_rest()
        finally:
            self.tally.update(self.world.oracle.tally)
            self._world.__exit__(None, None, None)
