"""Which function answers which method and path."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import unquote

from notion_gitops.sandbox import async_tasks, comments, moves, pages
from notion_gitops.sandbox.basics.messages import Json, unknown_url
from notion_gitops.sandbox.blocks import blocks, templates
from notion_gitops.sandbox.databases import databases, tables
from notion_gitops.sandbox.markdown import page_markdown
from notion_gitops.sandbox.queries import property_items
from notion_gitops.sandbox.queries.queries import QueryMemory, query_source, query_table, search
from notion_gitops.sandbox.values import file_uploads, users

if TYPE_CHECKING:
    from notion_gitops.sandbox.call import Call

Endpoint = Callable[..., Json]
"""Takes the call, and each part of the path that varies."""


class Routes:
    """The endpoints of one sandbox."""

    def __init__(self) -> None:
        memory = QueryMemory()
        table: tuple[tuple[str, str, Endpoint], ...] = (
            ("GET", "users", users.list_users),
            ("GET", "users/me", users.retrieve_me),
            ("GET", "users/{}", users.retrieve_user),
            ("POST", "search", search),
            ("POST", "databases", _either(tables.create_table, databases.create_database)),
            ("GET", "databases/{}", _either(tables.retrieve_table, databases.retrieve_database)),
            ("PATCH", "databases/{}", _either(tables.update_table, databases.update_database)),
            ("POST", "databases/{}/query", _either(partial(_table, memory=memory), _nothing)),
            ("POST", "data_sources", _either(_nothing, databases.create_source)),
            ("GET", "data_sources/{}", _either(_nothing, databases.retrieve_source)),
            ("PATCH", "data_sources/{}", _either(_nothing, databases.update_source)),
            ("POST", "data_sources/{}/query", _either(_nothing, partial(_rows, memory=memory))),
            ("GET", "data_sources/{}/templates", _either(_nothing, templates.list_templates)),
            ("POST", "pages", pages.create_page),
            ("GET", "pages/{}", pages.retrieve_page),
            ("PATCH", "pages/{}", pages.update_page),
            ("POST", "pages/{}/move", moves.move_page),
            ("GET", "pages/{}/properties/{}", property_items.retrieve_property),
            ("GET", "pages/{}/markdown", page_markdown.retrieve_markdown),
            ("PATCH", "pages/{}/markdown", page_markdown.update_markdown),
            ("GET", "async_tasks/{}", async_tasks.retrieve_task),
            ("GET", "blocks/{}", blocks.retrieve_block),
            ("PATCH", "blocks/{}", blocks.update_block),
            ("DELETE", "blocks/{}", blocks.delete_block),
            ("GET", "blocks/{}/children", blocks.list_children),
            ("PATCH", "blocks/{}/children", blocks.append_to_block),
            ("POST", "comments", comments.create_comment),
            ("GET", "comments", comments.list_comments),
            ("GET", "comments/{}", comments.retrieve_comment),
            ("PATCH", "comments/{}", comments.update_comment),
            ("DELETE", "comments/{}", comments.delete_comment),
            ("POST", "file_uploads", file_uploads.create_upload),
            ("GET", "file_uploads", file_uploads.list_uploads),
            ("GET", "file_uploads/{}", file_uploads.retrieve_upload),
            ("POST", "file_uploads/{}/send", file_uploads.send_upload),
            ("POST", "file_uploads/{}/complete", file_uploads.complete_upload),
        )
        self._table = [(method, _pattern(path), endpoint) for method, path, endpoint in table]

    def find(self, method: str, path: str) -> Callable[[Call], Json]:
        """What answers a request.

        Raises:
            ApiError: 400 `invalid_request_url`, as for every path that Notion does not have.
        """
        for known, pattern, endpoint in self._table:
            match = pattern.fullmatch(path)
            if known == method and match is not None:
                parts = [unquote(part) for part in match.groups()]
                return lambda call: endpoint(call, *parts)
        raise unknown_url()


def _rows(call: Call, data_source_id: str, *, memory: QueryMemory) -> Json:
    return query_source(call, data_source_id, memory)


def _table(call: Call, database_id: str, *, memory: QueryMemory) -> Json:
    return query_table(call, database_id, memory)


def _nothing(*_: object) -> Json:
    """What a version answers that does not have the path."""
    raise unknown_url()


def _either(of_tables: Endpoint, of_sources: Endpoint) -> Endpoint:
    """One endpoint for the version in which a database is a table, one for those after it."""

    def ask(call: Call, *parts: str) -> Json:
        return (of_tables if call.has_tables else of_sources)(call, *parts)

    return ask


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile("/v1/" + path.replace("{}", "([^/]+)") + "/?")
