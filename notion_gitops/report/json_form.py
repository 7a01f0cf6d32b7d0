"""Any noun of the model as JSON, by one rule for each kind of thing."""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from notion_gitops.model.expressions import Expression
from notion_gitops.model.values import DateValue, FileRef, GeoPlace, Unknown, to_plain

FORMAT_VERSION = 1


def to_data(thing: Any) -> Any:
    """The thing as JSON data: enums by value, sets sorted, times in ISO 8601.

    Raises:
        TypeError: for a type that no report holds.
    """
    match thing:
        case None | bool():
            return thing
        case Enum():
            return thing.value
        case int() | float() | str():
            return thing
        case datetime() | date():
            return thing.isoformat()
        case DateValue() | GeoPlace() | FileRef() | Unknown():
            return to_plain(thing) if not isinstance(thing, FileRef) else to_plain((thing,))[0]
        case Expression():
            return thing.source
        case _:
            return _compound(thing)


def to_json(report: str, **parts: Any) -> str:
    """A report as a JSON object that names its kind and its format's version.

    Everything beyond ASCII is escaped, so that it is safe to print on a terminal as well.
    """
    data = {"format_version": FORMAT_VERSION, "report": report}
    data |= {name: to_data(part) for name, part in parts.items()}
    return json.dumps(data, indent=2) + "\n"


def _compound(thing: Any) -> Any:
    if isinstance(thing, Mapping):
        return {str(to_data(key)): to_data(value) for key, value in thing.items()}
    if isinstance(thing, frozenset | set):
        return sorted(map(to_data, thing))
    if isinstance(thing, tuple | list):
        return [to_data(item) for item in thing]
    if is_dataclass(thing):
        return {f.name: to_data(getattr(thing, f.name)) for f in fields(thing)}
    raise TypeError(f"no JSON form for {type(thing).__name__}")
