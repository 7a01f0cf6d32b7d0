"""Where a word of a record stands in its file: looked up when something is to be said about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from notion_gitops.formats.nodes import Items, Node, Scalar, Table
from notion_gitops.model.diagnostics import Place
from notion_gitops.model.errors import InvalidInput
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.records import Record
from notion_gitops.records.documents import fields_of, parse_document


@dataclass(frozen=True, slots=True)
class Word:
    """A place in a file, and the line there."""

    place: Place | None
    source_line: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """Takes the files of one mapping apart again, each once."""

    mapping: DatabaseMapping
    contents: Mapping[str, bytes]  # by path
    _tables: dict[str, dict[str, Table]] = field(default_factory=dict, repr=False)

    def find(self, record: Record, name: str, word: str) -> Word:
        """Where a field says a word; where the field or the record begins if it is not found."""
        if record.file is None:
            return Word(self.mapping.fields[name].place)
        table = self._of(record.file.path).get(record.key)
        entries = () if table is None else fields_of(self.mapping, table)[0]
        node = next((value for key, value in entries if key.text == name), None)
        if node is None:
            return Word(record.file.place)
        at = _within(node, word)
        return Word(at.place, at.source.line_at(at.start))

    def _of(self, path: str) -> dict[str, Table]:
        """The records of a file, by key."""
        if path not in self._tables:
            try:
                slots = parse_document(self.mapping, self.contents.get(path, b""), path).slots
            except InvalidInput:
                slots = ()
            found = {s.key: s.table for s in slots if s.key is not None and s.table is not None}
            self._tables[path] = found
        return self._tables[path]


def _within(node: Node, word: str) -> Node:
    """The member of a list that is the word; else the value itself."""
    members = node.nodes if isinstance(node, Items) else ()
    return next((m for m in members if isinstance(m, Scalar) and m.text == word), node)
