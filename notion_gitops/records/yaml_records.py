"""Edits of whole records in a YAML file that holds many, and new files."""

import re
from collections.abc import Collection, Sequence
from typing import NamedTuple

from notion_gitops.formats.forms import Form
from notion_gitops.formats.nodes import Items, Node, Scalar, Table
from notion_gitops.formats.yaml_write import yaml_inline, yaml_text
from notion_gitops.records import braced_edit
from notion_gitops.records.edits import Edit, after_break, line_end, line_start, removals
from notion_gitops.records.yaml_edit import Layout, field_text, spaced

_BLANK_LINES = re.compile(r"(?:[ \t]*\r?\n)*")

Fields = Sequence[tuple[str, Form]]


class New(NamedTuple):
    """A record to write."""

    at: int  # which number it gets among the records that are there
    key: str  # for a table by key; in a list the key is the first of the fields
    fields: Fields


def block_of(fields: Fields, layout: Layout, blank_lines: int) -> str:
    """Fields below one another, the first without its indent, the last without a line break."""
    gap = layout.newline * (1 + blank_lines) + " " * layout.indent
    return gap.join(field_text(name, form, layout) for name, form in fields)


def add_records(root: Node | None, records: Sequence[New], layout: Layout) -> list[Edit]:
    """Put records in, those with the same number in the order given.

    Args:
        root: of the file; None if it is empty.
        records: what to write.
        layout: of the file.
    """
    nothing = root is None or (isinstance(root, Scalar) and root.is_null)
    one = _entry if isinstance(root, Table) else _item
    texts = [one(record, layout) for record in records]
    if nothing or isinstance(root, Scalar):
        end = len(layout.text)
        lead = layout.newline if layout.text and not layout.text.endswith("\n") else ""
        whole = (layout.newline * 2).join(texts)
        return [Edit(end, end, lead + whole + layout.newline)] if nothing else []
    if root is None or root.flow:
        return _add_flow(root, records, texts, layout) if root else []
    gap = layout.newline * (2 if spaced(root, layout.text) else 1)
    ends, edits = _ends(root, layout.text), []
    for record, text in zip(records, texts, strict=True):
        if record.at == 0:
            start = line_start(layout.text, root.start)
            edits.append(Edit(start, start, " " * layout.indent + text + gap))
        else:
            end = ends[record.at - 1]
            edits.append(Edit(end, end, gap + " " * layout.indent + text))
    return edits


def remove_records(root: Table | Items, gone: Collection[int], text: str) -> list[Edit]:
    """Take records out, with the comments and blank lines above them."""
    if root.flow:
        return braced_edit.delete(root, gone)
    spans = record_spans(root, text)
    if len(spans) == len(gone):
        return [Edit(root.start, spans[-1][1], "{}" if isinstance(root, Table) else "[]")]
    return removals([begin for begin, _ in spans], [end for _, end in spans], gone)


def record_spans(root: Table | Items, text: str) -> list[tuple[int, int]]:
    """Where each record begins and ends; the comments above it belong to it, but of the first."""
    if root.flow:
        return braced_edit.spans(root)
    ends = _ends(root, text)
    begins = [line_start(text, root.start), *(_next_line(text, end) for end in ends[:-1])]
    return list(zip(begins, ends, strict=True))


def _next_line(text: str, end: int) -> int:
    blank = _BLANK_LINES.match(text, after_break(text, end))
    return blank.end() if blank else end


def _ends(root: Table | Items, text: str) -> list[int]:
    if isinstance(root, Items):
        return [line_end(text, n.end) for n in root.nodes]
    return [line_end(text, max(k.end, v.end)) for k, v in root.entries]


def _item(record: New, layout: Layout) -> str:
    return "- " + block_of(record.fields, layout._replace(indent=layout.indent + 2), 0)


def _entry(record: New, layout: Layout) -> str:
    inner = layout._replace(indent=layout.indent + 2)
    if not record.fields:
        return yaml_text(record.key) + ":"
    head = yaml_text(record.key) + ":" + layout.newline + " " * inner.indent
    return head + block_of(record.fields, inner, 0)


def _add_flow(
    root: Table | Items, records: Sequence[New], texts: Sequence[str], layout: Layout
) -> list[Edit]:
    if not (root.nodes if isinstance(root, Items) else root.entries):
        return [Edit(root.start, root.end, (layout.newline * 2).join(texts))]
    edits = []
    for record in records:
        inline = yaml_inline(dict(record.fields), flow=True)
        key = f"{yaml_text(record.key, flow=True)}: " if isinstance(root, Table) else ""
        edits.append(braced_edit.insert(root, record.at, key + inline))
    return edits
