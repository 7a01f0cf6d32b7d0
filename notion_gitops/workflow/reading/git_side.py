"""Reading the git side: what changed since the base, and the records of any keys."""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from notion_gitops.formats.file_values import NoFile
from notion_gitops.model.diagnostics import Diagnostic, Place
from notion_gitops.model.errors import InvalidInput
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.records import Snapshot
from notion_gitops.records.attachments import Attachments
from notion_gitops.records.files import is_record_path, list_files, read_files
from notion_gitops.records.reading import read_records
from notion_gitops.repository.nouns import ChangeKind
from notion_gitops.workflow.reading.not_kept import foreign_records, ignored_records, left_out
from notion_gitops.workflow.reading.state_branch import Recorded, StateBranch, read_state
from notion_gitops.workflow.workspace import Workspace

_NONE: Mapping[str, Diagnostic] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Touched:
    """The paths under the mapped paths that may not be what the base holds."""

    since_base: frozenset[str]  # differ from the base, in HEAD or in the work tree
    dirty: Mapping[str, ChangeKind]  # differ from HEAD
    ignored: frozenset[str] = frozenset()  # are left out of account by .gitignore and the like


@dataclass(frozen=True, slots=True)
class GitSide:
    """The git side of one mapping, as far as it had to be read."""

    snapshot: Snapshot
    keys: frozenset[str]  # all keys that git holds, read or not
    contents: Mapping[str, bytes] = field(default_factory=dict)  # of the files that were read
    warnings: tuple[Diagnostic, ...] = ()


def read_state_and_changes(
    workspace: Workspace, given: StateBranch | None = None, *, anew: bool = False
) -> tuple[StateBranch, Touched]:
    """The state branch (or what is given for it), and what git knows without parsing a file.

    Git looks through the work tree while the state branch is read. Raises as `read_state`.
    """
    paths = [m.git.path for m in workspace.mappings.values()]
    with ThreadPoolExecutor(max_workers=1) as aside:
        status = aside.submit(workspace.repository.status, paths, ignored=True)
        state = given or read_state(workspace, anew=anew)
        head = workspace.head.commit
        committed = workspace.repository.differing(state.commit, head, paths)
        work = status.result()
    attached = naming_changed_files(workspace, state)
    since_base = frozenset(committed) | frozenset(work.changed) | attached
    return state, Touched(since_base, work.changed, work.ignored)


def naming_changed_files(workspace: Workspace, state: StateBranch) -> frozenset[str]:
    """The record files that name a file of the repository which is not what the base holds."""
    attachments = Attachments(workspace.root)

    def moved(path: str, digest: str) -> bool:
        try:
            return attachments.look(path).digest != digest
        except NoFile:
            return True

    return frozenset(
        recorded.index.entries[key].file
        for recorded in state.mappings.values()
        for key, files in recorded.files.items()
        if key in recorded.index.entries and any(moved(p, d) for p, d in files.items())
    )


@dataclass(frozen=True, slots=True)
class GitReader:
    """Reads the git side of one mapping."""

    workspace: Workspace
    mapping: DatabaseMapping
    recorded: Recorded

    def changed(self, changes: Touched) -> GitSide:
        """The records whose files differ from the base; all of them if there is no base."""
        if not _paths_as_recorded(self.mapping, self.recorded):
            return self._all(changes)
        inside = {p for p in changes.since_base if is_record_path(self.mapping, p)}
        kept = (*inside, *self.recorded.index.entries.files.values()) if changes.ignored else ()
        out = ignored_records(self.mapping, changes.ignored, kept)
        side = self._read(inside, out)
        # A key that is also in a file that nobody touched is there twice: then both are read.
        files = self.recorded.index.entries.files if side.snapshot.records else {}
        known = {key.casefold(): file for key, file in files.items()}
        twins = {
            known[key.casefold()]
            for key, record in side.snapshot.records.items()
            if record.file and known.get(key.casefold(), "") not in {"", record.file.path}
        }
        return self._read(inside | twins, out) if twins - inside else side

    def _all(self, changes: Touched) -> GitSide:
        """All record files: those of the work tree, and those that it should have."""
        workspace, mapping = self.workspace, self.mapping
        here = set(list_files(workspace.root, mapping))
        kept = workspace.repository.list_tree(workspace.head.commit, [mapping.git.path])
        out = ignored_records(mapping, changes.ignored, here)
        strays = {p for p in here - kept.keys() - changes.dirty.keys() if p not in changes.ignored}
        out |= foreign_records(workspace, strays, changes.dirty)
        ours = (here - changes.ignored) | {p for p in kept if is_record_path(mapping, p)}
        return self._read(ours, out, everything=True)

    def with_records(self, side: GitSide, keys: Iterable[str]) -> GitSide:
        """The same with the records of more keys read, those that equal the base.

        The one file of a single-file mapping is read for new keys too, since they go into it.
        """
        entries, wanted = self.recorded.index.entries, tuple(keys)
        paths = {entries[k].file for k in wanted if k in entries and k in side.keys}
        if self.mapping.git.single_file and wanted:
            paths.add(self.mapping.git.path)
        missing = {p for p in paths if p and p not in side.contents}
        if not missing:
            return side
        more = self._read(missing)
        return GitSide(
            Snapshot(
                records={**more.snapshot.records, **side.snapshot.records},
                unreadable={**more.snapshot.unreadable, **side.snapshot.unreadable},
            ),
            keys=side.keys,
            contents={**side.contents, **more.contents},
            warnings=(*side.warnings, *more.warnings),
        )

    def _read(
        self,
        paths: Iterable[str],
        out: Mapping[str, Diagnostic] = _NONE,
        *,
        everything: bool = False,
    ) -> GitSide:
        """What some files say. One of them that is not there is gone; the others are as the base.

        Args:
            paths: of the files.
            out: files that are not to be read, and why.
            everything: whether these are all that there are.

        Raises:
            InvalidInput: a link stands where a folder of records may have stood.
        """
        asked = frozenset(paths) | out.keys()
        read = read_files(self.workspace.root, sorted(asked - out.keys()))
        missing = asked - read.contents.keys() - read.problems.keys() - out.keys()
        problems = {**out, **read.problems, **left_out(self.workspace, missing)}
        read = replace(read, problems=problems)
        folders = [d for p, d in read.problems.items() if not is_record_path(self.mapping, p)]
        if folders:
            raise InvalidInput(*folders)
        contents, look = read.contents, Attachments(self.workspace.root).look
        reading = read_records(self.mapping, read, self.workspace.people, look)
        wrong = {**reading.unreadable, **self._emptied(contents)}
        unreadable = _by_key(self.recorded, wrong, reading.unknown_files)
        files = {} if everything else self.recorded.index.entries.files
        untouched = {key for key, file in files.items() if file and file not in asked}
        return GitSide(
            Snapshot(records=reading.records, unreadable=unreadable),
            keys=frozenset(reading.records.keys() | untouched | unreadable.keys()),
            contents=contents,
            warnings=reading.warnings,
        )

    def _emptied(self, contents: Mapping[str, bytes]) -> dict[str, tuple[Diagnostic, ...]]:
        """The one file of a mapping, if it held records and was cut to nothing."""
        path = self.mapping.git.path
        blank = path in contents and not contents[path].strip()
        if not self.mapping.git.single_file or not blank or not self.recorded.index.entries:
            return {}
        fix = "restore it from git; if all its records are to go, write {} or leave the CSV header"
        return {path: (Diagnostic("the file is empty, and held records", Place(path), fix=fix),)}


def _paths_as_recorded(mapping: DatabaseMapping, recorded: Recorded) -> bool:
    """Whether the base was written with this path and format, so that it tells what changed."""
    before = recorded.mapping
    return (
        recorded.ever
        and before is not None
        and before.git.path == mapping.git.path
        and before.git.format is mapping.git.format
        and before.key.field == mapping.key.field
    )


def _by_key(
    recorded: Recorded,
    problems: Mapping[str, tuple[Diagnostic, ...]],
    unknown_files: frozenset[str],
) -> dict[str, tuple[Diagnostic, ...]]:
    """The problems by key; where the key cannot be told, by every key that the file held."""
    found = dict(problems)
    files = recorded.index.entries.files if problems or unknown_files else {}
    for key, file in files.items():
        problem = problems.get(file)
        if problem is not None and key not in found:
            found[key] = problem
        elif file in unknown_files and key not in found:
            found[key] = (Diagnostic(f"{file} holds a record whose key cannot be told"),)
    return found
