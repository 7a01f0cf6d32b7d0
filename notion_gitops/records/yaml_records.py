"""Edits of whole records in a YAML file that holds many, and new files."""

import re
from collections.abc import Sequence

from notion_gitops.formats.forms import Form
from notion_gitops.formats.nodes import Items, Node, Scalar, Table
from notion_gitops.formats.yaml_write import yaml_inline, yaml_text
from notion_gitops.records import braced_edit
from notion_gitops.records.edits import Edit, after_break, line_end, line_start
from notion_gitops.records.yaml_edit import Layout, field_text, spaced

_BLANK_LINES = re.compile(r"(?:[ \t]*\r?\n)*")

Fields = Sequence[tuple[str, Form]]


def block_of(fields: Fields, layout: Layout, blank_lines: int) -> str:
    """Fields below one another, the first without its indent, the last without a line break."""
    gap = layout.newline * (1 + blank_lines) + " " * layout.indent
    return gap.join(field_text(name, form, layout) for name, form in fields)


def add_record(root: Node | None, at: int, key: str, fields: Fields, layout: Layout) -> list[Edit]:
    """Put a record in.

    Args:
        root: of the file; None if it is empty.
        at: which number it gets among the records.
        key: for a table by key; in a list the key is the first of the fields.
        fields: what to write.
        layout: of the file.
    """
    if root is None or (isinstance(root, Scalar) and root.is_null):
        at_end = len(layout.text)
        lead = layout.newline if layout.text and not layout.text.endswith("\n") else ""
        return [Edit(at_end, at_end, lead + _item(fields, layout) + layout.newline)]
    if isinstance(root, Scalar):
        return []
    if root.flow:
        return [_add_flow(root, at, key, fields, layout)]
    text = _entry(key, fields, layout) if isinstance(root, Table) else _item(fields, layout)
    lead = layout.newline * (2 if spaced(root, layout.text) else 1)
    if at == 0:
        start = line_start(layout.text, root.start)
        return [Edit(start, start, " " * layout.indent + text + lead)]
    end = line_end(layout.text, _ends(root)[at - 1])
    return [Edit(end, end, lead + " " * layout.indent + text)]


def remove_record(root: Table | Items, at: int, text: str) -> Edit:
    """Take a record out, with the comments and blank lines above it."""
    if root.flow:
        return braced_edit.delete(root, at)
    ends = _ends(root)
    if len(ends) == 1:
        empty = "{}" if isinstance(root, Table) else "[]"
        return Edit(root.start, line_end(text, ends[0]), empty)
    if at > 0:
        return Edit(line_end(text, ends[at - 1]), line_end(text, ends[at]), "")
    rest = _BLANK_LINES.match(text, after_break(text, line_end(text, ends[0])))
    return Edit(line_start(text, root.start), rest.end() if rest else ends[0], "")


def _ends(root: Table | Items) -> list[int]:
    if isinstance(root, Items):
        return [n.end for n in root.nodes]
    return [max(k.end, v.end) for k, v in root.entries]


def _item(fields: Fields, layout: Layout) -> str:
    return "- " + block_of(fields, layout._replace(indent=layout.indent + 2), 0)


def _entry(key: str, fields: Fields, layout: Layout) -> str:
    inner = layout._replace(indent=layout.indent + 2)
    if not fields:
        return yaml_text(key) + ":"
    head = yaml_text(key) + ":" + layout.newline + " " * inner.indent
    return head + block_of(fields, inner, 0)


def _add_flow(root: Table | Items, at: int, key: str, fields: Fields, layout: Layout) -> Edit:
    empty = not (root.nodes if isinstance(root, Items) else root.entries)
    if empty:
        text = _entry(key, fields, layout) if isinstance(root, Table) else _item(fields, layout)
        return Edit(root.start, root.end, text)
    inline = yaml_inline(dict(fields), flow=True)
    if isinstance(root, Table):
        inline = f"{yaml_text(key, flow=True)}: {inline}"
    return braced_edit.insert(root, at, inline)
