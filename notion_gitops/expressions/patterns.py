"""Patterns for texts, by RE2: what trying one costs grows with the length of the text alone.

Python's own engine tries one way after the other, so that a pattern such as `(a+)+b` can take
ages on a text of thirty letters. RE2 follows all ways at once, and refuses what cannot be followed
so, such as a back-reference.
"""

import re

import re2

from notion_gitops.model.diagnostics import Diagnostic, Place
from notion_gitops.model.errors import InvalidInput
from notion_gitops.model.expressions import Pattern

CHARACTERS = 300  # of a pattern
_SYNTAX = "patterns are as RE2 reads them: github.com/google/re2/wiki/Syntax"
_OPTIONS = re2.Options()
_OPTIONS.log_errors = False
_OPTIONS.max_mem = 1 << 20  # bytes


def compile_pattern(source: str, place: Place) -> Pattern:
    """Check and compile one pattern, which has to fit a text from its beginning to its end.

    Args:
        source: the pattern.
        place: where its first character stands in its file.

    Raises:
        InvalidInput: with one diagnostic, at its column.
    """
    if not source or len(source) > CHARACTERS:
        told = "empty" if not source else f"longer than {CHARACTERS} characters"
        fix = "write what the text looks like"
        raise InvalidInput(Diagnostic(f"the pattern is {told}", place, fix))
    try:
        compiled = linear(source)
    except BadPatternError as error:
        raise InvalidInput(_told(error, source, place)) from error
    return Pattern(source, place, lambda text: compiled.fullmatch(text) is not None)


class BadPatternError(Exception):
    """What is wrong with a pattern, in RE2's words: ``missing ): (a``."""


def linear(source: str) -> re.Pattern[str]:
    """A pattern as Python's own are, but that what it costs is known.

    Raises:
        BadPatternError: it cannot be read, or is too large.
    """
    try:
        compiled: re.Pattern[str] = re2.compile(source, _OPTIONS)
    except re2.error as error:
        (said,) = error.args
        raise BadPatternError(said.decode()) from error
    return compiled


def _told(error: BadPatternError, source: str, place: Place) -> Diagnostic:
    """What RE2 says is wrong, at the part of the pattern that it names."""
    what, _, part = str(error).partition(": ")
    column = place.column + max(source.find(part), 0)
    named = f" `{part}`" if part and part != source else ""
    summary = f"the pattern cannot be read: {what}{named}"
    return Diagnostic(summary, Place(place.file, place.line, column), _SYNTAX)
