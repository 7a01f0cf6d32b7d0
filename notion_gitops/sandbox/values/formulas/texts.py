"""Functions of texts. Positions are those of Python's characters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notion_gitops.sandbox.values.formulas import patterns
from notion_gitops.sandbox.values.formulas.coercion import (
    MAX_TEXT,
    Function,
    Result,
    equal,
    to_list,
    to_text,
    to_whole,
)
from notion_gitops.sandbox.values.formulas.tree import FormulaError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from notion_gitops.sandbox.values.operands import Operand


def _of(compute: Callable[[str], str]) -> Function:
    return Function(Result.STRING, lambda value: compute(to_text(value)))


def _substring(value: Operand, start: Operand, end: Operand = None) -> str:
    text = to_text(value)
    first, last = to_whole(start), len(text) if end is None else to_whole(end)
    low, high = sorted((max(first, 0), max(last, 0)))  # as JavaScript does
    return text[low:high]


def _repeat(value: Operand, times: Operand) -> str:
    text, count = to_text(value), max(to_whole(times), 0)
    if len(text) * count > MAX_TEXT:
        raise FormulaError("a text that is too long")
    return text * count


def _padding(value: Operand, length: Operand, pad: Operand) -> str:
    """What a text lacks to a length."""
    missing, filling = to_whole(length) - len(to_text(value)), to_text(pad)
    if missing > MAX_TEXT:
        raise FormulaError("a text that is too long")
    if missing <= 0 or not filling:
        return ""
    return (filling * (missing // len(filling) + 1))[:missing]


def _split(value: Operand, between: Operand = " ") -> list[Operand]:
    text, separator = to_text(value), to_text(between)
    return [*(text.split(separator) if separator else text)]


def _contains(whole: Operand, part: Operand) -> bool:
    if isinstance(whole, list):
        return any(equal(one, part) for one in whole)
    return to_text(part) in to_text(whole)


def _length(value: Operand) -> int:
    return len(value) if isinstance(value, list) else len(to_text(value))


def _joined(values: Operand, between: Operand) -> str:
    members, separator = to_list(values), to_text(between)
    if len(members) * len(separator) > MAX_TEXT:
        raise FormulaError("a text that is too long")
    return separator.join(to_text(one) for one in members)


def _replacing(count: int) -> Function:
    def replaced(value: Operand, pattern: Operand, by: Operand) -> str:
        return patterns.replaced(to_text(value), to_text(pattern), to_text(by), count)

    return Function(Result.STRING, replaced, patterns.cost)


def _unstyled(value: Operand, *_: Operand) -> str:
    """A text without the style or link that a formula gives it: the API does not show them."""
    return to_text(value)


TEXTS: Mapping[str, Function] = {
    "length": Function(Result.NUMBER, _length),
    "count": Function(Result.NUMBER, _length),
    "substring": Function(Result.STRING, _substring),
    "contains": Function(Result.BOOLEAN, _contains),
    "includes": Function(Result.BOOLEAN, _contains),
    "test": Function(
        Result.BOOLEAN, lambda a, b: patterns.test(to_text(a), to_text(b)), patterns.cost
    ),
    "match": Function(
        Result.STRING, lambda a, b: [*patterns.matches(to_text(a), to_text(b))], patterns.cost
    ),
    "replace": _replacing(1),
    "replaceAll": _replacing(0),
    "lower": _of(str.lower),
    "upper": _of(str.upper),
    "trim": _of(str.strip),
    "format": _of(str),
    "repeat": Function(Result.STRING, _repeat),
    "split": Function(Result.STRING, _split),
    "join": Function(Result.STRING, _joined),
    "padStart": Function(Result.STRING, lambda a, b, c: _padding(a, b, c) + to_text(a)),
    "padEnd": Function(Result.STRING, lambda a, b, c: to_text(a) + _padding(a, b, c)),
    "style": Function(Result.STRING, _unstyled),
    "unstyle": Function(Result.STRING, _unstyled),
    "link": Function(Result.STRING, lambda value, _: to_text(value)),
}
