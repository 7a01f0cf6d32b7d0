"""Edits of the fields of one record in YAML, or in the front matter of Markdown."""

import re
from itertools import pairwise
from typing import NamedTuple

from notion_gitops.formats.forms import Form
from notion_gitops.formats.nodes import Entry, Items, Node, Scalar, Table
from notion_gitops.formats.yaml_write import yaml_block, yaml_inline, yaml_text
from notion_gitops.records import braced_edit
from notion_gitops.records.edits import (
    Edit,
    after_break,
    before_break,
    column_of,
    line_end,
    line_start,
)

WIDTH = 100  # a list that would make its line longer is written one member a line
_COLON = re.compile(r"[ \t]*:")
_COMMA = re.compile(r"[ \t\r\n]*,")
_REST = re.compile(r"[ \t]*(?=\r?\n|$)")


class Layout(NamedTuple):
    """How the file at hand is written."""

    text: str
    newline: str
    indent: int  # of the keys of the record's table


def field_text(name: str, form: Form, layout: Layout) -> str:
    """A key with its value, as it stands in a table of its own lines."""
    return yaml_text(name) + ":" + _value_text(form, layout, len(name) + 2)


def set_field(table: Table, index: int, form: Form, layout: Layout) -> list[Edit]:
    """Give the entry at `index` a value, or leave it empty if the form is None."""
    entry = table.entries[index]
    if table.flow:
        quote = _quote(entry.value)
        value = yaml_text(form, quote, flow=True) if isinstance(form, str) else None
        edit = braced_edit.set_entry(table, index, value or yaml_inline(form, flow=True))
        return [edit] if edit else []
    if isinstance(form, tuple) and isinstance(entry.value, Items):
        if entry.value.flow and _has_comments(entry.value):
            return _commented_items(entry.value, form, layout)
        if entry.value.flow:
            return [_flow_items(entry.value, form)]
        if form:
            return _block_items(entry.value, form, layout)
    return _replace(entry, form, layout)


def insert_field(table: Table, after: int | None, member: tuple[str, Form], layout: Layout) -> Edit:
    """Put a field into a table, behind the entry at `after`, or at the end if that is None."""
    name, form = member
    index = len(table.entries) - 1 if after is None else after
    if table.flow:
        text = f"{yaml_text(name, flow=True)}: {yaml_inline(form, flow=True)}"
        return braced_edit.insert(table, index + 1, text)
    at = line_end(layout.text, table.entries[index].value.end)
    gap = layout.newline * (2 if spaced(table, layout.text) else 1)
    field = field_text(name, form, layout)
    if _needs_break(form) and at == len(layout.text):
        field = f"{yaml_text(name)}: {yaml_inline(form)}"
    return Edit(at, at, gap + " " * layout.indent + field)


def spaced(container: Table | Items, text: str) -> bool:
    """Whether blank lines stand between the members."""
    if isinstance(container, Table):
        spans = [(k.start, v.end) for k, v in container.entries]
    else:
        spans = [(n.start, n.end) for n in container.nodes]
    if len(spans) == 1:
        return column_of(text, container.start) == 0
    between = (text[a[1] : b[0]] for a, b in pairwise(spans))
    return any(re.search(r"\n[ \t]*\r?\n", b) for b in between)


def _value_text(form: Form, layout: Layout, column: int) -> str:
    """What follows the colon."""
    inner = layout.indent + 2
    if form is None:
        return ""
    if isinstance(form, str):
        block = yaml_block(form, inner, layout.newline)
        return " " + (block if block is not None else yaml_text(form))
    inline = yaml_inline(form)
    if not isinstance(form, list | tuple) or not form:
        return " " + inline
    if isinstance(form[0], dict) or layout.indent + column + len(inline) > WIDTH:
        lead = layout.newline + " " * inner + "- "
        return "".join(lead + yaml_inline(member) for member in form)
    return " " + inline


def _replace(entry: Entry, form: Form, layout: Layout) -> list[Edit]:
    colon = _COLON.match(layout.text, entry.key.end)
    if colon is None:
        return []
    at, old = colon.end(), entry.value
    between = layout.text[at : old.start]
    alone = _REST.match(layout.text, old.end) is not None
    if _needs_break(form) and line_end(layout.text, old.end) == len(layout.text):
        alone = False
    form = _as_before(old, form)
    new = _value_text(form, layout, column_of(layout.text, at))
    if isinstance(form, str) and ("\n" not in new or not alone):
        new = " " + yaml_text(form, _quote(old))
    elif "\n" in new and not alone:
        new = " " + yaml_inline(form)
    if "\n" not in between:
        keep = bool(new) and not new.startswith(("\r", "\n")) and old.end > old.start
        return [Edit(old.start if keep else at, max(at, old.end), new.lstrip(" ") if keep else new)]
    if "#" not in between:
        return [Edit(at, old.end, new)]
    if "\n" in new:
        new = " " + yaml_inline(form)
    return [Edit(at, at, new), Edit(at + len(between.rstrip()), old.end, "")]


def _as_before(old: Node, form: Form) -> Form:
    """A set of one member stays a single word where it was one."""
    if isinstance(form, tuple) and len(form) == 1 and isinstance(old, Scalar) and not old.is_null:
        return form[0]
    return form


def _needs_break(form: Form) -> bool:
    """Whether a block would lose its last line break in a file that ends without one."""
    return isinstance(form, str) and form.endswith("\n")


def _quote(old: Node) -> str:
    first = old.source.text[old.start : old.start + 1]
    return first if isinstance(old, Scalar) and not old.plain and first in "'\"" else ""


def _kept(old: Items, form: tuple[str, ...]) -> dict[str, Scalar]:
    """The members that stay, at the first place where each stands."""
    kept: dict[str, Scalar] = {}
    for node in old.nodes:
        if isinstance(node, Scalar) and node.text in form and not node.is_null:
            kept.setdefault(node.text, node)
    return kept


def _flow_items(old: Items, form: tuple[str, ...]) -> Edit:
    kept, text = _kept(old, form), old.source.text
    members = [
        text[kept[f].start : kept[f].end] if f in kept else yaml_inline(f, flow=True) for f in form
    ]
    return Edit(old.start, old.end, "[" + ", ".join(members) + "]")


def _has_comments(old: Items) -> bool:
    """Whether a comment stands between the brackets; a # in a member is none."""
    inner = [(old.start, old.start), *braced_edit.spans(old), (old.end, old.end)]
    return any("#" in old.source.text[a[1] : b[0]] for a, b in pairwise(inner))


def _commented_items(old: Items, form: tuple[str, ...], layout: Layout) -> list[Edit]:
    """Take members out with their commas, and put new ones before the bracket."""
    text, kept = layout.text, _kept(old, form)
    stay = {node.start for node in kept.values()}
    commas = {node.start: _COMMA.match(text, node.end) for node in old.nodes}
    ends = {n.start: comma.end() if (comma := commas[n.start]) else n.end for n in old.nodes}
    edits = [_without(text, at, end) for at, end in ends.items() if at not in stay]
    new = ", ".join(yaml_inline(f, flow=True) for f in form if f not in kept)
    if not new:
        return edits
    last, bracket = old.nodes[-1], old.end - 1
    if last.start in stay and not commas[last.start]:
        edits.append(Edit(last.end, last.end, ","))
    begun = line_start(text, bracket)
    if text[begun:bracket].strip():
        return [*edits, Edit(bracket, bracket, " " + new)]
    at = before_break(text, begun)
    lead = layout.newline + " " * (column_of(text, bracket) + 2)
    return [*edits, Edit(at, at, lead + new)]


def _without(text: str, start: int, end: int) -> Edit:
    """Take a member out, with its line if that holds nothing else."""
    begun, over = line_start(text, start), line_end(text, end)
    alone = not text[begun:start].strip() and not text[end:over].strip()
    return Edit(begun, after_break(text, over), "") if alone else Edit(start, end, "")


def _block_items(old: Items, form: tuple[str, ...], layout: Layout) -> list[Edit]:
    kept = _kept(old, form)
    new = [f for f in form if f not in kept]
    lead = layout.newline + " " * column_of(layout.text, old.start) + "- "
    if not kept:
        lines = lead.join(yaml_inline(f) for f in new)
        return [Edit(old.start, old.end, "- " + lines)]
    stay = {node.start for node in kept.values()}
    first = min(stay)
    gone = (n for n in old.nodes if n.start not in stay)
    edits = [_drop_lines(layout.text, n, leading=n.start < first) for n in gone]
    if new:
        at = line_end(layout.text, max(node.end for node in kept.values()))
        edits.append(Edit(at, at, "".join(lead + yaml_inline(f) for f in new)))
    return edits


def _drop_lines(text: str, node: Node, *, leading: bool) -> Edit:
    """Take the lines of a member out, with the line break before it, or, of the first, after it."""
    start, end = line_start(text, node.start), line_end(text, node.end)
    if leading:
        return Edit(start, after_break(text, end), "")
    return Edit(before_break(text, start), end, "")
