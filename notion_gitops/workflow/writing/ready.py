"""What has to hold in git before an apply writes: the right branch, everything in a commit."""

from collections.abc import Callable, Iterable

from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import Refused
from notion_gitops.model.values import files_of
from notion_gitops.records.files import is_record_path
from notion_gitops.text.words import listed
from notion_gitops.workflow.plan import Planned
from notion_gitops.workflow.workspace import MAPPINGS, Workspace

_NAMED = 5  # files in a message


def require_branch(planned: Planned) -> None:
    """With a remote, only the branch that the state is bound to is applied.

    Otherwise edits that nobody reviewed would reach everybody through Notion.

    Raises:
        Refused: another branch is checked out.
    """
    workspace, state = planned.comparison.workspace, planned.comparison.state
    bound = {r.sync.branch for r in state.mappings.values() if r.sync} - {""}
    branch = workspace.head.branch
    if workspace.sandbox or not bound or branch in bound or not workspace.repository.remotes():
        return
    raise Refused(
        Diagnostic(
            f"{branch} is not the branch that is synced, which is {', '.join(sorted(bound))}",
            fix=f"Merge {branch} first: what is applied reaches everybody through Notion. "
            "Nothing was written.",
        )
    )


def require_committed(planned: Planned, *, commit_records: Callable[[list[str]], bool]) -> bool:
    """See to it that the records and mappings stand in a commit, which the base can name.

    Args:
        planned: the plan, with what git said of the work tree.
        commit_records: asked with the record files that are not committed: may they be committed
            first, as the user's own commit?

    Returns:
        Whether they are to be committed first.

    Raises:
        Refused: mapping files are not committed, or the answer was no.
    """
    workspace = planned.comparison.workspace
    dirty_mappings = workspace.repository.status([MAPPINGS]).changed
    if dirty_mappings:
        raise Refused(
            Diagnostic(
                f"mapping files are not committed: {', '.join(sorted(dirty_mappings))}",
                fix="Commit them first: a mapping is reviewed before it is applied. "
                "Nothing was written.",
            )
        )
    dirty = dirty_records(planned)
    _require_kept(planned, dirty)
    if not dirty:
        return False
    if commit_records(dirty):
        return True
    raise Refused(
        Diagnostic(
            f"record files are not committed: {', '.join(dirty[:5])}"
            + (f" and {len(dirty) - 5} more" if len(dirty) > 5 else ""),  # noqa: PLR2004
            fix="Commit them, or run apply with --commit-records. Otherwise the base would hold "
            "what no commit holds, and the next clone would undo it. Nothing was written.",
        )
    )


def _require_kept(planned: Planned, dirty: list[str]) -> None:
    """Refuse files that records name and git ignores: no other clone would have them."""
    workspace, attached = planned.comparison.workspace, _attached(planned)
    if not attached:
        return
    root = workspace.root.resolve()
    real = {p: (root / p).resolve().relative_to(root).as_posix() for p in attached}
    kept = workspace.repository.list_tree(workspace.head.commit, sorted(real.values()))
    lost = [path for path, at in real.items() if at not in kept and path not in dirty]
    if lost:
        raise Refused(
            Diagnostic(
                f"records name files that are not kept in git: {listed(lost, _NAMED)}",
                fix="Take them out of .gitignore and commit them, by the paths that the records "
                "give; else no other clone has them. Nothing was written.",
            )
        )


def dirty_records(planned: Planned) -> list[str]:
    """The record files, and the files that these name, that differ from HEAD; sorted."""
    mappings = planned.comparison.workspace.mappings.values()
    dirty = planned.comparison.changes.dirty
    attached = planned.comparison.workspace.repository.status(_attached(planned)).changed
    records = (p for p in dirty if any(is_record_path(m, p) for m in mappings))
    return sorted({*records, *attached})


def _attached(planned: Planned) -> list[str]:
    """The files of the repository that records name, as far as the plan had to look."""
    found = {
        ref.path
        for each in planned.comparison.mappings.values()
        for record in each.inputs.git.records.values()
        for value in record.fields.values()
        for ref in files_of(value)
    }
    return sorted(found - {""})


def commit_records(workspace: Workspace, paths: Iterable[str]) -> str:
    """Commit the user's own record edits before the sync, as the user's commit."""
    changes = {}
    for path in paths:
        file = workspace.root / path
        changes[path] = file.read_bytes() if file.is_file() else None
    subject = f"Edit {len(changes)} record file{'s' if len(changes) != 1 else ''}"
    commit = workspace.repository.commit(
        workspace.head.ref, workspace.head.commit, changes, f"{subject}\n"
    )
    workspace.repository.refresh_index(changes)
    return commit
