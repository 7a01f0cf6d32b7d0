"""A conflict file as a tree, the way that people write it, and where its parts are."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from notion_gitops.formats.nodes import Entry, Scalar, Table, plain
from notion_gitops.formats.schema import check_schema
from notion_gitops.formats.yaml_text import parse_yaml
from notion_gitops.formats.yaml_write import yaml_text
from notion_gitops.model.diagnostics import Diagnostic, Place
from notion_gitops.model.errors import InvalidInput
from notion_gitops.state.reading import check_version, schema
from notion_gitops.state.writing import BLOCK

# "resolution: value: x" is what people write, and no YAML. With the first colon blanked out it is
# a key, "resolution  value", and everything else of the file stays where it is.
_ONE_LINE = re.compile(r"^([ \t]*resolution):([ \t]+value:)(?=\s|$)", re.MULTILINE)
_OWN_VALUE = re.compile(r"resolution\s+value")
EDITED = "# edited: "
"""Begins a comment that says what was edited of a record that the other side deleted."""

_RESTORE = "restore it from git; or delete it, and the next sync asks again"


def parsed(text: str, path: str) -> Table:
    """The file as a table, whatever is in it.

    Raises:
        InvalidInput: it is none.
    """
    try:
        node = parse_yaml(_ONE_LINE.sub(r"\1 \2", text), path)
    except InvalidInput as error:
        raise InvalidInput(*with_lines(error.diagnostics, text)) from None
    if not isinstance(node, Table):
        raise InvalidInput(Diagnostic("this is no conflict file", Place(path), fix=_RESTORE))
    return node


def checked(text: str, path: str) -> Table:
    """The file as a table that fits the schema.

    Raises:
        InvalidInput: it does not.
    """
    node = parsed(text, path)
    check_version(plain(node.get("format_version")), path)
    problems = check_schema(node, schema("conflict-file"))
    if problems:
        raise InvalidInput(*with_lines(problems, text))
    return node


def with_header(text: str, path: str, parts: Mapping[str, str]) -> str:
    """The file with other words in its header, by their keys; those that it has not stay out.

    Raises:
        InvalidInput: it is no conflict file.
    """
    found = [
        (e.value, parts[e.key.text]) for e in parsed(text, path).entries if e.key.text in parts
    ]
    for node, word in sorted(found, key=lambda pair: pair[0].start, reverse=True):
        text = text[: node.start] + yaml_text(word) + text[node.end :]
    return text


def fields_in(root: Table) -> Iterator[tuple[str, Table]]:
    """The questions about fields, by their names."""
    for entry, _ in with_following(root):
        if isinstance(entry.value, Table):
            yield entry.key.text, entry.value


def with_following(root: Table) -> Iterator[tuple[Entry, Entry | None]]:
    """Each question about a field, with the one behind it."""
    fields = root.get("fields")
    entries = fields.entries if isinstance(fields, Table) else ()
    yield from zip(entries, (*entries[1:], None), strict=False)


def questions_in(root: Table) -> dict[str | None, Table]:
    """All questions by field; None: the one about the record as a whole."""
    found: dict[str | None, Table] = {None: root} if root.get("asked") is not None else {}
    return found | dict(fields_in(root))


def text_in(table: Table, name: str) -> str:
    """The text of a key; "" if there is none."""
    node = table.get(name)
    return node.text if isinstance(node, Scalar) else ""


def resolutions_in(table: Table) -> list[Entry]:
    """The resolutions, filled in or not."""
    return [
        e for e in table.entries if e.key.text == "resolution" or _OWN_VALUE.fullmatch(e.key.text)
    ]


def answers_in(table: Table) -> Iterator[tuple[Entry, bool]]:
    """The filled-in resolutions, and for each whether it is a value of one's own."""
    for entry in resolutions_in(table):
        value = entry.value
        if _OWN_VALUE.fullmatch(entry.key.text):
            yield entry, True
        elif isinstance(value, Table) and value.get("value") is not None:
            yield Entry(entry.key, value.entries[0].value), True
        elif not (isinstance(value, Scalar) and value.is_null):
            yield entry, False


def answer_in(table: Table) -> Any:
    """The first answer as plain data, as it can be written again; None if there is none."""
    entry, own = next(answers_in(table), (None, False))
    if entry is None:
        return None
    return {"value": plain(entry.value)} if own else plain(entry.value)


def comment_on(table: Table, name: str) -> str:
    """The comment on the line of a key; "" if there is none."""
    entry = table.entry(name)
    if entry is None:
        return ""
    line = entry.key.source.line_at(entry.key.start)
    indent = len(line) - len(line.lstrip())
    behind = max(entry.value.end, entry.key.end + 1) - entry.key.start + indent
    if BLOCK in line[: line.find("#")]:  # a text of several lines: the comment is on the first
        behind = line.index(BLOCK) + len(BLOCK)
    _, _, comment = line[behind:].partition("# ")
    return comment.strip()


def with_lines(problems: Sequence[Diagnostic], text: str) -> list[Diagnostic]:
    """The problems with the lines as the person wrote them."""
    lines = text.splitlines()
    return [
        replace(d, source_line=lines[d.place.line - 1])
        if d.place and d.source_line and d.place.line <= len(lines)
        else d
        for d in problems
    ]
