"""The cells of pages: as answers show them, and as values to compute with."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from notion_gitops.sandbox.basics.identity import encode_property_id
from notion_gitops.sandbox.basics.nouns import Kind, Page, Property, Source, empty_value
from notion_gitops.sandbox.values.dates import instant
from notion_gitops.sandbox.values.file_links import shown_file
from notion_gitops.sandbox.values.formula_scope import FormulaSight, rolled_property
from notion_gitops.sandbox.values.formulas.evaluating import (
    Budget,
    Scope,
    evaluate,
    settled,
    shown_formula,
)
from notion_gitops.sandbox.values.formulas.syntax import parse
from notion_gitops.sandbox.values.formulas.tree import FormulaError
from notion_gitops.sandbox.values.operands import Operand, When
from notion_gitops.sandbox.values.richtext import plain_text
from notion_gitops.sandbox.values.rollups import Function, Related, rollup_operand, shown_rollup
from notion_gitops.sandbox.values.users import shown_user, user_stub

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from notion_gitops.sandbox.basics.messages import Json
    from notion_gitops.sandbox.call import Call

CUT = 25
"""So many relations, people and mentions a page object shows; the rest is cut off."""

_MAX_DEPTH = 8  # formulas over rollups over formulas ...: beyond this it is taken for a circle


class Cells:
    """Reads the cells of pages for one request."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._world = call.world
        self._sight = FormulaSight(call, self)
        self._depth = 0
        self._budget: Budget | None = None  # of the outermost formula that is being computed

    def load(self, pages: Iterable[Page], source: Source, wanted: Sequence[Property]) -> None:
        """Read at once what showing `wanted` of `pages` needs from other pages."""
        relations = [source.relation_of(p) for p in wanted
                     if p.kind is Kind.ROLLUP]  # fmt: skip
        linked = relations or any(p.kind in {Kind.RELATION, Kind.FORMULA} for p in wanted)
        if not linked:
            return
        ids = [page.id for page in pages]
        self._world.load_links(ids)
        relations += [p for p in wanted if p.kind is Kind.RELATION]
        self._world.load_pages(
            target for prop in relations if prop for page in ids
            for target in self._world.links(page, prop)
        )  # fmt: skip

    def related(self, page: Page, prop: Property) -> list[Page]:
        """The pages that a relation shows: none in the trash, none that is not shared."""
        target = self._world.source(prop.config["data_source_id"])
        if target is None or not self._call.sees_source(target):
            return []
        ids = self._world.links(page.id, prop)
        self._world.load_pages(ids)
        pages = (self._world.page(identity) for identity in ids)
        return [found for found in pages if found is not None and not found.in_trash]

    # As answers show them

    def shown_property(self, page: Page, source: Source, prop: Property) -> Json:
        """The entry of a property in a page object."""
        entry: Json = {"id": encode_property_id(prop.id), "type": prop.kind.value}
        value = self.shown(page, source, prop)
        match prop.kind:
            case Kind.RELATION:
                entry["relation"] = value[:CUT]
                entry["has_more"] = len(value) > CUT
            case Kind.PEOPLE:
                entry["people"] = value[:CUT]
            case Kind.TITLE | Kind.RICH_TEXT:
                entry[prop.kind.value] = _cut_mentions(value)
            case _:
                entry[prop.kind.value] = value
        return entry

    def shown(self, page: Page, source: Source, prop: Property) -> Any:
        """The whole value of a property, nothing cut."""
        kept = page.values.get(prop.id, empty_value(prop.kind))
        match prop.kind:
            case Kind.SELECT | Kind.STATUS:
                return _shown_option(prop.chosen(kept))
            case Kind.MULTI_SELECT:
                options = (prop.option(one) for one in kept)
                return [_shown_option(option) for option in options if option is not None]
            case Kind.TITLE | Kind.RICH_TEXT:
                return self.shown_texts(kept)
            case Kind.PEOPLE:
                return [shown_user(self._call, self._world.user(one)) for one in kept]
            case Kind.RELATION:
                return [{"id": other.id} for other in self.related(page, prop)]
            case Kind.UNIQUE_ID:
                return {"prefix": prop.config["prefix"], "number": kept}
            case Kind.ROLLUP | Kind.FORMULA:
                return self._shown_computed(page, source, prop)
            case Kind.VERIFICATION:
                return self._shown_verification(kept)
            case _:
                return self._automatic(page, prop.kind, kept)

    def _automatic(self, page: Page, kind: Kind, kept: Any) -> Any:
        match kind:
            case Kind.FILES:
                return [shown_file(self._call, one) for one in kept]
            case Kind.CREATED_TIME:
                return page.created
            case Kind.LAST_EDITED_TIME:
                return page.edited
            case Kind.CREATED_BY:
                return shown_user(self._call, self._world.user(page.created_by))
            case Kind.LAST_EDITED_BY:
                return shown_user(self._call, self._world.user(page.edited_by))
            case _:
                return kept

    def shown_texts(self, items: list[Json]) -> list[Json]:
        """Rich text with the names that its mentions have now."""
        return [self._shown_text(item) for item in items]

    def _shown_text(self, item: Json) -> Json:
        if item["type"] != "mention":
            return item
        mention = item["mention"]
        match mention["type"]:
            case "user":
                user = self._world.user(mention["user"]["id"])
                shown = {"type": "user", "user": shown_user(self._call, user)}
                return {**item, "mention": shown, "plain_text": f"@{user.name or 'Anonymous'}"}
            case "page":
                page = self._world.page(mention["page"]["id"])
                text = self.title(page) if page and self._call.sees_page(page) else ""
                return {**item, "plain_text": text or "Untitled"}
            case "database":
                identity = mention["database"]["id"]
                doc = self._world.database(identity)
                seen = doc is not None and self._call.sees_database(identity)
                text = plain_text(doc["title"]) if doc is not None and seen else ""
                return {**item, "plain_text": text or "Untitled"}
            case _:
                return item

    def title(self, page: Page) -> str:
        """The plain title of a page; empty if it has none."""
        source = self._world.source(page.source_id) if page.source_id else None
        key = source.title.id if source else "title"
        return plain_text(page.values.get(key, []))

    def _shown_verification(self, kept: Any) -> Any:
        state = self._verification_state(kept)
        if state == "unverified":
            return {"state": state, "date": None, "verified_by": None}
        by = kept["verified_by"]
        shown = None if by is None else user_stub(by)
        return {"state": state, "date": kept["date"], "verified_by": shown}

    def _verification_state(self, kept: Any) -> str:
        """A verification holds until the end of its date."""
        if kept is None:
            return "unverified"
        end = kept["date"]["end"] if kept["date"] else None
        over = end is not None and instant(end) <= self._call.now
        return "expired" if over and kept["state"] == "verified" else str(kept["state"])

    def _shown_computed(self, page: Page, source: Source, prop: Property) -> Json:
        unsupported: Json = {"type": "unsupported", "unsupported": {}}
        function = prop.config.get("function")
        told = {} if function is None else {"function": function}
        if self._depth >= _MAX_DEPTH:
            return unsupported | told
        with self._deeper():
            if prop.kind is Kind.ROLLUP:
                return shown_rollup(*self._rollup(page, source, prop))
            return shown_formula(prop.config["expression"], self._scope(page, source))

    @contextmanager
    def _deeper(self) -> Iterator[None]:
        """One more computed value inside of another."""
        outer = self._budget
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
            self._budget = outer

    # As values to compute with

    def operand(self, page: Page, source: Source, prop: Property) -> Operand:  # noqa: PLR0911  a branch a type
        """The value of a cell for filters, sorts, rollups and formulas."""
        kept = page.values.get(prop.id, empty_value(prop.kind))
        match prop.kind:
            case Kind.TITLE | Kind.RICH_TEXT:
                return plain_text(kept) or None
            case Kind.SELECT | Kind.STATUS:
                option = prop.chosen(kept)
                return None if option is None else str(option["name"])
            case Kind.MULTI_SELECT:
                options = (prop.option(one) for one in kept)
                return [str(option["name"]) for option in options if option is not None]
            case Kind.DATE:
                return None if kept is None else When(kept["start"], kept["end"])
            case Kind.FILES:
                return [file["name"] for file in kept]
            case Kind.RELATION:
                return [other.id for other in self.related(page, prop)]
            case Kind.ROLLUP | Kind.FORMULA:
                return self._settled(page, source, prop)
            case Kind.VERIFICATION:
                return self._verification_state(kept)
            case Kind.BUTTON | Kind.PLACE:
                return None if kept in (None, {}) else str(kept.get("address") or kept.get("name"))
            case _:
                return self._automatic_operand(page, prop.kind, kept)

    def _automatic_operand(self, page: Page, kind: Kind, kept: Any) -> Operand:
        match kind:
            case Kind.CREATED_TIME:
                return When(page.created)
            case Kind.LAST_EDITED_TIME:
                return When(page.edited)
            case Kind.CREATED_BY:
                return [page.created_by]
            case Kind.LAST_EDITED_BY:
                return [page.edited_by]
            case _:
                value: Operand = kept
                return value

    def _settled(self, page: Page, source: Source, prop: Property) -> Operand:
        """The value of a rollup or a formula; empty where answers do not show it."""
        try:
            found = self.computed(page, source, prop)
        except FormulaError:
            return None
        return found if prop.kind is Kind.ROLLUP else settled(found)

    def computed(self, page: Page, source: Source, prop: Property) -> Operand:
        """The value of a rollup or a formula, which may be a list or a page in another formula.

        Raises:
            FormulaError: the formula cannot be computed, or the properties lead in a circle.
        """
        if self._depth >= _MAX_DEPTH:
            raise FormulaError("properties that lead in a circle")
        with self._deeper():
            if prop.kind is Kind.ROLLUP:
                return rollup_operand(*self._rollup(page, source, prop))
            return evaluate(parse(prop.config["expression"]), self._scope(page, source))

    def _scope(self, page: Page, source: Source) -> Scope:
        self._budget = self._budget or Budget()  # formulas in a formula share one
        return self._sight.scope(page, source, self._budget)

    def _rollup(self, page: Page, source: Source, prop: Property) -> tuple[Function, list[Related]]:
        function = Function(prop.config["function"])
        relation = source.relation_of(prop)
        found = rolled_property(self._world, source, prop)
        if relation is None or found is None:
            return function, []
        target, wanted = found
        pages = self.related(page, relation)
        self.load(pages, target, [wanted])
        return function, [self._related_cell(other, target, wanted, function) for other in pages]

    def rolled(self, page: Page, source: Source, prop: Property) -> list[Operand]:
        """The cells that a rollup takes together, one for each related page."""
        _, cells = self._rollup(page, source, prop)
        return [cell.value for cell in cells]

    def _related_cell(
        self, page: Page, source: Source, prop: Property, function: Function
    ) -> Related:
        value = self.operand(page, source, prop)
        shown: Json = {}
        if function in {Function.SHOW_ORIGINAL, Function.SHOW_UNIQUE}:
            shown = {"type": prop.kind.value, prop.kind.value: self.shown(page, source, prop)}
        done = prop.kind is Kind.STATUS and _is_complete(prop, page.values.get(prop.id))
        return Related(value, shown, done)


def _shown_option(option: Json | None) -> Json | None:
    return None if option is None else {key: option[key] for key in ("id", "name", "color")}


def _is_complete(prop: Property, kept: str | None) -> bool:
    option, groups = prop.chosen(kept), prop.config["groups"]
    return option is not None and option["id"] in groups[-1]["option_ids"]


def _cut_mentions(items: list[Json]) -> list[Json]:
    mentions = 0
    for at, item in enumerate(items):
        mentions += item["type"] == "mention"
        if mentions > CUT:
            return items[:at]
    return items
