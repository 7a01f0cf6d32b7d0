"""Keys that changed in git: what is a rename, and what is asked about."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notion_gitops.engine import likeness
from notion_gitops.engine.likeness import Group, alike
from notion_gitops.engine.renames import ambiguous_renames, find_renames
from notion_gitops.model.mapping import DatabaseMapping, PropertyType
from notion_gitops.model.records import Base, Record
from notion_gitops.model.values import Fields, Value
from tests.engine.engine_builders import a_field, a_mapping, a_page, in_base, in_git, in_notion

TASKS = a_mapping(
    a_field("owner", required=True),
    a_field("project", PropertyType.RELATION, to="projects"),
    a_field("sum", PropertyType.FORMULA),
)


def renamed(gone: dict[str, str], new: dict[str, str]) -> tuple[dict[str, str], Any]:
    base = Base({k: in_base(TASKS, k, title=t, sum=1) for k, t in gone.items()}, ever=True)
    git = {k: in_git(k, title=t) for k, t in new.items()}
    args = (TASKS, base, git, frozenset(gone))
    return find_renames(*args), ambiguous_renames(*args)


def test_one_gone_and_one_new_with_equal_fields_is_a_rename() -> None:
    assert renamed({"old": "T"}, {"new": "T"}) == ({"new": "old"}, ())
    assert renamed({"old": "T"}, {"new": "edited"}) == ({}, ())
    assert renamed({"old": "T"}, {}) == ({}, ())
    assert renamed({}, {"new": "T"}) == ({}, ())


def test_two_renames_that_can_be_told_apart() -> None:
    found, unclear = renamed({"o1": "A", "o2": "B"}, {"n1": "B", "n2": "A"})
    assert found == {"n1": "o2", "n2": "o1"}
    assert unclear == ()


@pytest.mark.parametrize(
    ("gone", "new"),
    [
        ({"o1": "T", "o2": "T"}, {"n1": "T"}),
        ({"o1": "T"}, {"n1": "T", "n2": "T"}),
        ({"o1": "T", "o2": "T"}, {"n1": "T", "n2": "T"}),
    ],
)
def test_an_ambiguous_rename_is_none(gone: dict[str, str], new: dict[str, str]) -> None:
    assert renamed(gone, new) == ({}, ((tuple(sorted(new)), tuple(sorted(gone))),))


def half_renamed(new: Record, page: Record) -> dict[str, str]:
    base = Base({"old": in_base(TASKS, "old", title="T", owner="o")}, ever=True)
    return find_renames(TASKS, base, {"new": new}, frozenset({"old"}), {"old": page})


def test_a_rename_that_was_interrupted_is_found_again() -> None:
    edited = in_notion("old", a_page(key="old"), title="T", owner="edited in Notion")
    pulled = in_git("new", title="T", owner="edited in Notion")
    assert half_renamed(pulled, edited) == {"new": "old"}
    keyed = in_notion("old", a_page(key="new"), title="T", owner="edited in Notion")
    assert half_renamed(in_git("new", title="T", owner="edited since"), keyed) == {"new": "old"}
    assert half_renamed(in_git("new", title="T", owner="another"), edited) == {}


TITLES = st.dictionaries(st.sampled_from(["a", "b", "c", "d"]), st.sampled_from("XYZ"))


@given(gone=TITLES, new=TITLES.map(lambda d: {k + "'": v for k, v in d.items()}))
def test_a_rename_is_one_to_one_and_keeps_the_fields(
    gone: dict[str, str], new: dict[str, str]
) -> None:
    found, unclear = renamed(gone, new)
    assert len(set(found.values())) == len(found)
    assert all(new[n] == gone[o] for n, o in found.items())
    asked = {k for pair in unclear for some in pair for k in some}
    assert not asked & {*found, *found.values()}


# --- renamed and edited at once -------------------------------------------------------------

ROOMS = a_mapping(
    a_field("status", PropertyType.STATUS),
    a_field("hours", PropertyType.NUMBER),
    a_field("owner"),
    a_field("note"),
)
Rows = dict[str, dict[str, Value]]


def asked(gone: Rows, new: Rows) -> tuple[Group, ...]:
    base = Base({k: in_base(ROOMS, k, **v) for k, v in gone.items()}, ever=True)
    git = {k: in_git(k, **v) for k, v in new.items()}
    assert find_renames(ROOMS, base, git, frozenset(gone)) == {}
    return ambiguous_renames(ROOMS, base, git, frozenset(gone))


A: dict[str, Value] = {"title": "A", "status": "todo", "hours": 1, "owner": "o"}
B: dict[str, Value] = {"title": "B", "status": "todo", "hours": 2, "owner": "o"}
FRESH: dict[str, Value] = {"title": "Fresh", "status": "todo", "hours": 9, "owner": "p"}


@pytest.mark.parametrize(
    ("gone", "new", "groups"),
    [
        ({"a": A}, {"x": {**A, "hours": 7}}, ((("x",), ("a",)),)),
        ({"a": A}, {"x": {**A, "title": "Other"}}, ((("x",), ("a",)),)),
        ({"a": {"title": "A", "hours": 1}}, {"x": {"title": "A", "hours": 2}}, ((("x",), ("a",)),)),
        ({"a": A}, {"x": {**A, "hours": 7}, "new": FRESH}, ((("x",), ("a",)),)),
        ({"a": A, "b": B}, {"x": {**A, "hours": 7}}, ((("x",), ("a",)),)),
        (
            {"a": A, "b": B},
            {"x": {**A, "hours": 7}, "y": {**B, "note": "n"}},
            ((("x",), ("a",)), (("y",), ("b",))),
        ),
        ({"a": A, "b": A}, {"x": A, "y": {**A, "hours": 7}}, ((("x", "y"), ("a", "b")),)),
        ({"a": A, "b": A}, {"x": A, "new": FRESH}, ((("x",), ("a", "b")),)),
    ],
)
def test_i5_every_new_record_that_is_like_one_that_is_gone_is_asked_about(
    gone: Rows, new: Rows, groups: tuple[Group, ...]
) -> None:
    assert asked(gone, new) == groups


@pytest.mark.parametrize(
    ("gone", "new"),
    [
        ({"a": A}, {"new": FRESH}),
        ({"a": A, "b": B}, {"new": FRESH, "more": {**FRESH, "title": "More", "hours": 8}}),
        ({"a": {"title": "A"}}, {"new": {"title": "B"}}),
        ({"a": {}}, {"new": A}),
    ],
)
def test_a_record_that_is_deleted_beside_an_unlike_new_one_is_not_asked_about(
    gone: Rows, new: Rows
) -> None:
    assert asked(gone, new) == ()


@pytest.mark.parametrize("same", [False, True])
def test_thousands_of_keys_that_change_are_not_held_each_against_each(
    monkeypatch: pytest.MonkeyPatch, same: bool
) -> None:
    held: list[Fields] = []

    def counted(mapping: DatabaseMapping, one: Fields, other: Fields) -> bool:
        held.append(other)
        return alike(mapping, one, other)

    monkeypatch.setattr(likeness, "alike", counted)
    titles = ["All" if same else f"Row {n}" for n in range(2000)]
    rows = {f"r{n}": {**A, "title": t, "note": str(n)} for n, t in enumerate(titles)}
    groups = asked(rows, {f"x{k}": {**v, "hours": 7} for k, v in rows.items()})
    assert len(groups) == len(rows)
    assert len(held) <= 2 * len(rows)
