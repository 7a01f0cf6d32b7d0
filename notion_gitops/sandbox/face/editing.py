"""The form of one cell: what it offers, and what a sent one does."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from notion_gitops.sandbox import edits
from notion_gitops.sandbox.basics.identity import digest
from notion_gitops.sandbox.basics.nouns import READ_ONLY, Kind
from notion_gitops.sandbox.basics.store import dumps
from notion_gitops.sandbox.face.forms import FormError, control_of, filled, plain
from notion_gitops.sandbox.face.messages import Refused, first, missing
from notion_gitops.sandbox.face.reading import find_row, find_source, people, title_of, titled
from notion_gitops.sandbox.face.showing import OWN_FILES, SOMEBODY, Showing, cell_address
from notion_gitops.sandbox.face.views import Choice, Control, EditorView
from notion_gitops.sandbox.values.richtext import retyped

if TYPE_CHECKING:
    from notion_gitops.sandbox.basics.messages import Json
    from notion_gitops.sandbox.call import Call
    from notion_gitops.sandbox.face.messages import Form
    from notion_gitops.sandbox.sandbox import Sandbox

OFFERED = 30  # pages of a relation that are offered at once, beside those chosen
_EMPTY = "Empty"


class Cell:
    """One cell that is being edited, as it stands in the workspace now."""

    def __init__(self, call: Call, page: str, prop: str) -> None:
        """Find the cell of an address.

        Raises:
            Refused: there is none, or it cannot be edited.
        """
        self._call = call
        self._showing = Showing(call)
        self.source, self.page = find_row(call, page)
        found = self.source.by_id.get(prop)
        if found is None:
            raise missing("property")
        if found.kind in READ_ONLY:
            text = f"Notion itself fills {found.name} in."
            raise Refused(405, "That cell cannot be edited", text)
        if self.page.in_trash:
            text = "Restore it first."
            raise Refused(409, "That page is in the trash", text)
        self.prop = found

    @property
    def value(self) -> Any:
        """What stands in it, whole: a relation with its pages in the trash."""
        if self.prop.kind is Kind.RELATION:
            return [{"id": one} for one in self._call.world.links(self.page.id, self.prop)]
        value = self._showing.cells.shown(self.page, self.source, self.prop)
        return [_unsigned(one) for one in value] if self.prop.kind is Kind.FILES else value

    def now(self) -> Form:
        """The form of what stands in it."""
        return filled(self.prop.kind, self.value)

    def text(self) -> str:
        """What stands in it, in one line."""
        shown = self._showing.cell(self.page, self.source, self.prop, editable=False)
        return ", ".join(piece.text for piece in shown.pieces) or "nothing"

    def editor(self, form: Form, *, was: str, error: str | None = None) -> EditorView:
        """The form to show, filled with `form`.

        Args:
            form: what the fields hold.
            was: stands for the value that the person began with.
            error: what is wrong with what the fields hold.
        """
        shown = EditorView(
            address=cell_address(self.page.id, self.prop),
            page_id=self.page.id,
            title=self._showing.title(self.page),
            name=self.prop.name,
            control=control_of(self.prop.kind),
            form=form,
            was=was,
            error=error,
        )
        match shown.control:
            case Control.ONE | Control.MANY | Control.FILES:
                return self._with_choices(shown, form)
            case _:
                return shown

    def _with_choices(self, shown: EditorView, form: Form) -> EditorView:
        match self.prop.kind:
            case Kind.RELATION:
                return self._with_pages(shown, form)
            case Kind.PEOPLE:
                choices = self._people(form)
            case Kind.FILES:
                choices = self._files(form)
            case Kind.VERIFICATION:
                choices = (Choice("unverified", "Not verified"), Choice("verified", "Verified"))
            case Kind.CHECKBOX:
                choices = (Choice("", "No"), Choice("true", "Yes"))
            case _:
                choices = self._options()
        chosen = set(form.get("value", []))
        marked = tuple(replace(one, chosen=one.value in chosen) for one in choices)
        may_add = self.prop.kind in {Kind.SELECT, Kind.MULTI_SELECT, Kind.FILES}
        return replace(shown, choices=marked, open=may_add)

    def _options(self) -> tuple[Choice, ...]:
        options = [Choice(o["name"], o["name"], o["color"]) for o in self.prop.config["options"]]
        return (Choice("", _EMPTY), *options) if self.prop.kind is Kind.SELECT else tuple(options)

    def _people(self, form: Form) -> tuple[Choice, ...]:
        known = {person.id: person.name for person in people(self._call)}
        others = [one for one in form.get("value", []) if one not in known]
        named = [(one, self._call.world.user(one).name or SOMEBODY) for one in others]
        return tuple(Choice(identity, name) for identity, name in [*named, *known.items()])

    def _files(self, form: Form) -> tuple[Choice, ...]:
        kept = {first(filled(Kind.FILES, [one]), "value"): one["name"] for one in self.value}
        return tuple(Choice(one, kept.get(one, one)) for one in form.get("value", []))

    def _with_pages(self, shown: EditorView, form: Form) -> EditorView:
        target = find_source(self._call, self.prop.config["data_source_id"])
        chosen = form.get("value", [])
        others = titled(self._call, target, first(form, "words"))
        offered = [one for one in others if one not in set(chosen)]
        ids = [*chosen, *offered[:OFFERED]]
        self._call.world.load_pages(ids)
        choices = tuple(self._page_choice(one, chosen=one in set(chosen)) for one in ids)
        return replace(
            shown,
            choices=choices,
            searched=True,
            left_out=max(0, len(offered) - OFFERED),
            notes=(title_of(target),),
        )

    def _page_choice(self, identity: str, *, chosen: bool) -> Choice:
        page = self._call.world.page(identity)
        text = self._showing.title(page) if page else "A page that is gone"
        if page is not None and page.in_trash:
            text += " (in the trash)"
        return Choice(identity, text, chosen=chosen)


def _unsigned(entry: Json) -> Json:
    """A file by an address that stays: that of an upload is signed anew at each reading."""
    url = str(entry.get("file", {}).get("url", ""))
    if not url.startswith(OWN_FILES):
        return entry
    return {**entry, "file": {"url": url.partition("?")[0]}}


def stands_for(kind: Kind, form: Form) -> str:
    """A short text that differs when the value of a form differs."""
    return digest(dumps(plain(kind, form)))[:16]


def opened(call: Call, where: tuple[str, str], asked: Form) -> EditorView:
    """The form of a cell, given as page and property, as it is opened or searched in.

    Raises:
        Refused: there is no such cell.
    """
    cell = Cell(call, *where)
    if "was" in asked:  # a search: what is chosen stays so
        return cell.editor(asked, was=first(asked, "was"))
    now = cell.now()
    return cell.editor(now, was=stands_for(cell.prop.kind, now))


def save(sandbox: Sandbox, where: tuple[str, str], form: Form, by: str) -> EditorView | None:
    """Write what a form says; the form with its error if that cannot be, else None.

    Nothing is written if the person changed nothing. A cell that somebody else changed since the
    form was opened is not overwritten unseen.

    Raises:
        Refused: there is no such cell.
    """
    with sandbox.acting() as call:
        cell = Cell(call, *where)
        now = stands_for(cell.prop.kind, cell.now())
        was = first(form, "was") or now
        try:
            value = plain(cell.prop.kind, form)
        except FormError as error:
            return cell.editor(form, was=was, error=str(error))
        told = stands_for(cell.prop.kind, form)
        if told in {was, now}:
            return None
        if was != now:
            return cell.editor(form, was=now, error=_overtaken(cell))
        edit = {cell.prop.name: _typed(cell, value)}
        source, page = cell.source.id, cell.page.id
    try:
        edits.edit(sandbox, source, page, edit, by=by)
    except edits.EditError as error:
        with sandbox.acting() as call:
            return Cell(call, *where).editor(form, was=was, error=str(error))
    return None


def _typed(cell: Cell, value: Any) -> Any:
    """Text keeps the formatting of what was not typed anew."""
    return retyped(cell.value, value) if control_of(cell.prop.kind) is Control.TEXT else value


def _overtaken(cell: Cell) -> str:
    return (
        f"Somebody changed this cell while you edited: it now says {cell.text()}. "
        "Save again to put yours in its place."
    )
