"""The filters and tests that an expression may use; there are no others.

All are written here and none is Jinja2's own, so that each is bounded, says what it wants,
and takes nothing (an empty field) without failing.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from notion_gitops.expressions.limits import VALUE_CHARACTERS, bounded_text
from notion_gitops.expressions.operators import is_number, joined, kind_of, members, part, text_of
from notion_gitops.model.expressions import ExpressionFailed

_DATE = len("2026-12-31")
_ROUND_DIGITS = 15  # a double has no more; a large negative count would build a huge integer


@dataclass(frozen=True, slots=True)
class Callee:
    """One filter or test: what it does and how many arguments it takes besides its value."""

    function: Callable[..., Any]
    least: int = 0
    most: int = 0


def _text(value: Any) -> str:
    if isinstance(value, str):
        return bounded_text(value)
    if is_number(value):
        return str(value)
    raise ExpressionFailed(f"a text is needed here, and this is {kind_of(value)}")


def _on_text(change: Callable[[str], str]) -> Callable[[Any], str | None]:
    """The change as a filter that leaves nothing alone."""
    return lambda value: None if value is None else bounded_text(change(_text(value)))


def _capitalized_words(text: str) -> str:
    return " ".join(word.capitalize() for word in text.split(" "))


def _replace(value: Any, old: Any, new: Any) -> str | None:
    if value is None:
        return None
    text, old, new = _text(value), _text(old), _text(new)
    if not old:
        raise ExpressionFailed("`replace` needs a text to look for")
    if len(text) + text.count(old) * (len(new) - len(old)) > VALUE_CHARACTERS:
        raise ExpressionFailed("`replace` would make the text too long")
    return text.replace(old, new)


def _default(value: Any, fallback: Any) -> Any:
    return fallback if _empty(value) else value


def _length(value: Any) -> int:
    if value is None:
        return 0
    if isinstance(value, str | list | tuple | dict):
        return len(value)
    raise ExpressionFailed(f"{kind_of(value)} has no length")


def _numeral(convert: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def number(value: Any) -> Any:
        if value is None:
            return None
        if not isinstance(value, str | int | float):
            raise ExpressionFailed(f"{kind_of(value)} is no number")
        try:
            return convert(value)
        except (ValueError, OverflowError):
            raise ExpressionFailed(f"{str(value)[:40]!r} is no such number") from None

    return number


def _int(value: Any) -> int:
    return int(float(value)) if isinstance(value, str) and not _whole(value) else int(value)


def _whole(text: str) -> bool:
    return text.strip().lstrip("+-").isdigit()


def _round(value: Any, digits: Any = None) -> Any:
    if value is None:
        return None
    if not is_number(value):
        raise ExpressionFailed(f"{kind_of(value)} cannot be rounded")
    if digits is None:
        return round(value) if math.isfinite(value) else value
    if not isinstance(digits, int) or abs(digits) > _ROUND_DIGITS:
        raise ExpressionFailed(f"`round` takes a whole number of digits up to {_ROUND_DIGITS}")
    return round(value, digits)


def _abs(value: Any) -> Any:
    if value is None or is_number(value):
        return None if value is None else abs(value)
    raise ExpressionFailed(f"{kind_of(value)} has no absolute value")


def _first(value: Any) -> Any:
    sequence = _sequence(value)
    return sequence[0] if sequence else None


def _last(value: Any) -> Any:
    sequence = _sequence(value)
    return sequence[-1] if sequence else None


def _sequence(value: Any) -> Any:
    if value is None or isinstance(value, str | list | tuple):
        return value or ()
    raise ExpressionFailed(f"{kind_of(value)} is no list")


def _join(value: Any, separator: Any = "") -> str | None:
    if value is None or isinstance(value, list | tuple):
        return None if value is None else joined(list(value), _text(separator))
    raise ExpressionFailed(f"`join` takes a list, and this is {kind_of(value)}")


def _days(value: Any) -> int | None:
    """The number of a day, so that days can be counted between two; of a range, the first."""
    if value is None:
        return None
    try:
        return date.fromisoformat(_text(value)[:_DATE]).toordinal()
    except ValueError:
        raise ExpressionFailed(f"{str(value)[:40]!r} is no date") from None


def _pick(value: Any, name: Any) -> list[Any]:
    """One field of each record of a list; what is empty is left out."""
    if not isinstance(name, str) or name.startswith("_"):
        raise ExpressionFailed("`pick` needs the name of a field, as in `pick('hours')`")
    picked = [part(member, name) for member in _sequence(value)]
    return [member for member in picked if not _empty(member)]


def _numbers(value: Any) -> list[int | float]:
    numbers = list(_sequence(value))
    if all(map(is_number, numbers)):
        return numbers
    raise ExpressionFailed("a list of numbers is needed here, as `pick` gives it")


def _sum(value: Any) -> int | float:
    return math.fsum(_numbers(value))


def _of_all(choose: Callable[[list[Any]], Any]) -> Callable[[Any], Any]:
    """The least or the greatest of a list of numbers or of texts, such as dates; else nothing."""

    def chosen(value: Any) -> Any:
        members_ = list(_sequence(value))
        return choose(members_) if members_ else None

    return chosen


def _empty(value: Any) -> bool:
    return value is None or value in ("", [], (), {})


FILTERS: Mapping[str, Callee] = {
    "abs": Callee(_abs),
    "capitalize": Callee(_on_text(str.capitalize)),
    "days": Callee(_days),
    "default": Callee(_default, 1, 1),
    "first": Callee(_first),
    "float": Callee(_numeral(float)),
    "int": Callee(_numeral(_int)),
    "join": Callee(_join, 0, 1),
    "last": Callee(_last),
    "length": Callee(_length),
    "lower": Callee(_on_text(str.lower)),
    "max": Callee(_of_all(max)),
    "min": Callee(_of_all(min)),
    "pick": Callee(_pick, 1, 1),
    "replace": Callee(_replace, 2, 2),
    "round": Callee(_round, 0, 1),
    "string": Callee(text_of),
    "sum": Callee(_sum),
    "title": Callee(_on_text(_capitalized_words)),
    "trim": Callee(_on_text(str.strip)),
    "upper": Callee(_on_text(str.upper)),
}

TESTS: Mapping[str, Callee] = {
    "boolean": Callee(lambda value: isinstance(value, bool)),
    "defined": Callee(lambda value: value is not None),
    "empty": Callee(_empty),
    "in": Callee(lambda value, group: value in members(group), 1, 1),
    "none": Callee(lambda value: value is None),
    "number": Callee(is_number),
    "string": Callee(lambda value: isinstance(value, str)),
    "undefined": Callee(lambda value: value is None),
}
