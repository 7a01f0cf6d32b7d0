"""One mapping's two sides and its base, put together: read no further than may differ."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import NamedTuple

from notion_gitops.engine.planner import Inputs
from notion_gitops.model.mapping import DatabaseMapping, Initial
from notion_gitops.model.records import BaseRecord
from notion_gitops.state.sync import REBUILT
from notion_gitops.workflow.reading.bodies import (
    Bodies,
    changed_in_git,
    moved_in_notion,
    read_bodies,
    waiting_texts,
    with_bodies,
)
from notion_gitops.workflow.reading.candidates import (
    all_agreed,
    candidates_of,
    held_of,
    told_of_held,
)
from notion_gitops.workflow.reading.changed_keys import (
    Renames,
)
from notion_gitops.workflow.reading.compared import Compared
from notion_gitops.workflow.reading.conflict_files import read_conflict_files
from notion_gitops.workflow.reading.databases import Database
from notion_gitops.workflow.reading.git_side import GitReader, GitSide
from notion_gitops.workflow.reading.notion_side import (
    Moment,
    NotionSide,
)
from notion_gitops.workflow.reading.refused_answers import with_refusals
from notion_gitops.workflow.reading.refused_values import (
    Known,
    refused_fields,
    unsent,
    waiting_relations,
    without_refused,
)
from notion_gitops.workflow.reading.restoring import fit_restores
from notion_gitops.workflow.reading.state_branch import (
    Recorded,
    as_base,
    read_base,
)
from notion_gitops.workflow.reading.taking_part import Sources
from notion_gitops.workflow.reading.text_merges import merge_texts
from notion_gitops.workflow.reading.told_renames import doubts
from notion_gitops.workflow.reading.unlisted import as_listed, unlisted_records


@dataclass(frozen=True, slots=True)
class Around:
    """What is known of one mapping besides its two sides."""

    database: Database  # with its mapping
    renames: Renames
    known: Known
    moment: Moment
    missing: frozenset[str]  # keys of pages that the listing should have shown


def join(sources: Sources, git: GitSide, notion: NotionSide, around: Around) -> Compared:
    """What is decided upon: of the records that may differ, all three versions.

    Args:
        sources: where all of it is read from.
        git: the record files, as far as they were read.
        notion: the pages; their texts are read here.
        around: what else is known.

    Raises:
        CannotReachNotion: a text cannot be read.
        InvalidInput: a conflict file cannot be read.
        StateUnusable: the base is damaged.
    """
    workspace, state, renames = sources.workspace, sources.state, around.renames
    database = around.database
    mapping, recorded, holds = database.mapping, state.of(database.mapping.name), around.known.holds
    answers = read_conflict_files(workspace, mapping)
    restores = fit_restores(sources.restores, database, around.known, notion.snapshot.records)
    held = held_of(recorded, git, notion, renames)
    differ = candidates_of(mapping, recorded, git, notion) | answers.keys() | restores.keys()
    seen = _with_texts(sources, git, notion, differ - renames.unclear - held, around)
    notion, candidates, agreed = seen.notion, seen.candidates, seen.agreed
    whole = GitReader(workspace, mapping, recorded).with_records(git, candidates)
    unlisted = unlisted_records(sources, mapping, git, notion, agreed)
    records = all_agreed(recorded, notion, agreed | unlisted, candidates)
    git_records, refused = without_refused(database, around.known, whole, records)
    refused = (
        *refused,
        *waiting_texts(mapping, seen.bodies, whole.snapshot.records, holds),
        *unsent(mapping, git_records, notion.snapshot, records, holds),
        *told_of_held(mapping, held, holds),
        *doubts(mapping, renames.told.doubtful),
    )
    inputs = Inputs(
        mapping=_asking(mapping, recorded),
        base=as_base(recorded, records),
        git=git_records,
        notion=notion.snapshot,
        candidates=candidates,
        answers=with_refusals(answers, database, around.known, records),
        renames=renames.found,
        pending=_pending(recorded),
        unpaired=bool(notion.identified.unpaired),
        restores=restores,
        holds=holds,
        held_renames=renames.held,
        missing=around.missing,
        unlisted=as_listed(mapping, unlisted),
        waiting=waiting_relations(mapping, whole.snapshot, git_records),
    )
    merged = merge_texts(
        workspace.repository, inputs, lambda values: refused_fields(database, around.known, values)
    )
    inputs = replace(inputs, merged_texts=merged)
    return Compared(
        mapping, database, recorded, whole, notion, inputs, renames, refused, seen.bodies
    )


class _Seen(NamedTuple):
    """Notion's side with the texts that had to be read, and what that adds to look at."""

    notion: NotionSide
    candidates: frozenset[str]  # keys of records that may differ
    agreed: dict[str, BaseRecord]
    bodies: Bodies


def _with_texts(
    sources: Sources, git: GitSide, notion: NotionSide, differ: AbstractSet[str], around: Around
) -> _Seen:
    mapping, renames = around.database.mapping, around.renames
    workspace, state, recorded = sources.workspace, sources.state, sources.state.of(mapping.name)
    agreed = read_base(workspace, state, mapping, differ)
    if mapping.body is None:
        return _Seen(notion, frozenset(differ), agreed, Bodies())
    changed = changed_in_git(mapping.body, git, agreed, renames.found)
    bodies = read_bodies(sources.gateway, notion, recorded, around.moment.at_notion, changed)
    more = moved_in_notion(bodies, recorded) - differ - renames.unclear
    agreed |= read_base(workspace, state, mapping, more)
    return _Seen(with_bodies(notion, bodies, agreed), frozenset(differ | more), agreed, bodies)


def _asking(mapping: DatabaseMapping, recorded: Recorded) -> DatabaseMapping:
    """After a rebuild different values are no first contact: `initial` was not meant for them."""
    rebuilt = recorded.sync is not None and REBUILT in recorded.sync.markers
    return replace(mapping, initial=Initial.ASK) if rebuilt else mapping


def _pending(recorded: Recorded) -> frozenset[str]:
    return frozenset(p.key for p in recorded.sync.pending) if recorded.sync else frozenset()
