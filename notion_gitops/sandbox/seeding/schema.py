"""The columns of a seed file, turned into the API's form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from notion_gitops.sandbox.basics.messages import ApiError, Json
from notion_gitops.sandbox.basics.nouns import Kind, Source
from notion_gitops.sandbox.databases.rows import save_properties
from notion_gitops.sandbox.databases.schema import change_schema
from notion_gitops.sandbox.seeding.file import Problem, SeedError

if TYPE_CHECKING:
    from notion_gitops.sandbox.call import Call

_LATER = (Kind.RELATION, Kind.ROLLUP, Kind.FORMULA)


def kind_of(spec: Any, table: str, name: str) -> Kind:
    """The type of a column: its name alone, `type:` of its description, or a key of that name.

    Raises:
        SeedError: it has none; the path of the problem is the name of the column.
    """
    if isinstance(spec, str):
        named = [spec]
    elif isinstance(spec, dict):
        named = [spec["type"]] if "type" in spec else list(spec)
    else:
        named = []
    for kind in Kind:
        if kind.value in named:
            return kind
    raise SeedError([Problem(f"{table}.{name}: no type of property in {spec!r}", (name,))])


def simple_columns(properties: dict[str, Any], table: str) -> Json:
    """The columns that need no other, as POST databases takes them."""
    return {
        name: _simple(kind, _details(spec, kind))
        for name, spec in properties.items()
        if (kind := kind_of(spec, table, name)) not in _LATER
    }


def _details(spec: Any, kind: Kind) -> Json:
    """What is said of a column beside its type: next to `type:`, or under the type's name."""
    if not isinstance(spec, dict):
        return {}
    inner = spec.get(kind.value, {})
    if kind is Kind.FORMULA and isinstance(inner, str):
        inner = {"expression": inner}
    return {**{k: v for k, v in spec.items() if k not in {"type", kind.value}}, **inner}


def _simple(kind: Kind, details: Json) -> Json:
    match kind:
        case Kind.SELECT | Kind.MULTI_SELECT:
            options = [_option(one) for one in details.get("options", [])]
            return {kind.value: {"options": options}}
        case Kind.STATUS:
            return {kind.value: {"options": _status_options(details.get("groups", {}))}}
        case _:
            return {kind.value: details}


def _option(given: Any) -> Json:
    return given if isinstance(given, dict) else {"name": str(given)}


def _status_options(groups: dict[str, list[Any]]) -> list[Json]:
    return [
        {**_option(one), "group": group} for group, options in groups.items() for one in options
    ]


def default_option(call: Call, source: Source, properties: dict[str, Any]) -> Source:
    """Note which option of a status is its default, where the file says so."""
    changed = []
    for prop in source.properties:
        spec = properties.get(prop.name)
        name = spec.get("default") if isinstance(spec, dict) else None
        ids = {option["name"]: option["id"] for option in prop.config.get("options", [])}
        if prop.kind is Kind.STATUS and name in ids:
            prop.config["default"] = ids[name]
        changed.append(prop)
    save_properties(call, source, tuple(changed))
    return call.world.the_source(source.id)


def linked_columns(
    call: Call, sources: dict[str, Source], properties: dict[str, dict[str, Any]]
) -> None:
    """Add the relations, then the rollups and formulas, in an order in which each finds its own.

    Args:
        call: the request.
        sources: database name to data source.
        properties: database name to the columns of the file.

    Raises:
        SeedError: one that names something that is not there; the path of a problem is the names
            of the table and the column.
    """
    waiting = [
        (database, name, spec, kind)
        for kind_group in ((Kind.RELATION,), (Kind.ROLLUP, Kind.FORMULA))
        for database, columns in properties.items()
        for name, spec in columns.items()
        if (kind := kind_of(spec, database, name)) in kind_group
    ]
    while waiting:
        left, problems = [], []
        for one in waiting:
            problem = _try_column(call, sources, one)
            if problem is not None:
                left.append(one)
                problems.append(Problem(f"{one[0]}.{one[1]}: {problem}", (one[0], one[1])))
        if len(left) == len(waiting):
            raise SeedError(problems)
        waiting = left


def _try_column(
    call: Call, sources: dict[str, Source], one: tuple[str, str, Any, Kind]
) -> str | None:
    """Add a column; what is wrong if it cannot be added yet."""
    database, name, spec, kind = one
    source = call.world.the_source(sources[database].id)
    if name in source.by_name:
        return None  # the other side of a two-way relation, made with the first
    details = _details(spec, kind)
    if kind is Kind.RELATION:
        target = next((s for n, s in sources.items() if n == details.get("to")), None)
        if target is None:
            return f"there is no database {details.get('to')!r} to relate to"
        given = _relation(target, details)
    elif kind is Kind.ROLLUP:
        given = _rollup(details)
    else:
        given = {"formula": {"expression": details.get("expression")}}
    try:
        change_schema(call, source, {name: given})
    except ApiError as error:
        return error.message
    return None


def _relation(target: Source, details: Json) -> Json:
    config: Json = {"data_source_id": target.id}
    two_way = details.get("two_way")
    if two_way:
        config["dual_property"] = {"synced_property_name": two_way}
    else:
        config["single_property"] = {}
    return {"relation": config}


def _rollup(details: Json) -> Json:
    return {
        "rollup": {
            "relation_property_name": details.get("relation"),
            "rollup_property_name": details.get("property"),
            "function": details.get("function", "show_original"),
        }
    }


def in_file_order(call: Call, source: Source, properties: dict[str, Any]) -> Source:
    """Put the columns into the order of the file, those that it does not name last."""
    source = call.world.the_source(source.id)
    places = {name: at for at, name in enumerate(properties)}
    ordered = sorted(source.properties, key=lambda p: places.get(p.name, len(places)))
    save_properties(call, source, tuple(ordered))
    return call.world.the_source(source.id)
