"""Bad input, one folder each: what is laid over a good workspace, what is run, what is told.

A folder `bad/GROUP-NAME/` holds

- `case.yaml`: `why`, `run` (command line -> exit code); `setup` (lines of a shell, run first in
  the workspace), `env`, `tokens` (token -> the mappings that it sees; the sandbox is then served
  over HTTP), and `moves` where what is left is rightly recorded (`refs`: on the state branch);
- `files/`: laid over the workspace;
- `expected.txt`: what was printed, without what differs from run to run. With UPDATE_GOLDEN=1 in
  the environment it is written anew; read it then.
"""

import os
import shlex
import shutil
from contextlib import nullcontext
from typing import Any

import yaml

from notion_gitops.text.columns import width
from tests.cli.cli_world import HERE, WIDTH, World
from tests.commands.commands import Done

BAD = HERE / "bad"


def cases(group: str) -> list[str]:
    """The names of the cases of one group."""
    return sorted(path.name for path in BAD.glob(f"{group}-*"))


def hold(world: World, name: str) -> None:
    """Run a case and hold all that it promises against what happens."""
    folder = BAD / name
    case: dict[str, Any] = yaml.safe_load((folder / "case.yaml").read_text("utf-8"))
    if (folder / "files").is_dir():
        shutil.copytree(folder / "files", world.root, dirs_exist_ok=True)
    if "setup" in case:
        world.tool.shell(case["setup"]).expect(0)
    world = world.with_environment(case.get("env", {}))
    tokens = case.get("tokens")
    with nullcontext(world) if tokens is None else world.served(tokens) as told:
        before = told.everything()
        done = {line: told.tool.run(*shlex.split(line)) for line in case["run"]}
        after = told.everything()
    found = world.normal("".join(_transcript(line, each) for line, each in done.items()))
    if os.environ.get("UPDATE_GOLDEN"):
        (folder / "expected.txt").write_text(found, "utf-8")
    assert {line: each.code for line, each in done.items()} == case["run"], (
        f"{case['run']}\n{found}"
    )
    moved = {name for name in before | after if before.get(name) != after.get(name)}
    assert moved == set(case.get("moves", ())), f"{moved} moved\n{found}"
    _readable(found)
    assert [line for line, each in done.items() if _astray(line, each)] == [], found
    assert found == (folder / "expected.txt").read_text("utf-8")


def _readable(found: str) -> None:
    assert "Traceback" not in found
    assert [line for line in found.splitlines() if width(line) > WIDTH] == []


def _astray(line: str, done: Done) -> bool:
    """Whether an error stands on stdout; what `validate` and `check` find is their result."""
    return "error:" in done.stdout and line.split(maxsplit=1)[0] not in {"validate", "check"}


def _transcript(line: str, done: Done) -> str:
    parts = [f"$ notion-gitops {line}\n"]
    parts += [f"[{n}]\n{t}" for n, t in (("stdout", done.stdout), ("stderr", done.stderr)) if t]
    return "".join([*parts, f"[exit code {done.code}]\n"])
