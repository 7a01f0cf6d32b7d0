"""The rules of the state machine: what people, the weather, time and two engines may do."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from notion_gitops.sandbox.weather.rules import Effect, Fault
from tests.machine.machine_oracle import Broken
from tests.machine.machine_stage import Moment, Process
from tests.machine.machine_views import TITLES, Page
from tests.machine.machine_world import CLONES, KEYS, Template, World, a_world

ENGINES = st.sampled_from(["a", "b"])
PLACES = st.sampled_from(CLONES)
FIELDS = st.sampled_from(sorted(TITLES))
KEY = st.sampled_from([*KEYS, "dog", "north"])
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
    st.just(("killed, and its disk lost",)),
    st.tuples(st.just("time jumps"), st.sampled_from([5, 45, 700])),
    st.tuples(st.just("edit in Notion"), NUMBER, FIELDS),
    st.tuples(st.just("edit in Notion"), NUMBER, FIELDS),
    st.tuples(st.just("edit in git"), KEY, FIELDS),
    st.tuples(st.just("trash in Notion"), NUMBER),
    st.just(("the other engine",)),
)


def act_of(world: World, name: str, what: tuple[Any, ...]) -> Callable[[Process], None]:
    """What happens in the middle of a run of the clone `name`."""

    def act(process: Process) -> None:
        with world.stage.people():
            match what:
                case ("time jumps", seconds):
                    world.runs[-1].jumped = True
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

    @rule(
        name=ENGINES,
        pull=st.sampled_from([True, True, True, False]),
        when=WHEN,
        what=st.one_of(st.none(), WHAT),
        storm=st.one_of(st.none(), WEATHER),
    )
    def sync(self, name: str, pull: bool, when: Any, what: Any, storm: Any) -> None:  # noqa: PLR0917
        if pull:
            self.world.pull(name)
        if storm is not None:
            (method, path), nth, (effect, fault) = storm
            self.world.weather(effect, method, path, nth, fault)
        moments = []
        if what is not None:
            moments = [Moment(*when, what[0], act_of(self.world, name, what))]
        with self.noted():
            ran = self.world.apply(name, moments=moments)
        if ran.killed and what == ("killed, and its disk lost",):
            self.world.lose_disk(name)
        self.world.sandbox.weather.clear()
        if "went apart" in ran.text:
            self.world.follow_advice(name)

    @rule(name=ENGINES)
    def look(self, name: str) -> None:
        self.world.look(name, "plan")

    # --- people in git ---

    @rule(name=PLACES, key=KEY, field=FIELDS, push=st.sampled_from([True, True, False]))
    def edit_in_git(self, name: str, key: str, field: str, push: bool) -> None:
        if self.world.write(name, key, field) and push:
            self.world.publish(name)

    @rule(name=PLACES, key=KEY)
    def create_in_git(self, name: str, key: str) -> None:
        if self.world.create(name, key):
            self.world.publish(name)

    @rule(name=PLACES, key=KEY)
    def delete_in_git(self, name: str, key: str) -> None:
        if self.world.delete(name, key):
            self.world.publish(name)

    @rule(name=PLACES, key=KEY, number=NUMBER)
    def rename_in_git(self, name: str, key: str, number: int) -> None:
        if self.world.rename(name, key, f"{key}-{number}"):
            self.world.publish(name)

    @rule(name=PLACES, back=st.integers(0, 3))
    def revert_in_git(self, name: str, back: int) -> None:
        if self.world.revert(name, back):
            self.world.publish(name)

    @rule(name=PLACES, number=NUMBER, choice=st.sampled_from(["git", "notion", "base"]))
    def answer(self, name: str, number: int, choice: str) -> None:
        self.world.pull(name)
        asked = sorted(self.world.questions(name))
        if asked and self.world.answer(name, asked[number % len(asked)], choice):
            self.world.publish(name)

    @rule(name=PLACES, mine=st.booleans())
    def pull(self, name: str, mine: bool) -> None:
        self.world.pull(name, mine=mine)

    # --- people in Notion ---

    @rule(number=NUMBER, field=FIELDS, twice=st.booleans())
    def edit_in_notion(self, number: int, field: str, twice: bool) -> None:
        for _ in range(1 + twice):
            self.world.edit_page(pick(self.world, number), field)
            self.world.clock.advance(timedelta(seconds=20))

    @rule()
    def create_in_notion(self) -> None:
        self.world.add_page()

    @rule(number=NUMBER)
    def trash_in_notion(self, number: int) -> None:
        self.world.trash(pick(self.world, number))

    @rule(number=NUMBER)
    def restore_in_notion(self, number: int) -> None:
        trashed = [p for p in self.world.pages() if p.in_trash]
        if trashed:
            self.world.restore(trashed[number % len(trashed)])

    @rule(number=NUMBER)
    def duplicate_in_notion(self, number: int) -> None:
        self.world.duplicate(pick(self.world, number))

    @rule(number=NUMBER, archived=st.booleans())
    def archive_in_notion(self, number: int, archived: bool) -> None:
        self.world.archive(pick(self.world, number), archived=archived)

    @rule(number=NUMBER, back=st.booleans())
    def move_in_notion(self, number: int, back: bool) -> None:
        self.world.move(pick(self.world, number), back=back)

    @rule(field=FIELDS)
    def rename_property(self, field: str) -> None:
        self.world.rename_property(field)

    # --- weather and time ---

    @rule(minutes=st.sampled_from([0.5, 3, 10, 60]))
    def time_passes(self, minutes: float) -> None:
        self.world.advance(timedelta(minutes=minutes))

    @rule(seconds=st.sampled_from([0, 30, 120]))
    def listing_lags(self, seconds: int) -> None:
        self.world.lag = timedelta(seconds=seconds)

    @rule(short=st.booleans())
    def listing_is_cut(self, short: bool) -> None:
        self.world.cut(short=short)

    @rule(shared=st.booleans())
    def sharing(self, shared: bool) -> None:
        self.world.share(shared=shared)

    # --- the end ---

    def teardown(self) -> None:
        try:
            if not self.failed:
                with self.noted():
                    self.world.come_to_rest()
        finally:
            self.tally.update(self.world.oracle.tally)
            self._world.__exit__(None, None, None)
