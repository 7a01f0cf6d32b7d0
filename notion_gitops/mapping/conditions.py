"""Expressions of a mapping, compiled at the place where they stand."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from notion_gitops.expressions import compile_expression
from notion_gitops.formats.nodes import Scalar
from notion_gitops.mapping.problems import Problems
from notion_gitops.model.diagnostics import Diagnostic, Place
from notion_gitops.model.errors import InvalidInput
from notion_gitops.model.expressions import Expression
from notion_gitops.model.mapping import Field

_EDIT = frozenset({"at", "by", "person"})
CONFLICT_NAMES = frozenset({"git", "notion", "base", "key", "field", "edited"})
VALUE_NAMES = frozenset({"value"})


def compile_at(
    scalar: Scalar | None,
    problems: Problems,
    names: frozenset[str],
    parts: Mapping[str, frozenset[str]] | None = None,
    words: Mapping[str, frozenset[str]] | None = None,
) -> Expression | None:
    """The expression, None if there is none or it is wrong; `problems` then knows why."""
    if scalar is None:
        return None
    return _compiled(scalar, beginning(scalar), scalar.text, problems, (names, parts, words))


Known = Mapping[str, frozenset[str]] | None
Vocabulary = tuple[frozenset[str], Known, Known]  # names, their parts, the words of paths


def compile_part(
    scalar: Scalar, offset: int, source: str, problems: Problems, vocabulary: Vocabulary
) -> Expression | None:
    """The same of an expression that begins at a character of the scalar's text."""
    first = beginning(scalar)
    plain = scalar.text in scalar.source.text[scalar.start : scalar.end]
    on_one_line = plain and "\n" not in scalar.text
    place = replace(first, column=first.column + offset) if on_one_line else first
    return _compiled(scalar, place, source, problems, vocabulary)


def _compiled(
    scalar: Scalar, place: Place, source: str, problems: Problems, vocabulary: Vocabulary
) -> Expression | None:
    names, parts, words = vocabulary
    try:
        return compile_expression(source, place, names=names, parts=parts, words=words)
    except InvalidInput as error:
        problems.add(*placed(scalar, error))
        return None


def placed(scalar: Scalar, error: InvalidInput) -> tuple[Diagnostic, ...]:
    """What is wrong in a scalar's text, with the line that it stands in."""
    line = scalar.source.line_at(_offset(scalar))
    return tuple(replace(d, source_line=line) for d in error.diagnostics)


def parts_of_conflict(fields: Iterable[str]) -> dict[str, frozenset[str]]:
    """What may stand after the dot in a rule's condition."""
    known = frozenset(fields)
    sides = dict.fromkeys(("git", "notion", "base"), known)
    edited = {"edited": frozenset({"git", "notion"})}
    return {**sides, **edited, "edited.git": _EDIT, "edited.notion": _EDIT}


def words_of(fields: Mapping[str, Field], *owners: str) -> dict[str, frozenset[str]]:
    """The words that a value can be, by dotted path, of fields that say theirs.

    Args:
        fields: of the mapping.
        owners: what the paths begin with, such as ``git``; without one they are the names alone.
    """
    begins = [f"{owner}." for owner in owners] or [""]
    said = {name: frozenset(f.values) for name, f in fields.items() if f.values}
    return {f"{begin}{name}": words for begin in begins for name, words in said.items()}


def record_names(fields: Iterable[str]) -> frozenset[str]:
    """What a condition over one record may name."""
    return frozenset(fields) | {"key", "today"}


def beginning(scalar: Scalar) -> Place:
    """The place of the first character of a scalar's text, past its quote."""
    return scalar.source.place(_offset(scalar))


def _offset(scalar: Scalar) -> int:
    """Where the text itself begins, past a quote or the sign of a block.

    If escapes or folded lines make the file's text differ from the value's, where the value does.
    """
    found = scalar.source.text.find(scalar.text, scalar.start, scalar.end)
    return scalar.start if found < 0 else found
