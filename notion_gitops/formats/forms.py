"""How a canonical value stands in a file, before a format's own syntax."""

from dataclasses import dataclass
from typing import Union

from notion_gitops.formats.nodes import EXACT
from notion_gitops.model.values import DateValue, FileRef, GeoPlace, Unknown, Value, file_plain


@dataclass(frozen=True, slots=True)
class Word:
    """Text that must not be taken for text: a date. YAML writes it unquoted."""

    text: str


Form = Union[  # noqa: UP007  `|` cannot join a forward reference
    str, Word, bool, int, float, list["Form"], tuple[str, ...], dict[str, "Form"], None
]  # a tuple is a set in the order in which it is written; a list is a list


def form_of(value: Value, order: tuple[str, ...] = ()) -> Form:
    """The form of a value.

    Args:
        value: canonical.
        order: for sets, the members that a file already has, in its order; they stay in front,
            the others follow in alphabetical order.

    Raises:
        ValueError: the value is `Unknown`; such a field is never written.
    """
    match value:
        case Unknown(reason=reason):
            raise ValueError(f"a value that could not be told is never written: {reason}")
        case DateValue():
            return Word(str(value))
        case GeoPlace():
            return _place(value)
        case frozenset():
            kept = [m for m in dict.fromkeys(order) if m in value]
            return (*kept, *sorted(value.difference(kept)))
        case tuple():
            return [_member(m) for m in value]
        case bool() | str() | float() | None:
            return value
        case int():
            return value if abs(value) <= EXACT else float(value)


def _member(member: FileRef | str) -> Form:
    return {**file_plain(member)} if isinstance(member, FileRef) else member


def _place(place: GeoPlace) -> Form:
    form: dict[str, Form] = {"lat": place.lat, "lon": place.lon}
    if place.name is not None:
        form["name"] = place.name
    if place.address is not None:
        form["address"] = place.address
    return form
