"""The endpoints of page Markdown: reading it, and the four commands that change it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from notion_gitops.sandbox.async_tasks import accepted
from notion_gitops.sandbox.basics.messages import ApiError, Code, Json, failed_validation, invalid
from notion_gitops.sandbox.basics.nouns import Capability, Page
from notion_gitops.sandbox.blocks.merge import (
    Reading,
    as_itself,
    pages_in,
    referred_by,
    replace_under,
)
from notion_gitops.sandbox.blocks.store import (
    CHILD_DATABASE,
    CHILD_PAGE,
    UNKNOWN,
    Draft,
    Node,
    node_of,
    nodes_under,
    seen_block,
)
from notion_gitops.sandbox.call import Call, checked_id
from notion_gitops.sandbox.databases.databases import trash_database
from notion_gitops.sandbox.databases.rows import Flag, set_flag, stamp_of, stamp_page
from notion_gitops.sandbox.markdown.bodies import read_drafts
from notion_gitops.sandbox.markdown.edits import checked_flag, edited_text
from notion_gitops.sandbox.markdown.reading import drafts_of
from notion_gitops.sandbox.markdown.writing import Written, written

if TYPE_CHECKING:
    from collections.abc import Iterator

_REFERRING = frozenset({CHILD_PAGE, CHILD_DATABASE, UNKNOWN})
COMMANDS = ("insert_content", "replace_content_range", "update_content", "replace_content")


def retrieve_markdown(call: Call, page_id: str) -> Json:
    """GET pages/{id}/markdown; of a block too: the block and what is in it."""
    call.require(Capability.READ)
    call.only_parameters("include_transcript")
    identity = checked_id(page_id, "path.page_id")
    row = seen_block(call, identity)
    if row is not None:
        return _shown(identity, written(call, (node_of(call, row),)))
    page = _page(call, identity)
    return _shown(page.id, written(call, nodes_under(call, page.id)))


def update_markdown(call: Call, page_id: str) -> Json:
    """PATCH pages/{id}/markdown; the whole page as it then is, or a task if it may be one."""
    call.require(Capability.UPDATE)
    call.only("type", *COMMANDS, "allow_async", "markdown_version")
    command = _command(call)
    checked_flag(call.body, "allow_async", "body")
    if call.body.get("markdown_version") not in (None, "v1", "v2"):
        given = call.body["markdown_version"]
        raise failed_validation("body.markdown_version", '`"v1"` or `"v2"`', given)
    page = _page(call, checked_id(page_id, "path.page_id"))
    call.require_live(trashed=page.in_trash)
    if call.body.get("allow_async") is True:
        name = "PATCH /v1/pages/:page_id/markdown"
        return accepted(call, name, lambda: _edit(call, page, command))
    return _edit(call, page, command)


def _page(call: Call, identity: str) -> Page:
    """The page of an id.

    Raises:
        ApiError: 400 for the id of a database or a block, 404 for one that is not seen.
    """
    if call.world.page(identity) is None:
        if call.world.database(identity) is not None and call.sees_database(identity):
            raise invalid(
                f"Provided ID {identity} is a database, not a page. Use the retrieve database API "
                "instead: https://developers.notion.com/reference/retrieve-a-database"
            )
        if seen_block(call, identity) is not None:
            raise invalid(f"Provided ID {identity} is a block, not a page.")
    return call.find_page(identity)


def _shown(identity: str, text: Written) -> Json:
    return {
        "object": "page_markdown",
        "id": identity,
        "markdown": text.markdown,
        "truncated": text.truncated,
        "unknown_block_ids": list(text.unknown),
    }


@dataclass(frozen=True, slots=True)
class _Command:
    kind: str  # one of COMMANDS
    given: Json  # its arguments
    path: str  # where they stand in the body


def _command(call: Call) -> _Command:
    kind = call.body.get("type")
    if kind not in COMMANDS:
        known = ", ".join(f'`"{one}"`' for one in COMMANDS)
        raise failed_validation("body.type", f"one of {known}", kind)
    for other in COMMANDS:
        if other != kind and other in call.body:
            raise failed_validation(f"body.{other}", "not present", call.body[other])
    given = call.body.get(kind)
    if not isinstance(given, dict):
        raise failed_validation(f"body.{kind}", "an object", given)
    return _Command(kind, given, f"body.{kind}")


def _edit(call: Call, page: Page, command: _Command) -> Json:
    old = nodes_under(call, page.id)
    before = written(call, old)
    if before.truncated:
        raise _too_large(call.markdown_cap)
    text = edited_text(command.kind, command.given, before.markdown, command.path)
    drafts = read_drafts(call, text)
    reading: Reading = _as_written(call)
    if command.kind == "replace_content":
        drafts, reading = tuple(_made_plain(old, drafts)), as_itself
    _check_references(old, drafts)
    lost = _lost(old, drafts)
    if lost and command.given.get("allow_deleting_content") is not True:
        raise _would_delete(lost)
    _put(call, page, drafts, reading)
    stamp_page(call, page.id, stamp_of(call))
    return _shown(page.id, written(call, nodes_under(call, page.id)))


def rewrite_markdown(call: Call, page: Page, markdown: str) -> None:
    """Change the body of a page to this Markdown as a person does, who touches what differs only.

    Raises:
        ApiError: 400 for tags of what is not in the page.
    """
    drafts = read_drafts(call, markdown)
    _check_references(nodes_under(call, page.id), drafts)
    _put(call, page, drafts, _as_written(call))


def _put(call: Call, page: Page, drafts: tuple[Draft, ...], reading: Reading) -> None:
    """Write a new body; pages and databases that it does not name go to the trash."""
    old = nodes_under(call, page.id)
    replace_under(call, page.id, old, drafts, reading)
    for node in _lost(old, drafts):
        _trash(call, node)


def _too_large(limit: int) -> ApiError:
    data = {"limit_kind": "page_record_count", "limit": str(limit)}
    text = "The page is too large to be updated as Markdown."
    return ApiError(400, Code.VALIDATION_ERROR, text, data)


def _as_written(call: Call) -> Reading:
    """A block counts as what its Markdown reads as, so that what no edit touched is kept."""

    def reading(node: Node) -> tuple[Draft, ...]:
        return read_drafts(call, written(call, (node,)).markdown)

    return reading


def _made_plain(old: tuple[Node, ...], drafts: tuple[Draft, ...]) -> list[Draft]:
    """New blocks for a whole page: what Markdown cannot show becomes a link to where it led."""
    known = {one.id: one for node in old for one in node.all()}
    return [_plain(known, draft) for draft in drafts]


def _plain(known: dict[str, Node], draft: Draft) -> Draft:
    if draft.kind == UNKNOWN and draft.identity in known:
        url = known[draft.identity].content.get("url")
        return drafts_of(url or draft.content["url"])[0]
    inner = tuple(_plain(known, child) for child in draft.children)
    return Draft(draft.kind, draft.content, inner, draft.identity)


def _check_references(old: tuple[Node, ...], drafts: tuple[Draft, ...]) -> None:
    """Refuse tags that name a page, database or block which is not in this page already."""
    known = {one.id for node in old for one in node.all()}
    for draft in _all(drafts):
        if draft.kind in _REFERRING and draft.identity not in known:
            raise invalid(f"Invalid Notion page or block URL: {draft.content.get('url', '')}")


def _all(drafts: tuple[Draft, ...]) -> Iterator[Draft]:
    for draft in drafts:
        yield draft
        yield from _all(draft.children)


def _lost(old: tuple[Node, ...], drafts: tuple[Draft, ...]) -> list[Node]:
    """The pages and databases that the new text no longer names."""
    kept = referred_by(drafts)
    return [node for node in pages_in(old) if node.id not in kept]


def _would_delete(lost: list[Node]) -> ApiError:
    """The refusal to lose pages; the beginning of the message is as observed."""
    names = ", ".join(f"{node.id} ({node.kind})" for node in lost)
    return invalid(
        f"This operation would delete {len(lost)} child page(s) or database(s): {names}. "
        "Set allow_deleting_content to true to allow this."
    )


def _trash(call: Call, node: Node) -> None:
    page = call.world.page(node.id)
    if page is not None:
        set_flag(call, page, Flag.IN_TRASH, value=True)
    else:
        trash_database(call, node.id, trashed=True)
