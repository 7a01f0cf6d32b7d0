"""What a rebuild of the state branch links, and what it leaves to the next plan."""

from collections.abc import Sequence
from dataclasses import dataclass

from notion_gitops.report.document import Block, Document, Item, Items, Paragraph, Section
from notion_gitops.report.reports import Report
from notion_gitops.text.words import count, listed

_NAMED = 10  # keys


@dataclass(frozen=True, slots=True)
class RebuiltLine:
    """One mapping's links."""

    mapping: str
    by_page: int  # records whose pages are still known
    by_key: int  # records linked by the key that their page carries, or that its id gives
    one_sided: tuple[str, ...]  # keys of known records that one side does not hold any more
    only_git: tuple[str, ...]  # keys that nothing links
    only_notion: int  # pages that nothing links


def rebuilt_view(lines: Sequence[RebuiltLine]) -> Report:
    """The links of every mapping."""
    linked = sum(line.by_page + line.by_key for line in lines)
    title = f"{count(linked, 'record')} to link anew; nothing counts as agreed upon"
    sections = tuple(_section(line) for line in lines)
    return Report("rebuild", Document(title, sections), {"mappings": tuple(lines)})


def _section(line: RebuiltLine) -> Section:
    linked = f"{count(line.by_page, 'record')} by page, {line.by_key:,} by key."
    told = []
    if line.one_sided:
        told.append(f"One side does not hold, and is asked about: {_named(line.one_sided)}")
    if line.only_git:
        told.append(f"Only in git: {_named(line.only_git)}")
    if line.only_notion:
        told.append(f"Only in Notion: {count(line.only_notion, 'page')}")
    blocks: list[Block] = [Paragraph(linked)]
    if told:
        blocks.append(Items(tuple(Item(text) for text in told)))
    return Section(tuple(blocks), line.mapping)


def _named(keys: Sequence[str]) -> str:
    return listed(keys, _NAMED)
