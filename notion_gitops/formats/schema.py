"""A document held against a JSON Schema, its errors told at their places in plain words."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from referencing import Registry

from notion_gitops.formats.nodes import Entry, Items, Node, Scalar, Table, kind, plain, problem
from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.nearest import nearest

_TYPES = {
    "object": "a table",
    "array": "a list",
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "null": "nothing",
}
_SAYINGS = {
    "anyOf": "{kind} of this form is not possible here",
    "oneOf": "{kind} of this form is not possible here",
    "pattern": '"{found}" does not have the right form',
    "minItems": "at least {value} members are needed here",
    "maxItems": "at most {value} members are possible here",
    "minLength": "at least {value} characters are needed here",
    "maxLength": "at most {value} characters are possible here",
    "minProperties": "at least {value} keys are needed here",
    "maxProperties": "at most {value} keys are possible here",
    "minimum": "{found} is too small; the least is {value}",
    "exclusiveMinimum": "{found} is too small; it must be more than {value}",
    "maximum": "{found} is too large; the most is {value}",
    "exclusiveMaximum": "{found} is too large; it must be less than {value}",
    "uniqueItems": "a member stands here twice",
}


def check_schema(node: Node, schema: Mapping[str, Any]) -> list[Diagnostic]:
    """All that is wrong with a document, in the order of its text.

    Args:
        node: the document.
        schema: Draft 2020-12. References lead inside the schema only: nothing is ever fetched.
            Where a value is wrong, the `description` of its part of the schema is told along.
    """
    # An empty registry: jsonschema's default one would fetch http references.
    validator = Draft202012Validator(schema, registry=Registry())
    found: list[Diagnostic] = []
    for error in validator.iter_errors(plain(node)):
        found.extend(_diagnostics(node, error))
    unique = {(d.place, d.summary): d for d in found}
    return sorted(unique.values(), key=lambda d: (d.place is None, d.place))


def suggestion(word: str, words: Iterable[str]) -> str:
    """How to put a wrong word right: the nearest one, or the list to choose from."""
    choices = list(words)
    near = nearest(word, choices)
    if near is not None:
        return f'did you mean "{near}"?'
    if not choices:
        return ""
    shown = ", ".join(choices[:12])
    return f"use one of: {shown}{', ...' if len(choices) > 12 else ''}"  # noqa: PLR2004


def _diagnostics(root: Node, error: ValidationError) -> list[Diagnostic]:
    branches = _best_branch(error)
    if branches:
        return [d for e in branches for d in _diagnostics(root, e)]
    node = _find(root, error.absolute_path)
    match error.validator:
        case "additionalProperties" | "unevaluatedProperties" if isinstance(node, Table):
            return _unknown_keys(node, error)
        case _ if "propertyNames" in error.schema_path and isinstance(node, Table):
            return [_key_problem(node, error)]  # jsonschema gives the key's own error, placeless
        case "required" if isinstance(node, Table):
            names: Any = error.validator_value
            return [_missing(node, error, k) for k in names if node.get(k) is None]
        case _:
            return [_value_problem(node, error)]


def _best_branch(error: ValidationError) -> list[ValidationError]:
    """Of the alternatives of an anyOf or oneOf, the errors of the one that was probably meant."""
    if error.validator not in {"anyOf", "oneOf"} or not error.context:
        return []
    branches: dict[int, list[ValidationError]] = {}
    for each in error.context:
        branches.setdefault(int(each.schema_path[0]), []).append(each)
    of_right_type = [b for b in branches.values() if not _wrong_type(b)]
    if len(of_right_type) != 1:
        return []
    return of_right_type[0]


def _wrong_type(errors: list[ValidationError]) -> bool:
    return any(e.validator in {"type", "const", "enum"} and not e.path for e in errors)


def _find(root: Node, path: Iterable[str | int]) -> Node:
    node = root
    for step in path:
        match node:
            case Table():
                node = node.get(str(step)) or node
            case Items(nodes=nodes):
                node = nodes[int(step)]
            case Scalar():
                pass
    return node


def _unknown_keys(table: Table, error: ValidationError) -> list[Diagnostic]:
    known = list(_rule(error).get("properties", {}))
    patterns = list(_rule(error).get("patternProperties", {}))
    unknown = [
        e
        for e in table.entries
        if e.key.text not in known and not any(re.search(p, e.key.text) for p in patterns)
    ]
    present = {e.key.text for e in table.entries}
    free = [k for k in known if k not in present] or known
    return [_unknown_key(e, free) for e in unknown]


def _unknown_key(entry: Entry, known: list[str]) -> Diagnostic:
    return problem(
        entry.key,
        f'unknown key "{entry.key.text}"',
        fix=suggestion(entry.key.text, known) or "remove it",
    )


def _key_problem(table: Table, error: ValidationError) -> Diagnostic:
    entry = table.entry(str(error.instance))
    node: Node = table if entry is None else entry.key
    return problem(node, f'"{error.instance}" cannot be a name here', fix=_hint(error))


def _missing(table: Table, error: ValidationError, key: str) -> Diagnostic:
    hint = _rule(error).get("properties", {}).get(key, {}).get("description", "")
    return problem(table, f'"{key}" is missing', fix=f"add {key}: {hint}".rstrip(": "))


def _value_problem(node: Node, error: ValidationError) -> Diagnostic:
    value: Any = error.validator_value
    name = str(error.validator)
    match name:
        case "type":
            wanted = [value] if isinstance(value, str) else value
            names = " or ".join(_TYPES[w] for w in wanted)
            summary, fix = f"{names} is expected here, not {kind(node)}", _hint(error)
        case "enum":
            summary = f'"{error.instance}" is not possible here'
            fix = suggestion(str(error.instance), [str(v) for v in value])
        case "const":
            summary, fix = f'"{error.instance}" is not possible here', f"write {value}"
        case _ if name in _SAYINGS:
            saying = _SAYINGS[name].format(value=value, found=error.instance, kind=kind(node))
            summary, fix = saying, _hint(error)
        case _:
            summary, fix = error.message, _hint(error)
    return problem(node, summary, fix=fix)


def _rule(error: ValidationError) -> Mapping[str, Any]:
    return error.schema if isinstance(error.schema, Mapping) else {}


def _hint(error: ValidationError) -> str:
    return str(_rule(error).get("description", ""))
