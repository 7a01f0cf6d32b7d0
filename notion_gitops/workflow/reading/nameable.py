"""The records that values can name: those that are there, and those that come back."""

from collections.abc import Mapping
from dataclasses import dataclass

from notion_gitops.engine.holds import Holds
from notion_gitops.engine.identity import Identified
from notion_gitops.model.records import Absence
from notion_gitops.workflow.reading.changed_keys import Renames
from notion_gitops.workflow.reading.git_side import GitSide
from notion_gitops.workflow.reading.missing import Missing
from notion_gitops.workflow.reading.on_hold import without_pages
from notion_gitops.workflow.reading.refused_values import Known
from notion_gitops.workflow.reading.restoring import coming_back
from notion_gitops.workflow.reading.taking_part import Sources


@dataclass(frozen=True, slots=True)
class AllRead:
    """What was read of the two sides, by mapping."""

    git: Mapping[str, GitSide]
    identified: Mapping[str, Identified]
    missing: Mapping[str, Missing]
    renames: Mapping[str, Renames]
    holds: Mapping[str, Holds]


def nameable(sources: Sources, read: AllRead) -> Known:
    """What the values of all mappings can name."""
    paired = _paired(sources, read.identified)
    keys, unborn = _there(read, paired), _unborn(sources, read, paired)
    trashed = {name: _trashed(found) for name, found in read.missing.items()}
    for name in sources.restores.keys() & keys.keys():
        absent = read.missing.get(name, Missing()).absent
        mapping = sources.mapping(name)
        back = coming_back(sources.restores, mapping, read.holds[name], absent, keys[name])
        keys[name] |= back
        trashed[name] = trashed.get(name, frozenset()) - back
    return Known(sources.people, keys, sources.users_readable, unborn, trashed)


def _paired(sources: Sources, identified: Mapping[str, Identified]) -> dict[str, frozenset[str]]:
    """By mapping the keys that have a page: in the base, or in what Notion lists."""
    listed = {name: pages.records.keys() for name, pages in identified.items()}
    return {
        name: frozenset(sources.state.of(name).index.entries) | listed.get(name, frozenset())
        for name in sources.workspace.mappings
    }


def _unborn(
    sources: Sources, read: AllRead, paired: Mapping[str, frozenset[str]]
) -> dict[str, dict[str, str]]:
    """By mapping the records in git that are on hold and get no page for it, with the old keys."""
    return {
        name: without_pages(
            sources.mapping(name),
            read.holds[name],
            side,
            paired[name],
            read.renames.get(name, Renames()),
        )
        for name, side in read.git.items()
    }


def _there(read: AllRead, paired: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """By mapping the keys on either side or in the base; of a renamed record the new one alone."""
    return {
        name: (side.keys | paired[name]) - set(read.renames.get(name, Renames()).found.values())
        for name, side in read.git.items()
    }


def _trashed(missing: Missing) -> frozenset[str]:
    return frozenset(key for key, why in missing.absent.items() if why is Absence.TRASHED)
