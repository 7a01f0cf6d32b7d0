"""`schema plan` and `apply`: what mappings need is added to Notion once, and nothing else moves."""

from notion_gitops import samples
from notion_gitops.cli.local_notion import open_sandbox
from notion_gitops.model.errors import ExitCode
from notion_gitops.model.outcomes import Status
from notion_gitops.model.schema_plan import SchemaStepKind
from notion_gitops.notion.connect import Settings, open_gateway
from notion_gitops.notion.schema import parse_schema
from notion_gitops.notion.schema_check import check_schema
from notion_gitops.sandbox import DEFAULT_TOKEN, SandboxTransport
from notion_gitops.workflow.schema_apply import exit_code
from tests.workflow.registry_world import Registry, options_of_kind, quiet


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
    assert quiet(after)
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
        Kind={
            "multi_select": {"options": [*options_of_kind(registry), {"name": "Of a colleague"}]}
        },
    )
    before = options_of_kind(registry)
    values = "a: A, b: B, c: C, d: D"
    registry.mapping("tasks", fields.format(type="multi_select", values=values))
    plan = registry.plan().plan
    assert [(s.kind, s.properties[0].options) for s in plan.steps] == [
        (SchemaStepKind.OPTIONS, ("C", "D"))
    ]
    assert registry.apply().exit_code is ExitCode.DONE
    after = options_of_kind(registry)
    assert after[:3] == before
    assert [option["name"] for option in after[3:]] == ["C", "D"]
    assert quiet(registry.plan().plan)


def test_new_options_of_a_status(registry: Registry) -> None:
    registry.mapping("tasks", "kind: {property: Kind, type: status, values: {a: A}}")
    registry.apply()
    registry.mapping("tasks", "kind: {property: Kind, type: status, values: {a: A, b: B}}")
    assert registry.apply().exit_code is ExitCode.DONE
    assert [option["name"] for option in options_of_kind(registry)] == ["A", "B"]


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
