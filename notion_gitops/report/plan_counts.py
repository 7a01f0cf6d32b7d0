"""How much a plan writes on each side, as numbers and in words."""

from collections.abc import Collection, Mapping
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
    refresh: str


_MEANT = _Words("to change", "to delete", "to update", "to restore", "to trash", "to refresh")
_DONE = _Words("changed", "deleted", "updated", "restored", "trashed", "refreshed")
_COLUMNS = ("", "git files", "Notion pages", "decisions")
_ON_HOLD = "on hold"
_NONE = "0"  # of an empty cell


@dataclass(frozen=True, slots=True)
class Counts:
    """Records with a write, by side and action, and with a question."""

    files_new: int = 0
    files_changed: int = 0
    files_deleted: int = 0
    files_refreshed: int = 0  # only with values that Notion makes, which nobody edited
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
        files = self.files_new + self.files_changed + self.files_refreshed
        pages = self.pages_new + self.pages_changed + self.pages_restored
        return files + pages + self.deletes

    @property
    def deletes(self) -> int:
        """Files deleted and pages moved to the trash."""
        return self.files_deleted + self.pages_trashed


def counts_of(part: MappingPlan) -> Counts:
    """The counts of one mapping."""
    refreshed = sum(1 for o in part.operations if o.refresh_only)
    return Counts(
        files_new=part.count(Side.GIT, Action.CREATE, Action.RESTORE),
        files_changed=part.count(Side.GIT, Action.UPDATE) - refreshed,
        files_deleted=part.count(Side.GIT, Action.DELETE),
        files_refreshed=refreshed,
        pages_new=part.count(Side.NOTION, Action.CREATE),
        pages_changed=part.count(Side.NOTION, Action.UPDATE),
        pages_trashed=part.count(Side.NOTION, Action.DELETE),
        pages_restored=part.count(Side.NOTION, Action.RESTORE),
        decisions=sum(1 for c in part.conflicts if c.open),
    )


def planned(counts: Counts) -> str:
    """``41 files to write in git, 2 pages to update in Notion, 0 deletes, 0 decisions needed``."""
    decisions = count(counts.decisions, "decision")
    files, pages = f"{_files(counts)} in git", f"{_pages(counts)} in Notion"
    return f"{files}, {pages}, {_deletes(counts)}, {decisions} needed"


def writes_meant(counts: Counts) -> str:
    """``22 pages to trash``; only what is not zero."""
    files, pages = counts.files_new + counts.files_changed, counts.pages_changed
    parts = (
        f"{_files(counts)} in git" if files or counts.files_refreshed else "",
        f"{_pages(counts)} in Notion" if counts.pages_new + counts.pages_restored + pages else "",
        _deletes(counts) if counts.deletes else "",
    )
    return ", ".join(part for part in parts if part)


def counts_table(
    counts: Mapping[str, Counts], held: Mapping[str, Counts], on_hold: Collection[str] = ()
) -> Table:
    """A row for each mapping, of what is meant; `held`: and is not going to be done."""
    rows: list[tuple[str, ...]] = []
    for name, meant in counts.items():
        if name in on_hold:
            rows.append((name, _ON_HOLD, "", ""))
            continue
        back = held.get(name, Counts())
        files = _held_cell(_files_cell(meant, _MEANT), _files_cell(back, _MEANT))
        pages = _held_cell(_pages_cell(meant, _MEANT), _pages_cell(back, _MEANT))
        rows.append((name, files, pages, number(meant.decisions)))
    return Table(_COLUMNS, tuple(rows))


def done_table(counts: Mapping[str, Counts], took_no_part: Mapping[str, str]) -> Table:
    """A row for each mapping, of what was done; `took_no_part`: or how it is said that nothing."""
    rows = tuple(
        (name, took_no_part[name], "", "")
        if name in took_no_part
        else (name, _files_cell(c, _DONE), _pages_cell(c, _DONE), number(c.decisions))
        for name, c in counts.items()
    )
    return Table(_COLUMNS, rows)


def _held_cell(going: str, held: str) -> str:
    return going if held == _NONE else f"held back: {held}"


def _files(counts: Counts) -> str:
    written = counts.files_new + counts.files_changed
    others = [(counts.files_refreshed, "to refresh")] if counts.files_refreshed else []
    return _together("file", [(written, "to write")] if written or not others else [], others)


def _pages(counts: Counts) -> str:
    others = [(counts.pages_new, "to create"), (counts.pages_restored, "to restore")]
    parts = [(n, words) for n, words in others if n]
    updated = [(counts.pages_changed, "to update")] if counts.pages_changed or not parts else []
    return _together("page", parts, updated)


def _together(noun: str, *several: list[tuple[int, str]]) -> str:
    """``12 pages to create and 2 to update``."""
    (n, words), *others = [part for parts in several for part in parts]
    return " and ".join([f"{count(n, noun)} {words}", *(f"{number(m)} {w}" for m, w in others)])


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
        (counts.files_refreshed, words.refresh),
    )


def _pages_cell(counts: Counts, words: _Words) -> str:
    return _cell(
        (counts.pages_changed, words.update),
        (counts.pages_new, "new"),
        (counts.pages_restored, words.restore),
        (counts.pages_trashed, words.trash),
    )


def _cell(*parts: tuple[int, str]) -> str:
    return ", ".join(f"{number(n)} {words}" for n, words in parts if n) or _NONE
