"""What an import would pair, and what it leaves to a person."""

from collections.abc import Sequence
from dataclasses import dataclass

from notion_gitops.report.document import Block, Command, Document, Item, Items, Paragraph, Section
from notion_gitops.report.follow_up import FollowUp
from notion_gitops.report.reports import Report
from notion_gitops.text.words import count, listed


@dataclass(frozen=True, slots=True)
class PairingLine:
    """One mapping's pairs."""

    mapping: str
    by_key: int  # linked by their key already
    by_title: tuple[tuple[str, str], ...]  # key, title
    only_git: tuple[str, ...] = ()  # keys
    only_notion: tuple[str, ...] = ()  # titles
    ambiguous: tuple[str, ...] = ()  # titles

    @property
    def apart(self) -> bool:
        """Whether both sides still hold what nothing links, so that a plan stops."""
        return bool(self.ambiguous or (self.only_git and self.only_notion))


def pairing_view(lines: Sequence[PairingLine], then: FollowUp) -> Report:
    """The pairs of every mapping that was never synced, and how to go on."""
    paired = sum(len(line.by_title) for line in lines)
    sections = (*map(_section, lines), *_next(lines, then))
    title = f"{count(paired, 'record')} to pair by title"
    if not lines:
        title = "Every mapping was synced before: there is nothing to import."
    return Report("import", Document(title, sections), {"mappings": tuple(lines)})


def _next(lines: Sequence[PairingLine], then: FollowUp) -> tuple[Section, ...]:
    if not any(line.apart for line in lines):
        return ()
    apart = listed([line.mapping for line in lines if line.apart], 10)
    same = "Those that are the same: give both one title, or write the record's key into the "
    same += "page's key property, then import again."
    new = "Those that are not the same: each becomes a new one on the other side, with"
    plan, apply = then.command("plan --all-new"), then.command("apply --all-new")
    blocks = (Paragraph(same), Paragraph(new), Command(plan), Command(apply))
    return (Section(blocks, f"Still to link: {apart}"),)


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
