"""Pages that the base knows and no listing shows: why, without asking for each of them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from itertools import islice

from notion_gitops.model.diagnostics import Diagnostic, Severity
from notion_gitops.model.errors import CannotReachNotion, TokenRefused
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.plan import Finding
from notion_gitops.model.records import Absence, Base
from notion_gitops.notion.absence import absence_of, read_missing
from notion_gitops.notion.failures import Json, RejectedRequest
from notion_gitops.notion.gateway import Gateway
from notion_gitops.notion.schema import Schema
from notion_gitops.text.words import listed
from notion_gitops.workflow.reading.databases import Database
from notion_gitops.workflow.reading.notion_side import Pages

FEW = 2  # so many absent pages are read one by one before a listing is asked instead
SAMPLE = 20  # if none of the first so many pages can be seen, the others are not read
MOST = 200  # pages of one mapping that one run reads one by one
MANY = 10  # percent of a mapping's records: so many lost at once are no accident of one page

_NAMED = 5  # keys in a message


@dataclass(frozen=True, slots=True)
class Missing:
    """What became of the pages that are not in the listing."""

    absent: Mapping[str, Absence] = field(default_factory=dict)  # by key
    findings: tuple[Finding, ...] = ()
    stop: Diagnostic | None = None  # so many cannot be seen that the mapping takes no part
    unexplained: frozenset[str] = frozenset()  # keys of those that should have been listed
    trashed: Mapping[str, Json] = field(default_factory=dict)  # pages of keys that are not in git


def find_missing(
    gateway: Gateway,
    database: Database,
    pages: Pages,
    base: Base,
    git_keys: Collection[str],
    *,
    accepted: Collection[int] = (),
) -> Missing:
    """Why each page that the base knows is not in the listing (design decision 21).

    The page of a deleted record that is back in git is looked for too, unless it is listed again:
    it can be restored. If so many are missing that the listing is rather wrong than they deleted,
    they are not read one by one before a person has accepted their number.

    Args:
        gateway: the way to Notion.
        database: the database.
        pages: what was listed.
        base: which pages there were.
        git_keys: all keys in git.
        accepted: numbers of missing pages that a person accepted.
    """
    if pages.since is not None:  # what is not among them is as it was: nothing is decided by it
        kept = pages.absent.keys() & base.records.keys() & set(git_keys)
        return Missing(pages.absent, tuple(_told(database.mapping, kept, pages.absent)))
    listed_ids = pages.raw.keys()
    missing = {k: b.page_id for k, b in base.records.items() if b.page_id not in listed_ids}
    back = {k: t.page_id for k, t in base.tombstones.items() if k in git_keys}
    buried = {k: page_id for k, page_id in back.items() if page_id not in listed_ids}
    if not pages.complete or database.schema is None:
        return Missing(dict.fromkeys({**buried, **missing}, Absence.UNPROVEN))
    wanted = {**buried, **missing}
    absent = dict.fromkeys(sorted(wanted), Absence.UNPROVEN)
    there = _out_of_scope(gateway, database, set(wanted.values()))
    absent |= {k: Absence.OUT_OF_SCOPE for k, page in wanted.items() if page in there}
    rest = {k: page for k, page in sorted(wanted.items()) if page not in there}
    doubtful = rest.keys() & missing.keys()
    shrunken = len(doubtful) > max(MOST, database.mapping.safety.deletes.allowed(len(base.records)))
    look = _Look(gateway, database.mapping, database.schema)
    if shrunken and len(doubtful) not in accepted:
        unseen = doubtful if look.none_is_seen(rest) else ()
        absent |= dict.fromkeys(unseen, Absence.UNREACHABLE)
    else:
        absent |= look.one_by_one(rest, missing, most=len(rest) if shrunken else MOST)
    if not shrunken:
        doubtful = {k for k in missing if absent[k] is Absence.UNPROVEN}
    lost = [k for k in missing if k in git_keys and absent[k] is Absence.UNREACHABLE]
    stop = _too_many(database, sorted(lost), len(base.records))
    kept = missing.keys() & set(git_keys)  # a person who deleted the file as well has decided
    told = tuple(_told(database.mapping, kept, absent))
    gone = {k: look.trashed[p] for k, p in missing.items() if p in look.trashed and k not in kept}
    return Missing(absent, told, stop, frozenset() if stop else frozenset(doubtful), gone)


def _out_of_scope(gateway: Gateway, database: Database, wanted: set[str]) -> frozenset[str]:
    """The pages that the filter leaves out, and the archived ones, by listings.

    They stay so for months, so that reading each of them in every run would add up.
    """
    mapping, schema = database.mapping, database.schema
    found: set[str] = set()
    if schema is None or len(wanted) <= FEW:
        return frozenset()
    title = [schema.properties[mapping.title_field.property_name].id]
    if mapping.notion.filter is not None:
        found = {p["id"] for p in gateway.query(schema.data_source_id, None, title).pages}
    if len(wanted - found) > FEW:
        found |= _archived(gateway, schema, title)
    return frozenset(found)


def _archived(gateway: Gateway, schema: Schema, properties: list[str]) -> set[str]:
    """The ids of archived pages, as far as Notion lists them: it is not sure that it does."""
    try:
        pages = gateway.archived(schema.data_source_id, properties).pages
    except TokenRefused:
        raise
    except (CannotReachNotion, RejectedRequest):
        return set()
    return {page["id"] for page in pages if page.get("is_archived")}


@dataclass(frozen=True, slots=True)
class _Look:
    """Reads pages one by one."""

    gateway: Gateway
    mapping: DatabaseMapping
    schema: Schema
    trashed: dict[str, Json] = field(default_factory=dict)  # by id: the pages in the trash

    def one_by_one(
        self, pages: Mapping[str, str], missing: Collection[str], most: int = MOST
    ) -> dict[str, Absence]:
        """What each page says of itself, up to a limit; the rest stays unproven: it is kept.

        If none of the first pages can be seen, it is taken that the others that are missing
        cannot either.
        """
        found: dict[str, Absence] = {}
        for key, page in pages.items():
            if len(found) == SAMPLE and set(found.values()) == {Absence.UNREACHABLE}:
                return {k: Absence.UNREACHABLE for k in pages if k in missing} | found
            if len(found) == most:
                break
            found[key] = self._classified(page)
        return found

    def none_is_seen(self, pages: Mapping[str, str]) -> bool:
        """Whether Notion shows none of the first of many pages."""
        first = islice(pages.values(), SAMPLE)
        return all(self._classified(page) is Absence.UNREACHABLE for page in first)

    def _classified(self, page_id: str) -> Absence:
        page = read_missing(self.gateway, page_id)
        if isinstance(page, Absence):
            return page
        filtered = self.mapping.notion.filter is not None
        why = absence_of(page, self.schema, filtered=filtered)
        if why is Absence.TRASHED:
            self.trashed[page_id] = page
        return why


def _too_many(database: Database, keys: list[str], records: int) -> Diagnostic | None:
    """What stops a mapping of which more pages than a few cannot be seen any more."""
    if len(keys) <= FEW or len(keys) * 100 <= MANY * records:
        return None
    mapping = database.mapping
    title = database.schema.title if database.schema else mapping.name
    return Diagnostic(
        f'{len(keys)} of {records} pages of "{title}" cannot be seen any more',
        mapping.notion.place,
        fix=f'Check in Notion, under ••• > Connections of "{title}" and of its pages, whether the '
        "connection was removed or may see only a part. If the pages were deleted for good, "
        "delete their files as well.",
        detail=f"Notion answers 404 for {listed(keys, _NAMED)}: unshared or deleted for good, "
        "which cannot be told apart. Nothing is deleted because of it.",
    )


def _told(
    mapping: DatabaseMapping, missing: Collection[str], absent: Mapping[str, Absence]
) -> list[Finding]:
    """What a person should know of the pages that are kept although they are not listed."""
    found = []
    for why, (message, fix) in _WORDS.items():
        keys = tuple(sorted(k for k in missing if absent[k] is why))
        if keys:
            found.append(Finding(
                check="missing page",
                severity=Severity.WARNING,
                mapping=mapping.name,
                keys=keys,
                message=message,
                why="It is not in the trash, so its file is kept as it is.",
                fix=fix,
                place=mapping.place,
            ))  # fmt: skip
    return found


_WORDS = {
    Absence.MOVED: (
        "its page was moved to another place in Notion",
        "Move the page back, or delete the file if the record is not meant to be synced any more.",
    ),
    Absence.UNREACHABLE: (
        "Notion does not show its page any more: unshared, or deleted for good",
        "Share the page again (••• > Connections), or delete the file too if the page is gone.",
    ),
    Absence.UNPROVEN: (
        "its page is not in the listing, and it was not found out why",
        "Run it again.",
    ),
}
