"""Other people's clients of Notion, installed once, and a served sandbox for each of their rounds.

They go into `.clients/` beside `.venv/`: Notion's own from the npm registry, libraries from the
Python one. Where Node or a registry is missing, their tests are skipped and say so.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from notion_gitops.sandbox import Sandbox
from notion_gitops.sandbox.seeding.seed import load
from notion_gitops.sandbox.server import serve
from tests.clients.rounds import TOLD

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
INSTALLED = ROOT / ".clients"
TOKEN = "ntn_" + "5" * 46  # one of the libraries looks at its form


class Served:
    """A sandbox on a port, with a seeded workspace and one empty page that belongs to nobody."""

    def __init__(self, request: pytest.FixtureRequest) -> None:
        self.sandbox = Sandbox(seed="clients")
        load(self.sandbox, yaml.safe_load((ROOT / "tests/sandbox/workspace.yaml").read_text()))
        self.sandbox.add_token(TOKEN, name="Real client")
        self.root_page = self.sandbox.create_root_page("Root")
        self._report = request.node.user_properties
        self._server = serve(self.sandbox)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    @property
    def url(self) -> str:
        """What a client takes for `https://api.notion.com`."""
        return self._server.base_url

    def close(self) -> None:
        """End it."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self.sandbox.close()

    def run(
        self, client: str, *command: str | Path, home: Path, given: str = "", **environment: str
    ) -> str:
        """Run a client to its end; what it printed. The round is told in the run's summary.

        Args:
            client: its name.
            command: what is run.
            home: where it is run, and what it takes for the person's folder.
            given: what it reads from its standard input.
            environment: more variables.
        """
        asked = len(self.sandbox.log)
        told = {
            "SANDBOX_URL": self.url,
            "SANDBOX_TOKEN": TOKEN,
            "SANDBOX_ROOT_PAGE": self.root_page,
        }
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        done = subprocess.run(
            [str(part) for part in command], check=False, capture_output=True, text=True,
            cwd=home, timeout=120, input=given,
            env=kept | told | {"HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1"} | environment,
        )  # fmt: skip
        seen = [line[4:] for line in done.stdout.splitlines() if line.startswith("SAW ")]
        requests = [f"{o.method} {o.path} {o.status}" for o in self.sandbox.log[asked:]]
        self._report.append((TOLD, [client, requests, seen]))
        last = "\n".join(requests[-5:])
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}\nIts last requests:\n{last}"
        return done.stdout

    def saw(self, client: str, what: str, got: object, wanted: object) -> None:
        """Hold what a client that cannot judge by itself printed against what is wanted."""
        assert got == wanted, f"{client}: {what}"
        self._report.append((TOLD, [client, [], [what]]))


@pytest.fixture
def served(request: pytest.FixtureRequest) -> Iterator[Served]:
    """A sandbox for one round."""
    serving = Served(request)
    yield serving
    serving.close()


@pytest.fixture(scope="session")
def js() -> Path:
    """The folder with Notion's own clients and the scripts that drive them."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("Node.js is not on this machine, so Notion's own clients cannot run")
    with _once("js", HERE / "js/package.json") as folder:
        if folder is not None:
            shutil.copy(HERE / "js/package.json", folder)
            _install("npm", "install", "--no-package-lock", "--no-audit", "--no-fund",
                     "--ignore-scripts", folder=folder)  # fmt: skip
    for script in (HERE / "js").glob("*.mjs"):
        shutil.copy(script, INSTALLED / "js")
    return INSTALLED / "js"


@pytest.fixture(scope="session")
def python() -> Path:
    """A Python with the public libraries in it."""
    with _once("py", HERE / "py/requirements.txt") as folder:
        if folder is not None:
            _install(sys.executable, "-m", "venv", str(folder), folder=folder)
            _install(str(folder / "bin/python"), "-m", "pip", "install", "--quiet", "--no-compile",
                     "-r", str(HERE / "py/requirements.txt"), folder=folder)  # fmt: skip
    return INSTALLED / "py/bin/python"


@contextmanager
def _once(name: str, declared: Path) -> Iterator[Path | None]:
    """The folder to install into, while others wait; None if what is declared is there already."""
    INSTALLED.mkdir(exist_ok=True)
    stamp = INSTALLED / f"{name}.installed"
    wanted = hashlib.sha256(declared.read_bytes()).hexdigest()
    with (INSTALLED / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if stamp.exists() and stamp.read_text() == wanted:
            yield None
            return
        folder = INSTALLED / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        yield folder
        stamp.write_text(wanted)


def _install(*command: str, folder: Path) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=folder)
    if done.returncode != 0:
        shutil.rmtree(folder, ignore_errors=True)
        pytest.skip(f"{command[0]} could not install the clients: {done.stderr.strip()[-300:]}")
