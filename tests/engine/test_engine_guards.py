"""The limits of one apply, with the numbers of the design."""

from dataclasses import replace

import pytest

from notion_gitops.engine.guards import not_accepted, tripped
from notion_gitops.model.mapping import DatabaseMapping, PropertyType
from notion_gitops.model.operations import Action, Cause, Difference, FieldChange, Operation, Write
from notion_gitops.model.plan import Refusal
from notion_gitops.model.records import Base, Side
from notion_gitops.model.values import Value
from tests.engine.engine_builders import a_field, a_mapping, in_base, in_notion, planned

TASKS = a_mapping(a_field("due"), a_field("status", PropertyType.STATUS))


def a_base(size: int, filled: int = 0) -> Base:
    """So many records, of which so many have a due date."""
    records = {
        f"k{n}": in_base(TASKS, f"k{n}", title=f"T{n}", due=f"d{n}" if n < filled else None)
        for n in range(size)
    }
    return Base(records, ever=True)


def deletes(count: int, side: Side = Side.NOTION) -> list[Operation]:
    write = Write(side, Action.DELETE)
    return [replace(an_update(n, side), writes=(write,)) for n in range(count)]


def an_update(
    number: int,
    side: Side = Side.NOTION,
    cause: Cause = Cause.EDIT,
    value: Value = "",
    action: Action = Action.UPDATE,
) -> Operation:
    after = f"new {number}" if value == "" else value
    change = FieldChange(Difference("due", "old", after), cause)
    like = planned(TASKS, notion=in_notion(title="T"))
    return replace(like, key=f"k{number}", writes=(Write(side, action, (change,)),), conflicts=())


def updates(count: int, cause: Cause = Cause.EDIT, value: Value = "") -> list[Operation]:
    return [an_update(n, cause=cause, value=value) for n in range(count)]


def refused(
    base: Base, operations: list[Operation], mapping: DatabaseMapping = TASKS, **accepted: int
) -> list[tuple[str, int, int]]:
    named = {f"tasks.{what}": {count} for what, count in accepted.items()}
    return [
        (r.what, r.count, r.limit) for r in not_accepted(tripped(mapping, base, operations), named)
    ]


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize(
    ("size", "allowed"), [(10, 5), (50, 5), (60, 6), (100, 10), (200, 20), (1000, 20)]
)
def test_deletes_above_the_larger_of_5_and_the_smaller_of_20_and_a_tenth(
    size: int, allowed: int, side: Side
) -> None:
    """Holds D5."""
    assert refused(a_base(size), deletes(allowed, side)) == []
    over = deletes(allowed + 1, side)
    assert refused(a_base(size), over) == [("deletes", allowed + 1, allowed)]


@pytest.mark.parametrize(("size", "allowed"), [(10, 20), (80, 20), (100, 25), (1000, 250)])
def test_updates_above_the_larger_of_20_and_a_quarter(size: int, allowed: int) -> None:
    assert refused(a_base(size), updates(allowed)) == []
    assert refused(a_base(size), updates(allowed + 1)) == [("updates", allowed + 1, allowed)]


@pytest.mark.parametrize(("size", "allowed"), [(40, 20), (100, 25)])
def test_one_field_set_to_one_value_in_too_many_records(size: int, allowed: int) -> None:
    lenient = replace(TASKS, safety=replace(TASKS.safety, updates=replace(
        TASKS.safety.updates, share=1.0)))  # fmt: skip
    same = updates(allowed, value="x")
    assert refused(a_base(size), same, lenient) == []
    over = updates(allowed + 1, value="x")
    assert refused(a_base(size), over, lenient) == [("due", allowed + 1, allowed)]


@pytest.mark.parametrize("size", [1, 3, 5])
def test_an_emptied_side_is_refused_however_small_it_is(size: int) -> None:
    assert refused(a_base(size), deletes(size)) == [("deletes", size, 0)]


def test_a_side_is_emptied_also_if_some_of_its_records_are_asked_about() -> None:
    asked = planned(TASKS, base=in_base(TASKS, title="T"), notion=in_notion(title="edited"))
    assert refused(a_base(4), [*deletes(3), replace(asked, key="k3")]) == [("deletes", 3, 0)]


def test_an_emptied_column_is_refused() -> None:
    emptied = [an_update(n, value=None) for n in range(6)]
    assert refused(a_base(100, filled=6), emptied) == [("due", 6, 0)]
    assert refused(a_base(100, filled=7), emptied) == []


def test_one_value_that_is_cleared_is_no_emptied_column() -> None:
    assert refused(a_base(100, filled=1), [an_update(0, value=None)]) == []


@pytest.mark.parametrize("cause", [Cause.FIRST, Cause.REFRESH, Cause.DEFAULT, Cause.NEW])
def test_first_fills_refreshes_and_defaults_do_not_count(cause: Cause) -> None:
    assert refused(a_base(100), updates(100, cause)) == []
    assert refused(a_base(100), updates(100, cause, value="x")) == []


@pytest.mark.parametrize("action", [Action.CREATE, Action.RESTORE])
def test_creates_and_restores_do_not_count(action: Action) -> None:
    made = [an_update(n, action=action, value="x") for n in range(100)]
    assert refused(a_base(100), made) == []


def test_key_writes_do_not_count() -> None:
    write = Write(Side.NOTION, Action.UPDATE, key_to_write=True)
    assert refused(a_base(100), [replace(o, writes=(write,)) for o in updates(100)]) == []


@pytest.mark.parametrize(
    "cause", [Cause.EDIT, Cause.RULE, Cause.MERGED, Cause.RESOLVED, Cause.PUT_BACK]
)
def test_everything_else_counts(cause: Cause) -> None:
    assert refused(a_base(10), updates(21, cause)) == [("updates", 21, 20)]


def test_only_the_exact_number_is_accepted() -> None:
    """Holds D5, C05."""
    assert refused(a_base(100), deletes(11), deletes=11) == []
    for wrong in (10, 12, 0, 100):
        assert refused(a_base(100), deletes(11), deletes=wrong) == [("deletes", 11, 10)]
    assert refused(a_base(100), deletes(11), updates=11) == [("deletes", 11, 10)]


def test_the_sides_count_apart() -> None:
    """Holds D5."""
    mixed = [*updates(15), *(an_update(n, Side.GIT) for n in range(15, 30))]
    assert refused(a_base(10), mixed) == []


def test_a_refusal_says_what_and_how_to_undo_it() -> None:
    (refusal,) = tripped(TASKS, a_base(100), deletes(11))
    assert isinstance(refusal, Refusal)
    assert refusal.message == "This plan moves 11 of the 100 tasks to Notion's trash."
    assert refusal.keys == tuple(f"k{n}" for n in range(11))
    assert refusal.fix
    assert refusal.side is Side.NOTION


def test_a_first_run_cannot_trip() -> None:
    first = Base()
    assert refused(first, updates(500, Cause.FIRST, value="x")) == []


def test_f001_a_listing_that_shrank_is_refused_and_accepted_by_its_number() -> None:
    missing = [f"k{n}" for n in range(11)]
    (refusal,) = tripped(TASKS, a_base(100), [], missing)
    assert (refusal.what, refusal.count, refusal.limit) == ("missing", 11, 10)
    assert not tripped(TASKS, a_base(100), [], missing[:10])
    assert not_accepted([refusal], {"tasks.missing": {10}}) == (refusal,)
    assert not_accepted([refusal], {"tasks.missing": {11}}) == ()


def test_f001_a_listing_with_nothing_of_the_base_is_refused_however_few() -> None:
    (refusal,) = tripped(TASKS, a_base(1), [], ["k0"])
    assert (refusal.count, refusal.limit) == (1, 0)
    assert "lists none of the 1" in refusal.message


def test_who_accepts_missing_pages_accepts_that_their_files_go_and_nothing_else() -> None:
    def left(*operations: Operation) -> list[tuple[str, Side | None]]:
        found = tripped(TASKS, a_base(100), operations, [f"k{n}" for n in range(30)])
        return [(r.what, r.side) for r in not_accepted(found, {"tasks.missing": {30}})]

    assert left(*deletes(30, Side.GIT)) == []
    assert left(*deletes(31, Side.GIT)) == [("deletes", Side.GIT)]
    assert left(*deletes(30, Side.NOTION)) == [("deletes", Side.NOTION)]
    assert left(*updates(40)) == [("updates", Side.NOTION)]
