"""The check that a team writes itself: its expressions, and the template of its message."""

from collections.abc import Iterable, Mapping
from typing import Any

from notion_gitops.formats.nodes import Scalar
from notion_gitops.mapping.check_parts import Read, World
from notion_gitops.mapping.conditions import compile_at, compile_part, record_names, words_of
from notion_gitops.mapping.view import View
from notion_gitops.model.expressions import Expression
from notion_gitops.model.mapping import PropertyType

_AROUND = frozenset({"related", "incoming"})
_OPEN, _CLOSE = "{{", "}}"


def read_expr(view: View, key: str, world: World) -> Read:
    """Its options: when, holds, message (texts and expressions), why, fix, incoming."""
    section, problems = view.view(key), world.problems
    names, parts = record_names(world.own.names) | _AROUND, _parts(world)
    sources = [section.scalar(name) for name in ("when", "holds")]
    words = words_of(world.own.fields)
    when, holds = (compile_at(source, problems, names, parts, words) for source in sources)
    message = section.scalar("message")
    told = () if message is None else _template(message, world, names, parts)
    said = [e.source for e in (when, holds, *told) if isinstance(e, Expression)]
    used = (name for name in parts["incoming"] if any(name in source for source in said))
    options: dict[str, Any] = {
        "when": when,
        "holds": holds,
        "message": told,
        "why": section.text("why"),
        "fix": section.text("fix"),
        "incoming": tuple(sorted(used)),
    }
    return (), options


def _parts(world: World) -> dict[str, frozenset[str]]:
    """The relations of a record, and the mappings that relate to it."""
    relations = {
        f.name: world.fields_of.get(f.to or "")
        for f in world.own.fields.values()
        if f.type is PropertyType.RELATION
    }
    there = {
        name: fields
        for name, fields in world.fields_of.items()
        if any(f.to == world.name for f in fields.fields.values())
    }
    parts = {"related": frozenset(relations), "incoming": frozenset(there)}
    for around, lists in (("related", relations), ("incoming", there)):
        for name, fields in lists.items():
            if fields is not None:
                parts[f"{around}.{name}"] = frozenset()
                parts[f"{around}.{name}[]"] = record_names(fields.names)
    return parts


def _template(
    message: Scalar,
    world: World,
    names: Iterable[str],
    parts: Mapping[str, frozenset[str]],
) -> tuple[str | Expression, ...]:
    """The message in pieces; a field that no plan shows is no name here."""
    secret = {f.name for f in world.own.fields.values() if f.sensitive}
    known = frozenset(names) - secret
    pieces: list[str | Expression] = []
    text, at = message.text, 0
    while (begin := text.find(_OPEN, at)) >= 0:
        end = text.find(_CLOSE, begin)
        if end < 0:
            world.problems.at(message, f"`{_OPEN}` is never closed", f"add {_CLOSE}")
            return ()
        pieces.append(text[at:begin])
        source = text[begin + len(_OPEN) : end]
        found = compile_part(
            message, begin + len(_OPEN), source, world.problems, (known, parts, None)
        )
        pieces += [] if found is None else [found]
        at = end + len(_CLOSE)
    return tuple(piece for piece in (*pieces, text[at:]) if piece)
