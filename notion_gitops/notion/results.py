"""Lists of Notion's that come a part at a time, read to their end."""

from collections.abc import Callable

from notion_gitops.notion.answers import as_list, odd
from notion_gitops.notion.calls import Query
from notion_gitops.notion.failures import Json
from notion_gitops.notion.listing import PAGE_SIZE


def all_results(ask: Callable[[Query], Json], about: str) -> list[Json]:
    """All results of a list; a single object counts as a list of one.

    Args:
        ask: sends the request, given how much is wanted and from where on.
        about: what it concerns, for people.

    Raises:
        CannotReachNotion: Notion does not say where the rest is: part of a list is no list.
    """
    query: dict[str, str] = {"page_size": str(PAGE_SIZE)}
    results: list[Json] = []
    while True:
        answer = ask(query)
        if answer.get("object") != "list":
            return [answer]
        results += as_list(answer, about)["results"]
        cursor = answer.get("next_cursor")
        if not answer.get("has_more"):
            return results
        if not cursor or cursor == query.get("start_cursor"):
            raise odd(about, "whole list")
        query = {**query, "start_cursor": cursor}
