"""What the formula of a page can see: the page's properties, and those of pages it leads to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from notion_gitops.sandbox.basics.nouns import Kind, Page, Property, Source
from notion_gitops.sandbox.values.formulas.evaluating import Budget, Scope
from notion_gitops.sandbox.values.formulas.tree import FormulaError
from notion_gitops.sandbox.values.operands import Linked, Operand

if TYPE_CHECKING:
    from notion_gitops.sandbox.call import Call
    from notion_gitops.sandbox.world import World

_MAX_PAGES = 25  # of a relation; Notion looks at no more of these in a formula
_PEOPLE = frozenset({Kind.PEOPLE, Kind.CREATED_BY, Kind.LAST_EDITED_BY})


class PageReader(Protocol):
    """What reads the cells of pages; `Cells` does."""

    def related(self, page: Page, prop: Property) -> list[Page]:
        """The pages that a relation leads to, as far as they are seen."""

    def computed(self, page: Page, source: Source, prop: Property) -> Operand:
        """The value of a formula or a rollup."""

    def operand(self, page: Page, source: Source, prop: Property) -> Operand:
        """The value of any other cell."""

    def title(self, page: Page) -> str:
        """The plain title of a page."""


def rolled_property(
    world: World, source: Source, rollup: Property
) -> tuple[Source, Property] | None:
    """The property that a rollup takes together, and its data source; None if it is gone."""
    relation = source.relation_of(rollup)
    target = world.source(relation.config["data_source_id"]) if relation else None
    wanted = target.by_id.get(rollup.config["rollup_property_id"]) if target else None
    return (target, wanted) if target and wanted else None


class FormulaSight:
    """Reads cells for formulas: people are names, relations are pages."""

    def __init__(self, call: Call, cells: PageReader) -> None:
        self._world = call.world
        self._now = call.now
        self._cells = cells

    def scope(self, page: Page, source: Source, budget: Budget) -> Scope:
        """What a formula of this page can see."""

        def value(identity: str) -> Operand:
            return self._value(page, source, source.by_id[identity])

        def kind(identity: str) -> Kind | None:
            prop = source.by_id.get(identity)
            return None if prop is None else prop.kind

        return Scope(value, kind, self._linked_value, self._now, budget)

    def _linked_value(self, identity: str, name: str) -> Operand:
        page = self._world.page(identity)
        source = self._world.source(page.source_id) if page and page.source_id else None
        prop = source.by_name.get(name) if source else None
        if page is None or source is None or prop is None:
            raise FormulaError(f"{name} is no property of the page")
        return self._value(page, source, prop)

    def _value(self, page: Page, source: Source, prop: Property) -> Operand:
        match prop.kind:
            case Kind.RELATION:
                pages = self._cells.related(page, prop)
                return [self._linked(other) for other in pages[:_MAX_PAGES]]
            case Kind.FORMULA:
                return self._cells.computed(page, source, prop)
            case Kind.ROLLUP:
                found = self._cells.computed(page, source, prop)
                rolled = rolled_property(self._world, source, prop)
                return self._named(rolled[1].kind, found) if rolled else found
            case _:
                return self._named(prop.kind, self._cells.operand(page, source, prop))

    def _named(self, kind: Kind, value: Operand) -> Operand:
        """A list of people or pages with these instead of their ids."""
        if kind in _PEOPLE and isinstance(value, list):
            return [self._world.user(str(one)).name for one in value]
        if kind is Kind.RELATION and isinstance(value, list):
            found = [self._world.page(str(one)) for one in value[:_MAX_PAGES]]
            return [self._linked(page) for page in found if page is not None]
        return value

    def _linked(self, page: Page) -> Linked:
        return Linked(page.id, self._cells.title(page))
