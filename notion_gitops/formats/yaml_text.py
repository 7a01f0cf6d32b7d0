"""Strict YAML: the part of YAML 1.2 that a person expects, every value with its place.

PyYAML's C parser does the syntax. What it would let pass silently is refused here: duplicate
keys, tags, anchors, aliases and merge keys (a few hundred bytes of them can stand for gigabytes),
deep nesting, more than one document.
"""

import re
from typing import Any

from yaml import (
    AliasEvent,
    MappingNode,
    MarkedYAMLError,
    ScalarNode,
    SequenceNode,
    YAMLError,
    parse,
)
from yaml.cyaml import CParser, CSafeLoader  # type: ignore[attr-defined]  # the stubs hide it

from notion_gitops.formats.nodes import Entry, Items, Node, Scalar, Source, Table, problem
from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import InvalidInput

DEPTH = 64  # lists and tables within one another
_CONFLICT_MARKER = re.compile(r"^(?:<{7}|>{7})(?= |\r?$)", re.MULTILINE)
_NODE_PROPERTY = re.compile(r"(?:^|[\s\[{,:?-])[&*!]", re.MULTILINE)
_NOT_ALLOWED = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|\ufeff"
)


class _TooDeep(Exception):  # noqa: N818  caught in this module
    pass


class _Composer(CParser):
    """PyYAML's C composer, without the guessing of types."""

    depth = 0

    def descend_resolver(self, _parent: Any, _index: Any) -> None:
        self.depth += 1
        if self.depth > DEPTH:
            raise _TooDeep

    def ascend_resolver(self) -> None:
        self.depth -= 1

    def resolve(self, _kind: Any, _value: Any, _implicit: Any) -> None:
        return None


def decode_utf8(content: bytes, file: str) -> str:
    """The text of a file, without a byte order mark.

    Raises:
        InvalidInput: it is not UTF-8; the diagnostic points at the first wrong byte.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        offset = error.start + (3 if content.startswith(b"\xef\xbb\xbf") else 0)
        before = content[:offset].decode("utf-8-sig", errors="replace")
        rest = content[offset : offset + 200].decode("utf-8", errors="replace")
        raise InvalidInput(
            Source(file, before + rest).problem(
                len(before),
                f"not UTF-8: byte 0x{content[offset]:02x} cannot stand here",
                fix="save the file as UTF-8",
            )
        ) from None


def parse_yaml(text: str, file: str) -> Node | None:
    """The document in a text; None if there is none.

    Args:
        text: without a byte order mark.
        file: named in the places.

    Raises:
        InvalidInput: it is no YAML, or a part of YAML that is not accepted. All duplicate keys
            are reported at once; a mistake of syntax hides what follows it.
    """
    source = Source(file, text)
    check_markers(source)
    if _NODE_PROPERTY.search(text):
        _check_properties(source)
    try:
        raw = _Composer(text).get_single_node()
    except _TooDeep:
        raise InvalidInput(
            source.problem(0, f"nested more than {DEPTH} deep", fix="flatten the document")
        ) from None
    except (YAMLError, UnicodeEncodeError) as error:
        raise InvalidInput(_syntax_problem(source, error)) from None
    if raw is None:
        return None
    builder = _Builder(source)
    node = builder.node(raw)
    if builder.problems:
        raise InvalidInput(*builder.problems)
    return node


def has_markers(text: str) -> bool:
    """Whether a line of the text begins as those of a merge conflict of git do."""
    return _CONFLICT_MARKER.search(text) is not None


def check_markers(source: Source) -> None:
    """Refuse a text in which git's merge left its markers.

    Raises:
        InvalidInput: with one diagnostic for each marker.
    """
    if "<<<<<<<" not in source.text and ">>>>>>>" not in source.text:
        return
    found = tuple(
        source.problem(
            m.start(),
            "a merge conflict of git was left in this file",
            fix="decide between the two versions and remove the marker lines",
        )
        for m in _CONFLICT_MARKER.finditer(source.text)
    )
    if found:
        raise InvalidInput(*found)


class _Builder:
    """Turns PyYAML's nodes into ours, collecting all problems on the way."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.problems: list[Diagnostic] = []

    def node(self, raw: Any) -> Node:
        if type(raw) is ScalarNode:
            return self.scalar(raw)
        if type(raw) is SequenceNode:
            nodes = tuple([self.node(r) for r in raw.value])
            start = raw.start_mark.index
            end = raw.end_mark.index if raw.flow_style or not nodes else nodes[-1].end
            return Items(nodes, start, end, self.source)
        return self.table(raw)

    def scalar(self, raw: Any) -> Scalar:
        start, end, style = raw.start_mark.index, raw.end_mark.index, raw.style
        if style in ("|", ">"):
            # PyYAML's end is that of the blank lines below, which belong to nobody
            end = start + len(self.source.text[start:end].rstrip(" \t\r\n"))
        return Scalar(raw.value, not style, start, end, self.source)

    def table(self, raw: MappingNode) -> Table:
        entries: list[Entry] = []
        seen: dict[str, Scalar] = {}
        for raw_key, raw_value in raw.value:
            value = self.node(raw_value)
            if type(raw_key) is not ScalarNode:
                self.problems.append(problem(self.node(raw_key), "a key must be text"))
                continue
            key = self.scalar(raw_key)
            self.check_key(key, seen)
            entries.append(Entry(key, value))
        end = raw.end_mark.index if raw.flow_style or not entries else entries[-1].value.end
        return Table(tuple(entries), raw.start_mark.index, end, self.source)

    def check_key(self, key: Scalar, seen: dict[str, Scalar]) -> None:
        if key.text in seen:
            self.problems.append(duplicate_key(key, seen[key.text]))
        elif key.text == "<<" and key.plain:
            self.problems.append(
                problem(key, "merge keys are not accepted", fix="write the fields out")
            )
        elif key.text == "":
            self.problems.append(problem(key, "a key is empty", fix="name it, or remove the line"))
        seen[key.text] = key


def duplicate_key(key: Scalar, first: Scalar) -> Diagnostic:
    """The problem of a key that stands twice in one table."""
    return problem(
        key,
        f'"{key.text}" is here twice; it also stands on line {first.place.line}',
        fix="keep one of the two",
        also=first,
    )


def _check_properties(source: Source) -> None:
    """Refuse anchors, aliases and tags, all at once; runs only if there may be some."""
    found: list[tuple[Any, str]] = []
    try:
        for event in parse(source.text, Loader=CSafeLoader):
            if isinstance(event, AliasEvent):
                found.append((event, "aliases (*name) are not accepted"))
            elif getattr(event, "anchor", None) is not None:
                found.append((event, "anchors (&name) are not accepted"))
            elif getattr(event, "tag", None) is not None:
                found.append((event, "tags (!name) are not accepted"))
    except (YAMLError, UnicodeEncodeError):
        return  # told better by the composer
    if found:
        fix = "write the value out; if it is text, put it in quotes"
        raise InvalidInput(*(source.problem(e.start_mark.index, w, fix=fix) for e, w in found))


def _syntax_problem(source: Source, error: Exception) -> Diagnostic:
    mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
    if mark is None:
        return _character_problem(source, error)
    what = str(error.problem if isinstance(error, MarkedYAMLError) else error)
    offset = min(mark.index, len(source.text))
    at = source.text[offset : offset + 1]
    if "another document" in what:
        return source.problem(offset, "a second document starts here", fix="keep one document")
    if at == "\t":
        return source.problem(offset, "a tab cannot indent YAML", fix="use spaces")
    if at and at in "@`%&*!" and "cannot start" in what:
        return source.problem(
            offset, f"a value cannot start with {at} unquoted", fix="put it in quotes"
        )
    if "mapping values" in what:
        fix = 'put a value that holds ": " in quotes, or align the key with its neighbours'
        return source.problem(offset, 'a ":" is not expected here', fix=fix)
    context = getattr(error, "context", None)
    opened = getattr(error, "context_mark", None)
    if opened is not None and ("end of stream" in what or "expected ':'" in what):
        offset = opened.index  # the end of the file tells nothing; where it began does
    elif opened is not None and "expected ',' or" in what and opened.line < mark.line:
        return _unclosed(source, opened.index, mark.line + 1)
    summary = f"not YAML: {what}" if context is None else f"not YAML: {context}, {what}"
    return source.problem(offset, summary, fix=_likely_fix(what))


def _unclosed(source: Source, offset: int, line: int) -> Diagnostic:
    """A list or table whose end is missed lines below; what lies between may all be right."""
    opening = source.text[offset : offset + 1]
    what = f"the {'table' if opening == '{' else 'list'} that begins here is not closed"
    close = {"[": "]", "{": "}"}.get(opening, "bracket")
    fix = f"close it with {close}, or add the comma that is missing before line {line}"
    return source.problem(offset, what, fix=fix)


def _likely_fix(what: str) -> str:
    if "end of stream" in what:
        return "close the quote or bracket that was opened"
    if "expected ',' or" in what:
        return "close the list or table, or add the comma"
    if "block end" in what or "expected <" in what or "could not find expected ':'" in what:
        return "align the line with the others of its table, and end its key with a colon"
    return "correct the syntax, or put the value in quotes"


def _character_problem(source: Source, error: Exception) -> Diagnostic:
    match = _NOT_ALLOWED.search(source.text)
    if match is None:
        return source.problem(0, f"not YAML: {error}", fix="correct the syntax")
    return source.problem(
        match.start(),
        f"the character U+{ord(match[0]):04X} cannot stand in YAML as it is",
        fix=f'write it as an escape in double quotes: "\\u{ord(match[0]):04X}"',
    )
