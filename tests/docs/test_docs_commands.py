"""What the documentation tells people to type works, and what it shows is what comes."""

import os
import re
import shlex
import subprocess
import sysconfig
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import click
import pytest
import yaml

from notion_gitops import samples
from notion_gitops.cli.main import COMMANDS, cli
from notion_gitops.model.errors import ExitCode
from notion_gitops.sandbox.sandbox import DEFAULT_TOKEN, Sandbox
from notion_gitops.sandbox.seeding import seed
from notion_gitops.sandbox.server import SandboxServer, serve
from tests.answers import handed_down
from tests.docs.docs_pages import (
    PAGES,
    ROOT,
    Block,
    anchors,
    blocks,
    commands,
    inline_code,
    links,
    table,
)

TOOL = "notion-gitops"
TARGETS = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
# What differs from run to run: commits, seconds, requests, and the present.
VARIES = re.compile(
    r"\b[0-9a-f]{7}\b|\d+\.\d s\b|about \d+ s\b|\d+ requests"
    r"|[A-Z][a-z]{2} \d+ [A-Z][a-z]{2} \d\d:\d\d"
)


def _environ(home: Path) -> dict[str, str]:
    """Of somebody who has installed the tool, has a name in git, and nothing else."""
    (home / ".gitconfig").write_text("[user]\nname = Dora Docs\nemail = dora@example.org\n")
    path = f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}"
    return {"PATH": path, "HOME": str(home), "COLUMNS": "80", **handed_down()}


def _lines() -> list[tuple[str, str]]:
    """Every command line that the documentation shows, with where."""
    console = [(str(b), line) for b in blocks("console", "text demo") for line in commands(b.text)]
    inline = [
        (page, code) for page, code in inline_code() if code.startswith((f"{TOOL} ", "make "))
    ]
    return console + inline


def _parse(words: list[str]) -> None:
    """Let click read the words, without running anything."""
    command: click.Command = cli
    context = click.Context(cli, info_name=TOOL)
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        name, found, words = command.resolve_command(context, words)
        assert found is not None, name
        command = found
        context = click.Context(command, parent=context, info_name=name)
    with suppress(click.exceptions.Exit):  # as --help does
        command.make_context(context.info_name, words)


def test_there_is_something_to_hold_the_tests_against() -> None:
    assert len(_lines()) > 25
    assert all(page.is_file() for page in PAGES)


@pytest.mark.parametrize(("where", "line"), _lines())
def test_each_command_line_can_be_parsed(
    where: str, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = shlex.split(line)
    program = words[0].rpartition("/")[2]
    if program == TOOL:
        _parse(words[1:])
    elif program == "make":
        assert set(words[1:]) <= TARGETS
    elif program == "run":
        assert os.access(ROOT / words[0], os.X_OK)
    else:
        assert program in {"git", "export", "python3", "pip"}, where


def test_the_commands_of_the_readme_are_those_that_there_are() -> None:
    rows = table(ROOT / "README.md", "## Commands")
    assert {name for row in rows for name in re.findall(r"`([a-z-]+)`", row[0])} == set(COMMANDS)


@pytest.mark.parametrize(
    ("page", "heading"), [("README.md", "## Exit codes"), ("docs/exit-codes.md", "# Exit codes")]
)
def test_the_exit_codes_are_those_that_there_are(page: str, heading: str) -> None:
    rows = table(ROOT / page, heading)
    assert {int(n) for row in rows for n in row[0].split(",")} == {code.value for code in ExitCode}


def test_links_within_the_repository_lead_somewhere() -> None:
    for page, href in links():
        path, _, anchor = href.partition("#")
        if ":" in path:
            continue
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{page.name}: {href}"
        if anchor:
            assert anchor in anchors(target), f"{page.name}: {href}"


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder in which the demo was played, and what it told."""
    home = tmp_path_factory.mktemp("home")
    words = [TOOL, "demo", "story"]
    environ = _environ(home)
    done = subprocess.run(words, cwd=home, env=environ, check=True, capture_output=True, text=True)
    return home / "story", done.stdout


def test_the_plan_of_the_readme_is_the_one_of_the_demo(story: tuple[Path, str]) -> None:
    _, told = story
    happened = {VARIES.sub("*", line) for line in told.splitlines()}
    (shown,) = blocks("text demo")
    for line in shown.text.splitlines():
        assert line == "..." or VARIES.sub("*", line) in happened, line


# --- the steps of "Connect a real workspace", against a Notion of our own ---------------


@pytest.fixture
def notion() -> Iterator[SandboxServer]:
    """A Notion with the sample databases, on this machine."""
    with Sandbox() as sandbox:
        seed.load(sandbox, yaml.safe_load(samples.seed_text()))
        server = serve(sandbox)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def test_connecting_a_workspace_as_the_readme_says_brings_the_pages_to_git(
    notion: SandboxServer, tmp_path: Path
) -> None:
    tasks = next(d for d in notion.sandbox.databases() if d.alias == "tasks")
    environ = {**_environ(tmp_path), "NOTION_GITOPS_BASE_URL": notion.base_url}
    given = {"NOTION_TOKEN": DEFAULT_TOKEN}
    folder = tmp_path / "registry"
    folder.mkdir()
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    lines = _steps_of("## Connect a real workspace")
    assert {f"{TOOL} {c}" for c in ("check", "import", "plan", "apply")} <= set(lines)
    for line in lines:
        words = shlex.split(line)
        if words[0] == "export":
            name = words[1].partition("=")[0]
            environ[name] = given.pop(name)
            continue
        words = [tasks.database_id if "notion.so" in word else word for word in words]
        if words == [TOOL, "apply"]:
            words.append("--yes")  # nobody is here to be asked
        done = subprocess.run(
            words, cwd=folder, env=environ, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{line}: {done.stdout}{done.stderr}"
    assert not given, "the README names other variables"
    assert len(list((folder / "state/records/tasks").iterdir())) == tasks.rows


@pytest.mark.parametrize("block", blocks("yaml record *"), ids=str)
def test_a_mapping_and_its_record_work_as_they_are_printed(block: Block, tmp_path: Path) -> None:
    """In a sandbox that holds nothing but the people, whose databases are made from mappings."""
    environ, folder = _environ(tmp_path), tmp_path / "registry"
    name = block.info.rpartition(" ")[2]
    shown = [b for b in blocks("yaml") if b.page == block.page and f"\nname: {name}\n" in b.text]
    people = [b for b in blocks("yaml people") if b.page == block.page]
    seeded = yaml.safe_dump({"users": yaml.safe_load(samples.seed_text())["users"]})
    files = {
        f"mappings/{name}.yaml": shown[0].text,
        f"{yaml.safe_load(shown[0].text)['git']['path']}/shown.yaml": block.text,
        "state/people.yaml": people[0].text,
        "seed.yaml": seeded,
    }
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")
    for line in (
        "git init -q",
        "git add -A",
        "git commit -q -m Start",
        f"{TOOL} validate",
        f"{TOOL} sandbox seed seed.yaml",
        f"{TOOL} apply --sandbox --yes",
        f"{TOOL} plan --sandbox --detailed-exitcode",
    ):
        done = subprocess.run(
            shlex.split(line), cwd=folder, env=environ, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{line}: {done.stdout}{done.stderr}"
        assert "warning" not in done.stdout + done.stderr


def _steps_of(heading: str) -> list[str]:
    text = (ROOT / "README.md").read_text("utf-8")
    first = text[: text.index(f"\n{heading}\n")].count("\n")
    last = text[: text.index("\n## ", text.index(heading))].count("\n")
    inside = (b for b in blocks("console") if b.page == "README.md" and first < b.line < last)
    return [line for block in inside for line in commands(block.text)]


def test_deciding_a_conflict_as_the_documentation_says(story: tuple[Path, str]) -> None:
    folder, _ = story
    environ = _environ(folder.parent)
    (block,) = (b for b in blocks("console") if "conflicts resolve" in b.text)
    codes = [_run(shlex.split(line), folder, environ) for line in commands(block.text)]
    assert codes == [ExitCode.DECISIONS_REMAIN, ExitCode.DONE, ExitCode.DONE]
    _run(["git", "commit", "-qam", "Decide"], folder, environ)
    assert _run([TOOL, "apply", "--sandbox", "--yes"], folder, environ) == ExitCode.DONE
    assert "due: 2026-12-15" in (folder / "state/records/tasks/cabling-ward-3.yaml").read_text()
    assert _run([TOOL, "conflicts", "list"], folder, environ) == ExitCode.DONE


def _run(words: list[str], folder: Path, environ: dict[str, str]) -> int:
    done = subprocess.run(words, cwd=folder, env=environ, capture_output=True, check=False)
    return done.returncode
