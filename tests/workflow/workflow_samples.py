"""A small workspace: two mappings, the databases that they map, and records for both."""

from typing import Any

ANN = "3f0c6a52-8d1e-4b7a-9c35-61a2e0d4b701"
BO = "a91d2e47-5b60-4c8f-8e13-7d94c2f5a802"
EVA = "d106a7c9-4e3b-4f85-93b2-58c0e6a9db05"

PROJECTS = """\
version: 1
name: projects
notion: {database: "${NOTION_PROJECTS}"}
git: {path: state/records/projects, format: yaml}
mode: two-way
key: {property: Key}
fields:
  title: {property: Name, type: title, required: true}
  owner: {property: Owner, type: people}
  budget: {property: Budget, type: number}
  summary: {property: Summary, type: rich_text}
  # worked out by Notion
  hours: {property: Hours, type: rollup, direction: pull}
"""

TASKS = """\
version: 1
name: tasks
notion: {database: "${NOTION_TASKS}"}
git: {path: state/records/tasks, format: yaml}
mode: two-way
key: {property: Key}
fields:
  title: {property: Name, type: title, required: true}
  status:
    property: Status
    type: status
    values: {todo: Not started, doing: In progress, done: Done}
  project: {property: Project, type: relation, to: projects}
  after: {property: After, type: relation, to: tasks}
  assignee: {property: Assignee, type: people}
  tags: {property: Tags, type: multi_select}
  kind: {property: Kind, type: select}
  due: {property: Due, type: date}
  hours: {property: Hours, type: number}
  signed: {property: Signed, type: checkbox}
  note: {property: Note, type: rich_text}
"""

PEOPLE = f"""\
format_version: 1
people:
  ann: {{user: {ANN}, name: Ann Lee}}
  bo: {{user: {BO}, name: Bo Chen}}
"""

MAPPINGS = {"projects": PROJECTS, "tasks": TASKS}

TASK_PROPERTIES: dict[str, Any] = {
    "Name": "title",
    "Key": "rich_text",
    "Status": {
        "type": "status",
        "groups": {
            "To-do": ["Not started"],
            "In progress": ["In progress", "Blocked"],
            "Complete": ["Done"],
        },
        "default": "Not started",
    },
    "Project": {"type": "relation", "to": "Projects", "two_way": "Tasks"},
    "After": {"type": "relation", "to": "Tasks"},
    "Assignee": "people",
    "Tags": {"type": "multi_select", "options": ["red", "green", "blue"]},
    "Kind": {"type": "select", "options": ["build", "test"]},
    "Due": "date",
    "Hours": "number",
    "Signed": "checkbox",
    "Note": "rich_text",
    "Archived": "checkbox",
}

PROJECT_PROPERTIES: dict[str, Any] = {
    "Name": "title",
    "Key": "rich_text",
    "Owner": "people",
    "Budget": "number",
    "Summary": "rich_text",
    "Hours": {"type": "rollup", "relation": "Tasks", "property": "Hours", "function": "sum"},
}

USERS = [
    {"id": ANN, "name": "Ann Lee", "email": "ann@acme.example"},
    {"id": BO, "name": "Bo Chen", "email": "bo@acme.example"},
    {"id": EVA, "name": "Eva Lind", "email": "eva@acme.example"},
]


def databases(
    projects: list[dict[str, Any]] | None = None, tasks: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    """A seed with both databases and these pages."""
    return {
        "workspace": {"name": "Acme"},
        "users": USERS,
        "databases": [
            {
                "name": "Projects",
                "mapping": "projects",
                "properties": PROJECT_PROPERTIES,
                "pages": projects or [],
            },
            {
                "name": "Tasks",
                "mapping": "tasks",
                "properties": TASK_PROPERTIES,
                "pages": tasks or [],
            },
        ],
    }


RECORDS = {
    "projects/alpha": {"title": "Alpha", "owner": "[ann]", "budget": "1000"},
    "projects/beta": {"title": "Beta", "summary": "Second **phase**"},
    "tasks/dig": {
        "title": "Dig the trench",
        "status": "doing",
        "project": "alpha",
        "assignee": "[ann]",
        "tags": "[red, green]",
        "kind": "build",
        "due": "2026-02-01",
        "hours": "8",
        "note": "Mind the **cable**",
    },
    "tasks/lay": {
        "title": "Lay the pipe",
        "status": "todo",
        "project": "alpha",
        "after": "[dig]",
        "hours": "4",
    },
    "tasks/test": {"title": "Test the pipe", "status": "todo", "project": "beta", "hours": "2.5"},
}
