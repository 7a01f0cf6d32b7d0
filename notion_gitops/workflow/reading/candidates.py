"""Which records of a mapping may differ, and what is known of the others."""

from collections.abc import Collection, Mapping

from notion_gitops.engine.advance import seen_digest
from notion_gitops.engine.building import RecordView, key_is_wrong
from notion_gitops.engine.holds import Holds
from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.records import Absence, BaseRecord
from notion_gitops.text.words import listed
from notion_gitops.workflow.reading.changed_keys import Renames
from notion_gitops.workflow.reading.git_side import GitSide
from notion_gitops.workflow.reading.notion_side import NotionSide
from notion_gitops.workflow.reading.state_branch import Recorded, same_meaning, shells

_NAMED = 5  # keys in a message


def all_agreed(
    recorded: Recorded, notion: NotionSide, agreed: Mapping[str, BaseRecord], read: Collection[str]
) -> dict[str, BaseRecord]:
    """The base as a whole: the records that were read, and those that are as Notion has them."""
    seen = notion.snapshot.records.items()
    unchanged = {key: record.fields for key, record in seen if key not in read}
    return {**shells(recorded.index, unchanged), **agreed}


def held_of(
    recorded: Recorded, git: GitSide, notion: NotionSide, renames: Renames
) -> frozenset[str]:
    """New records in git while the listing is not proven whole: their pages may be there."""
    if notion.pages.complete:
        return frozenset()
    there = recorded.index.entries.keys() | notion.snapshot.records.keys() | renames.found.keys()
    return frozenset(git.keys - there)


def told_of_held(
    mapping: DatabaseMapping, held: frozenset[str], holds: Holds
) -> tuple[Diagnostic, ...]:
    """That new records wait for a whole listing; those on hold wait for more."""
    keys = sorted(key for key in held if holds.record(key) is None)
    if not keys:
        return ()
    return (
        Diagnostic(
            f"{mapping.name}: no page is created for {listed(keys, _NAMED)}",
            mapping.place,
            fix="Run it again once Notion's listing is whole.",
            detail="The listing is not proven whole, so their pages may be there already.",
        ),
    )


def candidates_of(
    mapping: DatabaseMapping, recorded: Recorded, git: GitSide, notion: NotionSide
) -> set[str]:
    """The keys that may differ: changed or gone in git, changed or absent in Notion, or new."""
    entries = recorded.index.entries
    if not all(same_meaning(mapping, recorded, name) for name in mapping.fields):
        return {*entries, *git.keys, *notion.unresolved}  # the mapping changed: look at everything
    moved = {
        key
        for key, record in notion.unresolved.items()
        if key not in entries
        or not entries[key].seen
        or seen_digest(mapping, record.fields) != entries[key].seen
        or key_is_wrong(mapping, RecordView(key, notion=record))
    }
    gone = entries.keys() - git.keys
    absent = {k for k, why in notion.snapshot.absent.items() if why is Absence.TRASHED}
    return {*git.snapshot.records, *moved, *gone, *absent, *notion.outdated}
