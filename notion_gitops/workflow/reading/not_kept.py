"""Record files of the work tree that no commit holds, and those of a commit that are not there.

Neither is what it seems. A file that git ignores would be synced and be missing in every other
clone, which would take it for deleted. A file that a sparse checkout leaves out is not deleted.
"""

from collections.abc import Iterable
from pathlib import PurePosixPath

from notion_gitops.model.diagnostics import Diagnostic, Place
from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.records.files import is_record_path
from notion_gitops.repository.nouns import ChangeKind
from notion_gitops.workflow.workspace import Workspace


def ignored_records(
    mapping: DatabaseMapping, ignored: Iterable[str], known: Iterable[str]
) -> dict[str, Diagnostic]:
    """The record files that git ignores, by path.

    Args:
        mapping: whose records.
        ignored: all files under the mapped paths that git ignores.
        known: the paths of the records that are kept; a copy of one of them is nobody's record.
    """
    ours = {p for p in ignored if is_record_path(mapping, p)}
    kept = {_stem(p) for p in known if p not in ours}
    fix = f"take it out of .gitignore and commit it, or move it out of {mapping.git.path}"
    return {
        p: Diagnostic(f"{p} is ignored by git, so no commit can hold it", Place(p), fix=fix)
        for p in sorted(ours)
        if mapping.git.single_file or _stem(p) not in kept
    }


def foreign_records(
    workspace: Workspace, paths: Iterable[str], uncommitted: Iterable[str]
) -> dict[str, Diagnostic]:
    """The record files that are of another repository within this one, such as a submodule."""
    asked = set(paths)
    kept = workspace.repository.list_tree(workspace.head.commit, sorted(asked))
    fix = "map a path of this repository; the other one can be a workspace of its own"
    return {
        p: Diagnostic(f"{p} is a file of another repository (a submodule)", Place(p), fix=fix)
        for p in sorted(asked - kept.keys() - set(uncommitted))
    }


def left_out(workspace: Workspace, paths: Iterable[str]) -> dict[str, Diagnostic]:
    """Those of some files that are not in the work tree although git does not call them deleted."""
    repository, asked = workspace.repository, sorted(paths)
    kept = sorted(repository.list_tree(workspace.head.commit, asked)) if asked else []
    changed = repository.status(kept).changed
    return {
        p: Diagnostic(
            f"{p} is in the last commit and left out of the work tree (a sparse checkout)",
            Place(p),
            fix=f"git sparse-checkout add {PurePosixPath(p).parent}",
        )
        for p in kept
        if changed.get(p) is not ChangeKind.DELETED
    }


def _stem(path: str) -> str:
    return PurePosixPath(path).stem.casefold()
