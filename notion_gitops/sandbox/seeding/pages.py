"""The pages of a seed file: those of their own, and what rows have beside their properties."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from notion_gitops.sandbox.basics.clock import minute
from notion_gitops.sandbox.basics.identity import uuid_of
from notion_gitops.sandbox.basics.messages import ApiError
from notion_gitops.sandbox.basics.nouns import ALL_RIGHTS, Token, UserKind
from notion_gitops.sandbox.blocks.blocks import append_children
from notion_gitops.sandbox.comments import create_comment
from notion_gitops.sandbox.databases.rows import Stamp, insert_page, stamp_page
from notion_gitops.sandbox.markdown.bodies import append_markdown
from notion_gitops.sandbox.seeding.file import Problem, Steps
from notion_gitops.sandbox.values.plain import PlainError, user_finder
from notion_gitops.sandbox.values.richtext import text_items

if TYPE_CHECKING:
    from collections.abc import Mapping

    from notion_gitops.sandbox.basics.messages import Json
    from notion_gitops.sandbox.call import Call

ABOUT_PAGE = frozenset({
    "id", "ref", "created", "created_by", "edited", "edited_by", "in_trash", "is_archived", "body",
    "children", "comments",
})  # fmt: skip
"""Keys of a row that say something about the page; all others are properties."""

WORKSPACE: Json = {"type": "workspace", "workspace": True}
"""The parent of what lies at the top."""


class OwnPages:
    """Adds the pages that are no rows, each with those below it."""

    def __init__(self, call: Call, family: str) -> None:
        self._call = call
        self._family = family
        self.ids: dict[str, str] = {}  # title -> id, the first of that title
        self.problems: list[Problem] = []

    def add(self, pages: list[Mapping[str, Any]], parent: Json, path: Steps) -> None:
        """Add pages below a parent.

        Args:
            pages: as the file has them.
            parent: as the API shows it.
            path: to the list in the file.
        """
        for at, page in enumerate(pages):
            here = (*path, at)
            title = str(page["title"])
            identity = page.get("id") or uuid_of("own page", self._family, *here)
            if self._call.world.page(identity) is not None:
                self.problems.append(Problem(f"{title}: the sandbox has this page already", here))
                continue
            insert_page(self._call, parent, {"title": text_items(title)}, identity)
            self.ids.setdefault(title, identity)
            try:
                write_about(self._call, identity, page)
            except (PlainError, ApiError) as error:
                self.problems.append(Problem(f"page {title}: {words(error)}", here))
            below = {"type": "page_id", "page_id": identity}
            self.add(page.get("pages") or [], below, (*here, "pages"))


def write_about(call: Call, page: str, given: Mapping[str, Any]) -> None:
    """Write what a page has beside its properties: text, comments, times, authors, flags.

    Raises:
        PlainError: a person who is not there, or a time that is none.
        ApiError: a body or comment that the API would refuse.
    """
    if given.get("body"):
        append_markdown(call, page, given["body"])
    if given.get("children"):
        append_children(call, page, given["children"], "children")
    for comment in given.get("comments") or []:
        _add_comment(call, page, comment)
    created = _moment(given.get("created"), call.now)
    author = _person(call, given.get("created_by"))
    call.store.write(
        "UPDATE pages SET label=?, created=?, created_by=?, in_trash=?, is_archived=? WHERE id=?",
        (
            given.get("ref"), minute(created), author, bool(given.get("in_trash")),
            bool(given.get("is_archived")), page,
        ),
    )  # fmt: skip
    edited = minute(_moment(given.get("edited"), created))
    editor = _person(call, given.get("edited_by")) if "edited_by" in given else author
    stamp_page(call, page, Stamp(edited, editor))


def _add_comment(call: Call, page: str, comment: Mapping[str, Any]) -> None:
    author = call.world.user(_person(call, comment.get("by")))
    body: Json = {"parent": {"page_id": page}, "rich_text": text_items(str(comment["text"]))}
    at = _moment(comment.get("at"), call.now)
    create_comment(replace(call, token=Token(author, ALL_RIGHTS, None), body=body, now=at))


def _person(call: Call, name: str | None) -> str:
    """A user; the first person of the workspace where nobody is named."""
    if name is not None:
        return user_finder(call)(name)
    people = (user.id for user in call.world.users().values() if user.kind is UserKind.PERSON)
    return next(people, call.token.bot.id)


def _moment(value: Any, otherwise: datetime) -> datetime:
    """A time of the file; without a zone it is UTC."""
    if value is None:
        return otherwise
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        raise PlainError(f"{str(value)!r} is no time such as 2026-07-01T09:30:00Z") from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def words(error: Exception) -> str:
    """What an error says."""
    return str(error.args[0]) if error.args else str(error)
