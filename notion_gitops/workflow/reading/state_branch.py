"""Reading the state branch: the base and the metadata of every mapping."""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from notion_gitops.mapping.fingerprints import fingerprint, only_has_more_words
from notion_gitops.mapping.loading import load_alone
from notion_gitops.model.diagnostics import Diagnostic, Place
from notion_gitops.model.errors import InvalidInput, StateUnusable
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.records import Base, BaseRecord, Record
from notion_gitops.model.values import Fields, with_digests
from notion_gitops.records.reading import read_records
from notion_gitops.state.files import parse_files
from notion_gitops.state.index import Index, IndexEntry, parse_index
from notion_gitops.state.reading import damaged, decode
from notion_gitops.state.readings import LastReading, parse_reading
from notion_gitops.state.stored import parse_stored
from notion_gitops.state.sync import FieldSeen, SyncState, parse_schema, parse_sync
from notion_gitops.workflow.reading.index_cache import cache_key, load_index, save_index
from notion_gitops.workflow.reading.newest_state import newest_state
from notion_gitops.workflow.reading.set_back import require_not_set_back
from notion_gitops.workflow.workspace import Workspace, mapping_files


@dataclass(frozen=True, slots=True)
class Recorded:
    """One mapping's part of the state branch; empty if it was never synced."""

    index: Index = field(default_factory=Index)
    sync: SyncState | None = None
    schema: Mapping[str, FieldSeen] = field(default_factory=dict)
    mapping: DatabaseMapping | None = None  # as it was when this base was written
    blobs: Mapping[str, str] = field(default_factory=dict)  # blob id of each metadata file
    stored: Mapping[str, str] = field(default_factory=dict)  # key -> blob id of its stored forms
    files: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # key -> path -> digest
    reading: LastReading | None = None  # of a large database: what need not be read again
    followed: frozenset[str] = frozenset()  # fields whose property has another name, not another id

    @property
    def ever(self) -> bool:
        """Whether the mapping was ever synced."""
        return self.sync is not None


@dataclass(frozen=True, slots=True)
class StateBranch:
    """The state branch at one commit."""

    commit: str  # "" if there is none yet
    mappings: Mapping[str, Recorded] = field(default_factory=dict)
    lost: bool = False  # there was one, and it is gone
    behind: bool = False  # HEAD has records of syncs whose states are rightly not in it

    def of(self, name: str) -> Recorded:
        """One mapping's part."""
        return self.mappings.get(name, Recorded())

    def following(self, followed: Mapping[str, frozenset[str]]) -> "StateBranch":
        """The same, knowing by mapping which fields are told to be the same by their id alone."""
        mappings = {
            name: replace(recorded, followed=followed.get(name, recorded.followed))
            for name, recorded in self.mappings.items()
        }
        return replace(self, mappings=mappings)


def read_state(workspace: Workspace, *, anew: bool = False) -> StateBranch:
    """Read the metadata of all mappings; record values are read later, and only where needed.

    Args:
        workspace: the workspace.
        anew: a state branch that was lost counts as none (`import` begins a new one).

    Raises:
        StateUnusable: the branch is lost, damaged, newer than this program, or of other records.
        Refused: the branch here and the remote's went apart.
    """
    try:
        commit = newest_state(workspace)
    except StateUnusable:
        if not anew:
            raise
        return StateBranch("", lost=True)
    if not commit:
        return StateBranch("")
    with ThreadPoolExecutor(max_workers=1) as aside:  # git looks while we parse
        related = aside.submit(_require_related, workspace, commit)
        recorded = read_metadata(workspace, commit)
        behind = related.result()
    return StateBranch(commit, recorded, behind=behind)


def read_metadata(workspace: Workspace, commit: str) -> dict[str, Recorded]:
    """What a commit of the state branch holds of every mapping.

    Raises:
        StateUnusable: it is damaged, or a newer version of this program wrote it.
    """
    names = [*workspace.mappings]
    blobs = workspace.repository.list_tree(commit, names)
    cached = {name: _cached(workspace, name, blobs) for name in names}
    wanted = {p: b for p, b in blobs.items() if _is_read(p, cached)}
    contents = workspace.repository.read_blobs(wanted.values())
    texts = {path: decode(contents[blob], path) for path, blob in wanted.items()}
    return {
        name: _recorded(
            workspace, texts, blobs, cached[name] or _parsed(workspace, name, texts, blobs), name
        )
        for name in names
    }


def _under(folder: str, paths: Mapping[str, str]) -> dict[str, str]:
    """The entries under a folder, by their paths in it."""
    return {p.removeprefix(folder): v for p, v in paths.items() if p.startswith(folder)}


def _cached(workspace: Workspace, name: str, blobs: Mapping[str, str]) -> Index | None:
    key = cache_key(_under(f"{name}/pages/", blobs))
    return load_index(workspace.private, name, key)


def _is_read(path: str, cached: Mapping[str, Index | None]) -> bool:
    """Whether a metadata file is needed now; stored forms are read with their records."""
    name, _, inner = path.partition("/")
    return not inner.startswith(("notion/", "pages/") if cached.get(name) else "notion/")


def _parsed(
    workspace: Workspace, name: str, texts: Mapping[str, str], blobs: Mapping[str, str]
) -> Index:
    pages = _under(f"{name}/pages/", texts)
    if not pages:
        return Index()
    index = parse_index(pages, f"{name}/pages")
    save_index(workspace.private, name, cache_key(_under(f"{name}/pages/", blobs)), index)
    return index


def _recorded(
    workspace: Workspace,
    texts: Mapping[str, str],
    blobs: Mapping[str, str],
    index: Index,
    name: str,
) -> Recorded:
    files = {p: b for p, b in blobs.items() if p.startswith(f"{name}/")}
    schema, sync = texts.get(f"{name}/schema.json"), texts.get(f"{name}/sync.yaml")
    if schema is None or sync is None:
        only_paired = not any(index.entries.files.values()) and not index.tombstones
        if schema is None and sync is None and only_paired:
            # Never synced; `import` may have paired records with pages.
            return Recorded(index, blobs=files)
        damaged(Place(f"{name}/{'sync.yaml' if sync is None else 'schema.json'}"), "it is missing")
    stored = _under(f"{name}/notion/", blobs)
    attached, last = texts.get(f"{name}/files.json"), texts.get(f"{name}/reading.json")
    return Recorded(
        index=index,
        sync=parse_sync(sync, f"{name}/sync.yaml"),
        schema=parse_schema(schema, f"{name}/schema.json"),
        mapping=_written_mapping(workspace, name, texts),
        blobs=files,
        stored={path.removesuffix(".yaml"): blob for path, blob in stored.items()},
        files=parse_files(attached, f"{name}/files.json") if attached is not None else {},
        reading=parse_reading(last, f"{name}/reading.json") if last is not None else None,
    )


def _written_mapping(
    workspace: Workspace, name: str, texts: Mapping[str, str]
) -> DatabaseMapping | None:
    """The mapping as it was when the base was written; None if it cannot be read any more.

    Then the base is read with today's mapping, whose changed fields are taken as never synced.
    """
    files = ("mapping.yaml", "defaults.yaml")
    written = {
        f: t.encode() if (t := texts.get(f"{name}/{f}")) is not None else None for f in files
    }
    if written == mapping_files(workspace, name):
        return workspace.mappings[name]
    source = written["mapping.yaml"]
    if source is None:
        return None
    try:
        return load_alone(source, f"{name}/mapping.yaml", written["defaults.yaml"])
    except InvalidInput:
        return None


def read_base(
    workspace: Workspace,
    state: StateBranch,
    mapping: DatabaseMapping,
    keys: Iterable[str] | None = None,
) -> dict[str, BaseRecord]:
    """The base records of some keys (None: all), their values read from the state branch.

    A field whose meaning changed in the mapping since is taken as never synced.
    """
    recorded = state.of(mapping.name)
    wanted = recorded.index.entries.keys() if keys is None else keys
    entries = [recorded.index.entries[k] for k in wanted if k in recorded.index.entries]
    if not entries:
        return {}
    written = recorded.mapping or mapping
    stored = _stored(workspace, recorded, written, [e.key for e in entries])
    values = _values(workspace, state, written, entries)
    trusted = frozenset(n for n in mapping.fields if same_meaning(mapping, recorded, n))
    return {
        e.key: _with_digests(
            _base_record(e, values.get(e.key), stored.get(e.key, {}), trusted),
            recorded.files.get(e.key, {}),
        )
        for e in entries
    }


def _with_digests(base: BaseRecord, digests: Mapping[str, str]) -> BaseRecord:
    """The record with the content that its files in git had."""
    fields = {n: with_digests(v, digests) for n, v in base.fields.items()} if digests else {}
    return replace(base, fields=fields) if digests else base


def shells(index: Index, fields: Mapping[str, Fields]) -> dict[str, BaseRecord]:
    """Base records whose values are known without reading: neither side changed them.

    Args:
        index: all entries.
        fields: the values of these records, as a side that equals the base has them.
    """
    return {
        key: BaseRecord(key, e.page_id, fields.get(key, {}), frozenset(), {}, e.file, e.seen)
        for key, e in index.entries.items()
    }


def as_base(recorded: Recorded, records: Mapping[str, BaseRecord]) -> Base:
    """The base of one mapping."""
    return Base(records, recorded.index.tombstones, recorded.ever)


def _values(
    workspace: Workspace,
    state: StateBranch,
    written: DatabaseMapping,
    entries: list[IndexEntry],
) -> Mapping[str, Record]:
    paths = sorted({e.file for e in entries if e.file})
    blobs = workspace.repository.list_tree(state.commit, paths)
    contents = workspace.repository.read_blobs(blobs.values())
    files = {path: contents[blob] for path, blob in blobs.items()}
    reading = read_records(written, files, workspace.people)
    lost = {u.key: u.partly for u in reading.lost.values() if u.key and u.partly}
    return {**reading.records, **lost}


def _stored(
    workspace: Workspace, recorded: Recorded, mapping: DatabaseMapping, keys: list[str]
) -> dict[str, Fields]:
    blobs = {k: recorded.stored[k] for k in keys if k in recorded.stored}
    contents = workspace.repository.read_blobs(blobs.values())
    return {
        key: parse_stored(
            decode(contents[blob], f"{mapping.name}/notion/{key}.yaml"),
            f"{mapping.name}/notion/{key}.yaml",
            mapping,
            workspace.people,
        )
        for key, blob in blobs.items()
    }


def _base_record(
    entry: IndexEntry, record: Record | None, stored: Fields, trusted: frozenset[str]
) -> BaseRecord:
    # What cannot be read any more tells nothing: it counts as never agreed upon.
    known = trusted - frozenset(entry.unsettled) - record.unknown if record else frozenset()
    fields: Fields = record.fields if record else {}
    return BaseRecord(
        key=entry.key,
        page_id=entry.page_id,
        fields={n: v for n, v in fields.items() if n in known},
        known=known,
        stored={n: v for n, v in stored.items() if n in known},
        file=entry.file,
        seen=entry.seen,
    )


def same_meaning(mapping: DatabaseMapping, recorded: Recorded, name: str) -> bool:
    """Whether a field's values mean what they meant when the base was written."""
    seen, before = recorded.schema.get(name), recorded.mapping
    if seen is None:
        return False
    if seen.fingerprint != fingerprint(mapping.fields[name]):
        earlier = before.fields.get(name) if before else None
        if earlier is None or not only_has_more_words(earlier, mapping.fields[name]):
            return False
    if before is None or name not in before.fields or name in recorded.followed:
        return True
    return before.fields[name].property_name == mapping.fields[name].property_name


def _require_related(workspace: Workspace, commit: str) -> bool:
    """The record commit that the base was made with must be in HEAD's history, no later sync's.

    Returns:
        As `require_not_set_back`.
    """
    records = _record_commit(workspace, commit)
    if not records or workspace.repository.is_ancestor(records, workspace.head.commit or "HEAD"):
        return require_not_set_back(workspace, commit, records)
    if workspace.repository.is_shallow():
        return False  # the history here is too short to tell; a fetch of it all would
    here = workspace.repository.resolve(records) is not None
    remedy = f"git merge {records[:12]}" if here else "git pull --no-rebase"
    raise StateUnusable(
        Diagnostic(
            f"the base ({commit[:7]}) was recorded with commit {records[:7]}, "
            "which is not in the history of this branch",
            detail="The branch was rewound or rebased, or is not up to date, or this is another "
            "branch than the one that was synced.",
            fix="Nothing was written. If this is the branch that is synced, bring it up to date "
            "with the first of these; else check that branch out. If that history is gone for "
            "good, the second makes the state anew:",
            commands=(remedy, "notion-gitops state rebuild"),
        )
    )


def _record_commit(workspace: Workspace, commit: str) -> str:
    """The record commit of the latest sync (an import, which changes no record, names none)."""
    for sync in workspace.repository.log_syncs(commit, limit=20):
        if "Sync-Records" in sync.trailers:
            return sync.trailers["Sync-Records"]
    return ""
