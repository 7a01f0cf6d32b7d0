"""The record files as text: what they say, and what people write into them.

A value is a text; one of several lines (a body) is edited line by line. So what an edit takes away
are the lines that are gone, of every value alike.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import yaml

RECORDS = "state/records/"
CONFLICTS = "state/conflicts/"
TITLES = {
    "title": "Name", "note": "Note", "spot": "Spot", "hours": "Hours", "team": "Team",
    "first": "First", "tags": "Tags",
}  # fmt: skip
BODY = "body"
FIELDS = (*TITLES, BODY)
RELATIONS = {"team": "teams", "first": "tasks"}  # field -> the mapping it leads to
LISTS = ("tags", *RELATIONS)
FIELDS_OF = {
    "tasks": ("title", "note", "spot", "hours", "team", "tags", BODY),
    "teams": ("title", "note", "first"),
}  # fmt: skip
_TOKEN = re.compile(r"(?<![0-9a-f-])w?(1\d{4})(?![0-9a-f-])")
_FRONT = re.compile(r"---\n(.*?)^---\n(.*)", re.DOTALL | re.MULTILINE)

Values = Mapping[str, str]  # field -> as text; "" for empty; of sets a line for each member, sorted


def tokens_in(text: str) -> set[str]:
    """The values that people entered, in any text."""
    return set(_TOKEN.findall(text))


def went(was: str, now: str) -> str:
    """The lines of a value that another one does not have."""
    return "\n".join(sorted(set(was.splitlines()) - set(now.splitlines())))


def mapping_of(key: str) -> str:
    """The mapping of a record; keys have it in front here."""
    return key.partition("/")[0]


def path_of(key: str) -> str:
    """The file of a record."""
    return f"{RECORDS}{key}.md"


def key_of(path: str) -> str:
    """The key of a record, by its file or by the file that asks about it."""
    return path.removeprefix(RECORDS).removeprefix(CONFLICTS).rpartition(".")[0]


def _parts(text: str) -> tuple[str, str]:
    """The fields and the body of a record file."""
    found = _FRONT.fullmatch(text)
    return (found[1], found[2]) if found else ("", text)


@lru_cache(4096)
def record_of(content: bytes) -> Values:
    """The fields of a record file; its body without the blank lines between blocks."""
    fields, body = _parts(content.decode())
    loaded: Any = yaml.load(fields, Loader=yaml.CBaseLoader) or {}  # noqa: S506
    values = {name: _plain(loaded.get(name)) for name in TITLES}
    return values | {BODY: "\n".join(line for line in body.splitlines() if line)}


def _plain(value: Any) -> str:
    return "\n".join(sorted(value)) if isinstance(value, list) else str(value or "")


def file_of(values: Values) -> bytes:
    """A new record file."""
    fields = "".join(_line(n, values[n]) for n in TITLES if values.get(n))
    return f"---\n{fields}---\n{_body(values.get(BODY, ''))}".encode()


def _line(name: str, value: str) -> str:
    shown = f"[{', '.join(value.splitlines())}]" if name in LISTS else value
    return f"{name}: {shown}\n" if value else ""


def _body(value: str) -> str:
    return "".join(f"\n{line}\n" for line in value.splitlines())


def spelled(content: bytes, name: str, value: str) -> bytes:
    """A record file with one field written anew; without it if the value is empty."""
    fields, body = _parts(content.decode())
    if name == BODY:
        body = _body(value)
    else:
        line = _line(name, value)
        found = re.compile(rf"^{name}:.*\n(?:[ -].*\n)*", re.MULTILINE)
        fields = found.sub(line, fields, count=1) if found.search(fields) else fields + line
    return f"---\n{fields}---\n{body}".encode()


def typed(name: str, shown: str, token: str) -> str:
    """What a value is after a person entered a token: of several lines one is another."""
    if name not in {BODY, "tags"}:
        return token if name == "hours" else f"w{token}"
    lines, place = shown.splitlines(), int(token) % 4
    edited = [*lines[:place], f"w{token}", *lines[place + 1 :]]
    return "\n".join(edited if name == BODY else sorted(edited))


def pointing_to(files: Mapping[str, Values], key: str) -> set[str]:
    """The keys of the records whose relations name a record."""
    mapping, _, bare = key.partition("/")
    names = [name for name, to in RELATIONS.items() if to == mapping]
    return {k for k, v in files.items() if any(bare in v[n].splitlines() for n in names)}


def by_page(values: Values, pages: Mapping[str, str]) -> Values:
    """The same with relations as Notion has them: by page id, where the record has a page.

    Args:
        values: as a file has them.
        pages: page ids by key.
    """
    found = dict(values)
    for name, mapping in RELATIONS.items():
        keys = found.get(name, "").splitlines()
        found[name] = "\n".join(sorted(pages.get(f"{mapping}/{key}", key) for key in keys))
    return found
