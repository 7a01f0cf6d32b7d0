"""What the operators do, with types that never surprise and sizes that stay bounded."""

import operator
from collections.abc import Callable, Mapping
from typing import Any

from notion_gitops.expressions.limits import VALUE_CHARACTERS, bounded
from notion_gitops.model.expressions import ExpressionFailed

_ARITHMETIC: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
}
BINARY = frozenset(_ARITHMETIC)

_KINDS = {
    "NoneType": "nothing",
    "str": "a text",
    "int": "a number",
    "float": "a number",
    "bool": "yes or no",
    "list": "a list",
    "tuple": "a list",
    "dict": "a table",
}


def kind(type_name: str) -> str:
    """A Python type's name in people's words."""
    return _KINDS.get(type_name, type_name)


def kind_of(value: Any) -> str:
    """What a value is, in people's words."""
    return kind(type(value).__name__)


def is_number(value: Any) -> bool:
    """Whether it counts as a number; yes and no do not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def binary(sign: str, left: Any, right: Any) -> Any:
    """`left sign right`: numbers; with `+` also two texts or two lists."""
    if is_number(left) and is_number(right):
        return _ARITHMETIC[sign](left, right)
    if sign == "+" and _joinable(left, right):
        return bounded(left + right)
    raise ExpressionFailed(f"`{sign}` does not work between {kind_of(left)} and {kind_of(right)}")


def _joinable(left: Any, right: Any) -> bool:
    both_text = isinstance(left, str) and isinstance(right, str)
    return both_text or (isinstance(left, list) and isinstance(right, list))


def text_of(value: Any) -> str:
    """A value as `~`, `join` and `string` write it: nothing is empty, yes is true."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case int() | float():
            return str(value)
        case _:
            raise ExpressionFailed(f"{kind_of(value)} cannot be written as a text; use `| join`")


def concatenate(parts: list[Any]) -> str:
    """All parts as one text (the operator `~`)."""
    return joined(parts, "")


def joined(parts: list[Any], separator: str) -> str:
    """All parts as one text with `separator` between them, measured before it is built."""
    texts = [text_of(part) for part in parts]
    if sum(map(len, texts)) + len(separator) * len(texts) > VALUE_CHARACTERS:
        raise ExpressionFailed(f"a text is longer than {VALUE_CHARACTERS:,} characters")
    return separator.join(texts)


def members(value: Any) -> Any:
    """What stands on the right of `in`; nothing has no members."""
    return () if value is None else value


def sequence(value: Any) -> Any:
    """What `[a:b]` takes a piece of; the piece of nothing is empty."""
    if value is None or isinstance(value, str | list | tuple):
        return "" if value is None else value
    raise ExpressionFailed(f"{kind_of(value)} has no pieces")


def part(value: Any, name: Any) -> Any:
    """`value.name` or `value[name]`: data only; nothing where there is none."""
    match value:
        case None:
            return None
        case Mapping():
            return bounded(value.get(name)) if isinstance(name, str) else None
        case list() | tuple() if isinstance(name, int):
            return bounded(value[name]) if -len(value) <= name < len(value) else None
        case _:
            raise ExpressionFailed(f"{kind_of(value)} has no part {name!r}"[:200])
