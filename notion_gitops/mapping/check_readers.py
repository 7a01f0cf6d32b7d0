"""What each kind of check says, read from its part of the mapping."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from notion_gitops.expressions.patterns import compile_pattern
from notion_gitops.formats.nodes import Scalar
from notion_gitops.mapping.check_expr import read_expr
from notion_gitops.mapping.check_parts import (
    DATES,
    NUMBERS,
    PLAIN_TEXTS,
    RELATIONS,
    WORDS,
    Read,
    World,
    condition,
    mapping_at,
    pointing_here,
    typed,
)
from notion_gitops.mapping.conditions import beginning, placed
from notion_gitops.mapping.fields import known_field
from notion_gitops.mapping.problems import Problems
from notion_gitops.mapping.view import View
from notion_gitops.model.errors import InvalidInput
from notion_gitops.model.expressions import Pattern
from notion_gitops.model.mapping import CheckKind, PropertyType


def _of_fields(view: View, key: str, world: World) -> Read:
    names = (known_field(name, world.own, world.problems) for name in view.scalars(key))
    return tuple(name for name in names if name is not None), {}


def _required(view: View, key: str, world: World) -> Read:
    every = world.own_with_body
    names = (known_field(name, every, world.problems) for name in view.scalars(key))
    return tuple(name for name in names if name is not None), {}


def _links(view: View, key: str, world: World) -> Read:
    every, problems = world.own_with_body, world.problems
    names = (typed(name, every, PLAIN_TEXTS, problems) for name in view.scalars(key))
    return tuple(name for name in names if name is not None), {}


def _of_dates(view: View, key: str, world: World) -> Read:
    names = (typed(name, world.own, DATES, world.problems) for name in view.scalars(key))
    return tuple(name for name in names if name is not None), {}


def _of_text(view: View, key: str, world: World) -> Read:
    return _alone(typed(view.scalar(key), world.own, PLAIN_TEXTS, world.problems)), {}


def _of_relation(view: View, key: str, world: World) -> Read:
    return _alone(typed(view.scalar(key), world.own, RELATIONS, world.problems)), {}


def _tree(view: View, key: str, world: World) -> Read:
    return _alone(pointing_here(view.scalar(key), world.own, world)), {}


def _alone(name: str | None) -> tuple[str, ...]:
    return (name,) if name else ()


def _range(view: View, key: str, world: World) -> Read:
    section, problems = view.view(key), world.problems
    name = typed(section.scalar("field"), world.own, NUMBERS | DATES, problems)
    kind = world.own.type_of(name or "")
    ends = {n: _end(section.scalar(n), kind, problems) for n in ("min", "max")}
    least, most, written = ends["min"], ends["max"], section.scalar("max")
    if written is not None and least is not None and type(least) is type(most) and least > most:
        problems.at(written, "the most is less than the least", "exchange min and max")
    if section and section.node("min") is None and section.node("max") is None:
        table = section.table
        if table is not None and problems.well_formed(table):
            problems.at(table, "a range has a least, a most, or both", "add min or max")
    return _alone(name), ends


def _end(written: Scalar | None, kind: PropertyType | None, problems: Problems) -> Any:
    if written is None or kind not in NUMBERS | DATES:
        return None
    number, day = _number(written.text), _date(written.text)
    if kind is not PropertyType.NUMBER and day is not None:
        return day
    if kind in NUMBERS and number is not None:
        return number
    wanted = "a number" if kind is PropertyType.NUMBER else "a date such as 2026-06-01"
    problems.at(written, f'"{written.text}" is not {wanted}', f"write {wanted}")
    return None


def _number(text: str) -> int | float | None:
    try:
        return int(text) if text.lstrip("-").isdigit() else float(text)
    except ValueError:
        return None


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _pattern(view: View, key: str, world: World) -> Read:
    section, problems = view.view(key), world.problems
    name = typed(section.scalar("field"), world.own, WORDS, problems)
    options = {"matches": _compiled(section.scalar("matches"), problems)}
    message = section.text("message")
    return _alone(name), options if message is None else {**options, "message": message}


def _compiled(written: Scalar | None, problems: Problems) -> Pattern | None:
    if written is None:
        return None
    try:
        return compile_pattern(written.text, beginning(written))
    except InvalidInput as error:
        problems.add(*placed(written, error))
        return None


def _allowed(view: View, key: str, world: World) -> Read:
    section, problems = view.view(key), world.problems
    name = typed(section.scalar("field"), world.own, WORDS, problems)
    words = section.scalars("values")
    field = world.own.fields.get(name or "")
    for word in words if field is not None and field.values else ():
        if field is not None and field.values and word.text not in field.values:
            fix = "use the words of git, which stand on the left in its `values`"
            problems.at(word, f'"{word.text}" is no word of {field.name}', fix)
    return _alone(name), {"values": [word.text for word in words]}


def _contradicts(view: View, key: str, world: World) -> Read:
    section, problems = view.view(key), world.problems
    relation = typed(section.scalar("relation"), world.own, RELATIONS, problems)
    field = world.own.fields.get(relation or "")
    other = world.fields_of.get(field.to or "") if field is not None else None
    options: dict[str, Any] = {
        "relation": relation,
        "when": condition(section.scalar("when"), world.own, problems),
        "related": condition(section.scalar("related"), other, problems),
    }
    message = section.text("message")
    if message is not None:
        options["message"] = message
    return _alone(relation), options


def _capacity(view: View, key: str, world: World) -> Read:
    section, problems = view.view(key), world.problems
    name, other = mapping_at(section.scalar("from"), world)
    limit = typed(section.scalar("limit"), world.own, NUMBERS, problems)
    options = {
        "from": name,
        "relation": pointing_here(section.scalar("relation"), other, world),
        "amount": typed(section.scalar("amount"), other, NUMBERS, problems),
        "limit": limit,
        "start": typed(section.scalar("start"), other, DATES, problems),
        "end": typed(section.scalar("end"), other, DATES, problems),
        "while": condition(section.scalar("while"), other, problems),
        "per": section.text("per"),
        "days": section.text("days"),
    }
    per, days = section.scalar("per"), section.scalar("days")
    if per is not None and section.scalar("start") is None:
        fix = "add start, and end unless start is a range; or remove per"
        problems.at(per, "nothing says over which days an amount is spread", fix)
    if days is not None and section.node("per") is None:
        problems.at(days, "days is used with per alone", "add per, or remove it")
    return _alone(limit), options


def _documented(view: View, key: str, world: World) -> Read:
    section, problems = view.view(key), world.problems
    name, other = mapping_at(section.scalar("by"), world)
    needing = [section.scalar(n) for n in ("max_age_days", "not_before")]
    date_of_note = section.scalar("date")
    for asking in needing:
        if asking is not None and section.node("date") is None:
            fix = "add date, a field of the notes"
            problems.at(asking, "nothing says when a note was written", fix)
    if date_of_note is not None and not any(needing):
        fix = "add max_age_days or not_before, or remove it"
        problems.at(date_of_note, "date is used with max_age_days or not_before alone", fix)
    options = {
        "by": name,
        "relation": pointing_here(section.scalar("relation"), other, world),
        "while": condition(section.scalar("while"), world.own, problems),
        "max_age_days": section.value("max_age_days"),
        "not_before": typed(section.scalar("not_before"), world.own, DATES, problems),
        "date": typed(date_of_note, other, DATES, problems),
    }
    return (), options


READERS: Mapping[CheckKind, Callable[[View, str, World], Read]] = {
    CheckKind.UNIQUE: _of_fields,
    CheckKind.SIMILAR: _of_text,
    CheckKind.REQUIRED: _required,
    CheckKind.RANGE: _range,
    CheckKind.PATTERN: _pattern,
    CheckKind.ALLOWED: _allowed,
    CheckKind.ORPHANS: _of_relation,
    CheckKind.TREE: _tree,
    CheckKind.ORDER: _of_dates,
    CheckKind.CONTRADICTS: _contradicts,
    CheckKind.CAPACITY: _capacity,
    CheckKind.DOCUMENTED: _documented,
    CheckKind.LINKS: _links,
    CheckKind.EXPR: read_expr,
}
