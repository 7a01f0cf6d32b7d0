"""Two related databases, their mappings, and the repository that keeps them."""

from datetime import UTC, datetime
from pathlib import Path

from notion_gitops.sandbox.sandbox import Sandbox
from notion_gitops.sandbox.seeding import seed
from tests.faults.faults_git import git
from tests.faults.faults_transport import Json

LONG_AGO = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
TEAMS = """\
version: 1
name: teams
notion: {database: "${TEAMS_DATABASE}"}
git: {path: state/records/teams, format: yaml}
key: {property: Team ID}
fields:
  name: {property: Name, type: title, required: true}
  lead: {property: Lead, type: rich_text}
  load: {property: Load, type: rollup, direction: pull}
"""
TASKS = """\
version: 1
name: tasks
notion: {database: "${TASKS_DATABASE}"}
git: {path: state/records/tasks, format: yaml}
key: {property: Task ID}
fields:
  title: {property: Name, type: title, required: true}
  status:
    property: Status
    type: status
    values: {todo: Not started, doing: In progress, done: Done}
  hours: {property: Hours, type: number}
  note: {property: Note, type: rich_text}
  due: {property: Due, type: date}
  team: {property: Team, type: relation, to: teams}
  tags: {property: Tags, type: multi_select, new_options: allow}
  parent: {property: Parent, type: relation, to: tasks}
"""
SEED: Json = {
    "workspace": {"name": "Faults"},
    "users": [
        {"id": "3f0c6a52-8d1e-4b7a-9c35-61a2e0d4b701", "name": "Ann Lee", "email": "a@e.example"}
    ],
    "databases": [
        {
            "name": "Teams",
            "mapping": "teams",
            "properties": {
                "Name": "title",
                "Team ID": "rich_text",
                "Lead": "rich_text",
                "Load": {"type": "rollup", "relation": "Tasks", "property": "Hours",
                         "function": "sum"},
            },
            "pages": [
                {"Name": f"Team {n}", "Team ID": n, "Lead": "Ann", "created": LONG_AGO,
                 "edited": LONG_AGO, "created_by": "Ann Lee", "edited_by": "Ann Lee"}
                for n in ("red", "blue")
            ],
        },
        {
            "name": "Tasks",
            "mapping": "tasks",
            "properties": {
                "Name": "title",
                "Task ID": "rich_text",
                "Status": {
                    "type": "status",
                    "groups": {
                        "To-do": ["Not started"],
                        "In progress": ["In progress"],
                        "Complete": ["Done"],
                    },
                    "default": "Not started",
                },
                "Hours": "number",
                "Note": "rich_text",
                "Due": "date",
                "Team": {"type": "relation", "to": "Teams", "two_way": "Tasks"},
                "Tags": {"type": "multi_select", "options": ["site", "urgent"]},
                "Parent": {"type": "relation", "to": "Tasks"},
            },
            "pages": [
                {"Name": f"Task {n}", "Task ID": f"t{n}", "Status": "In progress", "Hours": n,
                 "Team": ["red" if n % 2 else "blue"], "Tags": ["site"], "created": LONG_AGO,
                 "edited": LONG_AGO, "created_by": "Ann Lee", "edited_by": "Ann Lee"}
                for n in range(1, 7)
            ],
        },
    ],
}  # fmt: skip


def make_workspace(root: Path) -> None:
    """A repository with two mappings, and a sandbox with their databases."""
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    files = {
        "mappings/teams.yaml": TEAMS,
        "mappings/tasks.yaml": TASKS,
        "state/records/README": "The records of this workspace.\n",
        ".gitignore": ".notion-gitops/\n",
    }
    for path, text in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    git(root, "add", "-A")
    git(root, "commit", "-qm", "Start")
    private = root / ".notion-gitops"
    private.mkdir()
    with Sandbox(private / "sandbox.sqlite") as sandbox:
        seed.load(sandbox, SEED)
