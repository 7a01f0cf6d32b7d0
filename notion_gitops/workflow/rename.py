"""`rename`: another key for a record, in its file and wherever other records name it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from notion_gitops.formats.atomic import remove, write_bytes
from notion_gitops.formats.inside import read_inside
from notion_gitops.formats.keys import key_problem
from notion_gitops.formats.schema import suggestion
from notion_gitops.formats.yaml_text import decode_utf8
from notion_gitops.model.backups import Synced
from notion_gitops.model.diagnostics import Diagnostic, Place, Severity
from notion_gitops.model.errors import UsageError
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.records.edits import FileEdits
from notion_gitops.records.files import list_files, read_files
from notion_gitops.records.reading import Reading, read_records
from notion_gitops.records.rekeying import rekeyed
from notion_gitops.records.writing import edit_file
from notion_gitops.state.conflict_tree import with_header
from notion_gitops.state.renames import dump_rename
from notion_gitops.workflow.naming import require_mapping
from notion_gitops.workflow.reading.conflict_files import conflict_path
from notion_gitops.workflow.reading.newest_state import synced
from notion_gitops.workflow.reading.state_branch import read_state
from notion_gitops.workflow.reading.told_renames import read_rename_files, rename_path
from notion_gitops.workflow.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Key:
    """What is to get another key, and which."""

    mapping: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Renamed:
    """What a rename comes to in the work tree."""

    contents: Mapping[str, bytes | None]  # by path; None: the file goes
    naming: tuple[str, ...] = ()  # the other records that name it, as MAPPING/KEY
    synced: bool = True  # whether it has a page that gets the new key
    warnings: tuple[Diagnostic, ...] = ()


@dataclass
class _Desk:
    """The record files of a mapping and of those that relate to it, as they are to be."""

    workspace: Workspace
    key: Key
    base: frozenset[str]  # keys of the base
    said: Mapping[str, str]  # renames that wait for an apply: new key -> old key
    readings: dict[str, Reading] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)  # of all files
    changed: dict[str, bytes | None] = field(default_factory=dict)
    file: str = ""  # of the record, as it is then

    @property
    def mapping(self) -> DatabaseMapping:
        return self.workspace.mappings[self.key.mapping]

    @property
    def reading(self) -> Reading:
        return self.readings[self.key.mapping]

    @property
    def origin(self) -> str:
        """The key that the base has the record under, if it has it."""
        return self.said.get(self.key.old, self.key.old)


def plan_rename(workspace: Workspace, key: Key) -> Renamed:
    """What a record's new key changes in the work tree; nothing is written.

    A record whose file has its new key already is left where it is, and all else follows.

    Raises:
        UsageError: there is no such record, or the new key cannot be one or is taken, or only the
            sandbox was synced so far.
        CannotEdit: a file could not be rewritten so that it reads back as wanted.
        InvalidInput: a conflict file or a rename file cannot be read.
        StateUnusable: the base cannot be read.
    """
    require_mapping(key.mapping, workspace.mappings)
    mapping, state = workspace.mappings[key.mapping], read_state(workspace)
    base = frozenset(state.of(key.mapping).index.entries)
    desk = _Desk(workspace, key, base, read_rename_files(workspace, mapping))
    for name, each in workspace.mappings.items():
        if name == key.mapping or _relations(each, key.mapping):
            files = read_files(workspace.root, list_files(workspace.root, each))
            desk.contents |= files.contents
            desk.readings[name] = read_records(each, files, workspace.people)
    _require_possible(desk)
    _require_its_base(workspace, state.commit)
    naming = tuple(_references(desk))
    record = desk.reading.records.get(key.old, desk.reading.records.get(key.new))
    if record is not None and record.file is not None:
        desk.file = record.file.path
        if record.key == key.old:
            _record(desk, desk.file)
    _question(desk)
    synced = desk.origin in desk.base
    _rename_files(desk, synced=synced)
    return Renamed(desk.changed, naming, synced, tuple(_warnings(desk)))


def write_rename(workspace: Workspace, renamed: Renamed) -> None:
    """Write it into the work tree; nothing is committed."""
    written = {p.casefold(): p for p, content in renamed.contents.items() if content is not None}
    gone = [path for path, content in renamed.contents.items() if content is None]
    first = [path for path in gone if path.casefold() in written]  # one file, to some systems
    for path in first:
        remove(workspace.root, path)
    for path, content in renamed.contents.items():
        if content is not None:
            write_bytes(workspace.root, path, content)
    for path in gone:
        if path not in first:
            remove(workspace.root, path)


def _require_possible(desk: _Desk) -> None:
    key, reading = desk.key, desk.reading
    if wrong := key_problem(key.new):
        raise UsageError(Diagnostic(f'"{key.new}" cannot be a key: {wrong}', fix="Choose another."))
    here = {*reading.records, *(each.key for each in reading.lost.values() if each.key)}
    if key.old not in here and key.new in here and _moved_already(desk):
        return
    if key.old in reading.lost:
        what = f"{key.old} of {key.mapping} cannot be read"
        raise UsageError(Diagnostic(what, fix="Put it right first."), *reading.problems)
    if key.old not in reading.records:
        what = f'there is no record "{key.old}" in {key.mapping}'
        raise UsageError(Diagnostic(what, fix=suggestion(key.old, sorted(reading.records))))
    taken = next((k for k in sorted(here - {key.old}) if k.casefold() == key.new.casefold()), None)
    if key.new == key.old or taken is not None:
        what = f"{key.mapping} has a record {taken or key.old} already"
        raise UsageError(Diagnostic(what, fix="Choose another key."))
    before = {k for k in desk.base - {desk.origin} if k.casefold() == key.new.casefold()}
    if before:
        what = f"{min(before)} was another record of {key.mapping} when it was last synced"
        raise UsageError(Diagnostic(what, fix="Apply first, or choose another key."))


def _require_its_base(workspace: Workspace, state: str) -> None:
    """Where only the sandbox was synced, its base is what tells which page a record has."""
    if synced(workspace, state) is Synced.SANDBOX:
        what = "nothing was synced with Notion yet, so it is not known which page the record has"
        raise UsageError(Diagnostic(what, fix="For the record in the sandbox, add --sandbox."))


def _moved_already(desk: _Desk) -> bool:
    return desk.key.old in desk.base and desk.key.new not in desk.base


def _relations(mapping: DatabaseMapping, to: str) -> list[str]:
    return [name for name, spec in mapping.fields.items() if spec.to == to]


def _references(desk: _Desk) -> Iterator[str]:
    """Rewrite the relations that name the record; the records that they are of."""
    old, new = desk.key.old, desk.key.new
    for name, reading in desk.readings.items():
        mapping = desk.workspace.mappings[name]
        for key, record in sorted(reading.records.items()):
            values = {
                relation: (value - {old}) | {new}
                for relation in _relations(mapping, desk.key.mapping)
                if isinstance(value := record.value(relation), frozenset) and old in value
            }
            if not values or record.file is None:
                continue
            path = record.file.path
            edits = FileEdits(changed={key: values})
            desk.changed[path] = edit_file(mapping, _content(desk, path), path, edits)
            if (name, key) != (desk.key.mapping, old):
                yield f"{name}/{key}"


def _record(desk: _Desk, path: str) -> None:
    """Give the record itself the new key: in its file, and as its file's name."""
    key, mapping = desk.key, desk.mapping
    content = rekeyed(mapping, _content(desk, path), path, key.old, key.new)
    folder, _, name = path.rpartition("/")
    stem, _, ending = name.rpartition(".")
    if not mapping.git.single_file and stem == key.old:
        desk.file = f"{folder}/{key.new}.{ending}"
        there = desk.workspace.root / desk.file
        if there.exists() and not there.samefile(desk.workspace.root / path):
            what, fix = f"{desk.file} is another file", "Choose another key, or move that file."
            raise UsageError(Diagnostic(what, Place(desk.file), fix=fix))
        desk.changed[path] = None
    desk.changed[desk.file] = content


def _question(desk: _Desk) -> None:
    """What is asked of the record goes on under the new key, with the answers so far."""
    key = desk.key
    before, after = (conflict_path(key.mapping, k) for k in (key.old, key.new))
    content = read_inside(desk.workspace.root, before)
    if content is not None:
        header = {
            "record": f"{key.mapping}/{key.new}",
            **({"file": desk.file} if desk.file else {}),
        }
        text = with_header(decode_utf8(content, before), before, header)
        desk.changed |= {before: None, after: text.encode()}


def _rename_files(desk: _Desk, *, synced: bool) -> None:
    """Say which record it is, for the next apply, unless it has the key that it is known by."""
    key = desk.key
    if key.old in desk.said:
        desk.changed[rename_path(key.mapping, key.old)] = None
    if synced and desk.origin != key.new:
        text = dump_rename(key.mapping, desk.origin, key.new)
        desk.changed[rename_path(key.mapping, key.new)] = text.encode()


def _content(desk: _Desk, path: str) -> bytes:
    return desk.changed.get(path) or desk.contents[path]


def _warnings(desk: _Desk) -> Iterator[Diagnostic]:
    old, name = desk.key.old, desk.key.mapping
    lost = {u.path for reading in desk.readings.values() for u in reading.lost.values()}
    for path in sorted(lost):
        if old.encode() in desk.contents.get(path, b""):
            yield Diagnostic(
                f"{path} cannot be read as a whole, and may name {old}",
                Place(path),
                fix=f"Put it right, and write {desk.key.new} where it does.",
                severity=Severity.WARNING,
            )
    for hold in desk.workspace.holds_of(name):
        if hold.record in (old, desk.key.new):
            what = f"{hold.name} is on hold, so its page keeps the old key until that ends"
            yield Diagnostic(what, hold.place, severity=Severity.WARNING)
