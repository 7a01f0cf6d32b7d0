"""From mappings to databases, and from databases to mappings: both commands as processes."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Thread

import pytest
import yaml

from notion_gitops import samples
from notion_gitops.mapping.loading import load_folder
from notion_gitops.sandbox import DEFAULT_TOKEN, Sandbox
from notion_gitops.sandbox.seeding.seed import load
from notion_gitops.sandbox.server import serve
from notion_gitops.text.columns import width
from tests.cli.cli_world import WIDTH, Tool
from tests.commands.commands import Done

EVERYTHING = {
    "Name": "title",
    "Thing ID": "rich_text",
    "Text": "rich_text",
    "Number": "number",
    "Select": {"type": "select", "options": ["A", "Bé: c", "${X}"]},
    "Stage": {"type": "select", "options": ["No", "yes", "in-progress", "In progress."]},
    "Multi": {"type": "multi_select", "options": ["z", "y", "x"]},
    "Status": "status",
    "Date": "date",
    "People": "people",
    "Files": "files",
    "Checkbox": "checkbox",
    "Url": "url",
    "Email": "email",
    "Phone": "phone_number",
    "Relation": {"type": "relation", "to": "Projects", "two_way": "Things"},
    "Parent": {"type": "relation", "to": "Everything"},
    "Rollup": {
        "type": "rollup", "relation": "Relation", "property": "Name", "function": "show_original",
    },
    "Formula": {"formula": 'length(prop("Name"))'},
    "Created": "created_time",
    "Author": "created_by",
    "Edited": "last_edited_time",
    "Editor": "last_edited_by",
    "Number of": {"type": "unique_id", "prefix": "T"},
    "Verified": "verification",
    "Button": "button",
    "Place": "place",
    'a "quoted": {{ name }}': "number",
    "期限": "date",
    "due": "date",
    "Due": "date",
}  # fmt: skip
WORKSPACE = {
    "users": [{"name": "Ann Lee", "email": "ann@acme.example"}],
    "databases": [
        {
            "name": "Projects",
            "properties": {"Name": "title", "Key": "rich_text"},
            "pages": [{"Name": "One", "Key": "one"}, {"Name": "Two", "Key": "two"}],
        },
        {
            "name": "Everything",
            "properties": EVERYTHING,
            "pages": [
                {
                    "Name": "Full", "Thing ID": "full", "Text": "a", "Number": 1.5, "Select": "A",
                    "Stage": "No", "Multi": ["z"], "Date": "2026-07-01", "People": ["Ann Lee"],
                    "Checkbox": True, "Url": "https://a.example", "Email": "a@a.example",
                    "Phone": "1", "Relation": ["One", "Two"], "期限": "2026-07-02",
                },
                {"Name": "Bare", "Thing ID": "bare"},
            ],
        },
    ],
}  # fmt: skip


@dataclass(frozen=True)
class Registry:
    """A folder without anything, and a Notion that another process serves."""

    tool: Tool
    sandbox: Sandbox
    page: str  # that a token may put databases on

    def ids(self) -> dict[str, str]:
        """Databases by title."""
        return {d.title: d.database_id for d in self.sandbox.databases()}

    def run(self, code: int, *arguments: str, **environment: str) -> Done:
        return self.tool.run(*arguments, **environment).expect(code)


@pytest.fixture
def notion(tool: Tool, tmp_path: Path) -> Iterator[Registry]:
    sandbox = Sandbox(tmp_path / "notion.sqlite")
    page = sandbox.create_root_page("Registry")
    server = serve(sandbox)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    environment = {"NOTION_GITOPS_BASE_URL": server.base_url, "NOTION_TOKEN": DEFAULT_TOKEN}
    try:
        yield Registry(Tool(tool.folder, tool.home, environment), sandbox, page)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        sandbox.close()


def _fits(done: Done) -> None:
    assert [line for line in done.lines if width(line) > WIDTH and "http" not in line] == []


def _sync_and_be_quiet(notion: Registry) -> None:
    """validate, check, commit, plan, apply; and a plan that has nothing to do."""
    notion.run(0, "validate")
    assert "every mapping can be synced" in notion.run(0, "check").stdout
    notion.tool.git("add", "-A")
    notion.tool.git("commit", "-q", "-m", "Mappings")
    notion.run(0, "apply", "--yes")
    assert "Nothing to do" in notion.run(0, "plan").stdout


def test_the_four_sample_databases_become_mappings(notion: Registry) -> None:
    load(notion.sandbox, yaml.safe_load(samples.seed_text()))
    listed = notion.run(0, "init", "--list").stdout
    assert all(title in listed for title in ("Tasks", "Projects", "Resources", "Notes"))
    named = [word for i in notion.ids().values() for word in ("--database", i)]
    done = notion.run(0, "init", *named)
    _fits(done)
    assert "Read 4 databases with 107 pages. Nothing was written to Notion." in done.stdout
    assert "Hours (rollup)" in done.stdout
    assert "texts" in done.stdout
    assert "6 people found in the pages" in done.stdout
    found = {m.name: m for m in load_folder(notion.tool.folder)}
    assert found["tasks"].key.property_name == "Task ID"
    assert found["tasks"].fields["project"].to == "projects"
    rules = [rule.name for rule in found["tasks"].rules]
    assert rules == [
        "active work is planned in git",
        "metadata is Notion's",
        "status follows the last edit",
    ]
    schema = json.loads((notion.tool.folder / "mappings/mapping.schema.json").read_text("utf-8"))
    assert schema["title"] == "Mapping of notion-gitops"
    before = {p: p.read_bytes() for p in (notion.tool.folder / "mappings").iterdir()}
    refused = notion.run(64, "init", "--database", notion.ids()["Tasks"])
    assert "has a mapping already: mappings/tasks.yaml" in refused.stderr
    assert {p: p.read_bytes() for p in (notion.tool.folder / "mappings").iterdir()} == before
    _sync_and_be_quiet(notion)
    assert len(list((notion.tool.folder / "state/records/tasks").iterdir())) == 60
    slab = notion.tool.folder / "state/records/tasks/floor-slab-hall-b.yaml"
    assert re.search(r"^assignee: \[david\]$", slab.read_text("utf-8"), re.MULTILINE)


def test_a_database_with_every_property_type_becomes_a_mapping(notion: Registry) -> None:
    load(notion.sandbox, WORKSPACE)
    ids = notion.ids()
    named = ("--database", ids["Everything"], "--database", ids["Projects"])
    done = notion.run(0, "init", *named, "--name", "things", "--format", "json")
    (things, projects) = json.loads(done.stdout)["databases"]
    verdicts = {p["name"]: (p["verdict"], p["field"]) for p in things["properties"]}
    computed = ("Rollup", "Formula", "Created", "Author", "Edited", "Editor", "Number of",
                "Verified", "Button")  # fmt: skip
    assert {n for n, (verdict, _) in verdicts.items() if verdict == "computed"} == {*computed}
    assert verdicts["期限"] == ("taken", "date_2")
    assert {verdicts["due"], verdicts["Due"]} == {("taken", "due"), ("taken", "due_2")}
    assert verdicts["Relation"] == ("other face", "relation")
    assert projects["properties"][2]["verdict"] == "taken"
    mapping = next(m for m in load_folder(notion.tool.folder) if m.name == "things")
    assert mapping.fields["select"].values is None  # a mapping cannot hold ${X}
    assert mapping.fields["stage"].values == {
        "no": "No", "yes": "yes", "in_progress": "in-progress", "in_progress_2": "In progress.",
    }  # fmt: skip
    assert any("look alike" in decision for decision in things["decisions"])
    _sync_and_be_quiet(notion)


def test_databases_are_made_from_the_sample_mappings(notion: Registry) -> None:
    notion.sandbox.add_token("ntn_page", name="Page", shared=[notion.page])
    part = replace(notion.tool, environment={**notion.tool.environment, "NOTION_TOKEN": "ntn_page"})
    notion = replace(notion, tool=part)
    notion.run(0, "init", "--samples")
    plan = notion.run(0, "schema", "plan")
    _fits(plan)
    assert "--parent PAGE" in plan.stdout
    assert "nobody said where" in notion.run(64, "schema", "apply").stderr
    nobody = notion.run(4, "schema", "apply", "--parent", notion.page)
    assert "there is no terminal to ask on" in nobody.stderr
    assert notion.ids() == {}
    for wrong in ("1f2e3d4c5b6a4f889123456789abcdef", "1f2e3d4c5b6a79880123456789abcdef"):
        elsewhere = notion.run(64, "schema", "apply", "--parent", wrong, "--yes")
        assert "--parent: Notion does not show a page" in elsewhere.stderr
        assert "mapping" not in elsewhere.stderr
    done = notion.run(3, "schema", "apply", "--parent", notion.page, "--yes")
    _fits(done)
    assert "as variables of the repository" in " ".join(done.stdout.split())
    ids = dict(re.findall(r"export (\w+)=(\S+)", done.stdout))
    assert sorted(notion.ids()) == ["Notes", "Projects", "Resources", "Tasks"]
    assert sorted(ids.values()) == sorted(notion.ids().values())
    _leave_out_what_only_a_person_can_add(notion.tool.folder)
    quiet = notion.run(0, "schema", "plan", "--detailed-exitcode", **ids)
    assert "Nothing to do" in quiet.stdout
    assert "every mapping can be synced" in notion.run(0, "check", **ids).stdout


def _leave_out_what_only_a_person_can_add(folder: Path) -> None:
    """The formulas and rollups of the samples."""
    for file in ("mappings/projects.yaml", "mappings/resources.yaml"):
        lines = (folder / file).read_text("utf-8").splitlines(keepends=True)
        kept = [n for n in lines if "type: formula" not in n and "type: rollup" not in n]
        (folder / file).write_text("".join(kept), "utf-8")


def test_what_is_missing_is_added_and_told_in_three_forms(notion: Registry) -> None:
    notion.run(0, "init", "--samples")
    for name in ("notes", "projects", "resources"):
        (notion.tool.folder / f"mappings/{name}.yaml").unlink()
    tasks = notion.tool.folder / "mappings/tasks.yaml"
    tasks.write_text(TASKS, "utf-8")
    made = notion.run(0, "schema", "apply", "--parent", notion.page, "-y")
    ids = dict(re.findall(r"export (\w+)=(\S+)", made.stdout))
    tasks.write_text(TASKS + MORE, "utf-8")
    plan = notion.run(2, "schema", "plan", "--detailed-exitcode", **ids)
    assert plan.stdout.splitlines()[1:] == PLAN.splitlines()
    data = json.loads(notion.run(0, "schema", "plan", "--format", "json", **ids).stdout)
    assert [step["kind"] for step in data["plan"]["steps"]] == [
        "properties", "properties", "relation",
    ]  # fmt: skip
    markdown = notion.run(0, "schema", "plan", "--format", "markdown", **ids).stdout
    assert "Nothing is removed, renamed or retyped." in markdown.replace("\n", " ")
    done = notion.run(3, "schema", "apply", "--yes", "--format", "json", **ids)
    assert {o["status"] for o in json.loads(done.stdout)["outcomes"]} == {"applied"}
    tasks.write_text(TASKS.replace("type: date", "type: number"), "utf-8")
    refused = notion.run(4, "schema", "apply", "--yes", **ids)
    assert 'The property "Due" is a date in Notion, not a number' in refused.stderr


TASKS = """\
version: 1
name: tasks
notion: {database: "${NOTION_TASKS_DATABASE}"}
git: {path: state/records/tasks}
fields:
  title: {property: Name, type: title}
  due: {property: Due, type: date}
"""
MORE = """\
  hours: {property: Hours, type: number}
  status: {property: Status, type: status, values: {todo: To do, done: Done}}
  after: {property: After, type: relation, to: tasks}
  before: {property: Before, type: relation, to: tasks, direction: pull}
  left: {property: Left, type: formula}
"""
PLAN = """\

tasks
  + "Hours", number
  + "Status", status: "To do" and "Done"
      Notion puts new options of a status into its first group; move them in
      Notion if they belong to another. If Notion refuses them, add them there
      by hand
  + "After", relation to tasks, two-way: "Before" there

For a person to do, in Notion
  warning: The formula "Left" is not there, and a mapping does not say what it
    works out
      mappings/tasks.yaml:12:3
      Add it in Notion, or take the field out of the mapping.

To add: 3 properties, with 3 requests. Nothing is removed, renamed or retyped.

  notion-gitops schema apply
"""
