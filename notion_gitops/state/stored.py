"""``MAPPING/notion/KEY.yaml``: fields whose stored form in Notion reads back otherwise.

Notion cuts seconds, loses zones, trims text. What it holds is kept here, so that it is not taken
for an edit and nobody's file is rewritten.
"""

from notion_gitops.formats.nodes import Table
from notion_gitops.formats.values import read_value
from notion_gitops.model.diagnostics import Place
from notion_gitops.model.errors import InvalidInput
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.people import People
from notion_gitops.model.values import Fields, Value, to_plain
from notion_gitops.state.reading import FORMAT_VERSION, damaged, read_yaml
from notion_gitops.state.writing import table


def dump_stored(fields: Fields) -> str:
    """The text of one record's file; a field that Notion holds as empty is there, as empty."""
    values = {name: to_plain(fields[name]) for name in sorted(fields)}
    return table({"format_version": FORMAT_VERSION, "fields": values})


def parse_stored(
    text: str, path: str, mapping: DatabaseMapping, people: People
) -> dict[str, Value]:
    """Read one record's file with the mapping that it was written with.

    A field that the mapping does not have is left out: its base went when the field did.

    Raises:
        StateUnusable: it is damaged, or a newer version wrote it.
    """
    fields = read_yaml(text, path, "stored").get("fields")
    if not isinstance(fields, Table):
        damaged(Place(path), "it holds no fields")
    found: dict[str, Value] = {}
    for entry in fields.entries:
        spec = mapping.fields.get(entry.key.text)
        if spec is None:
            continue
        try:
            found[spec.name] = read_value(entry.value, spec, mapping.timezone, people)
        except InvalidInput as error:
            damaged(entry.value.place, error.diagnostics[0].summary)
    return found
