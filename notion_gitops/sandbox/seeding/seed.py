"""Filling a sandbox from a description of a workspace: users, pages, databases, connections."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from notion_gitops.sandbox.basics.identity import digest, page_uuid, uuid_of
from notion_gitops.sandbox.basics.messages import ApiError
from notion_gitops.sandbox.basics.nouns import Kind, Page, Source, UserKind
from notion_gitops.sandbox.basics.sizes import bytes_of
from notion_gitops.sandbox.blocks.templates import make_template
from notion_gitops.sandbox.databases.databases import insert_database, insert_source
from notion_gitops.sandbox.databases.rows import insert_row, save_properties, write_values
from notion_gitops.sandbox.databases.sharing import CAPABILITIES, keep_connection, shared_id
from notion_gitops.sandbox.databases.writing import parse_properties
from notion_gitops.sandbox.seeding.file import Problem, SeedError, Steps, read_seed
from notion_gitops.sandbox.seeding.pages import ABOUT_PAGE, WORKSPACE, OwnPages, words, write_about
from notion_gitops.sandbox.seeding.schema import (
    default_option,
    in_file_order,
    linked_columns,
    simple_columns,
)
from notion_gitops.sandbox.values.plain import Directory, Names, PlainError, entry_of, user_finder
from notion_gitops.sandbox.values.richtext import text_items
from notion_gitops.sandbox.values.users import set_upload_limit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from notion_gitops.sandbox.call import Call
    from notion_gitops.sandbox.sandbox import Sandbox

_WIKI = {
    "Owner": (Kind.PEOPLE, "verification_owner"),
    "Verification": (Kind.VERIFICATION, "verification"),
}
"""The columns that a wiki has by itself: name -> type and id."""


def load(sandbox: Sandbox, description: Mapping[str, Any] | str | Path) -> None:
    """Add users, pages, databases and connections to a sandbox: all of them, or none.

    The ids come from the names, so the same description gives the same ids everywhere.

    Args:
        sandbox: the workspace.
        description: the parsed YAML, or the path of a file.

    Raises:
        SeedError: with everything that is wrong, at its places if it is a file.
    """
    node = None
    if isinstance(description, str | Path):
        description, node = read_seed(Path(description))
    try:
        with sandbox.acting() as call:
            call.world.lag.stop()  # what a seed holds was there all along
            _Loader(replace(call, seeding=True), description).load()
    except SeedError as error:
        raise SeedError(error.problems, node) from error


@dataclass(frozen=True, slots=True)
class _Row:
    """One page of a data source in the file."""

    spec: Mapping[str, Any]  # what it is called, its properties, and what a page has beside them
    path: Steps  # to where it stands
    template: bool = False  # a pattern of new pages, no page of its own
    default: bool = False  # the template that is taken where none is named

    @property
    def name(self) -> str:
        """Where it stands in its list, for a message."""
        return f"{'template' if self.template else 'page'} {int(self.path[-1]) + 1}"


@dataclass(frozen=True, slots=True)
class _Table:
    """One data source of the file."""

    name: str
    spec: Mapping[str, Any]  # properties, pages, templates, mapping, data_source_id
    path: Steps  # to where these stand
    database: Mapping[str, Any]

    @property
    def columns(self) -> dict[str, Any]:
        """The properties of the file, and those that a wiki has by itself."""
        given = dict(self.spec.get("properties") or {})
        if self.database.get("wiki"):
            given |= {name: kind.value for name, (kind, _) in _WIKI.items() if name not in given}
        return given

    @property
    def rows(self) -> list[_Row]:
        """The pages of the file, and after them the templates of new ones."""
        pages = [_Row(spec, (*self.path, "pages", at)) for at, spec in self._list("pages")]
        for at, spec in self._list("templates"):
            values = {name: value for name, value in spec.items() if name != "default"}
            path = (*self.path, "templates", at)
            pages.append(_Row(values, path, template=True, default=bool(spec.get("default"))))
        return pages

    def _list(self, key: str) -> Iterable[tuple[int, Mapping[str, Any]]]:
        return enumerate(self.spec.get(key) or [])


def _tables(databases: list[Mapping[str, Any]]) -> list[_Table]:
    found = []
    for at, one in enumerate(databases):
        if "sources" not in one:
            found.append(_Table(one["name"], one, ("databases", at), one))
        for number, source in enumerate(one.get("sources") or []):
            path: Steps = ("databases", at, "sources", number)
            found.append(_Table(source["name"], source, path, one))
    return found


class _Loader:
    """Carries out one description."""

    def __init__(self, call: Call, description: Mapping[str, Any]) -> None:
        self._call = call
        self._description = description
        databases = list(description.get("databases") or [])
        self._tables = _tables(databases)
        about = description.get("workspace") or {}
        self._workspace = about.get("name")
        self._upload_limit = about.get("upload_limit")
        self._family = digest(self._workspace, *(str(one.get("name")) for one in databases))
        self._own = OwnPages(call, self._family)
        self._sources: dict[str, Source] = {}
        self._directories: dict[str, Directory] = {}
        self._pages: dict[Steps, str] = {}  # path of a row -> page id
        self._problems: list[Problem] = []

    def load(self) -> None:
        """Users, pages of their own, columns, rows, what relates rows, then connections."""
        if self._workspace:
            self._call.store.set_meta("workspace_name", self._workspace)
        if self._upload_limit is not None:
            set_upload_limit(self._call, bytes_of(str(self._upload_limit)))
        with self._call.store.numbered(self._family):
            self._add_users()
            self._own.add(self._description.get("pages") or [], WORKSPACE, ("pages",))
            self._add_databases()
            for table in self._tables:
                self._add_pages(table)
            for table in self._tables:
                self._relate_pages(table)
            self._add_connections()
        problems = [*self._own.problems, *self._problems]
        if problems:
            raise SeedError(problems)

    def _add_users(self) -> None:
        for user in self._description.get("users") or []:
            identity = user.get("id") or uuid_of("user", self._family, user["name"])
            self._call.store.write(
                "INSERT OR REPLACE INTO users(id, kind, name, email) VALUES(?,?,?,?)",
                (identity, UserKind.PERSON.value, user["name"], user.get("email")),
            )
        self._call.world.forget_users()

    # Databases

    def _add_databases(self) -> None:
        self._require_one_name_each()
        columns = {table.name: table.columns for table in self._tables}
        for table in self._tables:
            self._sources[table.name] = self._add_table(table)
        try:
            linked_columns(self._call, self._sources, columns)
        except SeedError as error:
            raise SeedError([self._of_column(one) for one in error.problems]) from error
        for name, source in self._sources.items():
            ordered = in_file_order(self._call, source, columns[name])
            self._sources[name] = default_option(self._call, ordered, columns[name])

    def _require_one_name_each(self) -> None:
        seen: set[str] = set()
        for table in self._tables:
            if table.name in seen:
                path = (*table.path, "name")
                self._problems.append(Problem(f"{table.name}: there are two of this name", path))
            seen.add(table.name)
        if self._problems:
            raise SeedError(self._problems)

    def _of_column(self, problem: Problem) -> Problem:
        """A problem whose path is the names of table and column, at its path in the file."""
        table = next(one for one in self._tables if one.name == problem.path[0])
        return replace(problem, path=(*table.path, "properties", *problem.path[1:]))

    def _add_table(self, table: _Table) -> Source:
        try:
            database = self._database(table)
            given = table.spec.get("data_source_id")
            identity = given or uuid_of("data source", self._family, table.name)
            columns = simple_columns(table.columns, table.name)
            title = text_items(table.name)
            source = insert_source(self._call, database, identity, title, columns)
        except SeedError as error:
            own = [replace(p, path=(*table.path, "properties", *p.path)) for p in error.problems]
            raise SeedError(own) from error
        except (ApiError, PlainError) as error:
            raise SeedError([Problem(f"{table.name}: {words(error)}", table.path)]) from error
        alias = table.spec.get("mapping")
        self._call.store.write("UPDATE data_sources SET alias=? WHERE id=?", (alias, source.id))
        return self._as_wiki(source) if table.database.get("wiki") else source

    def _database(self, table: _Table) -> str:
        """The id of a table's database, which is made with its first table."""
        name = table.database["name"]
        identity = table.database.get("id") or uuid_of("database", self._family, name)
        first = table.path[-1] == 0 or table.path[-2] == "databases"
        if first and self._call.world.database(identity) is not None:
            raise PlainError("the sandbox has this database already")
        if first:
            insert_database(self._call, identity, self._parent(table.database), text_items(name))
        return str(identity)

    def _parent(self, database: Mapping[str, Any]) -> dict[str, Any]:
        title = database.get("parent")
        if title is None:
            return WORKSPACE
        if title not in self._own.ids:
            raise PlainError(f"there is no page {title!r} in this file to lie in")
        return {"type": "page_id", "page_id": self._own.ids[title]}

    def _as_wiki(self, source: Source) -> Source:
        """Give the columns of a wiki the ids that they have in every wiki."""
        ids = {name: identity for name, (_, identity) in _WIKI.items()}
        changed = tuple(replace(p, id=ids.get(p.name, p.id)) for p in source.properties)
        save_properties(self._call, source, changed)
        return self._call.world.the_source(source.id)

    # Rows

    def _add_pages(self, table: _Table) -> None:
        source = self._sources[table.name]
        directory = Directory(self._call, source)
        self._directories[source.id] = directory
        for row in table.rows:
            try:
                page = self._add_page(source, row)
            except (PlainError, ApiError) as error:
                name = row.spec.get("ref") or row.spec.get(source.title.name)
                text = f"{table.name} {row.name} ({name}): {words(error)}"
                self._problems.append(Problem(text, row.path))
                continue
            self._pages[row.path] = page.id
            if row.template:
                make_template(self._call, page.id, is_default=row.default)
            else:
                directory.add(page, row.spec.get("ref"))

    def _add_page(self, source: Source, row: _Row) -> Page:
        source = self._current(source)
        name = row.spec.get("ref") or row.spec.get(source.title.name)
        identity = row.spec.get("id") or page_uuid(source.id, self._family, name)
        if self._call.world.page(identity) is not None:
            identity = page_uuid(source.id, self._family, name, *row.path[-2:])
        entries = self._entries(source, row.spec, relations=False)
        parsed = parse_properties(self._call, source, entries)
        page = insert_row(self._call, source, parsed, identity)
        about = {k: v for k, v in row.spec.items() if k not in source.by_name}
        write_about(self._call, page.id, about)
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
            if prop is None and name in ABOUT_PAGE:
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

    def _relate_pages(self, table: _Table) -> None:
        source = self._current(self._sources[table.name])
        relations = {p.name for p in source.properties if p.kind is Kind.RELATION}
        for row in table.rows:
            page = self._pages.get(row.path)
            if page is None or not relations.intersection(row.spec):
                continue
            try:
                self._relate(source, self._call.world.the_page(page), row.spec)
            except (PlainError, ApiError) as error:
                text = f"{table.name} {row.name}: {words(error)}"
                self._problems.append(Problem(text, row.path))

    def _relate(self, source: Source, page: Page, row: Mapping[str, Any]) -> None:
        entries = self._entries(source, row, relations=True)
        parsed = parse_properties(self._call, source, entries)
        write_values(self._call, source, page, parsed)

    # Connections

    def _add_connections(self) -> None:
        for at, one in enumerate(self._description.get("tokens") or []):
            rights = frozenset(CAPABILITIES[name] for name in one.get("capabilities", CAPABILITIES))
            shared = None if "share" not in one else self._shared(one["share"], at)
            keep_connection(self._call.store, one["token"], one["name"], rights, shared)

    def _shared(self, names: list[str], at: int) -> list[str]:
        found = []
        for number, name in enumerate(names):
            try:
                found.append(shared_id(self._call, name))
            except PlainError as error:
                self._problems.append(Problem(words(error), ("tokens", at, "share", number)))
        return found
