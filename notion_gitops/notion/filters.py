"""Notion's filters with more conditions: compounds nest two levels deep at most (its types)."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

Filter = Mapping[str, Any]


def edited_from(moment: datetime) -> Filter:
    """The pages that were edited from then on; Notion keeps that time to the minute."""
    return _by_time("last_edited_time", "on_or_after", moment.isoformat())


def created_from(moment: str) -> Filter:
    """The pages that were created then or later."""
    return _by_time("created_time", "on_or_after", moment)


def created_until(moment: str) -> Filter:
    """The pages that were created then, in that very minute too, or before."""
    return _by_time("created_time", "on_or_before", moment)


def narrowed(filter_: Filter | None, *conditions: Filter) -> Filter | None:
    """The pages that a filter lets through and that meet the conditions, which are no compounds."""
    if not conditions:
        return filter_
    match filter_:
        case None:
            return conditions[0] if len(conditions) == 1 else {"and": [*conditions]}
        case {"or": [*parts]}:
            return {"or": [_and(part, *conditions) for part in _alternatives(parts)]}
        case _:
            return _and(filter_, *conditions)


def any_of(filter_: Filter | None, alternatives: Iterable[Filter]) -> Filter | None:
    """The pages that a filter lets through and that meet one of some conditions.

    None if that cannot be said in two levels.
    """
    either: Filter = {"or": [*alternatives]}
    match filter_:
        case None:
            return either
        case {"or": [*parts]}:
            return None if any(map(_is_compound, parts)) else {"and": [filter_, either]}
        case _:
            return _and(filter_, either)


def named(filter_: Filter | None) -> Iterator[str]:
    """The properties that a filter names, at any depth."""
    match filter_:
        case {"property": str(name)}:
            yield name
        case {"and": [*parts]} | {"or": [*parts]}:
            for part in parts:
                yield from named(part)


def renamed(filter_: Filter, name_of: Callable[[str], str]) -> Filter:
    """The same filter with other names for its properties."""
    match filter_:
        case {"property": str(name)}:
            return {**filter_, "property": name_of(name)}
        case {"and": [*parts]}:
            return {"and": [renamed(part, name_of) for part in parts]}
        case {"or": [*parts]}:
            return {"or": [renamed(part, name_of) for part in parts]}
        case _:
            return filter_


def _by_time(timestamp: str, how: str, moment: str) -> Filter:
    return {"timestamp": timestamp, timestamp: {how: moment}}


def _and(filter_: Filter, *conditions: Filter) -> Filter:
    match filter_:
        case {"and": [*parts]}:
            return {"and": [*parts, *conditions]}
        case _:
            return {"and": [filter_, *conditions]}


def _alternatives(parts: Iterable[Filter]) -> Iterator[Filter]:
    """The parts of an `or`, with those of one inside of it among them."""
    for part in parts:
        match part:
            case {"or": [*inner]}:
                yield from inner
            case _:
                yield part


def _is_compound(filter_: Filter) -> bool:
    return "and" in filter_ or "or" in filter_
