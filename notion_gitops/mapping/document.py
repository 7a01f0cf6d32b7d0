"""One mapping file: from bytes to a table that was held against its schema."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from notion_gitops.formats.nodes import Entry, Items, Node, Scalar, Table, kind, plain, problem
from notion_gitops.formats.schema import check_schema
from notion_gitops.formats.yaml_text import decode_utf8, parse_yaml
from notion_gitops.mapping.problems import Problems
from notion_gitops.model.diagnostics import Diagnostic, Place
from notion_gitops.model.errors import InvalidInput

VERSION = 1
VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_LARGEST = 1_000_000  # bytes; a mapping has a few thousand
_TOKENS = frozenset({"token", "notion_token", "api_key", "apikey", "secret", "auth", "password"})
_HOSTS = frozenset({"base_url", "api_url", "host", "endpoint", "server", "proxy"})


def read_table(
    content: bytes, file: str, schema: Mapping[str, Any], problems: Problems
) -> Table | None:
    """The table of a mapping file; None if there is none, and `problems` knows why.

    Args:
        content: the file's bytes.
        file: named in the places.
        schema: what the table is held against.
        problems: takes in all that is wrong with the file's form.
    """
    try:
        node = parse_yaml(_text(content, file), file)
    except InvalidInput as error:
        problems.add(*error.diagnostics)
        return None
    table = as_table(node, file, "version", problems)
    if table is not None:
        problems.hide(_secrets(table))
        own = [*_own_words(table), *_variables(table)]
        check_form(table, schema, problems, own)
    return table


def as_table(node: Node | None, file: str, version_key: str, problems: Problems) -> Table | None:
    """The document if it is a table of a version that is understood here; else None."""
    if node is None or (isinstance(node, Scalar) and node.is_null):
        fix = f"begin with {version_key}: {VERSION}, or delete the file"
        problems.add(Diagnostic("the file is empty", Place(file), fix=fix))
        return None
    if not isinstance(node, Table):
        fix = f"begin with {version_key}: {VERSION}; each line at the margin is a key and a colon"
        problems.at(node, f"the file must be a table, not {kind(node)}", fix)
        return None
    version = node.get(version_key)
    number = plain(version)
    if version is not None and isinstance(number, int) and number > VERSION:
        summary = f"version {number} is newer than this notion-gitops understands ({VERSION})"
        problems.at(version, summary, "install a newer notion-gitops; nothing was guessed")
        return None
    return node


def check_form(
    table: Table, schema: Mapping[str, Any], problems: Problems, own: Sequence[Diagnostic] = ()
) -> None:
    """Hold the table against its schema; what `own` says of the same places comes first."""
    told = {diagnostic.place for diagnostic in own}
    by_schema = (d for d in check_schema(table, schema) if d.place not in told)
    problems.add_ill_formed(*own, *by_schema)


def _text(content: bytes, file: str) -> str:
    if len(content) > _LARGEST:
        summary = f"the file has {len(content):,} bytes, and {_LARGEST:,} is the most"
        fix = "is it a mapping? records belong in state/records"
        raise InvalidInput(Diagnostic(summary, Place(file), fix=fix))
    return decode_utf8(content, file)


def _own_words(table: Table) -> Iterator[Diagnostic]:
    """What the schema would refuse too, but without saying why."""
    sections = [table, table.get("notion")]
    for section in sections:
        if isinstance(section, Table):
            yield from filter(None, map(_not_here, section.entries))


def _not_here(entry: Entry) -> Diagnostic | None:
    word = entry.key.text.lower().replace("-", "_")
    if word in _TOKENS:
        fix = "remove the line; the token comes from the variable NOTION_TOKEN alone"
        if isinstance(entry.value, Scalar) and len(entry.value.text) > len("${NAME}"):
            fix += ". If it was committed here, revoke it in Notion"
        return problem(entry.key, f'"{entry.key.text}" is not configurable here', fix=fix)
    if word in _HOSTS:
        fix = "remove the line; a mapping must not be able to send the token elsewhere"
        return problem(entry.key, f'"{entry.key.text}" is not configurable here', fix=fix)
    return None


def _secrets(table: Table) -> Iterator[str]:
    """What stands where somebody thought that the token belongs."""
    for section in (table, table.get("notion")):
        for entry in section.entries if isinstance(section, Table) else ():
            if entry.key.text.lower() in _TOKENS and isinstance(entry.value, Scalar):
                yield entry.value.text


def _variables(table: Table) -> Iterator[Diagnostic]:
    """Every ``${NAME}`` that does not stand in notion.database."""
    notion = table.get("notion")
    allowed = notion.get("database") if isinstance(notion, Table) else None
    tables = [t for t in (table, notion) if isinstance(t, Table)]
    told = [entry.value for t in tables for entry in t.entries if _not_here(entry) is not None]
    for scalar in _scalars(table):
        if scalar is not allowed and scalar not in told and VARIABLE.search(scalar.text):
            summary = "a variable of the environment can stand in notion.database alone"
            yield problem(scalar, summary, fix="write the value itself")


def _scalars(node: Node) -> Iterator[Scalar]:
    match node:
        case Scalar():
            yield node
        case Items(nodes=nodes):
            for each in nodes:
                yield from _scalars(each)
        case Table(entries=entries):
            for entry in entries:
                yield from _scalars(entry.value)
