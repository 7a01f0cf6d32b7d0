"""Records that are gone in git and whose pages are in the trash: whether an edit went with them.

A page that somebody edits at the very moment at which an apply trashes it is brought back at once.
If the apply is killed before that, the page alone tells of the edit.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace

from notion_gitops.engine.advance import seen_digest
from notion_gitops.engine.identity import resolve_relations
from notion_gitops.model.people import People
from notion_gitops.model.records import Record
from notion_gitops.notion.gateway import Gateway
from notion_gitops.workflow.reading.databases import Database
from notion_gitops.workflow.reading.missing import Missing
from notion_gitops.workflow.reading.notion_side import NotionSide, decode_pages
from notion_gitops.workflow.reading.state_branch import Recorded


def with_trashed(
    side: NotionSide,
    missing: Missing,
    recorded: Recorded,
    keys: Mapping[str, Mapping[str, str]],
    *,
    database: Database,
    people: People,
    gateway: Gateway,
    renamed: Collection[str],
) -> NotionSide:
    """The Notion side with those pages in the trash that say otherwise than what was agreed.

    Args:
        side: as it was listed.
        missing: what became of the pages that were not.
        recorded: what was agreed.
        keys: by mapping, the key of each page id.
        database: of the pages.
        people: by alias.
        gateway: reads what pages show only in part.
        renamed: keys that records had before git renamed them: those are not gone.
    """
    mapping, entries = database.mapping, recorded.index.entries
    gone = {key: page for key, page in missing.trashed.items() if key not in renamed}
    if not gone:
        return side
    decoded = decode_pages(gateway, database, people, tuple(gone.values())).decoded

    def moved(key: str, record: Record) -> bool:
        text = mapping.body is not None  # it is read later
        return text or seen_digest(mapping, record.fields) != entries[key].seen

    found = {k: replace(decoded[page["id"]], key=k) for k, page in gone.items()}
    found = {k: record for k, record in found.items() if moved(k, record)}
    resolved = {k: resolve_relations(mapping, record, keys) for k, record in found.items()}
    absent = {k: why for k, why in side.snapshot.absent.items() if k not in found}
    records = {**side.snapshot.records, **resolved}
    return replace(
        side,
        snapshot=replace(side.snapshot, records=records, absent=absent),
        unresolved={**side.unresolved, **found},
    )
