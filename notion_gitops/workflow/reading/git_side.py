"""Reading the git side: what changed since the base, and the records of any keys."""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from notion_gitops.formats.file_values import NoFile
from notion_gitops.model.diagnostics import Diagnostic, Place
from notion_gitops.model.errors import InvalidInput
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.records import Snapshot
from notion_gitops.records.attachments import Attachments
from notion_gitops.records.files import is_record_path, list_files, read_files
from notion_gitops.records.reading import read_records
from notion_gitops.repository.nouns import ChangeKind
from notion_gitops.workflow.reading.state_branch import Recorded, StateBranch, read_state
from notion_gitops.workflow.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Touched:
    """The paths under the mapped paths that may not be what the base holds."""

    since_base: frozenset[str]  # differ from the base, in HEAD or in the work tree
    dirty: Mapping[str, ChangeKind]  # differ from HEAD


@dataclass(frozen=True, slots=True)
class GitSide:
    """The git side of one mapping, as far as it had to be read."""

    snapshot: Snapshot
    keys: frozenset[str]  # all keys that git holds, read or not
    contents: Mapping[str, bytes] = field(default_factory=dict)  # of the files that were read
    warnings: tuple[Diagnostic, ...] = ()


def read_state_and_changes(
    workspace: Workspace, *, anew: bool = False
) -> tuple[StateBranch, Touched]:
    """The state branch, and what git knows without a single file being parsed.

    Git looks through the work tree while the state branch is read. Raises as `read_state`.
    """
    paths = [m.git.path for m in workspace.mappings.values()]
    with ThreadPoolExecutor(max_workers=1) as aside:
        status = aside.submit(workspace.repository.status, paths)
        state = read_state(workspace, anew=anew)
        head = workspace.head.commit
        committed = workspace.repository.differing(state.commit, head, paths)
        dirty = status.result().changed
    attached = naming_changed_files(workspace, state)
    return state, Touched(frozenset(committed) | frozenset(dirty) | attached, dirty)


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
            return self._read(list_files(self.workspace.root, self.mapping), everything=True)
        inside = {p for p in changes.since_base if is_record_path(self.mapping, p)}
        side = self._read(inside)
        # A key that is also in a file that nobody touched is there twice: then both are read.
        files = self.recorded.index.entries.files if side.snapshot.records else {}
        known = {key.casefold(): file for key, file in files.items()}
        twins = {
            known[key.casefold()]
            for key, record in side.snapshot.records.items()
            if record.file and known.get(key.casefold(), "") not in {"", record.file.path}
        }
        return self._read(inside | twins) if twins - inside else side

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

    def _read(self, paths: Iterable[str], *, everything: bool = False) -> GitSide:
        """What some files say. One of them that is not there is gone; the others are as the base.

        Raises:
            InvalidInput: a link stands where a folder of records may have stood.
        """
        asked = frozenset(paths)
        read = read_files(self.workspace.root, sorted(asked))
        folders = [d for p, d in read.problems.items() if not is_record_path(self.mapping, p)]
        if folders:
            raise InvalidInput(*folders)
        contents, look = read.contents, Attachments(self.workspace.root).look
        reading = read_records(self.mapping, read, self.workspace.people, look)
        problems = {**reading.unreadable, **self._emptied(contents)}
        unreadable = _by_key(self.recorded, problems, reading.unknown_files)
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
