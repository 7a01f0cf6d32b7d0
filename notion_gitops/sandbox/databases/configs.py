"""The configs of columns: of new ones, of changed ones, of such whose type changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notion_gitops.sandbox.basics.identity import decode_property_id
from notion_gitops.sandbox.basics.messages import UNDEFINED, Json, failed_validation, invalid
from notion_gitops.sandbox.basics.nouns import CHOICES, Kind, Property, Source
from notion_gitops.sandbox.databases.relations import changed_relation, new_relation
from notion_gitops.sandbox.values.formulas.syntax import keep_form
from notion_gitops.sandbox.values.formulas.tree import FormulaError
from notion_gitops.sandbox.values.numbers import checked_format, checked_prefix
from notion_gitops.sandbox.values.options import (
    new_status_config,
    regrouped,
    replaced_options,
    status_config,
)
from notion_gitops.sandbox.values.rollups import Function
from notion_gitops.sandbox.values.shapes import look_up

if TYPE_CHECKING:
    from collections.abc import Callable

    from notion_gitops.sandbox.databases.entries import Wish


def new_config(wish: Wish) -> Json:
    """The config of a new column.

    Raises:
        ApiError: 400 for a value that the type does not take.
    """
    maker = _MAKERS.get(wish.kind)
    return {} if maker is None else maker(wish)


def changed_config(wish: Wish, prop: Property) -> Json:
    """The config of a column after a change that keeps its type; what is not named stays.

    Raises:
        ApiError: as `new_config`.
    """
    if wish.kind in CHOICES:
        return _changed_options(wish, prop)
    if wish.kind is Kind.RELATION:
        return changed_relation(wish, prop)
    return {**prop.config, **new_config(wish)} if wish.given else prop.config


def retyped_config(wish: Wish, prop: Property) -> Json:
    """The config of a column that gets another type; options stay where the type has some.

    Raises:
        ApiError: as `new_config`.
    """
    if not {wish.kind, prop.kind} <= CHOICES:
        return new_config(wish)
    old = prop.config["options"]
    if "options" in wish.given:
        return _with_options(wish, old)
    return status_config(wish.call.store, old) if wish.kind is Kind.STATUS else {"options": old}


def _changed_options(wish: Wish, prop: Property) -> Json:
    """New options of a status go to its first group; those left out go away."""
    if "options" not in wish.given:
        return prop.config
    path, given = f"{wish.path}.options", wish.given["options"]
    options = replaced_options(wish.call.store, prop.config["options"], given, path)
    if wish.kind is not Kind.STATUS:
        return {**prop.config, "options": options}
    groups = regrouped(prop.config["groups"], options, given, path)
    return {**prop.config, "options": options, "groups": groups}


def _select(wish: Wish) -> Json:
    return _with_options(wish, []) if "options" in wish.given else {"options": []}


def _status(wish: Wish) -> Json:
    if wish.given.get("options", []) == []:
        return status_config(wish.call.store)
    return _with_options(wish, [])


def _with_options(wish: Wish, old: list[Json]) -> Json:
    """The config with the options that the request names; those of `old` among them stay so."""
    store, path, given = wish.call.store, f"{wish.path}.options", wish.given["options"]
    options = replaced_options(store, old, given, path)
    if wish.kind is Kind.STATUS:
        return new_status_config(store, options, given, path)
    return {"options": options}


def _number(wish: Wish) -> Json:
    return {"format": checked_format(wish.given.get("format", "number"), f"{wish.path}.format")}


def _unique_id(wish: Wish) -> Json:
    return {"prefix": checked_prefix(wish.given.get("prefix"), f"{wish.path}.prefix")}


def _rollup(wish: Wish) -> Json:
    relation = _named(wish, wish.source, "relation_property")
    if relation.kind is not Kind.RELATION:
        raise invalid(f"{relation.name} is not a relation property.")
    target = wish.call.find_source(relation.config["data_source_id"])
    rolled = _named(wish, target, "rollup_property")
    function = wish.given.get("function", UNDEFINED)
    if function not in [one.value for one in Function]:
        raise failed_validation(f"{wish.path}.function", "a function that exists", function)
    return {
        "relation_property_id": relation.id,
        "rollup_property_id": rolled.id,
        "function": function,
    }


def _named(wish: Wish, source: Source, key: str) -> Property:
    """The column of `source` that a rollup names, by id or name."""
    identity = wish.given.get(f"{key}_id")
    if isinstance(identity, str):
        found = source.by_id.get(identity) or source.by_id.get(decode_property_id(identity))
    else:
        name = wish.given.get(f"{key}_name", UNDEFINED)
        if not isinstance(name, str):
            raise failed_validation(f"{wish.path}.{key}_name", "a string", name)
        found = look_up(source, name)
    if found is None:
        named = wish.given.get(f"{key}_name", identity)
        raise invalid(f"{named} is not a property that exists.")
    return found


def _formula(wish: Wish) -> Json:
    expression = wish.given.get("expression", UNDEFINED)
    if not isinstance(expression, str):
        raise failed_validation(f"{wish.path}.expression", "a string", expression)

    def find(name: str) -> str | None:
        prop = look_up(wish.source, name)
        return None if prop is None else prop.id

    try:
        place = (wish.source.id, wish.call.store.meta("workspace_id") or "")
        return {"expression": keep_form(expression, find, place)}
    except FormulaError as error:
        raise invalid(f"Type error with formula: {error}") from error


_MAKERS: dict[Kind, Callable[[Wish], Json]] = {
    Kind.NUMBER: _number,
    Kind.SELECT: _select,
    Kind.MULTI_SELECT: _select,
    Kind.STATUS: _status,
    Kind.UNIQUE_ID: _unique_id,
    Kind.RELATION: new_relation,
    Kind.ROLLUP: _rollup,
    Kind.FORMULA: _formula,
}
