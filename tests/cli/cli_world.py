"""The command line as a process, on a machine that has nothing but git: no name, no token."""

import os
import pty
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread, Timer

import notion_gitops
from notion_gitops.sandbox.sandbox import Sandbox
from notion_gitops.sandbox.server import serve
from tests.answers import handed_down
from tests.commands.commands import Done, run_command

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]
WIDTH = 80
PRIVATE = ".notion-gitops"
SANDBOX = f"{PRIVATE}/sandbox.sqlite"
_OF_LOADING = ("PYTHON", "LANG", "LC_", "COLUMNS")  # what counts while a program is loaded
AUTHOR = ("-c", "user.name=Bo Chen", "-c", "user.email=bo@kestrelworks.example")

_CHANGING = (
    (re.compile(r"\b20\d{6}T\d{4}Z-[0-9a-z]{4}\b"), "SYNC-ID"),
    (re.compile(r"(?<![0-9a-z./-])[0-9a-f]{7}(?![0-9a-z-])"), "COMMIT"),
    (re.compile(r"\b\d+\.\d s\b"), "N.N s"),
    (re.compile(r"http://127\.0\.0\.1:\d+"), "http://127.0.0.1:PORT"),
    (re.compile(r"\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(Z|\b)"), "TIME"),
)


@dataclass(frozen=True)
class Tool:
    """Runs commands in one folder."""

    folder: Path
    home: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def run(self, *arguments: str, **environment: str) -> Done:
        """Run `notion-gitops` with nobody at the keyboard."""
        anew = any(name.startswith(_OF_LOADING) for name in environment)
        return run_command(self.folder, arguments, self._told(environment), anew=anew)

    def shell(self, script: str) -> Done:
        """Run lines of a shell, in which `notion-gitops` is our own."""
        return self._run(["sh", "-euc", script], {})

    def git(self, *arguments: str) -> str:
        """Run git as Bo; its output."""
        return self._run(["git", *AUTHOR, *arguments], {}).expect(0).stdout

    def typed(self, keys: str, *arguments: str, **environment: str) -> Done:
        """Run `notion-gitops` on a terminal at which somebody types; all that it shows."""
        ours, theirs = pty.openpty()
        with subprocess.Popen(
            [sys.executable, "-m", "notion_gitops", *arguments],
            cwd=self.folder,
            env=self._told({"TERM": "dumb", **environment}),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        ) as process:
            os.close(theirs)
            os.write(ours, keys.encode())
            too_long = Timer(60, process.kill)
            too_long.start()
            shown = b"".join(iter(lambda: _read(ours), b""))
            code = process.wait()
            too_long.cancel()
        os.close(ours)
        return Done(code, shown.decode().replace("\r\n", "\n"), "")

    def _run(self, command: list[str], environment: Mapping[str, str]) -> Done:
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self._told(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=60,
        )
        # Decoded strictly: what people read is UTF-8 whatever went in.
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())

    def _told(self, environment: Mapping[str, str]) -> dict[str, str]:
        bin_ = Path(sys.executable).parent
        return {
            "PATH": f"{bin_}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CEILING_DIRECTORIES": str(self.folder.parent),
            "PYTHONPATH": str(Path(notion_gitops.__file__).parents[1]),
            **handed_down(),
            **self.environment,
            **environment,
        }


def _read(terminal: int) -> bytes:
    """What a terminal shows next; nothing when nobody has it open any more."""
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""


@dataclass(frozen=True)
class World:
    """A workspace, its sandbox and the tool in it."""

    root: Path
    tool: Tool

    def copied(self, where: Path) -> "World":
        """A copy in another place."""
        root, home = where / "workspace", where / "home"
        shutil.copytree(self.root, root)
        home.mkdir()
        return World(root, Tool(root, home))

    def with_environment(self, environment: Mapping[str, str]) -> "World":
        """The same with variables set."""
        told = {**self.tool.environment, **environment}
        return World(self.root, Tool(self.root, self.tool.home, told))

    def everything(self) -> dict[str, str]:
        """The whole of both sides: files, refs, index, and what the sandbox holds."""
        files = {
            str(path.relative_to(self.root)): path.read_bytes().hex()
            for path in sorted(self.root.rglob("*"))
            if path.is_file() and not {".git", PRIVATE} & set(path.parts)
        }
        return files | self._git() | {"sandbox": self.sandbox_rows()}

    def sandbox_rows(self) -> str:
        """Every row of the sandbox, as SQL."""
        path = self.root / SANDBOX
        if not path.exists():
            return ""
        connection = sqlite3.connect(path)
        try:
            # `meta` counts the requests, reading ones too.
            return "\n".join(r for r in connection.iterdump() if 'INTO "meta"' not in r)
        finally:
            connection.close()

    def _git(self) -> dict[str, str]:
        if not (self.root / ".git").exists():
            return {}
        head = self.root / ".git" / "HEAD"
        return {
            "refs": self.tool.git("for-each-ref"),
            "index": self.tool.git("ls-files", "--stage"),
            "HEAD": head.read_text("utf-8"),
        }

    def normal(self, text: str) -> str:
        """The text without what differs from run to run."""
        shown = text.replace(str(self.root.resolve()), "WORKSPACE").replace(
            str(self.root), "WORKSPACE"
        )
        for pattern, name in _CHANGING:
            shown = pattern.sub(name, shown)
        return shown

    @contextmanager
    def served(self, tokens: Mapping[str, list[str]]) -> Iterator["World"]:
        """The same world with its sandbox served over HTTP and the databases' ids set.

        Args:
            tokens: further tokens, with the mappings whose databases each of them sees.
        """
        sandbox = Sandbox(self.root / SANDBOX)
        ids = {d.alias or d.title: d.database_id for d in sandbox.databases()}
        for token, shared in tokens.items():
            sandbox.add_token(token, name=token.title(), shared=[ids[name] for name in shared])
        server = serve(sandbox)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        variables = {f"NOTION_{name.upper()}_DATABASE": id_ for name, id_ in ids.items()}
        address = {"NOTION_GITOPS_BASE_URL": server.base_url}
        try:
            yield self.with_environment({**address, **variables, **self.tool.environment})
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
            sandbox.close()


def good_world(where: Path, environment: Mapping[str, str] | None = None) -> World:
    """Make the workspace of `good/`, with its sandbox, and bring both in step."""
    root, home = where / "workspace", where / "home"
    shutil.copytree(HERE / "good", root)
    home.mkdir()
    world = World(root, Tool(root, home)).with_environment(environment or {})
    world.tool.git("init", "-q", "-b", "main")
    world.tool.run("sandbox", "seed", str(HERE / "seed.yaml")).expect(0)
    world.tool.git("add", "-A")
    world.tool.git("commit", "-q", "-m", "Start")
    world.tool.run("apply", "--sandbox", "--yes").expect(0)
    return world
