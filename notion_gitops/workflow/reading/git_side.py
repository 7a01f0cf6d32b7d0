"""Reading the git side: what changed since the base, and the records of any keys."""

import os
from collections.abc import Collection, Iterable, Mapping
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
from notion_gitops.records.reading import Reading, Unreadable, read_records
from notion_gitops.repository.nouns import ChangeKind
from notion_gitops.text.words import count, listed
from notion_gitops.workflow.reading.not_kept import foreign_records, ignored_records, left_out
from notion_gitops.workflow.reading.state_branch import Recorded, StateBranch, read_state
from notion_gitops.workflow.reading.unseen import Unseen, find_unseen
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
    unseen: Unseen = field(default_factory=Unseen)  # some of `keys`: unreadable, or deleted
    left_behind: tuple[Diagnostic, ...] = ()  # files of records that the mapping reads no more

    def renamed(self, old: Collection[str]) -> "GitSide":
        """The same, once it is known that records of these keys are there under others."""
        unseen = self.unseen.without(old)
        known = self.unseen.keys - unseen.keys
        if not known:
            return self
        unreadable = {k: p for k, p in self.snapshot.unreadable.items() if k not in known}
        snapshot = replace(self.snapshot, unreadable={**unreadable, **unseen.unreadable})
        return replace(self, snapshot=snapshot, keys=self.keys - known, unseen=unseen)


@dataclass(frozen=True, slots=True)
class _Read:
    """Some files, read."""

    asked: frozenset[str]  # their paths; one of them that is not there is gone
    contents: Mapping[str, bytes]
    reading: Reading


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


_NAMED = 3  # files in a message


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
        read = self._read(inside, out)
        twins = self._twins(read.reading)
        return self._side(self._read(inside | twins, out) if twins - inside else read)

    def _twins(self, reading: Reading) -> set[str]:
        """The files that hold, by the base, a key that was read from another one.

        If nobody touched such a file, the key is there twice: then both are read.
        """
        partly = (each.partly for each in reading.lost.values() if each.partly is not None)
        found = [*reading.records.values(), *partly]
        files = self.recorded.index.entries.files if found else {}
        known = {key.casefold(): file for key, file in files.items()}
        return {
            known[record.key.casefold()]
            for record in found
            if record.file and known.get(record.key.casefold(), "") not in {"", record.file.path}
        }

    def _all(self, changes: Touched) -> GitSide:
        """All record files: those of the work tree, and those that it should have."""
        workspace, mapping = self.workspace, self.mapping
        here = set(list_files(workspace.root, mapping))
        kept = workspace.repository.list_tree(workspace.head.commit, [mapping.git.path])
        out = ignored_records(mapping, changes.ignored, here)
        strays = {p for p in here - kept.keys() - changes.dirty.keys() if p not in changes.ignored}
        out |= foreign_records(workspace, strays, changes.dirty)
        ours = (here - changes.ignored) | {p for p in kept if is_record_path(mapping, p)}
        return self._side(self._read(ours, out), everything=True)

    def with_records(self, side: GitSide, keys: Iterable[str]) -> GitSide:
        """The same with the records of more keys read, those that equal the base.

        The one file of a single-file mapping is read for new keys too, since they go into it.
        """
        entries, wanted = self.recorded.index.entries, tuple(keys)
        there = side.keys - side.unseen.keys
        paths = {entries[k].file for k in wanted if k in entries and k in there}
        if self.mapping.git.single_file and wanted:
            paths.add(self.mapping.git.path)
        missing = {p for p in paths if p and p not in side.contents}
        if not missing:
            return side
        more = self._side(self._read(missing))
        return replace(
            side,
            snapshot=Snapshot(
                records={**more.snapshot.records, **side.snapshot.records},
                unreadable={**more.snapshot.unreadable, **side.snapshot.unreadable},
            ),
            contents={**side.contents, **more.contents},
            warnings=(*side.warnings, *more.warnings),
        )

    def _read(self, paths: Iterable[str], out: Mapping[str, Diagnostic] = _NONE) -> _Read:
        """What some files say.

        Args:
            paths: of the files.
            out: files that are not to be read, and why.

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
        look = Attachments(self.workspace.root).look
        reading = read_records(self.mapping, read, self.workspace.people, look)
        return _Read(asked, read.contents, reading)

    def _side(self, read: _Read, *, everything: bool = False) -> GitSide:
        """The side after some files. One that is not there is gone; the others are as the base.

        Args:
            read: the files.
            everything: whether these are all that there are.
        """
        entries, records = self.recorded.index.entries, read.reading.records
        lost = {**read.reading.lost, **self._emptied(read.contents)}
        left = self._left_behind(records.keys() | lost.keys()) if everything else ()
        files = {} if everything else entries.files
        untouched = {key for key, file in files.items() if file and file not in read.asked}
        here = records.keys() | untouched | lost.keys()
        unseen = find_unseen(entries.files if lost else {}, here, lost.values())
        unreadable = {at: each.diagnostics for at, each in lost.items()}
        return GitSide(
            Snapshot(records=records, unreadable={**unreadable, **unseen.unreadable}),
            keys=frozenset(here | unseen.keys),
            contents=read.contents,
            warnings=read.reading.warnings,
            unseen=unseen,
            left_behind=left,
        )

    def _emptied(self, contents: Mapping[str, bytes]) -> dict[str, Unreadable]:
        """The one file of a mapping, if it held records and was cut to nothing."""
        path = self.mapping.git.path
        blank = path in contents and not contents[path].strip()
        if not self.mapping.git.single_file or not blank or not self.recorded.index.entries:
            return {}
        fix = "restore it from git; if all its records are to go, write {} or leave the CSV header"
        what = Diagnostic("the file is empty, and held records", Place(path), fix=fix)
        return {path: Unreadable(path, None, (what,))}

    def _left_behind(self, read: Collection[str]) -> tuple[Diagnostic, ...]:
        """That records have their files, and these are none of the mapping any more.

        Its path or format is another now: that deletes nothing.
        """
        left = sorted(
            file
            for key, file in self.recorded.index.entries.files.items()
            if file
            and key not in read
            and not is_record_path(self.mapping, file)
            and os.path.lexists(self.workspace.root / file)
        )
        if not left:
            return ()
        what = Diagnostic(
            f"{self.mapping.name}: the files of {count(len(left), 'record')} are there, and the "
            "mapping does not read them any more",
            self.mapping.git.place,
            fix="Move them to where the mapping reads now, in the form that it reads; or put "
            "git.path and git.format back.",
            detail=f"{listed(left, _NAMED)}. They are not deleted.",
        )
        return (what,)


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
