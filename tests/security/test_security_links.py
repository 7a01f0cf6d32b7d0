"""T08, T09: a symbolic link in the repository opens no other file of the machine.

Whoever may propose a change may commit a link to `/proc/self/environ`. What is wrong in a file is
told with its line, in a comment of the pull request.
"""

import os
import shutil
from pathlib import Path

import pytest

from notion_gitops.formats.inside import read_inside
from notion_gitops.model.errors import ExitCode, InvalidInput
from tests.faults.faults_world import World

SECRET = "hunter2-of-this-machine"  # noqa: S105  made up
FILES = (
    "mappings/tasks.yaml",
    "mappings/_defaults.yaml",
    "state/people.yaml",
    "state/holds.yaml",
    "state/conflicts/tasks/t1.yaml",
    "state/records/tasks/t1.yaml",
    "state/records/tasks/t9.yaml",
)
COMMANDS = (
    ("validate", "--format", "json"),
    ("plan", "--offline", "--format", "markdown"),
    ("plan", "--format", "json"),
    ("conflicts show", "--file", "tasks/t1"),
    ("conflicts resolve", "tasks/t1", "--field", "hours", "--take", "git"),
    ("why", "tasks/t1"),
)


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A file that is none of the repository's, in forms that each reader would get far with."""
    file = tmp_path / "outside.yaml"
    file.write_text(f"PATH=/bin\0TOKEN={SECRET}\0\n{SECRET}: [{SECRET}\n")
    return file


@pytest.mark.parametrize("path", FILES)
def test_t08_a_link_to_a_file_of_the_machine_is_not_read(
    world: World, outside: Path, path: str
) -> None:
    file = world.root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    file.symlink_to(outside)
    world.commit("A link")
    ran = [world.run(*command) for command in COMMANDS]
    assert not [r.text for r in ran if SECRET in r.text]
    assert any("symbolic link" in r.said for r in ran)
    assert {r.code for r in ran} <= {*ExitCode}
    assert world.run("validate").code == ExitCode.INVALID


@pytest.mark.parametrize("path", [FILES[1], FILES[4], FILES[5]])
def test_t09_no_folder_on_the_way_may_be_a_link(world: World, tmp_path: Path, path: str) -> None:
    """Also where the link itself stays in the repository: git would keep no base of it."""
    for depth in range(1, len(Path(path).parts)):
        folder = world.root.joinpath(*Path(path).parts[:depth])
        if not folder.exists():
            continue
        elsewhere = tmp_path / f"elsewhere-{depth}"
        shutil.move(folder, elsewhere)
        folder.symlink_to(elsewhere)
        before = {p: p.read_bytes() for p in elsewhere.rglob("*") if p.is_file()}
        world.edit_notion("t2", hours=50 + depth)
        ran = world.apply()
        assert ran.code in {ExitCode.REFUSED, ExitCode.INVALID, ExitCode.USAGE}, ran.text
        assert {p: p.read_bytes() for p in elsewhere.rglob("*") if p.is_file()} == before
        folder.unlink()
        shutil.move(elsewhere, folder)


@pytest.mark.parametrize("kind", ["pipe", "folder", "large", "loop", "unreadable name"])
def test_what_is_no_file_of_reasonable_size_is_not_read(tmp_path: Path, kind: str) -> None:
    """R27: neither for ever nor without end."""
    file = tmp_path / "x.yaml"
    match kind:
        case "pipe":
            os.mkfifo(file)
        case "folder":
            file.mkdir()
        case "large":
            file.touch()
            os.truncate(file, 10_000_001)
        case "loop":
            file.symlink_to(file)
        case _:
            file.touch()
            file = tmp_path / "x.yaml" / "y.yaml"
    with pytest.raises(InvalidInput):
        read_inside(tmp_path, file.relative_to(tmp_path).as_posix())
    assert read_inside(tmp_path, "nothing/here.yaml") is None
