"""Which rename files go with an apply: those that are carried out, and those that are over."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from notion_gitops.workflow.plan import Planned
from notion_gitops.workflow.reading.told_renames import rename_path
from notion_gitops.workflow.writing.moved import Moved

_NONE: Mapping[str, Moved] = MappingProxyType({})


def rename_files_done(
    planned: Planned, moved: Mapping[str, Moved] = _NONE
) -> tuple[dict[str, None], list[str]]:
    """The rename files that say nothing any more.

    Args:
        planned: the plan.
        moved: how the base moves, by mapping: what has its new key there is carried out.

    Returns:
        What the commit of the records takes out, by path; and those that no commit holds, which go
        once all is recorded.
    """
    paths = sorted(_done(planned, moved))
    workspace = planned.comparison.workspace
    kept = workspace.repository.list_tree(workspace.head.commit, paths) if paths else {}
    return {p: None for p in paths if p in kept}, [p for p in paths if p not in kept]


def _done(planned: Planned, moved: Mapping[str, Moved]) -> Iterator[str]:
    for part in planned.plan.mappings:
        compared = planned.comparison.mappings.get(part.name)
        if compared is None or not part.takes_part:
            continue
        told = compared.renames.told
        now = frozenset(moved[part.name].renamed_from) if part.name in moved else frozenset()
        new = (*told.over, *(key for key, old in told.renames.items() if old in now))
        yield from (rename_path(part.name, key) for key in new)
