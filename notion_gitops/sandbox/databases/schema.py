"""Changing the columns of a data source, as requests ask for it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from notion_gitops.sandbox.basics.identity import decode_property_id
from notion_gitops.sandbox.basics.messages import (
    UNDEFINED,
    Json,
    failed_validation,
    invalid,
    object_in,
    text_in,
)
from notion_gitops.sandbox.basics.nouns import CHOICES, Kind, Property, Source
from notion_gitops.sandbox.call import Call, checked_id
from notion_gitops.sandbox.databases.rows import save_properties
from notion_gitops.sandbox.values.formulas.syntax import keep_form
from notion_gitops.sandbox.values.formulas.tree import FormulaError
from notion_gitops.sandbox.values.options import (
    default_status_config,
    replaced_options,
    status_config,
)
from notion_gitops.sandbox.values.retyping import retype_values
from notion_gitops.sandbox.values.richtext import plain_text
from notion_gitops.sandbox.values.rollups import Function
from notion_gitops.sandbox.values.shapes import look_up

if TYPE_CHECKING:
    from collections.abc import Callable

_NOT_BY_API = frozenset({Kind.BUTTON, Kind.VERIFICATION})
_TITLE_ID = "title"


def change_schema(call: Call, source: Source, given: object) -> Source:
    """Apply the `properties` of a request to the columns of a data source.

    Args:
        call: the request.
        source: the data source as it is.
        given: name or id to a config, or to null, which deletes the column.

    Raises:
        ApiError: 400 for a wrong form, a type that cannot be made, a title that would go.
    """
    if not isinstance(given, dict):
        raise failed_validation("body.properties", "an object", given)
    for name, config in given.items():
        existing = look_up(source, name)
        if config is None:
            _delete(call, source, existing, name)
        elif existing is None:
            _create(call, source, name, config)
        else:
            _update(call, source, existing, config)
        source = call.world.the_source(source.id)
    return source


def _delete(call: Call, source: Source, prop: Property | None, name: str) -> None:
    if prop is None:
        raise invalid(f"{name} is not a property that exists.")
    if prop.kind is Kind.TITLE:
        raise invalid("Cannot delete the title property.")
    _drop_partner(call, prop)
    call.store.write("DELETE FROM links WHERE property=?", (prop.id,))
    remaining = tuple(p for p in call.world.the_source(source.id).properties if p.id != prop.id)
    save_properties(call, source, remaining)


def _drop_partner(call: Call, prop: Property) -> None:
    """Take away the other side of a two-way relation."""
    synced = prop.config.get("synced_property_id") if prop.kind is Kind.RELATION else None
    target = call.world.source(prop.config["data_source_id"]) if synced else None
    if target is not None:
        call.store.write("DELETE FROM links WHERE property=?", (synced,))
        rest = tuple(p for p in target.properties if p.id != synced)
        save_properties(call, target, rest)


def _create(call: Call, source: Source, name: str, given: Any) -> None:
    kind = _kind_of(given, f"body.properties.{name}")
    if kind is Kind.TITLE and any(p.kind is Kind.TITLE for p in source.properties):
        raise invalid("Cannot create a second title property.")
    if kind in _NOT_BY_API and not call.seeding:
        raise invalid(f"Cannot create a property of the type {kind.value}.")
    identity = _TITLE_ID if kind is Kind.TITLE else call.store.new_property_id()
    details = object_in(given, kind.value, f"body.properties.{name}")
    config = _config(call, source, (kind, identity, name), details)
    fresh = call.world.the_source(source.id)  # a two-way relation to itself has just added a column
    save_properties(call, fresh, (*fresh.properties, Property(identity, name, kind, config)))


def _kind_of(given: object, path: str) -> Kind:
    if not isinstance(given, dict):
        raise failed_validation(path, "an object or `null`", given)
    for kind in Kind:
        if kind.value in given or kind.value == given.get("type"):
            return kind
    raise invalid(f"body failed validation: {path} should have a type that exists.")


def _update(call: Call, source: Source, prop: Property, given: Any) -> None:
    path = f"body.properties.{prop.name}"
    if not isinstance(given, dict):
        raise failed_validation(path, "an object or `null`", given)
    changed = prop
    if any(kind.value in given for kind in Kind):
        changed = _retyped(call, source, prop, given)
    name = given.get("name", prop.name)
    if not isinstance(name, str) or not name:
        raise failed_validation(f"{path}.name", "a string", name)
    taken = source.by_name.get(name)
    if taken is not None and taken.id != prop.id:
        raise invalid(f"{name} is a property that exists already.")
    changed = replace(changed, name=name)
    fresh = call.world.the_source(source.id)
    save_properties(call, fresh, tuple(changed if p.id == prop.id else p for p in fresh.properties))


def _retyped(call: Call, source: Source, prop: Property, given: Json) -> Property:
    kind = _kind_of({key: value for key, value in given.items() if key != "name"}, "body")
    config = object_in(given, kind.value, f"body.properties.{prop.name}")
    if kind is prop.kind:
        return replace(prop, config=_changed_config(call, source, prop, config))
    if Kind.TITLE in {kind, prop.kind} or kind in _NOT_BY_API:
        raise invalid(f"Cannot change the type of {prop.name} to {kind.value}.")
    _drop_partner(call, prop)
    new = replace(prop, kind=kind, config=_config(call, source, (kind, prop.id, prop.name), config))
    new = retype_values(call, source, prop, new)
    call.store.write("DELETE FROM links WHERE property=?", (prop.id,))
    return new


def _changed_config(call: Call, source: Source, prop: Property, given: Json) -> Json:
    """The config after a change that keeps the type."""
    path = f"body.properties.{prop.name}.{prop.kind.value}"
    if prop.kind is Kind.STATUS and "options" in given:
        return _changed_status(call, prop, given["options"], path)
    if prop.kind in CHOICES:
        if "options" not in given:
            return prop.config
        old = prop.config["options"]
        options = replaced_options(call.store, old, given["options"], f"{path}.options")
        return {**prop.config, "options": options}
    if prop.kind is Kind.RELATION:
        return _changed_relation(call, source, prop, given)
    if prop.kind in {Kind.NUMBER, Kind.UNIQUE_ID}:
        changes = {key: text_in(given, key, path) for key in prop.config if key in given}
        return {**prop.config, **changes}
    if prop.kind in {Kind.FORMULA, Kind.ROLLUP} and given:
        return _config(call, source, (prop.kind, prop.id, prop.name), given)
    return prop.config


def _changed_status(call: Call, prop: Property, given: Any, path: str) -> Json:
    """New options go to the first group; those left out go away."""
    options = replaced_options(call.store, prop.config["options"], given, f"{path}.options")
    kept = {option["id"] for option in options}
    grouped = {i for group in prop.config["groups"] for i in group["option_ids"]}
    groups = []
    for at, group in enumerate(prop.config["groups"]):
        ids = [identity for identity in group["option_ids"] if identity in kept]
        if at == 0:
            ids += [option["id"] for option in options if option["id"] not in grouped]
        groups.append({**group, "option_ids": ids})
    return {**prop.config, "options": options, "groups": groups}


def _changed_relation(call: Call, source: Source, prop: Property, given: Json) -> Json:
    path = f"body.properties.{prop.name}.relation"
    named = "database_id" if call.has_tables else "data_source_id"
    target = prop.config["data_source_id"]
    if named in given:
        target = _target(call, source, given, path).id
    if target != prop.config["data_source_id"]:
        _drop_partner(call, prop)
        call.store.write("DELETE FROM links WHERE property=?", (prop.id,))
        return _config(call, source, (prop.kind, prop.id, prop.name), given)
    dual = "dual_property" in given or given.get("type") == "dual_property"
    single = "single_property" in given or given.get("type") == "single_property"
    if dual and "synced_property_id" not in prop.config:
        return _config(call, source, (prop.kind, prop.id, prop.name), given)
    if single and not dual and "synced_property_id" in prop.config:
        _drop_partner(call, prop)
        return {"data_source_id": target}
    return prop.config


# The config of a new property, by type

_Naming = tuple[Kind, str, str]  # type, id and name of the property


def _config(call: Call, source: Source, naming: _Naming, given: Json) -> Json:
    kind, _, name = naming
    maker = _MAKERS.get(kind)
    if maker is not None:
        return maker(call, source, naming, given)
    path = f"body.properties.{name}.{kind.value}"
    match kind:
        case Kind.NUMBER:
            return {"format": text_in(given, "format", path) or "number"}
        case Kind.SELECT | Kind.MULTI_SELECT:
            options = given.get("options", [])
            return {"options": replaced_options(call.store, [], options, f"{path}.options")}
        case Kind.UNIQUE_ID:
            return {"prefix": text_in(given, "prefix", path)}
        case _:
            return {}


def _status(call: Call, _: Source, naming: _Naming, given: Json) -> Json:
    path = f"body.properties.{naming[2]}.status.options"
    if not given.get("options"):
        return default_status_config(call.store)
    groups: dict[str, list[Json]] = {"To-do": [], "In progress": [], "Complete": []}
    for option in replaced_options(call.store, [], given["options"], path):
        entry = next(one for one in given["options"] if one.get("name") == option["name"])
        group = text_in(entry, "group", path) or "To-do"
        if group not in groups:
            raise failed_validation(f"{path}.group", "a group that exists", group)
        groups[group].append(option)
    return status_config(call.store, groups)


def _relation(call: Call, source: Source, naming: _Naming, given: Json) -> Json:
    _, identity, name = naming
    path = f"body.properties.{name}.relation"
    target = _target(call, source, given, path)
    if "dual_property" not in given and given.get("type") != "dual_property":
        return {"data_source_id": target.id}
    wish = object_in(given, "dual_property", path)
    synced = call.store.new_property_id()
    other = text_in(wish, "synced_property_name", f"{path}.dual_property") or (
        f"Related to {plain_text(source.doc['title'])} ({name})"
    )
    partner = Property(
        synced, _free_name(target, other), Kind.RELATION,
        {"data_source_id": source.id, "synced_property_id": identity},
    )  # fmt: skip
    save_properties(call, target, (*target.properties, partner))
    call.store.write(
        "INSERT INTO links(page, property, target)"
        " SELECT target, ?, page FROM links WHERE property=? ORDER BY seq",
        (synced, identity),
    )
    return {"data_source_id": target.id, "synced_property_id": synced}


def _target(call: Call, source: Source, given: Json, path: str) -> Source:
    """The data source that a relation leads to; older clients name its database."""
    if call.has_tables:
        place = f"{path}.database_id"
        database = call.find_database(given.get("database_id", UNDEFINED), place)
        return call.only_source(database)
    place = f"{path}.data_source_id"
    identity = checked_id(given.get("data_source_id", UNDEFINED), place)
    return source if identity == source.id else call.find_source(identity, place)


def _free_name(source: Source, wished: str) -> str:
    name, number = wished, 0
    while name in source.by_name:
        number += 1
        name = f"{wished} {number}"
    return name


def _rollup(call: Call, source: Source, naming: _Naming, given: Json) -> Json:
    path = f"body.properties.{naming[2]}.rollup"
    relation = _named(source, given, "relation_property", path)
    if relation.kind is not Kind.RELATION:
        raise invalid(f"{relation.name} is not a relation property.")
    target = call.find_source(relation.config["data_source_id"])
    rolled = _named(target, given, "rollup_property", path)
    function = given.get("function", UNDEFINED)
    if function not in [one.value for one in Function]:
        raise failed_validation(f"{path}.function", "a function that exists", function)
    return {
        "relation_property_id": relation.id,
        "rollup_property_id": rolled.id,
        "function": function,
    }


def _named(source: Source, given: Json, key: str, path: str) -> Property:
    identity = given.get(f"{key}_id")
    if isinstance(identity, str):
        found = source.by_id.get(identity) or source.by_id.get(decode_property_id(identity))
    else:
        name = given.get(f"{key}_name", UNDEFINED)
        if not isinstance(name, str):
            raise failed_validation(f"{path}.{key}_name", "a string", name)
        found = look_up(source, name)
    if found is None:
        raise invalid(f"{given.get(f'{key}_name', identity)} is not a property that exists.")
    return found


def _formula(call: Call, source: Source, naming: _Naming, given: Json) -> Json:
    expression = given.get("expression", UNDEFINED)
    if not isinstance(expression, str):
        path = f"body.properties.{naming[2]}.formula.expression"
        raise failed_validation(path, "a string", expression)

    def find(name: str) -> str | None:
        prop = look_up(source, name)
        return None if prop is None else prop.id

    try:
        place = (source.id, call.store.meta("workspace_id") or "")
        return {"expression": keep_form(expression, find, place)}
    except FormulaError as error:
        raise invalid(f"Type error with formula: {error}") from error


_MAKERS: dict[Kind, Callable[[Call, Source, _Naming, Json], Json]] = {
    Kind.STATUS: _status,
    Kind.RELATION: _relation,
    Kind.ROLLUP: _rollup,
    Kind.FORMULA: _formula,
}
