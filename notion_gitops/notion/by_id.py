"""Filters that name properties as mappings do, sent so that no rename can change their meaning."""

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from notion_gitops.notion.failures import RejectedRequest
from notion_gitops.notion.filters import Filter, named, renamed
from notion_gitops.notion.schema import Schema

Answer = TypeVar("Answer")


def asked_by_id(
    schema: Schema, filter_: Filter | None, ask: Callable[[Filter | None], Answer]
) -> Answer:
    """The answer to a filter, with the ids of its properties in place of their names.

    If Notion does not take them, in either spelling, it is asked by the names that they have now.

    Args:
        schema: of the database, with renames followed.
        filter_: names the properties as the mapping does; others are left as they are written.
        ask: asks it.

    Raises:
        RejectedRequest: Notion does not take the filter itself.
    """
    known = {n: schema.properties[n] for n in named(filter_) if n in schema.properties}
    if filter_ is None or not known:
        return ask(filter_)
    words = {name: schema.in_filters(prop) for name, prop in known.items()}
    spelled = zip(*words.values(), strict=True)
    *ways, last = (dict(zip(words, way, strict=True)) for way in dict.fromkeys(spelled))
    for way in ways:
        with suppress(RejectedRequest):
            return ask(renamed(filter_, lambda name: way.get(name, name)))  # noqa: B023  at once
    return ask(renamed(filter_, lambda name: last.get(name, name)))
