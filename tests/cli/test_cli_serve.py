"""The sandbox served over HTTP by one process, and synced with by another."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import notion_gitops
from tests.answers import handed_down
from tests.cli.cli_world import World

BASE = "NOTION_GITOPS_BASE_URL"
TOKEN = "sandbox-token"  # noqa: S105  of the local Notion, which says so itself


@pytest.fixture
def served(world: World) -> Iterator[World]:
    """A world whose sandbox another process serves, with its address and the ids to be set."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(world.tool.home),
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(Path(notion_gitops.__file__).parents[1]),
        **handed_down(),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "notion_gitops", "sandbox", "serve", "--port", "0"],
        cwd=world.root,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    told = []
    for line in process.stderr:
        told.append(line)
        if line.startswith("Stop with"):
            break
    address = re.search(r"http://127\.0\.0\.1:\d+", told[0])
    assert address is not None
    assert TOKEN in told[0]
    assert told[-2] == f"To edit in a browser, open {address[0]}/\n"
    ids = dict(line.split() for line in told[1:-2])
    variables = {f"NOTION_{name.upper()}_DATABASE": id_ for name, id_ in ids.items()}
    try:
        yield world.with_environment({"NOTION_GITOPS_BASE_URL": address[0], **variables})
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
        process.stderr.close()


def test_a_day_over_http(served: World) -> None:
    tool, token = served.tool, {"NOTION_TOKEN": TOKEN}
    assert "every mapping can be synced" in tool.run("check", **token).expect(0).stdout
    assert "5 to sync" not in tool.run("plan", **token).expect(0).stdout
    tool.run("apply", "--yes", **token).expect(0)
    assert "Nothing to do" in tool.run("plan", **token).expect(0).stdout
    file = served.root / "state/records/tasks/pour-slab.yaml"
    file.write_text(file.read_text("utf-8").replace("72", "80"), "utf-8")
    tool.git("commit", "-q", "-a", "-m", "More hours")
    done = tool.run("apply", "--yes", "--base-url", served.tool.environment[BASE], **token)
    assert "1 of 1 page read back as intended" in done.expect(0).stdout
    assert "Nothing to do" in tool.run("plan", **token).expect(0).stdout
    wrong = tool.run("plan", **{**token, "NOTION_TOKEN": "ntn_wrong"}).expect(1)
    assert wrong.stdout == ""
    assert "Notion does not accept the token" in wrong.stderr
