"""M, R: whatever becomes of a good mapping or record, it is told with a code of the contract.

A code, no traceback, no fault of our own, within two seconds. The seed is in the name of the test.
"""

import shutil
import subprocess
import time
from pathlib import Path

import pytest

from notion_gitops.cli.main import run
from notion_gitops.model.errors import ExitCode
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
        subprocess.run(["git", "-C", str(root), *words], check=True)
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
            assert code != ExitCode.INVALID or file.name in said or "mapping" in said, about
    finally:
        file.write_bytes(good)


@pytest.mark.parametrize("part", range(3))
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
