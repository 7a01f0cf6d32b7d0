"""Laws of the whole core, tried on two sides in memory with whatever people may do to them."""

import copy
import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notion_gitops.engine.fields import same
from notion_gitops.engine.order import steps
from notion_gitops.engine.planner import Inputs, decide
from notion_gitops.model.mapping import (
    Direction,
    Mode,
    PropertyType,
    Rule,
    Take,
)
from notion_gitops.model.operations import Action, Operation, Resolution, Write
from notion_gitops.model.records import Base, Side, Snapshot
from notion_gitops.model.values import Value
from tests.engine.engine_builders import (
    HERE,
    a_field,
    a_mapping,
    decided,
    in_base,
    in_git,
    in_notion,
)
from tests.engine.engine_days import (
    KEYS,
    SEARCH,
    TAKES,
    TASKS,
    Edit,
    days,
    do,
    in_step,
    moves,
    quarrels,
    worlds,
)
from tests.engine.engine_world import (
    World,
    everything,
    fresh,
    held,
    kept,
    open_questions,
    quiet,
)

# --- the laws -------------------------------------------------------------------------------


def converges(world: World, day: Iterable[Edit]) -> None:
    for edit in day:
        do(world, edit)
    plan = world.sync()
    if any(w.action is Action.RESTORE for o in plan for w in o.writes):
        plan = world.sync()  # what a page in the trash holds is read once it is out
    after = world.plan()
    assert quiet(after)
    world.sync()
    rest = world.plan()
    assert quiet(rest)
    assert not steps({"tasks": world.mapping}, rest)  # not even the base has to move again
    _in_agreement(world, rest)


def _in_agreement(world: World, plan: Iterable[Operation]) -> None:
    asked = open_questions(plan)
    for key, base in world.base.records.items():
        if (key, None) in asked:
            continue
        git, page = world.git[key], world.pages[base.page_id]
        assert not page.in_trash
        for name, spec in world.mapping.fields.items():
            if (key, name) in asked or spec.direction is not Direction.BOTH:
                continue
            mine, theirs = git.get(name), page.fields.get(name)
            mine = mine.strip() or None if isinstance(mine, str) else mine
            assert same(spec, mine, theirs), (key, name)


@SEARCH
@given(world=worlds, day=days | moves)
def test_an_apply_converges_and_then_there_is_nothing_to_do(world: World, day: list[Edit]) -> None:
    """Holds F104, I1, I1b, I2."""
    converges(world, day)


def loses_nothing(world: World, day: Iterable[Edit]) -> None:
    for edit in day:
        do(world, edit)
    entered = fresh(world)
    plan = world.sync()
    assert entered <= kept(world, plan)


@SEARCH
@given(world=worlds, first=days | moves, second=days | moves)
def test_no_edit_is_lost(world: World, first: list[Edit], second: list[Edit]) -> None:
    """Holds I4."""
    loses_nothing(world, first)
    loses_nothing(world, second)


def deletes_only_what_was_deleted(world: World, day: Iterable[Edit]) -> None:
    for edit in day:
        do(world, edit)
    before = copy.deepcopy(world)
    world.sync()
    for key, fields in before.git.items():
        if key not in world.git:  # a file goes only if a person trashed its page
            old = key if key in before.base.records else key.removesuffix("-new")
            assert before.page_of(old).in_trash
            unedited = all(
                same(spec, fields.get(name), before.base.records[old].fields.get(name))
                for name, spec in world.mapping.fields.items()
            )
            assert unedited or world.mapping.mode is Mode.MIRROR
    for page_id, page in before.pages.items():
        if world.pages[page_id].in_trash and not page.in_trash:
            key = next(k for k, b in before.base.records.items() if b.page_id == page_id)
            assert key not in before.git
            assert world.mapping.mode is Mode.TWO_WAY
            base = before.base.records[key]
            for name, spec in world.mapping.fields.items():
                assert same(spec, page.fields.get(name), base.in_notion(name))


@SEARCH
@given(world=worlds, day=days)
def test_nothing_is_deleted_that_nobody_deleted_or_that_somebody_edited(
    world: World, day: list[Edit]
) -> None:
    """Holds I5."""
    deletes_only_what_was_deleted(world, day)


def leaves_alone(world: World, day: Iterable[Edit]) -> None:
    touched = set()
    for edit in day:
        do(world, edit)
        touched.add(edit.key)
    for operation in world.plan():
        assert operation.key.removesuffix("-new") in touched or operation.key not in KEYS
        for write in operation.writes:
            _writes_only_what_moved(world, operation, write)


def _writes_only_what_moved(world: World, operation: Operation, write: Write) -> None:
    if write.action is not Action.UPDATE:
        return
    reads = world.git.get(operation.key, {})
    if write.side is Side.NOTION:
        reads = world.pages[operation.page_id].fields
    for name, value in write.fields().items():
        assert not same(world.mapping.fields[name], reads.get(name), value)


@SEARCH
@given(world=worlds, day=days)
def test_unchanged_records_and_fields_are_left_alone(world: World, day: list[Edit]) -> None:
    """Holds I9."""
    leaves_alone(world, day)


def survives_interruption(world: World, day: Iterable[Edit], seed: int) -> None:
    for edit in day:
        do(world, edit)
    whole, cut = copy.deepcopy(world), copy.deepcopy(world)
    asked = open_questions(whole.sync())
    chance = random.Random(seed)  # noqa: S311  no secret
    cut.apply(cut.plan(), lambda _o, _w: chance.random() < 0.5)
    if chance.random() < 0.5:
        cut.base = world.base  # the machine died before anything was recorded
    again = cut.sync()
    assert open_questions(again) <= asked
    assert held(cut) == held(whole)
    assert quiet(cut.plan()) == quiet(whole.plan())


@SEARCH
@given(world=worlds, day=days | moves, seed=st.integers(0, 2**32))
def test_an_interrupted_apply_needs_no_recovery(world: World, day: list[Edit], seed: int) -> None:
    """Holds I16."""
    survives_interruption(world, day, seed)


@SEARCH
@given(world=worlds, day=days)
def test_a_lost_base_makes_no_twin_and_loses_nothing(world: World, day: list[Edit]) -> None:
    """Holds I3."""
    for edit in day:
        do(world, edit)
    world.sync()
    unsettled = world.plan()
    if unsettled or world.base.tombstones or world.mapping.mode is Mode.MIRROR:
        return
    pages = len(world.pages)
    world.base = Base(ever=True)
    plan = world.sync()
    assert len(world.pages) == pages
    assert not open_questions(plan) - {(o.key, n) for o in plan for n in ("title", "note", "owner")}
    for operation in plan:
        assert all(w.action is Action.UPDATE for w in operation.writes)


def agrees(world: World, day: Iterable[Edit]) -> None:
    for edit in day:
        if edit.what in ("title", "note", "tags", "status", "done") and edit.value is not None:
            do(world, replace(edit, side=Side.GIT))
            do(world, replace(edit, side=Side.NOTION))
            if isinstance(edit.value, str) and edit.key in world.git:
                world.git[edit.key][edit.what] = edit.value.strip()
    plan = world.plan()
    assert quiet(plan)
    assert not open_questions(plan)


@SEARCH
@given(world=worlds, day=days)
def test_the_same_edit_on_both_sides_is_agreement(world: World, day: list[Edit]) -> None:
    """Holds F080."""
    agrees(world, day)


MEMBERS = st.frozensets(st.sampled_from("abcdef"), max_size=6)


def merges_by_member(base: frozenset[str], git: frozenset[str], notion: frozenset[str]) -> None:
    mapping = a_mapping(a_field("tags", PropertyType.MULTI_SELECT))
    operation = decided(
        mapping,
        base=in_base(mapping, title="T", tags=base or None),
        git=in_git(title="T", tags=git or None),
        notion=in_notion(title="T", tags=notion or None),
    )
    merged = operation.agreed.get("tags", frozenset()) if operation else base
    assert isinstance(merged, frozenset)
    for member in "abcdef":
        was, here, there = member in base, member in git, member in notion
        edited = here if here != was else there  # who moved it decides; both can only agree
        assert (member in merged) is edited
    for side, has in ((Side.GIT, git), (Side.NOTION, notion)):
        write = operation.write(side) if operation else None
        assert (write is not None) is (merged != has)


@given(base=MEMBERS, git=MEMBERS, notion=MEMBERS)
def test_sets_merge_by_member(
    base: frozenset[str], git: frozenset[str], notion: frozenset[str]
) -> None:
    merges_by_member(base, git, notion)


EVEN = a_mapping(a_field("note"), a_field("tags", PropertyType.MULTI_SELECT))
SOME = st.sampled_from([None, "a", "b", "c"])
SIDES = st.none() | st.fixed_dictionaries(
    {"title": st.sampled_from(["t", "u"]), "note": SOME, "tags": MEMBERS.map(lambda s: s or None)}
)
Fields = dict[str, Value] | None


def favours_no_side(base: Fields, git: Fields, notion: Fields, takes: tuple[Take, Take]) -> None:
    there = _outcome(base, git, notion, takes)
    back = _outcome(base, notion, git, tuple(_SWAPPED[t] for t in takes))  # type: ignore[arg-type]
    assert there == {side.other: what for side, what in back.items()}


_SWAPPED = {Take.GIT: Take.NOTION, Take.NOTION: Take.GIT, Take.MANUAL: Take.MANUAL}


def _outcome(
    base: Fields, git: Fields, notion: Fields, takes: tuple[Take, Take]
) -> dict[Side, object]:
    mapping = replace(EVEN, rules=(Rule("r", takes[0], HERE, frozenset({"note"})),))
    mapping = replace(mapping, otherwise=takes[1])
    operation = decided(
        mapping,
        base=None if base is None else in_base(mapping, **base),
        git=None if git is None else in_git(**git),
        notion=None if notion is None else in_notion(**notion),
    )
    if operation is None:
        return {Side.GIT: None, Side.NOTION: None}
    asked = frozenset(
        (c.field, c.git if c.field else "", c.notion) for c in operation.open_conflicts
    )
    mirrored = {Side.GIT: {(f, g) for f, g, _ in asked}, Side.NOTION: {(f, n) for f, _, n in asked}}
    return {
        side: (
            (w.action, w.fields()) if (w := operation.write(side)) else None,
            {(f, v) for f, v in mirrored[side] if f},
            operation.agreed,
            operation.settled,
        )
        for side in Side
    }


@given(base=SIDES, git=SIDES, notion=SIDES, takes=st.tuples(*[st.sampled_from(TAKES)] * 2))
def test_neither_side_is_favoured(
    base: Fields, git: Fields, notion: Fields, takes: tuple[Take, Take]
) -> None:
    """Holds I20."""
    favours_no_side(base, git, notion, takes)


# --- conflicts ------------------------------------------------------------------------------


def stays_open(world: World, day: Iterable[Edit]) -> None:
    for edit in day:
        do(world, edit)
    plan = world.sync()
    asked = {(c.key, c.field): c.asked for o in plan for c in o.open_conflicts}
    sides = {k: dict(f) for k, f in world.git.items()}
    for _ in range(2):
        again = {(c.key, c.field): c.asked for o in world.sync() for c in o.open_conflicts}
        assert again.items() >= asked.items()  # restoring may bring another question to light
        asked = again
    for key, name in asked:
        assert name is None or sides[key].get(name) == world.git[key].get(name)


@SEARCH
@given(world=worlds, day=days)
def test_an_open_conflict_stays_as_it_is_until_it_is_answered(
    world: World, day: list[Edit]
) -> None:
    """Holds I8."""
    stays_open(world, day)


@SEARCH
@given(world=worlds, day=days, take=st.sampled_from([Take.GIT, Take.NOTION]))
def test_an_answer_is_carried_out_and_the_question_goes(
    world: World, day: list[Edit], take: Take
) -> None:
    for edit in day:
        do(world, edit)
    conflicts = [c for o in world.sync() for c in o.open_conflicts]
    for conflict in conflicts:
        world.resolve(conflict, Resolution(take=take))
    entered = fresh(world)
    plan = world.sync()
    assert not open_questions(plan) & {(c.key, c.field) for c in conflicts}
    assert entered <= kept(world, plan)
    world.sync()
    assert quiet(world.plan())
    for conflict in conflicts:
        if conflict.field is not None and world.mapping.mode is Mode.TWO_WAY:
            chosen = conflict.git if take is Take.GIT else conflict.notion
            both = (world.git[conflict.key], world.page_of(conflict.key).fields)
            texts = [str(f.get(conflict.field) or "").strip() for f in both]
            assert texts == [str(chosen or "").strip()] * 2


def asks_again(world: World, day: Iterable[Edit], more: Iterable[Edit] = ()) -> None:
    for edit in day:
        do(world, edit)
    conflicts = {(c.key, c.field): c for o in world.sync() for c in o.open_conflicts}
    for conflict in conflicts.values():
        world.resolve(conflict, Resolution(take=Take.GIT))
    for edit in more:
        do(world, edit)
    for operation in world.plan():
        for conflict in operation.conflicts:
            before = conflicts.get((conflict.key, conflict.field))
            fits = before is not None and before.asked == conflict.asked
            assert conflict.by_person is fits


@SEARCH
@given(world=worlds, day=days | quarrels, more=days | quarrels)
def test_a_stale_answer_is_asked_again(world: World, day: list[Edit], more: list[Edit]) -> None:
    asks_again(world, day, more)


# --- order ----------------------------------------------------------------------------------


@SEARCH
@given(world=worlds, day=days, seed=st.integers(0, 2**32))
def test_the_order_of_records_is_of_no_matter(world: World, day: list[Edit], seed: int) -> None:
    """Holds I19."""
    for edit in day:
        do(world, edit)
    shuffled = copy.deepcopy(world)
    chance = random.Random(seed)  # noqa: S311  no secret
    shuffled.git = dict(chance.sample(list(world.git.items()), len(world.git)))
    shuffled.pages = dict(chance.sample(list(world.pages.items()), len(world.pages)))
    plan = world.plan()
    assert shuffled.plan() == plan
    mixed = copy.deepcopy(world)
    mixed.apply(chance.sample(plan, len(plan)), everything)
    world.apply(plan)
    assert mixed.git == world.git
    assert mixed.base.tombstones == world.base.tombstones


def test_independent_mappings_are_decided_alike_in_any_order() -> None:
    """Holds I19."""
    names = ("a", "b", "c")
    each = {
        n: Inputs(
            a_mapping(a_field("note"), name=n),
            Base(),
            Snapshot({n: in_git(n, title=n)}),
            Snapshot(),
            frozenset({n}),
        )
        for n in names
    }
    results = [decide({n: each[n] for n in order}, {}, {}) for order in permutations(names)]
    assert all(r.operations == results[0].operations for r in results)


LAWS: dict[str, Callable[[World, list[Edit]], None]] = {
    "converges": converges,
    "loses nothing": loses_nothing,
    "deletes only what was deleted": deletes_only_what_was_deleted,
    "leaves alone": leaves_alone,
    "agrees": agrees,
    "stays open": stays_open,
}


@pytest.mark.parametrize("law", LAWS)
def test_the_laws_hold_on_a_day_on_which_nothing_happens(law: str) -> None:
    LAWS[law](in_step(TASKS), [])
