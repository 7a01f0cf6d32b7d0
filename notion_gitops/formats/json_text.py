"""Strict JSON, every value with its place.

The standard library's parser keeps neither places nor duplicate keys, and it takes NaN; only its
scanner of strings is used here.
"""

import json.decoder
import re
from typing import TYPE_CHECKING, NoReturn

from notion_gitops.formats.nodes import JSON_NUMBER, Entry, Items, Node, Scalar, Source, Table
from notion_gitops.formats.yaml_text import DEPTH, check_markers, duplicate_key
from notion_gitops.model.errors import InvalidInput

if TYPE_CHECKING:
    from notion_gitops.model.diagnostics import Diagnostic

_SPACE = re.compile(r"[ \t\r\n]*")
_WORD = re.compile(r"[A-Za-z_+-][A-Za-z0-9_.+-]*|[^\s,\]}]+")
_LITERALS = frozenset({"true", "false", "null"})
_SURROGATE = re.compile("[\ud800-\udfff]")


def parse_json(text: str, file: str) -> Node | None:
    """The document in a text; None if the text is empty.

    Args:
        text: without a byte order mark.
        file: named in the places.

    Raises:
        InvalidInput: it is not JSON as RFC 8259 has it, or a key stands twice in a table (all
            such keys are reported at once).
    """
    reader = _Reader(Source(file, text))
    check_markers(reader.source)
    reader.skip_space()
    if reader.at == len(text):
        return None
    node = reader.value(0)
    reader.skip_space()
    if reader.at < len(text):
        reader.fail("nothing may follow the end of the document", "remove what stands here")
    if reader.problems:
        raise InvalidInput(*reader.problems)
    return node


class _Reader:
    """Reads one text from front to back."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.text = source.text
        self.at = 0
        self.problems: list[Diagnostic] = []

    def fail(self, summary: str, fix: str) -> NoReturn:
        raise InvalidInput(
            *self.problems, self.source.problem(self.at, f"not JSON: {summary}", fix=fix)
        )

    def skip_space(self) -> None:
        match = _SPACE.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def peek(self) -> str:
        self.skip_space()
        return self.text[self.at : self.at + 1]

    def value(self, depth: int) -> Node:
        if depth > DEPTH:
            self.fail(f"nested more than {DEPTH} deep", "flatten the document")
        match self.peek():
            case "{":
                return self.table(depth)
            case "[":
                return self.items(depth)
            case '"':
                return self.string()
            case _:
                return self.literal()

    def table(self, depth: int) -> Table:
        start = self.at
        self.at += 1
        entries: list[Entry] = []
        seen: dict[str, Scalar] = {}
        while self.peek() != "}":
            if entries:
                self.comma("}")
            if self.peek() != '"':
                self.fail("a key in double quotes was expected", 'write "key": value')
            key = self.string()
            if key.text in seen:
                self.problems.append(duplicate_key(key, seen[key.text]))
            seen[key.text] = key
            if self.peek() != ":":
                self.fail("a colon was expected after the key", 'write "key": value')
            self.at += 1
            entries.append(Entry(key, self.value(depth + 1)))
        self.at += 1
        return Table(tuple(entries), start, self.at, self.source)

    def items(self, depth: int) -> Items:
        start = self.at
        self.at += 1
        nodes: list[Node] = []
        while self.peek() != "]":
            if nodes:
                self.comma("]")
            nodes.append(self.value(depth + 1))
        self.at += 1
        return Items(tuple(nodes), start, self.at, self.source)

    def comma(self, closing: str) -> None:
        if self.peek() != ",":
            self.fail(f'a comma or "{closing}" was expected', "add what is missing")
        self.at += 1
        if self.peek() == closing:
            self.fail("a comma stands before nothing", "remove the last comma")

    def string(self) -> Scalar:
        start = self.at
        try:  # the stubs leave the scanner out
            text, self.at = json.decoder.scanstring(self.text, start + 1, True)  # type: ignore[attr-defined]
        except json.JSONDecodeError as error:
            self.at = min(error.pos, len(self.text))
            self.fail(error.msg[:1].lower() + error.msg[1:], "close or escape the text properly")
        if _SURROGATE.search(text):
            self.at = start
            self.fail("half of a character (a lone surrogate)", "write the whole character")
        return Scalar(text, False, start, self.at, self.source)

    def literal(self) -> Scalar:
        start = self.at
        match = _WORD.match(self.text, start)
        if match is None:
            self.fail("a value was expected", "add the value")
        word = match[0]
        if word not in _LITERALS and not JSON_NUMBER.fullmatch(word):
            self.fail(
                f"{word[:40]} is no value", "put text in double quotes; or: number, true, null"
            )
        self.at = match.end()
        return Scalar(word, True, start, self.at, self.source)
