"""`state rebuild`: a state branch made anew from both sides, without losing an edit.

Records are linked to their pages by page id, where that is still known, and by key. Nothing counts
as agreed upon: the next plan finds equal values equal, and asks where they differ, whatever the
mapping's `initial` says. What one side alone holds of a linked record is asked about, too.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import Refused
from notion_gitops.report.rebuilt import RebuiltLine
from notion_gitops.state.backups import BACKUPS
from notion_gitops.state.index import Entries, Index, IndexEntry
from notion_gitops.text.words import listed
from notion_gitops.workflow.plan import Planned
from notion_gitops.workflow.reading.compared import Compared
from notion_gitops.workflow.reading.left_state import LeftState
from notion_gitops.workflow.workspace import Workspace
from notion_gitops.workflow.writing.metadata import Facts, metadata_changes
from notion_gitops.workflow.writing.moved import Moved
from notion_gitops.workflow.writing.state_ref import adopt_state, commit_state, next_serial

_OF_THE_LAST_SYNC = (BACKUPS, "log.jsonl", "report.md")
_NAMED = 5  # mappings


def find_links(planned: Planned) -> tuple[RebuiltLine, ...]:
    """What a rebuild would record.

    Raises:
        Refused: a mapping cannot be compared now, so its links cannot be told.
    """
    comparison = planned.comparison
    if comparison.stopped:
        names = listed(sorted(comparison.stopped), _NAMED)
        why = "; ".join(f"{n}: {w}" for n, w in sorted(comparison.stopped.items()))
        raise Refused(
            Diagnostic(
                f"both sides have to be read for a rebuild, and {names} cannot be",
                detail=why,
                fix="Put that right first: notion-gitops check. Nothing was written.",
            )
        )
    return tuple(_links(each) for each in comparison.mappings.values())


def _links(compared: Compared) -> RebuiltLine:
    known = compared.recorded.index.entries.keys()
    in_git, pages = compared.git.keys, compared.inputs.notion.records.keys()
    linked = _linked(compared)
    return RebuiltLine(
        mapping=compared.mapping.name,
        by_page=len(known & in_git & pages),
        by_key=len(linked.keys() - known),
        one_sided=tuple(sorted(k for k in known if (k in in_git) != (k in pages))),
        only_git=tuple(sorted(in_git - pages - known)),
        only_notion=len(pages - in_git - known) + len(compared.notion.identified.unpaired),
    )


def _linked(compared: Compared) -> dict[str, IndexEntry]:
    """The entries of all records whose pages are known, nothing of them agreed upon."""
    unsettled = tuple(sorted(compared.mapping.fields))
    entries = dict(compared.recorded.index.entries)
    git = compared.inputs.git.records
    for key, record in compared.inputs.notion.records.items():
        if key not in compared.git.keys or record.page is None:
            continue
        file = git[key].file if key in git else None
        path = file.path if file is not None else entries[key].file if key in entries else ""
        entries[key] = IndexEntry(key, record.page.id, path, unsettled=unsettled)
    return entries


def record_rebuilt(planned: Planned, left: LeftState) -> str:
    """Write the state that a rebuild makes, on top of what is left of the branch; the commit."""
    workspace = planned.comparison.workspace
    facts = Facts(
        sync_id="",
        at=datetime.now(UTC),
        branch=workspace.head.branch,
        health={},
        metrics={},
        people=planned.comparison.people,
        rebuilt=True,
    )
    changes: dict[str, bytes | None] = {}
    for compared in planned.comparison.mappings.values():
        entries = _linked(compared)
        index = Index(Entries.of(entries.values()), compared.recorded.index.tombstones)
        whole = replace(compared, recorded=replace(compared.recorded, index=index))
        at = planned.comparison.at_notion
        moved = Moved(whole, {}, {}, {}, {}, {}, planned_at=at, read_at=at, read_back={})
        changes |= metadata_changes(workspace, moved, facts)
    gone = _old_files(workspace, left.tip, planned.comparison.mappings)
    changes = {**gone, **changes}
    serial = next_serial(workspace, left.tip)
    message = (
        "Rebuild: records linked to their pages, nothing agreed upon\n\n"
        f"Sync-Records: {workspace.head.commit}\nSync-Serial: {serial}\n"
    )
    adopt_state(workspace, left.tip)
    return commit_state(workspace, left.tip, changes, message)


def _old_files(
    workspace: Workspace, tip: str, mappings: Mapping[str, Compared]
) -> dict[str, bytes | None]:
    """What the branch holds of these mappings and of the last sync, but for the linked records."""
    paths = [m.git.path for m in workspace.mappings.values()]
    there = workspace.repository.list_tree(tip, [*mappings, *paths, *_OF_THE_LAST_SYNC])
    kept = {e.file for each in mappings.values() for e in _linked(each).values()}
    return {path: None for path in there if path not in kept}
