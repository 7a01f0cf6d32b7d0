"""Planted bugs: each must be caught by the nets that are meant for it.

Convergence and symmetry alone pass a core that deletes what the other side had edited, so the
nets are tried as well: a law that catches nothing is no law.
"""

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from notion_gitops.engine import advance, building, created, deleted, fields, identity, merge, rules
from notion_gitops.engine.difference import differences
from notion_gitops.engine.fields import FieldMerge, Readings, settle
from notion_gitops.model.mapping import DatabaseMapping, Direction, Field, PropertyType, Take
from notion_gitops.model.operations import Cause, Conflict, FieldChange
from notion_gitops.model.records import Absence, BaseRecord, Side
from notion_gitops.model.values import Value
from tests.engine.engine_days import TAKES, Edit, days, quarrels, worlds
from tests.engine.engine_world import World
from tests.engine.test_engine_laws import (
    MEMBERS,
    SIDES,
    agrees,
    asks_again,
    converges,
    deletes_only_what_was_deleted,
    favours_no_side,
    leaves_alone,
    loses_nothing,
    merges_by_member,
    stays_open,
    survives_interruption,
)
from tests.engine.test_engine_nothing_lost import DAYS, Day, mappings
from tests.engine.test_engine_nothing_lost import loses_nothing as loses_what_was_entered
from tests.engine.test_engine_rules import check_latest
from tests.engine.test_engine_specification import TRIPLES, check_field, check_record
from tests.engine.test_engine_table import ROWS, check_row

SEARCH = settings(
    max_examples=400,
    phases=[Phase.generate],
    database=None,
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


# --- the nets -------------------------------------------------------------------------------


def _of_days(law: Callable[[World, Iterable[Edit]], None]) -> Callable[[], None]:
    @SEARCH
    @given(world=worlds, day=days)
    def search(world: World, day: list[Edit]) -> None:
        law(world, day)

    return search


@SEARCH
@given(world=worlds, day=days, seed=st.integers(0, 2**32))
def _interruption(world: World, day: list[Edit], seed: int) -> None:
    survives_interruption(world, day, seed)


@SEARCH
@given(world=worlds, day=quarrels, more=quarrels)
def _stale(world: World, day: list[Edit], more: list[Edit]) -> None:
    asks_again(world, day, more)


@SEARCH
@given(base=SIDES, git=SIDES, notion=SIDES, takes=st.tuples(*[st.sampled_from(TAKES)] * 2))
def _symmetry(base: Any, git: Any, notion: Any, takes: tuple[Take, Take]) -> None:
    favours_no_side(base, git, notion, takes)


@SEARCH
@given(base=MEMBERS, git=MEMBERS, notion=MEMBERS)
def _members(base: frozenset[str], git: frozenset[str], notion: frozenset[str]) -> None:
    merges_by_member(base, git, notion)


@SEARCH
@given(mapping=mappings(), days=st.lists(DAYS, min_size=1, max_size=4))
def _two_histories(mapping: DatabaseMapping, days: list[Day]) -> None:
    loses_what_was_entered(mapping, days)


def _table() -> None:
    for row in ROWS:
        check_row(row)


def _specification() -> None:
    for direction in Direction:
        for base, git, notion in TRIPLES:
            check_field(direction, base, git, notion)
            check_record(direction, base, git, notion)


NETS: dict[str, Callable[[], None]] = {
    "table": _table,
    "specification": _specification,
    "converges": _of_days(converges),
    "loses nothing": _of_days(loses_nothing),
    "two histories": _two_histories,
    "deletes": _of_days(deletes_only_what_was_deleted),
    "leaves alone": _of_days(leaves_alone),
    "agrees": _of_days(agrees),
    "stays open": _of_days(stays_open),
    "stale": _stale,
    "interruption": _interruption,
    "symmetry": _symmetry,
    "members": _members,
    "latest": check_latest,
}


def catches(net: str) -> bool:
    try:
        NETS[net]()
    except AssertionError:
        return True
    return False


# --- the bugs -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mutant:
    """One planted bug, and the nets that must catch it."""

    name: str
    where: object  # the module or class
    what: str
    wrong: Callable[[Any], Any]  # the right one -> the wrong one
    nets: tuple[str, ...]

    def __str__(self) -> str:
        return self.name


def always(value: object) -> Callable[[Any], Any]:
    return lambda _right: lambda *_args, **_more: value


def _union(_right: object) -> Callable[[Readings], FieldMerge]:
    def wrong(at: Readings) -> FieldMerge:
        git, notion = fields._members(at.git), fields._members(at.notion)
        both = git | notion
        return FieldMerge(
            both or None,
            to_git=None if both == git else Cause.MERGED,
            to_notion=None if both == notion else Cause.MERGED,
        )

    return wrong


def _whole_record(right: Callable[..., Any]) -> Callable[..., Any]:
    def wrong(readings: Any, merges: Any, side: Side, restore: Any) -> Any:
        changes = right(readings, merges, side, restore)
        held = {n: at.git if side is Side.GIT else at.notion for n, at in readings.items()}
        named = {c.difference.field for c in changes} if changes else held.keys()
        rest = {n: v for n, v in held.items() if n not in named and v is not None}
        return (*changes, *(FieldChange(d, Cause.EDIT) for d in differences({}, rest)))

    return wrong


def _missing_is_trashed(right: Callable[..., Any]) -> Callable[..., Any]:
    def wrong(mapping: Any, view: Any) -> Any:
        gone = view.notion is None and view.base is not None
        return right(mapping, replace(view, absence=Absence.TRASHED) if gone else view)

    return wrong


def _from_the_plan(right: Callable[..., Any]) -> Callable[..., Any]:
    def wrong(mapping: Any, before: Any, operation: Any, at: Any) -> Any:
        return right(mapping, before, operation, replace(at, notion=at.agreed))

    return wrong


def _moves_whole(right: Callable[..., Any]) -> Callable[..., Any]:
    def wrong(mapping: Any, before: Any, operation: Any, at: Any) -> Any:
        settled = frozenset(mapping.fields)
        agreed = {**at.notion, **at.agreed}
        return right(
            mapping, before, replace(operation, settled=settled), replace(at, agreed=agreed)
        )

    return wrong


def _open_takes_notion(_right: object) -> Callable[..., FieldMerge]:
    def wrong(at: Readings, conflict: Conflict) -> FieldMerge:
        return FieldMerge(at.notion, to_git=Cause.EDIT, conflict=conflict)

    return wrong


def _git_wins(_right: object) -> Callable[..., FieldMerge]:
    def wrong(decider: Any, at: Readings, why: str) -> FieldMerge:
        conflict = replace(decider._conflict(at, why), take=Take.GIT)
        return settle(decider.field, at, conflict, at.git, Cause.RULE)

    return wrong


def _status_is_pushed_empty(right: Callable[..., Any]) -> Callable[..., Any]:
    def wrong(field: Field, at: Readings, decide: Any) -> FieldMerge:
        if field.type is PropertyType.STATUS and at.git is None:
            return FieldMerge(None, to_notion=Cause.EDIT)
        merged: FieldMerge = right(field, at, decide)
        return merged

    return wrong


def _first_contact_takes_git(_right: object) -> Callable[..., FieldMerge]:
    return lambda at, _decide: FieldMerge(at.git, to_notion=Cause.FIRST)


def _stored_is_forgotten(_right: object) -> Callable[[BaseRecord, str], Value]:
    return lambda base, name: base.fields.get(name)


MUTANTS = [
    Mutant(
        "a delete wins over an edit", deleted, "_edits", always(()),
        ("table", "specification", "deletes"),
    ),
    Mutant(
        "a page that is missing is taken for trashed", merge, "merge_record", _missing_is_trashed,
        ("table",),
    ),
    Mutant("the base is taken from the plan", advance, "advance", _from_the_plan, ("converges",)),
    Mutant(
        "the base moves with an open conflict", advance, "advance", _moves_whole, ("stays open",)
    ),
    Mutant(
        "whole records are written", merge, "_changes", _whole_record, ("table", "leaves alone")
    ),
    Mutant(
        "sets are united without removals", fields, "_merged_set", _union, ("table", "members")
    ),
    Mutant(
        "the latest edit is told without the rounding", rules, "NOTION_ROUNDING",
        lambda _right: timedelta(0), ("latest",),
    ),
    Mutant(
        "an open conflict takes Notion's value", rules, "leave_open", _open_takes_notion,
        ("table", "specification", "symmetry"),
    ),
    Mutant(
        "git wins every conflict", rules.FieldDecider, "__call__", _git_wins,
        ("table", "specification", "symmetry"),
    ),
    Mutant(
        "the same edit is no agreement", fields, "same", always(False),
        ("table", "specification", "agrees"),
    ),
    Mutant("an empty status is pushed", fields, "_both", _status_is_pushed_empty, ("table",)),
    Mutant(
        "first contact takes git's", fields, "_first_contact", _first_contact_takes_git,
        ("table", "specification", "symmetry"),
    ),
    Mutant(
        "a required field may be emptied", fields, "_emptied_required", always(False), ("table",)
    ),
    Mutant(
        "nothing is backed up", building, "_backups", always(()),
        ("table", "loses nothing", "two histories"),
    ),
    Mutant(
        "a mirror goes both ways", merge, "direction_of",
        lambda _right: lambda _mapping, spec: spec.direction, ("table",),
    ),
    Mutant("an edited key is left", merge, "key_is_wrong", always(False), ("table",)),
    Mutant("an answer never goes stale", rules, "_unfit", always(""), ("stale",)),
    Mutant(
        "what Notion made of a value is forgotten", BaseRecord, "in_notion", _stored_is_forgotten,
        ("converges",),
    ),
    Mutant(
        "a file is not found by the id in its key", identity, "_by_id_in_key", always({}),
        ("interruption",),
    ),
    Mutant("what is kept comes back", created, "is_kept", always(False), ("table",)),
    Mutant(
        "a restored page counts as read", created, "_may_clear", always(False), ("table",)
    ),
    Mutant(
        "the base is rewritten for ever", merge, "_base_holds", always(False),
        ("table", "converges"),
    ),
]  # fmt: skip


def plant(mutant: Mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the wrong one wherever the right one is known by its name."""
    right = getattr(mutant.where, mutant.what)
    wrong = mutant.wrong(right)
    monkeypatch.setattr(mutant.where, mutant.what, wrong)
    for name, module in list(sys.modules.items()):
        ours = name.startswith(("notion_gitops.engine", "tests.engine"))
        if ours and getattr(module, mutant.what, None) is right:
            monkeypatch.setattr(module, mutant.what, wrong)


@pytest.mark.parametrize("mutant", MUTANTS, ids=str)
def test_the_planted_bug_is_caught(mutant: Mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(mutant, monkeypatch)
    missed = [net for net in mutant.nets if not catches(net)]
    assert missed == []


def test_the_nets_catch_nothing_in_the_core_as_it_is() -> None:
    quick = ("table", "specification", "latest", "members", "symmetry")
    assert [net for net in quick if catches(net)] == []


def test_every_net_is_needed() -> None:
    assert {net for m in MUTANTS for net in m.nets} == NETS.keys()
