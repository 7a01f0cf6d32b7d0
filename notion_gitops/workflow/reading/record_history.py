"""Since when git holds what it holds of a record: its file's history, along first parents.

A file that was moved, and a record that was renamed, are followed: neither edits a field.
"""

from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.operations import EditTime
from notion_gitops.model.records import Record
from notion_gitops.model.story import GitEdit
from notion_gitops.model.values import Fields, Unknown, Value, files_of
from notion_gitops.records.reading import read_records
from notion_gitops.repository.nouns import CommitInfo
from notion_gitops.workflow.workspace import Workspace

LONGEST_WALK = 500  # commits of one file that are looked at before giving up
NOT_COMMITTED = "(not committed)"

_SHALLOW = (
    "the clone is too shallow to tell; apply fetches what is missing, and may decide then "
    "(or fetch it: git fetch --unshallow)"
)
_NOWHERE = GitEdit(EditTime(None, reason="no commit of this branch has the value"))
_UNREAD = GitEdit(EditTime(None, reason="the file could not be read in the commits in between"))


Version = tuple[CommitInfo, Record | None]
"""A commit that changed a record's file, and the record as it has it; unread fields are unknown."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The records of a file as a commit has them; a field that cannot be read is `Unknown`."""

    records: Mapping[str, Record] = field(default_factory=dict)
    unknown: Fields = field(default_factory=dict)  # not empty: the file could not be read at all

    def get(self, key: str) -> Record | None:
        """The record; None if it is not there."""
        found = self.records.get(key)
        return Record(key, self.unknown) if found is None and self.unknown else found


Seen = dict[tuple[str, str], Standing]
"""The records of files, by path and commit: each version is read once, for all that ask."""


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A part of a record's history in which its file stayed where it is."""

    path: str
    key: str
    head: str  # the newest commit


@dataclass(frozen=True, slots=True)
class RecordFile:
    """Where a record stands, or stood, in git."""

    workspace: Workspace
    mapping: DatabaseMapping
    key: str
    path: str
    dirty: bool  # the file differs from HEAD
    seen: Seen = field(default_factory=dict)  # what was read; shared by those who look together

    def at(self, commit: str) -> Record | None:
        """The record as a commit has it; None if it is not there."""
        return self.records_at(commit, self.path).get(self.key)

    def records_at(self, commit: str, path: str) -> Standing:
        """All records of a file, as a commit has them."""
        at = (path, commit)
        if at not in self.seen:
            self.seen[at] = self._read(commit, path)
        return self.seen[at]

    def _read(self, commit: str, path: str) -> Standing:
        content = self.workspace.repository.blob_at(commit, path)
        if content is None:
            return Standing()
        reading = read_records(self.mapping, {path: content}, self.workspace.people)
        lost = {
            u.key: u.partly or Record(u.key, self._nothing) for u in reading.lost.values() if u.key
        }
        none = any(each.key is None for each in reading.lost.values())
        return Standing({**reading.records, **lost}, self._nothing if none else {})

    @property
    def _nothing(self) -> Fields:
        return dict.fromkeys(self.mapping.fields, Unknown("it could not be read"))

    def versions(self) -> Iterable[Version]:
        """The commits that changed the file, newest first."""
        stretch: _Stretch | None = _Stretch(self.path, self.key, self.workspace.head.commit)
        while stretch is not None:
            stretch = yield from self._walk(stretch)

    def _walk(self, along: _Stretch) -> Generator[Version, None, _Stretch | None]:
        """The versions of one stretch; then the stretch before it, if the record was moved."""
        key, first = along.key, None
        newer = Standing()
        for commit in self.workspace.repository.first_parent_log(along.path, along.head):
            records = self.records_at(commit.commit, along.path)
            if first is not None and records.get(key) is None:
                former = _former_key(key, newer, records)
                if former is None:
                    break
                key = former
            yield commit, records.get(key)
            newer, first = records, commit if records.get(key) is not None else None
        return self._before(first, replace(along, key=key), newer) if first is not None else None

    def _before(self, first: CommitInfo, along: _Stretch, records: Standing) -> _Stretch | None:
        """Where the record stood before the commit with which a stretch begins."""
        path = self.workspace.repository.moved_from(first.commit, along.path)
        parent = f"{first.commit}^"
        before = self.records_at(parent, path) if path else Standing()
        known = before.get(along.key) is not None
        key = along.key if known else _former_key(along.key, records, before)
        return _Stretch(path, key, parent) if key is not None else None

    def not_committed(self) -> GitEdit:
        """An edit that is in the work tree alone: all that is known is the time of the file."""
        file = self.workspace.root / self.path
        at = datetime.fromtimestamp(file.stat().st_mtime, UTC) if file.is_file() else None
        return GitEdit(EditTime(at, by=NOT_COMMITTED, person=True))


def _former_key(key: str, newer: Standing, older: Standing) -> str | None:
    """The key that a record had in an older version, if it was renamed and nothing else."""
    now, gone = newer.get(key), older.records.keys() - newer.records.keys()
    same = [k for k in gone if now is not None and older.records[k].fields == now.fields]
    return same[0] if len(same) == 1 else None


def field_edits(where: RecordFile, now: Record, names: Iterable[str]) -> dict[str, GitEdit]:
    """For each field the commit since which it has its present value.

    Args:
        where: the record's file.
        now: the record as the work tree has it.
        names: the fields; an empty one has a history, too.
    """
    wanted = {name: now.value(name) for name in names}
    found: dict[str, GitEdit] = {}
    if where.dirty:
        head = where.at(where.workspace.head.commit) if where.workspace.head.commit else None
        edited = [n for n, value in wanted.items() if not _holds(head, n, value)]
        found = dict.fromkeys(edited, where.not_committed()) if edited else {}
    waiting = {name: value for name, value in wanted.items() if name not in found}
    return {**found, **_walk(where, waiting)}


def _walk(where: RecordFile, waiting: Mapping[str, Value]) -> dict[str, GitEdit]:
    """The oldest commit, counted from now backwards, that already has each value.

    A version in which a field cannot be read tells nothing of it; if the next older one that can be
    read has another value, nobody knows when that changed.
    """
    since = dict.fromkeys(waiting, _NOWHERE)
    left, unread = dict(waiting), set[str]()
    for number, (commit, record) in enumerate(where.versions() if left else ()):
        given_up = _given_up(commit, number)
        for name, value in list(left.items()):
            there = None if record is None else record.value(name)
            if isinstance(there, Unknown) and given_up is None:
                unread.add(name)
            elif record is not None and (isinstance(there, Unknown) or there == value):
                unread.discard(name)
                since[name] = given_up or _edit(commit)
            else:
                del left[name]
        if not left or given_up is not None:
            break
    return since | dict.fromkeys(unread, _UNREAD)


def deletion(where: RecordFile) -> GitEdit | None:
    """The commit that took the record out of git; None if no commit ever had it."""
    if where.dirty and where.workspace.head.commit:
        head = where.at(where.workspace.head.commit)
        if head is not None:
            return GitEdit(EditTime(None, by=NOT_COMMITTED))
    since: GitEdit | None = None
    for number, (commit, record) in enumerate(where.versions()):
        if record is not None:
            return since
        since = _given_up(commit, number) or _edit(commit)
        if since.time.at is None:
            return since
    return None


def _edit(commit: CommitInfo) -> GitEdit:
    return GitEdit(
        EditTime(
            commit.time, by=commit.author, commit=commit.commit[:7], person=not commit.by_sync
        ),
        commit.subject,
    )


def _given_up(commit: CommitInfo, number: int) -> GitEdit | None:
    """What is told where history cannot be followed any further."""
    if commit.at_boundary:
        return GitEdit(EditTime(None, reason=_SHALLOW))  # whoever cut it there edited nothing
    if number >= LONGEST_WALK:
        why = f"the value is older than {LONGEST_WALK} commits"
        return GitEdit(EditTime(None, reason=why))
    return None


def _holds(record: Record | None, name: str, value: Value) -> bool:
    return record is not None and record.value(name) == value


def by_name(record: Record) -> Record:
    """The record with its files by their names alone: what they hold is not in its own file."""
    return replace(record, fields={n: _by_name(value) for n, value in record.fields.items()})


def _by_name(value: Value) -> Value:
    files = files_of(value)
    return tuple(replace(ref, digest="") for ref in files) if files else value
