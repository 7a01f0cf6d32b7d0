"""What an import would pair, and what it leaves to a person."""

from collections.abc import Sequence
from dataclasses import dataclass

from notion_gitops.report.document import Block, Document, Item, Items, Paragraph, Section
from notion_gitops.report.reports import Report
from notion_gitops.text.words import count


@dataclass(frozen=True, slots=True)
class PairingLine:
    """One mapping's pairs."""

    mapping: str
    by_key: int  # linked by their key already
    by_title: tuple[tuple[str, str], ...]  # key, title
    only_git: tuple[str, ...] = ()  # keys
    only_notion: tuple[str, ...] = ()  # titles
    ambiguous: tuple[str, ...] = ()  # titles


def pairing_view(lines: Sequence[PairingLine]) -> Report:
    """The pairs of every mapping that was never synced."""
    paired = sum(len(line.by_title) for line in lines)
    sections = tuple(_section(line) for line in lines)
    title = f"{count(paired, 'record')} to pair by title"
    if not lines:
        title = "Every mapping was synced before: there is nothing to import."
    return Report("import", Document(title, sections), {"mappings": tuple(lines)})


def _section(line: PairingLine) -> Section:
    blocks: list[Block] = [Paragraph(f"{count(line.by_key, 'record')} linked by key already.")]
    if line.by_title:
        blocks.append(Items(tuple(Item(f"{key}: {title}") for key, title in line.by_title)))
    for told, names in (
        ("More than one record or page has the title", line.ambiguous),
        ("Only in git", line.only_git),
        ("Only in Notion", line.only_notion),
    ):
        if names:
            blocks.append(Items((Item(f"{told}: {', '.join(names)}"),)))
    return Section(tuple(blocks), line.mapping)
