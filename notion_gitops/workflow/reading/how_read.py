"""How much of a database a run reads: all of it, or what was edited since the last sync.

This is the one home of that policy (design decision 42). Times only ever widen what is read.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from notion_gitops import __version__
from notion_gitops.model.mapping import DatabaseMapping, PropertyType
from notion_gitops.model.people import People
from notion_gitops.notion.pages import mapped_property_ids
from notion_gitops.notion.schema import Schema
from notion_gitops.workflow.reading.bodies import bodies_are_due
from notion_gitops.workflow.reading.git_side import GitSide
from notion_gitops.workflow.reading.state_branch import Recorded, StateBranch

INCREMENTAL_ABOVE = 2_000  # records of a mapping; up to so many are listed whole in every run
FULL_EVERY = timedelta(days=1)
OVERLAP = timedelta(minutes=2)  # Notion's edit times are floored to the minute; doubled, to be sure
PART_SIZE = 2_000  # pages that are worth a thread of their own
MOST_PARTS = 4  # threads of one listing


@dataclass(frozen=True, slots=True)
class Way:
    """How the pages of one mapping are read."""

    since: datetime | None = None  # those edited since, and those that must be looked at; None: all
    due: bool = False  # all of a large database, since that was due: worth to be recorded
    bounds: tuple[str, ...] = ()  # times of creation that part a listing of all


def is_large(records: int) -> bool:
    """Whether a mapping with so many records is read incrementally."""
    return records > INCREMENTAL_ABOVE


def large_mappings(state: StateBranch) -> frozenset[str]:
    """The mappings that the base has so many records of that they are read incrementally."""
    return frozenset(n for n, each in state.mappings.items() if is_large(len(each.index.entries)))


@dataclass(frozen=True, slots=True)
class WayFacts:
    """What the way depends on besides the mapping itself."""

    state: StateBranch
    git: Mapping[str, GitSide]
    people: People
    now: datetime  # by Notion's clock
    whole: Collection[str] = ()  # mappings that somebody wants listed in full


def way_to_read(mapping: DatabaseMapping, schema: Schema, at: WayFacts) -> Way:
    """How the pages of a mapping are read in this run.

    In full: as long as there are few, once a day, when the mapping or what gives its values their
    meaning changed, when the texts of all pages are due, and when keys of records that it relates
    to changed in git, since any page may name them.
    """
    recorded = at.state.of(mapping.name)
    last = recorded.reading
    if not is_large(len(recorded.index.entries)):
        return Way()
    bounds = last.bounds if last else ()
    if mapping.name in at.whole or _renamed_around(mapping, at):
        return Way(bounds=bounds)
    if (
        last is None
        or recorded.mapping is not mapping  # the same object as long as its text is the same
        or last.fingerprint != fingerprint_of(mapping, schema, at.people)
        or _options_lost(mapping, schema, recorded)
        or at.now - last.full >= FULL_EVERY
        or (mapping.body is not None and bodies_are_due(recorded, at.now))
    ):
        return Way(due=True, bounds=bounds)
    return Way(fresh_mark(last.marker))


def fresh_mark(read_at: datetime) -> datetime:
    """From when on an edit may not be in a listing that began at `read_at`."""
    return read_at.replace(second=0, microsecond=0) - OVERLAP


def _renamed_around(mapping: DatabaseMapping, at: WayFacts) -> bool:
    """Whether a key may have changed in git of a record that pages of this mapping relate to."""
    targets = {f.to for f in mapping.fields.values() if f.type is PropertyType.RELATION and f.to}
    return any(
        _perhaps_renamed(at.state.of(name), at.git[name]) for name in targets & at.git.keys()
    )


def _perhaps_renamed(recorded: Recorded, git: GitSide) -> bool:
    entries = recorded.index.entries.keys()
    return bool(entries - git.keys) and bool(git.keys - entries)


def fingerprint_of(mapping: DatabaseMapping, schema: Schema, people: People) -> str:
    """Hex digits over what the values of pages are decoded with, besides the mapping's text.

    Without the options, which writes add to.
    """
    wanted = set(mapped_property_ids(mapping, schema))
    mapped = (p for p in schema.properties.values() if p.id in wanted)
    properties = {p.id: asdict(replace(p, options={}, former={})) for p in mapped}
    known = {alias: person.user_id for alias, person in people.by_alias.items()}
    meaning = [__version__, schema.data_source_id, properties, known]
    text = json.dumps(meaning, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _options_lost(mapping: DatabaseMapping, schema: Schema, recorded: Recorded) -> bool:
    """Whether options are gone that there were: pages lost them, and may not tell."""
    for field in mapping.properties:
        seen, prop = recorded.schema.get(field.name), schema.properties.get(field.property_name)
        if seen and prop and set(seen.options.values()) - set(prop.options.values()):
            return True
    return False


def bounds_of(created: Iterable[datetime]) -> tuple[str, ...]:
    """Times that part pages about evenly, each at the beginning of another minute.

    Args:
        created: when the pages were created.
    """
    times = sorted(created)
    parts = min(MOST_PARTS, len(times) // PART_SIZE)
    middles: Sequence[datetime] = [times[len(times) * n // parts] for n in range(1, parts)]
    return tuple(sorted({moment.isoformat() for moment in middles} - {*_ends(times)}))


def _ends(times: Sequence[datetime]) -> Iterable[str]:
    """The first and the last minute: nothing is before the one, or after the other."""
    return (times[0].isoformat(), times[-1].isoformat()) if times else ()
