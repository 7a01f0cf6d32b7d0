"""A document as text of 80 columns."""

from typing import assert_never

from notion_gitops.report import layout
from notion_gitops.report.document import (
    Block,
    Command,
    Document,
    Facts,
    Item,
    Items,
    Paragraph,
    Section,
    Table,
    Tone,
)
from notion_gitops.report.layout import BLANK, Line
from notion_gitops.text.columns import width
from notion_gitops.text.escape import terminal
from notion_gitops.text.words import number

_INDENT = 2
_WIDEST_LABEL = 24


def document_text(document: Document, *, colour: bool) -> str:
    """The document, wrapped; `colour` adds terminal colours and changes nothing else."""
    lines = layout.paragraph(document.title, tone=Tone.HEAD)
    for section in document.sections:
        lines += _section(section)
    return layout.printed(lines, colour=colour)


def _section(section: Section) -> list[Line]:
    lines = [BLANK]
    if section.heading:
        lines += layout.paragraph(section.heading, tone=section.tone)
    indent = _INDENT if section.heading else 0
    for position, block in enumerate(section.blocks):
        if position and not section.heading:
            lines.append(BLANK)
        lines += _block(block, indent)
    return lines


def _block(block: Block, indent: int) -> list[Line]:
    match block:
        case Paragraph():
            return layout.paragraph(block.text, indent)
        case Facts():
            return _facts(block, indent)
        case Table():
            return layout.table(block, indent or _INDENT)
        case Items():
            return _items(block, indent)
        case Command():
            return layout.command(block.text, indent + _INDENT)
        case _:
            assert_never(block)


def _facts(facts: Facts, indent: int) -> list[Line]:
    widest = max((width(terminal(label)) for label, _ in facts.rows), default=0)
    column = indent + min(widest, _WIDEST_LABEL) + _INDENT
    return [
        line
        for label, text in facts.rows
        for line in layout.placed((indent, label), (column, text))
    ]


def _items(block: Items, indent: int) -> list[Line]:
    lines = [line for item in block.items for line in _item(item, indent)]
    if block.more:
        lines += layout.paragraph(f"and {number(block.more)} more", indent)
    return lines


def _item(item: Item, indent: int) -> list[Line]:
    lines = layout.paragraph(item.text, indent, hang=_INDENT)
    for detail in item.details:
        lines += layout.paragraph(detail, indent + 2 * _INDENT)
    return lines
