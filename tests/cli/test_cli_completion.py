"""Completion in shells: what is offered at the Tab key, and that it never says anything else."""

import shlex
import shutil

import pytest

from tests.cli.cli_world import World

SCRIPT = """\
eval "$(notion-gitops completion bash)"
COMP_WORDS=({words}) COMP_CWORD={at}
_notion_gitops_completion notion-gitops
printf "%s\\n" "${{COMPREPLY[@]}}"
"""


def offered(world: World, typed: str) -> list[str]:
    """What is offered for the last word; a blank at the end begins one."""
    words = typed.split(" ")
    told = {"COMP_WORDS": typed, "COMP_CWORD": str(len(words) - 1)}
    done = world.tool.run(_NOTION_GITOPS_COMPLETE="bash_complete", **told).expect(0)
    assert done.stderr == ""
    return [line.partition(",")[2] for line in done.stdout.splitlines() if line]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("notion-gitops ba", ["backups"]),
        ("notion-gitops why ", ["projects", "tasks"]),
        ("notion-gitops why tasks po", ["pour-slab"]),
        ("notion-gitops why tasks pour-slab du", ["due"]),
        ("notion-gitops log projects --sandbox hall", ["hall-b"]),  # in one file: the base knows
        ("notion-gitops rename tasks order", ["order-beams"]),
        ("notion-gitops hold add tasks paint", ["paint-gate"]),
        ("notion-gitops backups list ta", ["tasks"]),
        ("notion-gitops backups list tasks pour", ["pour-slab"]),
        ("notion-gitops state forget pro", ["projects"]),
        ("notion-gitops why nobody ", []),
        ("notion-gitops why --offl", ["--offline"]),
    ],
)
def test_what_is_offered(world: World, typed: str, words: list[str]) -> None:
    assert offered(world, typed) == words


def test_syncs_and_open_conflicts_are_offered(world: World) -> None:
    tool = world.tool
    (sync,) = offered(world, "notion-gitops backups show --sandbox 20")
    assert sync.startswith("20")
    file = world.root / "state/records/tasks/pour-slab.yaml"
    file.write_text(file.read_text().replace("due: 2026-12-05", "due: 2026-12-06"))
    tool.git("commit", "-qam", "Later")
    tool.run("sandbox", "edit", "tasks", "pour-slab", "Due=2026-12-09").expect(0)
    tool.run("apply", "--sandbox", "--yes").expect(3)
    assert offered(world, "notion-gitops conflicts show ") == ["tasks/pour-slab"]


def test_where_nothing_can_be_found_out_nothing_is_said(world: World) -> None:
    (world.root / "mappings/tasks.yaml").write_text("{")
    assert offered(world, "notion-gitops why ") == []


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
def test_bash_completes_with_what_is_printed(world: World) -> None:
    script = SCRIPT.format(words="notion-gitops conflicts re", at=2)
    done = world.tool.shell(f"exec bash -c {shlex.quote(script)}").expect(0)
    assert done.stdout.split() == ["resolve"]


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_have_a_script(world: World, shell: str) -> None:
    assert "_NOTION_GITOPS_COMPLETE" in world.tool.run("completion", shell).expect(0).stdout
    assert "Invalid value" in world.tool.run("completion", "csh").expect(64).stderr
