"""Reading the Notion side: every mapped database listed, decoded, and its pages told apart."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from notion_gitops.engine.advance import seen_digest
from notion_gitops.engine.identity import (
    Circumstances,
    Identified,
    identify,
    resolve_relations,
)
from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import (
    CannotReachNotion,
)
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.people import People
from notion_gitops.model.plan import Finding
from notion_gitops.model.records import Absence, Base, Record, Snapshot
from notion_gitops.model.values import Unknown
from notion_gitops.notion.by_id import asked_by_id
from notion_gitops.notion.completing import complete_page
from notion_gitops.notion.filters import Filter
from notion_gitops.notion.gateway import Gateway
from notion_gitops.notion.listing import ONE_MINUTE, Listing
from notion_gitops.notion.packed import PackedPages
from notion_gitops.notion.pages import Decoded, decode_page, mapped_property_ids
from notion_gitops.records.keys import key_problem
from notion_gitops.text.slugs import slug
from notion_gitops.workflow.reading.databases import Database

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of one database at one moment."""

    raw: Mapping[str, Json]  # by page id, as Notion sent them
    decoded: Mapping[str, Record]  # by page id; relations as ``page:ID``, no key yet
    complete: bool
    reason: str = ""  # why it is not complete
    findings: tuple[Finding, ...] = ()
    since: datetime | None = None  # those edited since, and those looked at; None: all of them
    due: bool = False  # all of them, which was due: worth to be recorded
    absent: Mapping[str, Absence] = field(default_factory=dict)  # of not all: see `Changed`
    beside: int = 0  # pages that were not read, and are taken to be as the base has them

    @property
    def count(self) -> int:
        """How many pages there are, read or not."""
        return len(self.raw) + self.beside


@dataclass(frozen=True, slots=True)
class NotionSide:
    """What one mapping's database holds, by record."""

    pages: Pages
    snapshot: Snapshot
    identified: Identified
    unresolved: Mapping[str, Record] = field(default_factory=dict)  # by key, relations by page id
    outdated: frozenset[str] = frozenset()  # keys of records whose files name a key that is no more
    nameless: frozenset[str] = frozenset()  # keys of records that relate to a page with no key yet

    def seen(self, mapping: DatabaseMapping, key: str) -> str:
        """The digest of what the record's page says."""
        return seen_digest(mapping, self.unresolved[key].fields)


def list_pages(
    gateway: Gateway, database: Database, people: People, bounds: Sequence[str] = ()
) -> Pages:
    """Step 2, Notion's half: list one database in full and decode every page.

    Raises:
        CannotReachNotion: Notion has no way to list it.
    """
    mapping, schema = database.mapping, database.schema
    if schema is None:
        return Pages({}, {}, complete=False, reason="it could not be read")
    wanted = mapped_property_ids(mapping, schema)

    def ask(filter_: Filter | None) -> Listing:
        return gateway.query(schema.data_source_id, filter_, wanted, bounds)

    listing = asked_by_id(schema, mapping.notion.filter, ask)
    if listing.reason == ONE_MINUTE:
        raise CannotReachNotion(_cannot_enumerate(mapping))
    return decode_pages(gateway, database, people, listing.packed.values(), listing.reason)


def _cannot_enumerate(mapping: DatabaseMapping) -> Diagnostic:
    return Diagnostic(
        f"The pages of {mapping.name} cannot be enumerated: {ONE_MINUTE}",
        mapping.notion.place,
        fix="Narrow the mapping's filter, so that it leaves fewer of the pages of that minute.",
        detail="Pages are told apart by their time of creation, which Notion keeps to the minute.",
    )


def decode_pages(
    gateway: Gateway,
    database: Database,
    people: People,
    pages: Iterable[Json],
    reason: str = "",
) -> Pages:
    """Decode pages as Notion sent them; values that were cut short are read whole first.

    They are put in order, so that nothing depends on how they came.
    """
    mapping, schema = database.mapping, database.schema
    if schema is None:
        raise ValueError("pages of a database that could not be read")
    raw, decoded = PackedPages(), dict[str, Decoded]()
    for page in pages:
        whole = complete_page(gateway, page, mapping, schema)
        raw.add(whole)
        decoded[whole["id"]] = decode_page(whole, mapping, schema, people)
    in_order = sorted(decoded.items(), key=lambda item: (item[1].created, item[0]))
    return Pages(
        raw=raw,
        decoded={i: without_hidden(d.record, database) for i, d in in_order},
        complete=not reason,
        reason=reason,
        findings=tuple(f for _, d in in_order for f in d.findings),
    )


def without_hidden(record: Record, database: Database) -> Record:
    """The record without the values that Notion shows as empty since it hides what they are of."""
    if not database.hidden:
        return record
    unknown = {n: Unknown(why, everywhere=True) for n, why in database.hidden.items()}
    return replace(record, fields={**record.fields, **unknown})


def tell_apart(mapping: DatabaseMapping, base: Base, pages: Pages, at: Circumstances) -> Identified:
    """Give every page the key of its record."""
    return identify(mapping, base, pages.decoded.values(), at)


def circumstances(
    at: "Moment", git_keys: frozenset[str], held_keys: frozenset[str]
) -> Circumstances:
    """What the keys of one mapping's pages depend on: its keys in git, and those on hold."""
    return Circumstances(
        git_keys=git_keys,
        now=at.at_notion,
        slug=slug,
        valid_key=lambda key: not key_problem(key),
        held_keys=held_keys,
        all_new=at.all_new,
    )


@dataclass(frozen=True, slots=True)
class Moment:
    """When the sides are compared, and what was said on the command line about new records."""

    now: datetime  # by this machine's clock
    at_notion: datetime  # by Notion's, to which the times of edits belong
    all_new: bool = False


def relating_to_nameless(
    mapping: DatabaseMapping,
    identified: Identified,
    pages: Mapping[str, Pages],
    keys: Mapping[str, Mapping[str, str]],
) -> frozenset[str]:
    """The records of a mapping that relate to a page which is to become a record, and is none yet.

    Files name it by its id until then.

    Args:
        mapping: theirs.
        identified: its records.
        pages: by mapping, what Notion lists.
        keys: by mapping, the key of each page id.
    """
    relations = [f for f in mapping.fields.values() if f.to in pages]
    targets = {spec.to for spec in relations if spec.to}
    unborn = {f"page:{i}" for to in targets for i in pages[to].decoded if i not in keys.get(to, {})}
    return frozenset(
        key
        for key, record in identified.records.items()
        for spec in relations
        if unborn and isinstance(members := record.value(spec.name), frozenset) and members & unborn
    )


def snapshot(
    database: Database,
    pages: Pages,
    identified: Identified,
    keys: Mapping[str, Mapping[str, str]],
    absent: Mapping[str, Absence],
) -> NotionSide:
    """The Notion side of one mapping, its relations by key."""
    mapping = database.mapping
    resolved = {
        key: resolve_relations(mapping, record, keys) for key, record in identified.records.items()
    }
    side = Snapshot(records=resolved, absent=absent, complete=pages.complete)
    return NotionSide(pages, side, identified, identified.records)
