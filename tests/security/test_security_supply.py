"""T18, T21, T22, T23, T24: what is taken in from others, and what is given out."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from functools import cache
from hashlib import sha256
from importlib.metadata import requires
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "notion_gitops"
CONSTRAINTS = (ROOT / "constraints.txt").read_text("utf-8")

# Which package of ours may import what of others; standard library apart.
HOMES = {
    "click": {"cli"},
    "deepdiff": {"engine"},
    "filelock": {"workflow"},
    "git": {"repository"},
    "httpx": {"cli", "notion", "sandbox"},
    "jinja2": {"expressions", "report", "sandbox"},
    "jsonschema": {"formats", "state"},
    "markupsafe": {"report"},
    "notion_client": {"cli", "notion"},
    "python_multipart": {"sandbox"},
    "re2": {"expressions"},
    "referencing": {"formats"},
    "rich": {"cli"},
    "yaml": {"cli", "formats"},
}
NEVER = {"pickle", "marshal", "shelve", "dill", "ctypes", "xml", "telnetlib", "ftplib"}


def project() -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return found


@cache
def modules() -> tuple[tuple[str, tuple[ast.AST, ...]], ...]:
    """Every module of ours: the package it is in, and its nodes."""
    found = []
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE).parts
        tree = ast.parse(path.read_text("utf-8"))
        found.append((parts[0] if len(parts) > 1 else "", tuple(ast.walk(tree))))
    return tuple(found)


@cache
def imports() -> set[tuple[str, str]]:
    """Which of our packages imports which top-level module."""
    found = set()
    for package, nodes in modules():
        for node in nodes:
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module]
            found |= {(package, name.partition(".")[0]) for name in names}
    return found


def test_t23_every_library_has_its_homes_and_no_other_is_used() -> None:
    ours = {"notion_gitops", *sys.stdlib_module_names}
    foreign = {(where, name) for where, name in imports() if name not in ours}
    assert {name for _, name in foreign} <= HOMES.keys()
    assert [(w, n) for w, n in sorted(foreign) if w not in HOMES[n]] == []


def test_t18_nothing_is_unpickled_evaluated_or_read_with_an_unsafe_loader() -> None:
    assert [i for i in imports() if i[1] in NEVER] == []
    calls = {
        ast.unparse(node.func)
        for _, nodes in modules()
        for node in nodes
        if isinstance(node, ast.Call)
    }
    unsafe = {"eval", "exec", "yaml.load", "yaml.unsafe_load", "yaml.full_load", "os.system"}
    assert calls & {*unsafe, "os.popen", "__import__", "compile"} == set()


def test_t20_no_shell_is_ever_started() -> None:
    """T21: GitPython starts git; the demo alone starts commands itself, fixed ones."""
    with_processes = {where for where, name in imports() if name == "subprocess"}
    assert with_processes <= {"cli"}
    for _, nodes in modules():
        for node in nodes:
            if isinstance(node, ast.keyword) and node.arg == "shell":
                assert ast.unparse(node.value) == "False"


def closure() -> set[str]:
    """All that is installed for users, with what that needs in turn."""
    found: set[str] = set()
    waiting = [Requirement(text) for text in project()["dependencies"]]
    while waiting:
        each = waiting.pop()
        if each.marker and not each.marker.evaluate({"extra": ""}):
            continue
        name = canonical(each.name)
        if name not in found:
            found.add(name)
            waiting += [Requirement(text) for text in requires(name) or ()]
    return found


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_t23_every_dependency_is_pinned_in_the_constraints() -> None:
    pins = dict(re.findall(r"^([\w.-]+)==(\S+)$", CONSTRAINTS, re.MULTILINE))
    lines = [line for line in CONSTRAINTS.splitlines() if line and not line.startswith("#")]
    assert len(pins) == len(lines)  # nothing but exact versions: no address, no range
    assert closure() - {canonical(name) for name in pins} == set()


def test_t23_users_install_few_and_each_is_there_for_a_reason() -> None:
    """A new one is a decision: it raises this number."""
    text = (ROOT / "pyproject.toml").read_text("utf-8").partition("dependencies = [\n")[2]
    lines = text.partition("\n]")[0].splitlines()
    assert len(lines) == len(project()["dependencies"]) <= 12
    assert [line for line in lines if "#" not in line or ">=" not in line] == []
    assert len(closure()) <= 30, sorted(closure())


def test_t22_actions_are_pinned_by_hash_and_few() -> None:
    """In jobs that hold the token there is no action but those of GitHub itself."""
    for file in (ROOT / ".github/workflows").glob("*.yml"):
        uses = re.findall(r"uses: (\S+)", file.read_text("utf-8"))
        assert [u for u in uses if not re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40}", u)] == []


def test_t24_the_wheel_is_the_same_wherever_it_is_built(tmp_path: Path) -> None:
    """Another folder, other times and rights of the files, another zone and hash seed."""
    digests = []
    for number, zone in enumerate(("UTC", "Asia/Tokyo")):
        copy = tmp_path / f"copy-{number}"
        hide = shutil.ignore_patterns("__pycache__")
        shutil.copytree(PACKAGE, copy / "notion_gitops", ignore=hide)
        for name in ("pyproject.toml", "README.md", "LICENSE"):
            shutil.copy(ROOT / name, copy / name)
        for path in copy.rglob("*"):
            os.utime(path, (10**9 + number, 10**9 * (1 + number / 3)))
            path.chmod(path.stat().st_mode & (0o777 if number else 0o700))
        subprocess.run(
            [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", "out", "."],
            cwd=copy,
            env={**os.environ, "TZ": zone, "PYTHONHASHSEED": str(number + 1)},
            check=True,
            capture_output=True,
        )
        (wheel,) = (copy / "out").iterdir()
        digests.append(sha256(wheel.read_bytes()).hexdigest())
    assert digests[0] == digests[1]


@pytest.mark.parametrize("name", ["token", "secret", "password"])
def test_t08_the_package_ships_no_secret(name: str) -> None:
    pattern = re.compile(
        rf"{name}\w*\s*[=:]\s*[\"']?(ntn_|secret_)[A-Za-z0-9]{{20,}}", re.IGNORECASE
    )
    files = [p for p in PACKAGE.rglob("*") if p.suffix in {".py", ".yaml", ".json", ".j2"}]
    assert files
    assert [p.name for p in files if pattern.search(p.read_text("utf-8"))] == []
