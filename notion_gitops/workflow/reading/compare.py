"""Step 2: three snapshots per mapping, read no further than needed to see what differs."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from notion_gitops.engine.guards import MISSING
from notion_gitops.engine.identity import Identified
from notion_gitops.workflow.reading.changed_keys import (
    Renames,
    changed_keys,
    index_base,
    naming_old_keys,
    page_keys,
)
from notion_gitops.workflow.reading.compared import Compared, Comparison
from notion_gitops.workflow.reading.git_side import GitReader, GitSide
from notion_gitops.workflow.reading.in_trash import with_trashed
from notion_gitops.workflow.reading.joined import Around, join
from notion_gitops.workflow.reading.listing import list_all
from notion_gitops.workflow.reading.missing import Missing, find_missing
from notion_gitops.workflow.reading.nameable import AllRead, nameable
from notion_gitops.workflow.reading.notion_side import (
    Moment,
    NotionSide,
    Pages,
    circumstances,
    relating_to_nameless,
    snapshot,
    tell_apart,
)
from notion_gitops.workflow.reading.on_hold import holds_at, without_untold
from notion_gitops.workflow.reading.taking_part import Sources, unusable
from notion_gitops.workflow.reading.without_place import without_place


def compare(sources: Sources, moment: Moment) -> Comparison:
    """Read both sides of every usable mapping and find the records that may differ.

    Raises:
        TokenRefused: the token is refused.
        CannotReachNotion: none of the databases can be listed.
    """
    workspace, state = sources.workspace, sources.state
    git = {
        n: GitReader(workspace, m, state.of(n)).changed(sources.changes)
        for n, m in workspace.mappings.items()
    }
    out = unusable(sources, git)
    pages = list_all(sources, out, git, moment.at_notion)
    holds = {n: holds_at(workspace, n, moment.now) for n in workspace.mappings}
    around = {n: circumstances(moment, git[n].keys, holds[n].keys) for n in pages}
    identified = {
        n: tell_apart(sources.mapping(n), index_base(state.of(n)), pages[n], around[n])
        for n in pages
    }
    missing = {n: _missing(sources, n, pages[n], git[n]) for n in pages}
    for name, found in missing.items():
        if found.stop is not None:
            out.leave(name, "too many of its pages cannot be seen any more", found.stop)
    renames = changed_keys(sources, git, identified, holds)
    git = {n: s.renamed(renames[n].found.values()) if n in renames else s for n, s in git.items()}
    keys = page_keys(state, identified, {n: r.found for n, r in renames.items()})
    known = nameable(sources, AllRead(git, identified, missing, renames, holds))
    unread = frozenset(n for n in out.why if holds[n].mapping is not None)
    mappings: dict[str, Compared] = {}
    for name in pages.keys() - out.why.keys():
        read = _Read(pages[name], identified[name], missing[name], git[name])
        side = _notion_side(sources, name, read, keys, renames)
        nameless = relating_to_nameless(sources.mapping(name), identified[name], pages, keys)
        side = replace(side, nameless=nameless)
        side = without_untold(sources.mapping(name), side, unread)
        beside = Around(
            sources.databases[name],
            renames[name],
            replace(known, holds=holds[name]),
            moment,
            missing[name].unexplained,
        )
        mappings[name] = join(sources, git[name], side, beside)
    return Comparison(
        workspace=workspace,
        state=state,
        changes=sources.changes,
        people=sources.people,
        at=moment.now,
        at_notion=moment.at_notion,
        mappings={n: mappings[n] for n in workspace.mappings if n in mappings},
        stopped=out.why,
        problems=out.problems,
        restores=sources.restores,
    )


def _missing(sources: Sources, name: str, pages: Pages, git: GitSide) -> Missing:
    base = index_base(sources.state.of(name))
    back = sources.restores.get(name, {}).keys() - base.records.keys()
    accepted = sources.accepted.get(f"{name}.{MISSING}", ())
    return find_missing(
        sources.gateway,
        sources.databases[name],
        pages,
        base,
        git.keys | back,
        accepted=accepted,
    )


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read of one mapping, before it is put together."""

    pages: Pages
    identified: Identified
    missing: Missing
    git: GitSide


def _notion_side(
    sources: Sources,
    name: str,
    read: _Read,
    keys: Mapping[str, Mapping[str, str]],
    renames: Mapping[str, Renames],
) -> NotionSide:
    """What Notion holds of one mapping, with what became of the pages that are not listed."""
    database, recorded, old = sources.databases[name], sources.state.of(name), renames[name]
    whole = replace(read.pages, findings=(*read.pages.findings, *read.missing.findings))
    side = snapshot(database, whole, read.identified, keys, read.missing.absent)
    side = with_trashed(
        side,
        read.missing,
        recorded,
        keys,
        database=database,
        people=sources.people,
        gateway=sources.gateway,
        renamed={*old.found.values(), *old.held.values()},
    )
    side = without_place(sources.mapping(name), recorded, read.git, side)
    return replace(side, outdated=naming_old_keys(sources, read.identified, name, renames))
