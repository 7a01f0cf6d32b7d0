"""`merge-file`: one file merged for git, as a merge driver (gitattributes(5))."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from notion_gitops.mapping.loading import load_folder
from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import NotionGitopsError, UsageError
from notion_gitops.model.mapping import DatabaseMapping, Take
from notion_gitops.records.versions import Contents
from notion_gitops.repository.nouns import Head
from notion_gitops.repository.repository import Repository
from notion_gitops.text.markers import Marking
from notion_gitops.workflow.reading.merged_file import (
    Desk,
    MergedFile,
    mapping_of,
    merge_records,
    merged_as_text,
)
from notion_gitops.workflow.reading.value_origins import Historian, Tips, named_by_git, tips_of
from notion_gitops.workflow.workspace import MAPPINGS, Workspace, read_people

_LONGER = 2  # characters of a marker, where git merges common ancestors


@dataclass(frozen=True, slots=True)
class Asked:
    """What git asks of its driver."""

    path: str  # of the file in the work tree, from its top folder
    contents: Contents
    marker_size: int

    def inner_in(self, repository: Repository) -> bool:
        """Whether git merges common ancestors with each other, to have one base for its merge.

        It then makes the markers longer by two characters a level (merge-ll and merge-ort of git);
        by one it makes them longer for a file that both branches renamed.
        """
        return self.marker_size >= repository.marker_size(self.path) + _LONGER


def merge_for_git(root: Path, asked: Asked, environ: Mapping[str, str]) -> MergedFile:
    """Merge by fields if a mapping has the file, else as git does by itself.

    Args:
        root: the top folder of the work tree, where git runs its drivers.
        asked: the three versions.
        environ: the environment, in which git names the branch that comes in.

    Raises:
        GitFailed: it is no text, so that git cannot merge it either.
    """
    repository = Repository.discover(root)
    plain = Marking(there=named_by_git(environ), size=asked.marker_size)
    try:
        workspace, mapping = _mapped(repository, asked.path)
    except NotionGitopsError as error:
        return merged_as_text(Desk(repository, lambda: plain), asked.path, asked.contents, error)

    @cache  # most files need neither: nothing in them collides
    def tips() -> tuple[Tips, str]:
        versions = (asked.contents.here, asked.contents.there)
        return tips_of(workspace, asked.path, versions, environ)

    @cache
    def marking() -> Marking:
        return replace(plain, there=tips()[1] or plain.there, with_base=repository.marks_base())

    desk = Desk(repository, marking, workspace.people)
    if asked.inner_in(repository):
        return _merge_inner(desk, workspace, mapping, asked)
    historian = Historian(workspace, lambda: tips()[0])
    return merge_records(desk, historian, mapping, asked.path, asked.contents)


def _merge_inner(
    desk: Desk, workspace: Workspace, mapping: DatabaseMapping, asked: Asked
) -> MergedFile:
    """Merge a file of two common ancestors: what a rule would decide stays open in it.

    The result is the base of the merge that is asked for. Were it one branch's value, that branch
    would seem not to have edited it, and what its people decided would be lost without a word.
    """
    undecided = replace(mapping, rules=(), otherwise=Take.MANUAL)
    merged = merge_records(desk, Historian(workspace, Tips), undecided, asked.path, asked.contents)
    return replace(merged, inner=True)


def _mapped(repository: Repository, path: str) -> tuple[Workspace, DatabaseMapping]:
    """The workspace, and the mapping of a path; without asking git where it stands."""
    mappings = {m.name: m for m in load_folder(repository.root, MAPPINGS)}
    mapping = mapping_of(mappings, path)
    if mapping is None:
        raise UsageError(Diagnostic(f"no mapping has {path}"))
    people = read_people(repository.root)
    return Workspace(repository, mappings, people, Head("", "")), mapping
