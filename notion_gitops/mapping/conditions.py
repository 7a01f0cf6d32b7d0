"""Expressions of a mapping, compiled at the place where they stand."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from notion_gitops.expressions import compile_expression
from notion_gitops.formats.nodes import Scalar
from notion_gitops.mapping.problems import Problems
from notion_gitops.model.diagnostics import Place
from notion_gitops.model.errors import InvalidInput
from notion_gitops.model.expressions import Expression

_EDIT = frozenset({"at", "by"})
CONFLICT_NAMES = frozenset({"git", "notion", "base", "key", "field", "edited"})
VALUE_NAMES = frozenset({"value"})


def compile_at(
    scalar: Scalar | None,
    problems: Problems,
    names: frozenset[str],
    parts: Mapping[str, frozenset[str]] | None = None,
) -> Expression | None:
    """The expression, None if there is none or it is wrong; `problems` then knows why."""
    if scalar is None:
        return None
    try:
        return compile_expression(scalar.text, _beginning(scalar), names=names, parts=parts)
    except InvalidInput as error:
        line = scalar.source.line_at(_offset(scalar))
        problems.add(*(replace(d, source_line=line) for d in error.diagnostics))
        return None


def parts_of_conflict(fields: Iterable[str]) -> dict[str, frozenset[str]]:
    """What may stand after the dot in a rule's condition."""
    known = frozenset(fields)
    sides = dict.fromkeys(("git", "notion", "base"), known)
    edited = {"edited": frozenset({"git", "notion"})}
    return {**sides, **edited, "edited.git": _EDIT, "edited.notion": _EDIT}


def record_names(fields: Iterable[str]) -> frozenset[str]:
    """What a condition over one record may name."""
    return frozenset(fields) | {"key", "today"}


def _beginning(scalar: Scalar) -> Place:
    return scalar.source.place(_offset(scalar))


def _offset(scalar: Scalar) -> int:
    """Where the text itself begins, past a quote or the sign of a block.

    If escapes or folded lines make the file's text differ from the value's, where the value does.
    """
    found = scalar.source.text.find(scalar.text, scalar.start, scalar.end)
    return scalar.start if found < 0 else found
