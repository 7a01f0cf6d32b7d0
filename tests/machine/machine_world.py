"""Two clones that apply, a hub between them, a Notion, and the people who work in all of these."""

import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from notion_gitops.cli.commands import apply as apply_command
from notion_gitops.cli.commands import plan as plan_command
from notion_gitops.cli.main import run as run_command
from notion_gitops.notion.connect import Settings, open_gateway
from notion_gitops.notion.pacing import Clock
from notion_gitops.sandbox import DEFAULT_TOKEN, Sandbox, SandboxTransport, edits
from notion_gitops.sandbox.basics.clock import SettableClock
from notion_gitops.sandbox.seeding.seed import load
from notion_gitops.sandbox.weather.rules import Effect, Fault, Rule
from notion_gitops.workflow.plan import Connection
from tests.machine.machine_git import Clone, QuickGit, real_git
from tests.machine.machine_objects import FILE, set_ref, write_index
from tests.machine.machine_oracle import (
    Broken,
    Oracle,
    Run,
    hold,
    raise_what_was_caught,
    state_of,
)
from tests.machine.machine_stage import (
    REQUEST,
    START,
    Killed,
    Moment,
    Process,
    Stage,
    captured,
    on_stage,
    stage,
)
from tests.machine.machine_views import (
    CONFLICTS,
    KEY,
    MAIN,
    RECORDS,
    STATE,
    TITLES,
    TRACKED,
    NotionView,
    Page,
    newest_state,
    questions_in,
    record_of,
    records_in,
    sent,
)

Json = dict[str, Any]
EVA = "Eva Lind"
TOKEN = "ntn_canary7Qd93kZxT0kEn"  # noqa: S105  it opens nothing but the sandbox (I22)
COLLEAGUE = "another-connection"
ANCHORS = ("north", "south")  # nobody deletes these: an emptied side is a matter of the guards
KEYS = ("ant", "bee", "cat")
CLONES = ("a", "b", "desk")  # a and b apply

MAPPING = """\
version: 1
name: tasks
notion: {database: "${TASKS_DATABASE}"}
git: {path: state/records/tasks, format: yaml}
key: {property: Task ID}
fields:
  title: {property: Name, type: title, required: true}
  note: {property: Note, type: rich_text}
  spot: {property: Spot, type: rich_text}
  hours: {property: Hours, type: number}
conflicts:
  rules:
    - {name: the place is ours, fields: [spot], take: git}
  otherwise: manual
"""
COLUMNS = {
    "Name": "title", KEY: "rich_text", "Note": "rich_text", "Spot": "rich_text", "Hours": "number",
}  # fmt: skip
SEED: Json = {
    "users": [{"id": "3f0c6a52-8d1e-4b7a-9c35-61a2e0d4b701", "name": EVA, "email": "e@e.example"}],
    "databases": [
        {"name": "Tasks", "mapping": "tasks", "pages": [], "properties": COLUMNS},
        {"name": "Elsewhere", "pages": [], "properties": COLUMNS},
    ],
}
CONFIG = """\
[core]
\trepositoryformatversion = 0
\tfilemode = true
\tbare = {bare}
"""
ORIGIN = """\
[remote "origin"]
\turl = ../hub
\tfetch = +refs/heads/*:refs/remotes/origin/*
[branch "main"]
\tremote = origin
\tmerge = refs/heads/main
"""


@dataclass(frozen=True)
class Ran:
    """One command, and how it ended."""

    code: int  # -9: killed
    text: str
    wrote: int = 0  # requests that change something

    @property
    def killed(self) -> bool:
        return self.code == -9


@dataclass
class Template:
    """A world in which both sides agree, to be copied."""

    folder: Path
    sandbox: bytes
    at: datetime


class Transport(SandboxTransport):
    """To the sandbox, watched by the oracle."""

    def __init__(self, world: "World", sandbox: Sandbox) -> None:
        super().__init__(sandbox)
        self.world = world

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response: httpx.Response = self.world.stage.effect("request", lambda: self._send(request))
        return response

    def _send(self, request: httpx.Request) -> httpx.Response:
        world = self.world
        with world.stage.people():
            world.clock.advance(REQUEST)
            world.watch(request)
            try:
                return world.late(request, super().handle_request(request))
            finally:
                world.oracle.notion.note()


@dataclass
class World:
    """All of it. Its verbs are what people do; `apply` is the product."""

    root: Path
    stage: Stage
    sandbox: Sandbox
    oracle: Oracle
    clones: dict[str, Clone]
    hub: Clone
    lag: timedelta = timedelta()  # a new page is not listed before
    born: dict[str, datetime] = field(default_factory=dict)  # pages, as the listing goes by them
    runs: list[Run] = field(default_factory=list)  # the innermost last
    story: list[str] = field(default_factory=list)
    moved: set[str] = field(default_factory=set)  # pages in another database

    @property
    def clock(self) -> SettableClock:
        return self.stage.clock

    def tell(self, what: str, *about: object) -> None:
        self.oracle.tally[what] += 1
        self.story.append(" ".join([what, *map(str, about)]))

    # --- people in git ---

    def files(self, name: str) -> dict[str, Any]:
        """The records of a clone's branch."""
        return dict(records_in(self.clones[name], self.clones[name].head()))

    def write(self, name: str, key: str, fieldname: str, token: str = "") -> bool:
        """A person edits a field of a file, or empties it."""
        clone, path = self.clones[name], f"{RECORDS}{key}.yaml"
        entry = clone.objects.tree_of(clone.head()).get(path)
        if entry is None:
            return False
        found = clone.objects.read(entry[1])
        assert found is not None
        new = token or self.oracle.token(f"{name}:{key}.{fieldname}")
        shown = record_of(found[1])[fieldname]
        self.oracle.replaced(shown, new)
        self.commit(name, {path: _spelled(found[1].decode(), fieldname, _typed(fieldname, new))})
        self.tell("edit in git", name, key, fieldname, shown, "->", new)
        return True

    def create(self, name: str, key: str) -> bool:
        """A person adds a record."""
        if key in self.files(name):
            return False
        title, note = (self.oracle.token(f"{name}:{key}.{f}") for f in ("title", "note"))
        text = f"title: w{title}\nnote: w{note}\n"
        self.commit(name, {f"{RECORDS}{key}.yaml": text.encode()})
        self.oracle.deleted.discard(key)
        self.tell("create in git", name, key, title, note)
        return True

    def delete(self, name: str, key: str) -> bool:
        """A person deletes a record, and has seen what its file says."""
        values = self.files(name).get(key)
        if values is None or key in ANCHORS:
            return False
        self.oracle.replaced(" ".join(values.values()), "deleted")
        self.oracle.deleted.add(key)
        self.commit(name, {f"{RECORDS}{key}.yaml": None})
        self.tell("delete in git", name, key)
        return True

    def rename(self, name: str, key: str, new: str) -> bool:
        """A person gives a record another key."""
        files = self.files(name)
        if key not in files or new in files or key in ANCHORS:
            return False
        clone = self.clones[name]
        entry = clone.objects.tree_of(clone.head())[f"{RECORDS}{key}.yaml"]
        found = clone.objects.read(entry[1])
        assert found is not None
        changes = {f"{RECORDS}{key}.yaml": None, f"{RECORDS}{new}.yaml": found[1]}
        self.oracle.deleted.add(key)
        self.oracle.deleted.discard(new)
        self.oracle.renamed[new] = key
        self.commit(name, changes)
        self.tell("rename in git", name, key, new)
        return True

    def revert(self, name: str, back: int) -> bool:
        """A person reverts one of the last commits, as far as nothing came after it."""
        clone = self.clones[name]
        commit = clone.head()
        for _ in range(back):
            parents = clone.objects.commit(commit)
            commit = parents.parents[0] if parents and parents.parents else ""
        found = clone.objects.commit(commit)
        if found is None or len(found.parents) != 1:
            return False
        before, after = (clone.objects.tree_of(c) for c in (found.parents[0], commit))
        now, changes = clone.objects.tree_of(clone.head()), {}
        for path in sorted({p for p in {*before, *after} if before.get(p) != after.get(p)}):
            if path.startswith(RECORDS) and now.get(path) == after.get(path):
                self._undone(clone, path, after.get(path), before.get(path))
                changes[path] = self._content(clone, before.get(path))
        if not changes:
            return False
        self.commit(name, changes)
        self.tell("revert in git", name, *changes)
        return True

    def _undone(self, clone: Clone, path: str, now: Any, then: Any) -> None:
        key = path.removeprefix(RECORDS).removesuffix(".yaml")
        shown = record_of(self._content(clone, now) or b"")
        back = record_of(self._content(clone, then) or b"")
        for name in TITLES:
            if shown[name] != back[name]:
                self.oracle.replaced(shown[name], "reverted")
                self.oracle.revived(back[name])
        if then is None:
            self.oracle.deleted.add(key)
        else:
            self.oracle.deleted.discard(key)

    @staticmethod
    def _content(clone: Clone, entry: tuple[str, str] | None) -> bytes | None:
        found = clone.objects.read(entry[1]) if entry else None
        return found[1] if found else None

    def questions(self, name: str) -> dict[str, str]:
        """The open questions of a clone's branch, by key."""
        return questions_in(self.clones[name], self.clones[name].head())

    def answer(self, name: str, key: str, choice: str) -> bool:
        """A person decides everything that is asked about a record."""
        clone, path = self.clones[name], f"{CONFLICTS}{key}.yaml"
        text = (self._content(clone, clone.objects.tree_of(clone.head()).get(path)) or b"").decode()
        if "\nresolution:\n" not in text and "    resolution:\n" not in text:
            return False
        whole = "\nfields:" not in text
        filled = re.sub(r"^( *resolution:)$", rf"\1 {choice}", text, flags=re.MULTILINE)
        chosen = _shown(text, choice)
        for side in ("git", "notion"):
            for token in _shown(text, side) - chosen:
                self.oracle.replaced(token, f"answered {choice}")
        for line in text.splitlines():
            asked = re.fullmatch(r"  (\w+):", line)
            if asked and not whole:
                self.oracle.answered.add((key, asked[1]))
        if whole:
            self.oracle.answered.add((key, ""))
            if f"{choice}:    deleted" in text or re.search(rf"^{choice}: +(deleted|.*trash)", text, re.M):
                self.oracle.replaced(text, f"answered {choice}")
                self.oracle.deleted.add(key)
        self.commit(name, {path: filled.encode()})
        self.tell("answer", name, key, choice)
        return True

    def commit(self, name: str, changes: dict[str, bytes | None], *more: str) -> None:
        """Commit to a clone's branch; index and work tree follow."""
        clone = self.clones[name]
        entries, parent = clone.objects.tree_of(clone.head()), clone.head()
        for path, content in changes.items():
            file = clone.root / path
            if content is None:
                entries.pop(path, None)
                file.unlink(missing_ok=True)
            else:
                entries[path] = (FILE, clone.objects.write("blob", content))
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
        self.put(clone, entries, [p for p in (parent, *more) if p])

    def put(self, clone: Clone, entries: dict[str, tuple[str, str]], parents: list[str]) -> None:
        stamp = f"Ann Lee <ann@example.org> {int(self.clock().timestamp())} +0000"
        lines = [f"tree {clone.objects.write_tree(entries)}", *(f"parent {p}" for p in parents)]
        body = "\n".join([*lines, f"author {stamp}", f"committer {stamp}", "", "Edit", ""])
        set_ref(clone.git, MAIN, clone.objects.write("commit", body.encode()))
        write_index(clone.git / "index", entries)

    # --- people between clones ---

    def publish(self, name: str) -> bool:
        """git push, after a git pull if it is needed."""
        self.pull(name)
        clone = self.clones[name]
        if self.hub.resolve(MAIN) == clone.head():
            return False
        self.hub.objects.take(clone.objects, clone.head())
        set_ref(self.hub.git, MAIN, clone.head())
        set_ref(clone.git, "refs/remotes/origin/main", clone.head())
        self.tell("push", name)
        return True

    def pull(self, name: str, *, mine: bool = True) -> bool:
        """git pull; a person settles what git cannot merge, by the one value or the other."""
        clone, there = self.clones[name], self.hub.resolve(MAIN)
        here = clone.head()
        clone.objects.take(self.hub.objects, there)
        set_ref(clone.git, "refs/remotes/origin/main", there)
        if there in clone.objects.ancestors(here):
            return False
        if not here or here in clone.objects.ancestors(there):
            self._check_out(clone, there)
            self.tell("pull", name)
            return True
        merged = self._merged(clone, here, there, mine=mine)
        self._check_out(clone, here, merged)
        self.put(clone, merged, [here, there])
        self.tell("merge", name)
        return True

    def _check_out(
        self, clone: Clone, commit: str, entries: dict[str, tuple[str, str]] | None = None
    ) -> None:
        wanted = clone.objects.tree_of(commit) if entries is None else entries
        before = clone.objects.tree_of(clone.head())
        for path in {*before, *wanted}:
            if before.get(path) != wanted.get(path):
                content, file = self._content(clone, wanted.get(path)), clone.root / path
                if content is None:
                    file.unlink(missing_ok=True)
                else:
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.write_bytes(content)
        if entries is None:
            set_ref(clone.git, MAIN, commit)
            write_index(clone.git / "index", wanted)

    def _merged(
        self, clone: Clone, here: str, there: str, *, mine: bool
    ) -> dict[str, tuple[str, str]]:
        common = clone.objects.ancestors(here) & clone.objects.ancestors(there)
        best = max(common, key=lambda c: len(clone.objects.ancestors(c)))
        base, ours, theirs = (clone.objects.tree_of(c) for c in (best, here, there))
        merged = {}
        for path in {*base, *ours, *theirs}:
            one, two, was = ours.get(path), theirs.get(path), base.get(path)
            taken = one if two == was or one == two else two if one == was else None
            if taken is None and one != two and was not in (one, two):
                taken = self._settled(clone, path, (was, one, two), mine=mine)
            if taken is not None:
                merged[path] = taken
        return merged

    def _settled(self, clone: Clone, path: str, three: Any, *, mine: bool) -> Any:
        """What a person makes of a file that both changed; two edits of a field: one of them."""
        was, one, two = (record_of(self._content(clone, e) or b"") for e in three)
        kept, lost = (three[1], two) if mine else (three[2], one)
        if not path.startswith(RECORDS):
            return three[2]
        if kept is None or None in three[1:]:
            self.oracle.replaced(" ".join(lost.values()), "merged")
            if kept is None:
                self.oracle.deleted.add(path.removeprefix(RECORDS).removesuffix(".yaml"))
            return kept
        text = (self._content(clone, kept) or b"").decode()
        side, other = (one, two) if mine else (two, one)
        for name in TITLES:
            if side[name] == was[name] != other[name]:
                text = _spelled(text, name, other[name]).decode()
            elif side[name] != other[name] != was[name]:
                self.oracle.replaced(other[name], "merged")
        return (FILE, clone.objects.write("blob", text.encode()))

    def lose_disk(self, name: str) -> None:
        """A clone is gone; another one takes its place. What it had not pushed is gone with it."""
        clone = self.clones[name]
        for values in records_in(clone, clone.head()).values():
            self.oracle.replaced(" ".join(values.values()), "its disk was lost")
        for values in records_in(self.hub, self.hub.resolve(MAIN)).values():
            self.oracle.revived(" ".join(values.values()))
        self._fresh(name)
        self.tell("disk lost", name)

    def _fresh(self, name: str) -> None:
        folder = self.clones[name].root
        shutil.rmtree(folder)
        make_repository(folder, bare=False)
        clone = Clone(folder)
        self.clones[name] = self.stage.git.clones[folder] = clone
        for ref in (MAIN, STATE):
            commit = self.hub.resolve(ref)
            if commit:
                clone.objects.take(self.hub.objects, commit)
                tracked = f"refs/remotes/origin/{ref.removeprefix('refs/heads/')}"
                set_ref(clone.git, tracked, commit)
        self._check_out(clone, self.hub.resolve(MAIN))

    # --- people in Notion ---

    def pages(self) -> list[Page]:
        """The pages of the database and those that were moved away, oldest first."""
        return list(self.oracle.notion.pages().values())

    def edit_page(self, page: Page, name: str) -> bool:
        if page.in_trash or page.archived or page.id in self.moved:
            return False
        token = self.oracle.token(f"Notion:{page.key or page.id}.{name}")
        self.oracle.replaced(page.values[name], token)
        self.oracle.edits(page.id, name)
        value: Any = int(token) if name == "hours" else f"w{token}"
        edits.edit(self.sandbox, "tasks", page.id, {self.title(name): value}, by=EVA)
        self.oracle.notion.note()
        self.tell("edit in Notion", page.key, name, page.values[name], "->", token)
        return True

    def title(self, name: str) -> str:
        """The property of a field, as it is called now."""
        doc = json.loads(self.sandbox._store.all("SELECT properties FROM data_sources")[0][0])
        ids = {f: i for i, f in self.oracle.notion.properties.items()}
        return str(next(p["name"] for p in doc if p["id"] == ids[name]))

    def add_page(self) -> bool:
        title, note = (self.oracle.token(f"Notion:new.{f}") for f in ("title", "note"))
        values = {self.title("title"): f"w{title}", self.title("note"): f"w{note}"}
        page = edits.add_page(self.sandbox, "tasks", values, by=EVA)
        self.oracle.notion.note()
        self.oracle.edits(page, "title")
        self.tell("create in Notion", page, title, note)
        return True

    def duplicate(self, page: Page) -> bool:
        if page.in_trash or page.id in self.moved:
            return False
        values: Json = {self.title(n): v for n, v in page.values.items() if v and n != "hours"}
        edits.add_page(self.sandbox, "tasks", {**values, KEY: page.key}, by=EVA)
        self.oracle.notion.note()
        self.tell("duplicate in Notion", page.key)
        return True

    def trash(self, page: Page) -> bool:
        if page.in_trash or page.key in ANCHORS or page.id in self.moved or page.archived:
            return False
        self.oracle.replaced(" ".join(page.values.values()), "trashed")
        self.oracle.acts += 1
        self.oracle.trashed[page.id] = self.oracle.acts
        edits.trash_page(self.sandbox, "tasks", page.id, by=EVA)
        self.tell("trash in Notion", page.key)
        return True

    def restore(self, page: Page) -> bool:
        if not page.in_trash or page.id in self.moved:
            return False
        self.oracle.revived(" ".join(page.values.values()))
        edits.restore_page(self.sandbox, "tasks", page.id, by=EVA)
        self.tell("restore in Notion", page.key)
        return True

    def archive(self, page: Page, *, archived: bool) -> bool:
        if page.in_trash or page.id in self.moved or page.archived == archived:
            return False
        self.api("PATCH", f"pages/{page.id}", {"is_archived": archived})
        self.tell("archive in Notion" if archived else "unarchive in Notion", page.key)
        return True

    def move(self, page: Page, *, back: bool = False) -> bool:
        if page.in_trash or page.archived or (page.id in self.moved) != back:
            return False
        if page.key in ANCHORS:
            return False
        if not back:  # what has no place there is lost, and a person sees that
            self.oracle.replaced(" ".join(page.values.values()), "moved")
        target = self.sandbox.find_data_source("tasks" if back else "Elsewhere")
        self.api("POST", f"pages/{page.id}/move", {"parent": {"data_source_id": target}})
        (self.moved.discard if back else self.moved.add)(page.id)
        self.oracle.notion.note()
        self.tell("move back in Notion" if back else "move in Notion", page.key)
        return True

    def rename_property(self, name: str) -> bool:
        self.renamed = getattr(self, "renamed", 0) + 1
        source = self.sandbox.find_data_source("tasks")
        body = {"properties": {self.title(name): {"name": f"{TITLES[name]} {self.renamed}"}}}
        self.api("PATCH", f"data_sources/{source}", body)
        self.tell("rename property", name)
        return True

    def api(self, method: str, path: str, body: Json) -> Json:
        """Ask as another connection would, past the weather's counting of our own requests."""
        headers = {"Authorization": f"Bearer {COLLEAGUE}", "Notion-Version": "2026-03-11"}
        client = httpx.Client(transport=SandboxTransport(self.sandbox), base_url="https://x/v1/")
        answer = client.request(method, path, json=body, headers=headers)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    # --- weather and time ---

    def advance(self, by: timedelta) -> None:
        self.clock.advance(by)
        self.tell("time passes", by)

    def weather(self, effect: Effect, method: str, path: str, nth: int, fault: Fault | None) -> None:
        """Something befalls the nth request of a kind from now on."""
        self.sandbox.weather.add(Rule(effect, method, path, nth=nth, fault=fault, token=TOKEN))
        self.tell(f"weather: {effect}{f' {fault}' if fault else ''}", method, path, nth)

    def cut(self, *, short: bool) -> None:
        """Whether listings end early."""
        self.sandbox.result_cap = 2 if short else 10_000
        self.tell("listings are cut" if short else "listings are whole")

    def share(self, *, shared: bool) -> None:
        """Whether the connection sees the database."""
        self.sandbox.add_token(TOKEN, name="Product", shared=None if shared else [])
        self.tell("shared" if shared else "unshared")

    def late(self, request: httpx.Request, response: httpx.Response) -> httpx.Response:
        """A listing without the pages that are too new for it."""
        if not self.lag or not request.url.path.endswith("/query") or response.status_code != 200:
            return response
        answer: Json = json.loads(response.read())
        rows = self.sandbox._store.all("SELECT id, created FROM pages")
        for row in rows:
            self.born.setdefault(row["id"], self.clock())
        fresh = {p for p, at in self.born.items() if self.clock() - at < self.lag}
        answer["results"] = [r for r in answer["results"] if r["id"] not in fresh]
        if fresh:
            self.oracle.tally["a listing lags"] += 1
        return httpx.Response(200, headers={"date": response.headers["date"]}, json=answer)

    # --- the product ---

    def apply(
        self, name: str, *options: str, moments: list[Moment] | None = None, push: bool = True
    ) -> Ran:
        """Run an apply in a clone, and hold it against what it may do."""
        arguments = ["apply", "--yes", *(["--push"] if push else []), *options]
        clone = self.clones[name]
        before = (clone.head(), state_of(clone))
        run = Run(clone, newest_state(clone))
        ran = self._command(name, run, arguments, moments or [])
        self.tell(f"apply: {ran.code}", name)
        self.check_run(run, before, ran)
        return ran

    def look(self, name: str, *command: str) -> Ran:
        """I18: a command that only looks changes nothing."""
        clone = self.clones[name]
        before = (_refs(clone), _refs(self.hub), _work(clone))
        run = Run(clone, newest_state(clone))
        ran = self._command(name, run, list(command), [])
        hold("I18", run.wrote == 0, command, "wrote to Notion")
        after = (_refs(clone), _refs(self.hub), _work(clone))
        hold("I18", before == after, command, "changed files or refs")
        self.tell(f"{command[0]}: {ran.code}", name)
        return ran

    def _command(
        self, name: str, run: Run, arguments: list[str], moments: list[Moment]
    ) -> Ran:
        command, *rest = arguments
        process = Process(moments)
        self.runs.append(run)
        code, text = -9, ""
        try:
            with captured() as (out, err), self.stage.running(process):
                try:
                    code = int(run_command([command, "-C", str(run.clone.root), *rest]))
                except Killed:
                    process.dead = True
                finally:
                    text = out.getvalue() + err.getvalue()
        finally:
            self.runs.pop()
            raise_what_was_caught()
        for moment in moments:
            if moment.happened:
                self.tell(f"in the middle: {moment.what}", moment.kind, moment.nth, moment.after)
        hold("I22", TOKEN not in text, "the token is told")
        hold("I23", "Traceback" not in text, text)
        return Ran(code, text, run.wrote)

    def check_run(self, run: Run, before: tuple[str, str], ran: Ran) -> None:
        """What a run did to the repository, and what it said of it."""
        clone, oracle = run.clone, self.oracle
        if self.clones[clone.root.name] is not clone:
            return  # its disk was lost
        oracle.committed(run, before[0], clone.head())
        if run.base in clone.objects.ancestors(state_of(clone)) or not run.base:
            oracle.recorded(clone, run.base, state_of(clone))
        oracle.no_twins()
        allowed = {0, 1, 3, 4, 5, 6, 7, -9}
        hold("I23", ran.code in allowed, ran.code, ran.text)
        if run.wrote or before[0] != clone.head():
            hold("I23", ran.code in {0, 3, 5, -9}, ran.code, "after a write", ran.text)

    # --- what the oracle is told of requests ---

    def watch(self, request: httpx.Request) -> None:
        """Before a request of the product reaches Notion."""
        if not self.runs:
            return
        run, method, path = self.runs[-1], request.method, request.url.path
        if not run.read:  # the state was fetched by now
            run.base = newest_state(run.clone)
        body: Json = json.loads(request.read() or b"{}")
        if method == "POST" and path.endswith("/query"):
            if "property" not in json.dumps(body.get("filter", {})):
                self.oracle.reads(run, "", self.clock())
        elif method == "GET" and path.startswith("/v1/pages/"):
            self.oracle.reads(run, path.split("/")[3], self.clock())
        elif method == "POST" and path == "/v1/pages":
            run.wrote += 1
        elif method == "PATCH" and path.startswith("/v1/pages/"):
            run.wrote += 1
            self._watch_change(run, path.split("/")[3], body)
        else:
            hold("I15", method == "GET", method, path, "is none of its business")

    def _watch_change(self, run: Run, page_id: str, body: Json) -> None:
        page = self.oracle.notion.page(page_id)
        hold("I15", page is not None, page_id, "is no page of the database")
        assert page is not None
        if "in_trash" in body:
            hold("I9", body.keys() == {"in_trash"}, "in_trash with", body)
            if body["in_trash"]:
                self.oracle.trashes(run, page)
            else:
                run.brought_back.add(page_id)
            return
        hold("I9", body.keys() == {"properties"}, body)
        ids = self.oracle.notion.properties
        known = {self.title(f): f for f in TITLES} | {i: f for i, f in ids.items() if f}
        values = {known[p]: sent(v) for p, v in body["properties"].items() if p in known}
        same = [n for n, v in values.items() if page.values[n] == v]
        raced = any(self.oracle.edited.get((page_id, n), -1) > (run.reading(page_id) or (0,))[0]
                    for n in same)  # fmt: skip
        hold("I9", not same or raced, page.key, same, "is written as it is")
        self.oracle.updates(run, page, values)

    # --- at rest ---

    def come_to_rest(self) -> None:
        """Nothing holds the syncs up any more, and nobody edits: I1, I1b, I2, I4."""
        self.sandbox.weather.clear()
        self.lag = timedelta()
        self.cut(short=False)
        self.share(shared=True)
        for page in self.pages():
            if page.id in self.moved:
                self.move(page, back=True)
            if page.archived:
                self.archive(page, archived=False)
        for name in CLONES:
            self.publish(name)
        for _ in range(MOST_ROUNDS):
            if not self._round():
                break
        else:
            raise Broken(f"I1b: it does not come to rest in {MOST_ROUNDS} rounds")
        for name in CLONES:
            self.pull(name)
        self.oracle.no_twins()
        self.oracle.none_lost(self.clones)
        self.oracle.agreed(self.clones["a"], self.moved)

    def _round(self) -> bool:
        """Each clone syncs; whether anything happened."""
        busy = False
        for name in ("a", "b"):
            self.clock.advance(timedelta(minutes=20))
            self.publish(name)
            before = (_refs(self.hub), _refs(self.clones[name]))
            ran = self.apply(name)
            if "went apart" in ran.text:
                self.follow_advice(name)
                ran = self.apply(name)
            hold("I23", ran.code in {0, 3}, "at rest:", ran.code, ran.text)
            moved = before != (_refs(self.hub), _refs(self.clones[name]))
            busy |= bool(ran.wrote) or moved
        return busy

    def follow_advice(self, name: str) -> None:
        """What the message says of state branches that went apart."""
        clone = self.clones[name]
        set_ref(clone.git, f"refs/heads/kept-{self.oracle.acts}", clone.resolve(STATE))
        set_ref(clone.git, STATE, clone.resolve(TRACKED))
        self.tell("took the remote's state", name)


MOST_ROUNDS = 5  # of both clones, and the last one finds nothing to do


def _shown(text: str, side: str) -> set[str]:
    """The tokens that a conflict file shows of one side."""
    lines = re.findall(rf"^ +{side}: +(\S+)", text, re.MULTILINE)
    return set(lines)


def _typed(name: str, token: str) -> str:
    return token if name == "hours" else f"w{token}"


def _spelled(text: str, name: str, value: str) -> bytes:
    """A record file with one field written anew; without it if the value is empty."""
    line = f"{name}: {value}\n" if value else ""
    found = re.compile(rf"^{name}:.*\n(?:[ -].*\n)*", re.MULTILINE)
    done = found.sub(line, text, count=1) if found.search(text) else text + line
    return done.encode()


def _refs(clone: Clone) -> dict[str, str]:
    return {r: clone.resolve(r) for r in (MAIN, STATE)}


def _work(clone: Clone) -> dict[str, bytes]:
    folder = clone.root / "state"
    return {str(p): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


# --- making worlds ---


def make_repository(folder: Path, *, bare: bool) -> None:
    """An empty repository, as `git init` makes it."""
    git = folder if bare else folder / ".git"
    for name in ("objects/info", "objects/pack", "refs/heads", "refs/tags"):
        (git / name).mkdir(parents=True)
    (git / "HEAD").write_text(f"ref: {MAIN}\n")
    (git / "config").write_text(CONFIG.format(bare=str(bare).lower()) + ("" if bare else ORIGIN))


def opened(folder: Path, sandbox: bytes, at: datetime) -> World:
    """The world in a folder."""
    clock = SettableClock(at)
    box = Sandbox(":memory:", clock=clock, seed="machine")
    box._store._db.deserialize(sandbox)
    git = QuickGit(real_git())
    current = Stage(clock, git, folder)
    clones = {name: git.clone(folder / name) for name in CLONES}
    doc = json.loads(box._store.all("SELECT properties FROM data_sources")[0][0])
    fields = {title: name for name, title in TITLES.items()} | {KEY: ""}
    bot = str(box._store.all("SELECT bot FROM tokens WHERE token=?", (TOKEN,))[0][0])
    view = NotionView(box, bot, {p["id"]: fields[p["name"]] for p in doc})
    view.note()
    return World(folder, current, box, Oracle(view), clones, git.clone(folder / "hub"))


def make_template(folder: Path) -> Template:
    """Make a world in which both sides agree."""
    for name in ("hub", *CLONES):
        make_repository(folder / name, bare=name == "hub")
    with Sandbox(":memory:", clock=SettableClock(START), seed="machine") as box:
        load(box, SEED)
        box.add_token(TOKEN, name="Product")
        box.add_token(COLLEAGUE, name="Another tool")
        empty = bytes(box._store._db.serialize())
    world = opened(folder, empty, START)
    files: dict[str, bytes | None] = {
        ".gitignore": b".notion-gitops/\n", "mappings/tasks.yaml": MAPPING.encode(),
    }  # fmt: skip
    for number, key in enumerate((*ANCHORS, *KEYS)):
        text = f"title: {key}\nnote: of {key}\nspot: at {key}\nhours: {number}\n"
        files[f"{RECORDS}{key}.yaml"] = text.encode()
    with telling(world):
        world.commit("a", files)
        world.hub.objects.take(world.clones["a"].objects, world.clones["a"].head())
        set_ref(world.hub.git, MAIN, world.clones["a"].head())
        for name in ("b", "desk"):
            world.pull(name)
        ran = world.apply("a", "--all-new")
        assert ran.code == 0, ran.text
        for name in CLONES:
            world.publish(name)
        world.clock.advance(timedelta(minutes=20))
        _share_objects(folder)
        return Template(folder, bytes(world.sandbox._store._db.serialize()), world.clock())


def _share_objects(folder: Path) -> None:
    """Let all repositories of a template, and their copies, have their objects in one place."""
    for name in ("hub", *CLONES):
        objects = folder / name / ("objects" if name == "hub" else ".git/objects")
        shutil.copytree(objects, folder / "pool", dirs_exist_ok=True)
        shutil.rmtree(objects)
        (objects / "info").mkdir(parents=True)
        (objects / "pack").mkdir()
        (objects / "info/alternates").write_text(f"{folder / 'pool'}\n")


@contextmanager
def telling(world: World) -> Iterator[None]:
    """The commands of the product talk to this world's Notion."""

    @contextmanager
    def connected(*_: object, **__: object) -> Iterator[Connection]:
        clock = Clock(lambda: world.clock().timestamp(), world.stage.sleep)
        gateway = open_gateway(
            TOKEN,
            transport=Transport(world, world.sandbox),
            settings=Settings(budget=None, clock=clock),
        )

        def find(mapping: object) -> str:
            return world.sandbox.find_data_source("tasks") or ""

        yield Connection(gateway, find, world.clock, lambda: world.clock().timestamp())

    with pytest.MonkeyPatch.context() as patch, on_stage(world.stage):
        for command in (apply_command, plan_command):
            patch.setattr(command, "connected", connected)
        try:
            yield
        finally:
            world.sandbox.close()


def copied(template: Template, to: Path) -> World:
    """A world of its own, like the template."""
    shutil.copytree(template.folder, to, ignore=lambda *_: ["pool"], copy_function=shutil.copyfile)
    return opened(to, template.sandbox, template.at)


def shelf() -> str | None:
    """Where worlds are cheap to make: in memory, if the machine has such a place."""
    place = Path("/dev/shm")  # noqa: S108  only where worlds are made, under names of their own
    return str(place) if place.is_dir() and os.access(place, os.W_OK) else None


@contextmanager
def a_world(template: Template) -> Iterator[World]:
    """A world to tell one story in."""
    with tempfile.TemporaryDirectory(prefix="story-", dir=shelf()) as folder:
        world = copied(template, Path(folder).resolve() / "world")
        with telling(world):
            yield world


Act = Callable[[World], object]
_ = (UTC, DEFAULT_TOKEN, stage)
