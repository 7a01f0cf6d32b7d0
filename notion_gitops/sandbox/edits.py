"""What a colleague does in Notion: edits, new pages, pages moved to the trash."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from notion_gitops.sandbox.basics.messages import ApiError
from notion_gitops.sandbox.databases.rows import (
    Flag,
    insert_row,
    set_flag,
    stamp_of,
    stamp_page,
    write_values,
)
from notion_gitops.sandbox.databases.writing import parse_properties
from notion_gitops.sandbox.markdown.bodies import append_markdown
from notion_gitops.sandbox.markdown.page_markdown import rewrite_markdown
from notion_gitops.sandbox.values.plain import Names, PlainError, entry_of, find_page, user_finder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from notion_gitops.sandbox.basics.nouns import Page, Source
    from notion_gitops.sandbox.call import Call
    from notion_gitops.sandbox.sandbox import Sandbox


class EditError(Exception):
    """An edit that names something unknown, or that Notion would refuse."""


def edit(
    sandbox: Sandbox,
    database: str,
    page: str,
    values: Mapping[str, Any],
    *,
    by: str,
    at: datetime | None = None,
) -> str:
    """Set properties of a page, as a person in Notion would; the page's id.

    Args:
        sandbox: the workspace.
        database: alias, title or id of the database.
        page: title, label, key, or id of the page.
        values: property name to plain value; None empties it.
        by: name, e-mail or id of the person.
        at: when; None takes the clock.

    Raises:
        EditError: there is no such thing, or the value does not fit.
    """
    with _acting(sandbox, by, at) as call:
        source, found = _find(call, database, page)
        _write(call, source, found, values)
        stamp_page(call, found.id, stamp_of(call))
        return found.id


def add_page(
    sandbox: Sandbox,
    database: str,
    values: Mapping[str, Any],
    *,
    by: str,
    at: datetime | None = None,
    body: str | None = None,
) -> str:
    """Add a page to a database, as a person in Notion would; the page's id.

    Raises:
        EditError: there is no such thing, or a value does not fit.
    """
    with _acting(sandbox, by, at) as call:
        source = _source(call, database)
        parsed = parse_properties(call, source, _entries(call, source, values))
        page = insert_row(call, source, parsed)
        if body is not None:
            append_markdown(call, page.id, body)
        return page.id


def rewrite_body(
    sandbox: Sandbox,
    where: tuple[str, str],
    markdown: str,
    *,
    by: str,
    at: datetime | None = None,
) -> str:
    """Replace the body of a page, given as database and page; the page's id.

    Raises:
        EditError: there is no such page or person.
    """
    with _acting(sandbox, by, at) as call:
        _, found = _find(call, *where)
        rewrite_markdown(call, found, markdown)
        stamp_page(call, found.id, stamp_of(call))
        return found.id


def trash_page(
    sandbox: Sandbox, database: str, page: str, *, by: str, at: datetime | None = None
) -> str:
    """Move a page to the trash; its id.

    Raises:
        EditError: there is no such page or person.
    """
    return _flag(sandbox, (database, page), value=True, by=by, at=at)


def restore_page(
    sandbox: Sandbox, database: str, page: str, *, by: str, at: datetime | None = None
) -> str:
    """Take a page out of the trash; its id.

    Raises:
        EditError: there is no such page or person.
    """
    return _flag(sandbox, (database, page), value=False, by=by, at=at)


def _flag(
    sandbox: Sandbox, where: tuple[str, str], *, value: bool, by: str, at: datetime | None
) -> str:
    with _acting(sandbox, by, at) as call:
        _, found = _find(call, *where)
        set_flag(call, found, Flag.IN_TRASH, value)
        stamp_page(call, found.id, stamp_of(call))
        return found.id


@contextmanager
def _acting(sandbox: Sandbox, by: str, at: datetime | None) -> Iterator[Call]:
    try:
        with sandbox.acting(by, at) as call:
            yield call
    except (PlainError, LookupError) as error:
        raise EditError(str(error.args[0])) from error
    except ApiError as error:
        raise EditError(error.message) from error


def _source(call: Call, database: str) -> Source:
    wanted = database.casefold()
    sources = [s for s in call.world.sources() if not s.doc["in_trash"]]
    for name in (_alias, _title, _ids):
        for source in sources:
            if wanted in name(source):
                return source
    raise LookupError(f"the sandbox has no database {database!r}")


def _alias(source: Source) -> tuple[str, ...]:
    return (source.alias.casefold(),) if source.alias else ()


def _title(source: Source) -> tuple[str, ...]:
    return ("".join(item["plain_text"] for item in source.doc["title"]).casefold(),)


def _ids(source: Source) -> tuple[str, ...]:
    return (source.id, source.database_id)


def _find(call: Call, database: str, page: str) -> tuple[Source, Page]:
    source = _source(call, database)
    found = call.world.page(find_page(call, source, page))
    if found is None:
        raise LookupError(f"the sandbox has no page {page!r}")
    return source, found


def _write(call: Call, source: Source, page: Page, values: Mapping[str, Any]) -> None:
    entries = _entries(call, source, values)
    write_values(call, source, page, parse_properties(call, source, entries))


def _entries(call: Call, source: Source, values: Mapping[str, Any]) -> dict[str, Any]:
    def page(target: str, text: str) -> str:
        other = call.world.source(target)
        if other is None:
            raise LookupError("the relation leads nowhere")
        return find_page(call, other, text)

    names = Names(user_finder(call), page)
    entries = {}
    for name, value in values.items():
        prop = source.by_name.get(name)
        if prop is None:
            known = ", ".join(sorted(source.by_name))
            raise LookupError(f"there is no property {name!r}; there are {known}")
        entries[name] = entry_of(prop, value, names)
    return entries
