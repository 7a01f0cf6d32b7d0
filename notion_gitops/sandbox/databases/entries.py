"""What a request says of one column: its form, checked before anything is changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from notion_gitops.sandbox.basics.messages import (
    UNDEFINED,
    Json,
    failed_validation,
    invalid,
    text_in,
)
from notion_gitops.sandbox.basics.nouns import Kind

if TYPE_CHECKING:
    from notion_gitops.sandbox.basics.nouns import Source
    from notion_gitops.sandbox.call import Call

MAX_NAME = 2000
"""Characters of a column's name; Notion's own limit is not known, this is that of any text."""

_ABOUT = ("id", "name", "description", "type")  # as answers have them, so clients send them back
_TYPES = frozenset(kind.value for kind in Kind)
_RELATED = ("single_property", "dual_property")
_CONFIG_KEYS = {
    Kind.NUMBER: ("format",),
    Kind.SELECT: ("options",),
    Kind.MULTI_SELECT: ("options",),
    Kind.STATUS: ("options", "groups"),
    Kind.FORMULA: ("expression",),
    Kind.RELATION: ("database_id", "data_source_id", "type", *_RELATED),
    Kind.ROLLUP: (
        "relation_property_name", "relation_property_id", "rollup_property_name",
        "rollup_property_id", "function",
    ),
    Kind.UNIQUE_ID: ("prefix",),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One member of the `properties` of a request, but for one that deletes."""

    key: str  # the name or id under which it stands
    path: str  # where it stands in the request
    kind: Kind | None  # None: it only renames
    config: Json  # what stands under the type
    name: str | None  # the new name; None: it stays
    about: Json  # `description`, if it is given


@dataclass(frozen=True, slots=True)
class Wish:
    """A config that a request asks for."""

    call: Call
    source: Source
    identity: str  # of the column
    name: str
    kind: Kind
    given: Json
    path: str  # of `given`


def root_of(call: Call) -> str:
    """Where the columns stand in the body of this request."""
    nested = "initial_data_source" in call.body
    return "body.initial_data_source.properties" if nested else "body.properties"


def checked_name(name: object, path: str) -> str:
    """The name of a column.

    Raises:
        ApiError: 400 for none, or one that is too long.
    """
    if not isinstance(name, str):
        raise failed_validation(path, "a string", name)
    if not name:
        raise failed_validation(f"{path}.length", "≥ `1`", 0)
    if len(name) > MAX_NAME:
        raise failed_validation(f"{path}.length", f"≤ `{MAX_NAME}`", len(name))
    return name


def read_entry(key: str, given: Any, root: str, *, there: bool) -> Entry:
    """The entry under a key.

    Args:
        key: the name or id.
        given: what stands there.
        root: where the entries stand.
        there: whether there is such a column; its type need not be named then, to rename it.

    Raises:
        ApiError: 400 for a wrong form: no type, or several, or keys that mean nothing.
    """
    path = f"{root}.{key}"
    if not isinstance(given, dict):
        raise failed_validation(path, "an object or `null`", given)
    for at in ("id", "description"):
        text_in(given, at, path)
    name = checked_name(given["name"], f"{path}.name") if "name" in given else None
    kind = _kind(given, path, needed=not there or set(given) - {"id"} != {"name"})
    config = {} if kind is None else _config(kind, given[kind.value], key, path)
    about = {at: given[at] for at in ("description",) if at in given}
    return Entry(key, path, kind, config, name, about)


def _kind(given: Json, path: str, *, needed: bool) -> Kind | None:
    """The type whose key an entry has, and no key beside it that it should not have."""
    kind = next((Kind(key) for key in given if key in _TYPES), None)
    if kind is None:
        if needed:
            raise invalid(f"body failed validation: {path} should have a type that exists.")
        return None
    for key, value in given.items():
        if key not in (*_ABOUT, kind.value):
            raise failed_validation(f"{path}.{key}", "not present", value)
    named = given.get("type", kind.value)
    if named != kind.value:
        raise failed_validation(f"{path}.type", f'`"{kind.value}"` or `undefined`', named)
    return kind


def _config(kind: Kind, given: object, key: str, path: str) -> Json:
    inner = f"{path}.{kind.value}"
    if not isinstance(given, dict):
        raise failed_validation(inner, "an object", given)
    for name, value in given.items():
        if name not in _CONFIG_KEYS.get(kind, ()):
            raise failed_validation(f"{inner}.{name}", "not present", value)
    if kind is Kind.RELATION:
        _check_relation(given, key, inner)
    return given


def _check_relation(given: Json, key: str, path: str) -> None:
    """A relation says in what way it is one by an object, even if that is empty (recorded)."""
    ways = [way for way in _RELATED if way in given]
    if len(ways) != 1 or given.get("type", ways[0]) != ways[0]:
        raise invalid(f"{key} is not a valid property schema")
    if not isinstance(given[ways[0]], dict):
        raise failed_validation(f"{path}.{ways[0]}", "an object", given.get(ways[0], UNDEFINED))
