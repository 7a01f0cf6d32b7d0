"""Record files read to canonical records, with all that is wrong at its place."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

from notion_gitops.formats.file_values import Look
from notion_gitops.formats.keys import key_problem
from notion_gitops.formats.nodes import Node, Table, warning
from notion_gitops.formats.values import ValueReader
from notion_gitops.model.diagnostics import Diagnostic, Place
from notion_gitops.model.errors import InvalidInput
from notion_gitops.model.mapping import BODY, DatabaseMapping
from notion_gitops.model.people import People
from notion_gitops.model.records import FileOrigin, Record
from notion_gitops.model.values import Unknown, Value, canonical_body
from notion_gitops.records.documents import Document, Slot, fields_of, key_field, parse_document
from notion_gitops.records.files import FilesRead

_RESEMBLANCE = 0.75  # of difflib; below it, a stranger's key is left in peace


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A record, or a whole file, that could not be read: never written, never deleted."""

    path: str
    key: str | None  # None: not even the key is known; the base may know which file it was
    diagnostics: tuple[Diagnostic, ...]
    partly: Record | None = None  # what can be read of it; a field that cannot is `Unknown`

    @property
    def whose(self) -> str | None:
        """The key of the record that this is for sure; None if it has none, or it is not alone."""
        return self.key if self.partly is not None else None


@dataclass(frozen=True, slots=True)
class Reading:
    """What the record files of one mapping say."""

    records: Mapping[str, Record] = field(default_factory=dict)
    lost: Mapping[str, Unreadable] = field(default_factory=dict)  # by key, else by path
    warnings: tuple[Diagnostic, ...] = ()

    @property
    def unreadable(self) -> Mapping[str, tuple[Diagnostic, ...]]:
        """What is wrong with each that was lost, by key, else by path."""
        return {at: each.diagnostics for at, each in self.lost.items()}

    @property
    def problems(self) -> tuple[Diagnostic, ...]:
        """All that is wrong, in the order of files and lines; a pair of twins is told once."""
        found = [d for each in self.lost.values() for d in each.diagnostics]
        told: dict[object, Diagnostic] = {}
        for d in sorted(found, key=lambda d: (d.place is None, d.place)):
            told.setdefault(frozenset({d.place, d.also}) if d.also else id(d), d)
        return tuple(told.values())

    @property
    def unknown_files(self) -> frozenset[str]:
        """Files that hold at least one record whose key could not be told.

        A record of the base that stood in such a file is not deleted, it is unknown; if the file
        holds many records, the mapping takes no part in the run.
        """
        return frozenset(u.path for u in self.lost.values() if u.key is None)


def read_records(
    mapping: DatabaseMapping,
    files: Mapping[str, bytes] | FilesRead,
    people: People,
    look: Look | None = None,
) -> Reading:
    """Read the record files of a mapping.

    Args:
        mapping: says the format, the key and the fields.
        files: content by path relative to the repository's root, and which cannot be read.
        people: who may be named.
        look: looks at the files of the repository that records name; without it nobody does,
            and their content is not known.

    Returns:
        Every record either in `records` or in `lost`, with all of its problems.
    """
    run = _Run(mapping, people, look)
    read = files if isinstance(files, FilesRead) else FilesRead(files)
    for path, content in read.contents.items():
        run.file(path, content)
    for path, problem in read.problems.items():
        run.unread(path, (problem,))
    return run.result()


def read_document(
    mapping: DatabaseMapping, path: str, content: bytes, people: People
) -> tuple[Reading, Document]:
    """The records of one file, and the file taken apart.

    Raises:
        InvalidInput: the file as a whole cannot be read.
    """
    run = _Run(mapping, people, None)
    document = parse_document(mapping, content, path)
    run.document(path, content, document)
    return run.result(), document


class _Run:
    """One reading of all files of a mapping."""

    def __init__(self, mapping: DatabaseMapping, people: People, look: Look | None) -> None:
        self.mapping = mapping
        self.values = ValueReader(mapping.timezone, people, look)
        self.title = mapping.title_field.name
        self.key_field = key_field(mapping)
        self.found: dict[str, list[tuple[Record, tuple[Diagnostic, ...]]]] = defaultdict(list)
        self.lost: dict[str, list[Diagnostic]] = defaultdict(list)  # by path
        self.warnings: list[Diagnostic] = []
        self.near: dict[str, str | None] = {}

    def file(self, path: str, content: bytes) -> None:
        if not content.strip() and not self.mapping.git.single_file:
            # Cut to nothing by accident more often than by the wish to empty every field.
            fix = "restore it from git; or delete the file, if the record is to go"
            self.unread(path, (Diagnostic("the file is empty", Place(path), fix=fix),))
            return
        try:
            document = parse_document(self.mapping, content, path)
        except InvalidInput as error:
            self.unread(path, error.diagnostics)
            return
        self.document(path, content, document)

    def document(self, path: str, content: bytes, document: Document) -> None:
        """Take the records out of a file that is taken apart."""
        digest = hashlib.sha256(content).hexdigest()
        body = None
        if self.mapping.body is not None:
            begin, end = document.body
            body = canonical_body(document.text[begin:end])
        for slot in document.slots:
            self.slot(slot, FileOrigin(path, slot.place, digest), body)

    def unread(self, path: str, problems: tuple[Diagnostic, ...]) -> None:
        """Note a file that could not be read; its name may tell the key nevertheless."""
        stem, dot, _ = path.rsplit("/", 1)[-1].rpartition(".")
        one_record = not self.mapping.git.single_file and self.mapping.key.field is None
        key = stem if one_record and dot and not key_problem(stem) else None
        if key is None:
            self.lost[path].extend(problems)
            return
        origin = FileOrigin(path, problems[0].place or self.mapping.place)
        unknown = dict.fromkeys(self.mapping.fields, Unknown(problems[0].summary))
        self.found[key.casefold()].append((Record(key, unknown, origin), problems))

    def slot(self, slot: Slot, origin: FileOrigin, body: str | None) -> None:
        problems = list(slot.problems)
        fields: dict[str, Value] = {} if body is None else {BODY: body}
        if slot.table is not None:
            entries, wrong = fields_of(self.mapping, slot.table)
            problems.extend(wrong)
            for key, node in entries:
                self.field(key.text, node, fields, problems)
            self.warn(slot.table)
        if slot.key is None:
            self.lost[origin.path].extend(problems)
            return
        title = fields.get(self.title)
        record = Record(slot.key, fields, origin, title=title if isinstance(title, str) else "")
        self.found[slot.key.casefold()].append((record, tuple(problems)))

    def field(
        self, name: str, node: Node, fields: dict[str, Value], problems: list[Diagnostic]
    ) -> None:
        mapped = self.mapping.fields.get(name)
        if mapped is None or mapped.is_body:
            return
        try:
            value = self.values.read(node, mapped)
        except InvalidInput as error:
            said = error.diagnostics if not mapped.sensitive else map(_untold, error.diagnostics)
            told = [replace(d, summary=f"{name}: {d.summary}") for d in said]
            problems.extend(told)
            fields[name] = Unknown(told[0].summary)  # the record is lost, and this is why
            return
        if value is not None:
            fields[name] = value

    def warn(self, table: Table) -> None:
        """Warn of keys that are not mapped and resemble a field, as long as they stand there."""
        for key, _ in table.entries:
            name = key.text
            if name in self.mapping.fields or name == self.key_field:
                continue
            if name not in self.near:
                close = get_close_matches(name, self.mapping.fields, 1, _RESEMBLANCE)
                self.near[name] = close[0] if close else None
            near = self.near[name]
            if near is not None:
                what = f'"{name}" is not a field of {self.mapping.name} and is left alone'
                self.warnings.append(warning(key, what, fix=f'did you mean "{near}"?'))

    def result(self) -> Reading:
        records: dict[str, Record] = {}
        unreadable: dict[str, Unreadable] = {
            path: Unreadable(path, None, tuple(problems)) for path, problems in self.lost.items()
        }
        for same in self.found.values():
            duplicates = _duplicates([record for record, _ in same])
            for record, problems in same:
                told = (*problems, *duplicates.get(id(record), ()))
                if not told:
                    records[record.key] = record
                    continue
                path = record.file.path if record.file else ""
                before = unreadable.get(record.key)
                earlier = before.diagnostics if before else ()
                partly = record if len(same) == 1 else None
                unreadable[record.key] = Unreadable(path, record.key, (*earlier, *told), partly)
        return Reading(records, unreadable, tuple(self.warnings))


def _untold(problem: Diagnostic) -> Diagnostic:
    """A problem of a sensitive value: where it is, and nothing of what stands there."""
    what = "the value cannot be read here, and is not shown as it is sensitive"
    return Diagnostic(what, problem.place, fix="correct it in the file", severity=problem.severity)


def _duplicates(same: list[Record]) -> dict[int, tuple[Diagnostic, ...]]:
    """The problem of each record whose key another one has too, by the record's identity."""
    if len(same) == 1:
        return {}
    places = [r.file.place for r in same if r.file is not None]
    found: dict[int, tuple[Diagnostic, ...]] = {}
    for index, record in enumerate(same):
        other = places[1] if index == 0 else places[0]
        what = f'the key "{record.key}" is here and at {other}'
        if len({r.key for r in same}) > 1:
            what += ", told apart by capitals alone"
        fix = "give one of the two another key"
        found[id(record)] = (Diagnostic(what, places[index], fix=fix, also=other),)
    return found
