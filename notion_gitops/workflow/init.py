"""Making a workspace: mappings/, state/, and what belongs to them."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from notion_gitops import samples as shipped
from notion_gitops.formats.atomic import write_bytes
from notion_gitops.mapping.loading import load_folder
from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import InvalidInput, StateUnusable, UsageError
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.repository.repository import Repository
from notion_gitops.workflow.init_people import NO_PEOPLE
from notion_gitops.workflow.merge_driver import ATTRIBUTES, write_attributes
from notion_gitops.workflow.workspace import MAPPINGS, PRIVATE

_IGNORED = f"# notion-gitops: journal, lock, caches, the sandbox's database\n/{PRIVATE}/\n"

_FIRST_MAPPING = """\
# One file per Notion database; its name is the mapping's name.
# Rename this file and adapt it, then run: notion-gitops validate
version: 1
name: tasks
notion:
  database: ${NOTION_TASKS_DATABASE}   # id or address of the database, from the environment
git:
  path: state/records/tasks            # a folder with one file per record
  format: yaml                         # or markdown, json, csv
mode: mirror                           # Notion to git only, until you trust it: two-way
key:
  property: Task ID                    # a text property that holds the record's key
fields:
  title: {property: Name, type: title, required: true}
"""

_OURS = frozenset({".git", ".gitignore", ATTRIBUTES, MAPPINGS, "state", PRIVATE})


@dataclass(frozen=True, slots=True)
class Made:
    """What was made, and what to do next."""

    root: Path  # of the repository
    files: tuple[str, ...]
    next_steps: tuple[str, ...]
    inside: Path | None = None  # of the repository around it, which does not see its files


@dataclass(frozen=True, slots=True)
class Contents:
    """Which mappings a new workspace begins with."""

    samples: bool = False  # the sample mappings instead of one to adapt
    bare: bool = False  # none: they are written from live databases


def make_workspace(folder: Path, contents: Contents) -> Made:
    """Write what is missing; never over a file that is there.

    Args:
        folder: where; ``.`` means the repository that it is in.
        contents: which mappings.

    Raises:
        StateUnusable: git could not make a repository there.
        UsageError: the folder holds files, and lies in a repository that may be meant.
    """
    repository, inside = _repository(folder)
    files = shipped.workspace_files() if contents.samples else _scaffold(bare=contents.bare)
    written = [p for p, text in files.items() if _write_new(repository.root, p, text)]
    if _ignore(repository.root):
        written.append(".gitignore")
    if write_attributes(repository.root, _mapped(repository.root)):
        written.append(ATTRIBUTES)
    return Made(repository.root, tuple(written), _next(samples=contents.samples), inside)


@contextmanager
def undone_if_it_fails(folder: Path) -> Iterator[None]:
    """Nothing that was not there before stays in the folder if what is done in it fails."""
    root = _root(folder)
    new = [path for path in (root, *root.parents) if not path.exists()]
    there = {name for name in _OURS if (root / name).exists()}
    try:
        yield
    except BaseException:
        made = [new[-1]] if new else [root / name for name in _OURS - there]
        for path in made:
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
        raise


def _root(folder: Path) -> Path:
    """Where a workspace is made: in the repository around us, unless a folder is named."""
    try:
        return Repository.discover(folder).root if folder == Path() else folder
    except StateUnusable:
        return folder


def _repository(folder: Path) -> tuple[Repository, Path | None]:
    """The repository that the folder is in; one of its own if it was named and is none yet.

    And the root of the repository around a new one, if that would see it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        around = Repository.discover(folder)
    except StateUnusable:
        return Repository.create(folder), None
    root = around.root.resolve()
    if folder == Path() or root == folder.resolve():
        return around, None
    if any(folder.iterdir()):
        raise UsageError(_part_of(folder, root))
    ignored = around.ignores(folder.resolve().relative_to(root).as_posix())
    return Repository.create(folder), None if ignored else root


def _part_of(folder: Path, root: Path) -> Diagnostic:
    return Diagnostic(
        f"{folder} holds files, and lies in the repository {root}",
        fix="To make the workspace in that repository, run notion-gitops init there without a "
        "folder. To make one of its own, name a folder that is new.",
    )


def _scaffold(*, bare: bool) -> dict[str, str]:
    mappings = {} if bare else {"mappings/tasks.yaml": _FIRST_MAPPING}
    return {**mappings, "state/people.yaml": NO_PEOPLE}


def _write_new(root: Path, path: str, text: str) -> bool:
    if (root / path).exists():
        return False
    write_bytes(root, path, text.encode())
    return True


def _ignore(root: Path) -> bool:
    """Keep the private folder out of git."""
    file = root / ".gitignore"
    before = file.read_text("utf-8") if file.is_file() else ""
    if f"/{PRIVATE}/" in before.split() or f"{PRIVATE}/" in before.split():
        return False
    gap = "" if not before or before.endswith("\n") else "\n"
    write_bytes(root, ".gitignore", (before + gap + _IGNORED).encode())
    return True


def _mapped(root: Path) -> tuple[DatabaseMapping, ...]:
    """The mappings that are there, whose paths may be anywhere."""
    try:
        return load_folder(root, MAPPINGS)
    except InvalidInput:  # `validate` tells of them; the usual path is right in any case
        return ()


def _next(*, samples: bool) -> tuple[str, ...]:
    commit = 'git add -A && git commit -m "Add notion-gitops mappings"'
    if samples:
        return (commit, "notion-gitops plan --sandbox", "notion-gitops apply --sandbox")
    return (
        "adapt mappings/tasks.yaml, then: notion-gitops validate",
        commit,
        "export NOTION_TOKEN=... and NOTION_TASKS_DATABASE=..., then: notion-gitops check",
    )
