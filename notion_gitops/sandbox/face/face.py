"""The face: one function from request to response, like the sandbox itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlencode

from notion_gitops.sandbox import edits
from notion_gitops.sandbox.face import editing, reading
from notion_gitops.sandbox.face.messages import (
    Refused,
    cookie,
    done,
    first,
    form_of,
    html,
    local,
    query_of,
    see,
)
from notion_gitops.sandbox.face.rendering import rendered, static

if TYPE_CHECKING:
    from collections.abc import Callable

    from notion_gitops.sandbox.basics.messages import Request, Response
    from notion_gitops.sandbox.face.messages import Form
    from notion_gitops.sandbox.face.views import EditorView, Person, TableView
    from notion_gitops.sandbox.sandbox import Sandbox

_PERSON = "sandbox-person"  # the cookie that says who edits
_PART = "x-face"  # the header with which the script asks for a form alone
_YEAR = 365 * 24 * 3600  # seconds


@dataclass(frozen=True, slots=True)
class Visit:
    """One request, and who makes it."""

    request: Request
    workspace: str
    people: tuple[Person, ...]
    person: Person | None  # None: nobody is in the workspace

    @property
    def alone(self) -> bool:
        """Whether the script asks, which needs the form alone and no page around it."""
        return _PART in self.request.headers

    @property
    def query(self) -> Form:
        """The query of the address."""
        return query_of(self.request)

    @property
    def here(self) -> str:
        """The address of this page, for a form to come back to."""
        query = urlencode(self.request.query)
        return self.request.path + (f"?{query}" if query else "")

    @property
    def editor(self) -> Person:
        """Who edits.

        Raises:
            Refused: nobody can.
        """
        if self.person is None:
            text = "Seed the sandbox with users (sandbox seed FILE), then edit as one of them."
            raise Refused(409, "This workspace has no people", text)
        return self.person


class Face:
    """The tables of a sandbox, for a person with a browser."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        table: tuple[tuple[str, str, Callable[..., Response]], ...] = (
            ("GET", "/", self._index),
            ("GET", "/databases/{}", self._table),
            ("POST", "/databases/{}/rows", self._add_row),
            ("GET", "/pages/{}", self._page),
            ("GET", "/pages/{}/cells/{}", self._open_cell),
            ("POST", "/pages/{}/cells/{}", self._save_cell),
            ("POST", "/pages/{}/trash", self._trash),
            ("POST", "/pages/{}/restore", self._restore),
            ("POST", "/person", self._choose_person),
            ("GET", "/static/{}", self._static),
        )
        self._routes = [(method, _pattern(path), answer) for method, path, answer in table]

    def handle(self, request: Request) -> Response:
        """Answer one request of a browser. The caller has checked the Host header."""
        visit = self._visit(request)
        try:
            answer, parts = self._find(request)
            return answer(visit, *parts)
        except Refused as refused:
            page = rendered("refused", visit=visit, refused=refused)
            return html(page, refused.status)

    def _find(self, request: Request) -> tuple[Callable[..., Response], list[str]]:
        known = False
        for method, pattern, answer in self._routes:
            match = pattern.fullmatch(request.path)
            known = known or match is not None
            if match is not None and method == request.method:
                return answer, [unquote(part) for part in match.groups()]
        if known:
            raise Refused(405, "That cannot be done here", "Go back to the table and try there.")
        raise Refused(404, "There is no such page", "The address is wrong, or the page was moved.")

    def _visit(self, request: Request) -> Visit:
        with self._sandbox.acting() as call:
            people = tuple(reading.people(call))
            workspace = call.store.meta("workspace_name") or ""
        wanted = cookie(request, _PERSON)
        chosen = next((one for one in people if one.id == wanted), None)
        return Visit(request, workspace, people, chosen or next(iter(people), None))

    # Reading

    def _index(self, visit: Visit) -> Response:
        return html(rendered("index", visit=visit, databases=self._sandbox.databases()))

    def _table(self, visit: Visit, database: str) -> Response:
        asked = visit.query
        number = first(asked, "screen")
        wish = reading.Wish(
            words=first(asked, "title"),
            trash=first(asked, "show") == "trash",
            screen=int(number) if re.fullmatch("[0-9]{1,6}", number) else 1,
        )
        return html(self._shown_table(visit, self._read_table(database, wish)))

    def _read_table(self, database: str, wish: reading.Wish) -> TableView:
        with self._sandbox.acting() as call:
            return reading.table(call, reading.find_source(call, database), wish)

    def _shown_table(self, visit: Visit, view: TableView, **more: Any) -> str:
        asked = visit.query
        told = {"trashed": first(asked, "trashed"), "typed": "", "error": "", **more}
        return rendered("table", visit=visit, table=view, **told)

    def _page(self, visit: Visit, page: str) -> Response:
        with self._sandbox.acting() as call:
            view = reading.page_view(call, *reading.find_row(call, page))
        return html(rendered("page", visit=visit, page=view))

    def _open_cell(self, visit: Visit, page: str, prop: str) -> Response:
        with self._sandbox.acting() as call:
            view = editing.opened(call, (page, prop), visit.query)
        return self._shown_editor(visit, view)

    def _shown_editor(self, visit: Visit, view: EditorView) -> Response:
        template = "editor" if visit.alone else "edit"
        return html(rendered(template, visit=visit, editor=view), 422 if view.error else 200)

    def _static(self, visit: Visit, name: str) -> Response:
        del visit
        return static(name)

    # Editing

    def _save_cell(self, visit: Visit, page: str, prop: str) -> Response:
        form = form_of(visit.request)
        view = editing.save(self._sandbox, (page, prop), form, visit.editor.id)
        if view is not None:
            return self._shown_editor(visit, view)
        return done() if visit.alone else see(local(first(form, "back"), f"/pages/{quote(page)}"))

    def _add_row(self, visit: Visit, database: str) -> Response:
        typed = first(form_of(visit.request), "title")
        if not typed.strip():
            return self._not_added(visit, database, typed, "Write the title of the row first.")
        with self._sandbox.acting() as call:
            source = reading.find_source(call, database)
        try:
            title = {source.title.name: typed}
            added = edits.add_page(self._sandbox, source.id, title, by=visit.editor.id)
        except edits.EditError as error:
            return self._not_added(visit, database, typed, str(error))
        return see(f"/databases/{source.id}#r-{added}")

    def _not_added(self, visit: Visit, database: str, typed: str, error: str) -> Response:
        view = self._read_table(database, reading.Wish())
        return html(self._shown_table(visit, view, typed=typed, error=error), 422)

    def _trash(self, visit: Visit, page: str) -> Response:
        back = first(form_of(visit.request), "back")
        source, identity = self._row(page)
        edits.trash_page(self._sandbox, source, identity, by=visit.editor.id)
        address, _, query = local(back, f"/databases/{source}").partition("?")
        kept = [part for part in query.split("&") if part and not part.startswith("trashed=")]
        return see(f"{address}?{'&'.join([*kept, f'trashed={identity}'])}")

    def _restore(self, visit: Visit, page: str) -> Response:
        back = first(form_of(visit.request), "back")
        source, identity = self._row(page)
        edits.restore_page(self._sandbox, source, identity, by=visit.editor.id)
        return see(f"{local(back, f'/databases/{source}')}#r-{identity}")

    def _row(self, text: str) -> tuple[str, str]:
        """The ids of a row's data source and of the row."""
        with self._sandbox.acting() as call:
            source, page = reading.find_row(call, text)
            return source.id, page.id

    def _choose_person(self, visit: Visit) -> Response:
        form = form_of(visit.request)
        wanted = first(form, "person")
        if wanted not in {person.id for person in visit.people}:
            raise Refused(404, "There is no such person", "Choose one of those in the list.")
        kept = f"{_PERSON}={quote(wanted)}; Path=/; Max-Age={_YEAR}; SameSite=Strict; HttpOnly"
        return see(local(first(form, "back"), "/"), **{"set-cookie": kept})


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(path.replace("{}", "([^/]+)"))
