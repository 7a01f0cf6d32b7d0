"""What makes a plan fail: as much as a team chose, and no less."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from notion_gitops.engine.thresholds import judged
from notion_gitops.model.diagnostics import Place, Severity
from notion_gitops.model.mapping import Thresholds
from notion_gitops.model.operations import Conflict, Kind, Operation
from notion_gitops.model.plan import Finding, Forecast, MappingPlan, Plan
from tests.engine.engine_builders import a_mapping

PLACE = Place("mappings/tasks.yaml", 70, 13)


def a_plan(*severities: Severity, conflicts: int = 0, records: int = 10) -> Plan:
    """A plan of tasks with findings of these severities."""
    open_ = tuple(Conflict("tasks", "k", f"f{n}", 1, 2, 3, "?") for n in range(conflicts))
    part = MappingPlan(
        "tasks",
        records,
        records,
        records,
        operations=(Operation("tasks", "k", Kind.OPEN, {}, conflicts=open_),) if open_ else (),
    )
    found = tuple(Finding("unique", each, "tasks", ("k",), "x") for each in severities)
    made = datetime(2026, 1, 1, tzinfo=UTC)
    return Plan((part,), (), found, Forecast(0, 0.0), "", "main", "", made)


def beyond(
    plan: Plan, fail_on: Severity | None = None, **limits: Any
) -> list[tuple[str, int, int]]:
    mapping = replace(a_mapping(), thresholds=Thresholds(place=PLACE, **limits))
    told = judged(plan, {"tasks": mapping}, fail_on).exceeded
    assert all(each.place == (PLACE if limits else None) for each in told)
    return [(each.what, each.count, each.limit) for each in told]


EVERY = tuple(Severity)


def test_nothing_fails_unless_somebody_chose_it() -> None:
    assert beyond(a_plan(*EVERY, conflicts=3)) == []


@pytest.mark.parametrize(("allowed", "fails"), [(0, True), (1, True), (2, False), (3, False)])
def test_as_many_as_the_threshold_pass(allowed: int, fails: bool) -> None:
    plan = a_plan(Severity.ERROR, Severity.ERROR, Severity.INFO, conflicts=2)
    assert beyond(plan, errors=allowed) == ([("errors", 2, allowed)] if fails else [])
    assert beyond(plan, conflicts=allowed) == ([("conflicts", 2, allowed)] if fails else [])
    assert beyond(plan, warnings=0) == []


def test_health_is_the_least_that_is_good_enough() -> None:
    plan = a_plan(Severity.ERROR)
    assert beyond(plan, health=90) == []
    assert beyond(plan, health=91) == [("health", 90, 91)]


@pytest.mark.parametrize(
    ("least", "reached"),
    [(None, []), (Severity.ERROR, ["errors"]), (Severity.WARNING, ["errors", "warnings"])],
)
def test_the_command_line_allows_none_that_is_as_grave(
    least: Severity | None, reached: list[str]
) -> None:
    assert [what for what, _, _ in beyond(a_plan(*EVERY), least)] == reached


def test_a_finding_of_no_mapping_counts_for_the_command_line() -> None:
    plan = a_plan()
    stray = Finding("unclaimed files", Severity.WARNING, "", (), "x")
    (told,) = judged(replace(plan, findings=(stray,)), {}, Severity.WARNING).exceeded
    assert (told.mapping, told.what, told.count) == ("", "warnings", 1)


def test_what_the_mapping_allows_is_told_once() -> None:
    mapping = replace(a_mapping(), thresholds=Thresholds(errors=0, place=PLACE))
    told = judged(a_plan(Severity.ERROR), {"tasks": mapping}, Severity.WARNING).exceeded
    assert [(each.what, each.place) for each in told] == [("errors", PLACE)]
