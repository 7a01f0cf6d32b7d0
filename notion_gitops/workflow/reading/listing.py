"""Listing every mapped database, whole or as far as it was edited."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import (
    CannotReachNotion,
    InvalidInput,
    NotionGitopsError,
    TokenRefused,
)
from notion_gitops.model.nearest import nearest
from notion_gitops.notion.failures import RejectedRequest
from notion_gitops.notion.filters import named
from notion_gitops.text.words import count, moment, number
from notion_gitops.workflow.reading.conflict_files import read_conflict_files
from notion_gitops.workflow.reading.databases import Database, placed
from notion_gitops.workflow.reading.git_side import GitSide
from notion_gitops.workflow.reading.how_read import Way, WayFacts, way_to_read
from notion_gitops.workflow.reading.incremental import ChangedReader, wanted
from notion_gitops.workflow.reading.notion_side import Pages, decode_pages, list_pages
from notion_gitops.workflow.reading.taking_part import LeftOut, Sources


def list_all(
    sources: Sources, out: LeftOut, git: Mapping[str, GitSide], now: datetime
) -> dict[str, Pages]:
    """The pages of every usable database; one that does not answer is left out.

    Args:
        sources: where to read.
        out: the mappings that take no part; those whose database cannot be listed are added.
        git: the git side of every mapping.
        now: the present by Notion's clock.
    """
    at = WayFacts(sources.state, git, sources.people, now, sources.whole)
    pages: dict[str, Pages] = {}
    failed: list[NotionGitopsError] = []
    for name, database in sources.databases.items():
        if name in out.why:
            continue
        try:
            pages[name] = _pages(sources, database, at)
        except TokenRefused:
            raise
        except (CannotReachNotion, RejectedRequest) as error:
            told = _told(error, database)
            failed.append(told)
            problems = placed(told, database.mapping)
            out.leave(name, "its pages could not be listed", *problems)
    if failed and not pages:
        raise failed[0]
    return pages


def read_in_part(databases: Mapping[str, Pages]) -> Iterator[str]:
    """What a plan says of the databases that were not listed in full."""
    for name, pages in databases.items():
        if pages.since is not None:
            yield (
                f"{name}: {number(len(pages.raw))} of {count(pages.count, 'page')} read, those "
                f"edited since {moment(pages.since)} and those that git changed. What Notion "
                "computes on the others, and which of them were deleted, comes with the daily "
                "listing, or with --relist."
            )


def _pages(sources: Sources, database: Database, at: WayFacts) -> Pages:
    if database.schema is None:
        return Pages({}, {}, complete=False, reason="it could not be read")
    way = way_to_read(database.mapping, database.schema, at)
    some = _changed(sources, database, way, at) if way.since is not None else None
    if some is not None:
        return some
    pages = list_pages(sources.gateway, database, sources.people, way.bounds)
    return replace(pages, due=way.due)


def _changed(sources: Sources, database: Database, way: Way, at: WayFacts) -> Pages | None:
    """What was edited since the last sync, and what must be looked at; None if all must be."""
    mapping, schema = database.mapping, database.schema
    if schema is None or way.since is None:
        return None
    recorded, git = sources.state.of(mapping.name), at.git[mapping.name]
    answered = read_conflict_files(sources.workspace, mapping)
    asked = {*answered, *sources.restores.get(mapping.name, {})}
    must = wanted(recorded, git, asked, bodies=mapping.body is not None)
    changed = ChangedReader(sources.gateway, mapping, schema, recorded).read(way.since, must)
    if changed is None:
        return None
    pages = decode_pages(sources.gateway, database, sources.people, changed.pages)
    columns = recorded.index.entries.columns
    known = zip(columns.keys, columns.page_ids, strict=True)
    beside = sum(1 for key, i in known if i not in pages.raw and key not in changed.absent)
    return replace(pages, since=way.since, absent=changed.absent, beside=beside)


def _told(error: NotionGitopsError, database: Database) -> NotionGitopsError:
    """What a listing that failed says of the mapping: its filter is all that Notion can refuse."""
    mapping, schema = database.mapping, database.schema
    if not isinstance(error, RejectedRequest) or not mapping.notion.filter or schema is None:
        return error
    lost = [n for n in named(mapping.notion.filter) if n not in schema.properties]
    near = nearest(lost[0], schema.properties) if lost else None
    meant = f'Did you mean "{near}"? ' if near else ""
    return InvalidInput(
        Diagnostic(
            f"Notion does not take the filter of {mapping.name}: {error.message}",
            mapping.notion.place,
            fix=f"{meant}Write properties as they are called in Notion now, and what their types "
            "can be asked (docs/mappings.md).",
        )
    )
