"""What the mappings need and Notion does not have: read, compared, nothing written."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from notion_gitops.mapping.document import VARIABLE
from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import (
    CannotReachNotion,
    NobodyListens,
    NotShared,
    TokenRefused,
    UsageError,
)
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.plan import ReadCost
from notion_gitops.model.schema_plan import (
    SchemaDatabase,
    SchemaPlan,
    SchemaStep,
    SchemaStepKind,
)
from notion_gitops.notion.failures import RejectedRequest
from notion_gitops.notion.gateway import Gateway
from notion_gitops.notion.ids import parse_id
from notion_gitops.notion.property_configs import database_title
from notion_gitops.notion.schema import Schema
from notion_gitops.notion.schema_check import check_schema, check_two_faces
from notion_gitops.notion.schema_steps import Draft, World, as_it_will_be, missing
from notion_gitops.workflow.reading.databases import Database, read_database
from notion_gitops.workflow.reading.same_property import memory_of
from notion_gitops.workflow.reading.state_branch import StateBranch, read_state
from notion_gitops.workflow.workspace import Workspace

_ORDER = tuple(SchemaStepKind)  # databases before what is added to them, relations after both


@dataclass(frozen=True, slots=True)
class PlannedSchema:
    """A schema plan, with what carrying it out needs to know."""

    plan: SchemaPlan
    sources: Mapping[str, str]  # mapping's name -> id of its data source; of those that are there


def missing_variable(mapping: DatabaseMapping) -> str:
    """The variable that alone says which database is meant; "" if the mapping has an id."""
    whole = VARIABLE.fullmatch(mapping.notion.database.strip())
    return "" if whole is None else whole[1]


def plan_schema(
    workspace: Workspace, gateway: Gateway, ids: Mapping[str, str], parent: str | None
) -> PlannedSchema:
    """Read every database, and work out what is to be added.

    Args:
        workspace: its mappings say what is needed.
        gateway: the way to Notion.
        ids: mapping's name -> id of its database or data source; "" if it is to be created.
        parent: the id or address of the page that new databases go to.

    Raises:
        TokenRefused: the token is refused.
        CannotReachNotion: Notion does not answer, or does not show the page.
        UsageError: `parent` is no id, or of no page that Notion shows.
    """
    started, before = time.monotonic(), gateway.counts
    state = read_state(workspace)
    databases, unreadable = _read_all(workspace, gateway, ids, state)
    schemas = {n: d.schema for n, d in databases.items() if d.schema is not None}
    world = World(workspace.mappings, schemas)
    drafts = {n: missing(n, world) for n in workspace.mappings if n in schemas or not ids[n]}
    steps = [step for draft in drafts.values() for step in draft.steps]
    new = [step for step in steps if step.kind is SchemaStepKind.DATABASE]
    page = _page_id(parent)
    problems = [
        *unreadable,
        *_synced_before(workspace, ids, state),
        *_problems(world, databases, drafts, state),
        *_on_the_page(gateway, page, new, workspace),
    ]
    counts = gateway.counts.since(before)
    seconds = round(time.monotonic() - started, 1)
    plan = SchemaPlan(
        databases=tuple(_database(m, schemas.get(m.name)) for m in workspace.mappings.values()),
        steps=tuple(sorted(steps, key=lambda step: _ORDER.index(step.kind))),
        problems=tuple(dict.fromkeys(problems)),
        by_hand=tuple(d for draft in drafts.values() for d in draft.by_hand),
        hints=tuple(h for database in databases.values() for h in database.hints),
        parent=page,
        cost=ReadCost(counts.requests, seconds, counts.seconds_waited, counts.retries),
        sandbox=workspace.sandbox,
    )
    return PlannedSchema(plan, {n: s.data_source_id for n, s in schemas.items()})


def _read_all(
    workspace: Workspace, gateway: Gateway, ids: Mapping[str, str], state: StateBranch
) -> tuple[dict[str, Database], list[Diagnostic]]:
    """The databases that are there, and what is wrong with those that cannot be read."""
    found: dict[str, Database] = {}
    problems: list[Diagnostic] = []
    silent: list[CannotReachNotion] = []
    for name, mapping in workspace.mappings.items():
        if not ids[name]:
            continue
        try:
            found[name] = read_database(gateway, mapping, ids[name], state.of(name))
        except (TokenRefused, NobodyListens):
            raise
        except CannotReachNotion as error:
            silent.append(error)
            problems += error.diagnostics
    if silent and len(silent) == sum(1 for identity in ids.values() if identity):
        raise type(silent[0])(*dict.fromkeys(problems))
    return found, problems


def _problems(
    world: World,
    databases: Mapping[str, Database],
    drafts: Mapping[str, Draft],
    state: StateBranch,
) -> Iterator[Diagnostic]:
    """What would still not fit once all is added: it keeps everything from being applied."""
    after = {name: as_it_will_be(name, world, draft) for name, draft in drafts.items()}
    sources = {name: world.source(name) for name in world.mappings}
    for name, draft in drafts.items():
        mapping = world.mappings[name]
        if name in databases:
            yield from databases[name].problems
            yield from _deleted(mapping, databases[name], state)
        yield from draft.problems
        told = {problem.place for problem in draft.problems}
        found = check_schema(mapping, after[name], sources)
        yield from (problem for problem in found if problem.place not in told)
    yield from check_two_faces((world.mappings[n], schema) for n, schema in after.items())


def _deleted(
    mapping: DatabaseMapping, database: Database, state: StateBranch
) -> Iterator[Diagnostic]:
    """Properties that were synced and are gone: a new one would be empty, and is not that one."""
    schema = database.schema
    if schema is None:
        return
    for name, known in memory_of(mapping, state.of(mapping.name), schema).items():
        if name not in schema.properties and schema.by_id(known["id"]) is None:
            place = next(f.place for f in mapping.properties if f.property_name == name)
            yield Diagnostic(
                f'The property "{name}" was synced, and was deleted in Notion since',
                place,
                fix="Restore it in Notion, with its values. If it is to go, take the field out of "
                "the mapping; if it is to start afresh, give the field another name as well.",
            )


def _synced_before(
    workspace: Workspace, ids: Mapping[str, str], state: StateBranch
) -> Iterator[Diagnostic]:
    """Mappings whose database is known from the last sync, and only the variable is not set."""
    for name, mapping in workspace.mappings.items():
        sync = state.of(name).sync
        if not ids[name] and sync is not None:
            yield Diagnostic(
                f"{name} was synced before, so its database is there; only its id is not known",
                mapping.notion.place,
                fix=f"export {missing_variable(mapping)}={sync.data_source}",
            )


def _page_id(parent: str | None) -> str:
    if parent is None:
        return ""
    found = parse_id(parent)
    if found is None:
        raise UsageError(
            Diagnostic(
                f'--parent: "{parent[:60]}" is not the id or address of a page',
                fix="Open the page in Notion and copy its link.",
            )
        )
    return found


def _on_the_page(
    gateway: Gateway, page: str, new: list[SchemaStep], workspace: Workspace
) -> Iterator[Diagnostic]:
    """Databases of that title that stand there already, such as one whose answer was lost."""
    if not page or not new:
        return
    try:
        blocks = gateway.child_databases(page)
    except (NotShared, RejectedRequest) as error:
        said = error.diagnostics[0]
        raise UsageError(_not_the_parent(page, said.detail or said.summary)) from None
    there = {title_of(block): str(block["id"]) for block in blocks}
    for step in new:
        if step.title in there:
            mapping = workspace.mappings[step.mapping]
            yield Diagnostic(
                f'The page has a database "{step.title}" already, and no second one is made',
                mapping.notion.place,
                fix=f"If it is the one: export {missing_variable(mapping)}={there[step.title]}. "
                "If not, rename it, or name another page.",
            )


def _not_the_parent(page: str, said: str) -> Diagnostic:
    return Diagnostic(
        f"--parent: Notion does not show a page {page} to this connection",
        fix="Copy the page's link in Notion; and add the connection to that page (•••, "
        "Connections).",
        detail=said,
    )


def title_of(block: Mapping[str, object]) -> str:
    """The title of a database that stands on a page."""
    inner = block.get("child_database")
    return str(inner.get("title", "")) if isinstance(inner, dict) else ""


def _database(mapping: DatabaseMapping, schema: Schema | None) -> SchemaDatabase:
    variable = missing_variable(mapping)
    if schema is None:
        return SchemaDatabase(mapping.name, database_title(mapping), variable, there=False)
    named = {f.property_name for f in mapping.properties} | {mapping.key.property_name}
    extra = tuple(sorted(n for n in schema.properties if n not in named))
    count = len(schema.properties)
    return SchemaDatabase(mapping.name, schema.title, variable, properties=count, extra=extra)
