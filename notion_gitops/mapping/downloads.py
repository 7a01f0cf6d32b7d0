"""The folders that files are downloaded into."""

from collections.abc import Sequence

from notion_gitops.formats.nodes import Scalar, Table
from notion_gitops.mapping.across import Draft
from notion_gitops.mapping.problems import Problems
from notion_gitops.mapping.sources import wrong_path
from notion_gitops.mapping.view import View

_FIX = "write a folder of its own, from the repository's root, such as files/tasks"


def check_downloads(drafts: Sequence[Draft], problems: Problems) -> None:
    """Refuse folders outside of the repository, and those that hold records or more."""
    records = [path for draft in drafts if (path := draft.root.view("git").text("path"))]
    for draft in drafts:
        for entry in draft.root.view("fields").entries():
            view = View(entry.value if isinstance(entry.value, Table) else None, problems)
            folder = view.scalar("download")
            if folder is not None:
                _check(folder, records, problems)


def _check(folder: Scalar, records: Sequence[str], problems: Problems) -> None:
    wrong = wrong_path(folder.text)
    taken = next((r for r in records if _overlap(r.rstrip("/"), folder.text.rstrip("/"))), None)
    if wrong or taken is not None:
        problems.at(folder, wrong or f"{taken} holds records, and files would lie among them", _FIX)


def _overlap(one: str, other: str) -> bool:
    first, second = f"{one.casefold()}/", f"{other.casefold()}/"
    return first.startswith(second) or second.startswith(first)
