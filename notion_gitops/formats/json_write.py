"""Values as JSON."""

import json
from typing import Any

from notion_gitops.formats.dates import looks_like_date
from notion_gitops.formats.forms import Form, Word, form_of
from notion_gitops.formats.nodes import Node, Scalar, Table
from notion_gitops.model.mapping import COMPUTED, Field
from notion_gitops.model.values import Value


def json_form(value: Value, field: Field, order: tuple[str, ...] = ()) -> Form:
    """The form of a value in JSON, which cannot tell a date from a text by its quotes.

    So where a type was declared by nobody, a text that looks like a date is wrapped, as
    ``{"text": "2026-06-01"}``; `unwrap` reads it.
    """
    form = form_of(value, order)
    if field.type in COMPUTED and isinstance(form, str) and looks_like_date(form):
        return {"text": form}
    return form


def unwrap(node: Node, field: Field) -> Node:
    """A node of JSON as the same value would stand in YAML: dates unquoted."""
    if field.type not in COMPUTED:
        return node
    if isinstance(node, Scalar) and not node.plain and looks_like_date(node.text):
        return node._replace(plain=True)
    if isinstance(node, Table) and [e.key.text for e in node.entries] == ["text"]:
        return node.entries[0].value
    return node


def json_text(form: Form, indent: str = "", level: int = 0, newline: str = "\n") -> str:
    """A form as JSON.

    Args:
        form: what to write.
        indent: of one level; empty writes all on one line.
        level: how deep it stands.
        newline: the line break of the file.
    """
    data = _data(form)
    if not indent or not isinstance(data, list | tuple | dict) or not data:
        return json.dumps(data, ensure_ascii=False)
    text = json.dumps(data, ensure_ascii=False, indent=indent)
    return text.replace("\n", newline + indent * level)


def _data(form: Form) -> Any:
    match form:
        case Word(text=text):
            return text
        case list() | tuple():
            return [_data(f) for f in form]
        case dict():
            return {k: _data(v) for k, v in form.items()}
        case _:
            return form
