"""Plain values, as people write them in a seed file or a command, turned into the API's form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from notion_gitops.sandbox.basics.identity import parse_uuid
from notion_gitops.sandbox.basics.nouns import READ_ONLY, Kind, Page, Property, Source
from notion_gitops.sandbox.basics.store import NO_TEMPLATE
from notion_gitops.sandbox.values.richtext import plain_text, text_items
from notion_gitops.sandbox.world import page_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from notion_gitops.sandbox.basics.messages import Json
    from notion_gitops.sandbox.call import Call


class PlainError(Exception):
    """A plain value, or a name of something, that cannot be understood."""


class Directory:
    """Finds the pages of a data source by label, id, title, or a text that only one of them holds.

    What a page is called goes before what stands in it.
    """

    def __init__(self, call: Call, source: Source) -> None:
        self._source = source
        self._named: dict[str, set[str]] = {}  # by label and id
        self._titled: dict[str, set[str]] = {}
        self._holding: dict[str, set[str]] = {}  # by key properties, that is, by any text
        query = f"SELECT * FROM pages WHERE source_id=? AND {NO_TEMPLATE} ORDER BY seq"  # noqa: S608  fixed text
        rows = call.store.all(query, (source.id,))
        for row in rows:
            self.add(page_of(row), row["label"])

    def add(self, page: Page, label: str | None) -> None:
        """Make a page findable."""
        title = plain_text(page.values.get(self._source.title.id, []))
        for texts, known in (
            ([label, page.id, page.id.replace("-", "")], self._named),
            ([title], self._titled),
            (self._texts(page), self._holding),
        ):
            for text in texts:
                if text:
                    known.setdefault(text.casefold(), set()).add(page.id)

    def _texts(self, page: Page) -> list[str | None]:
        texts: list[str | None] = []
        for prop in self._source.properties:
            kept = page.values.get(prop.id)
            if prop.kind is Kind.RICH_TEXT and kept:
                texts.append(plain_text(kept))
            if prop.kind is Kind.UNIQUE_ID and kept is not None:
                prefix = prop.config["prefix"]
                texts.append(f"{prefix}-{kept}" if prefix else str(kept))
        return texts

    def find(self, text: str) -> str:
        """The id of the page that `text` means.

        Raises:
            PlainError: there is none, or more than one.
        """
        database = plain_text(self._source.doc["title"])
        for known in (self._named, self._titled, self._holding):
            found = known.get(text.casefold(), set())
            if len(found) == 1:
                return next(iter(found))
            if found:
                raise PlainError(
                    f"the database {database} has {len(found)} pages {text!r}: say which by its id"
                )
        raise PlainError(f"the database {database} has no page {text!r}")


def find_page(call: Call, source: Source, text: str) -> str:
    """The id of the page of a data source that `text` means; an id is looked up at once.

    Raises:
        PlainError: there is none, or more than one.
    """
    identity = parse_uuid(text)
    page = call.world.page(identity) if identity else None
    if page is not None and page.source_id == source.id:
        return page.id
    return Directory(call, source).find(text)


@dataclass(frozen=True, slots=True)
class Names:
    """What names in plain values mean."""

    user: Callable[[str], str]  # name, e-mail or id -> user id
    page: Callable[[str, str], str]  # data source id and title, label, key or id -> page id


def user_finder(call: Call) -> Callable[[str], str]:
    """Finds users by name, e-mail or id."""

    def find(text: str) -> str:
        wanted = text.casefold()
        for user in call.world.users().values():
            known = (user.id, user.name or "", user.email or "")
            if wanted in {one.casefold() for one in known if one}:
                return user.id
        raise PlainError(f"the workspace has no user {text!r}")

    return find


def entry_of(prop: Property, value: Any, names: Names) -> Json:
    """The entry of a page write that sets `prop` to a plain value; None empties it.

    Raises:
        PlainError: the property is read-only, or the value names something unknown.
    """
    if prop.kind in READ_ONLY:
        raise PlainError(f"{prop.name} is a {prop.kind.value} property, which cannot be set")
    return {prop.kind.value: _value(prop, value, names)}


def _value(prop: Property, value: Any, names: Names) -> Any:  # noqa: C901, PLR0911  a branch a type
    match prop.kind:
        case Kind.TITLE | Kind.RICH_TEXT:
            return value if isinstance(value, list) else text_items(_text(value))
        case Kind.SELECT | Kind.STATUS:
            return None if value in (None, "") else {"name": str(value)}
        case Kind.MULTI_SELECT:
            return [{"name": str(one)} for one in _list(value)]
        case Kind.PEOPLE:
            return [{"id": names.user(str(one))} for one in _list(value)]
        case Kind.RELATION:
            target = prop.config["data_source_id"]
            return [{"id": names.page(target, str(one))} for one in _list(value)]
        case Kind.FILES:
            return [_file(one) for one in _list(value)]
        case Kind.DATE:
            return _date(value)
        case Kind.CHECKBOX:
            return bool(value)
        case Kind.URL | Kind.EMAIL | Kind.PHONE_NUMBER:
            return None if value is None else str(value)
        case Kind.VERIFICATION if isinstance(value, str):
            return {"state": value}
        case _:
            return value


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _list(value: Any) -> list[Any]:
    if value is None or value == "":
        return []
    return value if isinstance(value, list) else [value]


def _date(value: Any) -> Json | None:
    if value in (None, ""):
        return None
    if isinstance(value, dict):
        return {key: _moment(one) for key, one in value.items()}
    start, _, end = _moment(value).partition("/")
    return {"start": start, "end": end} if end else {"start": start}


def _moment(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _file(value: Any) -> Json:
    if isinstance(value, dict) and "type" in value:
        return value  # as an answer shows it
    if isinstance(value, dict):
        name, url = str(value.get("name") or value["url"]), str(value["url"])
    else:
        url = str(value)
        name = url.rstrip("/").rpartition("/")[2]
    return {"name": name, "type": "external", "external": {"url": url}}
