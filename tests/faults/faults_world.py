"""A small workspace with two related databases, where things can be made to go wrong.

The command line runs in this process, against a sandbox whose weather the test makes. The clock of
the waits is a stand-in, so that no test spends the seconds that Notion asks for.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from notion_gitops.cli.commands import apply as apply_command
from notion_gitops.cli.commands import check as check_command
from notion_gitops.cli.commands import plan as plan_command
from notion_gitops.cli.commands import state as state_command
from notion_gitops.cli.main import run as run_command
from notion_gitops.model.errors import ExitCode
from notion_gitops.notion.connect import Settings, open_gateway
from notion_gitops.notion.gateway import Gateway
from notion_gitops.notion.pacing import Clock
from notion_gitops.sandbox import edits
from notion_gitops.sandbox.sandbox import DEFAULT_TOKEN, Sandbox
from notion_gitops.sandbox.weather.rules import Effect, Rule
from notion_gitops.workflow.plan import Connection
from notion_gitops.workflow.workspace import SANDBOX_STATE_REF, STATE_REF
from tests.faults.faults_git import git
from tests.faults.faults_transport import Calm, Exchange, Json, Transport, Watched

_KEYS = {"tasks": "Task ID", "teams": "Team ID"}


@dataclass
class StandInClock:
    """Waits cost nothing; what was waited is told."""

    at: float = 0.0
    waits: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.at += seconds
        self.waits.append(seconds)

    def monotonic(self) -> float:
        return self.at


@dataclass(frozen=True)
class Ran:
    """One command that ended."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        """All that was told, as it was printed."""
        return self.out + self.err

    @property
    def said(self) -> str:
        """All that was told, without the line breaks."""
        return " ".join(self.text.split())


@dataclass
class World:
    """The workspace, the sandbox, and the command line between them."""

    root: Path
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]
    token: str = DEFAULT_TOKEN
    flags: tuple[str, ...] = ()
    clock: StandInClock = field(default_factory=StandInClock)
    in_flight: int = 1  # one after the other, so that "the second request" is the same each time

    def __post_init__(self) -> None:
        self.sandbox = Sandbox(self.root / ".notion-gitops" / "sandbox.sqlite")
        self.transport = Transport(self.sandbox)
        self.transport.clock = self.clock.monotonic
        for command in (apply_command, plan_command, check_command, state_command):
            self.monkeypatch.setattr(command, "connected", self.connected)

    @contextmanager
    def connected(self, *_: object) -> Iterator[Connection]:
        """What the command line talks to, instead of api.notion.com."""
        self.transport.log.append(Exchange("", "", {}, 0.0, begins=True))
        yield Connection(self.gateway(), self._source, lambda: datetime.now(UTC))

    def gateway(self) -> Gateway:
        clock = Clock(self.clock.monotonic, self.clock.sleep)
        settings = Settings(budget=None, clock=clock, in_flight=self.in_flight)
        return open_gateway(self.token, transport=self.transport, settings=settings)

    def _source(self, mapping: object) -> str:
        name = str(getattr(mapping, "name", mapping))
        return self.sandbox.find_data_source(name) or ""

    # --- commands ---

    def run(self, *arguments: str) -> Ran:
        """One command, as a person types it."""
        self.capsys.readouterr()
        command, *rest = arguments
        code = run_command([*command.split(), "-C", str(self.root), *self.flags, *rest])
        told = self.capsys.readouterr()
        return Ran(int(code), told.out, told.err)

    def apply(self, *options: str) -> Ran:
        return self.run("apply", "--yes", *options)

    def plan_code(self) -> int:
        """2 changes, 4 refuses, 3 decisions, 0 nothing at all."""
        return self.run("plan", "--detailed-exitcode").code

    def applied(self, *options: str) -> Json:
        """The result of an apply as data."""
        return self.result(self.apply("--format", "json", *options))

    @staticmethod
    def result(ran: Ran) -> Json:
        result: Json = json.loads(ran.out)
        return result

    # --- git ---

    def git(self, *arguments: str) -> str:
        return git(self.root, *arguments)

    def record(self, key: str, mapping: str = "tasks") -> Path:
        return self.root / "state" / "records" / mapping / f"{key}.yaml"

    def write(self, key: str, mapping: str = "tasks", **values: Any) -> None:
        """Set fields of a record file, and leave it uncommitted."""
        path = self.record(key, mapping)
        before = yaml.safe_load(path.read_text()) if path.exists() else {}
        merged = {**before, **values}
        text = "\n".join(
            f"{name}: {json.dumps(value)}\n" for name, value in merged.items() if value is not None
        )
        path.write_text(text)

    def commit(self, message: str = "An edit") -> str:
        self.git("add", "-A", "mappings", "state")
        self.git("commit", "-qm", message)
        return self.git("rev-parse", "HEAD").strip()

    def edit_git(self, key: str, mapping: str = "tasks", **values: Any) -> None:
        self.write(key, mapping, **values)
        self.commit(f"Edit {key}")

    def delete_git(self, key: str, mapping: str = "tasks") -> str:
        """Delete a record; the commit that does it."""
        self.record(key, mapping).unlink()
        return self.commit(f"Delete {key}")

    def in_git(self, key: str, mapping: str = "tasks") -> Json:
        found: Json = yaml.safe_load(self.record(key, mapping).read_text())
        return found

    @property
    def state_ref(self) -> str:
        return SANDBOX_STATE_REF if "--sandbox" in self.flags else STATE_REF

    def state_file(self, path: str) -> str:
        return self.git("show", f"{self.state_ref}:{path}")

    def head(self, ref: str = "HEAD") -> str:
        return self.git("rev-parse", ref).strip()

    def heads(self) -> tuple[str, str, str]:
        """What a run that writes nothing leaves as it was."""
        return self.head(), self.head(self.state_ref), self.git("status", "--porcelain")

    # --- Notion ---

    def weather(self, effect: Effect, method: str | None, path: str, **more: Any) -> None:
        self.sandbox.weather.add(Rule(effect, method, path, **more))

    def fair(self) -> None:
        self.sandbox.weather.clear()

    def when(self, method: str, path: str, act: Callable[[], object], **more: Any) -> None:
        """Let `act` happen just before (or after) a request."""
        self.transport.watched.append(Watched(method, path, lambda: void(act()), **more))

    def edit_notion(self, key: str, database: str = "tasks", **values: Any) -> None:
        named = {name.replace("_", " ").capitalize(): v for name, v in values.items()}
        edits.edit(self.sandbox, database, key, named, by="Ann Lee")

    def trash(self, key: str, database: str = "tasks") -> None:
        edits.trash_page(self.sandbox, database, key, by="Ann Lee")

    def add_page(self, database: str = "tasks", **values: Any) -> str:
        """A page that a person made ten minutes ago, so that it is no draft any more."""
        named = {name.replace("_", " ").capitalize(): v for name, v in values.items()}
        at = datetime.now(UTC) - timedelta(minutes=10)
        return edits.add_page(self.sandbox, database, named, by="Ann Lee", at=at)

    def pages(self, database: str = "tasks") -> list[Json]:
        """All pages that are not in the trash, as Notion answers them, past the weather."""
        gateway = open_gateway(DEFAULT_TOKEN, transport=Calm(self.sandbox))
        source = self.sandbox.find_data_source(database)
        assert source is not None
        return list(gateway.query(source).pages)

    def keys(self, database: str = "tasks") -> list[str]:
        """The keys in Notion, one for each page, sorted; "" for a page without one."""
        return sorted(str(plain(p, _KEYS[database]) or "") for p in self.pages(database))

    def page(self, key: str, database: str = "tasks") -> Json:
        found = [p for p in self.pages(database) if plain(p, _KEYS[database]) == key]
        assert len(found) == 1, f"{len(found)} pages have the key {key}"
        return found[0]

    def in_notion(self, key: str, name: str, database: str = "tasks") -> Any:
        return plain(self.page(key, database), name)

    # --- what has to hold in the end ---

    def settle(self, *options: str) -> None:
        """One more apply brings everything to rest: nothing to plan, nothing uncommitted."""
        ran = self.apply(*options)
        assert ran.code in (ExitCode.DONE, ExitCode.DECISIONS_REMAIN), ran.text
        self.at_rest()

    def at_rest(self) -> None:
        ran = self.run("plan", "--detailed-exitcode")
        assert ran.code in (ExitCode.DONE, ExitCode.DECISIONS_REMAIN), ran.text
        assert self.git("status", "--porcelain") == ""
        self.unbroken()

    def unbroken(self) -> None:
        fsck = self.git("fsck", "--strict", "--no-dangling")
        assert fsck == "", fsck
        for database in ("teams", "tasks"):
            keys = [k for k in self.keys(database) if k]
            assert len(keys) == len(set(keys)), keys

    def later(self, minutes: float = 3) -> None:
        """Let time pass for what the journal remembers."""
        for path in (self.root / ".notion-gitops").glob("journal*.jsonl"):
            lines = [json.loads(line) for line in path.read_text().splitlines()]
            for line in lines:
                for name in {"at", "sent"} & line.keys():
                    moment = datetime.fromisoformat(line[name]) - timedelta(minutes=minutes)
                    line[name] = moment.isoformat()
            path.write_text("".join(json.dumps(line) + "\n" for line in lines))


def plain(page: Json, name: str) -> Any:
    """One value of a page, as short as can be."""
    value = page["properties"][name]
    match value["type"]:
        case "title" | "rich_text":
            return "".join(part["plain_text"] for part in value[value["type"]])
        case "status" | "select":
            return (value[value["type"]] or {}).get("name")
        case "multi_select":
            return sorted(option["name"] for option in value["multi_select"])
        case kind:
            return value[kind]


def void(_: object) -> None:
    """An act whose result nobody wants."""


def unusable(world: World, *said: str) -> None:
    """No command goes on with such a state: nothing is written, and what is wrong is told."""
    world.edit_git("t2", hours=72)
    before = world.heads()
    for command in (["plan"], ["apply", "--yes"], ["status"]):
        ran = world.run(*command)
        assert ran.code == ExitCode.STATE_UNUSABLE, ran.text
        assert "Traceback" not in ran.text
        for text in said:
            assert text in ran.said, ran.text
    assert world.heads() == before
    assert world.in_notion("t2", "Hours") == 2
