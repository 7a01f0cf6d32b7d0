"""Which conflict files appear, change or go with an apply."""

from collections.abc import Callable

from notion_gitops.model.mapping import DatabaseMapping
from notion_gitops.model.operations import Operation
from notion_gitops.state.conflicts import ConflictHeader, update_conflict_file
from notion_gitops.workflow.plan import Planned
from notion_gitops.workflow.reading.conflict_files import conflict_path
from notion_gitops.workflow.workspace import Workspace


def conflict_changes(
    planned: Planned, sound: Callable[[str, str], bool] = lambda _mapping, _key: True
) -> dict[str, bytes | None]:
    """The conflict files that appear, change or go; empty if all stays as it is.

    Args:
        planned: the plan.
        sound: whether a record's operation succeeded; the answers of the others are kept.
    """
    workspace, operations = planned.comparison.workspace, planned.plan.operations
    changes: dict[str, bytes | None] = {}
    for part in planned.plan.mappings:
        compared = planned.comparison.mappings.get(part.name)
        if compared is None or part.left_out:
            continue
        open_keys = {o.key for o in part.operations if o.open_conflicts}
        for key in open_keys | compared.inputs.answers.keys():
            path = conflict_path(part.name, key)
            old = _content(workspace, path)
            if key in open_keys:
                new = _text(planned, compared.mapping, operations[(part.name, key)], old)
            elif sound(part.name, key):
                new = None
            else:
                continue
            if new != old:
                changes[path] = new
    return changes


def _text(
    planned: Planned, mapping: DatabaseMapping, operation: Operation, old: bytes | None
) -> bytes:
    header = ConflictHeader(
        operation.title, operation.page_url, operation.file, since=planned.plan.made
    )
    sensitive = frozenset(n for n, f in mapping.fields.items() if f.sensitive)
    text = old.decode("utf-8") if old is not None else None
    return update_conflict_file(text, operation.open_conflicts, header, sensitive).encode()


def _content(workspace: Workspace, path: str) -> bytes | None:
    file = workspace.root / path
    return file.read_bytes() if file.is_file() else None
