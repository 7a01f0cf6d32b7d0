"""The consistency checks that a mapping declares, with the fields of other mappings they name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from notion_gitops.formats.nodes import Scalar
from notion_gitops.formats.schema import suggestion
from notion_gitops.mapping.conditions import compile_at, record_names
from notion_gitops.mapping.fields import FieldSet, known_field
from notion_gitops.mapping.problems import Problems
from notion_gitops.mapping.view import View
from notion_gitops.model.diagnostics import Severity
from notion_gitops.model.expressions import Expression
from notion_gitops.model.mapping import CheckKind, CheckRule, PropertyType

_KINDS = tuple(kind.value for kind in CheckKind)
_NUMBERS = frozenset({PropertyType.NUMBER, PropertyType.FORMULA, PropertyType.ROLLUP})
_DATES = frozenset(
    {PropertyType.DATE, PropertyType.CREATED_TIME, PropertyType.LAST_EDITED_TIME}
    | {PropertyType.FORMULA, PropertyType.ROLLUP}
)
_RELATIONS = frozenset({PropertyType.RELATION})


@dataclass(frozen=True, slots=True)
class World:
    """What a check can refer to: the fields of every mapping, one of them its own."""

    name: str
    file: str
    fields_of: Mapping[str, FieldSet]  # of the mappings whose fields could be read
    names: frozenset[str]  # of all mappings
    problems: Problems

    @property
    def own(self) -> FieldSet:
        """The fields of the mapping that declares the check."""
        return self.fields_of[self.name]


def read_checks(root: View, world: World) -> tuple[CheckRule, ...]:
    """The checks in their order; one of the defaults that names no field of ours is left out."""
    found = []
    for view in root.views("checks"):
        rule = _check(view, world)
        if rule is not None:
            found.append(rule)
    return tuple(found)


def _check(view: View, world: World) -> CheckRule | None:
    table = view.table
    if table is None:
        return None
    kinds = [entry.key for entry in table.entries if entry.key.text in _KINDS]
    if not kinds and not world.problems.well_formed(table):
        return None  # its kind is misspelt, which was told
    if len(kinds) != 1:
        told = " and ".join(key.text for key in kinds) or "none"
        fix = f"write one of {', '.join(_KINDS)}"
        world.problems.at(table, f"a check has one kind, and this has {told}", fix)
        return None
    kind = CheckKind(kinds[0].text)
    if table.source.file != world.file and not _concerns(view, kind, world):
        return None
    fields, options = _READERS[kind](view, kind.value, world)
    severity = Severity(view.text("severity") or Severity.WARNING)
    return CheckRule(kind, fields, options, severity, table.place)


def _concerns(view: View, kind: CheckKind, world: World) -> bool:
    """Whether a check of the defaults is about fields that this mapping has."""
    node = view.node(kind.value)
    named = [node] if isinstance(node, Scalar) else list(view.scalars(kind.value))
    return bool(named) and all(name.text in world.own.names for name in named)


Read = tuple[tuple[str, ...], Mapping[str, Any]]


def _of_fields(view: View, key: str, world: World) -> Read:
    names = (known_field(name, world.own, world.problems) for name in view.scalars(key))
    return tuple(name for name in names if name is not None), {}


def _of_dates(view: View, key: str, world: World) -> Read:
    names = (_typed(name, world.own, _DATES, world.problems) for name in view.scalars(key))
    return tuple(name for name in names if name is not None), {}


def _of_relation(view: View, key: str, world: World) -> Read:
    name = _typed(view.scalar(key), world.own, _RELATIONS, world.problems)
    return ((name,) if name else ()), {}


def _contradicts(view: View, key: str, world: World) -> Read:
    section, problems = view.view(key), world.problems
    relation = _typed(section.scalar("relation"), world.own, _RELATIONS, problems)
    field = world.own.fields.get(relation or "")
    other = world.fields_of.get(field.to or "") if field is not None else None
    options: dict[str, Any] = {
        "relation": relation,
        "when": _condition(section.scalar("when"), world.own, problems),
        "related": _condition(section.scalar("related"), other, problems),
    }
    message = section.text("message")
    if message is not None:
        options["message"] = message
    return ((relation,) if relation else ()), options


def _capacity(view: View, key: str, world: World) -> Read:
    section, problems = view.view(key), world.problems
    name, other = _mapping(section.scalar("from"), world)
    limit = _typed(section.scalar("limit"), world.own, _NUMBERS, problems)
    options = {
        "from": name,
        "relation": _pointing_here(section.scalar("relation"), other, world),
        "amount": _typed(section.scalar("amount"), other, _NUMBERS, problems),
        "limit": limit,
        "start": _typed(section.scalar("start"), other, _DATES, problems),
        "end": _typed(section.scalar("end"), other, _DATES, problems),
        "while": _condition(section.scalar("while"), other, problems),
    }
    return ((limit,) if limit else ()), options


def _documented(view: View, key: str, world: World) -> Read:
    section, problems = view.view(key), world.problems
    name, other = _mapping(section.scalar("by"), world)
    age, date = section.scalar("max_age_days"), section.scalar("date")
    if age is not None and date is None and section.node("date") is None:
        problems.at(age, "nothing says when a note was written", "add date, a field of the notes")
    if date is not None and age is None:
        problems.at(date, "date is used with max_age_days alone", "add max_age_days, or remove it")
    options = {
        "by": name,
        "relation": _pointing_here(section.scalar("relation"), other, world),
        "while": _condition(section.scalar("while"), world.own, problems),
        "max_age_days": section.value("max_age_days"),
        "date": _typed(date, other, _DATES, problems),
    }
    return (), options


_READERS: Mapping[CheckKind, Callable[[View, str, World], Read]] = {
    CheckKind.UNIQUE: _of_fields,
    CheckKind.REQUIRED: _of_fields,
    CheckKind.ORPHANS: _of_relation,
    CheckKind.ORDER: _of_dates,
    CheckKind.CONTRADICTS: _contradicts,
    CheckKind.CAPACITY: _capacity,
    CheckKind.DOCUMENTED: _documented,
}


def _mapping(name: Scalar | None, world: World) -> tuple[str | None, FieldSet | None]:
    if name is None:
        return None, None
    if name.text not in world.names:
        fix = suggestion(name.text, sorted(world.names))
        world.problems.at(name, f'unknown mapping "{name.text}"', fix)
    return name.text, world.fields_of.get(name.text)


def _typed(
    name: Scalar | None,
    owner: FieldSet | None,
    types: frozenset[PropertyType],
    problems: Problems,
) -> str | None:
    """The name of a field that exists and has one of these types."""
    if owner is None:
        return None
    known = known_field(name, owner, problems)
    kind = None if known is None else owner.type_of(known)
    if name is not None and kind is not None and kind not in types:
        wanted = "a date" if types is _DATES else "a number" if types is _NUMBERS else "a relation"
        fitting = [n for n, f in owner.fields.items() if f.type in types]
        fix = suggestion(name.text, fitting) or f"name a field that is {wanted}"
        problems.at(name, f'"{name.text}" is of type {kind.value}, not {wanted}', fix)
    return known


def _pointing_here(name: Scalar | None, owner: FieldSet | None, world: World) -> str | None:
    """The name of a relation that leads to this mapping."""
    known = _typed(name, owner, _RELATIONS, world.problems)
    field = owner.fields.get(known) if owner is not None and known is not None else None
    if name is not None and field is not None and field.to not in (None, world.name):
        fix = f"name a relation that leads to {world.name}"
        world.problems.at(name, f'"{name.text}" leads to {field.to}, not here', fix)
    return known


def _condition(
    source: Scalar | None, owner: FieldSet | None, problems: Problems
) -> Expression | None:
    return compile_at(source, problems, record_names(owner.names)) if owner is not None else None
