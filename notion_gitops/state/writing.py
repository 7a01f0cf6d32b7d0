"""Writing YAML that needs no library to be right: tables, lists and single values, by line."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

BLOCK = "|-"
"""Begins a text of several lines, written as it is (a literal block scalar, YAML 1.2, 8.1.2)."""

_PLAIN = re.compile(r"\w(?:[\w ()./+'%=;&@,-]|:(?=[^\s:]))*(?<! )")
_LOOKS_OTHERWISE = re.compile(
    r"(?:y|n|yes|no|on|off|true|false|null|nan|inf)|[\d+.-][\dA-Fa-f_.,:+xoe-]*", re.IGNORECASE
)  # what YAML, in one version or another, takes for more than text
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d)?Z)?(?:/[\dT:Z-]+)?")
_ESCAPED = re.compile(
    "[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)  # what YAML wants escaped, and what would reorder the text for a reader


def table(data: Mapping[str, Any], indent: str = "") -> str:
    """A YAML table in block style, one entry a line; nested tables and lists are indented."""
    return "".join(_entry(key, value, indent) for key, value in data.items())


def inline(value: Any) -> str:
    """JSON-like data as YAML on one line; nothing at all for None."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() | float():
            return json.dumps(value)
        case str():
            return _text(value)
        case Mapping():
            return f"{{{', '.join(f'{flow(k)}: {flow(v)}' for k, v in value.items())}}}"
        case _:
            return f"[{', '.join(flow(member) for member in value)}]"


def flow(value: Any) -> str:
    """A value inside of brackets, where a comma ends it and nothing is not the same as null."""
    if value is None:
        return "null"
    return _quoted(value) if isinstance(value, str) and "," in value else inline(value)


def text_block(text: str, indent: str) -> str:
    """The lines of a text that go below `BLOCK`, indented; "" if it has one line, or cannot.

    It cannot if a reader of YAML would take its first blanks for the indent, or if it has
    characters that want escaping.
    """
    lines = text.split("\n")
    plain = all(c.isprintable() or c == "\t" for line in lines for c in line)
    if len(lines) == 1 or not plain or text[:1].isspace() or text[-1:].isspace():
        return ""
    return "\n".join(f"{indent}{line}" if line else "" for line in lines)


def moment(at: datetime) -> str:
    """A time as it stands in our files: UTC, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_moment(text: str) -> datetime:
    """The time that `moment` wrote.

    Raises:
        ValueError: it is no time.
    """
    return datetime.fromisoformat(text).astimezone(UTC)


def json_line(data: Mapping[str, Any]) -> str:
    """One line of a ``.jsonl`` file."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")) + "\n"


def _entry(key: str, value: Any, indent: str) -> str:
    start = f"{indent}{_text(key)}:"
    if isinstance(value, Mapping) and value:
        return f"{start}\n{table(value, indent + '  ')}"
    tables = isinstance(value, Sequence) and not isinstance(value, str)
    if tables and value and all(isinstance(member, Mapping) and member for member in value):
        return f"{start}\n{''.join(_member(member, indent + '  ') for member in value)}"
    return f"{start} {inline(value)}".rstrip(" ") + "\n"


def _member(member: Mapping[str, Any], indent: str) -> str:
    return f"{indent}- {table(member, indent + '  ').removeprefix(indent + '  ')}"


def _text(text: str) -> str:
    if _PLAIN.fullmatch(text) and (_DATE.fullmatch(text) or not _LOOKS_OTHERWISE.fullmatch(text)):
        return text
    return _quoted(text)


def _quoted(text: str) -> str:
    # JSON's strings are YAML's in double quotes, but for a few characters that YAML wants escaped.
    return _ESCAPED.sub(lambda m: f"\\u{ord(m[0]):04x}", json.dumps(text, ensure_ascii=False))
