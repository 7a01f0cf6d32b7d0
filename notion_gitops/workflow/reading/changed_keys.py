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
from notion_gitops.model.records import Base
from notion_gitops.workflow.reading.git_side import GitSide
from notion_gitops.workflow.reading.state_branch import (
    Recorded,
    StateBranch,
    as_base,
    read_base,
    shells,
)
from notion_gitops.workflow.reading.taking_part import Sources


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


def find_changed_keys(
    sources: Sources, git: GitSide, identified: Identified, mapping: DatabaseMapping, holds: Holds
) -> Renames:
    """The keys of one mapping that changed in git."""
    recorded = sources.state.of(mapping.name)
    gone = frozenset(recorded.index.entries.keys() - git.keys) | git.unseen.keys
    if not gone or git.keys <= recorded.index.entries.keys():
        return Renames()
    base = as_base(recorded, read_base(sources.workspace, sources.state, mapping, gone))
    known = recorded.index.entries.keys()
    records = {key: record for key, record in git.snapshot.records.items() if key not in known}
    found = find_renames(mapping, base, records, gone, identified.records)
    settled = {*found, *found.values()}
    ambiguous = ambiguous_renames(mapping, base, records, gone, settled)
    apart = _apart(found, ambiguous, holds)
    asked = {key for group in ambiguous for keys in group for key in keys}
    new = {key: record for key, record in records.items() if key not in settled | asked}
    named = (gone & holds.keys) - settled - asked
    held = {key for key in named if holds.record(key) is not None}
    perhaps = perhaps_renamed(mapping, base, new, held)
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
