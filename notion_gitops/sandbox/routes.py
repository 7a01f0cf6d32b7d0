"""Which function answers which method and path."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import unquote

from notion_gitops.sandbox import blocks, databases, pages, users
from notion_gitops.sandbox.messages import ApiError, Code, Json
from notion_gitops.sandbox.queries import QueryMemory, query_source, search

if TYPE_CHECKING:
    from notion_gitops.sandbox.call import Call

Endpoint = Callable[..., Json]
"""Takes the call, and each part of the path that varies."""


class Routes:
    """The endpoints of one sandbox."""

    def __init__(self) -> None:
        query = partial(_query, memory=QueryMemory())
        table: tuple[tuple[str, str, Endpoint], ...] = (
            ("GET", "users", users.list_users),
            ("GET", "users/me", users.retrieve_me),
            ("GET", "users/{}", users.retrieve_user),
            ("POST", "search", search),
            ("POST", "databases", databases.create_database),
            ("GET", "databases/{}", databases.retrieve_database),
            ("PATCH", "databases/{}", databases.update_database),
            ("POST", "data_sources", databases.create_source),
            ("GET", "data_sources/{}", databases.retrieve_source),
            ("PATCH", "data_sources/{}", databases.update_source),
            ("POST", "data_sources/{}/query", query),
            ("GET", "data_sources/{}/templates", databases.list_templates),
            ("POST", "pages", pages.create_page),
            ("GET", "pages/{}", pages.retrieve_page),
            ("PATCH", "pages/{}", pages.update_page),
            ("POST", "pages/{}/move", pages.move_page),
            ("GET", "pages/{}/properties/{}", pages.retrieve_property),
            ("GET", "pages/{}/markdown", blocks.retrieve_markdown),
            ("GET", "blocks/{}", blocks.retrieve_block),
            ("DELETE", "blocks/{}", blocks.delete_block),
            ("GET", "blocks/{}/children", blocks.list_children),
            ("PATCH", "blocks/{}/children", blocks.append_to_block),
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
        raise ApiError(400, Code.INVALID_REQUEST_URL, "Invalid request URL.")


def _query(call: Call, data_source_id: str, *, memory: QueryMemory) -> Json:
    return query_source(call, data_source_id, memory)


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile("/v1/" + path.replace("{}", "([^/]+)") + "/?")
