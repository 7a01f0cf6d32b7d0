"""`schema apply` when answers are lost, and when colleagues change the same database meanwhile."""

from typing import Any

import pytest

from notion_gitops.model.errors import ExitCode
from notion_gitops.model.outcomes import Status
from notion_gitops.sandbox.weather.rules import Effect, Rule
from notion_gitops.workflow.schema_apply import apply_schema
from tests.workflow.registry_world import Registry, options_of_kind, quiet

# --- what colleagues do meanwhile -----------------------------------------------------------


def test_f013_options_go_to_the_property_that_was_meant_whatever_has_its_name_now(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list of options replaces the one that is there: in another property all would be lost."""
    kind = "kind: {property: Kind, type: select, values: {a: A}}\n"
    registry.mapping("tasks", f"{kind}size: {{property: Size, type: select, values: {{s: S}}}}")
    registry.apply()
    more = kind.replace("A}", "A, b: B}")
    registry.mapping("tasks", f"{more}size: {{property: Size, type: select, values: {{s: S}}}}")
    planned, send = registry.plan(), registry.gateway.change_properties
    for old, new in (("Kind", "X"), ("Size", "Kind"), ("X", "Size")):
        registry.change("tasks", **{old: {"name": new}})
    result = apply_schema(planned, registry.gateway)
    assert result.exit_code is ExitCode.DONE

    def names() -> dict[str, list[str]]:
        found = registry.properties("tasks")
        return {n: [o["name"] for o in found[n]["select"]["options"]] for n in ("Kind", "Size")}

    assert names() == {"Kind": ["S"], "Size": ["A", "B"]}
    # Also if it is renamed between the last look and the request.
    registry.mapping("tasks", "size: {property: Size, type: select, values: {a: A, b: B, c: C}}")
    planned = registry.plan()

    def renamed(source: str, properties: Any) -> Any:
        for old, new in (("Kind", "X"), ("Size", "Kind"), ("X", "Size")):
            send(source, {old: {"name": new}})
        return send(source, properties)

    monkeypatch.setattr(registry.gateway, "change_properties", renamed)
    assert apply_schema(planned, registry.gateway).exit_code is ExitCode.DONE
    assert names() == {"Kind": ["A", "B", "C"], "Size": ["S"]}


def test_an_option_that_a_colleague_adds_meanwhile_stays(registry: Registry) -> None:
    registry.mapping("tasks", "kind: {property: Kind, type: select, values: {a: A}}")
    registry.apply()
    registry.mapping("tasks", "kind: {property: Kind, type: select, values: {a: A, b: B}}")
    planned = registry.plan()
    options = [*options_of_kind(registry), {"name": "Late"}]
    registry.change("tasks", Kind={"select": {"options": options}})
    apply_schema(planned, registry.gateway)
    assert [option["name"] for option in options_of_kind(registry)] == ["A", "Late", "B"]


def test_a_property_that_appears_meanwhile(registry: Registry) -> None:
    registry.mapping("tasks")
    registry.apply()
    registry.mapping("tasks", "due: {property: Due, type: date}")
    same, other = registry.plan(), registry.plan()
    registry.change("tasks", Due={"date": {}})
    assert [o.status for o in apply_schema(same, registry.gateway).outcomes] == [Status.APPLIED]
    registry.change("tasks", Due={"number": {}})
    outcome = apply_schema(other, registry.gateway).outcomes[0]
    assert (outcome.status, outcome.detail) == (
        Status.STALE, 'somebody added "Due" meanwhile, as a number',
    )  # fmt: skip
    assert registry.properties("tasks")["Due"]["type"] == "number"


# --- answers that are lost ------------------------------------------------------------------


LOST = [Effect.ANSWER_AFTER, Effect.DROP_AFTER]


@pytest.mark.parametrize("effect", LOST)
def test_a_database_whose_answer_is_lost_is_found_and_not_made_twice(
    registry: Registry, effect: Effect
) -> None:
    registry.mapping("tasks", "due: {property: Due, type: date}")
    registry.sandbox.weather.add(Rule(effect, "POST", "/databases$", nth=1))
    assert registry.apply().exit_code is ExitCode.DONE
    assert len(registry.gateway.child_databases(registry.parent)) == 1
    assert quiet(registry.plan().plan)


def test_a_database_that_was_never_made_is_pending_and_made_the_next_time(
    registry: Registry,
) -> None:
    registry.mapping("tasks")
    registry.mapping("projects", "tasks: {property: Tasks, type: relation, to: tasks}")
    registry.sandbox.weather.add(Rule(Effect.DROP_BEFORE, "POST", "/databases$", nth=2))
    result = registry.apply()
    assert [(o.step.mapping, o.status) for o in result.outcomes] == [
        ("projects", Status.APPLIED),
        ("tasks", Status.PENDING),
        ("projects", Status.SKIPPED),
    ]
    assert sum(registry.waits) >= 30
    assert result.exit_code is ExitCode.PARTLY_APPLIED
    assert registry.apply().exit_code is ExitCode.DONE
    assert len(registry.gateway.child_databases(registry.parent)) == 2


@pytest.mark.parametrize("effect", [*LOST, Effect.DROP_BEFORE])
def test_an_addition_whose_answer_is_lost_is_looked_at_first(
    registry: Registry, effect: Effect
) -> None:
    registry.mapping("tasks", "kind: {property: Kind, type: select, values: {a: A}}")
    registry.mapping("projects")
    registry.apply()
    kind = "kind: {property: Kind, type: select, values: {a: A, b: B}}\n"
    owner = "project: {property: Project, type: relation, to: projects}"
    registry.mapping("tasks", kind + owner)
    registry.mapping(
        "projects", "tasks: {property: Tasks, type: relation, to: tasks, direction: pull}"
    )
    registry.sandbox.weather.add(Rule(effect, "PATCH", "/data_sources/", nth=1))
    registry.sandbox.weather.add(Rule(effect, "PATCH", "/data_sources/", nth=2))
    assert registry.apply().exit_code is ExitCode.DONE
    assert list(registry.properties("projects")) == ["Name", "Tasks"]
    assert [option["name"] for option in options_of_kind(registry)] == ["A", "B"]
    assert quiet(registry.plan().plan)


def test_an_addition_that_never_gets_through_is_pending(registry: Registry) -> None:
    registry.mapping("tasks")
    registry.apply()
    registry.mapping("tasks", "due: {property: Due, type: date}")
    registry.sandbox.weather.add(Rule(Effect.DROP_BEFORE, "PATCH", "/data_sources/"))
    result = registry.apply()
    assert [o.status for o in result.outcomes] == [Status.PENDING]
    assert result.exit_code is ExitCode.FAILED
