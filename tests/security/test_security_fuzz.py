"""M, R: whatever becomes of a good mapping or record, it is told with a code of the contract.

A code, no traceback, no fault of our own, within two seconds. The seed is in the name of the test.
"""

import json
import shutil
import subprocess
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from notion_gitops.cli.main import run
from notion_gitops.model.errors import ExitCode, Refused
from notion_gitops.state.saved_plan import _digest, parse_saved
from tests.faults.faults_world import World
from tests.security.fuzz_world import mutated

SAMPLES = Path(__file__).parents[2]
SECONDS = 2
COMMANDS = {
    ("validate",): {ExitCode.DONE, ExitCode.INVALID},
    ("plan", "--offline", "--detailed-exitcode"): {
        *(ExitCode.DONE, ExitCode.CHANGES, ExitCode.DECISIONS_REMAIN, ExitCode.REFUSED),
        *(ExitCode.INVALID, ExitCode.USAGE, ExitCode.STATE_UNUSABLE),
    },
}
TABLES = {
    "csv": 'id,title,hours,due,tags,urgent\na,One,1.5,2026-01-01,"x, y",true\nb,"Two ""2""",,,,\n',
    "json": '{"a": {"title": "One", "hours": 1.5, "due": "2026-01-01", "tags": ["x", "y"],\n'
    ' "urgent": true},\n "b": {"title": "Two", "hours": null}}\n',
}
TABLE_MAPPING = """\
version: 1
name: {form}
notion: {{database: 1f2e3d4c5b6a49880{form_id}23456789abcdef}}
git: {{path: state/records/{form}.{form}, format: {form}}}
key: {{{key}property: Key}}
fields:
  {field}title: {{property: Name, type: title, required: true}}
  hours: {{property: Hours, type: number}}
  due: {{property: Due, type: date}}
  tags: {{property: Tags, type: multi_select}}
  urgent: {{property: Urgent, type: checkbox}}
"""


AUTHOR = ("-c", "user.name=Ann Lee", "-c", "user.email=ann@example.org")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The samples of this repository, and a table in each further format; committed."""
    root = tmp_path_factory.mktemp("fuzzed")
    for folder in ("mappings", "state"):
        shutil.copytree(SAMPLES / folder, root / folder)
    for number, (form, text) in enumerate(TABLES.items()):
        key, field = ("field: id, ", "id: {property: Key, type: rich_text}\n  ")
        mapping = TABLE_MAPPING.format(
            form=form,
            form_id=f"{number:01d}",
            key=key if form == "csv" else "",
            field=field if form == "csv" else "",
        )
        (root / f"mappings/{form}.yaml").write_text(mapping)
        (root / f"state/records/{form}.{form}").write_text(text)
    for words in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-qm", "Start"]):
        subprocess.run(["git", "-C", str(root), *AUTHOR, *words], check=True)
    return root


def fuzzed(root: Path) -> list[Path]:
    """The files that are mutated: every mapping, and of each mapping some records."""
    records = root / "state/records"
    folders = [folder for folder in sorted(records.iterdir()) if folder.is_dir()]
    few = [path for folder in folders for path in sorted(folder.rglob("*.*"))[:3]]
    single = [path for path in sorted(records.iterdir()) if path.is_file()]
    return [*sorted((root / "mappings").glob("*.yaml")), *few, *single, root / "state/people.yaml"]


def test_the_workspace_is_good_as_it_is(workspace: Path) -> None:
    assert run(["validate", "-C", str(workspace)]) == ExitCode.DONE
    assert len(fuzzed(workspace)) >= 15


def hold(root: Path, seed: int, capsys: pytest.CaptureFixture[str]) -> None:
    files = fuzzed(root)
    file = files[seed % len(files)]
    good = file.read_bytes()
    file.write_bytes(mutated(seed, good))
    try:
        for command, codes in COMMANDS.items():
            started = time.process_time()
            code = run([command[0], "-C", str(root), *command[1:]])
            taken = time.process_time() - started
            told = capsys.readouterr()
            said = told.out + told.err
            about = f"{file.name}, seed {seed}, {command}\n{said[:2000]}"
            assert code in codes, about
            assert "Traceback" not in said, about
            assert "fault of notion-gitops" not in said, about
            assert taken < SECONDS, f"{taken:.1f} s: {about}"
            assert code != ExitCode.INVALID or "-->" in said or "mapping" in said, about
    finally:
        file.write_bytes(good)


@pytest.mark.parametrize("part", range(2))
def test_r_m_a_small_sample_of_mutations(
    workspace: Path, part: int, capsys: pytest.CaptureFixture[str]
) -> None:
    for seed in range(part * 20, part * 20 + 20):
        hold(workspace, seed, capsys)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(200))
def test_r_m_many_mutations(workspace: Path, part: int, capsys: pytest.CaptureFixture[str]) -> None:
    for seed in range(1000 + part * 50, 1050 + part * 50):
        hold(workspace, seed, capsys)


# --- saved plans: P01 to P05, with a digest that fits what was put in ---

VALUES: list[Any] = [
    *(None, True, -1, 10**30, 1.5, "", "x", "2026-01-01", "9999-12-31T23:59:59+23:59"),
    *("0001-01-01T00:00:00-23:59", [], {}, ["x"], {"a": "b"}, {"tasks": {"t1": 7}}),
]


def steps(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value that is inside of this one."""
    if path:
        yield path
    inner: Iterable[Any] = ()
    if isinstance(value, dict | list):
        inner = value.keys() if isinstance(value, dict) else range(len(value))
    for step in inner:
        yield from steps(value[step], (*path, step))


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    changed = json.loads(json.dumps(value))
    at = changed
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = new
    return changed


def test_p05_no_value_of_a_saved_plan_is_trusted(world: World, tmp_path: Path) -> None:
    """Read or refused, and if refused with 4: whatever stands in it, also with a fitting digest."""
    world.edit_git("t1", hours=71)
    file = tmp_path / "release.plan"
    assert world.run("plan", "--out", str(file)).code == ExitCode.DONE
    data = json.loads(file.read_text())
    data.pop("digest")
    read = 0
    for path in steps(data):
        for value in VALUES:
            bad = replaced(data, path, value)
            text = json.dumps({**bad, "digest": _digest(bad)})
            try:
                saved = parse_saved(text, "release.plan")
            except Refused:
                continue
            assert isinstance(saved.made - datetime.now(UTC), timedelta)
            read += 1
    assert read > 50
    for path, value in [(("made",), "2026-01-01"), (("from", "base"), "")]:
        bad = replaced(data, path, value)
        file.write_text(json.dumps({**bad, "digest": _digest(bad)}))
        ran = world.run("apply", str(file))
        assert ran.code == ExitCode.REFUSED, ran.text
        assert not world.transport.writes()
