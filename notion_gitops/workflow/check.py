"""Step 1 alone: connection, permissions, schema against mapping."""

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from notion_gitops.model.errors import CannotReachNotion, NotPermitted
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.outcomes import ConnectionReport, DatabaseCheck
from notion_gitops.model.plan import ReadCost
from notion_gitops.notion.schema import parse_schema
from notion_gitops.workflow.plan import Connection, Planned
from notion_gitops.workflow.reading.databases import Database, connect
from notion_gitops.workflow.reading.state_branch import read_state
from notion_gitops.workflow.workspace import Workspace


def check(workspace: Workspace, connection: Connection) -> ConnectionReport:
    """Ask Notion who we are, whether users can be listed, and for every mapped database.

    Raises:
        TokenRefused: the token is refused.
        CannotReachNotion: Notion did not answer.
    """
    started, before = time.monotonic(), connection.gateway.counts
    me = connection.gateway.me()
    state = read_state(workspace)
    databases = connect(connection.gateway, workspace.mappings, connection.find, state)
    can_list = _can_list_users(connection)
    beyond = () if workspace.sandbox else _beyond(connection, databases)
    counts = connection.gateway.counts.since(before)
    seconds = round(time.monotonic() - started, 1)
    cost = ReadCost(counts.requests, seconds, counts.seconds_waited, counts.retries)
    report = _report(me, databases, cost, can_list_users=can_list, sandbox=workspace.sandbox)
    return replace(report, beyond=beyond)


def connection_report(connection: Connection, planned: Planned) -> ConnectionReport:
    """Step 1 of a sync that was planned, as its report.

    What was synced is told even if Notion does not say its name any more.
    """
    try:
        me = connection.gateway.me()
    except CannotReachNotion:
        me = {}
    sandbox = planned.comparison.workspace.sandbox
    can_list = planned.users_readable
    cost = planned.plan.cost
    return _report(me, planned.databases, cost, can_list_users=can_list, sandbox=sandbox)


def _report(
    me: Mapping[str, Any],
    databases: Mapping[str, Database],
    cost: ReadCost,
    *,
    can_list_users: bool,
    sandbox: bool,
) -> ConnectionReport:
    bot = me.get("bot") or {}
    return ConnectionReport(
        bot=str(me.get("name") or "this connection"),
        workspace=str(bot.get("workspace_name") or ""),
        databases=tuple(_checked(d.mapping, d) for d in databases.values()),
        can_list_users=can_list_users,
        cost=cost,
        sandbox=sandbox,
    )


def _beyond(connection: Connection, databases: Mapping[str, Database]) -> tuple[str, ...]:
    """What the token opens besides what is synced, as far as a search tells."""
    mapped = {d.schema.data_source_id for d in databases.values() if d.schema}
    try:
        seen = [parse_schema(source) for source in connection.gateway.data_sources()]
    except NotPermitted:
        return ()
    return tuple(sorted(s.title or "(no title)" for s in seen if s.data_source_id not in mapped))


def _can_list_users(connection: Connection) -> bool:
    try:
        connection.gateway.users()
    except NotPermitted:
        return False
    return True


def _checked(mapping: DatabaseMapping, database: Database) -> DatabaseCheck:
    schema = database.schema
    if schema is None:
        return DatabaseCheck(
            mapping.name, mapping.notion.database, problems=database.problems, readable=False
        )
    mapped = {f.property_name for f in mapping.properties} | {mapping.key.property_name}
    return DatabaseCheck(
        mapping=mapping.name,
        database=mapping.notion.database,
        title=schema.title,
        data_source=schema.data_source_id,
        readable=True,
        problems=database.problems,
        properties=len(schema.properties),
        mapped=sum(1 for n in schema.properties if n in mapped),
        unmapped=tuple(sorted(n for n in schema.properties if n not in mapped)),
        unsupported=schema.unsupported,
    )
