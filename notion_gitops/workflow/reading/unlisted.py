"""Records whose pages were not read since nobody edited them: what they hold, where it matters."""

from collections import Counter
from collections.abc import Mapping

from notion_gitops.engine.guards import EMPTIED_COLUMN_FLOOR
from notion_gitops.model.mapping import DatabaseMapping, PropertyType
from notion_gitops.model.records import BaseRecord, Record
from notion_gitops.workflow.reading.git_side import GitSide
from notion_gitops.workflow.reading.notion_side import NotionSide
from notion_gitops.workflow.reading.state_branch import read_base
from notion_gitops.workflow.reading.taking_part import Sources


def unlisted_records(
    sources: Sources,
    mapping: DatabaseMapping,
    git: GitSide,
    notion: NotionSide,
    agreed: Mapping[str, BaseRecord],
) -> dict[str, BaseRecord]:
    """The base of the records that no page was read of; empty if nobody looks at their values.

    Checks do, and whatever follows relations; and the guard of a column, once several records
    lose their value in it.

    Args:
        sources: where the base is read.
        mapping: whose records.
        git: its git side.
        notion: its pages, as far as they were read.
        agreed: the base of the records that may differ.
    """
    if notion.pages.since is None:
        return {}
    if not _is_looked_at(mapping, sources) and not _perhaps_emptied(mapping, agreed, git, notion):
        return {}
    read = {*agreed, *notion.unresolved, *notion.snapshot.absent}
    keys = sources.state.of(mapping.name).index.entries.keys() - read
    return read_base(sources.workspace, sources.state, mapping, keys)


def as_listed(mapping: DatabaseMapping, records: Mapping[str, BaseRecord]) -> dict[str, Record]:
    """The records as a listing would show them."""
    title = mapping.title_field.name
    found = {}
    for key, base in records.items():
        names = (field.name for field in mapping.properties)  # its text is in no listing
        fields = {n: v for n in names if (v := base.in_notion(n)) is not None}
        named = fields.get(title)
        found[key] = Record(key, fields, title=named if isinstance(named, str) else "")
    return found


def _is_looked_at(mapping: DatabaseMapping, sources: Sources) -> bool:
    """Whether a check or a relation leads to records that nobody edited."""
    every = sources.workspace.mappings.values()
    linked = {
        name
        for other in every
        for field in other.fields.values()
        if field.type is PropertyType.RELATION
        for name in (other.name, field.to)
    }
    checking = any(other.checks for other in every)
    required = any(field.required for field in mapping.fields.values())
    return checking or required or mapping.name in linked


def _perhaps_emptied(
    mapping: DatabaseMapping,
    agreed: Mapping[str, BaseRecord],
    git: GitSide,
    notion: NotionSide,
) -> bool:
    """Whether so many records lose their value in one field that its guard counts the others."""
    lost: Counter[str] = Counter()
    for key, base in agreed.items():
        for side in (git.snapshot.records.get(key), notion.snapshot.records.get(key)):
            if side is not None:
                lost.update(n for n in base.fields if n in mapping.fields and side.value(n) is None)
    return any(count >= EMPTIED_COLUMN_FLOOR for count in lost.values())
