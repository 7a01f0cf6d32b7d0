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

import dataclasses
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


HOSTED = "notion:"  # before the path of a file that Notion hosts: no signature, and no host
LOCAL = "repository:"  # before the path of a file of this repository, from its root


@dataclass(frozen=True, slots=True)
class FileRef:
    """A file by name and address: an external one, one that Notion hosts, or one in git."""

    name: str
    url: str
    digest: str = ""  # of a file in git: hex digits of its content; "" where nobody looked
    size: int = dataclasses.field(default=0, compare=False)  # of a file in git: bytes

    @property
    def path(self) -> str:
        """The path of a file in git, from the repository's root; "" for any other file."""
        return self.url.removeprefix(LOCAL) if self.url.startswith(LOCAL) else ""

    @property
    def hosted(self) -> bool:
        """Whether Notion hosts it."""
        return self.url.startswith(HOSTED)


def file_plain(ref: FileRef) -> dict[str, str]:
    """A file as record files have it."""
    return {"name": ref.name, "path": ref.path} if ref.path else {"name": ref.name, "url": ref.url}


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
    everywhere: bool = False  # of no record: the column cannot be seen, so this tells no edit


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


def files_of(value: Value) -> tuple[FileRef, ...]:
    """The files of a value; none if it holds none."""
    members = value if isinstance(value, tuple) else ()
    return tuple(m for m in members if isinstance(m, FileRef))


def with_digests(value: Value, digests: Mapping[str, str]) -> Value:
    """The value, its files in git with these digests by path; those that are not named: none."""
    if not isinstance(value, tuple) or not any(r.path for r in files_of(value)):
        return value
    return tuple(
        dataclasses.replace(r, digest=digests.get(r.path, "")) if r.path else r
        for r in files_of(value)
    )


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
            return [file_plain(v) if isinstance(v, FileRef) else v for v in value]
        case _:
            return value


def _moment_text(moment: date | datetime) -> str:
    if isinstance(moment, datetime):
        # not strftime: its %Y leaves out the leading zeros of early years
        return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="minutes") + "Z"
    return moment.isoformat()


def digest(*values: Value, length: int = 8) -> str:
    """Hex digits that stand for these values: equal values, equal digits, on every machine."""
    told = [to_plain(v) for v in values]
    contents = [r.digest for v in values for r in files_of(v) if r.digest]
    text = json.dumps(told + contents, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:length]
