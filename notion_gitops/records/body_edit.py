"""Edits of the text below the front matter of a Markdown file."""

from collections.abc import Mapping

from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.values import Value
from notion_gitops.records.documents import Document
from notion_gitops.records.edits import Edit, line_end, newline_of

Values = Mapping[str, Value]


def edit_body(mapping: DatabaseMapping, document: Document, values: Values) -> list[Edit]:
    """The edit that gives a file another text, if `values` have one; blank lines around it stay."""
    body = mapping.body
    if body is None or body.name not in values:
        return []
    newline, given = newline_of(document.text), values[body.name]
    begin, end = document.body
    if given is None:
        return [Edit(begin, end, "")] if end > begin else []
    text = str(given).replace("\n", newline)
    if end > begin:
        return [Edit(begin, end, text)]
    after_fence = line_end(document.text, document.front_end)
    return [Edit(after_fence, len(document.text), f"{newline}{newline}{text}{newline}")]


def body_text(mapping: DatabaseMapping, values: Values) -> str:
    """The text below the front matter of a new file, with a blank line between them."""
    given = values.get(mapping.body.name) if mapping.body else None
    return "" if given is None else f"\n{given}\n"
