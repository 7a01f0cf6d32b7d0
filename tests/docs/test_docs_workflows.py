"""The workflows: pinned, with few rights, and their scripts do what the documentation says."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from notion_gitops import __version__
from notion_gitops.model.errors import ExitCode
from tests.docs.docs_pages import ROOT

FOLDER = ROOT / ".github/workflows"
FILES = sorted(FOLDER.glob("*.yml"))
STATE = "refs/heads/notion-gitops/state"


def _workflow(name: str) -> dict[Any, Any]:
    found: dict[Any, Any] = yaml.safe_load((FOLDER / name).read_text("utf-8"))
    return found


def _step(workflow: str, job: str, name: str) -> str:
    steps = _workflow(workflow)["jobs"][job]["steps"]
    return next(str(s["run"]) for s in steps if s.get("name") == name)


def _bash(script: str, folder: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a step as GitHub does (`bash -e -o pipefail`)."""
    given = {"PATH": os.environ["PATH"], "HOME": str(folder), **environ}
    for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"):
        given.setdefault(name, str(folder / name))
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script],
        cwd=folder,
        env=given,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.name)
def test_every_action_is_pinned_by_its_hash_with_the_version_beside_it(file: Path) -> None:
    """Holds T22."""
    uses = re.findall(r"uses: (.*)", file.read_text("utf-8"))
    assert uses
    for one in uses:
        assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one), one


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.name)
def test_no_job_has_more_rights_than_it_needs(file: Path) -> None:
    """Holds T01, T25, T33."""
    workflow = _workflow(file.name)
    triggers = workflow[True]  # YAML 1.1 reads `on` as true
    assert "pull_request_target" not in triggers
    assert workflow["permissions"] == {"contents": "read"}
    rights = {n: j["permissions"] for n, j in workflow["jobs"].items() if "permissions" in j}
    allowed = {"apply": {"contents": "write"}, "comment": {"pull-requests": "write"}}
    assert rights == {n: r for n, r in allowed.items() if n in workflow["jobs"]}


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.name)
def test_what_comes_from_outside_reaches_scripts_through_the_environment_alone(file: Path) -> None:
    """Holds T15."""
    for job in _workflow(file.name)["jobs"].values():
        for step in job["steps"]:
            assert "${{" not in step.get("run", ""), step["run"]


def test_the_job_that_comments_has_no_token_and_no_code() -> None:
    """Holds T01."""
    (job,) = (j for n, j in _workflow("notion-plan.yml")["jobs"].items() if n == "comment")
    assert "NOTION" not in str(job)
    assert "checkout" not in str(job)


def test_t02_apply_takes_nothing_from_other_jobs() -> None:
    """What a job of a pull request leaves behind is no order to the job that holds the token."""
    text = (FOLDER / "notion-apply.yml").read_text("utf-8")
    assert "download-artifact" not in text
    assert "workflow_run" not in _workflow("notion-apply.yml")[True]
    holders = {
        file.name
        for file in FILES
        for job in _workflow(file.name)["jobs"].values()
        if "secrets.NOTION" in str(job) and "download-artifact" in str(job)
    }
    assert holders == set()


@pytest.mark.parametrize(
    ("name", "job"), [("notion-plan.yml", "plan"), ("notion-apply.yml", "apply")]
)
def test_the_released_tool_is_there_before_the_branch_is(name: str, job: str) -> None:
    workflow = _workflow(name)
    steps = [str(s) for s in workflow["jobs"][job]["steps"]]
    installed = next(i for i, s in enumerate(steps) if "pip install" in s)
    assert installed < next(i for i, s in enumerate(steps) if "actions/checkout" in s)
    assert workflow["env"]["NOTION_GITOPS_VERSION"] == __version__


# --- the scripts ------------------------------------------------------------------------


def _git(folder: Path, *arguments: str) -> str:
    settings = ("-c", "user.name=Ann", "-c", "user.email=ann@example.org")
    done = subprocess.run(
        ["git", *settings, *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone of a repository with one commit, as the checkout step leaves it."""
    origin = tmp_path / "origin"
    origin.mkdir()
    _git(origin, "init", "-q", "-b", "main")
    _git(origin, "commit", "-q", "--allow-empty", "-m", "Begin")
    _git(tmp_path, "clone", "-q", "origin", "clone")
    return tmp_path / "clone"


@pytest.mark.parametrize(
    ("event", "message", "goes"),
    [
        ("push", "Move a date", True),
        ("push", "Sync from Notion: 1 task\n\nSync-Id: 20261124T1421Z-7k3f", False),
        ("schedule", "Sync from Notion: 1 task\n\nSync-Id: 20261124T1421Z-7k3f", True),
    ],
)
def test_a_sync_does_not_start_a_sync(clone: Path, event: str, message: str, goes: bool) -> None:
    """Holds F092, T34."""
    _git(clone, "commit", "-q", "--allow-empty", "-m", message)
    output = clone.parent / "output"
    output.touch()
    script = _step("notion-apply.yml", "apply", "Is this push a sync's own?")
    done = _bash(script, clone, EVENT=event, GITHUB_OUTPUT=str(output))
    assert done.returncode == 0
    assert (output.read_text() == "go=yes\n") is goes


def test_the_base_is_fetched_where_there_is_one(clone: Path) -> None:
    script = _step("notion-apply.yml", "apply", "Fetch the base")
    first = _bash(script, clone)
    assert (first.returncode, "first time" in first.stdout) == (0, True)
    _git(clone.parent / "origin", "update-ref", STATE, "HEAD")
    assert _bash(script, clone).returncode == 0
    assert _git(clone, "rev-parse", STATE) == _git(clone, "rev-parse", "HEAD")


def test_a_base_that_cannot_be_fetched_is_no_first_sync(clone: Path) -> None:
    _git(clone, "remote", "set-url", "origin", str(clone.parent / "nowhere"))
    assert _bash(_step("notion-apply.yml", "apply", "Fetch the base"), clone).returncode != 0


@pytest.mark.parametrize("job", ["plan", "offline"])
def test_a_plan_takes_the_base_from_what_was_checked_out(clone: Path, job: str) -> None:
    script = _step("notion-plan.yml", job, "Find the base")
    before = _bash(script, clone)
    assert before.returncode == 0
    _git(clone, "update-ref", "refs/remotes/origin/notion-gitops/state", "HEAD")
    assert _bash(script, clone).returncode == 0
    assert _git(clone, "rev-parse", STATE) == _git(clone, "rev-parse", "HEAD")


def _tool(folder: Path, code: int, says: str = "") -> str:
    """A PATH on which the tool only writes down its arguments, speaks, and ends with a code."""
    tool = folder / "bin/notion-gitops"
    tool.parent.mkdir(exist_ok=True)
    tool.write_text(
        f'#!/bin/sh\nprintf "%s\\n" "$@" >"$RUNNER_TEMP/said"\necho "{says}"\n'
        f'echo "error: no" >&2\nexit {code}\n'
    )
    tool.chmod(0o755)
    return f"{tool.parent}{os.pathsep}{os.environ['PATH']}"


@pytest.mark.parametrize("code", ExitCode)
def test_apply_is_green_on_0_and_3_tells_7_and_is_red_on_the_rest(
    tmp_path: Path, code: ExitCode
) -> None:
    script = _step("notion-apply.yml", "apply", "Apply")
    path = _tool(tmp_path, code, "### Applied")
    done = _bash(script, tmp_path, PATH=path, RUNNER_TEMP=str(tmp_path), ACCEPT="")
    green = code in (ExitCode.DONE, ExitCode.DECISIONS_REMAIN, ExitCode.LOCKED)
    assert done.returncode == (0 if green else code)
    assert ("::warning" in done.stdout) is (code is ExitCode.DECISIONS_REMAIN)
    assert ("::notice" in done.stdout) is (code is ExitCode.LOCKED)
    assert ("::error" in done.stdout) is not green
    assert "### Applied" in (tmp_path / "GITHUB_STEP_SUMMARY").read_text()


def test_what_is_accepted_reaches_the_tool_as_words_and_nothing_is_run(tmp_path: Path) -> None:
    script = _step("notion-apply.yml", "apply", "Apply")
    accept = "tasks.deletes=37  notes.updates=5 $(touch gone);*"
    path = _tool(tmp_path, 0)
    assert (
        _bash(script, tmp_path, PATH=path, RUNNER_TEMP=str(tmp_path), ACCEPT=accept).returncode == 0
    )
    words = (tmp_path / "said").read_text().splitlines()
    assert words[-4:] == [
        "--accept=tasks.deletes=37",
        "--accept=notes.updates=5",
        "--accept=$(touch",
        "--accept=gone);*",
    ]
    assert not (tmp_path / "gone);*").exists()


@pytest.mark.parametrize("code", [0, 4, 65])
def test_a_plan_that_cannot_be_made_says_so_where_the_plan_would_stand(
    tmp_path: Path, code: int
) -> None:
    path = _tool(tmp_path, code, "<!-- notion-gitops:plan -->")
    done = _bash(
        _step("notion-plan.yml", "plan", "Plan"), tmp_path, PATH=path, RUNNER_TEMP=str(tmp_path)
    )
    assert done.returncode == code
    text = (tmp_path / "plan.md").read_text()
    assert text.startswith("<!-- notion-gitops:plan -->\n")
    assert ("    error: no" in text) is (code == 65)
    assert (tmp_path / "GITHUB_STEP_SUMMARY").read_text() == text
