"""How much a plan writes on each side, as numbers and in words."""

from collections.abc import Mapping
from dataclasses import astuple, dataclass

from notion_gitops.model.operations import Action
from notion_gitops.model.plan import MappingPlan
from notion_gitops.model.records import Side
from notion_gitops.report.document import Table
from notion_gitops.text.words import count, number


@dataclass(frozen=True, slots=True)
class _Words:
    """What is said of writes, before and after."""

    change: str
    delete: str
    update: str
    restore: str
    trash: str


_MEANT = _Words("to change", "to delete", "to update", "to restore", "to trash")
_DONE = _Words("changed", "deleted", "updated", "restored", "trashed")


@dataclass(frozen=True, slots=True)
class Counts:
    """Records with a write, by side and action, and with a question."""

    files_new: int = 0
    files_changed: int = 0
    files_deleted: int = 0
    pages_new: int = 0
    pages_changed: int = 0
    pages_trashed: int = 0
    pages_restored: int = 0
    decisions: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        pairs = zip(astuple(self), astuple(other), strict=True)
        return Counts(*(mine + others for mine, others in pairs))

    @property
    def writes(self) -> int:
        """All writes, on both sides."""
        files = self.files_new + self.files_changed
        pages = self.pages_new + self.pages_changed + self.pages_restored
        return files + pages + self.deletes

    @property
    def deletes(self) -> int:
        """Files deleted and pages moved to the trash."""
        return self.files_deleted + self.pages_trashed


def counts_of(part: MappingPlan) -> Counts:
    """The counts of one mapping."""
    return Counts(
        files_new=part.count(Side.GIT, Action.CREATE, Action.RESTORE),
        files_changed=part.count(Side.GIT, Action.UPDATE),
        files_deleted=part.count(Side.GIT, Action.DELETE),
        pages_new=part.count(Side.NOTION, Action.CREATE),
        pages_changed=part.count(Side.NOTION, Action.UPDATE),
        pages_trashed=part.count(Side.NOTION, Action.DELETE),
        pages_restored=part.count(Side.NOTION, Action.RESTORE),
        decisions=sum(1 for c in part.conflicts if c.open),
    )


def planned(counts: Counts) -> str:
    """``41 files to write in git, 2 pages to update in Notion, 0 deletes, 0 decisions needed``."""
    files = count(counts.files_new + counts.files_changed, "file")
    decisions = count(counts.decisions, "decision")
    pages = f"{_pages(counts)} in Notion"
    return f"{files} to write in git, {pages}, {_deletes(counts)}, {decisions} needed"


def counts_table(counts: Mapping[str, Counts], *, done: bool = False) -> Table:
    """A row for each mapping: of what is meant, or of what was done."""
    words = _DONE if done else _MEANT
    rows = tuple(
        (name, _files_cell(c, words), _pages_cell(c, words), number(c.decisions))
        for name, c in counts.items()
    )
    return Table(("", "git files", "Notion pages", "decisions"), rows)


def _pages(counts: Counts) -> str:
    updated = counts.pages_changed
    others = [(counts.pages_new, "to create"), (counts.pages_restored, "to restore")]
    parts = [(n, words) for n, words in others if n]
    if updated or not parts:
        parts.append((updated, "to update"))
    first = f"{count(parts[0][0], 'page')} {parts[0][1]}"
    return " and ".join([first, *(f"{number(n)} {words}" for n, words in parts[1:])])


def _deletes(counts: Counts) -> str:
    if not counts.deletes:
        return "0 deletes"
    files = f"{count(counts.files_deleted, 'file')} to delete" if counts.files_deleted else ""
    pages = f"{count(counts.pages_trashed, 'page')} to trash" if counts.pages_trashed else ""
    return " and ".join(part for part in (files, pages) if part)


def _files_cell(counts: Counts, words: _Words) -> str:
    return _cell(
        (counts.files_changed, words.change),
        (counts.files_new, "new"),
        (counts.files_deleted, words.delete),
    )


def _pages_cell(counts: Counts, words: _Words) -> str:
    return _cell(
        (counts.pages_changed, words.update),
        (counts.pages_new, "new"),
        (counts.pages_restored, words.restore),
        (counts.pages_trashed, words.trash),
    )


def _cell(*parts: tuple[int, str]) -> str:
    return ", ".join(f"{number(n)} {words}" for n, words in parts if n) or "0"
