"""How a branch came to hold a value: by a sync's own commit, or by a person's, and when."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from notion_gitops.model.branches import NOT_LOOKED_UP, Origin, Origins, Versions
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.operations import EditTime
from notion_gitops.model.records import Record, Side
from notion_gitops.model.values import Unknown, Value
from notion_gitops.repository.nouns import Head
from notion_gitops.workflow.reading.record_history import (
    LONGEST_WALK,
    RecordFile,
    Seen,
    field_edits,
)
from notion_gitops.workflow.workspace import Workspace

_GITHEAD = "GITHEAD_"  # and a commit: what git calls it in a merge (git merge's own source)
_NO_TIP = EditTime(None, reason="which commit this version is of is not known")


@dataclass(frozen=True, slots=True)
class Tips:
    """The commits whose files are merged; "" where that cannot be told."""

    here: str = ""
    there: str = ""


@dataclass(frozen=True, slots=True)
class Historian:
    """Looks values up in the histories of two branches."""

    workspace: Workspace
    tips: Callable[[], Tips]  # asked for once something collides
    seen: Seen = field(default_factory=dict)  # what was read

    def origins(
        self, mapping: DatabaseMapping, path: str, at: Versions, names: Iterable[str]
    ) -> dict[str, Origins]:
        """Where both branches have their values of these fields from."""
        wanted = tuple(names)
        tips = self.tips()
        here = self._origins(mapping, (path, tips.here), at.here, wanted)
        there = self._origins(mapping, (path, tips.there), at.there, wanted)
        return {name: Origins(here[name], there[name]) for name in wanted}

    def _origins(
        self,
        mapping: DatabaseMapping,
        where: tuple[str, str],
        record: Record | None,
        names: tuple[str, ...],
    ) -> dict[str, Origin]:
        path, tip = where
        if not tip or record is None:
            return dict.fromkeys(names, Origin(None, _NO_TIP))
        standing = replace(self.workspace, head=Head(tip, ""))
        file = RecordFile(standing, mapping, record.key, path, dirty=False, seen=self.seen)
        edits = field_edits(file, record, names)
        sides = {name: _side(file, name, record.value(name)) for name in names}
        return {n: Origin(sides[n], edits[n].time if n in edits else NOT_LOOKED_UP) for n in names}


def _side(file: RecordFile, name: str, value: Value) -> Side | None:
    """Whose the value is: it is followed to the commit whose parents do not have it."""
    repository, tip = file.workspace.repository, file.workspace.head.commit
    wanted = ""
    for number, commit in enumerate(repository.path_graph(file.path, tip)):
        if wanted and commit.commit != wanted:
            continue
        if number >= LONGEST_WALK or _holds(file, commit.commit, name, value) is not True:
            return None
        parents = {p: _holds(file, p, name, value) for p in commit.parents}
        before = [p for p, holds in parents.items() if holds]
        if not before:
            moved = repository.moved_from(commit.commit, file.path)
            if None in parents.values() or commit.at_boundary or moved:
                return None
            return Side.NOTION if commit.by_sync else Side.GIT
        wanted = before[0]
    return None


def _holds(file: RecordFile, commit: str, name: str, value: Value) -> bool | None:
    """Whether a commit has the value; None if that cannot be read."""
    record = file.at(commit)
    there = None if record is None else record.value(name)
    return None if isinstance(there, Unknown) else record is not None and there == value


# --- which commits are being merged -------------------------------------------------------


def tips_of(
    workspace: Workspace, path: str, versions: tuple[bytes, bytes], environ: Mapping[str, str]
) -> tuple[Tips, str]:
    """The commits that git is merging, as far as they can be told, and a name for the other.

    Git tells a merge driver the contents alone. A merge names the other branch in its environment,
    a rebase in its folder; a commit counts only if it holds exactly the content at hand, so that
    nothing is guessed (git merges common ancestors with each other, too).

    Args:
        workspace: where git is merging.
        path: of the file.
        versions: its content here and there.
        environ: the environment of this process.
    """
    here, there = versions
    repository = workspace.repository
    head = repository.resolve("HEAD") or ""
    mine = head if head and repository.blob_at(head, path) == here else ""
    for ref, name in _candidates(workspace, environ):
        commit = repository.resolve(ref)
        if commit and repository.blob_at(commit, path) == there:
            return Tips(mine, commit), name
    return Tips(mine), ""


def named_by_git(environ: Mapping[str, str]) -> str:
    """What git calls the branch that comes in, for a label."""
    return next((v for n, v in environ.items() if n.startswith(_GITHEAD)), "theirs")


def _candidates(workspace: Workspace, environ: Mapping[str, str]) -> list[tuple[str, str]]:
    """What the other branch may be, with names for it."""
    named = [
        (name.removeprefix(_GITHEAD), label)
        for name, label in environ.items()
        if name.startswith(_GITHEAD)
    ]
    folder = workspace.repository.git_dir
    for file, last in (("rebase-merge/done", True), ("sequencer/todo", False)):
        picks = [line.split(maxsplit=2) for line in _lines(folder / file)]
        commits = [words for words in picks if len(words) > 1 and not words[0].startswith("#")]
        if commits:
            _, commit, *subject = commits[-1 if last else 0]
            named.append((commit, " ".join([commit[:7], *subject])))
    states = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REBASE_HEAD")
    return [*named, *((state, state) for state in states)]


def _lines(file: Path) -> list[str]:
    with suppress(FileNotFoundError, NotADirectoryError):
        return file.read_text("utf-8", "replace").splitlines()
    return []
