"""What a connection is shared with, by the names that people use."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from notion_gitops.sandbox.basics.identity import parse_uuid
from notion_gitops.sandbox.basics.nouns import Capability, UserKind
from notion_gitops.sandbox.basics.store import dumps
from notion_gitops.sandbox.values.plain import Directory, PlainError
from notion_gitops.sandbox.values.richtext import plain_text
from notion_gitops.sandbox.world import page_of

if TYPE_CHECKING:
    from notion_gitops.sandbox.basics.messages import Json
    from notion_gitops.sandbox.basics.nouns import Source
    from notion_gitops.sandbox.basics.store import Store
    from notion_gitops.sandbox.call import Call

CAPABILITIES = {
    "read": Capability.READ,
    "insert": Capability.INSERT,
    "update": Capability.UPDATE,
    "read-comments": Capability.READ_COMMENTS,
    "insert-comments": Capability.INSERT_COMMENTS,
    "users": Capability.USERS,
    "emails": Capability.EMAILS,
}
"""The capabilities by short names."""


def keep_connection(
    store: Store,
    token: str,
    name: str,
    capabilities: frozenset[Capability],
    shared: list[str] | None,
) -> str:
    """Write a connection, new or changed; the user id of its integration.

    Args:
        store: the file, in a transaction.
        token: what a client sends.
        name: of the integration.
        capabilities: what it may do.
        shared: ids of what it sees; None: all.
    """
    known = store.one("SELECT bot FROM tokens WHERE token=?", (token,))
    bot = str(known["bot"]) if known else store.new_uuid()
    store.write(
        "INSERT INTO users(id, kind, name) VALUES(?,?,?)"
        " ON CONFLICT(id) DO UPDATE SET name=excluded.name",
        (bot, UserKind.BOT.value, name),
    )
    seen = None if shared is None else dumps(shared)
    store.write(
        "INSERT OR REPLACE INTO tokens VALUES(?,?,?,?)",
        (token, bot, dumps(sorted(capabilities)), seen),
    )
    return bot


def join_share(call: Call, identity: str, parent: Json) -> None:
    """Let a connection of limited sharing see what it puts at the top of the workspace.

    In Notion what a public integration puts there is its own. An internal one is told that it
    cannot; but clients that are tried here may be either.
    """
    if parent["type"] != "workspace" or call.token.shared is None:
        return
    row = call.store.one("SELECT token, shared FROM tokens WHERE bot=?", (call.token.bot.id,))
    if row is not None and identity not in (shared := json.loads(row["shared"])):
        call.store.write(
            "UPDATE tokens SET shared=? WHERE token=?", (dumps([*shared, identity]), row["token"])
        )


def shared_id(call: Call, text: str) -> str:
    """The id of what a text means: a database, a page of its own, or `DATABASE/PAGE`.

    Args:
        call: somebody at work on the workspace.
        text: title of a database, title or alias of a data source in it, title of a page, or an
            id of any.

    Raises:
        PlainError: there is nothing of that name, or more than one.
    """
    identity = parse_uuid(text)
    if identity is not None and _exists(call, identity):
        return identity
    databases = {source.database_id for source in _named(call, text)}
    if len(databases) > 1:
        raise PlainError(f"the sandbox has {len(databases)} databases {text!r}: say which by an id")
    if databases:
        return databases.pop()
    title, slash, page = text.partition("/")
    sources = _named(call, title) if slash else []
    return _row(call, sources, page) if sources else _page(call, text)


def _named(call: Call, name: str) -> list[Source]:
    """The data sources that have a name, or whose database has it."""
    wanted = name.casefold()
    sources = call.world.sources()
    for names in (_aliases, _database_titles, _titles):
        found = [source for source in sources if wanted in names(call, source)]
        if found:
            return found
    return []


def _aliases(_: Call, source: Source) -> set[str]:
    return {source.alias.casefold()} if source.alias else set()


def _database_titles(call: Call, source: Source) -> set[str]:
    return {plain_text(call.world.the_database(source.database_id)["title"]).casefold()}


def _titles(_: Call, source: Source) -> set[str]:
    return {plain_text(source.doc["title"]).casefold()}


def _row(call: Call, sources: list[Source], page: str) -> str:
    """The page of that name in one of the data sources."""
    found: list[str] = []
    problems: list[PlainError] = []
    for source in sources:
        try:
            found.append(Directory(call, source).find(page))
        except PlainError as error:
            problems.append(error)
    if len(found) > 1:
        raise PlainError(f"the sandbox has {len(found)} pages {page!r} there: say which by its id")
    if not found:
        raise problems[0]
    return found[0]


def _exists(call: Call, identity: str) -> bool:
    world = call.world
    return any(f(identity) is not None for f in (world.database, world.source, world.page))


def _page(call: Call, title: str) -> str:
    """The page of its own that has that title."""
    rows = call.store.all("SELECT * FROM pages WHERE source_id IS NULL AND in_trash=0")
    found = [
        page.id
        for page in map(page_of, rows)
        if plain_text(page.values.get("title", [])).casefold() == title.casefold()
    ]
    if len(found) > 1:
        raise PlainError(f"the sandbox has {len(found)} pages {title!r}: say which by its id")
    if not found:
        raise PlainError(f"the sandbox has no database and no page {title!r}")
    return found[0]
