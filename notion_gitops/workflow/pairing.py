"""`import`: pairing what both sides already hold, so that no twin is ever made."""

from collections import Counter
from dataclasses import dataclass

from notion_gitops.state.index import IndexEntry, dump_index
from notion_gitops.workflow.plan import Planned
from notion_gitops.workflow.reading.compared import Compared
from notion_gitops.workflow.reading.part import only_in_notion
from notion_gitops.workflow.writing.state_ref import commit_state


@dataclass(frozen=True, slots=True)
class Pair:
    """A record and the page that it is."""

    key: str
    page_id: str
    title: str


@dataclass(frozen=True, slots=True)
class Pairing:
    """What one mapping's import would link, and what it leaves to a person."""

    mapping: str
    by_key: int  # linked by the key property already
    by_title: tuple[Pair, ...]
    only_git: tuple[str, ...] = ()  # keys that nothing matches
    only_notion: tuple[str, ...] = ()  # titles that nothing matches
    ambiguous: tuple[str, ...] = ()  # titles that several records or pages carry


def find_pairs(planned: Planned) -> tuple[Pairing, ...]:
    """The pairs of each mapping that was never synced: by key, then by exact title."""
    return tuple(
        _pairs(compared)
        for compared in planned.comparison.mappings.values()
        if not compared.recorded.ever and compared.inputs.holds.mapping is None
    )


def _pairs(compared: Compared) -> Pairing:
    linked = compared.inputs.notion.records.keys() & compared.git.keys
    holds = compared.inputs.holds
    git = {
        key: record
        for key, record in compared.inputs.git.records.items()
        if key not in linked and holds.record(key) is None
    }
    pages = compared.notion.identified.unpaired
    titles_in_git = Counter(r.title for r in git.values())
    titles_in_notion = Counter(p.title for p in pages)
    matches = {
        p.title: p
        for p in pages
        if p.title and titles_in_git[p.title] == 1 and titles_in_notion[p.title] == 1
    }
    pairs = tuple(
        Pair(key, page.id, r.title)
        for key, r in sorted(git.items())
        if r.title in matches and (page := matches[r.title].page)
    )
    paired = {p.title for p in pairs}
    both = titles_in_git.keys() & titles_in_notion.keys()
    alone = only_in_notion(compared) if pages else ()
    return Pairing(
        mapping=compared.mapping.name,
        by_key=len(linked),
        by_title=pairs,
        only_git=tuple(sorted(k for k, r in git.items() if r.title not in both)),
        only_notion=tuple(sorted(title for title in alone if title not in both)),
        ambiguous=tuple(sorted(both - paired)),
    )


def worth_recording(planned: Planned, pairings: tuple[Pairing, ...]) -> bool:
    """Whether there is something to record: pairs, or a lost state branch to begin anew."""
    return planned.comparison.state.lost or any(p.by_title for p in pairings)


def record_pairs(planned: Planned, pairings: tuple[Pairing, ...]) -> str:
    """Write the links, and nothing else, to the state branch; the commit.

    The next plan finds the records linked and treats every field as never synced.
    """
    workspace, state = planned.comparison.workspace, planned.comparison.state
    changes: dict[str, bytes | None] = {}
    for pairing in pairings:
        entries = dict(state.of(pairing.mapping).index.entries)
        entries |= {p.key: IndexEntry(p.key, p.page_id, "") for p in pairing.by_title}
        files = dump_index(entries.values(), ())
        changes |= {f"{pairing.mapping}/pages/{n}": t.encode() for n, t in files.items()}
    total = sum(len(p.by_title) for p in pairings)
    message = f"Import: {total} records paired with their pages by title\n"
    if not state.commit:  # what was synced before belongs to a state that is lost
        message += f"\nSync-Records: {workspace.head.commit}\n"
    return commit_state(workspace, state.commit, changes, message)
