"""What is wrong with several mappings taken together, though each may be right alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from notion_gitops.formats.nodes import Table
from notion_gitops.mapping.database import database_id
from notion_gitops.mapping.problems import Problems, Seen
from notion_gitops.mapping.view import View
from notion_gitops.model.nearest import nearest

_STATE_FILES = frozenset({"log.jsonl", "backup.jsonl", "report.md"})


@dataclass(frozen=True, slots=True)
class Draft:
    """A mapping file that is a table: its name, and its content with the defaults."""

    name: str  # the file's stem
    file: str
    root: View


def check_across(drafts: Sequence[Draft], names: frozenset[str], problems: Problems) -> None:
    """Hold the mappings against one another.

    Args:
        drafts: the mappings that could be read.
        names: of all mappings, those too that could not.
        problems: takes what is wrong.
    """
    databases = Seen()
    paths = Seen()
    for draft in drafts:
        _check_database(draft, databases, problems)
        _check_path(draft, paths, names, problems)
        for field in _field_views(draft):
            _check_target(field, names, problems)


def check_names(drafts: Sequence[Draft], problems: Problems) -> None:
    """A mapping is named as its file is, and no other one is."""
    seen: dict[str, Draft] = {}
    for draft in drafts:
        name = draft.root.scalar("name")
        first = seen.setdefault(draft.name, draft)
        if name is None:
            continue
        if name.text != draft.name:
            fix = f"write name: {draft.name}, or rename the file"
            problems.at(name, f'the name is "{name.text}", and the file\'s is "{draft.name}"', fix)
        elif first is not draft:
            also = first.root.scalar("name")
            problems.at(name, f'two files are the mapping "{name.text}"', "remove one", also=also)


def _check_database(draft: Draft, seen: Seen, problems: Problems) -> None:
    """Two mappings of one database would each take the other's pages for strangers."""
    database = draft.root.view("notion").scalar("database")
    if database is None:
        return
    identity = database_id(database.text) or database.text
    fix = "give each mapping its own database; join the two files if they are one"
    problems.once_as(seen, identity, database, ("another mapping has the same database", fix))


def _check_path(draft: Draft, seen: Seen, names: frozenset[str], problems: Problems) -> None:
    path = draft.root.view("git").scalar("path")
    if path is None:
        return
    bare = path.text.rstrip("/").casefold()
    first_step = bare.split("/")[0]
    if first_step in names | _STATE_FILES:
        summary = f'"{first_step}" is where the state branch keeps its own files'
        fix = f"choose another path, such as state/records/{draft.name}"
        problems.at(path, summary, fix)
    for other, first in seen.items():
        if _within(bare, other) or _within(other, bare):
            summary = "another mapping has the same path, or one within the other"
            problems.at(path, summary, "give each mapping a path of its own", also=first)
    seen.setdefault(bare, path)


def _within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder}/")


def _field_views(draft: Draft) -> Iterator[View]:
    section = draft.root.view("fields")
    for entry in section.entries():
        if isinstance(entry.value, Table):
            yield View(entry.value, section.problems)


def _check_target(field: View, names: frozenset[str], problems: Problems) -> None:
    target = field.scalar("to")
    if target is not None and field.text("type") == "relation" and target.text not in names:
        near = nearest(target.text, sorted(names))
        otherwise = "add that mapping, or leave the field out while its database is not mapped"
        fix = f'did you mean "{near}"?' if near else otherwise
        problems.at(target, f'no mapping is named "{target.text}"', fix)
