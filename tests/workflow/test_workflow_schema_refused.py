"""What `schema plan` refuses, or leaves to a person: nothing is made twice, nothing anew."""

import pytest

from notion_gitops.model.errors import ExitCode, Refused, UsageError
from notion_gitops.model.outcomes import Status
from notion_gitops.sandbox.weather.rules import Effect, Rule
from notion_gitops.workflow.reading.schema_plan import plan_schema
from notion_gitops.workflow.schema_apply import exit_code, require_applicable
from notion_gitops.workflow.workspace import open_workspace
from tests.workflow.registry_world import Registry, quiet
from tests.workflow.workflow_world import World


def test_a_status_that_notion_does_not_change_is_left_to_a_person(registry: Registry) -> None:
    registry.mapping("tasks", "kind: {property: Kind, type: status, values: {a: A}}")
    registry.apply()
    fields = "kind: {property: Kind, type: status, values: {a: A, b: B}}\n"
    registry.mapping("tasks", fields + "due: {property: Due, type: date}")
    refused = {"object": "error", "status": 400, "code": "validation_error", "message": "no status"}
    rule = Rule(Effect.ANSWER, "PATCH", "/data_sources/", nth=2, status=400, body=refused)
    registry.sandbox.weather.add(rule)
    result = registry.apply()
    assert [o.status for o in result.outcomes] == [Status.APPLIED, Status.FAILED]
    assert "no status" in result.outcomes[1].detail
    assert "add them there by hand" in result.outcomes[1].step.notes[0]
    assert result.exit_code is ExitCode.PARTLY_APPLIED


@pytest.mark.parametrize("other_side", [{"name": "Their tasks"}, None])
def test_a_face_that_cannot_be_added_is_left_to_a_person(
    registry: Registry, other_side: dict[str, str] | None
) -> None:
    registry.mapping("tasks", "project: {property: Project, type: relation, to: projects}")
    registry.mapping("projects")
    registry.apply()
    if other_side:
        target = {"data_source_id": registry.source("projects"), "dual_property": {}}
        registry.change("tasks", Project={"relation": target})
        registry.change("projects", **{"Related to Tasks (Project)": other_side})
    tasks = "tasks: {property: Tasks, type: relation, to: tasks, direction: pull}"
    registry.mapping("projects", tasks)
    plan = registry.plan().plan
    assert quiet(plan)
    why = 'the name "Their tasks"' if other_side else "one-way"
    assert why in plan.by_hand[0].summary


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ("due: {property: Due, type: number}", "is a date in Notion, not a number"),
        ("due: {property: due, type: date}", "small and capital letters"),
        ("kind: {property: Kind, type: select, values: {a: a}}", '"Kind" has no such option'),
        ('kind: {property: Kind, type: select, values: {a: "B, C"}}', "comma"),
        ("kind: {property: Kind, type: select, values: {a: X, b: x}}", "one option to Notion"),
    ],
)
def test_what_would_not_fit_stops_all_of_it(registry: Registry, fields: str, said: str) -> None:
    registry.mapping(
        "tasks",
        "due: {property: Due, type: date}\nkind: {property: Kind, type: select, values: {a: A}}",
    )
    registry.apply()
    before = registry.properties("tasks")
    registry.mapping("tasks", f"{fields}\nnew: {{property: New, type: date}}")
    plan = registry.plan().plan
    assert any(said in problem.summary for problem in plan.problems)
    assert all(problem.fix for problem in plan.problems)
    assert exit_code(plan) is ExitCode.REFUSED
    with pytest.raises(Refused):
        registry.apply()
    assert registry.properties("tasks") == before


def test_a_title_is_never_made_twice(registry: Registry) -> None:
    registry.mapping("tasks")
    registry.apply()
    path = registry.root / "mappings/tasks.yaml"
    path.write_text(path.read_text("utf-8").replace("Name", "Title"), "utf-8")
    assert [p.summary for p in registry.plan().plan.problems] == [
        'The database "Tasks" has no property "Title"'
    ]


def test_databases_are_made_nowhere_but_where_one_says(registry: Registry) -> None:
    registry.mapping("tasks")
    registry.parent = ""
    planned = plan_schema(registry.workspace, registry.gateway, {"tasks": ""}, None)
    with pytest.raises(UsageError):
        require_applicable(planned.plan)
    with pytest.raises(UsageError):
        plan_schema(registry.workspace, registry.gateway, {"tasks": ""}, "the page")


def test_a_database_that_was_synced_is_never_made_anew(world: World) -> None:
    workspace = open_workspace(world.root)
    connection = world.connection()
    ids = {name: connection.find(mapping) for name, mapping in workspace.mappings.items()}
    plan = plan_schema(workspace, connection.gateway, {**ids, "tasks": ""}, None).plan
    assert [problem.summary for problem in plan.problems] == [
        "tasks was synced before, so its database is there; only its id is not known"
    ]
    assert plan.problems[0].fix.endswith(f"={world.source('tasks')}")


def test_a_property_that_was_synced_and_deleted_is_not_made_anew(world: World) -> None:
    workspace = open_workspace(world.root)
    connection = world.connection()
    ids = {name: connection.find(mapping) for name, mapping in workspace.mappings.items()}
    world.schema("tasks", {"Hours": None})
    plan = plan_schema(workspace, connection.gateway, ids, None).plan
    assert [problem.summary for problem in plan.problems] == [
        'The property "Hours" was synced, and was deleted in Notion since'
    ]
    world.schema("projects", {"Name": {"name": "Title"}})
    (hint,) = plan_schema(workspace, connection.gateway, ids, None).plan.hints
    assert hint.summary == 'The property "Name" is called "Title" in Notion now'


def test_a_database_that_stands_there_already_is_not_made_a_second_time(
    registry: Registry,
) -> None:
    registry.mapping("tasks")
    registry.apply()
    known = registry.ids.pop("tasks")
    plan = registry.plan().plan
    assert f"export NOTION_TASKS_DATABASE={known}" in plan.problems[0].fix
    with pytest.raises(Refused):
        registry.apply()
    assert len(registry.gateway.child_databases(registry.parent)) == 1
