"""Edits of records in YAML, JSON and Markdown front matter, in terms of the mapping."""

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence

from notion_gitops.formats.forms import Form, form_of
from notion_gitops.formats.json_write import json_form, json_text
from notion_gitops.formats.nodes import Items, Node, Scalar, Table
from notion_gitops.formats.yaml_write import yaml_inline
from notion_gitops.model.mapping import DatabaseMapping, GitFormat
from notion_gitops.model.values import Value
from notion_gitops.records import braced_edit
from notion_gitops.records.body_edit import body_text
from notion_gitops.records.documents import Document, Slot, key_field
from notion_gitops.records.edits import Edit, column_of, line_start, newline_of
from notion_gitops.records.yaml_edit import Layout, insert_field, set_field
from notion_gitops.records.yaml_records import New, add_records, block_of, remove_records

_JSON_INDENT = "  "
_INDENT = re.compile(r"\n([ \t]+)")

Values = Mapping[str, Value]


def change_table(
    mapping: DatabaseMapping, document: Document, slot: Slot, values: Values
) -> list[Edit]:
    """The edits that set fields of one record."""
    fields = [f.name for f in mapping.properties if f.name in values]
    if slot.table is None:
        forms = [(n, _form(mapping, n, values[n])) for n in fields if values[n] is not None]
        return _fill_empty(mapping, document, slot, forms)
    table = slot.table
    edits: list[Edit] = []
    at = {key.text: index for index, (key, _) in enumerate(table.entries)}
    for name in fields:
        if name in at:
            old = table.entries[at[name]].value
            form = _form(mapping, name, values[name], order_of(old))
            edits += _set(mapping, document, table, at[name], form)
    missing = [n for n in fields if n not in at and values[n] is not None]
    new = [(name, _form(mapping, name, values[name])) for name in missing]
    if not table.entries and new:
        return [Edit(table.start, table.end, _braced(mapping, dict(new)))]
    return [*edits, *(_insert(mapping, document, table, member, at) for member in new)]


def add_to(mapping: DatabaseMapping, document: Document, added: Mapping[str, Values]) -> list[Edit]:
    """The edits that put records into a file of many, in key order if the file is, else last."""
    root = document.root if isinstance(document.root, Scalar | Table | Items) else None
    new = []
    for key, at in positions(document, added).items():
        fields = _new_fields(mapping, added[key])
        if not isinstance(root, Table):
            fields = [(key_field(mapping) or "id", key), *fields]
        new.append(New(at, key, fields))
    if mapping.git.format is GitFormat.JSON:
        return _add_json(document, root, new)
    indent = column_of(document.text, root.start) if isinstance(root, Table | Items) else 0
    layout = Layout(document.text, newline_of(document.text), indent)
    return add_records(root, new, layout)


def positions(document: Document, added: Iterable[str]) -> dict[str, int]:
    """Before which of the records that are there each new key goes."""
    keys = [s.key or "" for s in document.slots]
    if keys != sorted(keys):
        return dict.fromkeys(added, len(keys))
    return {key: bisect_left(keys, key) for key in sorted(added)}


def remove_from(mapping: DatabaseMapping, document: Document, gone: Collection[int]) -> list[Edit]:
    """The edits that take records out of a file of many, by their numbers."""
    root = document.root
    if not isinstance(root, Table | Items) or not gone:
        return []
    if mapping.git.format is GitFormat.JSON:
        return braced_edit.delete(root, gone)
    return remove_records(root, gone, document.text)


def new_file(mapping: DatabaseMapping, added: Mapping[str, Values]) -> str:
    """The text of a new file, with one record unless the mapping has them all in one file."""
    named = key_field(mapping)
    records = []
    for key in sorted(added):
        own = [(named, key)] if named is not None else []
        records.append(own + _new_fields(mapping, added[key]))
    layout = Layout("", "\n", 0)
    if mapping.git.format is GitFormat.JSON:
        tables: list[Form] = [dict(r) for r in records]
        return json_text(tables if mapping.git.single_file else tables[0], _JSON_INDENT) + "\n"
    if mapping.git.single_file:
        inner = layout._replace(indent=2)
        return "\n".join("- " + block_of(r, inner, 0) + "\n" for r in records)
    block = block_of(records[0], layout, 1) + "\n" if records[0] else ""
    if mapping.git.format is GitFormat.MARKDOWN:
        ((_, values),) = added.items()
        return f"---\n{block}---\n{body_text(mapping, values)}"
    return block or "{}\n"  # a blank file would be taken for one that was emptied by accident


def order_of(node: Node) -> tuple[str, ...]:
    """The members of a set, in the order of the file."""
    nodes = node.nodes if isinstance(node, Items) else (node,)
    return tuple(n.text for n in nodes if isinstance(n, Scalar))


def _form(mapping: DatabaseMapping, name: str, value: Value, order: tuple[str, ...] = ()) -> Form:
    if mapping.git.format is GitFormat.JSON:
        return json_form(value, mapping.fields[name], order)
    return form_of(value, order)


def _new_fields(mapping: DatabaseMapping, values: Values) -> list[tuple[str, Form]]:
    present = (f.name for f in mapping.properties if values.get(f.name) is not None)
    return [(n, _form(mapping, n, values[n])) for n in present]


def _layout(document: Document, table: Table) -> Layout:
    text = document.text[: document.front_end]
    return Layout(text, newline_of(document.text), column_of(text, table.start))


def _set(
    mapping: DatabaseMapping, document: Document, table: Table, index: int, form: Form
) -> list[Edit]:
    if mapping.git.format is not GitFormat.JSON:
        return set_field(table, index, form, _layout(document, table))
    indent, level = _json_layout(document.text, table)
    old = table.entries[index].value
    wide = "\n" in document.text[old.start : old.end]
    text = json_text(form, indent if wide else "", level + 1, newline_of(document.text))
    edit = braced_edit.set_entry(table, index, text)
    return [edit] if edit else []


def _insert(
    mapping: DatabaseMapping,
    document: Document,
    table: Table,
    member: tuple[str, Form],
    at: Mapping[str, int],
) -> Edit:
    """Put a field behind the nearest one before it in the mapping's order."""
    before = list(mapping.fields)[: list(mapping.fields).index(member[0])]
    after = next((at[n] for n in reversed(before) if n in at), None)
    if mapping.git.format is not GitFormat.JSON:
        return insert_field(table, after, member, _layout(document, table))
    index = len(table.entries) if after is None else after + 1
    return braced_edit.insert(table, index, _json_member(member))


def _braced(mapping: DatabaseMapping, record: Form) -> str:
    as_json = mapping.git.format is GitFormat.JSON
    return json_text(record) if as_json else yaml_inline(record)


def _json_member(member: tuple[str, Form]) -> str:
    return f"{json_text(member[0])}: {json_text(member[1])}"


def _json_layout(text: str, table: Table) -> tuple[str, int]:
    """The indent of one level, and how deep a table stands."""
    found = _INDENT.search(text)
    indent = found[1] if found else _JSON_INDENT
    own = column_of(text, table.start) if found else 0
    line = text[line_start(text, table.start) :]
    own = len(line) - len(line.lstrip(" \t")) if own else 0
    return indent, own // len(indent)


def _add_json(document: Document, root: Node | None, new: Sequence[New]) -> list[Edit]:
    text, newline = document.text, newline_of(document.text)
    found = _INDENT.search(text)
    indent = found[1] if found else _JSON_INDENT
    if not isinstance(root, Table | Items):
        whole: Form = [dict(n.fields) for n in new]
        return [Edit(0, len(text), json_text(whole, indent, 0, newline) + newline)]
    empty = not (root.nodes if isinstance(root, Items) else root.entries)
    wide = indent if empty or "\n" in text[root.start : root.end] else ""
    members = []
    for record in new:
        key = f"{json_text(record.key)}: " if isinstance(root, Table) else ""
        members.append(key + json_text(dict(record.fields), wide, 1, newline))
    if empty:
        inner = f",{newline}{indent}".join(members)
        return [Edit(root.start + 1, root.end - 1, newline + indent + inner + newline)]
    return [braced_edit.insert(root, n.at, m) for n, m in zip(new, members, strict=True)]


def _fill_empty(
    mapping: DatabaseMapping, document: Document, slot: Slot, fields: list[tuple[str, Form]]
) -> list[Edit]:
    """The edits that give fields to a record without one."""
    if not fields:
        return []
    newline = newline_of(document.text)
    if mapping.git.format is GitFormat.JSON:
        return _fill_empty_json(document, slot, fields)
    if mapping.git.single_file and isinstance(slot.node, Scalar):
        indent = column_of(document.text, slot.node.start) + 2
        layout = Layout(document.text, newline, indent)
        at = document.text.index(":", slot.node.end) + 1
        return [Edit(at, at, newline + " " * indent + block_of(fields, layout, 0))]
    at, text = document.front_end, document.text
    lead = newline if at and text[at - 1] != "\n" else ""
    if isinstance(document.root, Scalar) and document.root.text:
        return []
    block = block_of(fields, Layout(text, newline, 0), 1)
    return [Edit(at, at, lead + block + newline)]


def _fill_empty_json(document: Document, slot: Slot, fields: list[tuple[str, Form]]) -> list[Edit]:
    root = document.root
    if isinstance(root, Table) and isinstance(slot.node, Scalar):
        index = next(i for i, e in enumerate(root.entries) if e.key == slot.node)
        edit = braced_edit.set_entry(root, index, json_text(dict(fields)))
        return [edit] if edit else []
    whole = json_text(dict(fields), _JSON_INDENT) + "\n"
    return [Edit(0, len(document.text), whole)]
