"""Step 1: every mapped database found, and held against its mapping."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import (
    CannotReachNotion,
    InvalidInput,
    NobodyListens,
    NotionGitopsError,
    StateUnusable,
    TokenRefused,
    UsageError,
)
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.notion.gateway import Gateway
from notion_gitops.notion.hidden import SourceLook, hidden_fields, told_of_hidden
from notion_gitops.notion.schema import Schema, read_schema
from notion_gitops.notion.schema_check import check_schema, check_two_faces
from notion_gitops.notion.schema_memory import follow
from notion_gitops.text.words import listed
from notion_gitops.workflow.reading.same_property import memory_of
from notion_gitops.workflow.reading.state_branch import Recorded, StateBranch

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Database:
    """One mapped database as step 1 found it."""

    mapping: DatabaseMapping
    schema: Schema | None  # None: it could not be read
    problems: tuple[Diagnostic, ...] = ()
    hints: tuple[Diagnostic, ...] = ()  # what was renamed in Notion and is followed
    hidden: Mapping[str, str] = field(default_factory=dict)  # fields that cannot be told, and why

    @property
    def usable(self) -> bool:
        """Whether it can be synced."""
        return self.schema is not None and not self.problems


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
        TokenRefused, NobodyListens: no request has a chance.
        CannotReachNotion: none of the databases can be read.
        StateUnusable: the base was written from another database.
    """
    ids = _all_ids(mappings, find)
    found: dict[str, Database] = {}
    silent: list[CannotReachNotion] = []
    for name, mapping in mappings.items():
        try:
            found[name] = read_database(gateway, mapping, ids[name], state.of(name))
        except (TokenRefused, NobodyListens):
            raise
        except CannotReachNotion as error:
            silent.append(error)
            found[name] = Database(mapping, None, placed(error, mapping))
    if silent and len(silent) == len(mappings):
        told = dict.fromkeys(d for database in found.values() for d in database.problems)
        raise type(silent[0])(*told)
    sources = {n: d.schema.data_source_id for n, d in found.items() if d.schema}
    around = list(check_two_faces((d.mapping, d.schema) for d in found.values() if d.schema))
    around += _mapped_twice(found.values())
    checked = {name: _checked(database, sources, around) for name, database in found.items()}
    look = SourceLook(gateway, set(sources.values()))
    return {name: _with_hidden(database, look) for name, database in checked.items()}


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


def _mapped_twice(databases: Iterable[Database]) -> Iterator[Diagnostic]:
    """Mappings that lead to one data source, however each of them names it.

    Each would take the other's pages for records that are new.
    """
    seen: dict[str, list[DatabaseMapping]] = {}
    for database in databases:
        if database.schema is not None:
            seen.setdefault(database.schema.data_source_id, []).append(database.mapping)
    for mappings in seen.values():
        names = listed([mapping.name for mapping in mappings], len(mappings))
        for mapping in mappings if len(mappings) > 1 else ():
            yield Diagnostic(
                f"{names} lead to the same data source",
                mapping.notion.place,
                fix="Give each mapping a data source of its own; join the files if they are one.",
            )


def _checked(database: Database, sources: Mapping[str, str], around: list[Diagnostic]) -> Database:
    if database.schema is None:
        return database
    problems = check_schema(database.mapping, database.schema, sources)
    if database.schema.in_trash:
        problems.insert(0, _trashed(database.mapping, database.schema))
    file = database.mapping.place.file
    ours = [d for d in around if d.place is not None and d.place.file == file]
    return replace(database, problems=(*database.problems, *problems, *ours))


def _trashed(mapping: DatabaseMapping, schema: Schema) -> Diagnostic:
    return Diagnostic(
        f'The database "{schema.title}" is in Notion\'s trash',
        mapping.notion.place,
        fix="Restore it in Notion. If it is not needed any more, take the mapping out.",
        detail="Its pages are no deletions of single records, so no file is deleted.",
    )


def _with_hidden(database: Database, look: SourceLook) -> Database:
    """The database with the fields that lead to one that the connection does not see."""
    if database.schema is None or not database.usable:
        return database
    hidden = hidden_fields(database.mapping, database.schema, look)
    told = told_of_hidden(database.mapping, hidden)
    return replace(database, hidden=hidden, hints=(*database.hints, *told))


def read_database(
    gateway: Gateway, mapping: DatabaseMapping, identity: str, recorded: Recorded
) -> Database:
    """One database with what was renamed in it since the last sync; not held against its mapping.

    Raises:
        CannotReachNotion: Notion did not answer, or does not show it.
        StateUnusable: the base was written from another database.
    """
    known = recorded.sync.data_source if recorded.sync else None
    schema = read_schema(gateway, identity, mapping.notion.place, data_source_id=known)
    if recorded.sync is not None and recorded.sync.data_source != schema.data_source_id:
        raise StateUnusable(_foreign(mapping, recorded.sync.data_source, schema))
    followed = follow(schema, mapping, memory_of(mapping, recorded, schema))
    return Database(mapping, followed.schema, followed.drift, followed.hints)


def _foreign(mapping: DatabaseMapping, before: str, schema: Schema) -> Diagnostic:
    return Diagnostic(
        f'"{mapping.name}" was synced with another database before',
        mapping.notion.place,
        detail=f"The base was written from the data source {before}; this one is "
        f'"{schema.title}" ({schema.data_source_id}).',
        fix="Point the mapping back to the database it was synced with. "
        f"To start afresh with the new one: notion-gitops state forget {mapping.name}",
    )


def placed(error: NotionGitopsError, mapping: DatabaseMapping) -> tuple[Diagnostic, ...]:
    """What an error says, with the place of the mapping's database where it names none."""
    place = mapping.notion.place
    return tuple(d if d.place else replace(d, place=place) for d in error.diagnostics)
