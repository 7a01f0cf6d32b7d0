"""Reads the workspace into what the templates print."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from notion_gitops.sandbox.basics.identity import parse_uuid
from notion_gitops.sandbox.basics.nouns import Page, Source, UserKind
from notion_gitops.sandbox.basics.store import NO_TEMPLATE
from notion_gitops.sandbox.face.messages import missing
from notion_gitops.sandbox.face.showing import (
    SOMEBODY,
    UNTITLED,
    Showing,
    column,
    columns_of,
    moment,
)
from notion_gitops.sandbox.face.views import PageView, Person, RowView, TableView
from notion_gitops.sandbox.markdown.page_markdown import retrieve_markdown
from notion_gitops.sandbox.values.richtext import plain_text

if TYPE_CHECKING:
    from notion_gitops.sandbox.call import Call

SCREEN = 100  # rows at once

_LIVE = f"source_id=? AND in_trash=0 AND is_archived=0 AND {NO_TEMPLATE}"
_TRASHED = f"source_id=? AND in_trash=1 AND {NO_TEMPLATE}"


@dataclass(frozen=True, slots=True)
class Wish:
    """Which rows of a database are to be shown."""

    words: str = ""  # that titles must contain, ignoring case
    trash: bool = False
    screen: int = 1


def people(call: Call) -> list[Person]:
    """The persons of the workspace, who may be played."""
    users = call.world.users().values()
    return [Person(u.id, u.name or SOMEBODY) for u in users if u.kind is UserKind.PERSON]


def title_of(source: Source) -> str:
    """The title of a database, or a word in its place."""
    return plain_text(source.doc["title"]) or UNTITLED


def find_source(call: Call, text: str) -> Source:
    """The data source of an address.

    Raises:
        Refused: there is none.
    """
    identity = parse_uuid(text)
    source = call.world.source(identity) if identity else None
    if source is None or source.doc["in_trash"]:
        raise missing("database")
    return source


def find_row(call: Call, text: str) -> tuple[Source, Page]:
    """The row of an address, and its data source.

    Raises:
        Refused: there is none.
    """
    identity = parse_uuid(text)
    page = call.world.page(identity) if identity else None
    if page is None or page.source_id is None:
        raise missing("page")
    return find_source(call, page.source_id), page


def table(call: Call, source: Source, wish: Wish) -> TableView:
    """One screen of a database, newest first."""
    ids = titled(call, source, wish.words, trash=wish.trash)
    screens = max(1, -(-len(ids) // SCREEN))
    screen = min(max(1, wish.screen), screens)
    shown = ids[(screen - 1) * SCREEN : screen * SCREEN]
    call.world.load_pages(shown)
    pages = [call.world.the_page(identity) for identity in shown]
    return TableView(
        id=source.id,
        title=title_of(source),
        columns=tuple(column(prop) for prop in columns_of(source)),
        rows=_rows(call, source, pages, editable=not wish.trash),
        words=wish.words,
        trash=wish.trash,
        found=len(ids),
        trashed=len(ids) if wish.trash and not wish.words else _count_trashed(call, source),
        number=screen,
        screens=screens,
    )


def _rows(call: Call, source: Source, pages: list[Page], *, editable: bool) -> tuple[RowView, ...]:
    showing = Showing(call)
    properties = columns_of(source)
    showing.cells.load(pages, source, properties)
    return tuple(
        RowView(
            page.id,
            showing.title(page),
            tuple(showing.cell(page, source, prop, editable=editable) for prop in properties),
        )
        for page in pages
    )


def titled(call: Call, source: Source, words: str, *, trash: bool = False) -> list[str]:
    """The ids of the rows whose title contains `words`, newest first; no words: all rows."""
    which = _TRASHED if trash else _LIVE
    wanted = words.casefold().strip()
    what = "id, vals" if wanted else "id"
    order = "ORDER BY created DESC, seq DESC"
    rows = call.store.all(f"SELECT {what} FROM pages WHERE {which} {order}", (source.id,))  # noqa: S608  fixed text
    if not wanted:
        return [row["id"] for row in rows]
    key = source.title.id
    return [
        row["id"]
        for row in rows
        if wanted in plain_text(json.loads(row["vals"]).get(key, [])).casefold()
    ]


def _count_trashed(call: Call, source: Source) -> int:
    row = call.store.one(f"SELECT count(*) AS n FROM pages WHERE {_TRASHED}", (source.id,))  # noqa: S608  likewise
    return int(row["n"]) if row else 0


def page_view(call: Call, source: Source, page: Page) -> PageView:
    """One row with its body."""
    showing = Showing(call)
    editable = not page.in_trash
    return PageView(
        id=page.id,
        title=showing.title(page),
        database=title_of(source),
        database_id=source.id,
        cells=tuple(
            showing.cell(page, source, prop, editable=editable) for prop in columns_of(source)
        ),
        body=str(retrieve_markdown(call, page.id)["markdown"]),
        created=moment(page.created),
        created_by=call.world.user(page.created_by).name or SOMEBODY,
        edited=moment(page.edited),
        edited_by=call.world.user(page.edited_by).name or SOMEBODY,
        in_trash=page.in_trash,
        is_archived=page.is_archived,
    )
