"""What is on hold: nothing of it is written or agreed, and nothing of it is forgotten."""

import copy
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notion_gitops.engine.holds import Holds, in_force, loosened
from notion_gitops.model.holds import Change, Hold, Waiting
from notion_gitops.model.mapping import Mode, Take
from notion_gitops.model.operations import Action, FieldChange, Kind, Operation, Resolution
from notion_gitops.model.records import Side
from tests.engine.engine_builders import HERE
from tests.engine.engine_days import KEYS, SEARCH, TASKS, Edit, days, do, in_step, moves, worlds
from tests.engine.engine_world import World, open_questions, quiet

DAY = date(2026, 3, 1)


def a_hold(record: str = "", field: str = "", **more: Any) -> Hold:
    return Hold("tasks", "it is looked at", HERE, record=record, field=field, **more)


scopes = st.tuples(st.sampled_from(["", *KEYS, "k1-new"]), st.sampled_from(["", "", *TASKS.fields]))
holds = st.lists(scopes, max_size=4).map(lambda found: Holds(tuple(a_hold(*s) for s in found)))


# --- the laws -------------------------------------------------------------------------------


def _touched(plan: Iterable[Operation]) -> Iterator[tuple[Operation, FieldChange]]:
    for operation in plan:
        for write in operation.writes:
            for change in write.changes:
                yield operation, change


@SEARCH
@given(world=worlds, day=days | moves, on_hold=holds)
def test_no_write_touches_what_is_on_hold(world: World, day: list[Edit], on_hold: Holds) -> None:
    for edit in day:
        do(world, edit)
    world.holds = on_hold
    before = copy.deepcopy(world)
    plan = world.sync()
    for operation in plan:
        assert on_hold.record(operation.key, operation.renamed_from) is None
    for operation, change in _touched(plan):
        keys = (operation.key, operation.renamed_from)
        assert on_hold.field(change.difference.field, *keys) is None
    asked = {(key, name) for key, name in open_questions(plan) if name is not None}
    assert not any(on_hold.field(name or "", key) for key, name in asked)
    _stands_as_before(before, world, on_hold)


def _stands_as_before(before: World, after: World, on_hold: Holds) -> None:
    for key, base in before.base.records.items():
        if on_hold.record(key) is not None:
            assert after.base.records[key] == base
            assert after.git.get(key) == before.git.get(key)
            assert after.pages[base.page_id] == before.pages[base.page_id]
        now = after.base.records.get(key)
        for name in on_hold.fields(after.mapping.fields, key) if now is not None else ():
            assert now is not None
            assert now.fields.get(name) == base.fields.get(name)
            assert (name in now.known) == (name in base.known)
            here, there = before.git.get(key), before.pages[base.page_id].fields
            assert here is None or after.git[key].get(name) == here.get(name)
            assert after.pages[base.page_id].fields.get(name) == there.get(name)


@SEARCH
@given(world=worlds, day=days | moves, on_hold=holds)
def test_what_was_on_hold_is_planned_afterwards_as_it_would_have_been(
    world: World, day: list[Edit], on_hold: Holds
) -> None:
    for edit in day:
        do(world, edit)
    free = {o.key: o for o in world.plan()}
    known = dict(world.base.records)
    world.holds = on_hold
    world.sync()
    world.holds = Holds()
    after = {o.key: o for o in world.plan()}
    for key in known:
        if on_hold.record(key) is not None:
            assert after.get(key) == free.get(key)
        elif key in world.git and key in world.base.records and _both_there(world, known, key):
            for name in on_hold.fields(world.mapping.fields, key):
                assert _of_field(after.get(key), name) == _of_field(free.get(key), name)


@given(on_hold=holds, key=st.sampled_from(KEYS), old=st.sampled_from(["", "k1", "k1-new"]))
def test_the_holds_of_a_record_are_those_that_a_look_at_all_finds(
    on_hold: Holds, key: str, old: str
) -> None:
    about = [h for h in on_hold.every if h.record in ("", key, old)]
    whole = next((h for h in about if not h.field), None)
    assert on_hold.record(key, old) == whole
    for name in TASKS.fields:
        found = whole or next((h for h in about if h.field == name), None)
        assert on_hold.field(name, key, old) == found
        assert on_hold.fields([name], key, old) == ({name} if found else set())
    assert on_hold.mapping == next((h for h in on_hold.every if h.whole), None)
    assert on_hold.keys == {h.record for h in on_hold.every if h.record}


def _both_there(world: World, known: dict[str, Any], key: str) -> bool:
    return not world.pages[known[key].page_id].in_trash


def _of_field(operation: Operation | None, name: str) -> list[object]:
    """What is meant for a field: its changes by side, and what a person is asked."""
    if operation is None:
        return []
    changes = [(w.side, c) for w in operation.writes for c in w.changes]
    asked = [c for c in operation.conflicts if c.field == name]
    return [*((s, c) for s, c in changes if c.difference.field == name), *asked]


@SEARCH
@given(world=worlds, day=days | moves, on_hold=holds)
def test_an_apply_with_holds_comes_to_rest(world: World, day: list[Edit], on_hold: Holds) -> None:
    for edit in day:
        do(world, edit)
    world.holds = on_hold
    plan = world.sync()
    if any(w.action is Action.RESTORE for o in plan for w in o.writes):
        world.sync()
    assert quiet(world.plan())


# --- single cases ---------------------------------------------------------------------------


@pytest.fixture
def world() -> World:
    return in_step(TASKS)


def waiting(world: World) -> tuple[Waiting, ...]:
    (each,) = world.decide().on_hold["tasks"]
    return each.waiting


def hold(world: World, record: str = "", field: str = "") -> None:
    world.holds = Holds((a_hold(record, field),))


def test_what_waits_is_told_by_side(world: World) -> None:
    do(world, Edit(Side.GIT, "k1", "note", "git-x"))
    do(world, Edit(Side.NOTION, "k1", "title", "notion-x"))
    do(world, Edit(Side.NOTION, "k2", "delete"))
    hold(world)
    assert world.plan() == ()
    assert waiting(world) == (
        Waiting("k1", Side.GIT, Change.EDITED, ("note",)),
        Waiting("k1", Side.NOTION, Change.EDITED, ("title",)),
        Waiting("k2", Side.NOTION, Change.DELETED),
    )


def test_only_the_held_field_waits(world: World) -> None:
    do(world, Edit(Side.GIT, "k1", "note", "git-x"))
    do(world, Edit(Side.GIT, "k1", "title", "git-y"))
    hold(world, field="note")
    (operation,) = world.sync()
    assert operation.held == {"note"}
    assert [c.difference.field for _, c in _touched([operation])] == ["title"]
    assert waiting(world) == (Waiting("k1", Side.GIT, Change.EDITED, ("note",)),)


def test_a_new_record_is_made_without_a_held_field(world: World) -> None:
    world.git["k9"] = {"title": "New", "owner": "o", "note": "git-x"}
    hold(world, field="note")
    (operation,) = world.sync()
    assert operation.kind is Kind.CREATE_PAGE
    assert world.page_of("k9").fields.get("note") is None
    assert "note" not in world.base.records["k9"].known
    hold(world, "k2")
    (then,) = world.plan()
    assert [(c.difference.field, c.difference.after) for _, c in _touched([then])] == [
        ("note", "git-x")
    ]


@pytest.mark.parametrize("field", ["owner", "status"])
def test_a_new_record_waits_for_what_it_cannot_be_made_without(world: World, field: str) -> None:
    world.git["k9"] = {"title": "New", "owner": "o", "status": "doing"}
    hold(world, field=field)
    assert world.plan() == ()
    assert waiting(world) == (Waiting("k9", Side.GIT, Change.NEW),)
    assert world.decide().held["tasks"] == {"k9"}


def test_a_delete_goes_through_if_the_held_field_was_not_edited(world: World) -> None:
    world.git.pop("k1")
    hold(world, field="note")
    (operation,) = world.plan()
    assert operation.kind is Kind.DELETE_PAGE


def test_a_delete_is_asked_about_if_the_held_field_was_edited(world: World) -> None:
    world.git.pop("k1")
    do(world, Edit(Side.NOTION, "k1", "note", "notion-x"))
    hold(world, field="note")
    (operation,) = world.plan()
    assert operation.kind is Kind.OPEN


def test_a_file_does_not_come_back_without_its_held_field(world: World) -> None:
    world.git.pop("k1")
    do(world, Edit(Side.NOTION, "k1", "note", "notion-x"))
    (asked,) = world.plan()[0].conflicts
    world.resolve(asked, Resolution(take=Take.NOTION))
    hold(world, field="note")
    assert world.plan() == ()
    assert world.decide().held["tasks"] == {"k1"}
    world.holds = Holds()
    (operation,) = world.sync()
    assert operation.kind is Kind.CREATE_FILE
    assert world.git["k1"]["note"] == "notion-x"


def test_a_page_comes_out_of_the_trash_with_its_held_field_as_it_was(world: World) -> None:
    do(world, Edit(Side.NOTION, "k1", "delete"))
    do(world, Edit(Side.GIT, "k1", "note", "git-x"))
    do(world, Edit(Side.GIT, "k1", "title", "git-y"))
    (asked,) = world.plan()[0].conflicts
    world.resolve(asked, Resolution(take=Take.GIT))
    hold(world, field="note")
    (operation,) = world.sync()
    assert [c.difference.field for _, c in _touched([operation])] == ["title"]
    assert world.base.records["k1"].fields["note"] == "k1 note "


def test_a_deleted_record_comes_back_once_none_of_its_fields_is_held(world: World) -> None:
    before = world.git.pop("k1")
    world.sync()
    world.git["k1"] = before
    hold(world, field="note")
    assert world.plan() == ()
    assert waiting(world) == (Waiting("k1", Side.GIT, Change.NEW),)
    world.holds = Holds()
    (operation,) = world.plan()
    assert operation.writes[0].action is Action.RESTORE


@pytest.mark.parametrize("named", ["k1", "k1-new"])
def test_a_rename_waits_by_either_key(world: World, named: str) -> None:
    do(world, Edit(Side.GIT, "k1", "rename"))
    hold(world, named)
    assert world.plan() == ()
    assert waiting(world) == (Waiting("k1-new", Side.GIT, Change.RENAMED),)
    assert world.decide().held["tasks"] == {"k1", "k1-new"}


def test_a_rename_does_not_lose_the_hold_of_a_field(world: World) -> None:
    do(world, Edit(Side.GIT, "k1", "rename"))
    hold(world, "k1", "note")
    assert world.plan() == ()


def test_an_answer_about_a_held_field_waits(world: World) -> None:
    world.mapping = replace(TASKS, mode=Mode.TWO_WAY)
    do(world, Edit(Side.GIT, "k1", "note", "git-x"))
    do(world, Edit(Side.NOTION, "k1", "note", "notion-x"))
    (asked,) = world.plan()[0].open_conflicts
    world.resolve(asked, Resolution(take=Take.GIT))
    hold(world, field="note")
    assert world.plan() == ()
    assert world.decide().on_hold["tasks"][0].questions == ("k1",)
    world.holds = Holds()
    world.sync()
    assert world.page_of("k1").fields["note"] == "git-x"


# --- when ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("until", "ended"), [(None, False), (DAY, False), (date(2026, 2, 28), True)]
)
def test_a_hold_holds_through_its_last_day(until: date | None, ended: bool) -> None:
    one = a_hold(until=until)
    assert one.is_over(DAY) is ended
    assert in_force([one], DAY).every == (() if ended else (one,))


@pytest.mark.parametrize(
    ("now", "released"),
    [
        ([], True),
        ([a_hold("k1", "note", until=date(2026, 3, 5))], False),
        ([a_hold("k1", "note", until=date(2026, 3, 2))], True),
        ([a_hold("k2", "note")], True),
        ([a_hold("k1")], False),
        ([a_hold(field="note")], False),
        ([a_hold("k1", "title")], True),
    ],
)
def test_what_is_held_less_than_before(now: list[Hold], released: bool) -> None:
    before = a_hold("k1", "note", until=date(2026, 3, 4))
    assert bool(loosened([before], now, DAY)) is released
    assert loosened([before], now, date(2026, 3, 5)) == ()
