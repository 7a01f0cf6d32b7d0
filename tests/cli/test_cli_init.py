"""`init` as somebody uses it for the first time: what it makes, where, and what to type next."""

import re
import subprocess
from pathlib import Path

import pytest

from notion_gitops.text.columns import width
from tests.cli.cli_world import REPOSITORY, WIDTH, Tool
from tests.commands.commands import Done

SEVERAL = """\
databases:
  - name: Work
    sources:
      - {name: Tasks, properties: {Name: title}, pages: [{Name: Pour slab}]}
      - {name: Goals, properties: {Name: title}}
  - {name: Notes, properties: {Name: title}}
"""


def _next(done: Done) -> list[str]:
    """The commands that it says are next."""
    streams = (done.stdout, done.stderr)  # the steps are the end of the one that has them
    told = next(s for s in streams if re.search(r"^Next:?$", s, re.MULTILINE))
    lines = re.split(r"^Next:?\n", told, flags=re.MULTILINE)[1].splitlines()
    return [re.sub(r"^[0-9 ]+", "", line) for line in lines]


@pytest.mark.parametrize(
    "arguments", ["", "--samples", "--sandbox --database Tasks", "--sandbox --database Notes"]
)
def test_the_first_step_leads_into_the_folder_that_was_named(tool: Tool, arguments: str) -> None:
    done = tool.run("init", "the registry", *arguments.split()).expect(0)
    assert _next(done)[0] == "cd 'the registry'"
    assert [line for line in done.lines if width(line) > WIDTH] == []
    if "--sandbox" in arguments:
        typed = [step for step in _next(done) if not step.startswith("git ")]
        tool.shell("\n".join(typed)).expect(0)
    inside = Tool(tool.folder / "the registry", tool.home)
    assert all(not step.startswith("cd ") for step in _next(inside.run("init", "--samples")))


def test_git_of_the_clone_is_told_to_merge_records_by_fields(tool: Tool) -> None:
    tool.git("init", "-q")
    (tool.folder / ".gitattributes").write_text("*.md text", "utf-8")
    done = tool.run("init").expect(0)
    assert "to undo: git config --unset merge.notion-gitops.driver" in " ".join(done.stderr.split())
    attributes = (tool.folder / ".gitattributes").read_text("utf-8").splitlines()
    assert (attributes[0], attributes[-1]) == (
        "*.md text",
        "state/records/** merge=notion-gitops",
    )
    command = tool.git("config", "merge.notion-gitops.driver")
    assert command.startswith("notion-gitops merge-file %O %A %B %P %L || ")
    tool.git("config", "merge.notion-gitops.driver", "mine")
    assert "driver" not in tool.run("init").expect(0).stderr
    assert tool.git("config", "merge.notion-gitops.driver") == "mine\n"
    assert (tool.folder / ".gitattributes").read_text("utf-8").splitlines() == attributes


def test_one_made_inside_a_repository_is_said_to_be_one(tool: Tool) -> None:
    tool.git("init", "-q")
    told = " ".join(tool.run("init", "registry").expect(0).stderr.split())
    assert "registry is a repository of its own, inside the repository" in told
    (tool.folder / ".gitignore").write_text("ignored/\n", "utf-8")
    assert "of its own" not in tool.run("init", "ignored").expect(0).stderr
    assert "of its own" not in tool.run("init").expect(0).stderr


def test_a_part_of_a_repository_is_not_made_one_of_its_own(tool: Tool) -> None:
    tool.git("init", "-q")
    (tool.folder / "docs").mkdir()
    (tool.folder / "docs/page.md").write_text("x", "utf-8")
    refused = tool.run("init", "docs").expect(64)
    assert "docs holds files, and lies in the repository" in refused.stderr.replace("\n  ", " ")
    assert [p.name for p in (tool.folder / "docs").iterdir()] == ["page.md"]


def test_what_fails_leaves_nothing_behind(tool: Tool) -> None:
    malformed = ("--database", "1f2e3d4c5b6a79880123456789abcdef", "--sandbox")
    refused = tool.run("init", "a/b", *malformed).expect(65)
    assert "is not the id of a database" in refused.stderr
    assert "init --list" in refused.stderr
    assert list(tool.folder.iterdir()) == []
    (tool.folder / "kept").write_text("x", "utf-8")
    tool.run("init", *malformed).expect(65)
    assert [p.name for p in tool.folder.iterdir()] == ["kept"]
    tool.run("init", "--samples").expect(0)
    before = {p: p.read_bytes() for p in tool.folder.rglob("*") if p.is_file()}
    tool.run("init", *malformed).expect(65)
    assert all(p.read_bytes() == content for p, content in before.items())


def test_of_several_data_sources_each_is_listed_by_an_id_that_can_be_used(tool: Tool) -> None:
    (tool.folder / "seed.yaml").write_text(SEVERAL, "utf-8")
    tool.git("init", "-q")
    tool.run("sandbox", "seed", "seed.yaml").expect(0)
    listed = tool.run("init", "--list", "--sandbox").expect(0).stdout
    assert not (tool.folder / "state").exists()
    ids = dict(re.findall(r"^  (\w+) +([0-9a-f-]{36})$", listed, re.MULTILINE))
    assert len(set(ids.values())) == len(ids) == 3
    for name, identity in ids.items():
        tool.run("init", "--database", identity, "--name", name.lower(), "--sandbox").expect(0)
    shown = tool.run("sandbox", "show").expect(0).stdout
    assert "  1 page " in shown
    (work,) = {i for i in re.findall(r"[0-9a-f-]{36}", shown) if i not in ids.values()}
    refused = tool.run("init", "--database", work, "--sandbox").expect(65)
    assert "--database ID" in refused.stderr


def test_a_folder_without_a_mapping_gets_its_first_one(tool: Tool) -> None:
    tool.git("init", "-q")
    (tool.folder / "mappings").mkdir()
    tool.run("init", "--sandbox", "--database", "Tasks").expect(0)
    (tool.folder / "mappings/tasks.yaml").unlink()
    assert (tool.folder / "mappings/mapping.schema.json").exists()
    refused = tool.run("validate").expect(65)
    assert "init makes a first one" in " ".join((refused.stdout + refused.stderr).split())
    tool.run("init", "--sandbox", "--database", "Tasks").expect(0)
    tool.run("validate").expect(0)


def test_the_list_tells_the_ids_and_the_command_of_the_next_step(tool: Tool) -> None:
    tool.git("init", "-q")
    listed = tool.run("init", "--list", "--sandbox").expect(0).stdout
    assert listed.endswith("\n  notion-gitops init --database ID --sandbox\n")
    ids = dict(re.findall(r"^  (\w+) +([0-9a-f-]{36})$", listed, re.MULTILINE))
    tool.run("init", "--database", "tasks", "--sandbox").expect(0)
    assert ids["Tasks"] in (tool.folder / "mappings/tasks.yaml").read_text("utf-8")


def test_a_database_that_is_mapped_already_is_told_with_its_file(tool: Tool) -> None:
    tool.git("init", "-q")
    tool.run("init", "--database", "tasks", "--sandbox").expect(0)
    again = ("init", "--database", "tasks", "--name", "work", "--sandbox")
    refused = tool.run(*again).expect(64)
    assert 'the database "Tasks" has a mapping already: mappings/tasks.yaml' in refused.stderr
    assert "once" not in refused.stderr
    listed = tool.run("init", "--list", "--sandbox").expect(0).stdout
    identity = dict(re.findall(r"^  (\w+) +([0-9a-f-]{36})$", listed, re.MULTILINE))["Notes"]
    both = ("--database", "notes", "--database", identity)
    twice = tool.run("init", *both, "--sandbox").expect(64)
    assert '"Notes" is named twice' in twice.stderr
    assert not (tool.folder / "mappings/notes.yaml").exists()


def test_every_demo_of_make_gets_a_folder_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "notion-gitops").write_text('#!/bin/sh\nmkdir "$2"\n', "utf-8")
    (tmp_path / "notion-gitops").chmod(0o755)
    makefile = str(REPOSITORY / "Makefile")
    for _ in range(3):
        command = ["make", "-f", makefile, "demo", "READY=", f"BIN={tmp_path}"]
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    assert sorted(p.name for p in tmp_path.iterdir() if p.is_dir()) == [
        "demo-workspace", "demo-workspace-2", "demo-workspace-3",
    ]  # fmt: skip
