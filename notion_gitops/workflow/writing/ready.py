"""What has to hold in git before an apply writes: the right branch, everything in a commit."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import Refused
from notion_gitops.model.values import files_of
from notion_gitops.records.files import is_record_path
from notion_gitops.report.held_back import unfit_accept
from notion_gitops.text.words import listed
from notion_gitops.workflow.plan import Planned
from notion_gitops.workflow.workspace import MAPPINGS, Workspace
from notion_gitops.workflow.writing.released import released_uncommitted

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


def require_fitting(planned: Planned) -> None:
    """Refuse numbers given with `--accept` that are not those of this plan: it is another one.

    Raises:
        Refused: with the numbers that would fit.
    """
    if planned.plan.unfit:
        raise Refused(*map(unfit_accept, planned.plan.unfit))


def hindrances(planned: Planned) -> tuple[Diagnostic, ...]:
    """What an apply of this plan would stop at, as the work tree is: what is not in a commit."""
    found = (
        _mappings_not_committed(planned.comparison.workspace),
        released_uncommitted(planned),
        _not_kept(planned, dirty_records(planned)),
        _records_not_committed(dirty_records(planned)),
    )
    return tuple(problem for problem in found if problem is not None)


def require_committed(planned: Planned, *, commit_records: Callable[[list[str]], bool]) -> bool:
    """See to it that the records and mappings stand in a commit, which the base can name.

    Args:
        planned: the plan, with what git said of the work tree.
        commit_records: asked with the record files that are not committed: may they be committed
            first, as the user's own commit?

    Returns:
        Whether they are to be committed first.

    Raises:
        Refused: mapping files, or the end of a hold, are not committed; or the answer was no.
    """
    dirty = dirty_records(planned)
    for problem in (
        _mappings_not_committed(planned.comparison.workspace),
        released_uncommitted(planned),
        _not_kept(planned, dirty),
    ):
        if problem is not None:
            raise Refused(_nothing_written(problem))
    problem = _records_not_committed(dirty)
    if problem is None:
        return False
    if commit_records(dirty):
        return True
    raise Refused(_nothing_written(problem))


def _nothing_written(problem: Diagnostic) -> Diagnostic:
    return replace(problem, fix=f"{problem.fix} Nothing was written.")


def _mappings_not_committed(workspace: Workspace) -> Diagnostic | None:
    dirty = sorted(workspace.repository.status([MAPPINGS]).changed)
    if not dirty:
        return None
    return Diagnostic(
        f"mapping files are not committed: {', '.join(dirty)}",
        fix="Commit them first: a mapping is reviewed before it is applied.",
    )


def _records_not_committed(dirty: list[str]) -> Diagnostic | None:
    if not dirty:
        return None
    return Diagnostic(
        f"record files are not committed: {listed(dirty, _NAMED)}",
        fix="Commit them, or let apply do it: it offers to at a terminal, and does so with "
        "--commit-records. Otherwise the base would hold what no commit holds, and the next clone "
        "would undo it.",
    )


def _not_kept(planned: Planned, dirty: list[str]) -> Diagnostic | None:
    """Files that records name and git ignores: no other clone would have them."""
    workspace, attached = planned.comparison.workspace, _attached(planned)
    if not attached:
        return None
    root = workspace.root.resolve()
    real = {p: (root / p).resolve().relative_to(root).as_posix() for p in attached}
    kept = workspace.repository.list_tree(workspace.head.commit, sorted(real.values()))
    lost = [path for path, at in real.items() if at not in kept and path not in dirty]
    if not lost:
        return None
    return Diagnostic(
        f"records name files that are not kept in git: {listed(lost, _NAMED)}",
        fix="Take them out of .gitignore and commit them, by the paths that the records "
        "give; else no other clone has them.",
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
