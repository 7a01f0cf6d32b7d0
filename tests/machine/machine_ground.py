"""Where a story takes place: the clones, the hub between them, Notion, and time."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from notion_gitops.sandbox import Sandbox
from notion_gitops.sandbox.basics.clock import SettableClock
from tests.machine.machine_git import Clone
from tests.machine.machine_objects import FILE, set_ref, write_index
from tests.machine.machine_oracle import Oracle, Run
from tests.machine.machine_stage import Stage
from tests.machine.machine_views import MAIN, Page, records_in

Json = dict[str, Any]
ANCHORS = ("tasks/north", "tasks/south", "teams/red")  # never deleted: guards see to that
KEYS = ("tasks/ant", "tasks/bee", "tasks/cat", "teams/blue")
CLONES = ("a", "b", "desk")  # a and b apply
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
class SavedPlan:
    """A plan in a file, and what it was made from."""

    file: Path
    head: str
    base: str  # the state commit
    pages: dict[str, Page]


@dataclass
class Ground:
    """What all of it stands on."""

    root: Path
    stage: Stage
    sandbox: Sandbox
    oracle: Oracle
    clones: dict[str, Clone]
    hub: Clone
    lag: timedelta = timedelta()  # a new page is not listed before
    runs: list[Run] = field(default_factory=list)  # the innermost last
    story: list[str] = field(default_factory=list)
    told: str = ""  # by the last apply at rest
    saved: dict[str, SavedPlan] = field(default_factory=dict)  # by clone
    moved: set[str] = field(default_factory=set)  # pages in another database

    @property
    def clock(self) -> SettableClock:
        return self.stage.clock

    def tell(self, what: str, *about: object) -> None:
        self.oracle.tally[what] += 1
        self.story.append(" ".join([what, *map(str, about)]))

    def files(self, name: str) -> dict[str, Any]:
        """The records of a clone's branch."""
        return dict(records_in(self.clones[name], self.clones[name].head()))

    def pages(self) -> list[Page]:
        """The pages of the database and those that were moved away, oldest first."""
        return list(self.oracle.notion.pages().values())

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

    @staticmethod
    def content(clone: Clone, entry: tuple[str, str] | None) -> bytes | None:
        """What a file holds; None if it is not there."""
        found = clone.objects.read(entry[1]) if entry else None
        return found[1] if found else None


def make_repository(folder: Path, *, bare: bool) -> None:
    """An empty repository, as `git init` makes it."""
    git = folder if bare else folder / ".git"
    for name in ("objects/info", "objects/pack", "refs/heads", "refs/tags"):
        (git / name).mkdir(parents=True)
    (git / "HEAD").write_text(f"ref: {MAIN}\n")
    (git / "config").write_text(CONFIG.format(bare=str(bare).lower()) + ("" if bare else ORIGIN))
