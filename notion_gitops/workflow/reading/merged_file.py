"""One record file merged between two branches: read, decided field by field, written as text."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from notion_gitops.engine.branches import colliding, merge_versions, texts_to_merge
from notion_gitops.engine.texts import ThreeTexts
from notion_gitops.model.branches import Collision, Known, RecordMerge, TextMerge, Versions
from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import InvalidInput, NotionGitopsError
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.people import People
from notion_gitops.records.edits import CannotEdit
from notion_gitops.records.files import is_record_path
from notion_gitops.records.merging import Task, merged_file
from notion_gitops.records.versions import Contents, FileVersions, new_comments, read_versions
from notion_gitops.repository.repository import Repository
from notion_gitops.repository.texts import Labels
from notion_gitops.text.markers import Marking
from notion_gitops.workflow.reading.text_merges import merged_text
from notion_gitops.workflow.reading.value_origins import Historian

REST_OPEN = "what no field covers (comments, further keys) was changed on both branches"


@dataclass(frozen=True, slots=True)
class MergedFile:
    """What became of one file."""

    path: str
    content: bytes
    clean: bool  # nothing in it is left to a person
    collisions: tuple[Collision, ...] = ()
    reason: Diagnostic | None = None  # why it was merged as text alone
    inner: bool = False  # it is of common ancestors: what is open is nothing to decide

    @property
    def rest_open(self) -> bool:
        """Whether what no field covers is left to a person: comments, further keys, other text."""
        return not self.clean and not self.open and self.reason is None

    @property
    def open(self) -> tuple[Collision, ...]:
        """The fields that a person has to decide."""
        return tuple(c for c in self.collisions if c.open)


@dataclass(frozen=True, slots=True)
class Desk:
    """What every file of one merge is merged with."""

    repository: Repository
    marking: Callable[[], Marking]  # asked for once something is open: git has to be asked for it
    people: People = field(default_factory=People)


def mapping_of(mappings: Mapping[str, DatabaseMapping], path: str) -> DatabaseMapping | None:
    """The mapping that a path is a record file of."""
    return next((m for m in mappings.values() if is_record_path(m, path)), None)


def merge_records(
    desk: Desk, historian: Historian, mapping: DatabaseMapping, path: str, contents: Contents
) -> MergedFile:
    """Merge one record file; where it cannot be read as records, as git merges texts.

    Raises:
        GitFailed: git could not merge it as text either.
    """
    try:
        at = read_versions(mapping, path, contents, desk.people)
        _require_same_key(mapping, path, at)
        merges = {v.key: _decide(desk, historian, mapping, path, v) for v in _records(at)}
        task = Task(mapping, path, desk.people, at, merges, lambda c: as_text(desk, c))
        content, clean = merged_file(task, desk.marking)
    except (InvalidInput, CannotEdit) as error:
        return merged_as_text(desk, path, contents, error)
    collisions = tuple(c for merge in merges.values() for c in merge.collisions)
    return MergedFile(path, content, clean, collisions)


def merged_as_text(desk: Desk, path: str, contents: Contents, why: NotionGitopsError) -> MergedFile:
    """Merge a file as git does without a driver."""
    content, clean = as_text(desk, contents)
    return MergedFile(path, content, clean, reason=why.diagnostics[0])


def as_text(desk: Desk, contents: Contents) -> tuple[bytes, bool]:
    """Three texts merged line by line, and whether that is clean.

    Raises:
        GitFailed: they are no texts.
    """
    marking = desk.marking()
    labels = Labels(marking.here, marking.base, marking.there, marking.size)
    return desk.repository.merge_files(contents.base, contents.here, contents.there, labels)


def _require_same_key(mapping: DatabaseMapping, path: str, at: FileVersions) -> None:
    """A file of one record whose key changed is another record, and not merged by fields."""
    keys = {key for v in (at.base, at.here, at.there) for key in v.records}
    if len(keys) > 1 and not mapping.git.single_file:
        raise InvalidInput(Diagnostic(f"{path} has another key on one branch"))


def _records(at: FileVersions) -> Iterator[Versions]:
    """All records of all versions, in the order of this branch's file."""
    versions = (at.base, at.here, at.there)
    keys = dict.fromkeys(key for v in (at.here, at.there, at.base) for key in v.records)
    for key in keys:
        rests = [v.rest[key] for v in versions if key in v.records]
        unmapped = any(rest != rests[0] for rest in rests) or any(
            new_comments(at.base, v, key) for v in (at.here, at.there)
        )
        base, here, there = (v.records.get(key) for v in versions)
        yield Versions(key, base, here, there, unmapped)


def _decide(
    desk: Desk, historian: Historian, mapping: DatabaseMapping, path: str, at: Versions
) -> RecordMerge:
    """Merge one record; only what collides is looked up in history."""
    texts = {n: _merged_text(desk, three) for n, three in texts_to_merge(mapping, at).items()}
    merge = merge_versions(mapping, at, Known(texts))
    if not colliding(mapping, at) or not merge.open:
        return merge
    asked = [c.field for c in merge.collisions if c.field is not None and c.open]
    origins = historian.origins(mapping, path, at, asked)
    return merge_versions(mapping, at, Known(texts, origins))


def _merged_text(desk: Desk, three: ThreeTexts) -> TextMerge:
    def merged(favour: str = "") -> str | None:
        return merged_text(desk.repository, three, favour)

    clean = merged()
    if clean is not None:
        return TextMerge(clean, clean, clean, three.by_word)
    return TextMerge(None, merged("ours") or "", merged("theirs") or "", three.by_word)
