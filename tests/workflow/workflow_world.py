"""Both sides in a temporary folder: a real repository, and a sandbox that stands for Notion."""

import json
import os
import re
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import yaml

from notion_gitops.model.errors import ExitCode
from notion_gitops.model.outcomes import Status, SyncResult
from notion_gitops.notion.connect import Settings, open_gateway
from notion_gitops.notion.pacing import Clock as PaceClock
from notion_gitops.sandbox import DEFAULT_TOKEN, Sandbox, SandboxTransport, edits
from notion_gitops.sandbox.basics.clock import SettableClock
from notion_gitops.sandbox.seeding.seed import load
from notion_gitops.sandbox.values.plain import Directory
from notion_gitops.workflow.apply import (
    carry_out,
    nothing_to_do,
)
from notion_gitops.workflow.plan import Connection, Planned, PlanOptions, make_plan
from notion_gitops.workflow.workspace import open_workspace
from notion_gitops.workflow.writing.lock import only_one
from notion_gitops.workflow.writing.ready import commit_records, require_committed
from notion_gitops.workflow.writing.run import Progress
from tests.commands.commands import run_command
from tests.workflow.workflow_samples import MAPPINGS, PEOPLE
from tests.workflow.workflow_views import plain_page, told

START = datetime(2026, 1, 12, 9, 0, tzinfo=UTC)
REST = timedelta(minutes=10)  # between two things that people do
VERSION = "2026-03-11"
COLLEAGUE = "another-connection"
SILENT = Progress(lambda *_: None, lambda *_: None)


class Cutting(SandboxTransport):
    """To the sandbox; a longer listing ends after so many rows, for a reason that nobody knows.

    It says so, or it passes for whole.
    """

    def __init__(self, sandbox: Sandbox, rows: int, *, passes_for_whole: bool) -> None:
        super().__init__(sandbox)
        self.rows, self.passes_for_whole = rows, passes_for_whole

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = super().handle_request(request)
        if not request.url.path.endswith("/query") or answer.status_code != 200:
            return answer
        body = json.loads(answer.read())
        if len(body["results"]) <= self.rows:
            return httpx.Response(200, json=body)
        cut = {"type": "incomplete", "incomplete_reason": "query_stopped_early"}
        body |= {"results": body["results"][: self.rows], "has_more": False, "next_cursor": None}
        return httpx.Response(
            200, json=body if self.passes_for_whole else {**body, "request_status": cut}
        )


@dataclass
class World:
    """A workspace and its Notion, with the verbs that a scenario is told in."""

    root: Path
    sandbox: Sandbox
    clock: SettableClock
    wrong: timedelta = timedelta()  # how far this machine's clock is from Notion's
    cut: int | None = None  # every listing ends after so many rows
    passes_for_whole: bool = False  # such a listing does not say that it is cut

    # --- the repository -------------------------------------------------------------------

    def git(self, *arguments: str, at: datetime | None = None) -> str:
        """Run git as Ann; its output."""
        when = (at or self.clock()).isoformat()
        dates = {"GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when}
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.root,
            env={**os.environ, **dates},
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def path(self, record: str) -> Path:
        """The file of a record given as MAPPING/KEY."""
        return self.root / "state/records" / f"{record}.yaml"

    def write(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())

    def read(self, path: str) -> str:
        return (self.root / path).read_bytes().decode()

    def record(self, record: str) -> dict[str, Any]:
        """The fields of a YAML record as they are spelled."""
        loaded = yaml.load(self.path(record).read_text(), Loader=yaml.BaseLoader)  # noqa: S506
        assert isinstance(loaded, dict)
        return loaded

    def spell(self, record: str, **values: str | None) -> None:
        """Write fields into a record's file, made if it is not there; None takes the line out."""
        file = self.path(record)
        text = file.read_text() if file.exists() else ""
        for name, value in values.items():
            block = re.compile(rf"^{name}:.*\n(?:[ -].*\n)*", re.MULTILINE)
            line = "" if value is None else f"{name}: {value}\n"
            if block.search(text):
                text = block.sub(line.replace("\\", r"\\"), text, count=1)
            else:
                text += line
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def edit(self, record: str, *, at: datetime | None = None, **values: str | None) -> str:
        """Edit a record and commit."""
        self.spell(record, **values)
        return self.commit(f"Edit {record}", at=at)

    def remove(self, *records: str) -> str:
        """Delete records and commit."""
        for record in records:
            self.path(record).unlink()
        return self.commit(f"Delete {', '.join(records)}")

    def commit(self, message: str = "Edit", *, at: datetime | None = None) -> str:
        """Commit all that changed; the commit's id."""
        self._tick()
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message, at=at)
        return self.git("rev-parse", "HEAD").strip()

    def remap(self, name: str, *changes: tuple[str, str]) -> None:
        """Change a mapping's text, and commit."""
        path = f"mappings/{name}.yaml"
        text = self.read(path)
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new, 1)
        self.write(path, text)
        self.commit(f"Change {path}")

    def extend_mapping(self, name: str, text: str) -> None:
        """Add lines to the end of a mapping, and commit."""
        path = f"mappings/{name}.yaml"
        self.write(path, self.read(path) + text)
        self.commit(f"Extend {path}")

    # --- Notion ---------------------------------------------------------------------------

    def in_notion(
        self,
        page: str,
        *,
        by: str = "Eva Lind",
        at: datetime | None = None,
        **values: Any,
    ) -> str:
        """A colleague edits a page given as DATABASE/KEY; property names with _ for a space."""
        self._tick()
        database, _, name = page.partition("/")
        return edits.edit(self.sandbox, database, name, _properties(values), by=by, at=at)

    def collide(self, *, git_at: datetime | None = None, notion_at: datetime | None = None) -> None:
        """Both sides change the hours of a task."""
        self.edit("tasks/dig", hours="10", at=git_at)
        self.in_notion("tasks/dig", Hours=11, at=notion_at)

    def add_page(self, database: str, **values: Any) -> str:
        """A colleague adds a page; its id."""
        self._tick()
        return edits.add_page(self.sandbox, database, _properties(values), by="Eva Lind")

    def trash(self, page: str) -> str:
        self._tick()
        database, _, name = page.partition("/")
        return edits.trash_page(self.sandbox, database, name, by="Eva Lind")

    def restore(self, page: str) -> str:
        self._tick()
        database, _, name = page.partition("/")
        return edits.restore_page(self.sandbox, database, name, by="Eva Lind")

    def page_id(self, page: str) -> str:
        database, _, name = page.partition("/")
        source = self.source(database)
        with self.sandbox.acting() as call:
            found = call.world.source(source)
            assert found is not None
            return Directory(call, found).find(name)

    def source(self, database: str) -> str:
        found = self.sandbox.find_data_source(database)
        assert found is not None
        return found

    def api(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Ask the sandbox as another connection would."""
        with httpx.Client(
            transport=SandboxTransport(self.sandbox), base_url="https://sandbox/v1/"
        ) as client:
            headers = {"Authorization": f"Bearer {COLLEAGUE}", "Notion-Version": VERSION}
            answer = client.request(method, path, json=body, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def page(self, page: str) -> dict[str, Any]:
        """The values of a page, plainly: texts, numbers, names, ids."""
        return plain_page(self.raw_page(page))

    def raw_page(self, page: str) -> dict[str, Any]:
        found = self.api("GET", f"pages/{self.page_id(page)}")
        assert isinstance(found, dict)
        return found

    def pages(self, database: str) -> list[dict[str, Any]]:
        """The values of all pages that are listed."""
        path = f"data_sources/{self.source(database)}/query"
        found, cursor = [], None
        while True:
            more: dict[str, Any] = {"start_cursor": cursor} if cursor else {}
            answer = self.api("POST", path, {"page_size": 100, **more})
            found += [plain_page(p) for p in answer["results"]]
            cursor = answer.get("next_cursor")
            if not cursor:
                return found

    def schema(self, database: str, properties: Mapping[str, Any]) -> None:
        """Somebody changes the properties of a database."""
        self.api("PATCH", f"data_sources/{self.source(database)}", {"properties": properties})

    # --- the tool -------------------------------------------------------------------------

    def connection(self) -> Connection:
        gateway = open_gateway(
            DEFAULT_TOKEN,
            transport=self._transport(),
            # However slow the machine is, a reading stays young: requests can be counted.
            settings=Settings(budget=None, clock=PaceClock(monotonic=lambda: 0.0)),
        )

        def now() -> datetime:
            return self.clock() + self.wrong

        return Connection(gateway, lambda m: self.source(m.name), now, lambda: 0.0)

    def _transport(self) -> SandboxTransport:
        if self.cut is None:
            return SandboxTransport(self.sandbox)
        return Cutting(self.sandbox, self.cut, passes_for_whole=self.passes_for_whole)

    def plan(self, *, rest: timedelta = REST, **options: Any) -> Planned:
        """A plan as of now, ten minutes after the last thing that happened."""
        self.clock.advance(rest)
        return make_plan(open_workspace(self.root), self.connection(), PlanOptions(**options))

    def apply(
        self,
        *,
        code: ExitCode = ExitCode.DONE,
        settled: bool = True,
        exact: bool = True,
        commit_dirty: bool = False,
        rest: timedelta = REST,
        **options: Any,
    ) -> SyncResult:
        """Plan and carry it out as the command does; then hold both sides against each other."""
        self.clock.advance(rest)
        workspace, connection = open_workspace(self.root), self.connection()
        with only_one(workspace.private):
            planned = make_plan(workspace, connection, PlanOptions(**options))
            if require_committed(planned, commit_records=lambda _: commit_dirty):
                commit_records(workspace, planned.comparison.changes.dirty)
                workspace = open_workspace(self.root)
                planned = make_plan(workspace, connection, PlanOptions(**options))
            assert not nothing_to_do(planned), "there is nothing to apply"
            before = self.sandbox.requests
            result = carry_out(planned, connection, SILENT)
        asked = self.sandbox.requests - before
        outcomes = [(f"{o.mapping}/{o.key}", o.status, o.detail) for o in result.outcomes]
        failed = [each for each in outcomes if each[1] is not Status.APPLIED]
        if exact:
            assert asked == planned.plan.forecast.requests, (asked, planned.plan.steps)
        assert result.exit_code == code, (result.exit_code, failed, result.notes)
        assert not result.validation.findings, result.validation.findings
        if settled:
            self.settled()
        return result

    def settled(self) -> Planned:
        """After an apply: quiet, clean, sound, and the base says what the files say."""
        planned = self.plan(rest=timedelta())
        assert planned.plan.steps == (), told(planned)
        assert nothing_to_do(planned), told(planned)
        assert planned.plan.forecast.requests == 0
        assert self.git("status", "--porcelain") == ""
        assert self.git("fsck", "--no-dangling", "--no-progress") == ""
        assert not (self.root / ".notion-gitops/journal.jsonl").exists()
        self._base_is_as_agreed(planned)
        return planned

    def _base_is_as_agreed(self, planned: Planned) -> None:
        state = planned.comparison.workspace.state_ref
        agreed = self.tree(state)
        here = self.tree("HEAD")
        unsure: set[str] = set()
        for part in planned.plan.mappings:
            mapping = planned.comparison.workspace.mappings[part.name]
            if not part.takes_part:
                unsure |= {p for p in {*agreed, *here} if p.startswith(mapping.git.path)}
                continue
            compared = planned.comparison.mappings[part.name]
            open_keys = {o.key for o in part.operations if o.open_conflicts}
            frozen = {*part.unreachable, *part.out_of_scope, *compared.inputs.git.unreadable}
            frozen |= {w.key for each in part.on_hold for w in each.waiting} | part.held
            if mapping.git.single_file and (open_keys or frozen):
                unsure.add(mapping.git.path)
            waiting = {key for key, r in compared.inputs.git.records.items() if r.unknown}
            unsure |= {p for p in {*agreed, *here} if Path(p).stem in open_keys | frozen | waiting}
            kept = compared.inputs.base.tombstones.keys()
            unsure |= {p for p in here if Path(p).stem in kept}
        differing = {p for p in {*agreed, *here} if agreed.get(p) != here.get(p)} - unsure
        assert not differing, differing

    def tree(self, commit: str) -> dict[str, str]:
        """The record files of a commit, with the ids of their blobs."""
        lines = self.git("ls-tree", "-r", commit, "--", "state/records").splitlines()
        return {path: about.split()[2] for about, path in (line.split("\t") for line in lines)}

    def base(self, path: str) -> str:
        """A file as the state branch has it."""
        return self.git("show", f"notion-gitops/state:{path}")

    def conflict(self, record: str) -> str:
        """The path of a record's conflict file, which must be there."""
        path = f"state/conflicts/{record}.yaml"
        assert (self.root / path).is_file(), f"no {path}"
        return path

    def conflicts(self) -> set[str]:
        """The records with an open conflict file."""
        folder = self.root / "state/conflicts"
        return {p.relative_to(folder).with_suffix("").as_posix() for p in folder.rglob("*.yaml")}

    def answer(self, record: str, answer: str, name: str | None = None) -> None:
        """Fill in `resolution:` by hand and commit."""
        path = self.conflict(record)
        lines = self.read(path).splitlines()
        inside = name is None
        for number, line in enumerate(lines):
            if name is not None and line.strip() == f"{name}:":
                inside = True
            if inside and line.strip() == "resolution:":
                lines[number] = f"{line} {answer}"
                break
        else:
            raise AssertionError(self.read(path))
        self.write(path, "\n".join(lines) + "\n")
        self.commit(f"Decide {record}")

    def command(self, *arguments: str, ok: Iterable[int] = (0,)) -> tuple[int, str, str]:
        """Run the command line on this workspace, against its own sandbox."""
        told = {**os.environ, "NO_COLOR": "1", "COLUMNS": "80"}
        done = run_command(self.root, arguments, told, anew="PYTHONHASHSEED" in told)
        said = f"{done.stdout}\n{done.stderr}"
        assert "Traceback" not in said, said
        assert done.code in set(ok), (done.code, said)
        return done.code, done.stdout, done.stderr

    def _tick(self) -> None:
        self.clock.advance(timedelta(minutes=2))


def _properties(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name.replace("_", " "): value for name, value in values.items()}


def make_world(
    root: Path,
    seed: Mapping[str, Any] | None,
    records: Mapping[str, Mapping[str, str]],
    mappings: Mapping[str, str] | None = None,
) -> World:
    """A workspace with these records committed, and a sandbox with this content."""
    root.mkdir(parents=True)
    clock = SettableClock(START)
    (root / ".notion-gitops").mkdir()
    world = World(root, open_file(root, clock), clock)
    if seed is not None:
        load(world.sandbox, seed)
    world.git("init", "-q", "-b", "main")
    world.write(".gitignore", "/.notion-gitops/\n")
    world.write("state/people.yaml", PEOPLE)
    for name, text in (mappings or MAPPINGS).items():
        world.write(f"mappings/{name}.yaml", text)
    for record, values in records.items():
        world.spell(record, **values)
    world.commit("Start")
    return world


def open_file(root: Path, clock: SettableClock) -> Sandbox:
    """The sandbox where `--sandbox` looks for it."""
    sandbox = Sandbox(root / ".notion-gitops/sandbox.sqlite", clock=clock, seed="workflow")
    sandbox.add_token(COLLEAGUE, name="Another tool")
    return sandbox
