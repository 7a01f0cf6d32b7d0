"""Filling a sandbox from a description of a workspace: users, databases, pages."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from notion_gitops.sandbox.bodies import append_markdown
from notion_gitops.sandbox.clock import minute
from notion_gitops.sandbox.databases import insert_database, insert_source
from notion_gitops.sandbox.identity import digest, page_uuid, uuid_of
from notion_gitops.sandbox.messages import ApiError
from notion_gitops.sandbox.nouns import Kind, Page, Source, UserKind
from notion_gitops.sandbox.plain import Directory, Names, PlainError, entry_of, user_finder
from notion_gitops.sandbox.richtext import text_items
from notion_gitops.sandbox.rows import Stamp, insert_row, stamp_page, write_values
from notion_gitops.sandbox.seed_schema import (
    SeedError,
    default_option,
    in_file_order,
    linked_columns,
    simple_columns,
)
from notion_gitops.sandbox.writing import parse_properties

if TYPE_CHECKING:
    from collections.abc import Mapping

    from notion_gitops.sandbox.call import Call
    from notion_gitops.sandbox.sandbox import Sandbox

_PARTS = ("workspace", "users", "databases")
_ABOUT_PAGE = frozenset({
    "id", "ref", "created", "created_by", "edited", "edited_by", "in_trash", "is_archived", "body",
})  # fmt: skip
"""Keys of a page that say something about it; all others are properties."""


def load(sandbox: Sandbox, description: Mapping[str, Any] | str | Path) -> None:
    """Add users, databases and pages to a sandbox: all of them, or none.

    The ids come from the names, so the same description gives the same ids everywhere.

    Args:
        sandbox: the workspace.
        description: the parsed YAML, or the path of a file.

    Raises:
        SeedError: with a line for each problem.
    """
    if isinstance(description, str | Path):
        description = _read(Path(description))
    with sandbox.acting() as call:
        _Loader(replace(call, seeding=True), description).load()


def _read(path: Path) -> Mapping[str, Any]:
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SeedError([f"{path}: {error}"]) from error
    if not isinstance(found, dict):
        raise SeedError([f"{path}: a mapping with users: and databases: expected"])
    unknown = sorted(map(str, found.keys() - _PARTS))
    if unknown:
        raise SeedError([f"{path}: {', '.join(unknown)}: no part of a seed ({', '.join(_PARTS)})"])
    for part in ("users", "databases"):
        members = found.get(part) or []
        if not isinstance(members, list) or not all(isinstance(m, dict) for m in members):
            raise SeedError([f"{path}: {part} is a list of tables"])
        if not all(isinstance(m.get("name"), str) for m in members):
            raise SeedError([f"{path}: each of {part} has a name"])
    return found


class _Loader:
    """Carries out one description."""

    def __init__(self, call: Call, description: Mapping[str, Any]) -> None:
        self._call = call
        self._description = description
        self._databases: list[Mapping[str, Any]] = list(description.get("databases") or [])
        workspace = description.get("workspace") or {}
        self._workspace = workspace.get("name")
        names = [str(one.get("name")) for one in self._databases]
        self._family = digest(self._workspace, *names)
        self._sources: dict[str, Source] = {}
        self._directories: dict[str, Directory] = {}
        self._pages: dict[tuple[str, int], str] = {}  # database and place in it -> page id
        self._problems: list[str] = []

    def load(self) -> None:
        """Users, then columns, then pages, then what relates pages."""
        if self._workspace:
            self._call.store.set_meta("workspace_name", self._workspace)
        with self._call.store.numbered(self._family):
            self._add_users()
            self._add_databases()
            for one in self._databases:
                self._add_pages(one)
            for one in self._databases:
                self._relate_pages(one)
        if self._problems:
            raise SeedError(self._problems)

    def _add_users(self) -> None:
        for user in self._description.get("users") or []:
            identity = user.get("id") or uuid_of("user", self._family, user["name"])
            self._call.store.write(
                "INSERT OR REPLACE INTO users(id, kind, name, email) VALUES(?,?,?,?)",
                (identity, UserKind.PERSON.value, user["name"], user.get("email")),
            )
        self._call.world.forget_users()

    def _add_databases(self) -> None:
        columns = {one["name"]: one.get("properties") or {} for one in self._databases}
        try:
            for one in self._databases:
                self._sources[one["name"]] = self._add_database(one)
            linked_columns(self._call, self._sources, columns)
        except ApiError as error:
            raise SeedError([error.message]) from error
        for name, source in self._sources.items():
            ordered = in_file_order(self._call, source, columns[name])
            self._sources[name] = default_option(self._call, ordered, columns[name])

    def _add_database(self, one: Mapping[str, Any]) -> Source:
        name = one["name"]
        identity = one.get("id") or uuid_of("database", self._family, name)
        if self._call.world.database(identity) is not None:
            raise SeedError([f"{name}: the sandbox has this database already"])
        title = text_items(name)
        parent = {"type": "workspace", "workspace": True}
        insert_database(self._call, identity, parent, title)
        source_id = one.get("data_source_id") or uuid_of("data source", self._family, name)
        columns = simple_columns(one.get("properties") or {}, name)
        source = insert_source(self._call, identity, source_id, title, columns)
        alias = one.get("mapping")
        self._call.store.write("UPDATE data_sources SET alias=? WHERE id=?", (alias, source.id))
        return source

    # Pages

    def _add_pages(self, database: Mapping[str, Any]) -> None:
        source = self._sources[database["name"]]
        directory = Directory(self._call, source)
        self._directories[source.id] = directory
        for at, row in enumerate(database.get("pages") or []):
            page = self._add_page(source, row, f"{database['name']} page {at + 1}", at)
            if page is not None:
                directory.add(page, row.get("ref"))
                self._pages[database["name"], at] = page.id

    def _add_page(self, source: Source, row: Mapping[str, Any], place: str, at: int) -> Page | None:
        source = self._current(source)
        label = row.get("ref")
        name = label or row.get(source.title.name)
        identity = row.get("id") or page_uuid(source.id, self._family, name)
        if self._call.world.page(identity) is not None:
            identity = page_uuid(source.id, self._family, name, at)
        try:
            entries = self._entries(source, row, relations=False)
            parsed = parse_properties(self._call, source, entries)
            page = insert_row(self._call, source, parsed, identity)
        except (PlainError, ApiError) as error:
            self._problems.append(f"{place} ({name}): {_text(error)}")
            return None
        self._write_about(page, row, label)
        if row.get("body"):
            append_markdown(self._call, page.id, row["body"])
        return page

    def _current(self, source: Source) -> Source:
        """The data source with the options that earlier pages made."""
        return self._call.world.source(source.id) or source

    def _entries(
        self, source: Source, row: Mapping[str, Any], *, relations: bool
    ) -> dict[str, Any]:
        names = Names(user_finder(self._call), self._find_page)
        entries = {}
        for name, value in row.items():
            prop = source.by_name.get(name)
            if prop is None and name in _ABOUT_PAGE:
                continue
            if prop is None:
                raise PlainError(f"there is no property {name!r}")
            if (prop.kind is Kind.RELATION) is relations:
                entries[name] = entry_of(prop, value, names)
        return entries

    def _find_page(self, source: str, text: str) -> str:
        if source not in self._directories:
            raise PlainError(f"the page {text!r} is in no database of this file")
        return self._directories[source].find(text)

    def _write_about(self, page: Page, row: Mapping[str, Any], label: str | None) -> None:
        created = _moment(row.get("created"), self._call.now)
        edited = _moment(row.get("edited"), created)
        author = self._person(row.get("created_by"))
        editor = self._person(row.get("edited_by")) if "edited_by" in row else author
        self._call.store.write(
            "UPDATE pages SET label=?, created=?, created_by=?, in_trash=?, is_archived=?"
            " WHERE id=?",
            (
                label, minute(created), author, bool(row.get("in_trash")),
                bool(row.get("is_archived")), page.id,
            ),
        )  # fmt: skip
        stamp_page(self._call, page.id, Stamp(minute(edited), editor))

    def _person(self, name: str | None) -> str:
        """A user; the first person of the workspace where nobody is named."""
        if name is not None:
            return user_finder(self._call)(name)
        users = self._call.world.users().values()
        people = [user.id for user in users if user.kind is UserKind.PERSON]
        return people[0] if people else self._call.token.bot.id

    def _relate_pages(self, database: Mapping[str, Any]) -> None:
        source = self._current(self._sources[database["name"]])
        relations = {p.name for p in source.properties if p.kind is Kind.RELATION}
        for at, row in enumerate(database.get("pages") or []):
            page = self._pages.get((database["name"], at))
            if page is None or not relations.intersection(row):
                continue
            try:
                self._relate(source, self._call.world.the_page(page), row)
            except (PlainError, ApiError) as error:
                self._problems.append(f"{database['name']} page {at + 1}: {_text(error)}")

    def _relate(self, source: Source, page: Page, row: Mapping[str, Any]) -> None:
        entries = self._entries(source, row, relations=True)
        parsed = parse_properties(self._call, source, entries)
        write_values(self._call, source, page, parsed)


def _text(error: Exception) -> str:
    return str(error.args[0]) if error.args else str(error)


def _moment(value: Any, otherwise: datetime) -> datetime:
    """A time of the file; without a zone it is UTC."""
    if value is None:
        return otherwise
    if isinstance(value, datetime):
        moment = value
    elif isinstance(value, date):
        moment = datetime(value.year, value.month, value.day, tzinfo=UTC)
    else:
        moment = datetime.fromisoformat(str(value))
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
