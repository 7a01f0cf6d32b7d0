"""The sandbox from the command line: one sky and one clock for all, seeds, and serving scripts."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

import notion_gitops
from notion_gitops.cli.main import run
from notion_gitops.model.errors import ExitCode
from notion_gitops.sandbox import Sandbox
from notion_gitops.sandbox.seeding.seed import load
from tests.cli.cli_world import Tool, World

SEED = """
pages: [{title: Handbook}]
databases:
  - name: Tasks
    properties: {Name: title}
    pages: [{Name: Pour}]
"""


@pytest.fixture
def file(tool: Tool) -> str:
    """A sandbox of its own, outside any repository."""
    (tool.folder / "seed.yaml").write_text(SEED, "utf-8")
    with Sandbox(tool.folder / "s.sqlite") as sandbox:
        load(sandbox, tool.folder / "seed.yaml")
    return "s.sqlite"


@contextmanager
def serving(tool: Tool, *options: str) -> Iterator[dict[str, Any]]:
    """What a process that serves tells scripts; it is stopped with SIGTERM, and says so."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tool.home),
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(Path(notion_gitops.__file__).parents[1]),
    }
    with subprocess.Popen(
        [sys.executable, "-m", "notion_gitops", "sandbox", "serve", "--port", "0", *options],
        cwd=tool.folder, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0
            said = process.stderr.read()
    assert said.endswith("Stop with Ctrl-C.\nStopped.\n")


def client(told: dict[str, Any], token: str) -> httpx.Client:
    headers = {"authorization": f"Bearer {token}", "notion-version": "2026-03-11"}
    return httpx.Client(base_url=told["base_url"], headers=headers)


def test_an_empty_workspace_for_a_script(tool: Tool) -> None:
    tokens = ("--token", "ntn_one", "--token", "ntn_two")
    with serving(tool, "--root-page", "Tests", *tokens) as told, client(told, "ntn_two") as http:
        assert told["tokens"] == ["ntn_one", "ntn_two"]
        new = {"parent": {"page_id": told["root_page_id"]},
               "properties": {"title": {"title": [{"text": {"content": "Mine"}}]}}}  # fmt: skip
        http.post("/v1/pages", json=new).raise_for_status()
        found = http.post("/v1/search", json={}).json()["results"]
        assert len(found) == 2  # the page, and the one below it
    assert not (tool.folder / ".notion-gitops").exists()


def test_files_may_have_more_than_on_the_free_plan(tool: Tool, file: str) -> None:
    for options in (("--upload-limit", "100MB"), ()):  # it is kept
        with serving(tool, "--file", file, *options) as told, client(told, told["token"]) as http:
            assert "root_page_id" not in told
            limits = http.get("/v1/users/me").json()["bot"]["workspace_limits"]
            assert limits == {"max_file_upload_size_in_bytes": 100 * 1024 * 1024}


def test_weather_that_is_set_while_it_serves(tool: Tool, file: str) -> None:
    place = ("--file", file)
    with serving(tool, *place) as told, client(told, "sandbox-token") as http:
        path = ("--path", "/users/me$")
        tool.run("sandbox", "weather", "add", "answer", "--fault", "overload", *path, *place)
        assert http.get("/v1/users/me").status_code == 529
        shown = tool.run("sandbox", "weather", *place).expect(0)
        assert "answer overload /users/me$: hit 1 of 1" in shown.stdout
        tool.run("sandbox", "weather", "clear", *place).expect(0)
        assert http.get("/v1/users/me").status_code == 200
        tool.run("sandbox", "clock", "set", "2030-01-01", "--stopped", *place).expect(0)
        tool.run("sandbox", "clock", "advance", "90s", *place).expect(0)
        assert http.get("/_sandbox/clock").json()["now"] == "2030-01-01T00:01:30+00:00"
        tool.run("sandbox", "token", "add", "Reader", "--share", "tasks", *place).expect(0)
        with client(told, "sandbox-reader") as reader:
            found = reader.post("/v1/search", json={}).json()["results"]
            assert {one["object"] for one in found} == {"data_source", "page"}
            assert len(found) == 2  # not the handbook


def test_weather_from_a_file_and_from_options(tool: Tool, file: str) -> None:
    (tool.folder / "storm.yaml").write_text("rules: [{effect: cut, path: (}]\n", "utf-8")
    wrong = tool.run("sandbox", "weather", "set", "storm.yaml", "--file", file).expect(65)
    assert "storm.yaml:1:29" in wrong.stderr
    (tool.folder / "storm.yaml").write_text("rules: [{effect: cut, nth: 3}]\n", "utf-8")
    options = ("--rate", "180", "--latency", "0.1-0.4", "--search-lag", "5", "--seed", "7")
    shown = tool.run("sandbox", "weather", "set", "storm.yaml", *options, "--file", file).expect(0)
    assert shown.stdout.splitlines() == [
        "seed 7",
        "latency 0.1 to 0.4 s",
        "limit 180 requests in 60 s per connection",
        "search late by 5 s",
        "what goes wrong:",
        "  cut number 3: hit 0 of 0",
    ]


def test_a_command_of_the_repository_is_under_the_same_sky(world: World) -> None:
    tool = world.tool
    tool.run("sandbox", "weather", "add", "answer", "--fault", "edge-block").expect(0)
    tool.run("plan", "--sandbox").expect(1)
    tool.run("sandbox", "weather", "clear").expect(0)
    tool.run("plan", "--sandbox").expect(0)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ("weather set", "say which weather"),
        ("weather set hail", "there is no weather 'hail'"),
        ("weather set --latency 3-1", "ends before it begins"),
        ("weather add cut --path (", "no regular expression"),
        ("clock set noon", "is no time"),
        ("clock advance 5", "is no duration"),
        ("clock set 0001-01-01", "between the years 1970 and 8999"),
        ("clock set 9999-12-31 --stopped", "between the years 1970 and 8999"),
        ("token add A --share Nope", "no database and no page 'Nope'"),
        ("token remove Nope", "there is no connection 'Nope'"),
        ("weather --file nowhere.sqlite", "there is no sandbox in nowhere.sqlite"),
        ("token list --file seed.yaml", "cannot be used as a sandbox"),
        ("serve --upload-limit much", "no size such as 20MB"),
        ("serve --host 0.0.0.0", "no address of this machine alone"),
    ],
)
def test_what_cannot_be(  # noqa: PLR0917  two fixtures of pytest
    tool: Tool,
    file: str,
    arguments: str,
    problem: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tool.folder)
    place = () if "--file" in arguments else ("--file", file)
    assert run(["sandbox", *arguments.split(), *place]) is ExitCode.USAGE
    assert problem in " ".join(capsys.readouterr().err.split())


def test_a_seed_from_the_command_line(tool: Tool) -> None:
    (tool.folder / "seed.yaml").write_text(SEED.replace("title: Hand", "titel: Hand"), "utf-8")
    wrong = tool.run("sandbox", "seed", "seed.yaml", "--file", "s.sqlite").expect(64)
    assert "seed.yaml:2:10" in wrong.stderr
    assert not (tool.folder / "s.sqlite").exists()
    (tool.folder / "seed.yaml").write_text(SEED, "utf-8")
    tool.run("sandbox", "seed", "seed.yaml", "--file", "s.sqlite").expect(0)
    again = tool.run("sandbox", "seed", "seed.yaml", "--file", "s.sqlite").expect(64)
    assert "the sandbox has this database already" in again.stderr


def test_the_connections_are_listed(tool: Tool, file: str) -> None:
    place = ("--file", file)
    may = ("--capability", "read", "--capability", "users", "--share", "Handbook")
    made = tool.run("sandbox", "token", "add", "My Reader", *may, *place).expect(0)
    assert made.stdout == "sandbox-my-reader\n"
    listed = tool.run("sandbox", "token", "list", *place).expect(0).stdout.splitlines()
    assert listed[0].startswith("Sandbox  ")
    assert listed[0].endswith("  may: all; sees: everything")
    assert listed[1].endswith("may: read, users; sees: 1 shared")
    tool.run("sandbox", "token", "remove", "My Reader", *place).expect(0)
    assert len(tool.run("sandbox", "token", "list", *place).stdout.splitlines()) == 1


def test_a_colleague_edits_a_sandbox_in_a_file(tool: Tool) -> None:
    place = ("--file", "s.sqlite")
    (tool.folder / "seed.yaml").write_text(
        "users: [{name: Ann Lee}]\ndatabases: [{name: Tasks, properties: {Name: title}}]\n", "utf-8"
    )
    tool.run("sandbox", "seed", "seed.yaml", *place).expect(0)
    tool.run("sandbox", "add", "tasks", "Name=One", *place).expect(0)
    tool.run("sandbox", "edit", "tasks", "One", "Name=Two", *place).expect(0)
    assert tool.run("sandbox", "show", "tasks", *place).expect(0).stdout.endswith("  Two\n")
    assert "  1 page " in tool.run("sandbox", "show", *place).expect(0).stdout
    tool.run("sandbox", "trash", "tasks", "Two", *place).expect(0)
    assert tool.run("sandbox", "show", "tasks", *place).expect(0).stdout == ""
    assert sorted(p.name for p in tool.folder.iterdir()) == ["s.sqlite", "seed.yaml"]
