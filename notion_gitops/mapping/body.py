"""The text of the pages: which way it travels, and where that can be said."""

from notion_gitops.mapping.fields import FieldSet
from notion_gitops.mapping.view import View
from notion_gitops.model.mapping import BODY, Direction, Field, GitFormat, PropertyType

_NONE = "none"


def read_body(root: View, file: str, *, mirror: bool) -> Field | None:
    """The field that the text below the front matter is; None if bodies are not synced.

    Args:
        root: the whole mapping.
        file: the mapping's own; a `body:` of the defaults counts for Markdown alone.
        mirror: the mapping writes nothing to Notion.
    """
    written = root.scalar(BODY)
    if written is None or written.text == _NONE:
        return None
    own = written.source.file == file
    if root.view("git").text("format") != GitFormat.MARKDOWN:
        if own:
            summary = "only Markdown files have a text below their fields"
            root.problems.at(written, summary, "write format: markdown, or take body away")
        return None
    direction = Direction(written.text)
    if mirror and direction is Direction.PUSH and own:
        summary = "a mirror writes nothing to Notion, so nothing can be pushed"
        root.problems.at(written, summary, "write pull, or mode: two-way")
    entry = root.view("fields").table
    taken = entry.entry(BODY) if entry is not None else None
    if taken is not None:
        summary = f'"{BODY}" is the name of the text below the fields, which is synced here'
        root.problems.at(taken.key, summary, "choose another name for the field", also=written)
        return None
    return Field(BODY, "", PropertyType.BODY, written.place, direction=direction)


def with_body(fields: FieldSet, body: Field | None) -> FieldSet:
    """The fields that conflict rules can name: the body too."""
    if body is None:
        return fields
    return FieldSet(
        {**fields.fields, body.name: body},
        (*fields.names, body.name),
        fields.groups,
        fields.readable,
    )
