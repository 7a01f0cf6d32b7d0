"""One record file as the common ancestor and both branches have it, taken apart for a merge."""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from notion_gitops.formats.nodes import Items, Node, Scalar, Table, plain
from notion_gitops.model.diagnostics import Diagnostic, Place
from notion_gitops.model.errors import InvalidInput
from notion_gitops.model.mapping import DatabaseMapping, GitFormat
from notion_gitops.model.people import People
from notion_gitops.model.records import Record
from notion_gitops.records.documents import Document, Slot, key_field
from notion_gitops.records.reading import read_document
from notion_gitops.records.transplant import spans_by_key

_COMMENT = re.compile(r"(?:^|(?<=[ \t]))#.*$", re.MULTILINE)
_TEXT = "\0text"  # stands for the text of a Markdown file, where no field is mapped to it

Rest = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Version:
    """What one version of a file says."""

    content: bytes
    records: Mapping[str, Record] = field(default_factory=dict)
    rest: Mapping[str, Rest] = field(default_factory=dict)  # by key: what no field covers
    comments: Mapping[str, int] = field(default_factory=dict)  # each text, how often
    own: Mapping[str, Counter[str]] = field(default_factory=dict)  # the same of each record
    # of a file of many: those that go when the record goes


@dataclass(frozen=True, slots=True)
class Contents:
    """The three versions of a file."""

    base: bytes
    here: bytes
    there: bytes


@dataclass(frozen=True, slots=True)
class FileVersions:
    """The three versions of a file, read."""

    base: Version
    here: Version
    there: Version


def read_versions(
    mapping: DatabaseMapping, path: str, contents: Contents, people: People
) -> FileVersions:
    """Take all three apart.

    Raises:
        InvalidInput: one of them cannot be read as records, whole.
    """
    read = {
        which: read_version(mapping, path, content, people)
        for which, content in (
            ("the common ancestor", contents.base),
            ("this branch's version", contents.here),
            ("the other branch's version", contents.there),
        )
    }
    return FileVersions(*read.values())


def read_version(mapping: DatabaseMapping, path: str, content: bytes, people: People) -> Version:
    """Take one version apart; one without content holds nothing (git has none to give).

    Raises:
        InvalidInput: it cannot be read as records, whole.
    """
    if not content:
        return Version(content)
    if not content.strip():
        raise InvalidInput(Diagnostic("the file is empty", Place(path)))
    reading, document = read_document(mapping, path, content, people)
    if reading.lost:
        raise InvalidInput(*reading.problems)
    rest = {s.key: _rest(mapping, document, s) for s in document.slots if s.key is not None}
    comments = list(_comments(mapping, document))
    counted = Counter(text for _, text in comments)
    return Version(content, reading.records, rest, counted, _own(mapping, document, comments))


def _rest(mapping: DatabaseMapping, document: Document, slot: Slot) -> dict[str, Any]:
    entries = slot.table.entries if slot.table is not None else ()
    covered = {f.name for f in mapping.properties} | {key_field(mapping)}
    rest = {k.text: plain(v) for k, v in entries if k.text not in covered}
    if mapping.git.format is GitFormat.MARKDOWN and mapping.body is None:
        begin, end = document.body
        rest[_TEXT] = document.text[begin:end].replace("\r\n", "\n")
    return rest


def _own(
    mapping: DatabaseMapping, document: Document, comments: Sequence[tuple[int, str]]
) -> dict[str, Counter[str]]:
    if not mapping.git.single_file or not comments:
        return {}
    spans = spans_by_key(mapping, document)
    starts = [at for at, _ in comments]
    inside = {
        k: comments[bisect_left(starts, b) : bisect_left(starts, e)] for k, (b, e) in spans.items()
    }
    return {key: Counter(text for _, text in found) for key, found in inside.items() if found}


def _comments(mapping: DatabaseMapping, document: Document) -> Iterator[tuple[int, str]]:
    """Each comment, and where it begins."""
    if mapping.git.format not in (GitFormat.YAML, GitFormat.MARKDOWN):
        return
    root = document.root
    values = sorted(_scalars(root)) if isinstance(root, Scalar | Table | Items) else []
    starts = [start for start, _ in values]
    for found in _COMMENT.finditer(document.text, 0, document.front_end):
        before = bisect_right(starts, found.start()) - 1
        if before < 0 or values[before][1] <= found.start():
            yield found.start(), found[0].strip()


def _scalars(node: Node) -> Iterator[tuple[int, int]]:
    """Where single values and keys stand: a # in them begins no comment."""
    match node:
        case Scalar():
            yield node.start, node.end
        case Table(entries=entries):
            for key, value in entries:
                yield key.start, key.end
                yield from _scalars(value)
        case Items(nodes=nodes):
            for each in nodes:
                yield from _scalars(each)


# --- what a merged file must still hold ---------------------------------------------------


def rest_is_kept(at: FileVersions, merged: Version, asked: Collection[str]) -> bool:
    """Whether what no field covers is in a merged file: further keys, comments, other text.

    Args:
        at: the three versions.
        merged: the file.
        asked: the records that one branch deleted and the other edited.
    """
    return all(_keys_kept(at, merged, key) for key in merged.records) and _comments_kept(
        at, merged, asked
    )


def _keys_kept(at: FileVersions, merged: Version, key: str) -> bool:
    found = merged.rest.get(key, {})
    if key not in at.here.rest or key not in at.there.rest:  # it is as that branch has it
        return found == at.here.rest.get(key, at.there.rest.get(key, {}))
    base, here, there = (v.rest.get(key, {}) for v in (at.base, at.here, at.there))
    return all(
        _kept(found.get(n), base.get(n), here.get(n), there.get(n)) for n in {*base, *here, *there}
    )


def _kept(found: object, base: object, here: object, there: object) -> bool:
    if here in (base, there):
        return found == there
    if there == base:
        return found == here
    return found not in (here, there)  # both changed it, so neither version alone will do


def _comments_kept(at: FileVersions, merged: Version, asked: Collection[str]) -> bool:
    base, here, there = (_shared(v, asked) for v in (at.base, at.here, at.there))
    found = _shared(merged, asked)
    return all(
        _counted(found.get(t, 0), base.get(t, 0), here.get(t, 0), there.get(t, 0))
        for t in {*base, *here, *there}
    )


def _counted(found: int, base: int, here: int, there: int) -> bool:
    """Whether a comment is there as often as it should be; a deletion is an edit as well."""
    if here in (base, there):
        return found == there
    if there == base:
        return found == here
    return min(here, there) <= found <= max(here, there)


def _shared(version: Version, asked: Collection[str]) -> Mapping[str, int]:
    """The comments of a version but for those of some records."""
    own = [version.own[key] for key in asked if key in version.own]
    return version.comments if not own else Counter(version.comments) - sum(own, Counter[str]())


def new_comments(base: Version, version: Version, key: str) -> bool:
    """Whether a version has comments in a record that the file did not have before."""
    own = version.own.get(key, Counter())
    return any(version.comments[text] > base.comments.get(text, 0) for text in own)
