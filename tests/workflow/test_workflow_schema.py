"""`schema plan` and `apply`: what mappings need is added to Notion once, and nothing else moves."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from notion_gitops import samples
from notion_gitops.cli.local_notion import open_sandbox
from notion_gitops.model.errors import ExitCode, Refused, UsageError
from notion_gitops.model.outcomes import Status
from notion_gitops.model.schema_plan import SchemaPlan, SchemaResult, SchemaStepKind
from notion_gitops.notion.connect import Settings, open_gateway
from notion_gitops.notion.gateway import Gateway
from notion_gitops.notion.pacing import Clock
from notion_gitops.notion.schema import parse_schema
from notion_gitops.notion.schema_check import check_schema
from notion_gitops.repository.repository import Repository
from notion_gitops.sandbox import DEFAULT_TOKEN, Sandbox, SandboxTransport
from notion_gitops.sandbox.weather.rules import Effect, Rule
from notion_gitops.workflow.reading.schema_plan import PlannedSchema, plan_schema
from notion_gitops.workflow.schema_apply import apply_schema, exit_code, require_applicable
from notion_gitops.workflow.workspace import Workspace, open_workspace
from tests.workflow.workflow_world import World

HEAD = """\
version: 1
name: {name}
notion: {{database: "${{{variable}}}"}}
git: {{path: state/records/{name}}}
fields:
  title: {{property: Name, type: title}}
"""


@dataclass
class Registry:
    """A workspace whose databases stand on one page of a sandbox, as far as they exist."""

    root: Path
    sandbox: Sandbox
    gateway: Gateway
    parent: str
    ids: dict[str, str] = field(default_factory=dict)
    waits: list[float] = field(default_factory=list)

    def mapping(self, name: str, fields: str = "", more: str = "") -> None:
        """Write a mapping with these further fields; its database is not there."""
        head = HEAD.format(name=name, variable=f"NOTION_{name.upper()}_DATABASE")
        lines = "".join(f"  {line}\n" for line in fields.splitlines())
        (self.root / "mappings" / f"{name}.yaml").write_text(head + lines + more, "utf-8")

    @property
    def workspace(self) -> Workspace:
        return open_workspace(self.root)

    def plan(self) -> PlannedSchema:
        workspace = self.workspace
        ids = {name: self.ids.get(name, "") for name in workspace.mappings}
        return plan_schema(workspace, self.gateway, ids, self.parent)

    def apply(self) -> SchemaResult:
        planned = self.plan()
        require_applicable(planned.plan)
        result = apply_schema(planned, self.gateway, self.waits.append)
        self.ids |= {new.mapping: new.id for new in result.created}
        return result

    def properties(self, name: str) -> dict[str, Any]:
        """The properties of a mapping's database, as Notion answers them."""
        source = self.gateway.database(self.ids[name])["data_sources"][0]["id"]
        found: dict[str, Any] = self.gateway.data_source(source)["properties"]
        return found

    def source(self, name: str) -> str:
        return str(self.gateway.database(self.ids[name])["data_sources"][0]["id"])

    def change(self, name: str, **properties: Any) -> None:
        """Change the schema as a colleague would."""
        self.gateway.change_properties(self.source(name), properties)


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    root = tmp_path / "workspace"
    (root / "mappings").mkdir(parents=True)
    Repository.create(root)
    sandbox = Sandbox(tmp_path / "notion.sqlite")
    clock = Clock(sleep=lambda seconds: None)
    settings = Settings(budget=None, clock=clock)
    transport = SandboxTransport(sandbox)
    gateway = open_gateway(DEFAULT_TOKEN, transport=transport, settings=settings)
    return Registry(root, sandbox, gateway, sandbox.create_root_page("Registry"))


def _quiet(plan: SchemaPlan) -> bool:
    return not plan.steps and not plan.problems


def test_the_samples_are_made_from_nothing_and_then_nothing_is_to_do(registry: Registry) -> None:
    for path, text in samples.workspace_files().items():
        (registry.root / path).parent.mkdir(exist_ok=True)
        (registry.root / path).write_text(text, "utf-8")
    result = registry.apply()
    assert {o.status for o in result.outcomes} == {Status.APPLIED}
    assert {new.variable for new in result.created} == {
        f"NOTION_{name}_DATABASE" for name in ("TASKS", "PROJECTS", "NOTES", "RESOURCES")
    }
    # Two formulas and two rollups are for a person: a mapping does not say what they work out.
    assert result.exit_code is ExitCode.DECISIONS_REMAIN
    after = registry.plan().plan
    assert _quiet(after)
    assert len(after.by_hand) == 4
    assert exit_code(after) is ExitCode.DECISIONS_REMAIN


EVERY_TYPE = """\
text: {property: Text, type: rich_text}
number: {property: Number, type: number}
select: {property: Select, type: select, values: {a: A, b: B}}
multi: {property: Multi, type: multi_select, values: {x: X}}
status: {property: Status, type: status, values: {todo: Not started, done: Done}}
date: {property: Date, type: date}
people: {property: People, type: people}
files: {property: Files, type: files, direction: pull}
tick: {property: Tick, type: checkbox}
url: {property: Url, type: url}
email: {property: E-mail, type: email}
phone: {property: Phone, type: phone_number}
self: {property: Self, type: relation, to: things}
place: {property: Place, type: place}
created: {property: Created, type: created_time}
creator: {property: Creator, type: created_by}
edited: {property: Edited, type: last_edited_time}
editor: {property: Editor, type: last_edited_by}
number_of: {property: Number of, type: unique_id}
"""


def test_a_property_of_every_type_that_can_be_made(registry: Registry) -> None:
    registry.mapping("things", EVERY_TYPE, "key: {property: Thing ID}\n")
    result = registry.apply()
    assert result.exit_code is ExitCode.DONE
    mapping = registry.workspace.mappings["things"]
    schema = parse_schema(registry.gateway.data_source(registry.source("things")))
    assert check_schema(mapping, schema, {"things": schema.data_source_id}) == []
    assert {p.name: p.type for p in schema.properties.values()} == {
        "Thing ID": "rich_text",
        **{f.property_name: f.type.value for f in mapping.properties},
    }
    assert exit_code(registry.plan().plan) is ExitCode.DONE


def test_what_is_missing_is_added_and_the_rest_stays(registry: Registry) -> None:
    registry.mapping("tasks", "due: {property: Due, type: date}")
    registry.apply()
    registry.change("tasks", Colour={"select": {"options": [{"name": "red"}]}})
    before = registry.properties("tasks")
    more = "due: {property: Due, type: date}\nhours: {property: Hours, type: number}"
    registry.mapping("tasks", more)
    plan = registry.plan().plan
    assert plan.databases[0].extra == ("Colour",)
    assert [p.name for step in plan.steps for p in step.properties] == ["Hours"]
    registry.apply()
    after = registry.properties("tasks")
    assert after.pop("Hours")["type"] == "number"
    assert after == before


def test_options_are_sent_whole_and_by_id(registry: Registry) -> None:
    """Trap 4: a list of options replaces the one that is there."""
    fields = "kind: {{property: Kind, type: {type}, values: {{{values}}}}}"
    registry.mapping("tasks", fields.format(type="multi_select", values="a: A, b: B"))
    registry.apply()
    registry.change(
        "tasks",
        Kind={"multi_select": {"options": [*_options(registry), {"name": "Of a colleague"}]}},
    )
    before = _options(registry)
    values = "a: A, b: B, c: C, d: D"
    registry.mapping("tasks", fields.format(type="multi_select", values=values))
    plan = registry.plan().plan
    assert [(s.kind, s.properties[0].options) for s in plan.steps] == [
        (SchemaStepKind.OPTIONS, ("C", "D"))
    ]
    assert registry.apply().exit_code is ExitCode.DONE
    after = _options(registry)
    assert after[:3] == before
    assert [option["name"] for option in after[3:]] == ["C", "D"]
    assert _quiet(registry.plan().plan)


def _options(registry: Registry) -> list[dict[str, Any]]:
    prop = registry.properties("tasks")["Kind"]
    found: list[dict[str, Any]] = prop[prop["type"]]["options"]
    return found


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
    options = [*_options(registry), {"name": "Late"}]
    registry.change("tasks", Kind={"select": {"options": options}})
    apply_schema(planned, registry.gateway)
    assert [option["name"] for option in _options(registry)] == ["A", "Late", "B"]


def test_new_options_of_a_status(registry: Registry) -> None:
    registry.mapping("tasks", "kind: {property: Kind, type: status, values: {a: A}}")
    registry.apply()
    registry.mapping("tasks", "kind: {property: Kind, type: status, values: {a: A, b: B}}")
    assert registry.apply().exit_code is ExitCode.DONE
    assert [option["name"] for option in _options(registry)] == ["A", "B"]


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


def test_two_databases_that_lead_to_each_other(registry: Registry) -> None:
    registry.mapping(
        "tasks",
        "project: {property: Project, type: relation, to: projects}\n"
        "after: {property: After, type: relation, to: tasks}\n"
        "before: {property: Before, type: relation, to: tasks, direction: pull}",
    )
    registry.mapping(
        "projects",
        "tasks: {property: Tasks, type: relation, to: tasks, direction: pull}\n"
        "first: {property: First task, type: relation, to: tasks, direction: push}",
    )
    plan = registry.plan().plan
    # Which of the two relations of tasks to projects "Tasks" is a face of is clear; "First task"
    # is one more, in the other direction.
    assert [s.properties[0].face for s in plan.steps if s.kind is SchemaStepKind.RELATION] == [
        "", "Tasks", "Before",
    ]  # fmt: skip
    assert registry.apply().exit_code is ExitCode.DONE
    tasks, projects = registry.properties("tasks"), registry.properties("projects")
    dual = tasks["Project"]["relation"]["dual_property"]
    assert dual["synced_property_name"] == "Tasks"
    assert projects["Tasks"]["relation"]["data_source_id"] == registry.source("tasks")
    assert tasks["After"]["relation"]["dual_property"]["synced_property_name"] == "Before"
    assert "single_property" in projects["First task"]["relation"]
    assert exit_code(registry.plan().plan) is ExitCode.DONE


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
    assert _quiet(plan)
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


# Answers that are lost


LOST = [Effect.ANSWER_AFTER, Effect.DROP_AFTER]


@pytest.mark.parametrize("effect", LOST)
def test_a_database_whose_answer_is_lost_is_found_and_not_made_twice(
    registry: Registry, effect: Effect
) -> None:
    registry.mapping("tasks", "due: {property: Due, type: date}")
    registry.sandbox.weather.add(Rule(effect, "POST", "/databases$", nth=1))
    assert registry.apply().exit_code is ExitCode.DONE
    assert len(registry.gateway.child_databases(registry.parent)) == 1
    assert _quiet(registry.plan().plan)


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
    assert [option["name"] for option in _options(registry)] == ["A", "B"]
    assert _quiet(registry.plan().plan)


def test_an_addition_that_never_gets_through_is_pending(registry: Registry) -> None:
    registry.mapping("tasks")
    registry.apply()
    registry.mapping("tasks", "due: {property: Due, type: date}")
    registry.sandbox.weather.add(Rule(Effect.DROP_BEFORE, "PATCH", "/data_sources/"))
    result = registry.apply()
    assert [o.status for o in result.outcomes] == [Status.PENDING]
    assert result.exit_code is ExitCode.FAILED


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


def test_the_sandbox_of_a_workspace_makes_the_same_of_a_mapping(
    registry: Registry,
) -> None:
    registry.mapping("things", EVERY_TYPE, "key: {property: Thing ID}\n")
    registry.apply()
    sandbox = open_sandbox(registry.workspace)
    source = sandbox.find_data_source("things")
    assert source is not None
    transport = SandboxTransport(sandbox)
    gateway = open_gateway(DEFAULT_TOKEN, transport=transport, settings=Settings(budget=None))
    made = gateway.data_source(source)["properties"]
    assert {n: p["type"] for n, p in made.items()} == {
        n: p["type"] for n, p in registry.properties("things").items()
    }
