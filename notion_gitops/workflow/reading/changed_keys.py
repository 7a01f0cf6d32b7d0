"""Keys that changed in git, and the key of each page."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from notion_gitops.engine.holds import Holds, part_renames
from notion_gitops.engine.identity import Identified
from notion_gitops.engine.likeness import Group
from notion_gitops.engine.renames import (
    ambiguous_renames,
    find_renames,
    perhaps_renamed,
)
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.records import Base, Record
from notion_gitops.workflow.reading.git_side import GitSide
from notion_gitops.workflow.reading.state_branch import (
    Recorded,
    StateBranch,
    as_base,
    read_base,
    shells,
)
from notion_gitops.workflow.reading.taking_part import Sources
from notion_gitops.workflow.reading.told_renames import Told, read_rename_files, told_renames
from notion_gitops.workflow.workspace import Workspace


def page_keys(
    state: StateBranch,
    identified: Mapping[str, Identified],
    renames: Mapping[str, Mapping[str, str]],
) -> dict[str, dict[str, str]]:
    """By mapping: the key of each page id, of listed pages and of those that the base knows.

    Args:
        state: the base.
        identified: the listed pages, by mapping.
        renames: new key -> old key, by mapping.
    """
    keys: dict[str, dict[str, str]] = {}
    for name in {*state.mappings, *identified}:
        entries = state.of(name).index.entries
        keys[name] = {e.page_id: key for key, e in entries.items()}
        if name in identified:
            records = identified[name].records
            keys[name] |= {r.page.id: key for key, r in records.items() if r.page}
        now = {old: new for new, old in renames.get(name, {}).items()}
        keys[name] = {page: now.get(key, key) for page, key in keys[name].items()}
    return keys


@dataclass(frozen=True, slots=True)
class Renames:
    """Records whose key changed in git."""

    found: Mapping[str, str] = field(default_factory=dict)  # new key -> old key
    ambiguous: tuple[Group, ...] = ()  # new and old keys of alike records: a person is asked
    held: Mapping[str, str] = field(default_factory=dict)  # new key -> old key, of records on hold
    told: Told = field(default_factory=Told)  # what people said of them

    @property
    def unclear(self) -> frozenset[str]:
        """Keys of which it cannot be told what became of them, or what they are."""
        return frozenset(
            {*self.told.doubtful, *(k for group in self.ambiguous for keys in group for k in keys)}
        )


def changed_keys(
    sources: Sources,
    git: Mapping[str, GitSide],
    identified: Mapping[str, Identified],
    holds: Mapping[str, Holds],
) -> dict[str, Renames]:
    """The keys that changed in git, of each mapping that Notion listed.

    Raises:
        InvalidInput: a rename file cannot be read.
    """
    workspace, state = sources.workspace, sources.state
    found = {}
    for name, pages in identified.items():
        mapping, held = sources.mapping(name), holds[name]
        found[name] = find_changed_keys(
            workspace, state, mapping, git[name], pages.records, holds=held
        )
    return found


def find_changed_keys(
    workspace: Workspace,
    state: StateBranch,
    mapping: DatabaseMapping,
    git: GitSide,
    notion: Mapping[str, Record],
    *,
    holds: Holds,
) -> Renames:
    """The keys of one mapping that changed in git.

    Args:
        workspace: the workspace.
        state: the base.
        mapping: the mapping.
        git: its git side.
        notion: its pages, by the keys of the base.
        holds: what of it is on hold.

    Raises:
        InvalidInput: a rename file cannot be read.
    """
    recorded = state.of(mapping.name)
    known = recorded.index.entries.keys()
    told = told_renames(read_rename_files(workspace, mapping), known, git)
    gone = frozenset(known - git.keys) | git.unseen.keys
    if not gone or git.keys <= known:
        return Renames(told=told)
    base = as_base(recorded, read_base(workspace, state, mapping, gone))
    said = {*told.renames, *told.renames.values(), *told.doubtful}
    new = {k: r for k, r in git.snapshot.records.items() if k not in known and k not in said}
    found = {**find_renames(mapping, base, new, gone - said, notion), **told.renames}
    settled = {*found, *found.values()}
    ambiguous = ambiguous_renames(mapping, base, new, gone, settled)
    apart = replace(_apart(found, ambiguous, holds), told=told)
    asked = {key for group in ambiguous for keys in group for key in keys}
    left = {key: record for key, record in new.items() if key not in settled | asked}
    named = (gone & holds.keys) - settled - asked
    held = {key for key in named if holds.record(key) is not None}
    perhaps = perhaps_renamed(mapping, base, left, held)
    return replace(apart, held={**apart.held, **perhaps})


def _apart(found: Mapping[str, str], ambiguous: tuple[Group, ...], holds: Holds) -> Renames:
    """With what is on hold by itself: nothing of it is told, and nobody is asked."""
    going, held = part_renames(found, holds)
    pairs = {new[0]: old[0] for new, old in ambiguous if len(new) == 1 and len(old) == 1}
    _, held_pairs = part_renames(pairs, holds)
    asked = tuple(g for g in ambiguous if g[0][0] not in held_pairs)
    return Renames(going, asked, {**held, **held_pairs})


def naming_old_keys(
    sources: Sources, identified: Identified, name: str, renames: Mapping[str, Renames]
) -> frozenset[str]:
    """The records of a mapping that relate to one whose key changed: their files name the old."""
    relations = {n: f.to for n, f in sources.databases[name].mapping.fields.items() if f.to}
    renamed = {
        f"page:{sources.state.of(to).index.entries[old].page_id}"
        for to in relations.values()
        if to in renames
        for old in renames[to].found.values()
    }
    return frozenset(
        key
        for key, record in identified.records.items()
        for field_name in relations
        if renamed
        and isinstance(members := record.value(field_name), frozenset)
        and members & renamed
    )


def index_base(recorded: Recorded) -> Base:
    """The base without the values: which records it holds, and their pages."""
    return as_base(recorded, shells(recorded.index, {}))
