"""Regular expressions whose cost is known before they are tried.

Python's engine has no limit of time, and a pattern such as `(a+)+$` can take ages. So the patterns
are those whose single characters may repeat, but not their groups; what trying every possibility
would take is told by `cost`. Look-arounds and back-references are refused.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from notion_gitops.sandbox.values.formulas.coercion import MAX_TEXT, to_text
from notion_gitops.sandbox.values.formulas.tree import FormulaError

if TYPE_CHECKING:
    from notion_gitops.sandbox.values.operands import Operand

_MAX_PATTERN = 500  # characters
_TRIES_A_STEP = 1000
_MATCHES_A_STEP = 20  # there may be one at each character

_PART = re.compile(
    r"""
      (?P<open>\((?:\?:)?) | (?P<close>\)\??) | (?P<or>\|) | (?P<edge>\\[bB]|[\^$])
    | (?P<one>\\[dDwWsSnrtfv] | \\[^A-Za-z0-9] | \[\^?(?:\\.|[^\]\\])+\] | [^\\\[\](){}|*+?^$])
      (?:(?P<many>[*+]|\{\d{1,2},\})|(?P<few>\?|\{\d{1,2}(?:,\d{1,2})?\}))?\??
    """,
    re.VERBOSE | re.DOTALL,
)
_SETS = re.compile(r"([\[&~|]|--)")  # Python reserves these in classes; Notion does not


def cost(*arguments: Operand) -> int:
    """The steps that trying a pattern on a text may take at most; the two come first.

    Raises:
        FormulaError: the pattern is outside the subset.
    """
    if len(arguments) < 2:  # noqa: PLR2004  the call is refused for that
        return 0
    characters = len(to_text(arguments[0])) + 1
    _, choices, repeats = _compiled(to_text(arguments[1]))
    tries: int = choices * characters ** (repeats + 1)
    return tries // _TRIES_A_STEP + characters // _MATCHES_A_STEP


def test(text: str, pattern: str) -> bool:
    """Whether a text has a place that matches."""
    return _compiled(pattern)[0].search(text) is not None


def matches(text: str, pattern: str) -> list[str]:
    """All places that match."""
    return [match[0] for match in _compiled(pattern)[0].finditer(text)]


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

    return _compiled(pattern)[0].sub(expanded, text, count)


def _group(match: re.Match[str], name: str) -> str:
    if name == "$":
        return "$"
    number = 0 if name == "&" else int(name)
    if number > (match.re.groups or 0) or name == "0":
        return f"${name}"
    return match[number] or ""


@lru_cache(maxsize=64)
def _compiled(pattern: str) -> tuple[re.Pattern[str], int, int]:
    """A pattern for Python; its choices, but for those of the parts that repeat without end."""
    if len(pattern) > _MAX_PATTERN:
        raise FormulaError("a pattern that is too long")
    parts, choices, repeats, at = [], 1, 0, 0
    while at < len(pattern):
        match = _PART.match(pattern, at)
        if match is None:
            raise FormulaError(f"the pattern {pattern[at:]} is not supported")
        at = match.end()
        repeats += match["many"] is not None
        if match["few"] is not None:
            numbers = [int(one) for one in re.findall(r"\d+", match["few"])] or [0, 1]
            choices *= max(numbers[-1] - numbers[0], 0) + 1
        elif match["or"] or match[0] == ")?":
            choices *= 2
        parts.append(_for_python(match))
    try:
        return re.compile("".join(parts), re.ASCII), choices, repeats
    except re.error as error:
        raise FormulaError(f"{pattern} is no pattern") from error


def _for_python(match: re.Match[str]) -> str:
    if match[0] == "$":
        return r"\Z"  # Python's own $ is also before a line break at the end
    one = match["one"]
    if one is None or not one.startswith("["):
        return match[0]
    head = "[^" if one.startswith("[^") else "["
    inner = _SETS.sub(lambda found: "".join(f"\\{c}" for c in found[0]), one[len(head) : -1])
    return f"{head}{inner}]{match[0][len(one) :]}"
