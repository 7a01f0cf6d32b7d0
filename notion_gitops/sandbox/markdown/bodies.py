"""The body of a page as a whole: written from Markdown, and erased."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from notion_gitops.sandbox.basics.messages import failed_validation, invalid
from notion_gitops.sandbox.blocks.content import parse_blocks
from notion_gitops.sandbox.blocks.media import MEDIA_TYPES, hosted
from notion_gitops.sandbox.blocks.store import (
    CHILD_DATABASE,
    CHILD_PAGE,
    UNKNOWN,
    Draft,
    insert_all,
    rows_under,
    set_trashed,
)
from notion_gitops.sandbox.markdown.reading import drafts_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from notion_gitops.sandbox.basics.messages import Json
    from notion_gitops.sandbox.call import Call

_WAYS = ("markdown", "children", "content")


@dataclass(frozen=True, slots=True)
class NewBody:
    """The body of a page that is to be made."""

    drafts: tuple[Draft, ...]
    heading: list[Json] | None  # the text of a `# heading` that Markdown begins with


def new_body(call: Call) -> NewBody:
    """What POST pages says about the body, in one of three ways.

    Raises:
        ApiError: 400 for two ways at once, and for what cannot be kept.
    """
    given = [key for key in _WAYS if call.body.get(key) is not None]
    if not given:
        return NewBody((), None)
    key, value = given[0], call.body[given[0]]
    if len(given) > 1:
        raise failed_validation(f"body.{key}", "not present", value)
    if key != "markdown":
        return NewBody(tuple(parse_blocks(call, value, f"body.{key}")), None)
    if not isinstance(value, str):
        raise failed_validation("body.markdown", "a string or `undefined`", value)
    drafts = tuple(_new(call, read_drafts(call, value)))
    first = drafts[0] if drafts else None
    headed = first is not None and first.kind == "heading_1" and not first.children
    return NewBody(drafts, first.content["rich_text"] if first is not None and headed else None)


def read_drafts(call: Call, markdown: str) -> tuple[Draft, ...]:
    """The blocks that Markdown stands for in this workspace, whose files it may show.

    Raises:
        ApiError: 400 for what cannot be kept.
    """
    return tuple(_with_files(call, draft) for draft in drafts_of(markdown))


def _with_files(call: Call, draft: Draft) -> Draft:
    content = draft.content
    if draft.kind in MEDIA_TYPES:
        content = hosted(call, draft.kind, content)
    inner = tuple(_with_files(call, child) for child in draft.children)
    return Draft(draft.kind, content, inner, draft.identity)


def append_markdown(call: Call, page: str, markdown: str) -> None:
    """Add the blocks of Markdown to a page.

    An `<unknown alt="..."/>` tag in a seed makes a block that the API cannot show, of that type.

    Raises:
        ApiError: 400 for tags of pages, databases and blocks, which are not in the page yet.
    """
    insert_all(call, page, list(_new(call, read_drafts(call, markdown))))


def _new(call: Call, drafts: Iterable[Draft]) -> Iterator[Draft]:
    for draft in drafts:
        if draft.kind == UNKNOWN and not draft.identity and call.seeding:
            yield Draft("unsupported", {"block_type": draft.content["alt"]})
        elif draft.identity is not None:
            raise invalid(f"Invalid Notion page or block URL: {draft.content['url']}")
        else:
            yield Draft(draft.kind, draft.content, tuple(_new(call, draft.children)))


def erase_content(call: Call, page: str) -> None:
    """Take all blocks away from a page; pages and databases in it stay."""
    for row in rows_under(call, page):
        if row["type"] not in {CHILD_PAGE, CHILD_DATABASE}:
            set_trashed(call, row["id"], trashed=True)
