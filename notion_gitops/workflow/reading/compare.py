"""Step 2: three snapshots per mapping, read no further than needed to see what differs."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from notion_gitops.engine.guards import MISSING
from notion_gitops.engine.holds import Holds
from notion_gitops.engine.identity import Identified
from notion_gitops.engine.planner import Inputs
from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.mapping import DatabaseMapping, Initial
from notion_gitops.model.people import People
from notion_gitops.model.records import Absence, Base
from notion_gitops.state.sync import REBUILT, PendingRecord
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
    changed_keys,
    index_base,
    naming_old_keys,
    page_keys,
)
from notion_gitops.workflow.reading.conflict_files import read_conflict_files
from notion_gitops.workflow.reading.databases import Database
from notion_gitops.workflow.reading.git_side import GitReader, GitSide, Touched
from notion_gitops.workflow.reading.in_trash import with_trashed
from notion_gitops.workflow.reading.listing import list_all
from notion_gitops.workflow.reading.missing import Missing, find_missing
from notion_gitops.workflow.reading.notion_side import (
    Moment,
    NotionSide,
    Pages,
    circumstances,
    relating_to_nameless,
    snapshot,
    tell_apart,
)
from notion_gitops.workflow.reading.on_hold import holds_at, without_pages, without_untold
from notion_gitops.workflow.reading.refused_answers import with_refusals
from notion_gitops.workflow.reading.refused_values import (
    Known,
    refused_fields,
    unsent,
    waiting_relations,
    without_refused,
)
from notion_gitops.workflow.reading.restoring import Restores, coming_back, fit_restores
from notion_gitops.workflow.reading.state_branch import (
    Recorded,
    StateBranch,
    as_base,
    read_base,
)
from notion_gitops.workflow.reading.taking_part import Sources, unusable
from notion_gitops.workflow.reading.text_merges import merge_texts
from notion_gitops.workflow.reading.told_renames import doubts
from notion_gitops.workflow.reading.unlisted import as_listed, unlisted_records
from notion_gitops.workflow.reading.without_place import without_place
from notion_gitops.workflow.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Compared:
    """One mapping with both sides and the base read."""

    mapping: DatabaseMapping
    database: Database
    recorded: Recorded
    git: GitSide
    notion: NotionSide
    inputs: Inputs
    renames: Renames = field(default_factory=Renames)  # keys that changed in git
    refused: tuple[Diagnostic, ...] = ()  # values in git that Notion has no place for
    bodies: Bodies = field(default_factory=Bodies)  # the texts of pages that were read
    refused_writes: tuple[PendingRecord, ...] = ()  # by Notion, before: they are not sent again

    @property
    def base(self) -> Base:
        """The base, whole: values that were not read are those of the side that equals it."""
        return self.inputs.base


@dataclass(frozen=True, slots=True)
class Comparison:
    """All mappings, read."""

    workspace: Workspace
    state: StateBranch
    changes: Touched
    people: People  # with Notion's e-mails
    at: datetime  # before the first listing began, by this machine's clock
    at_notion: datetime  # the same by Notion's
    mappings: Mapping[str, Compared] = field(default_factory=dict)  # those that could be read
    stopped: Mapping[str, str] = field(default_factory=dict)  # why the others could not
    problems: Mapping[str, tuple[Diagnostic, ...]] = field(default_factory=dict)  # of those
    restores: Restores = field(default_factory=dict)  # what a person wants back

    def holds(self, name: str) -> Holds:
        """What of a mapping is on hold now."""
        return holds_at(self.workspace, name, self.at)


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
    paired = _paired(sources, identified)
    unborn = _unborn(sources, holds, git, paired, renames)
    known = _known(sources, _there(git, paired, renames), holds, missing, unborn)
    unread = frozenset(n for n in out.why if holds[n].mapping is not None)
    mappings: dict[str, Compared] = {}
    for name in pages.keys() - out.why.keys():
        read = _Read(pages[name], identified[name], missing[name], git[name])
        side = _notion_side(sources, name, read, keys, renames)
        nameless = relating_to_nameless(sources.mapping(name), identified[name], pages, keys)
        side = replace(side, nameless=nameless)
        side = without_untold(sources.mapping(name), side, unread)
        beside = _Around(
            renames[name], replace(known, holds=holds[name]), moment, missing[name].unexplained
        )
        mappings[name] = _join(sources, sources.databases[name], git[name], side, beside)
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


def _paired(sources: Sources, identified: Mapping[str, Identified]) -> dict[str, frozenset[str]]:
    """By mapping the keys that have a page: in the base, or in what Notion lists."""
    listed = {name: pages.records.keys() for name, pages in identified.items()}
    return {
        name: frozenset(sources.state.of(name).index.entries) | listed.get(name, frozenset())
        for name in sources.workspace.mappings
    }


def _unborn(
    sources: Sources,
    holds: Mapping[str, Holds],
    git: Mapping[str, GitSide],
    paired: Mapping[str, frozenset[str]],
    renames: Mapping[str, Renames],
) -> dict[str, dict[str, str]]:
    """By mapping the records in git that are on hold and get no page for it, with the old keys."""
    return {
        name: without_pages(
            sources.mapping(name), holds[name], side, paired[name], renames.get(name, Renames())
        )
        for name, side in git.items()
    }


def _there(
    git: Mapping[str, GitSide],
    paired: Mapping[str, frozenset[str]],
    renames: Mapping[str, Renames],
) -> dict[str, frozenset[str]]:
    """By mapping the keys on either side or in the base; of a renamed record the new one alone."""
    return {
        name: (side.keys | paired[name]) - set(renames.get(name, Renames()).found.values())
        for name, side in git.items()
    }


def _known(
    sources: Sources,
    there: Mapping[str, frozenset[str]],
    holds: Mapping[str, Holds],
    missing: Mapping[str, Missing],
    unborn: Mapping[str, Mapping[str, str]],
) -> Known:
    """What values can name: of records, those that are there and those that come back."""
    keys, trashed = dict(there), {name: _trashed(found) for name, found in missing.items()}
    for name in sources.restores.keys() & there.keys():
        absent = missing.get(name, Missing()).absent
        mapping = sources.mapping(name)
        back = coming_back(sources.restores, mapping, holds[name], absent, keys[name])
        keys[name] |= back
        trashed[name] = trashed.get(name, frozenset()) - back
    return Known(sources.people, keys, sources.users_readable, unborn, trashed)


def _trashed(missing: Missing) -> frozenset[str]:
    return frozenset(key for key, why in missing.absent.items() if why is Absence.TRASHED)


@dataclass(frozen=True, slots=True)
class _Around:
    """What is known of one mapping besides its two sides."""

    renames: Renames
    known: Known
    moment: Moment
    missing: frozenset[str]  # keys of pages that the listing should have shown


def _join(
    sources: Sources, database: Database, git: GitSide, notion: NotionSide, around: _Around
) -> Compared:
    workspace, state, renames = sources.workspace, sources.state, around.renames
    mapping, recorded, holds = database.mapping, state.of(database.mapping.name), around.known.holds
    answers = read_conflict_files(workspace, mapping)
    restores = fit_restores(sources.restores, database, around.known, notion.snapshot.records)
    candidates = candidates_of(mapping, recorded, git, notion) | answers.keys() | restores.keys()
    held = held_of(recorded, git, notion, renames)
    candidates -= renames.unclear | held
    agreed = read_base(workspace, state, mapping, candidates)
    bodies = Bodies()
    if mapping.body is not None:
        changed = changed_in_git(mapping.body, git, agreed, renames.found)
        bodies = read_bodies(sources.gateway, notion, recorded, around.moment.at_notion, changed)
        more = moved_in_notion(bodies, recorded) - candidates - renames.unclear
        agreed |= read_base(workspace, state, mapping, more)
        candidates |= more
        notion = with_bodies(notion, bodies, agreed)
    whole = GitReader(workspace, mapping, recorded).with_records(git, candidates)
    unlisted = unlisted_records(sources, mapping, git, notion, agreed)
    records = all_agreed(recorded, notion, agreed | unlisted, candidates)
    git_records, refused = without_refused(database, around.known, whole, records)
    refused = (
        *refused,
        *waiting_texts(mapping, bodies, whole.snapshot.records, holds),
        *unsent(mapping, git_records, notion.snapshot, records, holds),
        *told_of_held(mapping, held, holds),
        *doubts(mapping, renames.told.doubtful),
    )
    inputs = Inputs(
        mapping=_asking(mapping, recorded),
        base=as_base(recorded, records),
        git=git_records,
        notion=notion.snapshot,
        candidates=frozenset(candidates),
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
    return Compared(mapping, database, recorded, whole, notion, inputs, renames, refused, bodies)


def _asking(mapping: DatabaseMapping, recorded: Recorded) -> DatabaseMapping:
    """After a rebuild different values are no first contact: `initial` was not meant for them."""
    rebuilt = recorded.sync is not None and REBUILT in recorded.sync.markers
    return replace(mapping, initial=Initial.ASK) if rebuilt else mapping


def _pending(recorded: Recorded) -> frozenset[str]:
    return frozenset(p.key for p in recorded.sync.pending) if recorded.sync else frozenset()
