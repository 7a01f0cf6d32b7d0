"""Canonical values: what a field means, whichever side it was read from.

Both sides decode to these before anything is compared, so that equality is Python's own:

==============================================  ==============================================
property type                                   canonical value
==============================================  ==============================================
title, rich_text (inline Markdown), url,        str, never empty
email, phone_number, unique_id
select, status                                  str: the word used in git (`values:` applied)
number                                          int or float (an integral float becomes int)
checkbox                                        bool
multi_select, people, relation                  frozenset[str]; people by alias or ``user:ID``,
                                                relations by the other record's key or ``page:ID``
date, created_time, last_edited_time            DateValue
files                                           tuple[FileRef, ...]
place                                           GeoPlace
created_by, last_edited_by                      str: alias or ``user:ID``
formula, rollup                                 str, number, bool, DateValue or tuple[str, ...]
verification                                    str: verified, unverified or expired
body                                            str: Markdown, no blank lines around it
==============================================  ==============================================

Absent, null and empty are one value: ``None`` (an empty set or tuple is never stored).
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Union


@dataclass(frozen=True, slots=True)
class DateValue:
    """A date, a time, or a range of either.

    A ``datetime`` is in UTC and floored to the minute, which is all that Notion keeps
    (observed in recorded answers); a plain ``date`` never equals a midnight.
    """

    start: date | datetime
    end: date | datetime | None = None

    def __str__(self) -> str:
        start = _moment_text(self.start)
        return start if self.end is None else f"{start}/{_moment_text(self.end)}"


@dataclass(frozen=True, slots=True)
class FileRef:
    """A file by name and address. For files that Notion hosts, the URL has no signature."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class GeoPlace:
    """A place on the map; latitude and longitude in degrees."""

    lat: float
    lon: float
    name: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that this side could not tell (not: empty). The field is left alone on both sides."""

    reason: str


Value = Union[  # noqa: UP007  `|` cannot join a forward reference
    str,
    int,
    float,
    bool,
    DateValue,
    GeoPlace,
    Unknown,
    frozenset[str],
    tuple[FileRef, ...],
    tuple[str, ...],
    None,
]

Fields = Mapping[str, Value]


def minute(moment: datetime) -> datetime:
    """The moment in UTC, floored to the minute, as Notion stores it."""
    return moment.astimezone(UTC).replace(second=0, microsecond=0)


def canonical_body(text: str) -> str | None:
    """A body without the blank lines around it, and with plain line breaks; None if it is empty."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = plain.split("\n")
    while lines and not lines[0].strip():
        lines.pop(0)
    while lines and not lines[-1].strip():
        lines.pop()
    return "\n".join(lines) or None


def to_plain(value: Value) -> Any:
    """The value as JSON data: deterministic, sets sorted; for plans, logs and digests."""
    match value:
        case DateValue():
            return str(value)
        case GeoPlace():
            parts = {"lat": value.lat, "lon": value.lon, "name": value.name}
            return {k: v for k, v in {**parts, "address": value.address}.items() if v is not None}
        case Unknown():
            return {"unknown": value.reason}
        case frozenset():
            return sorted(value)
        case tuple():
            return [{"name": v.name, "url": v.url} if isinstance(v, FileRef) else v for v in value]
        case _:
            return value


def _moment_text(moment: date | datetime) -> str:
    if isinstance(moment, datetime):
        # not strftime: its %Y leaves out the leading zeros of early years
        return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="minutes") + "Z"
    return moment.isoformat()


def digest(*values: Value, length: int = 8) -> str:
    """Hex digits that stand for these values: equal values, equal digits, on every machine."""
    text = json.dumps([to_plain(v) for v in values], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:length]
