"""Regular expressions of formulas, by RE2: what one costs grows with the length of the text alone.

Notion's own are JavaScript's; look-arounds and back-references, which RE2 does not have, are
refused.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from notion_gitops.expressions.patterns import BadPatternError, linear
from notion_gitops.sandbox.values.formulas.coercion import MAX_TEXT, to_text
from notion_gitops.sandbox.values.formulas.tree import FormulaError

if TYPE_CHECKING:
    from notion_gitops.sandbox.values.operands import Operand

_MAX_PATTERN = 500  # characters
_MATCHES_A_STEP = 20  # there may be one at each character


def cost(*arguments: Operand) -> int:
    """The steps that trying a pattern on a text may take; the text comes first."""
    return len(to_text(arguments[0])) // _MATCHES_A_STEP if arguments else 0


def test(text: str, pattern: str) -> bool:
    """Whether a text has a place that matches."""
    return _compiled(pattern).search(text) is not None


def matches(text: str, pattern: str) -> list[str]:
    """All places that match."""
    return [str(match[0]) for match in _compiled(pattern).finditer(text)]


def replaced(text: str, pattern: str, by: str, count: int) -> str:
    """The text with matches replaced, `$1` being a group of them; 0 counts all.

    Raises:
        FormulaError: the text becomes too long.
    """
    length = len(text)

    def expanded(match: re.Match[str]) -> str:
        nonlocal length
        found = re.sub(r"\$(\$|&|\d)", lambda one: _group(match, one[1]), by)
        length += len(found)
        if length > MAX_TEXT:
            raise FormulaError("a text that is too long")
        return found

    return str(_compiled(pattern).sub(expanded, text, count))


def _group(match: re.Match[str], name: str) -> str:
    if name == "$":
        return "$"
    number = 0 if name == "&" else int(name)
    if number > (match.re.groups or 0) or name == "0":
        return f"${name}"
    return match[number] or ""


@lru_cache(maxsize=64)
def _compiled(pattern: str) -> re.Pattern[str]:
    if len(pattern) > _MAX_PATTERN:
        raise FormulaError("a pattern that is too long")
    try:
        return linear(pattern)
    except BadPatternError as error:
        raise FormulaError(f"the pattern {pattern} is not supported") from error
