"""Pages for whose records no file can be named: they are left alone, and the others go on."""

from dataclasses import replace

from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import InvalidInput
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.records import Record
from notion_gitops.records.keys import path_for_new
from notion_gitops.workflow.reading.git_side import GitSide
from notion_gitops.workflow.reading.notion_side import NotionSide
from notion_gitops.workflow.reading.state_branch import Recorded


def without_place(
    mapping: DatabaseMapping, recorded: Recorded, git: GitSide, side: NotionSide
) -> NotionSide:
    """The Notion side, its new pages unreadable for which `git.folder` yields no folder."""
    if mapping.git.folder is None:
        return side
    known = recorded.index.entries.keys() | git.keys
    new = (record for key, record in side.snapshot.records.items() if key not in known)
    lost = {record.key: (why,) for record in new if (why := _no_place(mapping, record))}
    unreadable = {**side.snapshot.unreadable, **lost}
    return replace(side, snapshot=replace(side.snapshot, unreadable=unreadable))


def _no_place(mapping: DatabaseMapping, record: Record) -> Diagnostic | None:
    try:
        path_for_new(mapping, record.key, record.fields)
    except InvalidInput as error:
        told = error.diagnostics[0]
        link = f" ({record.page.url})" if record.page and record.page.url else ""
        detail = f"The page{link} is new and is left alone; nothing of it is written."
        fix = f"{told.fix or 'change the expression'}: in the page, or in the expression"
        return replace(told, detail=detail, fix=fix)
    return None
