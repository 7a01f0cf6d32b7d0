"""Each guard matters: without it, the test that is there for it fails."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.docs.docs_pages import ROOT
from tests.docs.docs_rows import docstrings, rows

LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "*.egg-info", "build", "dist")


@dataclass(frozen=True)
class Guard:
    """A part of the code that keeps something from happening."""

    id: str
    path: str
    text: str  # of the guard, as it stands in the code
    put: str  # in its place, to take it out
    test: str  # that fails then

    def __str__(self) -> str:
        return self.id


def _guard(given: dict[str, Any]) -> Guard:
    return Guard(given["id"], given["in"], given["guard"], given["put"], given["test"])


GUARDS = [_guard(g) for g in yaml.safe_load((Path(__file__).parent / "guards.yaml").read_text())]
IDS = {row.id for row in rows()}
each_guard = pytest.mark.parametrize("guard", GUARDS, ids=str)


@each_guard
def test_a_guard_stands_in_the_code_and_is_of_a_row(guard: Guard) -> None:
    assert (ROOT / guard.path).read_text("utf-8").count(guard.text) == 1
    assert guard.id in IDS
    path, _, name = guard.test.partition("[")[0].partition("::")
    assert name in docstrings(path)


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project, to be changed."""
    root = tmp_path_factory.mktemp("guards") / "project"
    return Path(shutil.copytree(ROOT, root, ignore=LEFT_OUT))


@contextmanager
def without(root: Path, guard: Guard) -> Iterator[None]:
    """The copy as long as the guard is taken out."""
    path = root / guard.path
    text = path.read_text("utf-8")
    path.write_text(text.replace(guard.text, guard.put), "utf-8")
    try:
        yield
    finally:
        path.write_text(text, "utf-8")


def run(root: Path, test: str) -> subprocess.CompletedProcess[str]:
    options = ("-q", "-x", "-n0", "-p", "no:cacheprovider", "-p", "no:randomly")
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, test],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"},
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
    )


@pytest.mark.slow
@each_guard
def test_without_its_guard_a_test_fails(guard: Guard, copied: Path) -> None:
    with without(copied, guard):
        done = run(copied, guard.test)
    assert done.returncode == pytest.ExitCode.TESTS_FAILED, done.stdout[-3000:] + done.stderr


@pytest.mark.slow
def test_with_its_guard_it_passes(copied: Path) -> None:
    done = run(copied, GUARDS[0].test)
    assert done.returncode == pytest.ExitCode.OK, done.stdout
