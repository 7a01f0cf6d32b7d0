"""A restore never overwrites what nobody agreed on, and what it brings back is on both sides."""

import copy
from collections.abc import Mapping

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from notion_gitops.engine import restores
from notion_gitops.engine.fields import same
from notion_gitops.model.mapping import DatabaseMapping, Direction, Field, Mode, PropertyType
from notion_gitops.model.operations import Action, Backup, Cause, Operation
from notion_gitops.model.records import Side
from notion_gitops.model.restores import Restore
from notion_gitops.model.values import Value
from tests.engine.engine_builders import a_field, a_mapping
from tests.engine.engine_days import SEARCH, Edit, days, do, worlds
from tests.engine.engine_world import World, quiet

Held = Mapping[str, Value]
PLANTED = settings(SEARCH, phases=[Phase.generate], database=None, derandomize=True)

# --- what is asked for: any backup there is, or anything else -------------------------------


@st.composite
def wishes(draw: st.DrawFn) -> Restore:
    """Any values of any fields, as some backup might hold them."""
    texts = st.sampled_from(["old", "older", "shared", None])
    values: dict[str, Value] = draw(
        st.dictionaries(st.sampled_from(["note", "title", "owner", "pushed", "pulled"]), texts)
    )
    if draw(st.booleans()):
        values["status"] = draw(st.sampled_from(["todo", "done", None]))
    if draw(st.booleans()):
        values["tags"] = frozenset({"t1", "old"})
    if draw(st.booleans()):
        values["gone"] = "a field that the mapping has no more"
    side = draw(st.sampled_from(Side))
    return Restore(values, dict.fromkeys(values, "sync"), whole=draw(st.booleans()), side=side)


def _sides(world: World, key: str) -> tuple[Held | None, Held | None]:
    base = world.base.records.get(key)
    page = world.pages.get(base.page_id) if base else None
    return world.git.get(key), None if page is None or page.in_trash else page.fields


def agrees(world: World, key: str, spec: Field) -> bool:
    """Whether both sides hold what was last agreed."""
    git, notion = _sides(world, key)
    base = world.base.records.get(key)
    if git is None or notion is None or base is None or spec.name not in base.known:
        return False
    in_git = same(spec, git.get(spec.name), base.fields.get(spec.name))
    return in_git and same(spec, notion.get(spec.name), base.in_notion(spec.name))


def changes(plan: tuple[Operation, ...], key: str, cause: Cause) -> set[tuple[Side, str]]:
    return {
        (w.side, c.difference.field)
        for o in plan
        for w in o.writes
        for c in w.changes
        if o.key == key and c.cause is cause and w.action is Action.UPDATE
    }


# --- the laws -------------------------------------------------------------------------------


def restores_only_what_is_agreed(world: World, day: list[Edit], wish: Restore) -> None:
    for edit in day:
        do(world, edit)
    ordinary = copy.deepcopy(world).plan()
    world.restores = {"k1": wish}
    plan = world.plan()
    for _, name in changes(plan, "k1", Cause.RESTORED):
        assert agrees(world, "k1", world.mapping.fields[name]), name
        assert name in wish.values
        assert world.mapping.fields[name].direction is not Direction.PULL
        assert world.mapping.mode is not Mode.MIRROR
    for cause in set(Cause) - {Cause.RESTORED}:  # all else is as without it
        assert changes(plan, "k1", cause) == changes(ordinary, "k1", cause)
    others = [o for o in plan if o.key != "k1"]
    assert others == [o for o in ordinary if o.key != "k1"]


@SEARCH
@given(world=worlds, day=days, wish=wishes())
def test_nobody_s_edit_is_overwritten(world: World, day: list[Edit], wish: Restore) -> None:
    restores_only_what_is_agreed(world, day, wish)


def everything_is_told(world: World, day: list[Edit], wish: Restore) -> None:
    """Each value comes back, or it is said why not; then both sides hold it, and it is quiet."""
    for edit in day:
        do(world, edit)
    world.restores = {"k1": wish}
    decided = world.decide()
    told = {one.field for one in decided.not_restored}
    plan = decided.operations["tasks"]
    world.apply(plan)
    world.restores = {}
    git, notion = _sides(world, "k1")
    for name, value in wish.values.items():
        if name in told or "" in told:
            continue
        spec = world.mapping.fields[name]
        held = (git or {}).get(name), (notion or {}).get(name)
        assert git is not None
        assert notion is not None
        assert [same(spec, _trimmed(value), _trimmed(h)) for h in held] == [True, True], name
    came = changes(plan, "k1", Cause.RESTORED)
    assert not changes(world.plan(), "k1", Cause.RESTORED)
    rest = {name for _, name in came}
    assert not rest & {
        c.difference.field for o in world.plan() for w in o.writes for c in w.changes
        if o.key == "k1"
    }  # fmt: skip


def _trimmed(value: Value) -> Value:
    return value.strip() or None if isinstance(value, str) else value


@SEARCH
@given(world=worlds, day=days, wish=wishes())
def test_what_comes_back_is_on_both_sides(world: World, day: list[Edit], wish: Restore) -> None:
    everything_is_told(world, day, wish)


def as_wished(backups: list[Backup], key: str) -> Restore | None:
    """The last backup of a record, as a person asks for it."""
    found = [b for b in backups if b.key == key and b.fields]
    if not found:
        return None
    last = found[-1]
    syncs = dict.fromkeys(last.fields, "sync")
    return Restore(last.fields, syncs, whole=last.reason == "deleted", side=last.side)


@SEARCH
@given(world=worlds, day=days)
def test_the_last_backup_of_a_quiet_world_comes_back(world: World, day: list[Edit]) -> None:
    for edit in day:
        do(world, edit)
    world.sync()
    for _ in range(2):
        world.sync()
    wish = as_wished(world.backups, "k1")
    if wish is None or not quiet(world.plan()):
        return
    everything_is_told(world, [], wish)


# --- the nets hold --------------------------------------------------------------------------


@pytest.mark.parametrize("planted", ["_unsettled", "_unfit"])
def test_planted_bugs_are_caught(planted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(restores, planted, lambda *_: None)

    @PLANTED
    @given(world=worlds, day=days, wish=wishes())
    def search(world: World, day: list[Edit], wish: Restore) -> None:
        restores_only_what_is_agreed(world, day, wish)

    with pytest.raises((AssertionError, KeyError, ExceptionGroup)):
        search()


# --- a record that is gone ------------------------------------------------------------------


MAPPING: DatabaseMapping = a_mapping(
    a_field("note"),
    a_field("tags", PropertyType.MULTI_SELECT),
    a_field("pulled", direction=Direction.PULL),
    a_field("sum", PropertyType.FORMULA, direction=Direction.PULL),
)


def gone(**fields: Value) -> World:
    world = World(MAPPING)
    world.git["k"] = {"title": "A", **fields}
    world.sync()
    del world.git["k"]
    world.sync()
    world.restores = {"k": Restore(fields, dict.fromkeys(fields, "s"), True, Side.NOTION)}
    return world


def test_a_record_comes_back_to_its_page() -> None:
    world = gone(title="A", note="n", tags=frozenset({"x"}))
    (operation,) = world.sync()
    assert {w.action for w in operation.writes} == {Action.CREATE, Action.RESTORE}
    assert {c.cause for w in operation.writes for c in w.changes} == {Cause.RESTORED}
    (page,) = world.pages.values()
    assert (page.in_trash, page.fields["note"]) == (False, "n")
    assert world.git["k"] == {"title": "A", "note": "n", "tags": frozenset({"x"})}


def test_a_record_whose_page_is_gone_gets_a_new_one() -> None:
    world = gone(title="A", note="n", pulled="p", sum=3)
    world.pages.clear()
    world.base = type(world.base)({}, {}, ever=True)
    decided = world.decide()
    (operation,) = decided.operations["tasks"]
    assert [w.action for w in operation.writes] == [Action.CREATE, Action.CREATE]
    assert [one.field for one in decided.not_restored] == ["pulled"]  # and what is computed is not
    assert operation.agreed == {"title": "A", "note": "n"}


def test_a_backup_of_some_fields_makes_no_record() -> None:
    world = gone(note="n")
    world.restores = {"k": Restore({"note": "n"}, {"note": "s"})}
    decided = world.decide()
    assert decided.operations["tasks"] == ()
    (one,) = decided.not_restored
    assert "restore it whole" in one.fix
