"""Values that conflicts were answered with, held against what is known of Notion: offline."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from notion_gitops.formats.inside import read_inside
from notion_gitops.formats.yaml_text import decode_utf8
from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.operations import ConflictFile
from notion_gitops.model.records import Record
from notion_gitops.model.values import Value
from notion_gitops.records.places import Word, Words
from notion_gitops.workflow.reading.known_keys import Keys, dangling
from notion_gitops.workflow.reading.known_options import Seen, unknown_options
from notion_gitops.workflow.workspace import Workspace


@dataclass(frozen=True, slots=True)
class _Answers(Words):
    """Where the answers of one mapping's conflict files stand."""

    files: Mapping[str, ConflictFile] = field(default_factory=dict)  # by key

    def find(self, record: Record, name: str, word: str) -> Word:
        """Where the answer about a field is, whichever of its words is meant."""
        del word
        file = self.files[record.key]
        place = file.fields[name].place
        lines = decode_utf8(self.contents[file.path], file.path).splitlines()
        return Word(place, lines[place.line - 1] if place and place.line else "")


def doubtful_answers(
    workspace: Workspace,
    mapping: DatabaseMapping,
    files: Mapping[str, ConflictFile],
    seen: Seen,
    keys: Keys,
) -> Iterator[Diagnostic]:
    """Warnings about answers that Notion had no place for at the last sync.

    Args:
        workspace: that the files are in.
        mapping: whose conflict files they are.
        files: by key.
        seen: what the properties of all mappings were.
        keys: the records that a relation can name, as far as they are known.
    """
    contents = {f.path: read_inside(workspace.root, f.path) or b"" for f in files.values()}
    words = _Answers(mapping, contents, files=files)
    records = [Record(key, _own_values(file)) for key, file in files.items()]
    yield from unknown_options(words, records, seen.get(mapping.name, {}))
    yield from dangling(words, records, keys)


def _own_values(file: ConflictFile) -> dict[str, Value]:
    return {name: answer.value for name, answer in file.fields.items() if answer.has_value}
