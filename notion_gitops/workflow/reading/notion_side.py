"""Reading the Notion side: every mapped database listed, decoded, and its pages told apart."""

from collections.abc import Callable, Mapping
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
    InvalidInput,
    NotPermitted,
    StateUnusable,
    UsageError,
)
from notion_gitops.model.mapping import DatabaseMapping, PropertyType
from notion_gitops.model.people import People, Person
from notion_gitops.model.plan import Finding
from notion_gitops.model.records import Absence, Base, Record, Snapshot
from notion_gitops.notion.absence import classify
from notion_gitops.notion.completing import complete_page
from notion_gitops.notion.gateway import Gateway
from notion_gitops.notion.pages import decode_page, mapped_property_ids
from notion_gitops.notion.schema import Schema, read_schema
from notion_gitops.notion.schema_check import check_schema, check_two_faces
from notion_gitops.notion.schema_memory import Memory, follow
from notion_gitops.records.keys import key_problem
from notion_gitops.text.slugs import slug
from notion_gitops.workflow.reading.state_branch import Recorded, StateBranch, same_meaning

Json = dict[str, Any]

FEW = 2  # so many absent pages are read one by one


@dataclass(frozen=True, slots=True)
class Database:
    """One mapped database as step 1 found it."""

    mapping: DatabaseMapping
    schema: Schema | None  # None: it could not be read
    problems: tuple[Diagnostic, ...] = ()
    hints: tuple[Diagnostic, ...] = ()  # what was renamed in Notion and is followed

    @property
    def usable(self) -> bool:
        """Whether it can be synced."""
        return self.schema is not None and not self.problems


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of one database at one moment."""

    raw: Mapping[str, Json]  # by page id, as Notion sent them
    decoded: Mapping[str, Record]  # by page id; relations as ``page:ID``, no key yet
    complete: bool
    reason: str = ""  # why it is not complete
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class NotionSide:
    """What one mapping's database holds, by record."""

    pages: Pages
    snapshot: Snapshot
    identified: Identified
    unresolved: Mapping[str, Record] = field(default_factory=dict)  # by key, relations by page id
    outdated: frozenset[str] = frozenset()  # keys of records whose files name a key that is no more

    def seen(self, mapping: DatabaseMapping, key: str) -> str:
        """The digest of what the record's page says."""
        return seen_digest(mapping, self.unresolved[key].fields)


def connect(
    gateway: Gateway,
    mappings: Mapping[str, DatabaseMapping],
    find: Callable[[DatabaseMapping], str],
    state: StateBranch,
) -> dict[str, Database]:
    """Step 1: read every database's schema and hold it against its mapping.

    Args:
        gateway: the way to Notion.
        mappings: by name.
        find: the id of a mapping's database or data source.
        state: what the schemas were at the last sync, so that renames are followed.

    Raises:
        NotPermitted: the token is refused.
        StateUnusable: the base was written from another database.
    """
    ids = _all_ids(mappings, find)
    found: dict[str, Database] = {}
    silent: list[CannotReachNotion] = []
    for name, mapping in mappings.items():
        try:
            found[name] = _read(gateway, mapping, ids[name], state.of(name))
        except NotPermitted:
            raise
        except CannotReachNotion as error:
            silent.append(error)
            found[name] = Database(mapping, None, _placed(error, mapping))
    if silent and len(silent) == len(mappings):
        told = dict.fromkeys(d for database in found.values() for d in database.problems)
        raise type(silent[0])(*told)
    sources = {n: d.schema.data_source_id for n, d in found.items() if d.schema}
    faces = list(check_two_faces((d.mapping, d.schema) for d in found.values() if d.schema))
    return {name: _checked(database, sources, faces) for name, database in found.items()}


def _all_ids(
    mappings: Mapping[str, DatabaseMapping], find: Callable[[DatabaseMapping], str]
) -> dict[str, str]:
    """The ids of all databases; what is wrong with any of them is told at once."""
    ids: dict[str, str] = {}
    problems: list[Diagnostic] = []
    for name, mapping in mappings.items():
        try:
            ids[name] = find(mapping)
        except (InvalidInput, UsageError) as error:
            problems += error.diagnostics
    if problems:
        raise InvalidInput(*problems)
    return ids


def _checked(database: Database, sources: Mapping[str, str], faces: list[Diagnostic]) -> Database:
    if database.schema is None:
        return database
    problems = check_schema(database.mapping, database.schema, sources)
    file = database.mapping.place.file
    ours = [d for d in faces if d.place is not None and d.place.file == file]
    return replace(database, problems=(*database.problems, *problems, *ours))


def _read(
    gateway: Gateway, mapping: DatabaseMapping, identity: str, recorded: Recorded
) -> Database:
    known = recorded.sync.data_source if recorded.sync else None
    schema = read_schema(gateway, identity, mapping.notion.place, data_source_id=known)
    if recorded.sync is not None and recorded.sync.data_source != schema.data_source_id:
        raise StateUnusable(_foreign(mapping, recorded.sync.data_source, schema))
    followed = follow(schema, mapping, memory_of(mapping, recorded))
    return Database(mapping, followed.schema, followed.drift, followed.hints)


def memory_of(mapping: DatabaseMapping, recorded: Recorded) -> Memory:
    """What the schema was at the last sync, by property; of fields that mean what they meant."""
    return {
        spec.property_name: {
            "id": recorded.schema[name].property_id,
            "type": recorded.schema[name].type,
            "options": {i: option for option, i in recorded.schema[name].options.items()},
        }
        for name, spec in mapping.fields.items()
        if same_meaning(mapping, recorded, name)
    }


def _foreign(mapping: DatabaseMapping, before: str, schema: Schema) -> Diagnostic:
    return Diagnostic(
        f'"{mapping.name}" was synced with another database before',
        mapping.notion.place,
        detail=f"The base was written from the data source {before}; this one is "
        f'"{schema.title}" ({schema.data_source_id}).',
        fix="Point the mapping back to the database it was synced with. "
        "To start afresh with the new one, give the mapping another name.",
    )


def list_pages(gateway: Gateway, database: Database, people: People) -> Pages:
    """Step 2, Notion's half: list one database in full and decode every page."""
    mapping, schema = database.mapping, database.schema
    if schema is None:
        return Pages({}, {}, complete=False, reason="it could not be read")
    listing = gateway.query(
        schema.data_source_id, mapping.notion.filter, mapped_property_ids(mapping, schema)
    )
    return decode_pages(gateway, database, people, listing.pages, listing.reason)


def decode_pages(
    gateway: Gateway,
    database: Database,
    people: People,
    pages: tuple[Json, ...],
    reason: str = "",
) -> Pages:
    """Decode pages as Notion sent them; values that were cut short are read whole first."""
    mapping, schema = database.mapping, database.schema
    if schema is None:
        raise ValueError("pages of a database that could not be read")
    whole = {p["id"]: complete_page(gateway, p, mapping, schema) for p in pages}
    decoded = {i: decode_page(p, mapping, schema, people) for i, p in whole.items()}
    return Pages(
        raw=whole,
        decoded={i: d.record for i, d in decoded.items()},
        complete=not reason,
        reason=reason,
        findings=tuple(f for d in decoded.values() for f in d.findings),
    )


def tell_apart(
    mapping: DatabaseMapping, base: Base, pages: Pages, at: "Moment", git_keys: frozenset[str]
) -> Identified:
    """Give every page the key of its record."""
    circumstances = Circumstances(
        git_keys=git_keys,
        now=at.now,
        slug=slug,
        valid_key=lambda key: not key_problem(key),
        all_new=at.all_new,
    )
    return identify(mapping, base, pages.decoded.values(), circumstances)


@dataclass(frozen=True, slots=True)
class Moment:
    """When the sides are compared, and what was said on the command line about new records."""

    now: datetime
    all_new: bool = False


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


def absences(
    gateway: Gateway, database: Database, pages: Pages, base: Base, git_keys: frozenset[str]
) -> dict[str, Absence]:
    """Why each page that the base knows is not in the listing, told by reading that page.

    The page of a deleted record that is back in git is read too: it can be restored.
    """
    listed = pages.raw.keys()
    missing = {k: b.page_id for k, b in base.records.items() if b.page_id not in listed}
    buried = {k: t.page_id for k, t in base.tombstones.items() if k in git_keys}
    if not pages.complete or database.schema is None:
        return dict.fromkeys(missing, Absence.UNPROVEN)
    schema = database.schema
    there = _filtered_out(gateway, database, len(missing))
    return {
        key: Absence.OUT_OF_SCOPE if page in there else classify(gateway, page, schema)
        for key, page in {**buried, **missing}.items()
    }


def _filtered_out(gateway: Gateway, database: Database, missing: int) -> frozenset[str]:
    """The pages that the mapping's filter leaves out, by one listing instead of one read each."""
    mapping, schema = database.mapping, database.schema
    if schema is None or mapping.notion.filter is None or missing <= FEW:
        return frozenset()
    title = schema.properties[mapping.title_field.property_name].id
    listing = gateway.query(schema.data_source_id, None, [title])
    return frozenset(page["id"] for page in listing.pages)


def with_users(
    gateway: Gateway, people: People, mappings: Mapping[str, DatabaseMapping]
) -> tuple[People, bool]:
    """The directory with the e-mails of Notion's own list, and whether that could be read.

    It is asked for only if a mapping has people and an e-mail could be meant by one.
    """
    fields = (f for m in mappings.values() for f in m.fields.values())
    if not any(f.type is PropertyType.PEOPLE for f in fields):
        return people, True
    try:
        users = gateway.users()
    except NotPermitted:
        return people, False
    emails = {u["id"]: (u.get("person") or {}).get("email") for u in users}
    known = {
        alias: replace(p, email=p.email or emails.get(p.user_id))
        for alias, p in people.by_alias.items()
    }
    taken = {p.user_id for p in known.values()}
    others = {
        f"user:{u['id']}": Person(f"user:{u['id']}", u["id"], u.get("name") or "", emails[u["id"]])
        for u in users
        if u["id"] not in taken
    }
    return People({**known, **others}), True


def _placed(error: CannotReachNotion, mapping: DatabaseMapping) -> tuple[Diagnostic, ...]:
    place = mapping.notion.place
    return tuple(d if d.place else replace(d, place=place) for d in error.diagnostics)
